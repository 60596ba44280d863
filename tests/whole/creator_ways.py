"""The ways by which creators' words come out again: their pages, the directory, requests, applications, answers."""

from __future__ import annotations

import contextlib

from bot.errors import InvalidInput
from bot.services.people.creators import CreatorDraft
from bot.services.people.creators.drafts import check_creator
from bot.services.people.grants import Thing
from tests.whole.cafe import slash
from tests.whole.lore_ways import Town, passable


async def in_a_creators_page(town: Town, number: int) -> None:
    """Robin's words about themselves, as Sasha reads them on the page, in the directory and among those followed."""
    here, tavern, line = town.here, town.here.channel("tavern"), passable(town.line(number))
    draft = CreatorDraft(
        "robin-makes", "Robin Makes", f"x {line}"[:4000], commissions="open", commission_info=line[:400]
    )
    with contextlib.suppress(InvalidInput):  # what cannot be kept is not shown either
        check_creator(draft)
        await _save(town, draft)
    await slash(here, "sasha", tavern, "creator page", creator="robin-makes")
    await slash(here, "sasha", tavern, "creator directory")
    await slash(here, "robin", tavern, "creator page")


async def in_a_request(town: Town, number: int) -> None:
    """What Sasha asks of Robin, as Robin reads it."""
    here, tavern, line = town.here, town.here.channel("tavern"), passable(town.line(number))
    await _save(town, CreatorDraft("robin-makes", "Robin Makes", "Tea", accepts_collaborations=True))
    async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
        (mirabel, *_) = await here.cafe.characters.find(work, robin, "mirabel")
        await here.cafe.characters.publish(work, robin, mirabel.id, is_adult=False)
    thing = Thing.character(mirabel.id)
    await slash(here, "sasha", tavern, "share ask", thing=str(thing), words=line[:200])
    await slash(here, "robin", tavern, "share answer")
    await slash(here, "robin", tavern, "share list", thing=str(thing))


async def _save(town: Town, draft: CreatorDraft) -> None:
    async with town.here.cafe.people.at_work(town.here.caller("robin")) as (robin, work):
        await town.here.cafe.creating.creators.save(work, robin, draft)


WAYS = (in_a_creators_page, in_a_request)
