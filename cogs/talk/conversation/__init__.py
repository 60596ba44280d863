"""/conversation: what was spoken where, how it is called and kept, and how it goes on."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from cogs.talk.conversation.labels import LabelCommands
from cogs.talk.conversation.life import LifeCommands
from cogs.talk.conversation.recap import RecapCommands

__all__ = ["ConversationCog"]

_L = app_commands.locale_str


class ConversationCog(
    LifeCommands,
    LabelCommands,
    RecapCommands,
    commands.GroupCog,
    group_name=_L("conversation"),
    group_description=_L("Conversations: begin anew, find, name, keep, end"),
):
    """The commands of /conversation."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        super().__init__()
