"""Forms: what each is declared to be, which subjects it has in a case, what it may see, and how it is filled."""
