"""Envelopes: who must sign which documents in which order, how they do it, and what proves that they did.

Read `state` for the law of an envelope, `room` for what its sender does, `ceremony` for what its signers do.
"""
