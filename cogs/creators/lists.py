"""Lists of creators, a screen at a time. What is looked for stands in the button, so that it survives restarts."""

from __future__ import annotations

import re
from typing import Any, Self
from uuid import UUID

import discord

from bot.services.cafe import Cafe
from bot.services.characters.searching import asked_for
from bot.services.people.creators import CreatorCard, CreatorList, CreatorSearch, CreatorSort, Mark
from bot.texts import Say
from bot.transport.views import LastingButton, LastingSelect
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.creators.page import page_panel
from cogs.creators.parts import cafe_of, panel, redraw, row, short, show, words

_SHOWN = 8
_WORDS_CARRIED = 14
_FOLLOWS_SHOWN = 20


class NextButton(
    LastingButton,
    template=r"creators:(?P<sort>[a-z]{1,10}):(?P<mark>[^:]{0,34}):(?P<id>[0-9a-f]{0,32}):(?P<words>[^:]{0,14})",
):
    """Shows the next creators of the directory; without a mark, the first ones again."""

    def __init__(self, custom_id: str, label: str, match: re.Match[str] | None = None) -> None:
        super().__init__(discord.ui.Button(label=label[:80], custom_id=custom_id))
        self.match = match

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match.string, "…", match)

    async def pressed(self, interaction: Asked) -> None:
        """Show them in place of these."""
        assert self.match is not None
        await interaction.response.defer()
        found = self.match
        after = Mark(found["mark"], UUID(found["id"])) if len(found["id"]) == 32 else None
        search = CreatorSearch(words=found["words"], sort=CreatorSort(found["sort"]))
        await redraw(interaction, await directory(interaction, cafe_of(interaction), search, after))


class OpenSelect(LastingSelect, template=r"creators:open"):
    """Opens the page of one of a list."""

    @classmethod
    def of(cls, cards: tuple[CreatorCard, ...], say: Say) -> Self:
        """The menu under a list."""
        options = [
            discord.SelectOption(label=one.display_name[:100], description=f"@{one.username}", value=str(one.id))
            for one in cards[:25]
        ]
        menu = discord.ui.Select[discord.ui.View](
            custom_id="creators:open", options=options, placeholder=say("Look at one of them")
        )
        return cls(menu)

    async def pressed(self, interaction: Asked) -> None:
        """Show the page."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        cafe = cafe_of(interaction)
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            page = await cafe.creating.creators.named(work, user_id, self.item.values[0])
        await show(interaction, page_panel(cafe, page, say_for(interaction)))


ITEMS = (NextButton, OpenSelect)


async def directory(
    interaction: Asked, cafe: Cafe, search: CreatorSearch, after: Mark | None = None
) -> discord.ui.LayoutView:
    """A screen of the directory."""
    async with cafe.people.at_work(caller_of(interaction)) as (_, work):
        page = await cafe.creating.creators.found(work, search, after=after, most=_SHOWN)
    say = say_for(interaction)
    titles = {
        CreatorSort.FOLLOWERS: say("The most followed creators"),
        CreatorSort.NEWEST: say("The newest creators"),
        CreatorSort.ACTIVE: say("Creators, the last active first"),
        CreatorSort.NAME: say("Creators by name"),
    }
    head = words(f"## {titles[search.sort]}")
    if not page.cards:
        return panel(head, words(say("Nobody fits that. Try fewer words; /creator profile makes a page of your own.")))
    total = say.plural("{n} creator", "{n} creators", page.total)
    items: list[discord.ui.Item[Any]] = [
        head,
        words("\n".join(_line(one, say) for one in page.cards)),
        words(f"-# {total}"),
    ]
    items.append(row(OpenSelect.of(page.cards, say)))
    turning = _turning(page, search, after, say)
    return panel(*items, *([row(*turning)] if turning else []))


def _turning(page: CreatorList, search: CreatorSearch, after: Mark | None, say: Say) -> list[discord.ui.Item[Any]]:
    carried = " ".join(asked_for(search.words))[:_WORDS_CARRIED]
    buttons: list[discord.ui.Item[Any]] = []
    if after is not None:
        buttons.append(NextButton(f"creators:{search.sort}:::{carried}", say("From the beginning")))
    if page.next is not None:
        mark = f"{page.next.value}:{page.next.id.hex}"
        buttons.append(NextButton(f"creators:{search.sort}:{mark}:{carried}", say("Next")))
    return buttons


def _line(one: CreatorCard, say: Say) -> str:
    marks = [f"**{plain(one.display_name)}**", f"@{one.username}".replace("_", "\\_")]
    if one.is_vouched:
        marks.append(say("verified by the house"))
    marks.append(say.plural("{n} follower", "{n} followers", one.figures.followers))
    told = " ".join(one.bio.split())
    return f"{' · '.join(marks)}\n{plain(short(told, 140))}"


async def followers(interaction: Asked, cafe: Cafe) -> discord.ui.LayoutView:
    """Who follows one's own page."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        told = await cafe.creating.follows.followers(work, user_id, most=_FOLLOWS_SHOWN)
    say = say_for(interaction)
    head = words(f"## {say.plural('{n} person follows you', '{n} people follow you', told.total)}")
    lines = [
        f"**{plain(one.display_name)}**"
        + (f" · @{one.username}".replace("_", "\\_") if one.username else "")
        + f" · <t:{int(one.since.timestamp())}:D>"
        for one in told.rows
    ]
    if told.next is not None:
        lines.append(say("and {n} more", n=told.total - len(told.rows)))
    return panel(head, words("\n".join(lines) or say("Nobody yet. Published characters bring people to your page.")))


async def followed(interaction: Asked, cafe: Cafe) -> discord.ui.LayoutView:
    """Whom one follows, with what they published last."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        told = await cafe.creating.follows.followed(work, user_id, most=_FOLLOWS_SHOWN)
    say = say_for(interaction)
    head = words(f"## {say.plural('You follow {n} creator', 'You follow {n} creators', told.total)}")
    if not told.rows:
        return panel(head, words(say("Nobody to show. Find creators with /creator directory.")))
    lines: list[str] = []
    for one in told.rows:
        newest = ", ".join(plain(entry.character.name) for entry in one.newest)
        shown = say("newest: {characters}", characters=newest) if newest else say("nothing published yet")
        lines.append(f"**{plain(one.card.display_name)}** · @{one.card.username}".replace("_", "\\_") + f" · {shown}")
    if told.next is not None:
        lines.append(say("and {n} more", n=told.total - len(told.rows)))
    return panel(head, words("\n".join(lines)), row(OpenSelect.of(tuple(one.card for one in told.rows), say)))
