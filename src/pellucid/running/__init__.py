"""A graph becomes something that a machine runs."""
