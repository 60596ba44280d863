"""Oversight: what keeps the house in order and accountable."""
