"""The endpoints by area."""
