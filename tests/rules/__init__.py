"""Tests of the policy: rules, facts, packs."""
