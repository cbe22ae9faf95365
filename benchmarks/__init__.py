"""What the parts cost, beside other tools that do the same; see docs/benchmarks.md."""
