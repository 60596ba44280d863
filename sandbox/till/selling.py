"""What is for sale at the till, and the sessions in which somebody buys it or looks after it."""

from __future__ import annotations

from sandbox.till.billing import DAY, Billing
from sandbox.till.fields import known, whole
from sandbox.till.shop import Shop, TillError
from sandbox.world.models import Json

_LOOKUP_LENGTH = 200
_METADATA_KEYS = 50


def make_product(shop: Shop, _: Billing, fields: Json, __: str) -> Json:
    """POST /v1/products; an id of one's own may be given."""
    known(fields, "id", "description", "metadata", "active", required=("name",))
    product_id = fields.get("id") or shop.new_id("prod")
    if shop.find("products", product_id) is not None:
        raise TillError(400, f"Product already exists: '{product_id}'", code="resource_already_exists", param="id")
    product = {"id": product_id, "object": "product", "active": True, "livemode": False, "created": shop.now()}
    return shop.put("products", product | {"name": fields["name"], "metadata": fields.get("metadata", {})})


def change_product(shop: Shop, _: Billing, fields: Json, row_id: str) -> Json:
    """POST /v1/products/{id}."""
    known(fields, "name", "description", "metadata", "active")
    product = shop.get("products", row_id)
    return shop.put("products", product | {"name": fields.get("name", product["name"])})


def make_price(shop: Shop, _: Billing, fields: Json, __: str) -> Json:
    """POST /v1/prices."""
    known(
        fields,
        "recurring",
        "lookup_key",
        "metadata",
        "nickname",
        "transfer_lookup_key",
        required=("currency", "unit_amount", "product"),
    )
    shop.get("products", fields["product"])
    lookup = fields.get("lookup_key")
    if lookup is not None and len(lookup) > _LOOKUP_LENGTH:
        raise TillError(400, "Invalid string: lookup_key is too long", param="lookup_key")
    if lookup is not None and any(price["lookup_key"] == lookup for price in shop.all("prices")):
        raise TillError(400, f"A price already uses that lookup key ({lookup}).", param="lookup_key")
    recurring = fields.get("recurring")
    if recurring is not None:
        known(recurring, "interval_count", required=("interval",))
        if recurring["interval"] not in ("month", "year"):
            raise TillError(400, "Invalid interval", param="recurring[interval]")
        recurring = {"interval": recurring["interval"], "interval_count": 1, "usage_type": "licensed"}
    price = {
        "id": shop.new_id("price"),
        "object": "price",
        "active": True,
        "currency": fields["currency"],
        "unit_amount": whole(fields, "unit_amount"),
        "product": fields["product"],
        "recurring": recurring,
        "type": "one_time" if recurring is None else "recurring",
        "lookup_key": lookup,
        "metadata": fields.get("metadata", {}),
        "created": shop.now(),
        "livemode": False,
    }
    return shop.put("prices", price)


def make_session(shop: Shop, _: Billing, fields: Json, __: str) -> Json:
    """POST /v1/checkout/sessions, with one price, once or as a subscription."""
    known(
        fields,
        "client_reference_id",
        "cancel_url",
        "customer",
        "expires_at",
        "locale",
        "metadata",
        "payment_intent_data",
        "subscription_data",
        "adaptive_pricing",
        required=("mode", "line_items", "success_url"),
    )
    known(fields.get("payment_intent_data", {}), "metadata", "description")
    known(fields.get("subscription_data", {}), "metadata", "description")
    if len(fields.get("metadata", {})) > _METADATA_KEYS:
        raise TillError(400, "Too many metadata keys", param="metadata")
    if fields["mode"] not in ("payment", "subscription") or len(fields["line_items"]) != 1:
        raise TillError(400, "Invalid mode", param="mode")
    line = fields["line_items"][0]
    known(line, "quantity", required=("price",))
    price = shop.get("prices", line["price"])
    if (price["recurring"] is not None) != (fields["mode"] == "subscription"):
        text = f"You must provide at least one recurring price in `{fields['mode']}` mode."
        raise TillError(400, text, param="line_items")
    if "customer" in fields:
        shop.get("customers", fields["customer"])
    expires = whole(fields, "expires_at", shop.now() + DAY)
    if not shop.now() + 1790 <= expires <= shop.now() + DAY + 60:
        raise TillError(400, "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.")
    session_id = shop.new_id("cs_test")
    session = {
        "id": session_id,
        "object": "checkout.session",
        "mode": fields["mode"],
        "status": "open",
        "payment_status": "unpaid",
        "client_reference_id": fields.get("client_reference_id"),
        "customer": fields.get("customer"),
        "amount_total": price["unit_amount"],
        "currency": price["currency"],
        "url": f"{shop.origin}/c/{session_id}",
        "success_url": fields["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id),
        "cancel_url": fields.get("cancel_url"),
        "expires_at": expires,
        "created": shop.now(),
        "metadata": fields.get("metadata", {}),
        "payment_intent": None,
        "subscription": None,
        "invoice": None,
        "livemode": False,
        "_price": price["id"],
        "_metadata": fields.get("payment_intent_data", {}).get("metadata", {}),
        "_subscription_metadata": fields.get("subscription_data", {}).get("metadata", {}),
    }
    return shop.put("sessions", session)


def make_portal(shop: Shop, _: Billing, fields: Json, __: str) -> Json:
    """POST /v1/billing_portal/sessions."""
    known(fields, "return_url", "locale", required=("customer",))
    shop.get("customers", fields["customer"])
    portal_id = shop.new_id("bps")
    portal = {
        "id": portal_id,
        "object": "billing_portal.session",
        "customer": fields["customer"],
        "return_url": fields.get("return_url"),
        "url": f"{shop.origin}/p/{portal_id}",
        "created": shop.now(),
        "livemode": False,
    }
    return shop.put("portals", portal)
