"""Measurements: `make bench-NAME` runs `bench/NAME.py`, which prints a table and, as its last line, one JSON object."""
