"""Lore on the way of a reply: what is in force is loaded, decided, written down, and explained afterwards."""
