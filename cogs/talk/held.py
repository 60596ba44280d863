"""“For me”: the button under a neutral line, by which who was held back learns why, alone."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.services.cafe import Cafe
from bot.texts import Say
from bot.transport import marks
from bot.transport.views import CafeView, LastingButton
from cogs.asking import Asked, say_for
from cogs.talk.say import NO_PINGS, cafe_of

_SECONDS = 840.0
"""Discord takes changes of an ephemeral answer for 15 minutes."""


class ForMeButton(LastingButton, template=marks.HELD_TEMPLATE):
    """Tells who wrote a message why it was not answered; anybody else, that it is none of theirs."""

    def __init__(self, message_id: int, label: str) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=marks.held_id(message_id)))
        self.message_id = message_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(int(match["message"]), "…")

    async def pressed(self, interaction: Asked) -> None:
        """Tell it, with a way to keep it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        cafe, say = cafe_of(interaction), say_for(interaction)
        reason = await cafe.turns.held_back.reason(self.message_id, interaction.user.id)
        words = say(reason.sentence, **reason.values)
        view = _Keeping(cafe, words, say)
        await interaction.followup.send(words, view=view, ephemeral=True, allowed_mentions=NO_PINGS)


class _Keeping(CafeView):
    """Offers the same words as a direct message: nobody is written to who did not ask for it."""

    def __init__(self, cafe: Cafe, words: str, say: Say) -> None:
        super().__init__(timeout=_SECONDS)
        self._cafe = cafe
        self._words = words
        button = discord.ui.Button[Self](label=say("Send it to me"))
        button.callback = self._send
        self.add_item(button)

    async def _send(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        await self._cafe.turns.held_back.tell(interaction.user.id, self._words)
        sent = say_for(interaction)("It is in your direct messages.")
        told = f"{self._words}\n-# {sent}"
        await interaction.edit_original_response(content=told, view=None, allowed_mentions=NO_PINGS)
