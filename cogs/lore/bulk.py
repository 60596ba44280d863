"""/lore entry bulk: the same change to many entries at once, after saying how many."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.services.cafe import Cafe
from bot.services.lore.bulk import can_be_set
from bot.services.lore.fields import ENTRY_FIELDS, Field, Kind, read, written
from bot.services.lore.shown import Bulk, BulkKind, May, Which
from bot.texts import Say
from bot.transport.views import CafeView
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.lore.controls import NOTHING_AROUND
from cogs.lore.entries import suggest_folders, suggest_tags
from cogs.lore.forms import around_of
from cogs.lore.groups import entry as group
from cogs.lore.parts import NO_PINGS, Suggestions, answer, cafe_of, choice, in_time, suggest_own_books
from cogs.lore.words import entries, told

_L = app_commands.locale_str
ASKED_SECONDS = 300.0

_DEEDS = [
    app_commands.Choice(name=_L("switch on"), value=BulkKind.ENABLE.value),
    app_commands.Choice(name=_L("switch off"), value=BulkKind.DISABLE.value),
    app_commands.Choice(name=_L("put into a folder"), value=BulkKind.FOLDER.value),
    app_commands.Choice(name=_L("tag"), value=BulkKind.TAG.value),
    app_commands.Choice(name=_L("take a tag away"), value=BulkKind.UNTAG.value),
    app_commands.Choice(name=_L("set a field"), value=BulkKind.SET.value),
    app_commands.Choice(name=_L("delete"), value=BulkKind.DELETE.value),
]


async def suggest_fields(interaction: Asked, typed: str) -> Suggestions:
    """Fields that can be set for many at once; from memory."""
    say = say_for(interaction)
    alone = {"requires", "excludes", "wakes_only", "woken_only_by"}
    fitting = [
        (name, say(field.label))
        for name, field in ENTRY_FIELDS.items()
        if can_be_set(name) and name not in alone and typed.casefold() in say(field.label).casefold()
    ]
    return [choice(label, name) for name, label in fitting[: limits.CHOICES_MAX]]


async def suggest_values(interaction: Asked, typed: str) -> Suggestions:
    """What can stand in `value`: folders or tags of the book, or what the field can hold, by its name."""
    asked_for = getattr(interaction.namespace, "do", None)
    if asked_for == BulkKind.FOLDER.value:
        return await suggest_folders(interaction, typed)
    if asked_for in {BulkKind.TAG.value, BulkKind.UNTAG.value}:
        return await suggest_tags(interaction, typed)
    field = ENTRY_FIELDS.get(getattr(interaction.namespace, "field", None) or "")
    if field is None:
        return []
    return await in_time(_values(interaction, field, typed))


async def _values(interaction: Asked, field: Field, typed: str) -> Suggestions:
    say = say_for(interaction)
    offered = {value: say(label) for value, label in field.choices}
    if field.kind is Kind.FLAG:
        offered = {"yes": say("yes"), "no": say("no")}
    elif field.kind in {Kind.CHARACTERS, Kind.PERSONAS, Kind.SERVERS}:
        around = await around_of(interaction, cafe_of(interaction), [field], {})
        offered = {**around.characters, **around.personas, **around.servers}
    fitting = [(value, label) for value, label in offered.items() if typed.casefold() in label.casefold()]
    return [choice(label, value) for value, label in fitting[: limits.CHOICES_MAX]]


async def _in_words(interaction: Asked, bulk: Bulk) -> str:
    """The value as people read it."""
    field = ENTRY_FIELDS.get(bulk.field)
    if bulk.kind is not BulkKind.SET or field is None or field.kind is Kind.ENTRIES:
        return plain(bulk.value)
    shown = written(field, read(field, bulk.value))
    around = NOTHING_AROUND
    if field.kind.holds_ids:
        around = await around_of(interaction, cafe_of(interaction), [field], {field.name: shown})
    names = {**around.characters, **around.personas, **around.servers}
    return told(field, shown, names, say_for(interaction)) if shown else ""


class BulkCommands(commands.Cog):
    """The command that changes many."""

    cafe: Cafe

    @group.command(name=_L("bulk"), description=_L("Change many entries at once"))
    @app_commands.rename(
        book=_L("book"),
        do=_L("do"),
        value=_L("value"),
        field=_L("field"),
        folder=_L("folder"),
        tag=_L("tag"),
        words=_L("words"),
    )
    @app_commands.describe(
        book=_L("Begin to type its name"),
        do=_L("What to do with them"),
        value=_L("The folder, the tag, or what to set"),
        field=_L("Which field to set"),
        folder=_L("Only of this folder"),
        tag=_L("Only with this tag"),
        words=_L("Only with these words"),
    )
    @app_commands.choices(do=_DEEDS)
    @app_commands.autocomplete(
        book=suggest_own_books, folder=suggest_folders, tag=suggest_tags, field=suggest_fields, value=suggest_values
    )
    async def entry_bulk(
        self,
        interaction: Asked,
        book: str,
        do: str,
        value: str = "",
        field: str = "",
        folder: str | None = None,
        tag: str | None = None,
        words: str = "",
    ) -> None:
        """Count, and ask first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        which, bulk = Which(folder=folder, tag=tag, text=words), Bulk(BulkKind(do), field, value)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            book_id = await self.cafe.lore.books.chosen(work, user_id, book, may=May.WRITE)
            await self.cafe.lore.books.get(work, user_id, book_id, may=May.WRITE)
            self.cafe.lore.entries.check(bulk)
            count = await self.cafe.lore.entries.count(work, user_id, book_id, which)
        say = say_for(interaction)
        if not count:
            await answer(interaction, say("No entry fits that, so nothing is changed."))
            return
        question = asked(bulk, count, await _in_words(interaction, bulk), say)
        await answer(interaction, question, _Deciding(self.cafe, book_id, which, bulk, say))


class _Deciding(CafeView):
    """Does it, or leaves everything as it is."""

    def __init__(self, cafe: Cafe, book_id: UUID, which: Which, bulk: Bulk, say: Say) -> None:
        super().__init__(timeout=ASKED_SECONDS)
        self._cafe, self._book_id, self._which, self._bulk = cafe, book_id, which, bulk
        style = discord.ButtonStyle.danger if bulk.kind is BulkKind.DELETE else discord.ButtonStyle.primary
        for label, looks, press in ((say("Do it"), style, self._do), (say("Not now"), None, self._leave)):
            button = discord.ui.Button[Any](label=label, style=looks or discord.ButtonStyle.secondary)
            button.callback = press
            self.add_item(button)

    async def _do(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            done = await self._cafe.lore.entries.bulk(work, user_id, self._book_id, self._which, self._bulk)
        done_words = finished(self._bulk, done.count, done.unchanged, say_for(interaction))
        await interaction.edit_original_response(content=done_words, view=None, allowed_mentions=NO_PINGS)

    async def _leave(self, interaction: discord.Interaction[Any]) -> None:
        left = say_for(interaction)("Nothing was changed.")
        await interaction.response.edit_message(content=left, view=None, allowed_mentions=NO_PINGS)


def asked(bulk: Bulk, count: int, value: str, say: Say) -> str:
    """What will happen to how many. `value` is the new one in words."""
    some = entries(count, say)
    match bulk.kind:
        case BulkKind.ENABLE:
            return say("Switch on {entries}?", entries=some)
        case BulkKind.DISABLE:
            return say("Switch off {entries}? They are kept, and no character hears of them.", entries=some)
        case BulkKind.DELETE:
            return say("Delete {entries}? /lore entry undo brings single ones back.", entries=some)
        case BulkKind.FOLDER:
            return say("Put {entries} into the folder {folder}?", entries=some, folder=f"**{value or '—'}**")
        case BulkKind.TAG:
            return say("Tag {entries} with {tag}?", entries=some, tag=f"**{value}**")
        case BulkKind.UNTAG:
            return say("Take the tag {tag} from {entries}?", entries=some, tag=f"**{value}**")
        case BulkKind.SET:
            label = say(ENTRY_FIELDS[bulk.field].label)
            return say("Set {field} to {value} in {entries}?", field=label, value=f"**{value or '—'}**", entries=some)


def finished(bulk: Bulk, count: int, unchanged: int, say: Say) -> str:
    """What happened."""
    if bulk.kind is BulkKind.DELETE:
        text = say.plural("{n} entry is deleted.", "{n} entries are deleted.", count)
    else:
        text = say.plural("{n} entry is changed.", "{n} entries are changed.", count)
    if not unchanged:
        return text
    same = say.plural("{n} was so already.", "{n} were so already.", unchanged)
    return f"{text} {same}"
