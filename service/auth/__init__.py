"""Who is there: accounts, passwords, second factors, sessions of browsers, keys of programs."""
