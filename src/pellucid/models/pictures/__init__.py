"""Pictures of fitted models, whose titles say what was found."""
