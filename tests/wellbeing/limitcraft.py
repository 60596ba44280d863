"""Limits for tests of taking part: a person sets some, speaks at a time, and we see who answered and what counted."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.ports import Caller, Heard, Place
from bot.ports.letters import Letter, Posted
from bot.services.wellbeing.active import ActiveMinutes
from bot.services.wellbeing.limits import Changed, SaidIn, SelfLimits
from bot.services.wellbeing.minutes import Minutes, minute_of
from bot.services.wellbeing.noticing import Noticing
from db.work import Actor, Database
from tests.services.stagecraft import NOON, ROBIN, Program, said

DM = Place(None, 900, 900)
_ids = itertools.count(500_000)


class FakeLetters:
    """Direct messages; `takes` says whether anybody takes one."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []
        self.answer = Posted.SENT

    async def send(self, discord_id: int, letter: Letter) -> Posted:
        if self.answer is Posted.SENT:
            self.sent.append((discord_id, letter.content))
        return self.answer


async def limit(program: Program, by: Caller = ROBIN, *, refresh: bool = True, **fields: object) -> Changed:
    """Somebody changes their limits now."""
    user_id = await program.people.arrive(by)
    async with program.database.work(Actor.user(user_id)) as work:
        changed = await SelfLimits(program.clock).change(work, user_id, fields, SaidIn.DISCORD)
    if refresh:
        await program.presence.limited.refresh(user_id)
    return changed


async def speak(program: Program, words: str = "Mira?", *, at: datetime | None = None, **more: Any) -> Heard:
    """Somebody says something, at a moment (now moves there) and waits until whoever answers has."""
    if at is not None:
        program.clock.moment = at
    heard = said(words, message_id=next(_ids), **more)
    heard = Heard(
        **{name: getattr(heard, name) for name in heard.__dataclass_fields__} | {"sent_at": program.clock.moment}
    )
    await program.turns.hear(heard)
    await program.turns.idle()
    return heard


def after(minutes: float) -> datetime:
    """A moment so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


async def counted(database: Database, user_id: Any) -> Minutes:
    """Every minute that counts for somebody."""
    async with database.work(Actor.user(user_id)) as work:
        return await ActiveMinutes().between(
            work, user_id, datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
        )


def from_noon(minutes: Minutes) -> list[int]:
    """Which minutes after noon these are."""
    return [one - minute_of(NOON) for one in minutes]


def watched(program: Program) -> tuple[FakeLetters, Noticing]:
    """Somebody who writes letters watches who takes part."""
    letters = FakeLetters()
    noticing = Noticing(program.database, program.clock, letters)
    program.presence.watching.append(noticing)
    return letters, noticing


def answers(program: Program) -> int:
    """How many replies stand in the channels."""
    return len(program.channels.texts())


def lines(program: Program) -> list[str]:
    """The neutral lines, by their keys."""
    return [key for _, key, _ in program.channels.remarks if key.startswith("held_back")]
