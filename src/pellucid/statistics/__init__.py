"""What a statistician shows of a fit: errors, tests, likelihood, diagnostics."""
