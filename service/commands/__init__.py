"""The commands of `docgen`, one module per noun."""
