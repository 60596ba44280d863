"""/lore: books of what a world knows, their entries, where they are in force, and why they speak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from cogs.lore import (
    attaching,
    book_list,
    book_panel,
    deciding,
    entry_list,
    entry_panel,
    files,
    groups,
    history,
    sharing,
)
from cogs.lore.attaching import AttachCommands
from cogs.lore.books import BookCommands
from cogs.lore.bulk import BulkCommands
from cogs.lore.entries import EntryCommands
from cogs.lore.files import FileCommands
from cogs.lore.history import HistoryCommands
from cogs.lore.saving import SavingCog
from cogs.lore.why import WhyCommands

if TYPE_CHECKING:
    from bot.services.cafe import Cafe
    from bot.transport.client import CafeClient

__all__ = ["LoreCog", "prepare"]

_L = app_commands.locale_str

ITEMS = (
    *attaching.ITEMS,
    *book_list.ITEMS,
    *book_panel.ITEMS,
    *deciding.ITEMS,
    *entry_list.ITEMS,
    *entry_panel.ITEMS,
    *files.ITEMS,
    *history.ITEMS,
    *sharing.ITEMS,
)
"""Buttons and menus that survive a restart."""


class LoreCog(
    BookCommands,
    AttachCommands,
    EntryCommands,
    BulkCommands,
    FileCommands,
    HistoryCommands,
    WhyCommands,
    commands.GroupCog,
    group_name=_L("lore"),
    group_description=_L("What a world knows: lore books, entries, why"),
):
    """The commands of /lore."""

    book = groups.book
    entry = groups.entry

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        super().__init__()


async def prepare(client: CafeClient, cafe: Cafe) -> None:
    """Give the client the commands, the menu and the buttons of lore."""
    await client.add_cog(LoreCog(cafe))
    await client.add_cog(SavingCog(client, cafe))
    client.add_dynamic_items(*ITEMS)
