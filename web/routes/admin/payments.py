"""Payments: what was paid and how it stands, refunds, and who owes tokens."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

from aiohttp import web

from bot.errors import InvalidInput, UserError
from bot.services.money.payments import PaymentSeen, PaymentState
from bot.texts import N_, Text
from web.csv import csv_file
from web.forms import Form, form
from web.lists import Asked, Choice, Cursor, Filter, Shelf, Sort
from web.pages import Access, Rate, back, desk, get, post, render, row_id, say_for, signed, status_of

STATES: Mapping[PaymentState, Text] = {
    PaymentState.PENDING: N_("begun"),
    PaymentState.COMPLETED: N_("paid"),
    PaymentState.FAILED: N_("failed"),
    PaymentState.REFUNDED: N_("given back"),
    PaymentState.DISPUTED: N_("disputed"),
    PaymentState.EXPIRED: N_("not paid in time"),
}
BADGES = {PaymentState.COMPLETED: "good", PaymentState.FAILED: "bad", PaymentState.DISPUTED: "bad"}

_FILE_ROWS = 100
_AMOUNT = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?")

SHELF = Shelf(
    sorts=(Sort("at", N_("When"), falling=True),),
    filters=(Filter("state", N_("State"), tuple(Choice(one.value, words) for one, words in STATES.items())),),
    searches=False,
    csv="admin_payments_csv",
)


async def show(request: web.Request) -> web.Response:
    """A page of payments, the newest first, and who owes tokens."""
    asked, services, user = SHELF.asked(request), desk(request), _user(request)
    async with services.oversight.at_work(
        signed(request).user_id, "payment.listed", "list", of=user, admin=True
    ) as work:
        page = await services.payments.search(
            work, user_id=user, state=_state(asked), after=_after(asked), most=asked.limit
        )
        debts = await services.payments.debts(work)
    next_ = None if page.after is None else Cursor(page.after[0], page.after[1])
    return render(
        request,
        "admin/payments.html",
        listing=SHELF.page(rows=page.rows, asked=asked, next_=next_),
        debts=debts,
        user=user,
        states=STATES,
        badges=BADGES,
    )


async def file(request: web.Request) -> web.StreamResponse:
    """The same list as a file."""
    asked, services, user = SHELF.asked(request), desk(request), _user(request)

    async def rows() -> AsyncIterator[Sequence[object]]:
        after = _after(asked)
        while True:
            async with services.oversight.at_work(
                signed(request).user_id, "payment.listed", "file", of=user, admin=True
            ) as work:
                page = await services.payments.search(
                    work, user_id=user, state=_state(asked), after=after, most=_FILE_ROWS
                )
            for one in page.rows:
                yield _line(one)
            if page.after is None:
                return
            after = page.after

    heads = ("at", "payment", "person", "what", "source", "state", "cents", "refunded_cents", "currency", "tokens")
    return await csv_file(request, "payments", heads, rows())


async def one(request: web.Request) -> web.Response:
    """One payment."""
    return await _page(request, Form())


async def refund(request: web.Request) -> web.StreamResponse:
    """Give money back."""
    payment_id, typed, say = row_id(request, "payment_id"), await form(request), say_for(request)
    try:
        typed.only({"amount", "why"})
        why = typed.text("why")
        if not why:
            raise InvalidInput("why_missing", N_("Why: write it down, for who looks at it later."), field="why")
        await desk(request).payments.refund(signed(request).user_id, payment_id, _cents(typed.text("amount")), why=why)
    except UserError as error:
        return await _page(request, typed.failed(error), status=status_of(error))
    return back(request, f"/admin/payments/{payment_id}", say("The money is on its way back; the tokens went with it."))


async def _page(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    services, payment_id = desk(request), row_id(request, "payment_id")
    async with services.oversight.at_work(
        signed(request).user_id, "payment.listed", "payment", payment_id, admin=True
    ) as work:
        payment = await services.payments.get(work, payment_id)
    return render(
        request, "admin/payment.html", status=status, payment=payment, form=shown, states=STATES, badges=BADGES
    )


def _line(one: PaymentSeen) -> Sequence[object]:
    return (
        one.at,
        one.id,
        one.user_id,
        one.what,
        one.source.value,
        one.state.value,
        one.amount_cents,
        one.refunded_cents,
        one.currency,
        one.tokens,
    )


def _after(asked: Asked) -> tuple[str, UUID] | None:
    return None if asked.after is None or asked.after.value is None else (asked.after.value, asked.after.id)


def _state(asked: Asked) -> PaymentState | None:
    return PaymentState(asked.filters["state"]) if "state" in asked.filters else None


def _user(request: web.Request) -> UUID | None:
    try:
        return UUID(request.query.get("user", ""))
    except ValueError:
        return None


def _cents(typed: str) -> int | None:
    """An amount as people write it, in the smallest unit; None where nothing was typed: all of it."""
    if not typed:
        return None
    found = _AMOUNT.fullmatch(typed)
    if found is None:
        raise InvalidInput("not_an_amount", N_("Amount: write it like 12 or 12.50."), field="amount")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


_MENU = "admin_payments"

PAGES = (
    get("/admin/payments", show, "admin_payments", Access.ADMIN),
    get("/admin/payments.csv", file, "admin_payments_csv", Access.ADMIN, rate=Rate.LIST_FILE),
    get("/admin/payments/{payment_id}", one, "admin_payment", Access.ADMIN, menu=_MENU),
    post("/admin/payments/{payment_id}/refund", refund, "admin_payment_refund", Access.ADMIN, menu=_MENU),
)
