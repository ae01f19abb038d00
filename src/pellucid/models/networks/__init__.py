"""Neural networks as estimators."""
