"""The policy: facts derived from a case, rule packs, and the company's settings."""
