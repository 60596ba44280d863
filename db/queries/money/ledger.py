"""The ledger: the reviewed functions that write it (`db.security_ledger`), typed, and what may be read of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    select,
    text,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import Entry, Hold, HoldKind, HoldState, Transfer, TransferKind, Wallet, WalletKind

_TYPES: Mapping[str, Any] = {
    "who": Uuid(),
    "wanted": BigInteger(),
    "kind": Text(),
    "key": Text(),
    "about": Uuid(),
    "pocket": Text(),
    "ends": DateTime(timezone=True),
    "period": Text(),
    "taker": Uuid(),
    "one": Uuid(),
    "actual": BigInteger(),
    "is_partial": Boolean(),
    "moment": DateTime(timezone=True),
    "most": Integer(),
    "is_durable": Boolean(),
}


def _call(name: str, *arguments: str) -> Any:
    given = ", ".join(f":{one}" for one in arguments)
    statement = text(f"SELECT * FROM {name}({given})")  # noqa: S608 - names of this module only
    return statement.bindparams(*(bindparam(one, type_=_TYPES[one]) for one in arguments))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function that moves tokens said. `free` is what was free, where that decided."""

    outcome: str
    transfer_ids: Sequence[UUID]
    moved: int
    lacking: int
    free: int | None


@dataclass(frozen=True, slots=True)
class HoldAnswer:
    """What a function of holds said, and how the hold stands."""

    outcome: str
    hold_id: UUID | None
    user_id: UUID | None
    to_user_id: UUID | None
    kind: str
    about: UUID | None
    state: str
    amount: int
    expires_at: datetime | None
    posted: int
    short: int
    free: int | None


async def _answer(session: AsyncSession, statement: Any, **values: Any) -> Answer:
    row: Any = (await session.execute(statement, values)).one()
    return Answer(row[0], tuple(row[1]), *row[2:])


async def _hold_answer(session: AsyncSession, statement: Any, **values: Any) -> HoldAnswer:
    return HoldAnswer(*(await session.execute(statement, values)).one())


_ISSUE = _call("ledger_issue", "who", "wanted", "kind", "key", "about", "pocket", "ends")
_ALLOW = _call("ledger_allow", "who", "wanted", "period", "ends")
_TAKE = _call("ledger_take", "who", "wanted", "key", "about", "moment")
_REFUND = _call("ledger_refund", "one", "key", "actual", "is_partial", "moment")
_HOLD = _call("ledger_hold", "who", "wanted", "kind", "key", "about", "taker", "pocket", "ends", "moment")
_POST = _call("ledger_post", "one", "actual", "moment")
_VOID = _call("ledger_void", "one", "moment")
_SWEEP = _call("ledger_sweep", "moment", "most")
_TOTALS = _call("ledger_totals")
_CHECKS = _call("ledger_checks", "moment", "is_durable")


async def issue(
    session: AsyncSession,
    *,
    user_id: UUID,
    amount: int,
    kind: TransferKind,
    key: str,
    about: UUID | None,
    pocket: WalletKind,
    expires_at: datetime | None,
) -> Answer:
    """Tokens that were not there before, for a person."""
    return await _answer(
        session,
        _ISSUE,
        who=user_id,
        wanted=amount,
        kind=kind.value,
        key=key,
        about=about,
        pocket=pocket.value,
        ends=expires_at,
    )


async def allow(session: AsyncSession, *, user_id: UUID, amount: int, period: str, expires_at: datetime) -> Answer:
    """The tokens of a plan, once for each period."""
    return await _answer(session, _ALLOW, who=user_id, wanted=amount, period=period, ends=expires_at)


async def take(
    session: AsyncSession, *, user_id: UUID, amount: int, key: str, about: UUID | None, moment: datetime
) -> Answer:
    """Tokens a person has no longer."""
    return await _answer(session, _TAKE, who=user_id, wanted=amount, key=key, about=about, moment=moment)


async def refund(
    session: AsyncSession, *, transfer_id: UUID, key: str, amount: int | None, partial: bool, moment: datetime
) -> Answer:
    """A transfer or a part of it, the other way."""
    return await _answer(session, _REFUND, one=transfer_id, key=key, actual=amount, is_partial=partial, moment=moment)


async def hold(
    session: AsyncSession,
    *,
    user_id: UUID,
    amount: int,
    kind: HoldKind,
    key: str,
    about: UUID | None,
    to: UUID | None,
    only: WalletKind | None,
    expires_at: datetime,
    moment: datetime,
) -> HoldAnswer:
    """Keep tokens back."""
    return await _hold_answer(
        session,
        _HOLD,
        who=user_id,
        wanted=amount,
        kind=kind.value,
        key=key,
        about=about,
        taker=to,
        pocket=None if only is None else only.value,
        ends=expires_at,
        moment=moment,
    )


async def post(session: AsyncSession, hold_id: UUID, actual: int | None, moment: datetime) -> HoldAnswer:
    """Move what was kept back."""
    return await _hold_answer(session, _POST, one=hold_id, actual=actual, moment=moment)


async def void(session: AsyncSession, hold_id: UUID, moment: datetime) -> HoldAnswer:
    """Let go what was kept back."""
    return await _hold_answer(session, _VOID, one=hold_id, moment=moment)


async def sweep(session: AsyncSession, moment: datetime, most: int) -> tuple[int, int, int]:
    """End what is over: how many holds and wallets, and how many tokens went."""
    row: Any = (await session.execute(_SWEEP, {"moment": moment, "most": most})).one()
    return row[0], row[1], row[2]


async def totals(session: AsyncSession) -> Mapping[WalletKind, tuple[int, int, int]]:
    """By kind of wallet: balance, held, people who have some."""
    rows: Any = await session.execute(_TOTALS)
    return {WalletKind(row[0]): (row[1], row[2], row[3]) for row in rows}


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at: how much of it, and what of it was wrong."""

    name: str
    looked: int
    wrong: int
    examples: Sequence[str]


async def checks(session: AsyncSession, moment: datetime, *, is_durable: bool) -> Sequence[Checked]:
    """Everything the ledger promises, in one snapshot."""
    # A large ledger takes longer than a page may.
    await session.execute(text("SET LOCAL statement_timeout = 0"))
    rows: Any = await session.execute(_CHECKS, {"moment": moment, "is_durable": is_durable})
    return [Checked(row[0], row[1], row[2], tuple(row[3] or ())) for row in rows]


# ------------------------------------------------------------------------------------------------ reading


@dataclass(frozen=True, slots=True)
class Pocket:
    """One wallet of a person."""

    kind: WalletKind
    balance: int
    held: int
    expires_at: datetime | None


async def pockets(session: AsyncSession, user_id: UUID) -> Sequence[Pocket]:
    """Everything a person has, in the order in which it is spent."""
    rows = await session.execute(
        select(Wallet.kind, Wallet.balance, Wallet.held, Wallet.expires_at)
        .where(Wallet.user_id == user_id, Wallet.balance > 0)
        .order_by(Wallet.kind == WalletKind.PAID, Wallet.expires_at.nulls_last(), Wallet.id)
    )
    return [Pocket(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A transfer as one wallet saw it."""

    transfer_id: UUID
    at: datetime
    kind: TransferKind
    amount: int
    pocket: WalletKind
    expires_at: datetime | None
    about: UUID | None
    balance_after: int
    reverses_id: UUID | None
    key: str


async def history(
    session: AsyncSession, user_id: UUID, *, after: UUID | None, limit: int, kind: TransferKind | None
) -> Sequence[MovementRow]:
    """What came and went, newest first, before the transfer `after`: of each wallet so many, then the newest of all."""
    seen = (
        select(Entry.amount, Entry.balance_after, Transfer.id, Transfer.created_at, Transfer.kind)
        .add_columns(Transfer.about, Transfer.reverses_id, Transfer.key)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .where(Entry.wallet_id == Wallet.id)
        .order_by(Entry.transfer_id.desc())
        .limit(limit)
    )
    if after is not None:
        seen = seen.where(Entry.transfer_id < after)
    if kind is not None:
        seen = seen.where(Transfer.kind == kind)
    one = seen.lateral("one")
    rows = await session.execute(
        select(one.c.id, one.c.created_at, one.c.kind, one.c.amount, Wallet.kind, Wallet.expires_at)
        .add_columns(one.c.about, one.c.balance_after, one.c.reverses_id, one.c.key)
        .select_from(Wallet)
        .join(one, true())
        .where(Wallet.user_id == user_id)
        .order_by(one.c.id.desc())
        .limit(limit)
    )
    return [MovementRow(*row) for row in rows]


async def holds(session: AsyncSession, user_id: UUID) -> Sequence[Hold]:
    """What is kept back of a person's tokens now, the oldest first."""
    found = await session.scalars(
        select(Hold).where(Hold.user_id == user_id, Hold.state == HoldState.PENDING).order_by(Hold.id)
    )
    return found.all()


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A transfer as the house sees it; `from_` and `to` are people, None for the house."""

    transfer_id: UUID
    at: datetime
    kind: TransferKind
    key: str
    part: int
    amount: int
    short: int
    about: UUID | None
    period: str | None
    reverses_id: UUID | None
    from_: UUID | None
    from_kind: WalletKind
    to: UUID | None
    to_kind: WalletKind
    actor_kind: str


_FROM, _TO = aliased(Wallet), aliased(Wallet)


async def transfers(
    session: AsyncSession,
    *,
    user_id: UUID | None = None,
    key: str | None = None,
    about: UUID | None = None,
    kind: TransferKind | None = None,
    after: UUID | None = None,
    limit: int,
) -> Sequence[TransferRow]:
    """Transfers the actor may see, newest first; of one key in the order of their parts."""
    asked = (
        select(Transfer.id, Transfer.created_at, Transfer.kind, Transfer.key, Transfer.part, Transfer.amount)
        .add_columns(Transfer.short, Transfer.about, Transfer.period, Transfer.reverses_id)
        .add_columns(_FROM.user_id, _FROM.kind, _TO.user_id, _TO.kind, Transfer.actor_kind)
        .outerjoin(_FROM, _FROM.id == Transfer.debit_id)
        .outerjoin(_TO, _TO.id == Transfer.credit_id)
        .order_by(*((Transfer.part,) if key is not None else (Transfer.id.desc(),)))
        .limit(limit)
    )
    if user_id is not None:
        mine = select(Wallet.id).where(Wallet.user_id == user_id)
        asked = asked.where(Transfer.debit_id.in_(mine) | Transfer.credit_id.in_(mine))
    for column, value in ((Transfer.key, key), (Transfer.about, about), (Transfer.kind, kind)):
        if value is not None:
            asked = asked.where(column == value)
    if after is not None:
        asked = asked.where(Transfer.id < after)
    return [TransferRow(*row) for row in await session.execute(asked)]
