"""Least squares from sums over rows that no memory holds, to all digits."""
