"""Routes by area."""
