"""Repeated stretches of a recording become loops."""
