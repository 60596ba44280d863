"""Tokens of a payment: given once it is paid, taken back as far as its money goes back.

Nobody's wallet falls below nothing. What cannot be taken back because it was spent is owed; it is settled out of the
next tokens the person buys, and admins see it until then.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from bot.clock import Clock
from bot.errors import Conflict
from bot.services.money.ledger import Ledger
from db import functions_payments as functions
from db.functions_payments import PaymentRow
from db.models import PaymentState, TransferKind
from db.work import Actor, Work


def due_back(row: PaymentRow) -> int:
    """How many of a payment's tokens are to be taken back, as its money stands; a part of one stays with the person."""
    total = row.tokens + row.bonus_tokens
    if row.state is PaymentState.DISPUTED:
        return total
    if not row.amount_cents:
        # Discord names no amounts: there a payment stands, or is gone as a whole.
        return total if row.state is PaymentState.REFUNDED else 0
    return total * row.refunded_cents // row.amount_cents


class PaidTokens:
    """Moves them, in a job's work and together with the payment's own row."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def give(self, work: Work, row: PaymentRow, user_id: UUID) -> None:
        """Give what was promised, once for each payment; then settle what the person owes."""
        if row.tokens:
            await self._ledger.issue(work, user_id, row.tokens, TransferKind.PURCHASE, _key(row), about=row.id)
        if row.bonus_tokens:
            key = f"{_key(row)}:bonus"
            await self._ledger.issue(work, user_id, row.bonus_tokens, TransferKind.BONUS, key, about=row.id)
        await self._settle(work, row, user_id)

    async def square(self, work: Work, row: PaymentRow, user_id: UUID) -> PaymentRow:
        """Take back or give again until what is with the person fits the money; the row to be written."""
        due = due_back(row)
        if due > row.tokens_back:
            owed = await self._take_back(work, row, user_id, due)
            if owed:
                await functions.owe_tokens(work.session, row.id, user_id, owed + await self._owed(work, row, user_id))
        elif due < row.tokens_back:
            await self._give_again(work, row, user_id, due)
        return replace(row, tokens_back=due)

    async def _take_back(self, work: Work, row: PaymentRow, user_id: UUID, due: int) -> int:
        """Take what was bought first, then what came on top; how much of it was not there any more."""
        parts = (
            (_key(row), min(due, row.tokens) - min(row.tokens_back, row.tokens)),
            (f"{_key(row)}:bonus", max(0, due - row.tokens) - max(0, row.tokens_back - row.tokens)),
        )
        owed = 0
        for key, amount in parts:
            if amount > 0:
                owed += await self._take(work, user_id, key, amount, f"{key}:back:{_once(row)}")
        return owed

    async def _take(self, work: Work, user_id: UUID, given_as: str, amount: int, key: str) -> int:
        """Take tokens that were given under a key; how many were not there."""
        # Whose tokens they are sees what they were given and what is left; a job moves them.
        theirs = await work.become(Actor.user(user_id))
        given = await self._ledger.receipt(theirs, given_as)
        free = (await self._ledger.balance(theirs, user_id)).free
        await theirs.become(work.actor)
        if given:
            try:
                back = await self._ledger.refund(work, given[0].transfer_id, key, amount, partial=True)
            except Conflict:
                # Taken back before, and given again after a dispute: that was another transfer.
                pass
            else:
                return back.short
        there = min(amount, free)
        if there:
            await self._ledger.take(work, user_id, there, key)
        return amount - there

    async def _give_again(self, work: Work, row: PaymentRow, user_id: UUID, due: int) -> None:
        """A dispute was decided for us: what was taken comes back, what is still owed is owed no more."""
        back = row.tokens_back - due
        owed = await self._owed(work, row, user_id)
        if owed:
            forgiven = min(owed, back)
            left = owed - forgiven
            at_end = None if left else self._clock.now()
            await functions.owe_tokens(work.session, row.id, user_id, left or owed, at_end)
            back -= forgiven
        if back:
            key = f"{_key(row)}:again:{_once(row)}"
            await self._ledger.issue(work, user_id, back, TransferKind.PURCHASE, key, about=row.id)

    async def _owed(self, work: Work, row: PaymentRow, user_id: UUID) -> int:
        debts = await functions.debts_found(work.session, user_id)
        return sum(debt.tokens for debt in debts if debt.payment_id == row.id)

    async def _settle(self, work: Work, row: PaymentRow, user_id: UUID) -> None:
        """Pay what is owed out of what was just bought."""
        left = row.tokens + row.bonus_tokens
        for debt in await functions.debts_found(work.session, user_id):
            taken = min(debt.tokens, left)
            if not taken:
                return
            await self._ledger.take(work, user_id, taken, f"{_key(row)}:debt:{debt.payment_id}", about=debt.payment_id)
            left -= taken
            rest = debt.tokens - taken
            at_end = None if rest else self._clock.now()
            await functions.owe_tokens(work.session, debt.payment_id, user_id, rest or debt.tokens, at_end)


def _key(row: PaymentRow) -> str:
    return f"payment:{row.id}"


def _once(row: PaymentRow) -> str:
    """Names one look at the till: the row remembers what came of it, so that no look is worked twice."""
    return "" if row.seen_at is None else row.seen_at.isoformat()
