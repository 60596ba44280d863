"""People's own limits and active minutes. What every act takes is prepared once (`db.direct`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from db.direct import Direct, Prepared
from db.ids import new_id
from db.models import LimitEvent, LimitEventKind, Profile, SaidIn, SelfLimits, SelfRules, UsageMinutes, User
from db.types import Document

_RULES = Document[SelfRules](SelfRules)
_MOMENT = bindparam("moment", type_=DateTime(timezone=True))
_GUILD = bindparam("guild", type_=BigInteger())
_HERE = bindparam("here", type_=ARRAY(Integer()))
_ELSEWHERE = bindparam("elsewhere", type_=ARRAY(Integer()))

COUNTED = "counted"
KNOWN = "known"
LIMITED = "limited"
"""What `take_part` says: minutes were counted, there was nothing new to count, or the person limited something."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What an act is judged by: the version that holds (None: none), and hours with their masks of minutes, in all
    places and in the one it is done in."""

    version: UUID | None
    rules: SelfRules | None
    hours: Sequence[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class LimitedRow:
    """One version of somebody who limited something; without one, of somebody with triggers alone."""

    user_id: UUID
    discord_id: int | None
    version: UUID | None
    rules: SelfRules | None
    set_at: datetime | None
    holds_from: datetime | None
    has_triggers: bool


TAKE_PART = func.take_part(bindparam("minute", type_=Integer()), _GUILD, _MOMENT)
_TAKE_PART = Prepared(select(cast(TAKE_PART, Text()).label("outcome")))
_ENTERED = func.limits_entered(_GUILD, bindparam("since", type_=DateTime(timezone=True)), _MOMENT).table_valued(
    column("version", Uuid()),
    column("rules", _RULES),
    column("hours", ARRAY(Integer())),
    column("everywhere", ARRAY(BigInteger())),
    column("here", ARRAY(BigInteger())),
    name="entered",
)
_ENTER = Prepared(select(*_ENTERED.render_derived().c))
_COUNT = Prepared(select(func.count_minutes(_GUILD, _HERE, _ELSEWHERE).label("fresh")))
_NOTE = Prepared(
    select(
        func.note_limit(
            bindparam("kind", type_=Text()),
            bindparam("period", type_=Text()),
            bindparam("until", type_=DateTime(timezone=True)),
            _MOMENT,
        ).label("is_new")
    )
)


async def take_part(direct: Direct, *, minute: int, guild: int, moment: datetime) -> str:
    """Count a minute for whoever the work is done for, who limited nothing: `COUNTED`, `KNOWN` or `LIMITED`."""
    row = await direct.row(_TAKE_PART, minute=minute, guild=guild, moment=moment)
    return str(row.outcome)


async def enter(direct: Direct, *, guild: int, since: datetime, moment: datetime) -> Entered:
    """Wait for one's turn, and read what an act is judged by. Nobody else counts for this person before the end."""
    row = await direct.row(_ENTER, guild=guild, since=since, moment=moment)
    return Entered(
        row.version, row.rules, tuple(zip(row.hours or (), row.everywhere or (), row.here or (), strict=True))
    )


async def count(direct: Direct, *, guild: int, here: Sequence[int], elsewhere: Sequence[int]) -> int:
    """Count these minutes for whoever the work is done for. Says how many nobody had counted."""
    row = await direct.row(_COUNT, guild=guild, here=list(here), elsewhere=list(elsewhere))
    return int(row.fresh)


async def note(direct: Direct, kind: LimitEventKind, period: str, *, until: datetime | None, moment: datetime) -> bool:
    """Write down what came of a limit; False where it is written for that period."""
    row = await direct.row(_NOTE, kind=kind.value, period=period, until=until, moment=moment)
    return bool(row.is_new)


# ------------------------------------------------------------------------------------------------ for the person


async def versions(session: AsyncSession, user_id: UUID, *, most: int | None = None) -> Sequence[SelfLimits]:
    """Versions of a person's limits, the newest first; without `most` those that hold or wait, not taken back."""
    statement = select(SelfLimits).where(SelfLimits.user_id == user_id)
    if most is None:
        statement = statement.where(SelfLimits.replaced_at.is_(None))
        statement = statement.order_by(SelfLimits.holds_from.desc(), SelfLimits.id.desc()).limit(_ALIVE)
    else:
        statement = statement.order_by(SelfLimits.set_at.desc(), SelfLimits.id.desc()).limit(most)
    return (await session.scalars(statement)).all()


_ALIVE = 3
"""What waits, what holds, and one before it, for a clock that was put back."""


async def change(
    session: AsyncSession,
    *,
    expected: UUID | None,
    now: SelfRules | None,
    later: tuple[SelfRules, datetime] | None,
    said_in: SaidIn,
    moment: datetime,
) -> bool:
    """Add what is to hold now and what later; what waited is taken back. False where `expected` holds no more."""
    values: Mapping[str, Any] = {
        "expected": expected,
        "now_id": new_id(),
        "now_rules": None if now is None else now.model_dump(mode="json"),
        "later_id": new_id(),
        "later_rules": None if later is None else later[0].model_dump(mode="json"),
        "later_from": None if later is None else later[1],
        "said_in": said_in.value,
        "moment": moment,
    }
    statement = text(
        "SELECT change_limits(:expected, :now_id, :now_rules, :later_id, :later_rules, :later_from, :said_in, :moment)"
    ).bindparams(
        bindparam("expected", type_=Uuid()),
        bindparam("now_id", type_=Uuid()),
        bindparam("now_rules", type_=JSONB(none_as_null=True)),
        bindparam("later_id", type_=Uuid()),
        bindparam("later_rules", type_=JSONB(none_as_null=True)),
        bindparam("later_from", type_=DateTime(timezone=True)),
    )
    return bool(await session.scalar(statement, values))


async def minutes(
    session: AsyncSession, user_id: UUID, since: datetime, until: datetime
) -> Sequence[tuple[datetime, int, int]]:
    """Hours with their masks, and the server of each (0: elsewhere), from `since` on and before `until`."""
    rows = await session.execute(
        select(UsageMinutes.hour, UsageMinutes.guild_id, UsageMinutes.mask)
        .where(UsageMinutes.user_id == user_id, UsageMinutes.hour < until)
        .where(UsageMinutes.hour >= func.date_trunc("hour", since, "UTC"))
        .order_by(UsageMinutes.hour)
    )
    return [(row.hour, row.guild_id, row.mask) for row in rows]


async def events(session: AsyncSession, user_id: UUID, *, most: int, untold: bool = False) -> Sequence[LimitEvent]:
    """What came of a person's limits, the newest first; with `untold` what they have not read."""
    statement = select(LimitEvent).where(LimitEvent.user_id == user_id)
    if untold:
        statement = statement.where(LimitEvent.told_at.is_(None))
    statement = statement.order_by(LimitEvent.happened_at.desc(), LimitEvent.id.desc()).limit(most)
    return (await session.scalars(statement)).all()


async def time_zone(session: AsyncSession, user_id: UUID) -> str | None:
    """The time zone in a person's profile."""
    return await session.scalar(select(Profile.time_zone).where(Profile.user_id == user_id))


async def spoken(session: AsyncSession, user_id: UUID) -> str | None:
    """The language a person reads: the one they chose, else Discord's."""
    statement = select(func.coalesce(Profile.language, User.locale)).select_from(User)
    statement = statement.outerjoin(Profile, Profile.user_id == User.id).where(User.id == user_id)
    found: str | None = await session.scalar(statement)
    return found


async def told(
    session: AsyncSession,
    user_id: UUID,
    moment: datetime,
    *,
    ids: Sequence[UUID] = (),
    kind: LimitEventKind | None = None,
    period: str | None = None,
) -> int:
    """Note that a person was told of these, or of one kind's period."""
    statement = text("SELECT limits_told(:person, :kind, :period, :ids, :moment)").bindparams(
        bindparam("person", type_=Uuid()), bindparam("ids", type_=ARRAY(Uuid()))
    )
    values = {
        "person": user_id,
        "kind": None if kind is None else kind.value,
        "period": period,
        "ids": list(ids),
        "moment": moment,
    }
    return int(await session.scalar(statement, values) or 0)


# ------------------------------------------------------------------------------------------------ for jobs


async def limited_people(session: AsyncSession, user_id: UUID | None = None) -> Sequence[LimitedRow]:
    """Everybody who limited something or has triggers, or one of them; a person's versions follow each other."""
    table = func.limited_people(bindparam("only", user_id, type_=Uuid())).table_valued(
        column("user_id", Uuid()),
        column("discord_id", BigInteger()),
        column("version", Uuid()),
        column("rules", _RULES),
        column("set_at", DateTime(timezone=True)),
        column("holds_from", DateTime(timezone=True)),
        column("has_triggers"),
        name="limited",
    )
    rows = await session.execute(select(*table.render_derived().c))
    return [LimitedRow(*row) for row in rows]


async def purge(session: AsyncSession, *, events_before: datetime, versions_before: datetime) -> int:
    """Remove what has had its time. For jobs only."""
    statement = text("SELECT purge_limits(:events, :versions)")
    return int(await session.scalar(statement, {"events": events_before, "versions": versions_before}) or 0)


__all__ = ["COUNTED", "KNOWN", "LIMITED", "TAKE_PART", "Entered", "LimitedRow"]
