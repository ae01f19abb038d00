"""The loops of a graph as a person reads them."""
