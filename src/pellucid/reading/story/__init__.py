"""A function told step by step: values, slopes and gradients."""
