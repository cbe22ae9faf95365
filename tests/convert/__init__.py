"""Tests of docgen.convert."""
