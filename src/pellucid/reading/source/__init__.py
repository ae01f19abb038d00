"""A graph written as plain NumPy: as one line a node, or as a program that runs."""
