"""Costs, activations and the estimators with scikit-learn's interface."""
