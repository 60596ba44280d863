"""Pieces of interface all cogs share: buttons that know their turn, forms that can be mended."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Self, cast

import discord

from bot.clock import Clock
from bot.errors import UserError
from bot.transport.border import told, whisper
from bot.transport.marks import Mark, parse

if TYPE_CHECKING:
    import re

    from bot.transport.client import CafeClient

DRAFT_SECONDS = 900.0
"""How long a form that could not be used is kept: as long as the interaction that offers to mend it."""

_MOST_DRAFTS = 500


class _Lasting:
    """What survives restarts: all it needs is read from its custom_id. Errors go to the client's border."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Run `pressed` inside the border."""
        try:
            await self.pressed(interaction)
        except Exception as error:  # a border: discord.py would swallow it and leave the person waiting
            await interaction.client.border.answer(interaction, error)

    async def pressed(self, interaction: discord.Interaction[CafeClient]) -> None:
        """What pressing, or choosing, does."""
        raise NotImplementedError


class LastingButton(_Lasting, discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"never"):
    """A button that survives restarts. Subclass it with a template and override `pressed`."""


class LastingSelect(_Lasting, discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"never"):
    """A menu that survives restarts. Subclass it with a template and override `pressed`."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu as it was used."""
        assert isinstance(item, discord.ui.Select)
        return cls(item)


class TurnButton(LastingButton, template=r"turn:never"):
    """A button under a character's message. Subclass it with a template from `marks` and override `pressed`."""

    def __init__(self, mark: Mark, label: str) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=mark.custom_id))
        self.mark = mark

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        mark = parse(match.string)
        if mark is None:
            raise ValueError(f"not a turn's mark: {match.string!r}")
        label = item.label if isinstance(item, discord.ui.Button) else None
        return cls(mark, label or "⋯")


class CafeView(discord.ui.View):
    """A view whose errors are answered."""

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception, item: Any, /) -> None:
        """Answer the person."""
        await interaction.client.border.answer(interaction, error)


class MendableModal(discord.ui.Modal):
    """A form. A `UserError` raised from `on_submit` is shown with a Mend button that opens it again as it was typed."""

    def __init__(self, *, title: str, timeout: float = DRAFT_SECONDS) -> None:
        super().__init__(title=title, timeout=timeout)

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception, /) -> None:
        """Offer to mend what can be mended; answer the rest."""
        if isinstance(error, UserError):
            await offer_mending(interaction, self, told(error, interaction.client.border.say_for(interaction)))
        else:
            await interaction.client.border.answer(interaction, error)

    def keep_typed(self) -> None:
        """Make what was submitted the starting point of the next opening. Uploaded files cannot be kept by Discord."""
        for item in self.walk_children():
            _keep_value(item)


class Drafts:
    """Forms waiting to be mended, in memory: they are worth minutes, not a table."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, MendableModal]] = OrderedDict()

    def keep(self, modal: MendableModal) -> str:
        """Keep a form for a quarter of an hour and hand back its token."""
        self._forget_old()
        token = secrets.token_hex(16)
        self._kept[token] = (self._clock.monotonic() + DRAFT_SECONDS, modal)
        if len(self._kept) > _MOST_DRAFTS:
            self._kept.popitem(last=False)
        return token

    def find(self, token: str) -> MendableModal | None:
        """The form, if it is still kept."""
        self._forget_old()
        kept = self._kept.get(token)
        return None if kept is None else kept[1]

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        while self._kept and next(iter(self._kept.values()))[0] <= now:
            self._kept.popitem(last=False)


class MendButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"mend:(?P<token>[0-9a-f]{32})"):
    """Opens a kept form again."""

    def __init__(self, token: str, label: str) -> None:
        button = discord.ui.Button[discord.ui.View](
            label=label, style=discord.ButtonStyle.primary, custom_id=f"mend:{token}"
        )
        super().__init__(button)
        self.token = token

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["token"], "…")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Open the form, or say that it is too late."""
        modal = interaction.client.drafts.find(self.token)
        if modal is None:
            say = interaction.client.border.say_for(interaction)
            await whisper(interaction, say("What you typed is no longer kept here. Use the command again."))
            return
        await interaction.response.send_modal(modal)


async def offer_mending(interaction: discord.Interaction[Any], modal: MendableModal, sentence: str) -> None:
    """Say what is wrong and keep what was typed behind a Mend button."""
    modal.keep_typed()
    token = interaction.client.drafts.keep(modal)
    view = discord.ui.View(timeout=None)
    view.add_item(MendButton(token, interaction.client.border.say_for(interaction)("Mend")))
    await whisper(interaction, sentence, view)


def _keep_value(item: discord.ui.Item[Any]) -> None:
    match item:
        case discord.ui.TextInput() | discord.ui.Checkbox():
            item.default = item.value  # pyright: ignore[reportAttributeAccessIssue]
        case discord.ui.RadioGroup():
            for option in item.options:
                option.default = option.value == item.value
        case discord.ui.Select() | discord.ui.CheckboxGroup():
            chosen = item.values
            for option in cast("list[Any]", item.options):
                option.default = option.value in chosen
        case (
            discord.ui.UserSelect()
            | discord.ui.RoleSelect()
            | discord.ui.MentionableSelect()
            | discord.ui.ChannelSelect()
        ):
            item.default_values = cast("Any", item.values)
        case _:
            return
