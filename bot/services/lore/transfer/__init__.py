"""Lore books as files: read apart, compared, brought in whole or not at all, and written out."""
