"""Tokens: what people have, and every way in which it becomes more or less. Double entry, in whole numbers.

Nothing here computes a balance: each method is one call of a function in the database (`db.security_ledger`), which
locks, looks, refuses or writes, and answers. Asking twice under one key changes nothing and gets the same answer; what
was refused stores nothing and may be asked again. It happens in the caller's work, together with what it is for.
"""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn
from uuid import UUID

from bot.clock import Clock
from bot.errors import Conflict, InvalidInput, NotFound
from bot.services.money.accounts import (
    Balance,
    History,
    Hold,
    HouseTotals,
    Movement,
    NotEnoughTokens,
    OwnCapReached,
    Receipt,
    Refunded,
    Swept,
    TransferRow,
    tokens,
)
from bot.texts import N_
from db.models import HoldKind, HoldState, TransferKind, WalletKind
from db.queries.money import ledger as queries
from db.queries.money.ledger import Answer, HoldAnswer
from db.work import Work

_POCKET_OF = {
    TransferKind.PURCHASE: WalletKind.PAID,
    TransferKind.BONUS: WalletKind.PROMO,
    TransferKind.ADJUSTMENT: WalletKind.PROMO,
}
_HISTORY_MAX = 100
_SWEEP_AT_ONCE = 200


class Ledger:
    """Moves tokens and tells where they are."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    # -------------------------------------------------------------------------------------------- in and out

    async def issue(
        self,
        work: Work,
        user_id: UUID,
        amount: int,
        kind: TransferKind,
        key: str,
        *,
        about: UUID | None = None,
        expires_at: datetime | None = None,
        pocket: WalletKind | None = None,
    ) -> Receipt:
        """Tokens for a person: bought (`PURCHASE`), on top of it (`BONUS`), by an admin (`ADJUSTMENT`).

        Bought ones never end; given ones end at `expires_at`. An admin's are given ones unless `pocket` says bought.
        For jobs, adjustments for admins too. Raises `InvalidInput` or `Conflict`.
        """
        answer = await queries.issue(
            work.session,
            user_id=user_id,
            amount=tokens(amount),
            kind=kind,
            key=key,
            about=about,
            pocket=pocket or _POCKET_OF[kind],
            expires_at=expires_at,
        )
        return _receipt(answer, amount)

    async def allow(self, work: Work, user_id: UUID, amount: int, period: str, expires_at: datetime) -> Receipt:
        """The tokens a plan gives in a period, once: asked again, the answer is what was given then."""
        answer = await queries.allow(
            work.session, user_id=user_id, amount=tokens(amount), period=period, expires_at=expires_at
        )
        return _receipt(answer, amount)

    async def take(self, work: Work, user_id: UUID, amount: int, key: str, *, about: UUID | None = None) -> Receipt:
        """Tokens a person has no longer, by an admin's decision. Raises `NotEnoughTokens`."""
        answer = await queries.take(
            work.session, user_id=user_id, amount=tokens(amount), key=key, about=about, moment=self._clock.now()
        )
        return _receipt(answer, amount)

    async def refund(
        self, work: Work, transfer_id: UUID, key: str, amount: int | None = None, *, partial: bool = False
    ) -> Refunded:
        """Move a transfer the other way, the whole or a part of it; all refunds together at most what it moved.

        What a reply took goes back to the wallet it came from. What was bought or given is taken back: not enough there
        is `NotEnoughTokens`, or with `partial` what is free is taken and the rest told. For jobs and admins. Raises
        `NotFound`, `Conflict` too.
        """
        answer = await queries.refund(
            work.session,
            transfer_id=transfer_id,
            key=key,
            amount=None if amount is None else tokens(amount),
            partial=partial,
            moment=self._clock.now(),
        )
        if answer.outcome == "too_much":
            raise Conflict(
                "refunded_already",
                N_("Of this {left} tokens are left to give back; nothing was changed."),
                left=answer.free or 0,
            )
        _refuse(answer.outcome, (answer.free or 0) + answer.lacking, answer.free)
        made = answer.transfer_ids[0] if answer.transfer_ids else None
        return Refunded(answer.moved, answer.lacking, made, answer.outcome == "replay")

    # -------------------------------------------------------------------------------------------- in two steps

    async def hold(
        self,
        work: Work,
        user_id: UUID,
        amount: int,
        key: str,
        expires_at: datetime,
        *,
        kind: HoldKind,
        about: UUID | None = None,
        to: UUID | None = None,
        only: WalletKind | None = None,
    ) -> Hold:
        """Keep tokens back until they are posted or let go, at most until `expires_at`.

        Raises `NotEnoughTokens`, `OwnCapReached`, or `Conflict` where that is past already.

        A `GIFT` names who may take it (`to`). `only` names the kind of tokens, where not all will do.
        """
        answer = await queries.hold(
            work.session,
            user_id=user_id,
            amount=tokens(amount),
            kind=kind,
            key=key,
            about=about,
            to=to,
            only=only,
            expires_at=expires_at,
            moment=self._clock.now(),
        )
        return _hold(answer, amount)

    async def post(self, work: Work, hold_id: UUID, actual: int | None = None) -> Hold:
        """Move what was kept back: a gift to whom it is for, who alone may ask; anything else to the house.

        `actual` may be less (the rest is free again) or more than was kept back; what is not there is `short`. A gift
        is taken whole. Raises `NotFound`; `Conflict` where it is over.
        """
        return _hold(await queries.post(work.session, hold_id, actual, self._clock.now()))

    async def void(self, work: Work, hold_id: UUID) -> Hold:
        """Let go what was kept back; what is over already stays as it is. Raises `NotFound`, `Conflict` if posted."""
        return _hold(await queries.void(work.session, hold_id, self._clock.now()))

    async def sweep(self, work: Work) -> Swept:
        """End what is over: holds, given tokens, and what erased accounts left. For jobs; again while it finds some."""
        return Swept(*await queries.sweep(work.session, self._clock.now(), _SWEEP_AT_ONCE))

    # -------------------------------------------------------------------------------------------- looking

    async def balance(self, work: Work, user_id: UUID) -> Balance:
        """What a person has, as far as the actor may see it; nothing where there never was anything."""
        now = self._clock.now()
        found = [
            one
            for one in await queries.pockets(work.session, user_id)
            if one.expires_at is None or one.expires_at > now
        ]
        ending = next((one for one in found if one.expires_at is not None and one.balance > one.held), None)
        return Balance(
            paid=sum(one.balance for one in found if one.kind is WalletKind.PAID),
            promo=sum(one.balance for one in found if one.kind is WalletKind.PROMO),
            held=sum(one.held for one in found),
            free=sum(one.balance - one.held for one in found),
            expiring=0 if ending is None else ending.balance - ending.held,
            expires_at=None if ending is None else ending.expires_at,
        )

    async def holds(self, work: Work, user_id: UUID) -> tuple[Hold, ...]:
        """What is kept back of a person's tokens, the oldest first."""
        return tuple(
            Hold(
                one.id,
                one.user_id,
                one.to_user_id,
                one.kind,
                one.about,
                one.state,
                one.amount,
                one.expires_at,
                one.posted or 0,
                one.short,
            )
            for one in await queries.holds(work.session, user_id)
        )

    async def history(
        self, work: Work, user_id: UUID, after: str | None = None, limit: int = 25, *, kind: TransferKind | None = None
    ) -> History:
        """What came and went, newest first. Raises `InvalidInput` for an `after` that no page gave."""
        limit = max(1, min(limit, _HISTORY_MAX))
        rows = await queries.history(work.session, user_id, after=_mark(after), limit=limit + 1, kind=kind)
        found = tuple(
            Movement(
                row.transfer_id,
                row.at,
                row.kind,
                row.amount,
                row.pocket,
                row.expires_at,
                row.about,
                row.balance_after,
                row.reverses_id,
                row.key,
            )
            for row in rows[:limit]
        )
        return History(found, str(found[-1].transfer_id) if len(rows) > limit else None)

    async def receipt(self, work: Work, key: str) -> tuple[TransferRow, ...]:
        """What was moved under a key, in order; empty where nothing was, or nothing the actor may see."""
        return tuple(await queries.transfers(work.session, key=key, limit=_HISTORY_MAX))

    async def search(
        self,
        work: Work,
        *,
        user_id: UUID | None = None,
        key: str | None = None,
        about: UUID | None = None,
        kind: TransferKind | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> tuple[tuple[TransferRow, ...], str | None]:
        """Transfers, newest first, and what asks for the following ones: everybody's for staff, else one's own."""
        limit = max(1, min(limit, _HISTORY_MAX))
        rows = await queries.transfers(
            work.session, user_id=user_id, key=key, about=about, kind=kind, after=_mark(after), limit=limit + 1
        )
        return tuple(rows[:limit]), str(rows[limit - 1].transfer_id) if len(rows) > limit else None

    async def house(self, work: Work) -> HouseTotals:
        """All tokens there are, for staff and jobs; zeros for anybody else."""
        found = await queries.totals(work.session)
        nothing = (0, 0, 0)
        paid, promo = found.get(WalletKind.PAID, nothing), found.get(WalletKind.PROMO, nothing)
        return HouseTotals(
            issued=-found.get(WalletKind.ISSUED, nothing)[0],
            paid=paid[0],
            promo=promo[0],
            spent=found.get(WalletKind.SPENT, nothing)[0],
            expired=found.get(WalletKind.EXPIRED, nothing)[0],
            held=paid[1] + promo[1],
            people=max(paid[2], promo[2]),
        )


def _mark(after: str | None) -> UUID | None:
    if after is None:
        return None
    try:
        return UUID(after)
    except ValueError:
        raise InvalidInput("no_such_page", N_("There is no such page. Begin again from the first one.")) from None


def _refuse(outcome: str, need: int, free: int | None) -> None:
    """Raise what a refusal is for people; go on where it was done."""
    match outcome:
        case "done" | "replay":
            return
        case "short":
            raise NotEnoughTokens(need, free or 0)
        case "capped":
            raise OwnCapReached(need, free or 0)
        case "reused":
            raise Conflict(
                "key_reused",
                N_("Something else was asked for under the same key before. Nothing was changed; begin anew."),
            )
        case "over":
            raise Conflict("hold_over", N_("It is settled already, or its time is over. Nothing was changed."))
        case "missing":
            raise NotFound("no_such_tokens", N_("There are no such tokens, or they are not yours to move."))
        case _:
            _unknown(outcome)


def _unknown(outcome: str) -> NoReturn:
    raise AssertionError(f"the ledger answered {outcome!r}")


def _receipt(answer: Answer, need: int) -> Receipt:
    _refuse(answer.outcome, need, answer.free)
    return Receipt(tuple(answer.transfer_ids), answer.moved, answer.outcome == "replay")


def _hold(answer: HoldAnswer, need: int = 0) -> Hold:
    _refuse(answer.outcome, need, answer.free)
    if answer.hold_id is None or answer.expires_at is None:
        _unknown(answer.outcome)
    return Hold(
        answer.hold_id,
        answer.user_id,
        answer.to_user_id,
        HoldKind(answer.kind),
        answer.about,
        HoldState(answer.state),
        answer.amount,
        answer.expires_at,
        answer.posted,
        answer.short,
        answer.outcome == "replay",
    )


__all__ = [
    "Balance",
    "History",
    "Hold",
    "HouseTotals",
    "Ledger",
    "Movement",
    "NotEnoughTokens",
    "OwnCapReached",
    "Receipt",
    "Refunded",
    "Swept",
    "TransferRow",
    "tokens",
]
