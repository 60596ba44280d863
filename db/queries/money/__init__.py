"""Queries of money."""
