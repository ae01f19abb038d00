"""The closed set of operations, and every NumPy function written in terms of them."""
