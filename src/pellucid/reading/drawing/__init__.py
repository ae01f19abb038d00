"""A graph as a picture: boxes, arrows, and what stands in them."""
