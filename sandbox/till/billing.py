"""What the till does: charge cards, begin and renew subscriptions, give money back. Each act says what happened."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime

from sandbox.till.shop import Shop, TillError
from sandbox.world.models import Json

WORKS, DECLINES, FAILS_LATER, BANK = "works", "declines", "fails_later", "bank"
CARDS = {
    WORKS: "4242 4242 4242 4242: works",
    DECLINES: "4000 0000 0000 0002: is declined",
    FAILS_LATER: "4000 0000 0000 0341: works now, fails at the next payment",
    BANK: "Bank debit: accepted now, the money arrives a day later",
}
#: When an unpaid invoice is tried again, in days after the last try; then the subscription ends.
RETRY_DAYS = (3, 5, 7)
DAY = 86_400


class Declined(Exception):
    """The card was refused."""


def after(moment: int, interval: str) -> int:
    """The end of a period that begins then: the same day a month or a year later, or the last of a shorter month."""
    start = datetime.fromtimestamp(moment, UTC)
    months = start.month - 1 + (12 if interval == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())


class Billing:
    """Acts on a shop's rows."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    # ------------------------------------------------------------------------------------------------ checkout

    def pay(self, session: Json, card: str) -> None:
        """Somebody pays an open session. Raises `Declined`, and `TillError` where it is open no more."""
        if session["status"] != "open":
            raise TillError(400, "This Checkout Session is no longer open.", code="checkout_session_not_open")
        shop = self._shop
        customer_id = session["customer"] or self._customer(session)
        shop.put("customers", shop.get("customers", customer_id) | {"_card": card})
        session |= {"customer": customer_id}
        if session["mode"] == "subscription":
            subscription = self._begin(session, card)
            session |= {"subscription": subscription["id"], "invoice": subscription["latest_invoice"]}
        else:
            intent = self._charge(customer_id, session["amount_total"], session["currency"], card, session["_metadata"])
            session |= {"payment_intent": intent["id"]}
        paid = "unpaid" if card == BANK else "paid"
        session |= {"status": "complete", "payment_status": paid, "url": None}
        if card == BANK:
            session["_arrives"] = shop.now() + DAY
        shop.put("sessions", session)
        shop.happened("checkout.session.completed", session)

    def expire(self, session: Json) -> None:
        """An open session can be paid no more."""
        self._shop.put("sessions", session | {"status": "expired", "url": None})
        self._shop.happened("checkout.session.expired", self._shop.get("sessions", session["id"]))

    def _customer(self, session: Json) -> str:
        customer: Json = {"id": self._shop.new_id("cus"), "object": "customer", "metadata": {}, "email": None}
        self._shop.put("customers", customer | {"created": self._shop.now(), "livemode": False})
        session["customer"] = customer["id"]
        return str(customer["id"])

    # -------------------------------------------------------------------------------------------- subscriptions

    def _begin(self, session: Json, card: str) -> Json:
        if card == DECLINES:
            raise Declined
        shop, now = self._shop, self._shop.now()
        price = shop.get("prices", session["_price"])
        item: Json = {
            "id": shop.new_id("si"),
            "object": "subscription_item",
            "created": now,
            "current_period_start": now,
            "current_period_end": after(now, price["recurring"]["interval"]),
            "price": price,
            "quantity": 1,
        }
        subscription: Json = {
            "id": shop.new_id("sub"),
            "object": "subscription",
            "status": "active",
            "customer": session["customer"],
            "items": {"object": "list", "data": [item], "has_more": False, "url": "/v1/subscription_items"},
            "cancel_at_period_end": False,
            "cancel_at": None,
            "canceled_at": None,
            "ended_at": None,
            "created": now,
            "start_date": now,
            "metadata": session["_subscription_metadata"],
            "latest_invoice": None,
            "livemode": False,
        }
        shop.put("subscriptions", subscription)
        self._bill(subscription, "subscription_create", price["unit_amount"], FAILS_LATER if card == BANK else card)
        shop.happened("customer.subscription.created", subscription)
        return subscription

    def switch(self, subscription: Json, price: Json) -> None:
        """Another price from now on; what is left of the paid period counts against it. Raises `Declined`."""
        item = subscription["items"]["data"][0]
        now = self._shop.now()
        span = item["current_period_end"] - item["current_period_start"]
        unused = item["price"]["unit_amount"] * max(0, item["current_period_end"] - now) // span
        other_interval = item["price"]["recurring"]["interval"] != price["recurring"]["interval"]
        if other_interval:
            due = price["unit_amount"] - unused
            period = (now, after(now, price["recurring"]["interval"]))
        else:
            due = price["unit_amount"] * max(0, item["current_period_end"] - now) // span - unused
            period = (item["current_period_start"], item["current_period_end"])
        holder = self._shop.get("customers", subscription["customer"])
        if due > 0 and holder.get("_card", WORKS) in (DECLINES, FAILS_LATER):
            raise Declined
        item |= {"price": price, "current_period_start": period[0], "current_period_end": period[1]}
        self._shop.put("subscriptions", subscription)
        self._bill(subscription, "subscription_update", due)
        self._shop.happened("customer.subscription.updated", subscription)

    def end(self, subscription: Json) -> None:
        """The subscription is over."""
        now = self._shop.now()
        subscription |= {"status": "canceled", "ended_at": now, "canceled_at": subscription["canceled_at"] or now}
        self._shop.put("subscriptions", subscription)
        self._shop.happened("customer.subscription.deleted", subscription)

    def pass_time(self, seconds: int) -> None:
        """Let time pass, and do what falls due, a day at a time."""
        while seconds > 0:
            step = min(seconds, DAY)
            self._shop.pass_time(step)
            seconds -= step
            self._do_what_is_due()

    def _do_what_is_due(self) -> None:
        now = self._shop.now()
        for session in self._shop.all("sessions"):
            if session["status"] == "open" and session["expires_at"] <= now:
                self.expire(session)
            elif session["payment_status"] == "unpaid" and session.get("_arrives", now + 1) <= now:
                self._arrive(session)
        for subscription in self._shop.all("subscriptions"):
            if subscription["status"] == "past_due":
                self._try_again(subscription)
            elif subscription["status"] == "active":
                item = subscription["items"]["data"][0]
                if item["current_period_end"] <= now:
                    self._renew(subscription)

    def _arrive(self, session: Json) -> None:
        intent = self._shop.find("intents", session["payment_intent"])
        if intent is not None:
            self._shop.put("intents", intent | {"status": "succeeded"})
        self._shop.put("sessions", session | {"payment_status": "paid"})
        session = self._shop.get("sessions", session["id"])
        self._shop.happened("checkout.session.async_payment_succeeded", session)

    def _renew(self, subscription: Json) -> None:
        if subscription["cancel_at_period_end"]:
            self.end(subscription)
            return
        item = subscription["items"]["data"][0]
        start = item["current_period_end"]
        item |= {
            "current_period_start": start,
            "current_period_end": after(start, item["price"]["recurring"]["interval"]),
        }
        self._shop.put("subscriptions", subscription)
        self._bill(subscription, "subscription_cycle", item["price"]["unit_amount"])
        self._shop.happened("customer.subscription.updated", subscription)

    def _try_again(self, subscription: Json) -> None:
        invoice = self._shop.get("invoices", subscription["latest_invoice"])
        due = invoice["next_payment_attempt"]
        if due is None or due > self._shop.now():
            return
        self.collect(invoice)
        if invoice["status"] == "open" and invoice["next_payment_attempt"] is None:
            self.end(subscription)

    # -------------------------------------------------------------------------------------------------- invoices

    def _bill(self, subscription: Json, reason: str, amount: int, card: str | None = None) -> Json:
        shop, now = self._shop, self._shop.now()
        item = subscription["items"]["data"][0]
        start, end = item["current_period_start"], item["current_period_end"]
        invoice: Json = {
            "id": shop.new_id("in"),
            "object": "invoice",
            "status": "open",
            "customer": subscription["customer"],
            "parent": {
                "type": "subscription_details",
                "quote_details": None,
                "subscription_details": {"subscription": subscription["id"], "metadata": subscription["metadata"]},
            },
            "billing_reason": reason,
            "currency": item["price"]["currency"],
            "amount_due": max(0, amount),
            "amount_paid": 0,
            "amount_remaining": max(0, amount),
            "attempt_count": 0,
            "next_payment_attempt": None,
            "created": now,
            "period_start": start,
            "period_end": end,
            "lines": {
                "object": "list",
                "data": [{"id": shop.new_id("il"), "amount": amount, "period": {"start": start, "end": end}}],
                "has_more": False,
            },
            "metadata": {},
            "livemode": False,
            "_payments": [],
        }
        subscription["latest_invoice"] = invoice["id"]
        shop.put("invoices", invoice)
        shop.put("subscriptions", subscription)
        self.collect(invoice, card)
        return invoice

    def collect(self, invoice: Json, card: str | None = None) -> None:
        """Try to be paid an open invoice; the subscription stands accordingly."""
        shop = self._shop
        subscription = shop.get("subscriptions", invoice["parent"]["subscription_details"]["subscription"])
        holder = shop.get("customers", invoice["customer"])
        is_first = invoice["billing_reason"] == "subscription_create"
        chosen = card or holder.get("_card", WORKS)
        if chosen == FAILS_LATER:
            chosen = WORKS if is_first else DECLINES
        invoice["attempt_count"] += 1
        try:
            intent = self._charge(holder["id"], invoice["amount_due"], invoice["currency"], chosen, {})
        except Declined:
            tries = int(invoice["attempt_count"])
            later = RETRY_DAYS[tries - 1] * DAY if tries <= len(RETRY_DAYS) else None
            invoice["next_payment_attempt"] = None if later is None else shop.now() + later
            subscription["status"] = "past_due"
            shop.put("invoices", invoice)
            shop.put("subscriptions", subscription)
            shop.happened("invoice.payment_failed", invoice)
            return
        paid: Json = {"id": shop.new_id("inpay"), "object": "invoice_payment", "status": "paid"}
        if intent:
            paid["payment"] = {"type": "payment_intent", "payment_intent": intent["id"]}
            invoice["_payments"].append(paid)
        due = invoice["amount_due"]
        invoice |= {"status": "paid", "amount_paid": due, "amount_remaining": 0, "next_payment_attempt": None}
        subscription["status"] = "active"
        shop.put("invoices", invoice)
        shop.put("subscriptions", subscription)
        shop.happened("invoice.paid", invoice)

    # -------------------------------------------------------------------------------------------- money and back

    def _charge(self, customer_id: str, amount: int, currency: str, card: str, metadata: Json) -> Json:
        """A payment that succeeded, or is under way (by bank). Nothing is charged for nothing. Raises `Declined`."""
        shop, now = self._shop, self._shop.now()
        if amount <= 0:
            return {}
        intent: Json = {
            "id": shop.new_id("pi"),
            "object": "payment_intent",
            "amount": amount,
            "currency": currency,
            "customer": customer_id,
            "status": "requires_payment_method" if card == DECLINES else "succeeded",
            "latest_charge": None,
            "created": now,
            "metadata": metadata,
            "livemode": False,
        }
        if card == BANK:
            intent["status"] = "processing"
        charge: Json = {
            "id": shop.new_id("ch"),
            "object": "charge",
            "amount": amount,
            "amount_refunded": 0,
            "currency": currency,
            "customer": customer_id,
            "payment_intent": intent["id"],
            "status": {DECLINES: "failed", BANK: "pending"}.get(card, "succeeded"),
            "paid": card != DECLINES,
            "refunded": False,
            "disputed": False,
            "failure_code": "card_declined" if card == DECLINES else None,
            "failure_message": "Your card was declined." if card == DECLINES else None,
            "created": now,
            # Stripe copies the payment's at the moment the charge is made.
            "metadata": metadata,
            "livemode": False,
        }
        intent["latest_charge"] = charge["id"]
        shop.put("charges", charge)
        shop.put("intents", intent)
        if card == DECLINES:
            shop.happened("payment_intent.payment_failed", intent)
            raise Declined
        shop.happened("charge.succeeded" if card != BANK else "charge.pending", charge)
        return intent

    def refund(self, charge: Json, amount: int, reason: str | None, metadata: Json) -> Json:
        """Give money back. Raises `TillError` where that is more than is left."""
        left = charge["amount"] - charge["amount_refunded"]
        if amount <= 0 or amount > left:
            text = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
            code = "charge_already_refunded" if left == 0 else "amount_too_large"
            raise TillError(400, text, code=code, param="amount")
        shop = self._shop
        refund: Json = {
            "id": shop.new_id("re"),
            "object": "refund",
            "amount": amount,
            "charge": charge["id"],
            "payment_intent": charge["payment_intent"],
            "currency": charge["currency"],
            "status": "succeeded",
            "reason": reason,
            "metadata": metadata,
            "created": shop.now(),
        }
        shop.put("refunds", refund)
        refunded = charge["amount_refunded"] + amount
        charge |= {"amount_refunded": refunded, "refunded": refunded == charge["amount"]}
        shop.put("charges", charge)
        shop.happened("charge.refunded", charge)
        return refund

    def dispute(self, charge: Json) -> Json:
        """The payer's bank takes the money back for now."""
        shop = self._shop
        shop.put("charges", charge | {"disputed": True})
        dispute: Json = {
            "id": shop.new_id("dp"),
            "object": "dispute",
            "amount": charge["amount"],
            "charge": charge["id"],
            "payment_intent": charge["payment_intent"],
            "currency": charge["currency"],
            "status": "needs_response",
            "reason": "fraudulent",
            "created": shop.now(),
            "metadata": {},
            "livemode": False,
        }
        shop.put("disputes", dispute)
        shop.happened("charge.dispute.created", dispute)
        return dispute

    def close_dispute(self, dispute: Json, *, won: bool) -> None:
        """The bank has decided."""
        self._shop.put("disputes", dispute | {"status": "won" if won else "lost"})
        self._shop.happened("charge.dispute.closed", self._shop.get("disputes", dispute["id"]))
