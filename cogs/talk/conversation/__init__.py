"""/conversation: what was spoken where, how it is called and kept, and how it goes on."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from cogs.talk.conversation import card, listing, settings
from cogs.talk.conversation.export import ExportCommands
from cogs.talk.conversation.finding import FindingCommands
from cogs.talk.conversation.labels import LabelCommands
from cogs.talk.conversation.life import LifeCommands
from cogs.talk.conversation.recap import RecapCommands
from cogs.talk.conversation.roles import RoleCommands

__all__ = ["ITEMS", "ConversationCog"]

_L = app_commands.locale_str

ITEMS = (*card.ITEMS, *listing.ITEMS, *settings.ITEMS)
"""Buttons and menus that survive a restart."""


class ConversationCog(
    LifeCommands,
    FindingCommands,
    LabelCommands,
    RoleCommands,
    RecapCommands,
    ExportCommands,
    commands.GroupCog,
    group_name=_L("conversation"),
    group_description=_L("Conversations: begin anew, find, name, keep, end"),
):
    """The commands of /conversation."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        super().__init__()
