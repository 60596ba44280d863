"""Statements about lore."""
