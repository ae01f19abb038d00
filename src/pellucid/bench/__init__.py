"""Benchmarks: each race against the peers that are installed, and what came of it."""
