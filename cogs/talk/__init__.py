"""Talking where messages cannot be read, the panel of a reply, and everything about conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.talk.conversation import ITEMS as CONVERSATION_ITEMS
from cogs.talk.conversation import ConversationCog
from cogs.talk.held import ForMeButton
from cogs.talk.menus import MenusCog
from cogs.talk.panel import MoreButton, StopButton
from cogs.talk.say import AnswerButton, TalkCog
from cogs.talk.why import WhyCog

if TYPE_CHECKING:
    from bot.services.cafe import Cafe
    from bot.transport.client import CafeClient

__all__ = ["ConversationCog", "MoreButton", "StopButton", "TalkCog", "prepare"]


async def prepare(client: CafeClient, cafe: Cafe) -> None:
    """Give the client the commands, menus and buttons of talk."""
    await client.add_cog(TalkCog(cafe))
    await client.add_cog(WhyCog(cafe))
    await client.add_cog(ConversationCog(cafe))
    await client.add_cog(MenusCog(client, cafe))
    client.add_dynamic_items(*CONVERSATION_ITEMS)
    client.add_dynamic_items(AnswerButton, ForMeButton, StopButton, MoreButton)
