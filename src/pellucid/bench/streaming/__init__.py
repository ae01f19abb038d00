"""Rows that no memory holds: the files, what we do with them, and what others do."""
