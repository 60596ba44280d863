"""The till's API, as the `stripe` client asks it: /v1/…"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

from sandbox.till import selling
from sandbox.till.billing import Billing, Declined
from sandbox.till.fields import known, nested, whole, yes
from sandbox.till.shop import Shop, TillError
from sandbox.world.models import Json

Answer = Callable[[Shop, Billing, Json, str], Json]

LISTS = {
    "customers": "customers",
    "products": "products",
    "prices": "prices",
    "checkout/sessions": "sessions",
    "subscriptions": "subscriptions",
    "invoices": "invoices",
    "payment_intents": "intents",
    "charges": "charges",
    "refunds": "refunds",
    "disputes": "disputes",
    "events": "events",
    "webhook_endpoints": "endpoints",
}
"""What can be listed and retrieved, by its path."""

_FILTERS = ("customer", "subscription", "status", "product", "payment_intent", "charge", "type", "active")


def mount(app: web.Application, shop: Shop, billing: Billing) -> None:
    """Put the API in place."""
    for path, kind in LISTS.items():
        app.router.add_get(f"/v1/{path}", _guarded(shop, _lister(shop, kind)))
        app.router.add_get(f"/v1/{path}/{{id}}", _guarded(shop, _getter(shop, kind)))
    for (method, path), answer in ACTS.items():
        app.router.add_route(method, f"/v1/{path}", _guarded(shop, _actor(shop, billing, answer)))
    app.router.add_route("*", "/v1/{tail:.*}", _guarded(shop, _nothing))


# ------------------------------------------------------------------------------------------------------- the border


def _guarded(
    shop: Shop, handler: Callable[[web.Request, Json], Awaitable[Json]]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            kind, _, key = request.headers.get("Authorization", "").partition(" ")
            if kind != "Bearer" or not key.startswith(("sk_test_", "rk_test_")):
                raise TillError(401, "Invalid API Key provided.", kind="invalid_request_error")
            body = await request.text() if request.method == "POST" else ""
            status, answer = await _remembered(shop, request, body, handler)
        except TillError as error:
            status, answer = error.status, error.body()
        return web.Response(body=orjson.dumps(answer), status=status, content_type="application/json")

    return handle


async def _remembered(
    shop: Shop, request: web.Request, body: str, handler: Callable[[web.Request, Json], Awaitable[Json]]
) -> tuple[int, Json]:
    """The same key and the same request, the same answer; another request under a key is refused."""
    fields = nested([*request.query.items(), *(await request.post()).items()])  # pyright: ignore[reportArgumentType]
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    if key is None:
        return 200, shown(await handler(request, fields))
    digest = hashlib.sha256(f"{request.path}\n{body}".encode()).hexdigest()
    kept = shop.find("answers", key)
    if kept is not None:
        if kept["request"] != digest:
            text = f"Keys for idempotent requests can only be used with the same parameters ({key})."
            raise TillError(400, text, kind="idempotency_error", code="idempotency_key_in_use")
        return kept["status"], kept["answer"]
    try:
        status, answer = 200, shown(await handler(request, fields))
    except TillError as error:
        # Stripe keeps what a request came to, good or bad, once it has begun to carry it out.
        status, answer = error.status, error.body()
    shop.put("answers", {"id": key, "request": digest, "status": status, "answer": answer})
    return status, answer


def shown(row: Json) -> Json:
    """A row without what only the till knows."""
    return {key: value for key, value in row.items() if not key.startswith("_")}


async def _nothing(request: web.Request, _: Json) -> Json:
    text = f"Unrecognized request URL ({request.method}: {request.path})."
    raise TillError(404, text)


def _getter(shop: Shop, kind: str) -> Callable[[web.Request, Json], Awaitable[Json]]:
    async def get(request: web.Request, fields: Json) -> Json:
        known(fields)
        return expanded(shop.get(kind, request.match_info["id"]), fields)

    return get


def _lister(shop: Shop, kind: str) -> Callable[[web.Request, Json], Awaitable[Json]]:
    async def listing(request: web.Request, fields: Json) -> Json:
        return _page(shop, kind, fields, request.path)

    return listing


def _actor(shop: Shop, billing: Billing, answer: Answer) -> Callable[[web.Request, Json], Awaitable[Json]]:
    async def act(request: web.Request, fields: Json) -> Json:
        return expanded(answer(shop, billing, fields, request.match_info.get("id", "")), fields)

    return act


def expanded(row: Json, fields: Json) -> Json:
    """An invoice shows who paid it only where that is asked for."""
    if row.get("object") == "invoice" and "payments" in fields.get("expand", ()):
        return row | {"payments": {"object": "list", "data": row["_payments"], "has_more": False}}
    return row


def _page(shop: Shop, kind: str, fields: Json, path: str) -> Json:
    known(fields, "limit", "starting_after", "created", "lookup_keys", "types", *_FILTERS)
    rows = shop.all(kind)
    for name in _FILTERS:
        if name in fields and not (name == "status" and fields[name] == "all"):
            rows = [row for row in rows if str(_of(row, name)).lower() == fields[name]]
    if "lookup_keys" in fields:
        rows = [row for row in rows if row.get("lookup_key") in fields["lookup_keys"]]
    if "types" in fields:
        rows = [row for row in rows if row["type"] in fields["types"]]
    for edge, holds in (("gte", int.__ge__), ("gt", int.__gt__), ("lte", int.__le__), ("lt", int.__lt__)):
        if edge in (created := fields.get("created", {})):
            rows = [row for row in rows if holds(row["created"], whole(created, edge))]
    if "starting_after" in fields:
        ids = [row["id"] for row in rows]
        rows = rows[ids.index(fields["starting_after"]) + 1 :] if fields["starting_after"] in ids else []
    most = whole(fields, "limit", 10)
    if not 1 <= most <= 100:
        raise TillError(400, f"Invalid limit: {most}", code="parameter_invalid_integer", param="limit")
    page = [shown(expanded(row, _of_items(fields))) for row in rows[:most]]
    return {"object": "list", "data": page, "has_more": len(rows) > most, "url": path}


def _of_items(fields: Json) -> Json:
    return {"expand": [path.removeprefix("data.") for path in fields.get("expand", ())]}


def _of(row: Json, name: str) -> Any:
    if name == "subscription" and row["object"] == "invoice":
        return row["parent"]["subscription_details"]["subscription"]
    return row.get(name)


# --------------------------------------------------------------------------------------------------------- the acts


def _make_customer(shop: Shop, _: Billing, fields: Json, __: str) -> Json:
    known(fields, "metadata", "name", "description", "preferred_locales")
    customer = {"id": shop.new_id("cus"), "object": "customer", "email": None, "livemode": False}
    return shop.put(
        "customers",
        customer | {"name": fields.get("name"), "metadata": fields.get("metadata", {}), "created": shop.now()},
    )


def _make_endpoint(shop: Shop, _: Billing, fields: Json, __: str) -> Json:
    known(fields, "description", "api_version", "metadata", required=("url", "enabled_events"))
    secret = "whsec_" + secrets.token_urlsafe(24)
    endpoint = {
        "id": shop.new_id("we"),
        "object": "webhook_endpoint",
        "url": fields["url"],
        "enabled_events": fields["enabled_events"],
        "status": "enabled",
        "created": shop.now(),
        "livemode": False,
        "_secret": secret,
    }
    # Told once, when it is made.
    return shop.put("endpoints", endpoint) | {"secret": secret}


def _drop_endpoint(shop: Shop, _: Billing, __: Json, row_id: str) -> Json:
    shop.get("endpoints", row_id)
    shop.drop("endpoints", row_id)
    return {"id": row_id, "object": "webhook_endpoint", "deleted": True}


def _change_subscription(shop: Shop, billing: Billing, fields: Json, row_id: str) -> Json:
    known(fields, "cancel_at_period_end", "items", "proration_behavior", "payment_behavior", "metadata")
    subscription = shop.get("subscriptions", row_id)
    if subscription["status"] == "canceled":
        text = "A canceled subscription can only update its cancellation_details and metadata."
        raise TillError(400, text, code="resource_missing")
    subscription["metadata"] = subscription["metadata"] | fields.get("metadata", {})
    if "cancel_at_period_end" in fields:
        ends = yes(fields, "cancel_at_period_end")
        subscription |= {"cancel_at_period_end": ends, "canceled_at": shop.now() if ends else None}
    shop.put("subscriptions", subscription)
    if "items" in fields:
        items = fields["items"]
        if len(items) != 1 or items[0].get("id") != subscription["items"]["data"][0]["id"]:
            raise TillError(400, "You cannot add multiple subscription items with the same plan.", param="items")
        try:
            billing.switch(subscription, shop.get("prices", items[0].get("price", "")))
        except Declined:
            text = "Your card was declined."
            raise TillError(402, text, code="card_declined", kind="card_error") from None
    else:
        shop.happened("customer.subscription.updated", subscription)
    return subscription


def _cancel_subscription(shop: Shop, billing: Billing, fields: Json, row_id: str) -> Json:
    known(fields, "invoice_now", "prorate")
    subscription = shop.get("subscriptions", row_id)
    if subscription["status"] == "canceled":
        raise TillError(404, f"No such subscription: '{row_id}'", code="resource_missing", param="id")
    billing.end(subscription)
    return subscription


def _make_refund(shop: Shop, billing: Billing, fields: Json, _: str) -> Json:
    known(fields, "payment_intent", "charge", "amount", "reason", "metadata")
    charge_id = fields.get("charge")
    if charge_id is None:
        charge_id = shop.get("intents", fields.get("payment_intent", ""))["latest_charge"]
    charge = shop.get("charges", charge_id)
    amount = whole(fields, "amount", charge["amount"] - charge["amount_refunded"])
    return billing.refund(charge, amount, fields.get("reason"), fields.get("metadata", {}))


def _expire_session(shop: Shop, billing: Billing, fields: Json, row_id: str) -> Json:
    known(fields)
    session = shop.get("sessions", row_id)
    if session["status"] != "open":
        raise TillError(400, "Only Checkout Sessions with a status in [open] can be expired.")
    billing.expire(session)
    return shop.get("sessions", row_id)


ACTS: dict[tuple[str, str], Answer] = {
    ("POST", "customers"): _make_customer,
    ("POST", "products"): selling.make_product,
    ("POST", "products/{id}"): selling.change_product,
    ("POST", "prices"): selling.make_price,
    ("POST", "checkout/sessions"): selling.make_session,
    ("POST", "checkout/sessions/{id}/expire"): _expire_session,
    ("POST", "billing_portal/sessions"): selling.make_portal,
    ("POST", "subscriptions/{id}"): _change_subscription,
    ("DELETE", "subscriptions/{id}"): _cancel_subscription,
    ("POST", "refunds"): _make_refund,
    ("POST", "webhook_endpoints"): _make_endpoint,
    ("DELETE", "webhook_endpoints/{id}"): _drop_endpoint,
}
