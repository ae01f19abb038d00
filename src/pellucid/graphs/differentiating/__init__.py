"""From a result back to what it depends on: gradients, Jacobians and their checks."""
