"""Rows as Discord's JSON, with the fields its OpenAPI description requires."""
