"""/conversation settings: a panel. Each choice is kept at once and shown as chosen."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot import limits
from bot.ports import Offer
from bot.services.cafe import Cafe
from bot.services.characters.voices import key_of
from bot.services.talk.conversations import Asking, Named
from bot.services.talk.conversations.arrangements import RETENTION_DAYS, ConversationSettings
from bot.texts import Say
from bot.transport.views import CafeView, LastingButton, LastingSelect
from cogs.asking import Asked, say_for
from cogs.talk.conversation.parts import COLOUR, ID, NO_PINGS, asking_of, cafe_of, called
from cogs.talk.conversation.words import settings_in_words

_OWN = "own"
_FOREVER = "ever"


class SettingSelect(LastingSelect, template=f"talk:{ID}:set:(?P<field>model|days)"):
    """Chooses a model, or for how long messages are kept."""

    def __init__(self, menu: discord.ui.Select[discord.ui.View], conversation_id: str, field: str) -> None:
        super().__init__(menu)
        self.conversation_id = conversation_id
        self.field = field

    @classmethod
    def of(cls, one: Named, field: str, options: list[discord.SelectOption], row: int) -> Self:
        """The menu with these options."""
        menu = discord.ui.Select[discord.ui.View](custom_id=f"talk:{one.id}:set:{field}", options=options, row=row)
        return cls(menu, str(one.id), field)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu as it was used."""
        assert isinstance(item, discord.ui.Select)
        return cls(item, match["id"], match["field"])

    async def pressed(self, interaction: Asked) -> None:
        """Keep the choice and show it."""
        await interaction.response.defer()
        cafe, value = cafe_of(interaction), self.item.values[0]
        asking, arrangements = await asking_of(cafe, interaction), cafe.conversations.arrangements
        if self.field == "model":
            await arrangements.set_model(asking, self.conversation_id, None if value == _OWN else value)
        else:
            days = None if value == _FOREVER else int(value)
            await arrangements.set_retention(asking, self.conversation_id, days)
        await _redraw(interaction, cafe, asking, self.conversation_id)


class SettingButton(
    LastingButton,
    template=f"talk:{ID}:set:(?P<field>files|after):(?P<value>[01])",
):
    """Lets files in or leaves them out; keeps what was said after the end or forgets it."""

    def __init__(self, conversation_id: str, field: str, label: str, *, value: bool) -> None:
        custom_id = f"talk:{conversation_id}:set:{field}:{int(value)}"
        super().__init__(discord.ui.Button(label=label[:80], custom_id=custom_id, row=2))
        self.conversation_id = conversation_id
        self.field = field
        self.value = value

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], match["field"], "…", value=match["value"] == "1")

    async def pressed(self, interaction: Asked) -> None:
        """Keep the choice and show it."""
        await interaction.response.defer()
        cafe = cafe_of(interaction)
        asking, arrangements = await asking_of(cafe, interaction), cafe.conversations.arrangements
        if self.field == "files":
            await arrangements.set_files(asking, self.conversation_id, allowed=self.value)
        else:
            await arrangements.set_history(asking, self.conversation_id, keeps=self.value)
        await _redraw(interaction, cafe, asking, self.conversation_id)


async def show_settings(interaction: Asked, cafe: Cafe, which: str | None) -> None:
    """Answer a deferred interaction with the panel, for who asked only."""
    one, settings = await cafe.conversations.arrangements.settings(await asking_of(cafe, interaction), which)
    embed, view = panel(one, settings, cafe.conversations.arrangements.offers(), say_for(interaction))
    await interaction.followup.send(embed=embed, view=view, ephemeral=True, allowed_mentions=NO_PINGS)


def panel(
    one: Named, settings: ConversationSettings, offers: tuple[Offer, ...], say: Say
) -> tuple[discord.Embed, CafeView]:
    """The panel as the conversation stands."""
    embed = discord.Embed(title=called(one, say)[:256], description=settings_in_words(settings, say), colour=COLOUR)
    embed.set_footer(text=say("Choose below: each choice is kept at once, for everybody in this conversation."))
    view = CafeView(timeout=None)
    view.add_item(SettingSelect.of(one, "model", _models(settings, offers, say), 0))
    view.add_item(SettingSelect.of(one, "days", _days(settings, say), 1))
    files = say("Leave pictures and files out") if settings.allow_files else say("Take pictures and files in")
    view.add_item(SettingButton(str(one.id), "files", files, value=not settings.allow_files))
    after = say("Forget all at the end") if settings.keeps_history else say("Keep all after the end")
    view.add_item(SettingButton(str(one.id), "after", after, value=not settings.keeps_history))
    return embed, view


def _models(settings: ConversationSettings, offers: tuple[Offer, ...], say: Say) -> list[discord.SelectOption]:
    options = [
        discord.SelectOption(label=say("Model: each character's own"), value=_OWN, default=settings.model is None)
    ]
    for offer in offers[: limits.CHOICES_MAX - 1]:
        is_chosen = (offer.provider, offer.model) == (settings.provider, settings.model)
        label = say("Model: {model}", model=key_of(offer))
        options.append(discord.SelectOption(label=label[:100], value=key_of(offer)[:100], default=is_chosen))
    return options


def _days(settings: ConversationSettings, say: Say) -> list[discord.SelectOption]:
    options = [
        discord.SelectOption(
            label=say("Messages: kept until deleted"), value=_FOREVER, default=settings.retention_days is None
        )
    ]
    for days in RETENTION_DAYS:
        label = say.plural("Messages: kept for {n} day", "Messages: kept for {n} days", days)
        options.append(discord.SelectOption(label=label, value=str(days), default=settings.retention_days == days))
    return options


async def _redraw(interaction: Asked, cafe: Cafe, asking: Asking, which: str) -> None:
    one, settings = await cafe.conversations.arrangements.settings(asking, which)
    embed, view = panel(one, settings, cafe.conversations.arrangements.offers(), say_for(interaction))
    await interaction.edit_original_response(embed=embed, view=view, allowed_mentions=NO_PINGS)


ITEMS = (SettingSelect, SettingButton)
