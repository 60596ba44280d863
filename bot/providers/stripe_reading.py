"""Stripe's objects as our own plain values. Reads what the pinned API version says and what older ones say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, cast
from uuid import UUID

from bot.ports.till import (
    ChargeSeen,
    CheckoutSeen,
    DisputeSeen,
    Every,
    InvoiceSeen,
    Notice,
    SubscriptionSeen,
    TillUnreachable,
)

Fields = Mapping[str, Any]

PAYMENT_ID = "botcafe_payment"
"""The key in Stripe's metadata that names our payment."""


def moment(seconds: object) -> datetime:
    """A time as Stripe tells it. Raises TypeError where there is none."""
    if not isinstance(seconds, int | float):
        raise TypeError(f"no time: {type(seconds).__name__}")
    return datetime.fromtimestamp(seconds, UTC)


def moment_or_none(seconds: object) -> datetime | None:
    """The same, where it may be missing."""
    return None if seconds is None else moment(seconds)


def id_of(thing: object) -> str | None:
    """The id, where Stripe says either an id or the whole object."""
    if isinstance(thing, Mapping):
        return cast("str | None", cast("Fields", thing).get("id"))
    return thing if isinstance(thing, str) and thing else None


def _needed(thing: object, what: str) -> str:
    found = id_of(thing)
    if found is None:
        raise KeyError(what)
    return found


def _first(listing: object) -> Fields:
    data = cast("Sequence[Fields]", cast("Fields", listing)["data"])
    return data[0]


def checkout(fields: Fields) -> CheckoutSeen:
    """A Checkout session."""
    return CheckoutSeen(
        id=fields["id"],
        payment_id=_ours(fields),
        status=cast("Literal['open', 'complete', 'expired']", fields["status"]),
        is_paid=fields["payment_status"] in ("paid", "no_payment_required"),
        customer_id=id_of(fields.get("customer")),
        subscription_id=id_of(fields.get("subscription")),
        intent_id=id_of(fields.get("payment_intent")),
        amount_cents=int(fields.get("amount_total") or 0),
        currency=str(fields.get("currency") or ""),
        url=fields.get("url"),
    )


def subscription(fields: Fields) -> SubscriptionSeen:
    """A subscription with its one item."""
    item = _first(fields["items"])
    # Until Stripe's version 2025-03-31 the period was the subscription's, since then it is the item's.
    start = item.get("current_period_start") or fields.get("current_period_start")
    end = item.get("current_period_end") or fields.get("current_period_end")
    price = cast("Fields", item.get("price") or {})
    # A plan is what prices were called before.
    plan = cast("Fields", item.get("plan") or {})
    recurring = cast("Fields", price.get("recurring") or plan)
    return SubscriptionSeen(
        id=fields["id"],
        payment_id=_ours(fields),
        customer_id=_needed(fields["customer"], "customer"),
        status=str(fields["status"]),
        item_id=str(item["id"]),
        ware=_needed(price.get("product") or plan.get("product"), "product"),
        every=_every(recurring["interval"]),
        amount_cents=int(_given(price.get("unit_amount"), plan.get("amount"))) * int(item.get("quantity") or 1),
        currency=str(price.get("currency") or plan.get("currency")),
        started_at=moment(fields.get("start_date") or fields["created"]),
        period_start=moment(start),
        period_end=moment(end),
        renews=not fields.get("cancel_at_period_end") and fields.get("cancel_at") is None,
        canceled_at=moment_or_none(fields.get("canceled_at")),
        ended_at=moment_or_none(fields.get("ended_at")),
    )


def invoice(fields: Fields) -> InvoiceSeen:
    """A bill."""
    parent = cast("Fields", fields.get("parent") or {})
    details = cast("Fields", parent.get("subscription_details") or {})
    period = cast("Fields", _first(fields["lines"])["period"])
    return InvoiceSeen(
        id=fields["id"],
        customer_id=_needed(fields["customer"], "customer"),
        subscription_id=id_of(details.get("subscription")) or id_of(fields.get("subscription")),
        status=str(fields["status"]),
        amount_cents=int(fields["amount_due"]),
        currency=str(fields["currency"]),
        intent_id=_paid_by(fields),
        # The line's period is the one that is paid for; the invoice's own is the one before it.
        period_start=moment(period["start"]),
        period_end=moment(period["end"]),
        created_at=moment(fields["created"]),
        tries=int(fields.get("attempt_count") or 0),
    )


def _paid_by(fields: Fields) -> str | None:
    payments = cast("Fields", fields.get("payments") or {})
    for one in cast("Sequence[Fields]", payments.get("data") or ()):
        found = id_of(cast("Fields", one.get("payment") or {}).get("payment_intent"))
        if found is not None and one.get("status") == "paid":
            return found
    return id_of(fields.get("payment_intent"))


def charge(fields: Fields) -> ChargeSeen:
    """Money that moved."""
    return ChargeSeen(
        id=fields["id"],
        payment_id=_ours(fields),
        customer_id=id_of(fields.get("customer")),
        intent_id=id_of(fields.get("payment_intent")),
        amount_cents=int(fields["amount"]),
        refunded_cents=int(fields["amount_refunded"]),
        currency=str(fields["currency"]),
        is_disputed=bool(fields.get("disputed")),
    )


def dispute(fields: Fields) -> DisputeSeen:
    """A dispute."""
    return DisputeSeen(
        id=fields["id"],
        charge_id=_needed(fields["charge"], "charge"),
        intent_id=id_of(fields.get("payment_intent")),
        status=str(fields["status"]),
    )


def notice(fields: Fields) -> Notice:
    """An event: only what is needed to look for ourselves."""
    about = cast("Fields", cast("Fields", fields["data"])["object"])
    return Notice(
        id=_text(fields["id"]),
        kind=_text(fields["type"]),
        object_id=_text(about.get("id") or ""),
        created_at=moment(fields["created"]),
    )


def readable(of: str, error: Exception) -> TillUnreachable:
    """What an answer is called that cannot be read: to be tried again, and seen in the log."""
    return TillUnreachable(f"Stripe's {of} cannot be read ({type(error).__name__}: {str(error)[:80]})")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"no text: {type(value).__name__}")
    return value


def _given(*values: object) -> int:
    """The first that is there; nought counts."""
    found = next((value for value in values if isinstance(value, int)), None)
    if found is None:
        raise KeyError("amount")
    return found


def _every(word: object) -> Every:
    if word == "month":
        return "month"
    if word == "year":
        return "year"
    raise ValueError(f"an interval we never sell: {word!r}")


def _ours(fields: Fields) -> UUID | None:
    """Our payment's id, where Stripe carries it along."""
    value = cast("Fields", fields.get("metadata") or {}).get(PAYMENT_ID)
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
