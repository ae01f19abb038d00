"""Guided tours: the whole road on real data, a person's own table, one expression."""
