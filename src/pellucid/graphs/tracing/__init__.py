"""A NumPy function is recorded by running it once on stand-ins for its arguments."""
