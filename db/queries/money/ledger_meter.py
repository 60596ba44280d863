"""What a reply takes of who asked for it: kept back, paid, or let go; prepared once, one trip each (`db.direct`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Text, Uuid, bindparam, column, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.direct import Direct, Prepared
from db.models import UsageCounter
from db.work import Database

_TURN = bindparam("turn_id", type_=Uuid())
_MONTH = bindparam("month", type_=Date())
_HAS_PLANS = bindparam("has_plans", type_=Boolean())
_MOMENT = bindparam("moment", type_=DateTime(timezone=True))


def _rows(call: Any, **columns: Any) -> Prepared:
    found = call.table_valued(*(column(name, kind) for name, kind in columns.items()), name="met").render_derived()
    return Prepared(select(*found.c))


_RESERVE = _rows(
    func.meter_reserve(
        _TURN,
        bindparam("estimate", type_=BigInteger()),
        bindparam("beside", type_=BigInteger()),
        _MONTH,
        bindparam("is_charged", type_=Boolean()),
        _HAS_PLANS,
        bindparam("ends", type_=DateTime(timezone=True)),
        _MOMENT,
    ),
    outcome=Text(),
    need=BigInteger(),
    free=BigInteger(),
    used=BigInteger(),
    most=BigInteger(),
    plan=Text(),
    comes=BigInteger(),
    resets_at=DateTime(timezone=True),
)
_SETTLE = _rows(
    func.meter_settle(_TURN, bindparam("actual", type_=BigInteger()), _MONTH, _HAS_PLANS, _MOMENT),
    outcome=Text(),
    moved=BigInteger(),
    lacking=BigInteger(),
)
_RELEASE = Prepared(select(func.meter_release(_TURN, _MOMENT)))


@dataclass(frozen=True, slots=True)
class Reserved:
    """What was answered: `kept`, `free` of charge, `gone`; or what is lacking: `tokens`, `messages`.

    `capped`: the person's own cap on spending; `used` of `most` in a `plan` that is then `day` or `month`.
    """

    outcome: str
    need: int
    free: int
    used: int
    most: int | None
    plan: str
    comes: int
    resets_at: datetime | None


async def reserve(
    database: Database,
    turn_id: UUID,
    *,
    estimate: int,
    beside: int,
    month: date,
    is_charged: bool,
    has_plans: bool,
    ends: datetime,
    moment: datetime,
) -> Reserved:
    """Keep back what an answer may take, in a work of its own."""
    row: Any = await database.once(
        _RESERVE,
        turn_id=turn_id,
        estimate=estimate,
        beside=beside,
        month=month,
        is_charged=is_charged,
        has_plans=has_plans,
        ends=ends,
        moment=moment,
    )
    return Reserved(row[0], row[1], row[2] or 0, row[3], row[4], row[5], row[6], row[7])


async def settle(
    direct: Direct, turn_id: UUID, *, actual: int, month: date, has_plans: bool, moment: datetime
) -> tuple[str, int, int]:
    """Pay for an answer whose words are being saved: what became of it, how much moved, how much was lacking."""
    row = await direct.row(_SETTLE, turn_id=turn_id, actual=actual, month=month, has_plans=has_plans, moment=moment)
    return row[0], row[1], row[2]


async def release(direct: Direct, turn_id: UUID, moment: datetime) -> None:
    """Let go what was kept back for an answer that does not come."""
    await direct.row(_RELEASE, turn_id=turn_id, moment=moment)


@dataclass(frozen=True, slots=True)
class PlanNow:
    """What a person's plan gives and allows in this month, and how many answers they had."""

    name: str
    most: int | None
    comes: int
    resets_at: datetime | None
    used: int


async def plan(session: AsyncSession, user_id: UUID, month: date) -> PlanNow:
    """The person's own plan, as it is."""
    found = func.plan_of(user_id).table_valued(
        column("plan_id", Uuid()),
        column("plan_name", Text()),
        column("messages_per_month", BigInteger()),
        column("tokens_per_month", BigInteger()),
        column("period_key", Text()),
        column("resets_at", DateTime(timezone=True)),
    )
    row: Any = (
        await session.execute(
            select(found.c.plan_name, found.c.messages_per_month, found.c.tokens_per_month, found.c.resets_at)
        )
    ).one()
    used = await session.scalar(
        select(UsageCounter.used).where(
            UsageCounter.user_id == user_id, UsageCounter.counter == "messages", UsageCounter.period == month
        )
    )
    return PlanNow(row[0] or "", row[1], row[2] or 0, row[3], used or 0)
