"""A graph becomes something that a person reads: text, formula, source, drawing."""
