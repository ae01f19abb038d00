"""Models of the same rows beside each other."""
