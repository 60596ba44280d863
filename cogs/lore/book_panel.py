"""The panel of a lore book: what it is, how much is in it, where it is in force, and what one may do with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

import discord

from bot.services.cafe import Cafe
from bot.services.lore.attaching import Attached
from bot.services.lore.fields import BOOK_FIELDS
from bot.services.lore.meanings.chunks import Progress
from bot.services.lore.ratings import Rated
from bot.services.lore.shown import BookTotals, LoreBook, May, Visibility
from bot.services.lore.wording import BOOK_FORMS as FORMS
from bot.services.lore.wording import MAY
from bot.texts import Say
from bot.transport.views import LastingButton, LastingSelect
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.lore.attached import in_words
from cogs.lore.controls import NOTHING_AROUND
from cogs.lore.deciding import ask_to_delete
from cogs.lore.entries import new_entry
from cogs.lore.entry_list import Listing, show_entries
from cogs.lore.forms import FieldsForm, settle
from cogs.lore.parts import (
    ID,
    answer,
    asking_of,
    cafe_of,
    line,
    panel,
    redraw,
    row,
    short,
    show,
    within_a_second,
    words,
)
from cogs.lore.sharing import show_sharing
from cogs.lore.words import entries, is_said, tokens, told

_DESCRIPTION_SHOWN = 800
_RULES_SHOWN = 1000
_PLACES_SHOWN = 12
_TALLIES_MAX = 300


class BookForms(LastingSelect, template=rf"lore:book:{ID}:form"):
    """Opens one of the forms of a book."""

    def __init__(self, menu: discord.ui.Select[discord.ui.View], book_id: str) -> None:
        super().__init__(menu)
        self.book_id = UUID(book_id)

    @classmethod
    def of(cls, book_id: UUID, say: Say) -> Self:
        """The menu."""
        options = [
            discord.SelectOption(
                label=say(title)[:100],
                value=code,
                description=short(", ".join(say(BOOK_FIELDS[name].label) for name in names), 100),
            )
            for code, (title, names) in FORMS.items()
        ]
        menu = discord.ui.Select[discord.ui.View](
            custom_id=f"lore:book:{book_id}:form", options=options, placeholder=say("Change something…")
        )
        return cls(menu, str(book_id))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu as it was used."""
        assert isinstance(item, discord.ui.Select)
        return cls(item, match["id"])

    async def pressed(self, interaction: Asked) -> None:
        """Open the form as the book is."""
        form = await within_a_second(book_form(interaction, cafe_of(interaction), self.book_id, self.item.values[0]))
        await interaction.response.send_modal(form)


class BookButton(LastingButton, template=rf"lore:book:{ID}:(?P<deed>entries|add|share|fork|ask|leave|delete)"):
    """Does one thing with a book."""

    def __init__(self, book_id: str, deed: str, label: str) -> None:
        style = discord.ButtonStyle.primary if deed == "add" else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=label[:80], custom_id=f"lore:book:{book_id}:{deed}", style=style))
        self.book_id = UUID(book_id)
        self.deed = deed

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], match["deed"], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Do it."""
        cafe = cafe_of(interaction)
        if self.deed == "add":
            await within_a_second(writable(interaction, cafe, self.book_id))
            await interaction.response.send_modal(new_entry(interaction, cafe, self.book_id))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        match self.deed:
            case "entries":
                await show_entries(interaction, cafe, Listing(self.book_id))
            case "share":
                await show_sharing(interaction, cafe, self.book_id)
            case "delete":
                await ask_to_delete(interaction, cafe, self.book_id)
            case "fork":
                await fork(interaction, cafe, self.book_id)
            case "ask":
                await _ask(interaction, cafe, self.book_id)
            case _:
                await _leave(interaction, cafe, self.book_id)


ITEMS = (BookForms, BookButton)


async def writable(interaction: Asked, cafe: Cafe, book_id: UUID) -> None:
    """Raise where who asks may not write in a book."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        await cafe.lore.books.get(work, user_id, book_id, may=May.WRITE)


async def book_form(interaction: Asked, cafe: Cafe, book_id: UUID, code: str) -> FieldsForm:
    """One form of a book as it is. Raises `UserError` where who asks may not change it."""
    title, names = FORMS[code]
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        book = await cafe.lore.books.get(work, user_id, book_id, may=May.ADMIN)
    say = say_for(interaction)

    async def save(asked: Asked, changed: dict[str, str]) -> None:
        await settle(asked)
        async with cafe.people.at_work(caller_of(asked)) as (user_id, work):
            kept = await cafe.lore.books.edit(work, user_id, book_id, changed)
        await redraw(asked, await book_panel(asked, cafe, kept))

    fields = [BOOK_FIELDS[name] for name in names]
    return FieldsForm(say(title), fields, cafe.lore.books.typed(book, *names), say, NOTHING_AROUND, save)


def new_book(interaction: Asked, cafe: Cafe) -> FieldsForm:
    """The form of a new book."""
    say, names = say_for(interaction), FORMS["words"][1]

    async def save(asked: Asked, changed: dict[str, str]) -> None:
        await settle(asked)
        async with cafe.people.at_work(caller_of(asked)) as (user_id, work):
            made = await cafe.lore.books.create(work, user_id, changed)
        await show_book(asked, cafe, made)

    fields = [BOOK_FIELDS[name] for name in names]
    return FieldsForm(say("A new lore book"), fields, {"category": "general"}, say, NOTHING_AROUND, save)


async def show_book(interaction: Asked, cafe: Cafe, book: LoreBook) -> None:
    """Answer a deferred interaction with the panel of a book, for who asked only."""
    await show(interaction, await book_panel(interaction, cafe, book))


async def book_panel(interaction: Asked, cafe: Cafe, book: LoreBook) -> discord.ui.LayoutView:
    """The panel as the book stands, with what who looks may do."""
    places: tuple[Attached, ...] = ()
    if book.may.includes(May.WRITE):
        asking = await asking_of(cafe, interaction)
        async with cafe.people.at_work(caller_of(interaction)) as (_, work):
            places = await cafe.lore.attachments.of_book(work, asking, book.id)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        learnt = await cafe.lore.chunks.progress(work, book.id)
        totals = await cafe.lore.books.totals(work, user_id, book.id)
        rated = await cafe.lore.ratings.of(work, user_id, book.id)
    shown = cafe.lore.books.typed(book, *BOOK_FIELDS)
    return drawn(book, shown, places, (totals, learnt), say_for(interaction), rated)


def drawn(
    book: LoreBook,
    shown: Mapping[str, str],
    places: tuple[Attached, ...],
    counted: tuple[BookTotals, Progress],
    say: Say,
    rated: Rated | None = None,
) -> discord.ui.LayoutView:
    """The panel. `counted` is what is in the book, and how far its meanings are learnt. Pure."""
    totals, learnt = counted
    items: list[discord.ui.Item[Any]] = [words(_heading(book, say))]
    if book.description:
        items.append(words(plain(short(book.description, _DESCRIPTION_SHOWN))))
    items += [line(), words(_about(book, shown, places, say))]
    stars = [] if rated is None or rated.stars is None else [_stars(rated.stars, rated.raters, say)]
    if told := "\n".join([*_within(totals, say), *([_meaning(learnt, say)] if learnt.total else []), *stars]):
        items.append(words(told))
    if book.may.includes(May.ADMIN):
        items.append(row(BookForms.of(book.id, say)))
    items.append(row(*_buttons(book, say)))
    return panel(*items)


def _stars(stars: float, raters: int, say: Say) -> str:
    return say("rated {stars} of 5 by {raters}", stars=f"{stars:.1f}", raters=raters)


def _heading(book: LoreBook, say: Say) -> str:
    about = [entries(book.entry_count, say), tokens(book.token_count, say), say(MAY[book.may])]
    if book.may is not May.OWN and book.owner_name:
        about.append(say("by {person}", person=plain(book.owner_name)))
    about += [f"#{plain(tag)}" for tag in book.tags]
    if book.may.includes(May.ADMIN):
        about.append(say("code {code}", code=f"`{book.code}`"))
    return f"### {plain(short(book.name, 150))}\n-# {short(' · '.join(about), 400)}"


def _about(book: LoreBook, shown: Mapping[str, str], places: tuple[Attached, ...], say: Say) -> str:
    lines = [_chosen(book, say)] if book.is_curated else []
    for name, field in BOOK_FIELDS.items():
        if name in {"name", "description", "tags"} or not (is_said(field, shown.get(name, "")) or name == "category"):
            continue
        lines.append(f"**{say(field.label)}:** {told(field, shown[name], {}, say)}")
    text = short("\n".join(lines), _RULES_SHOWN)
    if book.may.includes(May.WRITE):
        where = " · ".join(in_words(one, say) for one in places[:_PLACES_SHOWN])
        text += "\n" + say("**In force:** {places}", places=where or say("nowhere yet: /lore book attach"))
    if book.requests:
        text += "\n" + say.plural(
            "{n} person asks to write in it: Share…", "{n} people ask to write in it: Share…", book.requests
        )
    counted: list[str] = []
    if book.view_count:
        looked = say.plural("looked at {n} time", "looked at {n} times", book.view_count)
        at = book.last_viewed_at
        counted.append(looked if at is None else f"{looked}, <t:{int(at.timestamp())}:R>")
    if book.fork_count:
        counted.append(say.plural("copied {n} time", "copied {n} times", book.fork_count))
    return f"{text}\n-# {' · '.join(counted)}" if counted else text


def _chosen(book: LoreBook, say: Say) -> str:
    """That the operator recommends it, and why."""
    chosen = f"**{say('Chosen by the house')}**"
    return f"{chosen}: {plain(short(book.curator_notes, 300))}" if book.curator_notes else chosen


def _within(totals: BookTotals, say: Say) -> list[str]:
    """What its entries cost in every prompt, and where they lie."""
    lines: list[str] = []
    off = totals.entries - totals.enabled
    if off:
        lines.append(say.plural("{n} entry is switched off.", "{n} entries are switched off.", off))
    if totals.constant_tokens:
        lines.append(say("**Always in the prompt:** {tokens}", tokens=tokens(totals.constant_tokens, say)))
    for label, tallies in ((say("Folders"), totals.folders), (say("Tags of entries"), totals.tags)):
        named = [f"{plain(one.name)} ({one.entries})" for one in tallies if one.name]
        if named:
            lines.append(f"**{label}:** {short(', '.join(named), _TALLIES_MAX)}")
    return lines


def _meaning(learnt: Progress, say: Say) -> str:
    """How far the entries that are found by meaning are learnt."""
    if learnt.model is None:
        return say("This house has no embedding model: entries are found by their keys only.")
    told = say("**Found by meaning:** {done} of {total} entries are learnt.", done=learnt.done, total=learnt.total)
    if learnt.refused:
        refused = say.plural(
            "{n} could not be learnt: the embedding server refuses its words.",
            "{n} could not be learnt: the embedding server refuses their words.",
            learnt.refused,
        )
        told = f"{told} {refused}"
    return told


def _buttons(book: LoreBook, say: Say) -> list[BookButton]:
    offered = [
        (True, "entries", say("Entries")),
        (book.may.includes(May.WRITE), "add", say("Add an entry")),
        (book.may.includes(May.ADMIN), "share", say("Share…")),
        (book.allow_fork and book.may is not May.OWN, "fork", say("Copy it")),
        (book.accepts_requests and book.may is May.READ, "ask", say("Ask to write in it")),
        (book.may is not May.OWN and book.visibility is not Visibility.PUBLIC, "leave", say("Leave it")),
        (book.may is May.OWN, "delete", say("Delete…")),
    ]
    return [BookButton(str(book.id), deed, label) for is_offered, deed, label in offered if is_offered][:5]


async def fork(interaction: Asked, cafe: Cafe, book_id: UUID, name: str = "") -> None:
    """Answer a deferred interaction with one's own copy of a book."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        copy = await cafe.lore.books.fork(work, user_id, book_id, name)
    await show_book(interaction, cafe, copy)


async def _ask(interaction: Asked, cafe: Cafe, book_id: UUID) -> None:
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        name = await cafe.lore.sharing.ask(work, user_id, book_id)
    await answer(interaction, asked_in(name, say_for(interaction)))


def asked_in(name: str, say: Say) -> str:
    """What is said when somebody asked to write in a book."""
    return say("You asked to write in **{name}**. Whoever looks after it sees that under Share….", name=plain(name))


def asked_to_publish(is_new: bool, say: Say) -> str:
    """What is said when somebody asked staff to publish a book."""
    if is_new:
        return say("Asked. Staff read the whole book and answer; until then everything stays as it is.")
    return say("You asked already, and staff have not answered yet. Everything stays as it is.")


async def _leave(interaction: Asked, cafe: Cafe, book_id: UUID) -> None:
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        book = await cafe.lore.books.get(work, user_id, book_id)
        await cafe.lore.sharing.leave(work, user_id, book_id)
    told = say_for(interaction)("**{name}** is no longer in your list. Its code opens it again.", name=plain(book.name))
    await answer(interaction, told)
