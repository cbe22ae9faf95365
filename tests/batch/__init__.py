"""Batches: the driver, the journal, and whole batches that meet with accidents."""
