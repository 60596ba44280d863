"""The ways by which words of limits come out again: habits, and what somebody wrote to themselves."""

from __future__ import annotations

import contextlib

from bot.errors import InvalidInput
from tests.whole.cafe import slash
from tests.whole.lore_ways import Town, passable


async def in_a_habit(town: Town, number: int) -> None:
    """Robin's own name for it, in the list, in what follows its making and its end."""
    here, tavern, line = town.here, town.here.channel("tavern"), passable(town.line(number))
    await slash(here, "robin", tavern, "limits habits", habit=line[:60] or "Tea", times=3)
    await slash(here, "robin", tavern, "limits habits")
    async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
        for habit in await here.cafe.limiting.habits.all(work, robin):
            await here.cafe.limiting.habits.remove(work, robin, habit.id)


async def in_what_one_is_told_of(town: Town, number: int) -> None:
    """Words Robin wants to read when it comes true."""
    here, tavern, line = town.here, town.here.channel("tavern"), passable(town.line(number))
    await slash(here, "robin", tavern, "limits triggers", about="long_days", minutes=number + 1, words=line[:200])
    with contextlib.suppress(InvalidInput):
        async with here.cafe.people.at_work(here.caller("robin")) as (robin, work):
            for one in await here.cafe.limiting.triggers.all(work, robin):
                await here.cafe.limiting.triggers.remove(work, robin, one.id)


WAYS = (in_a_habit, in_what_one_is_told_of)
"""Everything is for one person's eyes, and every mention taken apart before it is shown."""
