"""The delivery: command line, HTTP and the composition of the parts."""
