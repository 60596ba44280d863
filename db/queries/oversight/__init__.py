"""Queries of oversight: what is removed when its time is over, the log, people as staff see them, sums."""
