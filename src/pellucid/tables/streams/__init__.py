"""Rows without end: sums over an array, a file that no memory holds, or a cluster."""
