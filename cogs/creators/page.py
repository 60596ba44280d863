"""A creator's page as Discord shows it, with a button to follow them."""

from __future__ import annotations

import re
from typing import Any, Self
from uuid import UUID

import discord

from bot.services.cafe import Cafe
from bot.services.people.creators import CreatorPage
from bot.services.people.creators.drafts import COMMISSIONS, EXPERIENCES, KINDS
from bot.services.people.creators.shown import Commissions
from bot.texts import Say
from bot.transport.views import LastingButton
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.creators.parts import ID, cafe_of, line, link, panel, redraw, row, short, words

_BIO_SHOWN = 1500


class FollowButton(LastingButton, template=rf"creator:{ID}:follow"):
    """Follows a creator, or no more."""

    def __init__(self, creator_id: str, label: str) -> None:
        super().__init__(discord.ui.Button(label=label[:80], custom_id=f"creator:{creator_id}:follow"))
        self.creator_id = UUID(creator_id)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button as it was pressed."""
        return cls(match["id"], "…")

    async def pressed(self, interaction: Asked) -> None:
        """Turn it around and show the page anew."""
        await interaction.response.defer()
        cafe = cafe_of(interaction)
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            await cafe.creating.follows.turn(work, user_id, self.creator_id)
            page = await cafe.creating.creators.named(work, user_id, str(self.creator_id))
        await redraw(interaction, page_panel(cafe, page, say_for(interaction)))


ITEMS = (FollowButton,)


def page_panel(
    cafe: Cafe, page: CreatorPage, say: Say, *more: discord.ui.Item[Any], said: str = ""
) -> discord.ui.LayoutView:
    """The panel: who they are, what they make, numbers. `more` stands below, `said` above."""
    card = page.card
    items: list[discord.ui.Item[Any]] = [words(said), line()] if said else []
    items.append(words(f"## {plain(card.display_name)}\n{_under_name(page, say)}"))
    items.append(words(plain(short(card.bio, _BIO_SHOWN))))
    facts = _facts(page, say)
    if facts:
        items += [line(), words("\n".join(facts))]
    if page.first:
        first = " · ".join(plain(entry.character.name) for entry in page.first)
        items.append(words(say("To meet first, with /character show: {characters}", characters=first)))
    buttons: list[discord.ui.Item[Any]] = []
    if not page.is_own:
        buttons.append(FollowButton(str(card.id), say("Unfollow") if page.is_followed else say("Follow")))
    if cafe.creating.public_url:
        buttons.append(link(say("Open the page"), f"{cafe.creating.public_url}{card.path}"))
    return panel(*items, *([row(*buttons)] if buttons else []), *more)


def _under_name(page: CreatorPage, say: Say) -> str:
    card = page.card
    marks = [f"@{card.username}".replace("_", "\\_")]
    if card.is_vouched:
        marks.append(say("verified by the house"))
    if card.is_featured:
        marks.append(say("featured"))
    if card.kind is not None:
        marks.append(say(KINDS[card.kind]))
    numbers = card.figures
    marks.append(say.plural("{n} follower", "{n} followers", numbers.followers))
    marks.append(say.plural("{n} published character", "{n} published characters", numbers.characters))
    if numbers.likes:
        marks.append(say.plural("{n} like", "{n} likes", numbers.likes))
    if page.portfolio.conversations is not None:
        marks.append(say.plural("{n} conversation", "{n} conversations", page.portfolio.conversations))
    return "-# " + " · ".join(marks)


def _facts(page: CreatorPage, say: Say) -> list[str]:
    facts: list[str] = []
    if page.specialties:
        facts.append(say("Good at: {what}", what=plain(", ".join(page.specialties))))
    if page.experience is not None:
        facts.append(say(EXPERIENCES[page.experience]))
    if page.languages:
        facts.append(say("Speaks {languages}", languages=plain(", ".join(page.languages))))
    if page.location:
        facts.append(say("Is in {place}", place=plain(page.location)))
    if page.card.accepts_collaborations:
        facts.append(say("Makes characters together with others: ask with /share ask"))
    if page.card.commissions is not Commissions.CLOSED:
        told = say(COMMISSIONS[page.card.commissions])
        facts.append(f"{told}: {plain(short(page.commission_info, 300))}" if page.commission_info else told)
    # The address itself, never words of somebody's choosing over it.
    facts += [f"{plain(say(one.label))}: {_address(one.text, one.url)}" for one in page.links]
    if page.card.tags:
        facts.append(" ".join(f"#{plain(tag)}" for tag in page.card.tags))
    return facts


def _address(text: str, url: str | None) -> str:
    return plain(text) if url is None else f"<{url}>"
