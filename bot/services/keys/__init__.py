"""Keys: the vault, and whose key pays for what."""
