"""/conversation list: a screen at a time. What is looked for stands in the buttons, so that they survive restarts."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

import discord

from bot import limits
from bot.services.cafe import Cafe
from bot.services.characters.details import tag_of
from bot.services.talk.conversations import Named
from bot.services.talk.conversations.shelf import Mark, Search, ShelfPage, ShelfRow, Which, folded
from bot.texts import Say
from bot.transport.views import CafeView, LastingButton, LastingSelect
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.talk.conversation.card import look
from cogs.talk.conversation.parts import COLOUR, NO_PINGS, cafe_of, called

_CODES = {Which.ALL: "a", Which.ACTIVE: "g", Which.ARCHIVED: "r", Which.PINNED: "p"}
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TAGS_SHOWN = 4


PAGE = (
    r"talks:(?P<way>[ud]):(?P<which>[agrp]):(?P<mark>[01][0-9a-f]{1,14}\.[\w-]{22}):"
    r"(?P<tag>[^:]{0,24}):(?P<words>[^:]{0,24})"
)


class PageButton(LastingButton, template=PAGE):
    """Turns a page."""

    def __init__(self, custom_id: str, label: str, *, disabled: bool = False) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id, disabled=disabled, row=1))

    @classmethod
    def to(cls, mark: Mark | None, search: Search, label: str, *, upwards: bool) -> Self:
        """The button that leads past a mark; without one it can only be looked at."""
        way, shown = "u" if upwards else "d", mark or Mark(is_pinned=False, active_at=_EPOCH, id=UUID(int=0))
        custom_id = f"talks:{way}:{_CODES[search.which]}:{written(shown)}:{search.tag}:{search.words}"
        return cls(custom_id, label, disabled=mark is None)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match.string, "…")

    async def pressed(self, interaction: Asked) -> None:
        """Show the page in place of this one: the presser's own list."""
        match = re.fullmatch(PAGE, self.custom_id)
        assert match is not None
        await interaction.response.defer()
        which = next(one for one, code in _CODES.items() if code == match["which"])
        search = Search(which, match["words"], match["tag"])
        embed, view = await listed(
            interaction, cafe_of(interaction), search, read(match["mark"]), upwards=match["way"] == "u"
        )
        await interaction.edit_original_response(embed=embed, view=view, allowed_mentions=NO_PINGS)


class LookSelect(LastingSelect, template=r"talks:look"):
    """Opens the card of one conversation of a list."""

    @classmethod
    def of(cls, rows: tuple[ShelfRow, ...], say: Say) -> Self:
        """The menu under a page."""
        options = [
            discord.SelectOption(
                label=(row.title or ", ".join(row.characters) or say("Conversation with nobody"))[:100],
                value=str(row.id),
                emoji=_sign(row) or None,
            )
            for row in rows
        ]
        menu = discord.ui.Select[discord.ui.View](
            custom_id="talks:look", options=options, placeholder=say("Look at one of them"), row=0
        )
        return cls(menu)

    async def pressed(self, interaction: Asked) -> None:
        """Show the card."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await look(interaction, cafe_of(interaction), self.item.values[0])


ITEMS = (PageButton, LookSelect)


async def listed(
    interaction: Asked, cafe: Cafe, search: Search, mark: Mark | None = None, *, upwards: bool = False
) -> tuple[discord.Embed, CafeView]:
    """A screen of one's conversations."""
    search = asked(search)
    by = await cafe.people.arrive(caller_of(interaction))
    page = await cafe.conversations.shelf.page(by, search, mark, upwards=upwards)
    say, view = say_for(interaction), CafeView(timeout=None)
    if page.rows:
        view.add_item(LookSelect.of(page.rows, say))
    if page.before or page.after:
        view.add_item(PageButton.to(page.before, search, say("Back"), upwards=True))
        view.add_item(PageButton.to(page.after, search, say("Next"), upwards=False))
    return _drawn(page, search, say), view


def asked(search: Search) -> Search:
    """A search as buttons carry it; carried once, it stays as it is."""
    return Search(search.which, folded(search.words), tag_of(search.tag)[: limits.TAG_MAX])


def _drawn(page: ShelfPage, search: Search, say: Say) -> discord.Embed:
    titles = {
        Which.ALL: say("Your conversations"),
        Which.ACTIVE: say("Your conversations that go on"),
        Which.ARCHIVED: say("Your archived conversations"),
        Which.PINNED: say("Your pinned conversations"),
    }
    embed = discord.Embed(title=titles[search.which], colour=COLOUR)
    if not page.rows:
        embed.description = _nothing(search, say)
        return embed
    for row in page.rows:
        name = called(Named(row.id, row.title, tuple(row.characters)), say)
        embed.add_field(name=f"{_sign(row)} {name}".strip()[:256], value=_about(row, say), inline=False)
    embed.set_footer(text=say.plural("{n} conversation", "{n} conversations", page.total))
    return embed


def _nothing(search: Search, say: Say) -> str:
    if search.words or search.tag:
        return say("None fits that. Try fewer or other words; titles, tags and characters are searched.")
    if search.which is Which.PINNED:
        return say("None is pinned. /conversation pin puts one at the top of your list; only you see that.")
    return say("There is none yet. Ask a character in with /character summon, and one begins.")


def _sign(row: ShelfRow) -> str:
    if row.is_pinned:
        return "📌"
    if not row.is_active:
        return "📦"
    return "🔇" if row.is_muted else ""


def _about(row: ShelfRow, say: Say) -> str:
    where = say("direct messages") if row.guild_id is None else f"<#{row.channel_id}>"
    said = say.plural("{n} message", "{n} messages", row.messages)
    pieces = [where, said, f"<t:{int(row.last_activity_at.timestamp())}:R>"]
    if row.title and row.characters:
        pieces.insert(0, plain(", ".join(row.characters[:3])))
    states = ((not row.is_active, say("archived")), (row.is_muted, say("muted")), (row.is_fork, say("a fork")))
    pieces += [word for is_so, word in states if is_so]
    pieces += [f"#{plain(tag)}" for tag in row.tags[:_TAGS_SHOWN]]
    return " · ".join(pieces)


def written(mark: Mark) -> str:
    """A mark as a button carries it, at most 38 characters."""
    microseconds = (mark.active_at - _EPOCH) // _MICROSECOND
    name = base64.urlsafe_b64encode(mark.id.bytes).decode().rstrip("=")
    return f"{int(mark.is_pinned)}{microseconds:x}.{name}"


def read(text: str) -> Mark:
    """The same back."""
    numbers, _, name = text.partition(".")
    at = _EPOCH + int(numbers[1:], 16) * _MICROSECOND
    return Mark(numbers[0] == "1", at, UUID(bytes=base64.urlsafe_b64decode(name + "==")))
