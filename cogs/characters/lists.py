"""Lists of characters, a screen at a time. What is looked for stands in the buttons, so that they survive restarts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Self

import discord

from bot import limits
from bot.services.cafe import Cafe
from bot.services.characters import Entry, Page
from bot.services.characters.details import tag_of
from bot.services.characters.directory import Search, Shelf, Sort
from bot.services.characters.searching import asked_for
from bot.texts import Say
from bot.transport.views import CafeView, LastingButton, LastingSelect
from cogs.asking import Asked, caller_of, is_age_restricted, plain, say_for
from cogs.characters.card import look
from cogs.characters.parts import COLOUR, NO_PINGS, cafe_of, short, view_of

_NUMBER = r"(?P<number>[0-9]{1,6})"


class Turning(LastingButton, template=r"characters:never"):
    """A button that turns a page. Subclass it with a template and override `turn`."""

    def __init__(
        self, custom_id: str, label: str, *, disabled: bool = False, match: re.Match[str] | None = None
    ) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id, disabled=disabled, row=1))
        self.match = match

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        label = item.label if isinstance(item, discord.ui.Button) else None
        return cls(match.string, label or "…", match=match)

    async def pressed(self, interaction: Asked) -> None:
        """Show the page in place of this one."""
        assert self.match is not None
        await interaction.response.defer()
        embed, view = await self.turn(interaction, cafe_of(interaction), self.match)
        await interaction.edit_original_response(embed=embed, view=view, allowed_mentions=NO_PINGS)

    async def turn(self, interaction: Asked, cafe: Cafe, match: re.Match[str]) -> tuple[discord.Embed, CafeView]:
        """The page."""
        raise NotImplementedError


class ListButton(Turning, template=rf"characters:page:(?P<shelf>[a-z]{{1,10}}):{_NUMBER}:(?P<words>[^:]{{0,60}})"):
    """Turns a page of /character list."""

    async def turn(self, interaction: Asked, cafe: Cafe, match: re.Match[str]) -> tuple[discord.Embed, CafeView]:
        """The page."""
        return await listed(interaction, cafe, Shelf(match["shelf"]), match["words"], int(match["number"]))


class DiscoverButton(
    Turning, template=rf"discover:(?P<sort>[a-z]{{1,10}}):{_NUMBER}:(?P<tag>[^:]{{0,30}}):(?P<words>[^:]{{0,60}})"
):
    """Turns a page of /discover."""

    async def turn(self, interaction: Asked, cafe: Cafe, match: re.Match[str]) -> tuple[discord.Embed, CafeView]:
        """The page."""
        search = Search(match["words"], match["tag"], Sort(match["sort"]), is_age_restricted(interaction))
        return await discovered(interaction, cafe, search, int(match["number"]))


class LookSelect(LastingSelect, template=r"characters:look"):
    """Opens the card of one character of a list."""

    @classmethod
    def of(cls, page: Page, say: Say) -> Self:
        """The menu under a page."""
        options = [
            discord.SelectOption(
                label=one.name[:100], description=short(one.description, 100) or None, value=str(one.id)
            )
            for one in page.characters
        ]
        placeholder = say("Look at one of them")
        return cls(
            discord.ui.Select[discord.ui.View](
                custom_id="characters:look", options=options, placeholder=placeholder, row=0
            )
        )

    async def pressed(self, interaction: Asked) -> None:
        """Show the card."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await look(interaction, cafe_of(interaction), self.item.values[0])


ITEMS = (ListButton, DiscoverButton, LookSelect)


async def listed(
    interaction: Asked, cafe: Cafe, shelf: Shelf, words: str, number: int = 0
) -> tuple[discord.Embed, CafeView]:
    """A screen of the characters one may summon."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        page = await cafe.characters.directory.page(
            work, user_id, number, shelf=shelf, words=words, adults=is_age_restricted(interaction)
        )
    say = say_for(interaction)
    titles = {
        Shelf.ALL: say("Characters you can summon"),
        Shelf.OWN: say("Your characters"),
        Shelf.FAVORITES: say("Your favorites"),
    }
    nothing = {
        Shelf.ALL: say("There are none yet. Make one with /character create."),
        Shelf.OWN: say("You have none yet. Make one with /character create."),
        Shelf.FAVORITES: say("You have none yet. Find some with /discover and keep them with /character favorite."),
    }
    empty = say("None fits “{words}”. Try fewer or other words.", words=plain(words)) if words else nothing[shelf]
    kept = _carried(words)

    def turning(number: int, label: str, is_end: bool) -> Turning:
        return ListButton(f"characters:page:{shelf}:{number}:{kept}", label, disabled=is_end)

    return _drawn(page, say, titles[shelf], empty, whose=True), _turning(page, say, turning)


async def discovered(interaction: Asked, cafe: Cafe, search: Search, number: int = 0) -> tuple[discord.Embed, CafeView]:
    """A screen of the directory."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        page = await cafe.characters.directory.discover(work, user_id, search, number)
    say = say_for(interaction)
    titles = {
        Sort.POPULAR: say("The most liked characters"),
        Sort.NEWEST: say("The newest characters"),
        Sort.RATED: say("The best rated characters"),
    }
    empty = say("Nobody fits that. Try fewer words or another tag; /character create makes somebody new.")
    prefix, kept = f"discover:{search.sort}", _carried(search.words)
    tag = tag_of(search.tag)[: limits.TAG_MAX]

    def turning(number: int, label: str, is_end: bool) -> Turning:
        return DiscoverButton(f"{prefix}:{number}:{tag}:{kept}", label, disabled=is_end)

    # Everybody finds all of these: only whose they are would be news, and only of one's own.
    return _drawn(page, say, titles[search.sort], empty, whose=False), _turning(page, say, turning)


def _carried(words: str) -> str:
    """A search as a button carries it: its folded words, at most as long as a custom_id leaves room for."""
    return " ".join(asked_for(words))[: limits.SEARCH_TEXT_MAX]


def _drawn(page: Page, say: Say, title: str, empty: str, *, whose: bool) -> discord.Embed:
    embed = discord.Embed(title=title, description=None if page.entries else empty, colour=COLOUR)
    for entry in page.entries:
        one = entry.character
        embed.add_field(
            name=" · ".join([plain(one.name), *_marks(entry, say, whose=whose)]),
            value=plain(short(one.description)) or "—",
            inline=False,
        )
    number, last = page.number + 1, page.last + 1
    embed.set_footer(text=say("Page {number} of {last} · /character summon", number=number, last=last))
    return embed


def _marks(entry: Entry, say: Say, *, whose: bool) -> list[str]:
    one, marks = entry.character, list[str]()
    if not one.is_public or (entry.is_own and not whose):
        marks.append(say("yours"))
    elif whose:
        marks.append(say("yours, public") if entry.is_own else say("public"))
    if one.is_adult:
        marks.append(say("for adults"))
    if entry.likes:
        marks.append(say.plural("{n} like", "{n} likes", entry.likes))
    return [*marks, *(f"#{plain(tag)}" for tag in one.tags[:3])]


def _turning(page: Page, say: Say, turning: Callable[[int, str, bool], Turning]) -> CafeView:
    if not page.entries:
        return view_of()
    items: list[discord.ui.Item[Any]] = [LookSelect.of(page, say)]
    if page.last:
        items.append(turning(max(0, page.number - 1), say("Back"), page.number == 0))
        items.append(turning(page.number + 1, say("Next"), page.number == page.last))
    return view_of(*items)
