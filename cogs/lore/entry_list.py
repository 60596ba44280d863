"""/lore entry list and search: a screen of entries at a time, with how many tokens they hold together.

What is looked for stands in the buttons, so that they survive restarts.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import discord

from bot.services.cafe import Cafe
from bot.services.lore.fields.of_entries import ENTRY_FIELDS
from bot.services.lore.shown import EntryLine, EntryPage, Which
from bot.texts import Say
from bot.transport.views import LastingButton, LastingSelect
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.lore.entry_panel import show_entry
from cogs.lore.parts import cafe_of, panel, redraw, row, short, show, words
from cogs.lore.words import entries, tokens

CARRIED_MAX = 36
"""As many characters of what is looked for as a button has room for beside all else it carries."""

_KEYS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Listing:
    """Which entries are listed. `book_id` None: of every book that who asks may read (searches only)."""

    book_id: UUID | None
    words: str = ""
    folder: str = ""
    tag: str = ""
    is_off: bool = False

    def which(self) -> Which:
        """The same for the service."""
        return Which(self.folder or None, self.tag or None, is_enabled=False if self.is_off else None)

    @property
    def carried(self) -> str:
        """What it is narrowed down by, as buttons carry it: folder and tag by marks, since they may be longer."""
        if self.words:
            return f"s:{self.words[:CARRIED_MAX]}"
        said = (("f", self.folder), ("t", self.tag), ("o", "o" if self.is_off else ""))
        letters = "".join(letter for letter, one in said if one) or "a"
        return f"{letters}:{_marked(self.folder)}{_marked(self.tag)}"


def _marked(name: str) -> str:
    """Eight characters that stand for a folder or a tag."""
    digest = hashlib.blake2b(name.encode(), digest_size=6).digest()
    return base64.urlsafe_b64encode(digest).decode() if name else ""


_PAGE = (
    r"lores:(?P<way>[ud]):(?P<book>[A-Za-z0-9_-]{22}|-):(?P<mark>[^:]{1,48}):"
    r"(?P<by>s|a|(?=[fto])f?t?o?):(?P<text>.{0,36})"
)


class EntriesButton(LastingButton, template=_PAGE):
    """Turns a page of entries."""

    def __init__(self, custom_id: str, label: str, *, disabled: bool = False) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id, disabled=disabled))

    @classmethod
    def to(cls, mark: str | None, listing: Listing, label: str, *, upwards: bool) -> Self:
        """The button that leads past a mark; without one it can only be looked at."""
        book = "-" if listing.book_id is None else written(listing.book_id)
        custom_id = f"lores:{'u' if upwards else 'd'}:{book}:{mark or '-'}:{listing.carried}"
        return cls(custom_id, label, disabled=mark is None)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match.string, "…")

    async def pressed(self, interaction: Asked) -> None:
        """Show the page in place of this one."""
        match = re.fullmatch(_PAGE, self.custom_id)
        assert match is not None
        await interaction.response.defer()
        listing = await _carried(interaction, match)
        before, after = (match["mark"], None) if match["way"] == "u" else (None, match["mark"])
        layout = await listed(interaction, cafe_of(interaction), listing, before=before, after=after)
        await redraw(interaction, layout)


class LookSelect(LastingSelect, template=r"lores:look"):
    """Opens the panel of one entry of a list."""

    @classmethod
    def of(cls, lines: tuple[EntryLine, ...], say: Say) -> Self:
        """The menu under a page."""
        options = [
            discord.SelectOption(label=short(f"#{one.number} {one.name}", 100), value=str(one.id)) for one in lines
        ]
        menu = discord.ui.Select[discord.ui.View](
            custom_id="lores:look", options=options, placeholder=say("Look at one of them")
        )
        return cls(menu)

    async def pressed(self, interaction: Asked) -> None:
        """Show it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        cafe = cafe_of(interaction)
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            entry = await cafe.lore.entries.get(work, user_id, UUID(self.item.values[0]))
        await show_entry(interaction, cafe, entry)


ITEMS = (EntriesButton, LookSelect)


async def _carried(interaction: Asked, match: re.Match[str]) -> Listing:
    """What a button carries, with the folder and the tag that are meant. One that is gone holds nothing."""
    book_id = None if match["book"] == "-" else read(match["book"])
    by, text = match["by"], match["text"]
    if by == "s" or book_id is None:
        return Listing(book_id, words=text)
    folder, tag = text[: 8 * ("f" in by)], text[8 * ("f" in by) :]
    cafe = cafe_of(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        folders = await cafe.lore.entries.folders(work, user_id, book_id) if folder else ()
        tags = await cafe.lore.entries.tags(work, user_id, book_id) if tag else ()
    named = {_marked(one): one for one in (*folders, *tags)}
    return Listing(book_id, folder=named.get(folder, folder), tag=named.get(tag, tag), is_off="o" in by)


async def show_entries(interaction: Asked, cafe: Cafe, listing: Listing) -> None:
    """Answer a deferred interaction with the first page, for who asked only."""
    await show(interaction, await listed(interaction, cafe, listing))


async def listed(
    interaction: Asked, cafe: Cafe, listing: Listing, *, before: str | None = None, after: str | None = None
) -> discord.ui.LayoutView:
    """A screen of entries."""
    service = cafe.lore.entries
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        name = None
        if listing.book_id is not None:
            name = (await cafe.lore.books.get(work, user_id, listing.book_id)).name
        if listing.words or listing.book_id is None:
            page = await service.search(
                work, user_id, listing.words, book_id=listing.book_id, before=before, after=after
            )
        else:
            page = await service.page(work, user_id, listing.book_id, which=listing.which(), before=before, after=after)
    return drawn(page, listing, name, say_for(interaction))


def drawn(page: EntryPage, listing: Listing, book: str | None, say: Say) -> discord.ui.LayoutView:
    """The screen. Pure."""
    items: list[discord.ui.Item[Any]] = [words(f"### {_title(listing, book, say)}")]
    if not page.entries:
        items.append(words(_nothing(listing, say)))
        return panel(*items)
    items.append(words("\n".join(_line(one, listing, say) for one in page.entries)))
    items.append(row(LookSelect.of(page.entries, say)))
    if page.before or page.after:
        back = EntriesButton.to(page.before, listing, say("Back"), upwards=True)
        items.append(row(back, EntriesButton.to(page.after, listing, say("Next"), upwards=False)))
    items.append(words(f"-# {entries(page.total, say)} · {tokens(page.tokens, say)}"))
    return panel(*items)


def _title(listing: Listing, book: str | None, say: Say) -> str:
    name, folder, tag = plain(book or ""), plain(listing.folder), plain(listing.tag)
    if book is None:
        return say("Entries with “{words}”", words=plain(listing.words))
    if listing.words:
        return say("{book}: entries with “{words}”", book=name, words=plain(listing.words))
    title = name
    if folder:
        title = say("{book}: folder {folder}", book=title, folder=folder)
    if tag:
        title = say("{book}: tagged {tag}", book=title, tag=tag)
    return say("{book}: switched off", book=title) if listing.is_off else title


def _nothing(listing: Listing, say: Say) -> str:
    if listing.words:
        return say("None fits that. Try fewer or other words; names, keys, tags and contents are searched.")
    if listing.folder or listing.tag or listing.is_off:
        return say("None fits that. /lore entry list with the book alone shows all of them.")
    return say("There is no entry in it yet. Write one with /lore entry add.")


def _line(one: EntryLine, listing: Listing, say: Say) -> str:
    about = [say(dict(ENTRY_FIELDS["mode"].choices)[one.mode.value])]
    if one.keys:
        more = one.key_count - len(one.keys)
        about.append(short(plain(", ".join(one.keys)), _KEYS_SHOWN) + (f" +{more}" if more else ""))
    if one.folder and not listing.folder:
        about.append(plain(one.folder))
    about.append(tokens(one.tokens, say))
    mark = "" if one.is_enabled else f" ({say('off')})"
    return f"**#{one.number}** {plain(short(one.name, 80))}{mark}\n-# {' · '.join(about)}"


def written(id_: UUID) -> str:
    """An id in 22 characters."""
    return base64.urlsafe_b64encode(id_.bytes).decode().rstrip("=")


def read(text: str) -> UUID:
    """The same back. What is no id becomes one that nothing has."""
    return UUID(bytes=base64.urlsafe_b64decode(text + "=="))
