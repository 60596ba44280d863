"""Payments: buying tokens, what was paid and what became of it, and giving money back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.errors import InvalidInput, NotAllowed, NotFound
from bot.ports.till import Ware
from bot.services.money.counter import Counter, Wish, asking
from bot.services.money.packages import no_such_package
from bot.services.money.payments_told import Outcome
from bot.services.oversight.audit import Oversight
from bot.services.tables import Mark, mark_of, moment
from bot.texts import N_
from db.functions_payments import PaymentRow
from db.models import Interval, Payment, PaymentSource, PaymentState
from db.queries.money import payments as queries
from db.work import Actor, Database, Work

__all__ = ["DebtSeen", "Outcome", "PaymentSeen", "PaymentState", "Payments", "PaymentsPage"]

PACKAGE_WARE = "botcafe_package_"
WALLET = "/wallet"
_SHOWN = 25
_MOST = 100


@dataclass(frozen=True, slots=True)
class PaymentSeen:
    """A payment as its payer, and an admin, sees it.

    Amounts are in the smallest unit of `currency`; None: Discord took the money and does not say how much. `tokens`
    are those of a package, what came on top included.
    """

    id: UUID
    at: datetime
    user_id: UUID | None
    user_name: str | None
    what: str
    is_plan: bool
    interval: Interval | None
    source: PaymentSource
    state: PaymentState
    amount_cents: int | None
    refunded_cents: int
    currency: str | None
    tokens: int
    tokens_back: int
    failure: str
    period_start: datetime | None
    period_end: datetime | None
    completed_at: datetime | None
    reference: str | None

    @property
    def refundable_cents(self) -> int:
        """How much of it can still be given back here."""
        if self.source is not PaymentSource.STRIPE or self.state is not PaymentState.COMPLETED:
            return 0
        return (self.amount_cents or 0) - self.refunded_cents


@dataclass(frozen=True, slots=True)
class PaymentsPage:
    """Payments, newest first, and where the next ones begin."""

    rows: tuple[PaymentSeen, ...]
    after: Mark | None


@dataclass(frozen=True, slots=True)
class DebtSeen:
    """Tokens somebody spent before their money went back."""

    payment_id: UUID
    user_id: UUID
    user_name: str
    tokens: int
    since: datetime


class Payments:
    """What is paid. `counter` knows whether there is anything to pay at."""

    def __init__(self, database: Database, counter: Counter, oversight: Oversight) -> None:
        self._database = database
        self._counter = counter
        self._oversight = oversight

    @property
    def is_open(self) -> bool:
        """Whether people can pay by card here."""
        return self._counter.is_open

    @property
    def is_play(self) -> bool:
        """Whether no real money moves; pages say so."""
        return self._counter.is_play

    def page(self, path: str) -> str | None:
        """The address of a page of ours where people can pay; None where there is none."""
        if not self._counter.is_open:
            return None
        try:
            return self._counter.address(path)
        except NotAllowed:
            return None

    async def buy_package(self, user_id: UUID, package_id: UUID, *, language: str = "en", site: str = "") -> str:
        """The address at which this person pays for a package. Raises `NotFound` and what `Counter.page` raises."""
        name = ""
        async with self._database.work(Actor.user(user_id)) as work:
            package = await queries.package(work.session, package_id)
            if package is None or not package.is_active:
                raise no_such_package()
            name = package.name

        def ware(row: PaymentRow) -> Ware:
            code = f"{PACKAGE_WARE}{package_id.hex}"
            return Ware(code, name, row.amount_cents or 0, row.currency or "", None)

        wish = Wish(user_id, package_id=package_id, language=language, site=site)
        url = await self._counter.page(wish, ware, path=WALLET)
        if url is None:
            raise no_such_package()
        return url

    async def look(self, user_id: UUID, checkout_id: str) -> PaymentSeen | None:
        """How a payment stands that this person comes back from, asked of the till at once; None: not theirs."""
        async with self._database.work(Actor.user(user_id)) as work:
            row = await queries.own(work.session, user_id, checkout_id[:255])
        if row is None:
            return None
        if row.state is PaymentState.PENDING and self._counter.is_open:
            async with asking():
                await self._counter.told.look_at_checkout(checkout_id)
        async with self._database.work(Actor.user(user_id)) as work:
            return await self.get(work, row.id)

    async def hear(self, body: bytes, signature: str | None) -> Outcome:
        """Take a notice of the till. Raises `NotFromTheTill`, or `TillUnreachable`: then it is to be sent again."""
        return await self._counter.told.take(self._counter.till.read(body, signature))

    # --------------------------------------------------------------------------------------------------- reading

    async def history(
        self, work: Work, user_id: UUID, *, after: Mark | None = None, most: int = _SHOWN
    ) -> PaymentsPage:
        """What a person paid, newest first; what was only begun is left out."""
        return await self._page(work, user_id=user_id, after=after, most=most, with_pending=False)

    async def search(
        self,
        work: Work,
        *,
        user_id: UUID | None = None,
        state: PaymentState | None = None,
        after: Mark | None = None,
        most: int = _SHOWN,
    ) -> PaymentsPage:
        """Everybody's payments, or one person's, newest first. For admins (`Oversight.at_work`)."""
        return await self._page(work, user_id=user_id, after=after, most=most, state=state)

    async def get(self, work: Work, payment_id: UUID) -> PaymentSeen:
        """One payment. Raises `NotFound`."""
        rows = await queries.page(
            work.session, user_id=None, after=None, most=1, payment_id=payment_id, with_pending=True
        )
        if not rows:
            raise NotFound("no_such_payment", N_("There is no such payment."))
        return _seen(*rows[0])

    async def owed(self, work: Work, user_id: UUID) -> int:
        """Tokens this person owes: spent before their money went back. The next they buy settle it."""
        return await queries.owed(work.session, user_id)

    async def debts(self, work: Work, most: int = _MOST) -> Sequence[DebtSeen]:
        """Who owes tokens, newest first. For admins (`Oversight.at_work`)."""
        rows = await queries.debts(work.session, min(most, _MOST))
        return [DebtSeen(one.payment_id, one.user_id, name, one.tokens, one.created_at) for one, name in rows]

    # --------------------------------------------------------------------------------------------------- deciding

    async def refund(self, staff: UUID, payment_id: UUID, amount_cents: int | None = None, *, why: str) -> PaymentSeen:
        """Give money back, all that is left where no amount is named; tokens go back with it, a plan ends with all.

        For admins. The decision is written down first, so a till that is away leaves it to be made again; the money
        goes back once, however often that is. Raises `NotFound`, `NotAllowed`, `InvalidInput` or `Conflict`.
        """
        till = self._counter.till
        async with self._oversight.at_work(
            staff, "payment.refunded", "payment", payment_id, why=why, admin=True
        ) as work:
            payment = await self.get(work, payment_id)
            row = await queries.payment(work.session, payment_id)
            left = payment.refundable_cents
            if row is None or row.reference is None or not left:
                raise NotAllowed(
                    "nothing_to_refund",
                    N_("Nothing of this payment can be given back here, so nothing was. Discord gives back its own."),
                )
            amount = left if amount_cents is None else amount_cents
            if not 0 < amount <= left:
                raise InvalidInput(
                    "refund_amount",
                    N_("Between 0.01 and {left} can be given back. Nothing was changed."),
                    field="amount",
                    left=f"{left // 100}.{left % 100:02d}",
                )
            reference, is_whole = row.reference, amount == left
            subscription = await queries.stripe_subscription(work.session, row) if is_whole else None
            work.tell(amount_cents=amount, user_id=str(payment.user_id))
        async with asking():
            key = f"refund:{payment_id}:{payment.refunded_cents}:{amount}"
            charge = await till.refund(reference, amount, key=key)
            await self._counter.told.look_at_charge(charge)
            if subscription is not None:
                await till.end(subscription)
                await self._counter.told.look_at_subscription(subscription)
        async with self._database.work(Actor.admin(staff)) as work:
            return await self.get(work, payment_id)

    # ------------------------------------------------------------------------------------------------------ within

    async def _page(
        self,
        work: Work,
        *,
        user_id: UUID | None,
        after: Mark | None,
        most: int,
        state: PaymentState | None = None,
        with_pending: bool = True,
    ) -> PaymentsPage:
        most = max(1, min(most, _MOST))
        rows = await queries.page(
            work.session,
            user_id=user_id,
            after=_beyond(after),
            most=most + 1,
            state=state,
            with_pending=with_pending,
        )
        shown = tuple(_seen(*row) for row in rows[:most])
        return PaymentsPage(shown, mark_of(shown[-1].at, shown[-1].id) if len(rows) > most else None)


def _beyond(after: Mark | None) -> queries.Mark | None:
    if after is None:
        return None
    try:
        return moment(after[0]), after[1]
    except ValueError:
        return None


def _seen(row: Payment, plan: str | None, package: str | None, person: str | None) -> PaymentSeen:
    return PaymentSeen(
        id=row.id,
        at=row.created_at,
        user_id=row.user_id,
        user_name=person,
        what=plan or package or "",
        is_plan=row.plan_id is not None,
        interval=row.interval,
        source=row.source,
        state=row.state,
        amount_cents=row.amount_cents,
        refunded_cents=row.refunded_cents,
        currency=row.currency,
        tokens=row.tokens + row.bonus_tokens,
        tokens_back=row.tokens_back,
        failure=row.failure,
        period_start=row.period_start,
        period_end=row.period_end,
        completed_at=row.completed_at,
        reference=row.reference,
    )
