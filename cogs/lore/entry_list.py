"""/lore entry list and search: a screen of entries at a time, with how many tokens they hold together.

What is looked for stands in the buttons, so that they survive restarts.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from enum import StrEnum
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


class By(StrEnum):
    """What a list of entries is narrowed down by."""

    ALL = "a"
    FOLDER = "f"
    TAG = "t"
    OFF = "o"
    SEARCH = "s"


@dataclass(frozen=True, slots=True)
class Listing:
    """Which entries are listed. `book_id` None: of every book that who asks may read (searches only)."""

    book_id: UUID | None
    by: By = By.ALL
    text: str = ""

    def which(self) -> Which:
        """The same for the service."""
        match self.by:
            case By.FOLDER:
                return Which(folder=self.text)
            case By.TAG:
                return Which(tag=self.text)
            case By.OFF:
                return Which(is_enabled=False)
            case By.SEARCH:
                return Which(text=self.text)
            case By.ALL:
                return Which()


_PAGE = r"lores:(?P<way>[ud]):(?P<book>[A-Za-z0-9_-]{22}|-):(?P<by>[afots]):(?P<mark>[^:]{1,48}):(?P<text>.{0,36})"


class EntriesButton(LastingButton, template=_PAGE):
    """Turns a page of entries."""

    def __init__(self, custom_id: str, label: str, *, disabled: bool = False) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id, disabled=disabled))

    @classmethod
    def to(cls, mark: str | None, listing: Listing, label: str, *, upwards: bool) -> Self:
        """The button that leads past a mark; without one it can only be looked at."""
        book = "-" if listing.book_id is None else written(listing.book_id)
        custom_id = f"lores:{'u' if upwards else 'd'}:{book}:{listing.by}:{mark or '-'}:{listing.text[:CARRIED_MAX]}"
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
        book_id = None if match["book"] == "-" else read(match["book"])
        listing = Listing(book_id, By(match["by"]), match["text"])
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
        if listing.by is By.SEARCH or listing.book_id is None:
            page = await service.search(
                work, user_id, listing.text, book_id=listing.book_id, before=before, after=after
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
    text, name = plain(listing.text), plain(book or "")
    match listing.by:
        case By.FOLDER:
            return say("{book}: folder {folder}", book=name, folder=text)
        case By.TAG:
            return say("{book}: tagged {tag}", book=name, tag=text)
        case By.OFF:
            return say("{book}: switched off", book=name)
        case By.SEARCH if book is None:
            return say("Entries with “{words}”", words=text)
        case By.SEARCH:
            return say("{book}: entries with “{words}”", book=name, words=text)
        case By.ALL:
            return name


def _nothing(listing: Listing, say: Say) -> str:
    if listing.by is By.ALL:
        return say("There is no entry in it yet. Write one with /lore entry add.")
    return say("None fits that. Try fewer or other words; names, keys, tags and contents are searched.")


def _line(one: EntryLine, listing: Listing, say: Say) -> str:
    about = [say(dict(ENTRY_FIELDS["mode"].choices)[one.mode.value])]
    if one.keys:
        more = one.key_count - len(one.keys)
        about.append(short(plain(", ".join(one.keys)), _KEYS_SHOWN) + (f" +{more}" if more else ""))
    if one.folder and listing.by is not By.FOLDER:
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
