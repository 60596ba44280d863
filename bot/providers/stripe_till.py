"""Stripe as our till, through its own client over aiohttp.

The client repeats nothing by itself (`max_network_retries=0`): its own pauses would add up to minutes. What may be
repeated (reading, and whatever carries an idempotency key) is tried three times within one deadline. Nothing Stripe or
a person wrote reaches an error's text, only Stripe's machine-readable codes.

Its import costs 33 MB, so this module is imported only where a till is set up.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import aiohttp
import stripe
from stripe import AIOHTTPClient, StripeClient, WebhookSignature

from bot.clock import Clock, SystemClock
from bot.ports.till import (
    ChargeSeen,
    Checkout,
    CheckoutSeen,
    DisputeSeen,
    InvoiceSeen,
    NotFromTheTill,
    Notice,
    SubscriptionSeen,
    TillError,
    TillRefused,
    TillUnreachable,
    Ware,
)
from bot.providers import stripe_reading as reading

T = TypeVar("T")

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
PAUSES_SECONDS = (0.3, 1.0)
"""Before the second and the third try."""

TOLERANCE_SECONDS = 300
"""How old a notice may be (Stripe's own advice); it signs each try anew."""

BODY_BYTES_MAX = 1_000_000

LOCALES = {"en": "en", "es": "es"}

HEARD = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "invoice.paid",
    "invoice.payment_failed",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.closed",
)
"""The kinds of notices that mean something to us; the endpoint at Stripe need not send others."""


class StripeTill:
    """Stripe, or whatever speaks its API at `base_url`. Close it when the program ends."""

    def __init__(
        self,
        key: str,
        webhook_secrets: tuple[str, ...],
        *,
        base_url: str = "",
        is_play: bool = False,
        clock: Clock | None = None,
        certificates: ssl.SSLContext | None = None,
    ) -> None:
        """`webhook_secrets`: any of them may sign (two while one replaces the other); none: nothing is believed."""
        self._clock = clock or SystemClock()
        self._secrets = webhook_secrets
        # Made here and not by the client: it would read its certificates on the loop, at the first call.
        connector = aiohttp.TCPConnector(ssl=certificates) if certificates is not None else None
        self._http = AIOHTTPClient(timeout=TIMEOUT, connector=connector)
        addresses = {"base_addresses": {"api": base_url}} if base_url else {}
        self._client = StripeClient(key, http_client=self._http, max_network_retries=0, **cast("Any", addresses))
        self._is_play = is_play or key.startswith(("sk_test_", "rk_test_"))
        self._products: set[str] = set()

    @classmethod
    async def open(
        cls, key: str, webhook_secrets: tuple[str, ...], *, base_url: str = "", is_play: bool = False
    ) -> StripeTill:
        """The till, ready to be asked."""
        stripe.enable_telemetry = False
        # It names every request, with the ids of people's payments, at INFO.
        logging.getLogger("stripe").setLevel(logging.WARNING)
        bundle = stripe.ca_bundle_path
        certificates = await asyncio.to_thread(ssl.create_default_context, cafile=bundle)
        return cls(key, webhook_secrets, base_url=base_url, is_play=is_play, certificates=certificates)

    @property
    def is_play(self) -> bool:
        """Whether no real money moves: Stripe's test mode, or the till of the local Discord."""
        return self._is_play

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.close_async()

    async def check(self) -> None:
        """Ask for next to nothing: raises where the key, or the way to Stripe, is not as it should be."""
        await self._asked(lambda: self._client.v1.prices.list_async({"limit": 1}))

    # ------------------------------------------------------------------------------------------------- selling

    async def customer(self, user_id: UUID) -> str:
        """The id under which Stripe knows a person from now on; no name and no address of theirs goes there."""
        options = {"idempotency_key": f"customer:{user_id}"}
        made = await self._asked(
            lambda: self._client.v1.customers.create_async(
                {"metadata": {"botcafe_user": str(user_id)}}, cast("Any", options)
            )
        )
        return str(made["id"])

    async def checkout(
        self, ware: Ware, *, payment_id: UUID, customer_id: str, language: str, back_to: str, done_at: str
    ) -> Checkout:
        """A page at which this person pays this. The same payment gets the same page."""
        price_id = await self._price(ware)
        ours = {reading.PAYMENT_ID: str(payment_id)}
        wanted: dict[str, Any] = {
            "mode": "payment" if ware.every is None else "subscription",
            "line_items": [{"price": price_id, "quantity": 1}],
            "customer": customer_id,
            "client_reference_id": str(payment_id),
            "metadata": ours,
            "locale": LOCALES.get(language, "auto"),
            "success_url": done_at,
            "cancel_url": back_to,
        }
        wanted["payment_intent_data" if ware.every is None else "subscription_data"] = {"metadata": ours}
        options = {"idempotency_key": f"checkout:{payment_id}"}
        made = await self._asked(
            lambda: self._client.v1.checkout.sessions.create_async(cast("Any", wanted), cast("Any", options))
        )
        return Checkout(str(made["id"]), str(made["url"]), reading.moment(made["expires_at"]))

    async def close_checkout(self, checkout_id: str) -> None:
        """Let nobody pay there any more. What is paid or closed already stays as it is."""
        try:
            await self._asked(lambda: self._client.v1.checkout.sessions.expire_async(checkout_id))
        except TillRefused:
            return

    async def portal(self, customer_id: str, *, language: str, back_to: str) -> str:
        """The address at which a person looks after cards and bills."""
        wanted = {"customer": customer_id, "return_url": back_to, "locale": LOCALES.get(language, "auto")}
        made = await self._asked(lambda: self._client.v1.billing_portal.sessions.create_async(cast("Any", wanted)))
        return str(made["url"])

    async def _price(self, ware: Ware) -> str:
        """The price at Stripe that says this amount; made where there is none. Prices never change there."""
        lookup = f"botcafe:{ware.code}:{ware.every or 'once'}:{ware.currency}:{ware.amount_cents}"
        found = await self._asked(
            lambda: self._client.v1.prices.list_async({"lookup_keys": [lookup], "active": True, "limit": 1})
        )
        if found["data"]:
            return str(found["data"][0]["id"])
        await self._product(ware)
        wanted: dict[str, Any] = {
            "product": ware.code,
            "unit_amount": ware.amount_cents,
            "currency": ware.currency,
            "lookup_key": lookup,
        }
        if ware.every is not None:
            wanted["recurring"] = {"interval": ware.every}
        options = {"idempotency_key": f"price:{lookup}"}
        made = await self._asked(lambda: self._client.v1.prices.create_async(cast("Any", wanted), cast("Any", options)))
        return str(made["id"])

    async def _product(self, ware: Ware) -> None:
        if ware.code in self._products:
            return
        try:
            await self._asked(lambda: self._client.v1.products.create_async({"id": ware.code, "name": ware.name}))
        except TillRefused as refused:
            if refused.code != "resource_already_exists":
                raise
            await self._asked(lambda: self._client.v1.products.update_async(ware.code, {"name": ware.name}))
        self._products.add(ware.code)

    # ------------------------------------------------------------------------------------------------- looking

    async def seen_checkout(self, checkout_id: str) -> CheckoutSeen:
        """How a page stands."""
        found = await self._asked(lambda: self._client.v1.checkout.sessions.retrieve_async(checkout_id))
        return _read("checkout", reading.checkout, found)

    async def seen_subscription(self, subscription_id: str) -> SubscriptionSeen:
        """How a subscription stands."""
        found = await self._asked(lambda: self._client.v1.subscriptions.retrieve_async(subscription_id))
        return _read("subscription", reading.subscription, found)

    async def seen_invoice(self, invoice_id: str) -> InvoiceSeen:
        """How a bill stands, and who paid it."""
        invoices = self._client.v1.invoices
        try:
            found = await self._asked(lambda: invoices.retrieve_async(invoice_id, {"expand": ["payments"]}))
        except TillRefused as refused:
            if refused.is_gone:
                raise
            # Before Stripe's version 2025-03-31 a bill named its payment itself, and had no list of them.
            found = await self._asked(lambda: invoices.retrieve_async(invoice_id))
        return _read("invoice", reading.invoice, found)

    async def invoices(self, subscription_id: str) -> tuple[InvoiceSeen, ...]:
        """A subscription's bills, newest first."""
        wanted = {"subscription": subscription_id, "limit": 20}
        found = await self._asked(lambda: self._client.v1.invoices.list_async(cast("Any", wanted)))
        return tuple([await self.seen_invoice(str(one["id"])) for one in found["data"]])

    async def seen_charge(self, charge_id: str) -> ChargeSeen:
        """What became of money that moved."""
        found = await self._asked(lambda: self._client.v1.charges.retrieve_async(charge_id))
        return _read("charge", reading.charge, found)

    async def seen_dispute(self, dispute_id: str) -> DisputeSeen:
        """How a dispute stands."""
        found = await self._asked(lambda: self._client.v1.disputes.retrieve_async(dispute_id))
        return _read("dispute", reading.dispute, found)

    # ------------------------------------------------------------------------------------------------ changing

    async def renew(self, subscription_id: str, *, renews: bool) -> SubscriptionSeen:
        """Let a subscription go on after its period, or end with it."""
        changed = await self._asked(
            lambda: self._client.v1.subscriptions.update_async(subscription_id, {"cancel_at_period_end": not renews})
        )
        return _read("subscription", reading.subscription, changed)

    async def switch(self, seen: SubscriptionSeen, ware: Ware, *, key: str) -> SubscriptionSeen:
        """Another plan or interval from now on; what is left of the paid period counts.

        Nothing changes where the difference cannot be paid at once.
        """
        price_id = await self._price(ware)
        wanted: dict[str, Any] = {
            "items": [{"id": seen.item_id, "price": price_id}],
            "proration_behavior": "always_invoice",
            "payment_behavior": "error_if_incomplete",
            "cancel_at_period_end": False,
        }
        options = {"idempotency_key": key}
        changed = await self._asked(
            lambda: self._client.v1.subscriptions.update_async(seen.id, cast("Any", wanted), cast("Any", options))
        )
        return _read("subscription", reading.subscription, changed)

    async def end(self, subscription_id: str) -> None:
        """End a subscription at once. One that is over stays so."""
        try:
            await self._asked(lambda: self._client.v1.subscriptions.cancel_async(subscription_id))
        except TillRefused as refused:
            if not refused.is_gone:
                raise

    async def refund(self, intent_id: str, amount_cents: int | None, *, key: str) -> ChargeSeen:
        """Give money back, all that is left of it where no amount is named."""
        wanted: dict[str, Any] = {"payment_intent": intent_id}
        if amount_cents is not None:
            wanted["amount"] = amount_cents
        options = {"idempotency_key": key}
        made = await self._asked(
            lambda: self._client.v1.refunds.create_async(cast("Any", wanted), cast("Any", options))
        )
        return await self.seen_charge(str(reading.id_of(made["charge"])))

    # ------------------------------------------------------------------------------------------------- notices

    def read(self, body: bytes, signature: str | None) -> Notice:
        """What a notice says. Raises `NotFromTheTill` where none of our secrets signed it lately."""
        if len(body) > BODY_BYTES_MAX or not self._is_signed(body, signature):
            raise NotFromTheTill("the signature does not fit")
        try:
            return reading.notice(json.loads(body))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise NotFromTheTill(f"it is no event ({type(error).__name__})") from error

    def _is_signed(self, body: bytes, signature: str | None) -> bool:
        for secret in self._secrets:
            try:
                WebhookSignature.verify_header(  # pyright: ignore[reportUnknownMemberType]
                    body, signature, secret, TOLERANCE_SECONDS
                )
            except (stripe.SignatureVerificationError, ValueError, TypeError):
                # Stripe's own code trips over bytes that are no UTF-8 and over signatures that are no ASCII.
                continue
            return True
        return False

    async def notices(self, since: datetime) -> AsyncIterator[Notice]:
        """Everything told of since then that concerns us, newest first; Stripe keeps thirty days."""
        after: str | None = None
        while True:
            wanted: dict[str, Any] = {"limit": 100, "created": {"gte": int(since.timestamp())}}
            if after is not None:
                wanted["starting_after"] = after
            page = await self._asked(lambda wanted=wanted: self._client.v1.events.list_async(cast("Any", wanted)))
            for fields in page["data"]:
                if fields["type"] in HEARD:
                    yield _read("event", reading.notice, fields)
            if not page["has_more"] or not page["data"]:
                return
            after = str(page["data"][-1]["id"])

    async def listen_at(self, url: str) -> None:
        """Have notices sent there from now on, and only there; believe them."""
        if not self._is_play:
            raise TillRefused("real endpoints are set up in Stripe's dashboard")
        endpoints = self._client.v1.webhook_endpoints
        known = await self._asked(lambda: endpoints.list_async({"limit": 100}))
        for one in known["data"]:
            if one["url"] == url:
                await self._asked(lambda one=one: endpoints.delete_async(one["id"]))
        made = await self._asked(lambda: endpoints.create_async(cast("Any", {"url": url, "enabled_events": [*HEARD]})))
        self._secrets = (str(made["secret"]),)

    # -------------------------------------------------------------------------------------------------- asking

    async def _asked(self, call: Callable[[], Awaitable[stripe.StripeObject]]) -> dict[str, Any]:
        """The answer as plain values. Raises `TillUnreachable` or `TillRefused`."""
        for pause in (*PAUSES_SECONDS, None):
            try:
                return (await call()).to_dict()
            except (stripe.StripeError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                failed = _failure(error)
                if pause is None or not isinstance(failed, TillUnreachable):
                    raise failed from error
            await self._clock.sleep(pause)
        raise AssertionError("unreachable: the last try raises or answers")


def _read(of: str, how: Callable[[Any], T], fields: object) -> T:
    try:
        return how(fields)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise reading.readable(of, error) from error


def _failure(error: Exception) -> TillError:
    """Stripe's errors as ours, without what Stripe or a person wrote."""
    if not isinstance(error, stripe.StripeError) or isinstance(error, stripe.APIConnectionError):
        return TillUnreachable(f"Stripe cannot be reached ({type(error).__name__})")
    status = error.http_status or 0
    code = error.code if isinstance(error.code, str) else ""
    if status == 429 or status >= 500 or code == "lock_timeout":
        return TillUnreachable(f"Stripe answers {status}")
    is_gone = code == "resource_missing" or status == 404
    return TillRefused(f"Stripe refused ({status}, {code or type(error).__name__})", code=code, is_gone=is_gone)
