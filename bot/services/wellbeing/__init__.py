"""Wellbeing: check-ins, the limits people set themselves, and what they used."""
