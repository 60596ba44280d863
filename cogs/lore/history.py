"""/lore entry history and undo: who changed what of an entry and when, and the way back."""

from __future__ import annotations

import re
from typing import Any, Self
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.lore.fields import ENTRY_FIELDS
from bot.services.lore.shown import EntryChange, HistoryPage, LoreEntry, May, VersionLine
from bot.services.lore.wording import CHANGES
from bot.texts import Say
from bot.transport.views import LastingButton, LastingSelect
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.lore.entry_panel import show_entry
from cogs.lore.groups import entry as group
from cogs.lore.parts import (
    ID,
    Suggestions,
    cafe_of,
    choice,
    in_time,
    meant,
    of_book,
    panel,
    redraw,
    row,
    show,
    words,
)

_L = app_commands.locale_str


class BackSelect(LastingSelect, template=rf"lore:entry:{ID}:back"):
    """Takes an entry back to how it was."""

    def __init__(self, menu: discord.ui.Select[discord.ui.View], entry_id: str) -> None:
        super().__init__(menu)
        self.entry_id = UUID(entry_id)

    @classmethod
    def of(cls, entry_id: UUID, lines: tuple[VersionLine, ...], say: Say) -> Self:
        """The menu of versions."""
        options = [
            discord.SelectOption(
                label=say("Back to version {number}: {change}", number=one.version, change=say(CHANGES[one.change]))[
                    :100
                ],
                value=str(one.version),
            )
            for one in lines
        ]
        menu = discord.ui.Select[discord.ui.View](
            custom_id=f"lore:entry:{entry_id}:back", options=options, placeholder=say("Take it back to…")
        )
        return cls(menu, str(entry_id))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu as it was used."""
        assert isinstance(item, discord.ui.Select)
        return cls(item, match["id"])

    async def pressed(self, interaction: Asked) -> None:
        """Take it back; that is a version as well."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        cafe = cafe_of(interaction)
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            back = await cafe.lore.entries.undo(work, user_id, self.entry_id, to=int(self.item.values[0]))
        await show_entry(interaction, cafe, back)


class OlderButton(LastingButton, template=rf"lore:entry:{ID}:older:(?P<before>[0-9]{{1,9}})"):
    """Shows older versions, or (before 0) the newest."""

    def __init__(self, entry_id: str, before: int, label: str) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"lore:entry:{entry_id}:older:{before}"))
        self.entry_id = UUID(entry_id)
        self.before = before

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], int(match["before"]), "…")

    async def pressed(self, interaction: Asked) -> None:
        """Show them in place of these."""
        await interaction.response.defer()
        layout = await history(interaction, cafe_of(interaction), self.entry_id, before=self.before or None)
        await redraw(interaction, layout)


ITEMS = (BackSelect, OlderButton)


async def suggest_undone(interaction: Asked, typed: str) -> Suggestions:
    """Entries one may change; behind them those deleted from the book already chosen."""
    return await in_time(_undone(interaction, typed))


async def _undone(interaction: Asked, typed: str) -> Suggestions:
    cafe, chosen = cafe_of(interaction), getattr(interaction.namespace, "book", None)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        book_id = await cafe.lore.books.chosen(work, user_id, chosen, may=May.WRITE) if chosen else None
        found = await cafe.lore.entries.find(work, user_id, typed, book_id=book_id, may=May.WRITE, deleted=True)
    return [choice(one.label, one.id) for one in found]


class HistoryCommands(commands.Cog):
    """The commands that look back."""

    cafe: Cafe

    @group.command(name=_L("history"), description=_L("Who changed an entry, and the way back"))
    @of_book
    @app_commands.autocomplete(entry=suggest_undone)
    async def entry_history(self, interaction: Asked, entry: str, book: str | None = None) -> None:
        """Version by version, the newest first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            entry_id = await meant(self.cafe, work, user_id, entry, book, May.WRITE, deleted=True)
        await show(interaction, await history(interaction, self.cafe, entry_id))

    @group.command(name=_L("undo"), description=_L("Take the last change of an entry back"))
    @of_book
    @app_commands.autocomplete(entry=suggest_undone)
    async def entry_undo(self, interaction: Asked, entry: str, book: str | None = None) -> None:
        """One step; a deleted entry comes back: with its book chosen first it is among the suggestions."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            entry_id = await meant(self.cafe, work, user_id, entry, book, May.WRITE, deleted=True)
            back = await self.cafe.lore.entries.undo(work, user_id, entry_id)
        await show_entry(interaction, self.cafe, back)


async def history(
    interaction: Asked, cafe: Cafe, entry_id: UUID, *, before: int | None = None
) -> discord.ui.LayoutView:
    """A screen of an entry's versions."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        entry = await cafe.lore.entries.get(work, user_id, entry_id)
        page = await cafe.lore.entries.history(work, user_id, entry_id, before=before)
    return drawn(entry, page, say_for(interaction), is_first=before is None)


def drawn(entry: LoreEntry, page: HistoryPage, say: Say, *, is_first: bool) -> discord.ui.LayoutView:
    """The screen. Pure."""
    title = say("Versions of #{number} {name}", number=entry.number, name=plain(entry.name))
    items: list[discord.ui.Item[Any]] = [words(f"### {title}")]
    items.append(words("\n".join(_line(one, say) for one in page.lines)))
    earlier = tuple(one for one in page.lines if one.version != entry.version and one.change is not EntryChange.DELETED)
    if entry.may.includes(May.WRITE) and earlier:
        items.append(row(BackSelect.of(entry.id, earlier, say)))
    buttons: list[discord.ui.Item[Any]] = []
    if not is_first:
        buttons.append(OlderButton(str(entry.id), 0, say("Newest")))
    if page.before is not None:
        buttons.append(OlderButton(str(entry.id), page.before, say("Older")))
    if buttons:
        items.append(row(*buttons))
    return panel(*items)


def _line(one: VersionLine, say: Say) -> str:
    at = f"<t:{int(one.at.timestamp())}:R>"
    who = plain(one.by_name) if one.by_name else say("somebody")
    text = say(
        "**{number}** {change} by {person}, {at}",
        number=one.version,
        change=say(CHANGES[one.change]),
        person=who,
        at=at,
    )
    if one.restores is not None:
        text += say(", to version {number}", number=one.restores)
    fields = ", ".join(say(ENTRY_FIELDS[name].label) for name in one.fields[:6] if name in ENTRY_FIELDS)
    return f"{text}\n-# {fields}" if fields else text
