"""The panels under a persona and under what one told of oneself: everything that is chosen rather than written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import discord

from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.people.personas import Persona, PersonaGender, Pronouns
from bot.services.people.profiles import Profile
from bot.texts import LANGUAGE_NAMES, Say, available_languages
from bot.transport.views import CafeView
from cogs.asking import caller_of, say_for
from cogs.people.cards import GENDERS, NO_PINGS, PRONOUNS, face_file, persona_card, profile_card
from cogs.people.forms import DetailsForm, PersonaForm, ProfileForm

PANEL_SECONDS = 840.0
"""As long as the interaction it belongs to can be answered, less a minute."""

_NOTHING = "nothing"
_OWN = Pronouns.OTHER.value


class PersonaPanel(CafeView):
    """Gender, pronouns, age and words of a persona. In an ephemeral message: only its owner can press anything."""

    def __init__(self, cafe: Cafe, persona: Persona, say: Say) -> None:
        super().__init__(timeout=PANEL_SECONDS)
        self._cafe, self._persona = cafe, persona
        genders = [(one.value, say(text), one is persona.gender) for one, text in GENDERS.items()]
        self._genders = _menu("persona:gender", say("Gender"), genders)
        self._genders.callback = self._choose_gender
        self._pronouns = _menu("persona:pronouns", say("Pronouns"), _pronoun_options(persona.pronouns, say))
        self._pronouns.callback = self._choose_pronouns
        self.add_item(self._genders)
        self.add_item(self._pronouns)
        _add_button(self, "persona:words", say("Edit the words"), self._open_words)
        _add_button(self, "persona:details", say("Age and pronouns of your own"), self._open_details)

    async def _choose_gender(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = PersonaGender(self._genders.values[0])
            kept = await self._cafe.personas.set_gender(work, user_id, self._persona.id, chosen)
        await self._redraw(interaction, kept)

    async def _choose_pronouns(self, interaction: discord.Interaction[Any]) -> None:
        if self._pronouns.values[0] == _OWN:
            await self._open_details(interaction)
            return
        await interaction.response.defer()
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = _pronouns_of(self._pronouns.values[0])
            kept = await self._cafe.personas.set_pronouns(work, user_id, self._persona.id, chosen)
        await self._redraw(interaction, kept)

    async def _open_words(self, interaction: discord.Interaction[Any]) -> None:
        shows = shower(self._cafe)
        form = PersonaForm(self._cafe, say_for(interaction), shows, persona=self._persona)
        await interaction.response.send_modal(form)

    async def _open_details(self, interaction: discord.Interaction[Any]) -> None:
        form = DetailsForm(self._cafe, say_for(interaction), shower(self._cafe), self._persona)
        await interaction.response.send_modal(form)

    async def _redraw(self, interaction: discord.Interaction[Any], kept: Persona) -> None:
        say = say_for(interaction)
        embed = persona_card(kept, say, has_face=kept.picture_sha256 is not None)
        await interaction.edit_original_response(
            embed=embed, view=PersonaPanel(self._cafe, kept, say), allowed_mentions=NO_PINGS
        )


class ProfilePanel(CafeView):
    """Pronouns, language and words of a profile."""

    def __init__(self, cafe: Cafe, profile: Profile, say: Say) -> None:
        super().__init__(timeout=PANEL_SECONDS)
        self._cafe, self._profile = cafe, profile
        self._pronouns = _menu("me:pronouns", say("Pronouns"), _pronoun_options(profile.pronouns, say))
        self._pronouns.callback = self._choose_pronouns
        languages = [(_NOTHING, say("As my Discord has it"), profile.language is None)]
        languages += [(tag, LANGUAGE_NAMES.get(tag, tag), tag == profile.language) for tag in available_languages()]
        self._languages = _menu("me:language", say("Language"), languages)
        self._languages.callback = self._choose_language
        self.add_item(self._pronouns)
        self.add_item(self._languages)
        _add_button(self, "me:words", say("Edit the words"), self._open_words)

    async def _choose_pronouns(self, interaction: discord.Interaction[Any]) -> None:
        if self._pronouns.values[0] == _OWN:
            await self._open_words(interaction)
            return
        await interaction.response.defer()
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            chosen = _pronouns_of(self._pronouns.values[0])
            kept = await self._cafe.profiles.set_pronouns(work, user_id, chosen)
        await self._redraw(interaction, kept)

    async def _choose_language(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        chosen = None if self._languages.values[0] == _NOTHING else self._languages.values[0]
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            kept = await self._cafe.profiles.set_language(work, user_id, chosen)
        self._cafe.people.speaks(interaction.user.id, chosen)
        await self._redraw(interaction, kept)

    async def _open_words(self, interaction: discord.Interaction[Any]) -> None:
        form = ProfileForm(self._cafe, say_for(interaction), profile_shower(self._cafe), self._profile)
        await interaction.response.send_modal(form)

    async def _redraw(self, interaction: discord.Interaction[Any], kept: Profile) -> None:
        say = say_for(interaction)
        await interaction.edit_original_response(
            embed=profile_card(kept, say), view=ProfilePanel(self._cafe, kept, say), allowed_mentions=NO_PINGS
        )


def shower(cafe: Cafe) -> Callable[[discord.Interaction[Any], Persona, InvalidInput | None], Any]:
    """What shows a persona with its panel, in an ephemeral message of its own."""

    async def show(
        interaction: discord.Interaction[Any], persona: Persona, trouble: InvalidInput | None = None
    ) -> None:
        say, png = say_for(interaction), await cafe.personas.face(persona)
        lines = [
            say("**{name}** is kept. Wear it with /persona use.", name=discord.utils.escape_markdown(persona.name))
        ]
        if trouble is not None:
            lines += [say.error(trouble), say("It has no picture yet: choose another one with /persona edit.")]
        await interaction.followup.send(
            "\n".join(lines),
            embed=persona_card(persona, say, has_face=png is not None),
            view=PersonaPanel(cafe, persona, say),
            file=face_file(png),
            ephemeral=True,
            allowed_mentions=NO_PINGS,
        )

    return show


def profile_shower(cafe: Cafe) -> Callable[[discord.Interaction[Any], Profile], Any]:
    """What shows a profile with its panel, in an ephemeral message of its own."""

    async def show(interaction: discord.Interaction[Any], profile: Profile) -> None:
        say = say_for(interaction)
        await interaction.followup.send(
            embed=profile_card(profile, say),
            view=ProfilePanel(cafe, profile, say),
            ephemeral=True,
            allowed_mentions=NO_PINGS,
        )

    return show


def _menu(custom_id: str, label: str, options: list[tuple[str, str, bool]]) -> discord.ui.Select[Any]:
    """A menu of (value, label, whether it is chosen now). A closed menu shows its choice only, so each says of what."""
    return discord.ui.Select[Any](
        custom_id=custom_id,
        placeholder=label,
        options=[
            discord.SelectOption(label=f"{label}: {text}"[:100], value=value, default=chosen)
            for value, text, chosen in options
        ],
    )


def _pronoun_options(chosen: Pronouns | None, say: Say) -> list[tuple[str, str, bool]]:
    options = [(_NOTHING, say("unspecified"), chosen is None)]
    options += [(one.value, say(text), one is chosen) for one, text in PRONOUNS.items()]
    return [*options, (_OWN, say("In words of my own…"), chosen is Pronouns.OTHER)]


def _pronouns_of(value: str) -> Pronouns | None:
    return None if value == _NOTHING else Pronouns(value)


def _add_button(view: CafeView, custom_id: str, label: str, pressed: Any) -> None:
    button = discord.ui.Button[Any](custom_id=custom_id, label=label)
    button.callback = pressed
    view.add_item(button)
