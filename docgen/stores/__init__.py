"""Backends that keep write-once bytes, named by URI."""
