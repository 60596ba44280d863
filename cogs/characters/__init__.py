"""/character and /discover: make characters, find them, look at them, ask them in, send them away."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from cogs.characters import card, deciding, importing, lists, making, panel
from cogs.characters.discover import DiscoverCog
from cogs.characters.exporting import ExportingCommands
from cogs.characters.importing import ImportingCommands
from cogs.characters.making import MakingCommands
from cogs.characters.meeting import MeetingCommands
from cogs.characters.posting import PostingCommands
from cogs.characters.settling import SettlingCommands

__all__ = ["ITEMS", "CharactersCog", "DiscoverCog"]

_L = app_commands.locale_str

ITEMS = (*panel.ITEMS, *card.ITEMS, *lists.ITEMS, *deciding.ITEMS, *importing.ITEMS, *making.ITEMS)
"""Buttons and menus that survive a restart."""


class CharactersCog(
    MakingCommands,
    ImportingCommands,
    ExportingCommands,
    MeetingCommands,
    PostingCommands,
    SettlingCommands,
    commands.GroupCog,
    group_name=_L("character"),
    group_description=_L("Characters: make, find, summon"),
):
    """The commands of /character."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        super().__init__()
