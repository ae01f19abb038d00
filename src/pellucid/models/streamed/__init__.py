"""Models of rows that no memory holds."""
