"""What `bench/lore.py` is made of."""
