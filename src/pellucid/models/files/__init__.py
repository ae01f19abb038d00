"""Fitted models as files of data."""
