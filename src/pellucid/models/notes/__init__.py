"""What a careful colleague would say of a fit, each a sentence with a remedy."""
