"""Forms over the fields of an entry or a book: opened as they are, only what was changed is sent, nothing is lost."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import discord

from bot import limits
from bot.errors import InvalidInput, UserError
from bot.services.cafe import Cafe
from bot.services.lore.fields.kinds import Field, Kind
from bot.texts import N_, Say
from bot.transport.views import MendableModal
from cogs.asking import Asked, caller_of, is_age_restricted, present_choices
from cogs.lore.controls import Around, controls, parted

Saves = Callable[[Asked, dict[str, str]], Awaitable[None]]
"""Keeps what was changed, by field, and shows it. Called before the interaction is answered; it may be deferred."""

_PIECES = frozenset({Kind.CHOICES, Kind.CHARACTERS, Kind.PERSONAS, Kind.SERVERS, Kind.CHANNELS, Kind.ROLES})
"""Chosen from menus, which hand back what is chosen in an order of their own."""


class FieldsForm(MendableModal):
    """A form of up to five controls over some fields."""

    def __init__(
        self, title: str, fields: Sequence[Field], shown: Mapping[str, str], say: Say, around: Around, saves: Saves
    ) -> None:
        super().__init__(title=title[:45])
        self._shown = dict(shown)
        self._of_pieces = {field.name for field in fields if field.kind in _PIECES}
        self._saves = saves
        self.controls = controls(fields, shown, say, around)
        for control in self.controls:
            self.add_item(control.label)
        self._upload: discord.ui.FileUpload[Any] | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing of it can be chosen here."""
        return not self.controls

    def take_file(self, label: str, hint: str) -> None:
        """Let a text file stand for the field `content`, which is longer than a form can hold."""
        self._upload = discord.ui.FileUpload[Any](custom_id="file", required=False, min_values=0, max_values=1)
        self.add_item(discord.ui.Label(text=label[:45], description=hint[:100], component=self._upload))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep what was changed, or say what is wrong with it."""
        now = {name: value for control in self.controls for name, value in control.written().items()}
        changed = {name: value for name, value in now.items() if not self._is_same(name, value)}
        if self._upload is not None and self._upload.values:
            await settle(interaction)
            changed["content"] = await text_of(self._upload.values[0])
        await self._saves(interaction, changed)

    def _is_same(self, name: str, now: str) -> bool:
        before = self._shown.get(name, "")
        if name in self._of_pieces:
            return sorted(parted(now)) == sorted(parted(before))
        # Discord hands line ends back as the computer it was typed on has them.
        return now.replace("\r\n", "\n") == before


async def text_of(file: discord.Attachment) -> str:
    """The words of a text file. Raises `InvalidInput`."""
    if file.size > limits.FILE_BYTES_MAX:
        raise InvalidInput(
            "file_too_large",
            N_("The file is larger than {maximum} KB. Put its words into several entries."),
            field="file",
            maximum=int(limits.FILE_BYTES_MAX) // 1024,
        )
    try:
        return (await file.read()).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "file_no_text",
            N_("The file is no text in UTF-8. Save it as a plain text file and choose it again."),
            field="file",
        ) from error
    except (discord.HTTPException, OSError) as error:
        raise InvalidInput(
            "file_not_fetched", N_("The file could not be fetched from Discord. Choose it again."), field="file"
        ) from error


async def around_of(interaction: Asked, cafe: Cafe, fields: Sequence[Field], shown: Mapping[str, str]) -> Around:
    """What the menus of these fields can offer: who is chosen, who is here, what is one's own."""
    kinds = {field.kind for field in fields}
    chosen = [one for field in fields if field.kind.holds_ids for one in parted(shown.get(field.name, ""))]
    characters: dict[str, str] = {}
    personas: dict[str, str] = {}
    if Kind.CHARACTERS in kinds:
        characters = await _characters(interaction, cafe, chosen)
    if Kind.PERSONAS in kinds:
        personas = await names_of_personas(interaction, cafe)
    servers = names_of_servers(interaction, chosen) if Kind.SERVERS in kinds else {}
    if interaction.guild is not None:
        servers.setdefault(str(interaction.guild.id), interaction.guild.name)
    return Around(characters, personas, servers, interaction.guild)


async def _characters(interaction: Asked, cafe: Cafe, chosen: Sequence[str]) -> dict[str, str]:
    found = await names_of_characters(interaction, cafe, chosen)
    found |= {one.value: one.name for one in present_choices(cafe, interaction, "")}
    adults = is_age_restricted(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        own = await cafe.characters.find(work, user_id, "", adults=adults, only_own=True)
        others = await cafe.characters.find(work, user_id, "", adults=adults, only_own=False)
    return found | {str(one.id): one.name for one in (*own, *others) if str(one.id) not in found}


async def names_of_characters(interaction: Asked, cafe: Cafe, written: Sequence[str]) -> dict[str, str]:
    """The names of those characters whom who asks may know, by written id."""
    found: dict[str, str] = {}
    if not written:
        return found
    async with cafe.people.at_work(caller_of(interaction)) as (_, work):
        for one in written[: limits.CHOICES_MAX]:
            with contextlib.suppress(UserError, ValueError):
                found[one] = (await cafe.characters.get(work, UUID(one))).name
    return found


async def names_of_personas(interaction: Asked, cafe: Cafe) -> dict[str, str]:
    """One's own personas, by written id."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        return {str(one): name for one, name in await cafe.personas.find(work, user_id, "")}


def names_of_servers(interaction: Asked, chosen: Sequence[str]) -> dict[str, str]:
    """The names of those servers that the bot is in, by written id."""
    guilds = (interaction.client.get_guild(int(one)) for one in chosen if one.isdigit())
    return {str(one.id): one.name for one in guilds if one is not None}


async def settle(interaction: Asked) -> None:
    """Defer what a form sent, once: the panel under it will be drawn anew, or a new one comes."""
    if interaction.response.is_done():
        return
    if interaction.message is None:
        await interaction.response.defer(ephemeral=True, thinking=True)
    else:
        await interaction.response.defer()
