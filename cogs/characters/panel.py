"""The panel of a character: traits and behaviour to choose from. Each choice is kept at once and shown as chosen."""

from __future__ import annotations

import re
from typing import Any, Self
from uuid import UUID

import discord

from bot.services.cafe import Cafe
from bot.services.characters import Character, DetailsDraft
from bot.texts import Say
from bot.transport.views import CafeView
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.asking import summon as ask_in
from cogs.characters.parts import BUTTON, COLOUR, NO_PINGS, CharacterButton, cafe_of, view_of, within_a_second
from cogs.characters.words import NAMES, OPTIONS, choice_of, in_words

PAGES = (("tone", "formality", "humor", "style"), ("length", "creativity", "knowledge", "gender"))
"""A message holds five rows: four menus and the buttons."""

_UNCHOSEN = "unchosen"


class TraitSelect(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=BUTTON + r"trait:(?P<field>[a-z]{1,20})"
):
    """Chooses one trait. Survives restarts."""

    def __init__(self, select: discord.ui.Select[discord.ui.View], character_id: UUID, field: str) -> None:
        super().__init__(select)
        self.character_id = character_id
        self.field = field

    @classmethod
    def of(cls, character: Character, field: str, say: Say, row: int) -> Self:
        """The menu as this character stands."""
        chosen = choice_of(character, field)
        name = say(NAMES[field])
        options = [
            discord.SelectOption(
                label=say("{trait}: as the instructions say", trait=name), value=_UNCHOSEN, default=chosen is None
            )
        ]
        options += [
            discord.SelectOption(
                label=f"{name}: {say(label)}"[:100], value=value, default=chosen is not None and chosen.value == value
            )
            for value, label in OPTIONS[field].items()
        ]
        select = discord.ui.Select[discord.ui.View](
            custom_id=f"character:{character.id}:trait:{field}", options=options, row=row
        )
        return cls(select, character.id, field)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu as it was used."""
        assert isinstance(item, discord.ui.Select)
        return cls(item, UUID(match["id"]), match["field"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keep the choice and show it."""
        try:
            await interaction.response.defer()
            cafe, value = cafe_of(interaction), self.item.values[0]
            async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
                changed = await cafe.characters.choose(
                    work, user_id, self.character_id, self.field, None if value == _UNCHOSEN else value
                )
            page = next((number for number, fields in enumerate(PAGES) if self.field in fields), 0)
            await _redraw(interaction, changed, page)
        except Exception as error:  # a border: discord.py would swallow it and leave the person waiting
            await interaction.client.border.answer(interaction, error)


class PanelButton(CharacterButton, template=BUTTON + r"panel:(?P<more>[01])"):
    """Turns to the other half of the panel."""

    verb = "panel:"

    async def pressed(self, interaction: Asked, cafe: Cafe) -> None:
        """Show the other menus in place of these."""
        await interaction.response.defer()
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            await cafe.characters.draft_of(work, user_id, self.character_id)
            character = await cafe.characters.get(work, self.character_id)
        await _redraw(interaction, character, int(self.more))


class AdultButton(CharacterButton, template=BUTTON + r"adult:(?P<more>[01])"):
    """Says whether a character is for adults."""

    verb = "adult:"

    async def pressed(self, interaction: Asked, cafe: Cafe) -> None:
        """Keep it and show it."""
        await interaction.response.defer()
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            changed = await cafe.characters.reserve(work, user_id, self.character_id, is_adult=self.more == "1")
        await _redraw(interaction, changed, 1)


class DetailsButton(CharacterButton, template=BUTTON + r"details"):
    """Opens the second form."""

    verb = "details"

    async def pressed(self, interaction: Asked, cafe: Cafe) -> None:
        """Open it as the character stands."""
        # Here and not above: the form shows the panel again when it is sent.
        from cogs.characters.forms import DetailsForm

        async def read() -> DetailsDraft:
            async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
                return await cafe.characters.details_of(work, user_id, self.character_id)

        typed = await within_a_second(read())
        await interaction.response.send_modal(DetailsForm(cafe, say_for(interaction), self.character_id, typed))


class SummonButton(CharacterButton, template=BUTTON + r"summon"):
    """Asks the character above it into the channel."""

    verb = "summon"
    style = discord.ButtonStyle.primary

    async def pressed(self, interaction: Asked, cafe: Cafe) -> None:
        """Summon."""
        await ask_in(interaction, cafe, str(self.character_id))


ITEMS = (TraitSelect, PanelButton, AdultButton, DetailsButton, SummonButton)


def panel(character: Character, say: Say, page: int = 0) -> tuple[discord.Embed, CafeView]:
    """The panel as the character stands."""
    embed = discord.Embed(title=plain(character.name), colour=COLOUR)
    if character.nickname:
        embed.add_field(name=say("Nickname"), value=plain(character.nickname))
    embed.add_field(name=say("Traits"), value=in_words(character, say) or say("as its instructions say"), inline=False)
    embed.set_footer(text=say("Choose below: each choice is kept at once, and heard in its next answer."))
    menus = [TraitSelect.of(character, field, say, row) for row, field in enumerate(PAGES[page])]
    turn = PanelButton(
        character.id, say("How it answers") if page == 0 else say("How it speaks"), more=str(1 - page), row=4
    )
    buttons: list[CharacterButton] = [turn]
    if page:
        label = say("For adults: yes") if character.is_adult else say("For adults: no")
        buttons.append(AdultButton(character.id, label, more="0" if character.is_adult else "1", row=4))
    buttons.append(DetailsButton(character.id, say("Nickname, age, phrases"), row=4))
    buttons.append(SummonButton(character.id, say("Summon {name} here", name=character.name), row=4))
    return embed, view_of(*menus, *buttons)


async def show_panel(interaction: Asked, character: Character, content: str) -> None:
    """Answer a deferred interaction with the panel, for who asked only."""
    embed, view = panel(character, say_for(interaction))
    await interaction.followup.send(content, embed=embed, view=view, ephemeral=True, allowed_mentions=NO_PINGS)


async def _redraw(interaction: Asked, character: Character, page: int) -> None:
    embed, view = panel(character, say_for(interaction), page)
    await interaction.edit_original_response(embed=embed, view=view, allowed_mentions=NO_PINGS)
