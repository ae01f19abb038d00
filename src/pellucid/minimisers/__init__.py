"""A cost is made small: methods, and the loop that runs them."""
