"""The product from outside: the command line on case files, values and surroundings nobody prepared it for."""
