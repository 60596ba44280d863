"""Creators: their profiles and pages, the directory, follows, what the house says of them, statistics."""
