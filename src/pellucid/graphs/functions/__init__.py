"""NumPy's and SciPy's functions as compositions of operations."""
