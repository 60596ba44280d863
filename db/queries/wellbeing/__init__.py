"""Queries of wellbeing: check-ins, limits people set themselves, usage."""
