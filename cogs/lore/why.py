"""/lore why, test, use: what lore a reply was told and why, what it would be told, and what it shall be told."""

from __future__ import annotations

import io
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.lore.replies.trace import Called, Trace, TracedBook, TraceLine
from bot.services.lore.replies.trace_words import as_json, as_text, sentence, warning
from bot.texts import Say
from cogs.asking import (
    Asked,
    caller_of,
    message_named,
    place_of,
    plain,
    present_choices,
    rights_of,
    say_for,
)
from cogs.lore.parts import (
    NO_PINGS,
    TEXTS_MAX,
    Suggestions,
    answer,
    cafe_of,
    choice,
    in_time,
    line,
    panel,
    short,
    words,
)
from cogs.lore.words import entries, tokens

_L = app_commands.locale_str
_FILES = "lore.txt", "lore.json"
_NOTES_MAX = 600
_HEADINGS_MAX = 100
_MORE_MAX = 80
"""Room for the line that says how many more there are."""


async def suggest_usable(interaction: Asked, typed: str) -> Suggestions:
    """Entries of books in force here that one may read."""
    cafe = cafe_of(interaction)

    async def read() -> Suggestions:
        by, place = await cafe.people.arrive(caller_of(interaction)), place_of(interaction)
        found = await cafe.lore.traces.find_usable(by, place, typed)
        return [choice(one.label, one.id) for one in found]

    return await in_time(read())


async def suggest_here(interaction: Asked, typed: str) -> Suggestions:
    """The characters in this channel."""
    return present_choices(cafe_of(interaction), interaction, typed)


class WhyCommands(commands.Cog):
    """The commands that explain lore, try it, and call it in."""

    cafe: Cafe

    @app_commands.command(name=_L("why"), description=_L("Which lore a reply was told, and why"))
    @app_commands.rename(message=_L("message"))
    @app_commands.describe(message=_L("Link of a reply; without it, the last here"))
    async def why(self, interaction: Asked, message: str | None = None) -> None:
        """What came in by which key, what stayed out and why; everything as files."""
        message_id = None if message is None else message_named(message)
        await interaction.response.defer(ephemeral=True, thinking=True)
        by = await self.cafe.people.arrive(caller_of(interaction))
        if message_id is None:
            turn_id = await self.cafe.why.last(interaction.channel_id or 0, by)
        else:
            turn_id = await self.cafe.replies.turn_at(message_id)
        await show_trace(interaction, await self.cafe.lore.traces.why(turn_id, by, rights_of(interaction)))

    @app_commands.command(name=_L("test"), description=_L("Try which lore a message would bring in here"))
    @app_commands.rename(text=_L("text"), character=_L("character"))
    @app_commands.describe(text=_L("The message"), character=_L("Who would answer it"))
    @app_commands.autocomplete(character=suggest_here)
    async def test(self, interaction: Asked, text: str, character: str | None = None) -> None:
        """Nothing is said and nothing is kept."""
        place = place_of(interaction)
        who = None if character is None else self.cafe.conversations.present(place, character, interaction.user.id)
        await interaction.response.defer(ephemeral=True, thinking=True)
        by = await self.cafe.people.arrive(caller_of(interaction))
        character_id = None if who is None else who.character_id
        rights = rights_of(interaction)
        trace = await self.cafe.lore.traces.test(by, place, text, rights=rights, character_id=character_id)
        await show_trace(interaction, trace)

    @app_commands.command(name=_L("use"), description=_L("Tell the next replies here an entry"))
    @app_commands.rename(entry=_L("entry"), replies=_L("replies"))
    @app_commands.describe(
        entry=_L("Begin to type its name or number"), replies=_L("How many; 0 takes it back; else 1")
    )
    @app_commands.autocomplete(entry=suggest_usable)
    async def use(self, interaction: Asked, entry: str, replies: int = 1) -> None:
        """It comes in without its keys; its filters and the room in the prompt still count."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        by, place = await self.cafe.people.arrive(caller_of(interaction)), place_of(interaction)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            entry_id = await self.cafe.lore.entries.chosen(work, user_id, entry)
        say, traces = say_for(interaction), self.cafe.lore.traces
        if replies == 0:
            gone = await traces.unuse(by, place, entry_id)
            told = say("**{entry}** is no longer called in; its own rules hold again.", entry=_called(gone))
        else:
            called = await traces.use(by, place, entry_id, replies=replies)
            count = say.plural("the next reply", "the next {n} replies", called.left)
            told = say("**{entry}** goes into {replies} here.", entry=_called(called), replies=count)
        await answer(interaction, told)


def _called(one: Called) -> str:
    return f"#{one.number} {plain(one.name)}"


async def show_trace(interaction: Asked, trace: Trace) -> None:
    """Answer a deferred interaction with a trace, all of it as files beside, for who asked only."""
    say = say_for(interaction)
    files = [
        discord.File(io.BytesIO(as_text(trace, say).encode()), filename=_FILES[0]),
        discord.File(io.BytesIO(as_json(trace)), filename=_FILES[1]),
    ]
    await interaction.followup.send(view=drawn(trace, say), files=files, ephemeral=True, allowed_mentions=NO_PINGS)


def drawn(trace: Trace, say: Say) -> discord.ui.LayoutView:
    """A trace as a panel: what came in, then the nearest misses, as many as there is room for. Pure."""
    name = plain(trace.character)
    title = (
        say("Which lore {name} would be told", name=name)
        if trace.is_dry
        else say("Which lore {name} was told", name=name)
    )
    head = f"### {short(title, 200)}\n{_summary(trace, say)}"
    notes = short("\n".join(f"-# ⚠ {plain_of(warning(one, say, trace.books))}" for one in trace.warnings), _NOTES_MAX)
    room = TEXTS_MAX - len(head) - len(notes) - _HEADINGS_MAX
    items: list[discord.ui.Item[Any]] = [words(head)]
    came = _lines(trace.included, trace, say, room * 2 // 3 if trace.left_out else room)
    if came:
        items += [line(), words(came)]
    missed = _lines(trace.left_out, trace, say, room - len(came))
    if missed:
        items += [line(), words("**" + say("Left out") + "**\n" + missed)]
    if notes:
        items.append(words(notes))
    items += [discord.ui.File[Any](f"attachment://{name}") for name in _FILES]
    return panel(*items)


def _summary(trace: Trace, say: Say) -> str:
    if not trace.books:
        return say("No lore book is in force here. /lore book attach puts one in force.")
    books = ", ".join(_book(one, say) for one in trace.books[:10])
    went_in = sum(one.entries for one in trace.books)
    lines = [
        say("In force: {books}", books=short(books, 600)),
        say(
            "{entries} went into the prompt, {spent} of {budget}.",
            entries=entries(went_in, say),
            spent=trace.spent,
            budget=tokens(trace.budget, say),
        ),
    ]
    if trace.beside:
        lines.append(say("{tokens} more came in without needing room.", tokens=tokens(trace.beside, say)))
    if trace.hidden:
        hidden = say.plural("{n} entry belongs", "{n} entries belong", trace.hidden)
        lines.append(say("{entries} to books that are not yours to read.", entries=hidden))
    return "\n".join(lines)


def _book(one: TracedBook, say: Say) -> str:
    return f"{plain(one.name)} ({entries(one.entries, say)})"


def _lines(some: tuple[TraceLine, ...], trace: Trace, say: Say, room: int) -> str:
    """Lines for entries, as many as there is room for."""
    told: list[str] = []
    for number, one in enumerate(some):
        text = _entry(one, trace, say)
        room -= len(text) + 1
        if room < _MORE_MAX:
            told.append(say("… and {count} more: they are in the files.", count=len(some) - number))
            break
        told.append(text)
    return "\n".join(told)


def _entry(one: TraceLine, trace: Trace, say: Say) -> str:
    number = "" if one.number is None else f"#{one.number} "
    name = plain(short(one.name, 80)) or "…"
    text = plain_of(sentence(one, say, trace.books))
    return f"**{number}{name}** · {tokens(one.tokens, say)}\n-# {short(text, 300)}"


def plain_of(text: str) -> str:
    """A sentence that holds people's words, with nothing in it that Discord would format or ping."""
    return plain(" ".join(text.split()))
