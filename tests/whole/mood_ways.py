"""The ways by which words of check-ins come out again: the list, and what pictures say in words."""

from __future__ import annotations

import contextlib

from bot.errors import InvalidInput
from bot.services.wellbeing.consent import VERSION
from bot.services.wellbeing.entries import CheckInDraft
from db.models import MoodSource, SaidIn
from tests.whole.cafe import slash
from tests.whole.lore_ways import Town, passable


async def in_a_check_in(town: Town, number: int) -> None:
    """Robin's own mood, activity, tag and note of the line, in the list and in what insights say."""
    here, tavern, line = town.here, town.here.channel("tavern"), passable(town.line(number))
    async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
        await here.cafe.moods.opt_in(work, robin, version=VERSION, said_in=SaidIn.DISCORD)
        await here.cafe.moods.set_in_discord(work, robin, True)
        with contextlib.suppress(InvalidInput):
            await here.cafe.moods.add_mood(work, robin, name=line[:60], score=4)
    for words in (line[:60], "Tea"):
        with contextlib.suppress(InvalidInput):
            async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
                own = (await here.cafe.moods.choices(work, robin)).own_moods
                mood = own[0].id if own and words != "Tea" else "good"
                draft = CheckInDraft(mood, activities=(words,), tags=(words,), title=words, note=line[:1000])
                await here.cafe.moods.add(work, robin, draft, source=MoodSource.WEB)
    await slash(here, "robin", tavern, "mood history")
    await slash(here, "robin", tavern, "mood insights", picture="activities")
    async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
        await here.cafe.moods.withdraw(work, robin)


WAYS = (in_a_check_in,)
"""Everything is for one person's eyes, and every mention taken apart before it is shown."""
