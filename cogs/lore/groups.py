"""/lore book and /lore entry: the groups that the pieces of this room hang their commands on."""

from __future__ import annotations

from discord import app_commands

_L = app_commands.locale_str

book = app_commands.Group(name=_L("book"), description=_L("Lore books: make, attach, share, bring in"))
entry = app_commands.Group(name=_L("entry"), description=_L("Entries of a lore book: add, change, find"))
