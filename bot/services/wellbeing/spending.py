"""The cap a person sets on their own spending, below what they have: tokens a day and a month, for replies and gifts.

It is kept where tokens are kept back (`ledger_hold`), behind the lock of the person's pockets, in the same statement;
what is here tells how it stands, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.services.wellbeing.limit_words import When, discord_time
from bot.texts import N_, Text
from db.queries.wellbeing import spending as queries
from db.work import Work

_CAPPED_DAY = N_(
    "You set yourself a cap of {most} tokens a day, and {used} are spent. This answer may take up to {need}, so it was "
    "not asked for and nothing was taken. Your day begins anew {until}; /limits spending tells more."
)
_CAPPED_MONTH = N_(
    "You set yourself a cap of {most} tokens a month, and {used} are spent. This answer may take up to {need}, so it "
    "was not asked for and nothing was taken. Your month begins anew {until}; /limits spending tells more."
)


@dataclass(frozen=True, slots=True)
class Spent:
    """Of one day or month: `used` tokens of `most` (None: no cap), until it ends."""

    used: int
    most: int | None
    ends_at: datetime | None

    @property
    def left(self) -> int | None:
        """What may still be spent; None: no cap."""
        return None if self.most is None else max(self.most - self.used, 0)


@dataclass(frozen=True, slots=True)
class Spending:
    """How a person's spending stands, in their `zone`."""

    day: Spent
    month: Spent
    zone: str = "UTC"

    @classmethod
    def of_answer(cls, period: str, used: int, most: int | None, ends_at: datetime | None) -> Spending:
        """As a refusal tells it: of the `day` or the `month` that is used up alone."""
        spent, none = Spent(used, most, ends_at), Spent(0, None, None)
        return cls(spent, none) if period == "day" else cls(none, spent)

    def stops(self, need: int) -> bool:
        """Whether so many tokens more would pass a cap."""
        return any(one.left is not None and one.left < need for one in (self.day, self.month))

    @property
    def tighter(self) -> tuple[bool, Spent]:
        """What leaves less; True: the day."""
        of_day, of_month = self.day.left, self.month.left
        is_day = of_month is None or (of_day is not None and of_day <= of_month)
        return (True, self.day) if is_day else (False, self.month)


class Spendings:
    """Tells people what they spent. `work` is in their name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def get(self, work: Work) -> Spending:
        """How the actor's own spending stands now."""
        row = await queries.mine(work.session, self._clock.now())
        return Spending(
            Spent(row.of_day, row.most_of_day, row.day_ends),
            Spent(row.of_month, row.most_of_month, row.month_ends),
            row.zone,
        )


def capped_words(need: int, spending: Spending, when: When = discord_time) -> tuple[Text, dict[str, object]]:
    """Why an answer was not asked for, and what fills that."""
    is_day, spent = spending.tighter
    until = "–" if spent.ends_at is None else when(spent.ends_at)
    values: dict[str, object] = {"most": spent.most or 0, "used": spent.used, "need": need, "until": until}
    return (_CAPPED_DAY if is_day else _CAPPED_MONTH), values
