"""What a person does that has a character speak, what becomes of it, and who wants to hear of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypedDict
from uuid import UUID

from bot.ports import Place
from bot.services.wellbeing.crossing import Crossing
from bot.services.wellbeing.limited import guild_of
from bot.services.wellbeing.minutes import day_of, minute_of, monday_of
from bot.services.wellbeing.rules import Rest, RestKind
from db.models import LimitEventKind

_KINDS: Mapping[RestKind, LimitEventKind] = {
    RestKind.PAUSE: LimitEventKind.PAUSED,
    RestKind.NIGHT: LimitEventKind.NIGHT,
    RestKind.DAY: LimitEventKind.STOPPED,
    RestKind.WEEK: LimitEventKind.STOPPED,
    RestKind.COOL_DOWN: LimitEventKind.COOLED_DOWN,
    RestKind.BREAK: LimitEventKind.BREAK,
}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that has a character speak: who did it, where and when (the message's own time)."""

    user_id: UUID
    place: Place
    at: datetime
    discord_id: int | None = None


class Moment(TypedDict):
    """A minute, the server it is spent in (0: none), and now."""

    minute: int
    guild: int
    moment: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """What became of an act. `rest`: nobody answers, and why. Hand it to `Presence.after` once the work is committed.

    `version` is what it was judged by; `crossed` are marks it passed and that nobody was told of; `following` is the
    rest that is known from here on: that one, or what begins with the next minute where this was the last that fits.
    """

    act: Act
    rest: Rest | None = None
    following: Rest | None = None
    is_new: bool = False
    version: UUID | None = None
    crossed: tuple[Crossing, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """That somebody was active in a minute nobody had counted yet."""

    user_id: UUID
    discord_id: int | None
    minute: int


class Watching(Protocol):
    """Who wants to hear what comes of taking part. Called in order, once it is committed; must not wait."""

    def refused(self, act: Act, rest: Rest) -> None:
        """Somebody was refused."""
        ...

    def crossed(self, act: Act, crossing: Crossing) -> None:
        """Somebody passed a mark of which they are to be told."""
        ...

    def counted(self, counted: Counted) -> None:
        """Somebody who wants to be told of something was active in a new minute."""
        ...


def noted_as(act: Act, rest: Rest) -> tuple[LimitEventKind, str]:
    """Under which kind and period a rest stands in somebody's history: once for each."""
    day = day_of(rest.zone, max(minute_of(act.at), rest.first))
    match rest.kind:
        case RestKind.NIGHT:
            period = f"night {day_of(rest.zone, rest.first)}"
        case RestKind.WEEK:
            period = f"week {monday_of(day)}"
        case RestKind.COOL_DOWN | RestKind.BREAK:
            period = f"{rest.kind.value} {rest.until:%Y-%m-%dT%H:%MZ}" if rest.until else f"{rest.kind.value} {day}"
        case _:
            period = f"{rest.kind.value} {day}"
    if rest.is_servers:
        return LimitEventKind.FLOOR, f"{period} in {guild_of(act.place)}"
    return _KINDS[rest.kind], period
