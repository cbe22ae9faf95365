"""Suites that every backend of a port has to pass."""
