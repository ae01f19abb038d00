"""A graph written as mathematics."""
