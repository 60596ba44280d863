"""What is sold through Discord: SKUs, who has which (entitlements), and subscriptions (docs: Monetization)."""

from __future__ import annotations

from sandbox.acts import selling as acts
from sandbox.errors import ApiError, InvalidForm, unknown
from sandbox.render import selling as render
from sandbox.rest.call import Call
from sandbox.rest.routes import Routes
from sandbox.snowflake import as_id
from sandbox.world.models import Json
from sandbox.world.wares import Entitlement, EntitlementType, SkuType

routes = Routes()

OF = "/applications/{application_id}/entitlements"
_MOST = 100
_USER = 2


@routes.get("/applications/{application_id}/skus")
async def skus(call: Call) -> list[Json]:
    """List SKUs. A subscription's group, which docs advise to pass over, is told along with it."""
    found = call.world.skus.of(_application(call))
    listed: list[Json] = []
    for sku in found:
        if sku.type == SkuType.SUBSCRIPTION:
            group = render.sku(sku) | {"id": str(int(sku.id) - 1), "type": int(SkuType.SUBSCRIPTION_GROUP)}
            listed.append(group)
        listed.append(render.sku(sku))
    return listed


@routes.get(OF)
async def entitlements(call: Call) -> list[Json]:
    """List Entitlements, the oldest first after `after`, otherwise the newest first."""
    application_id = _application(call)
    user_id, guild_id = call.query_id("user_id"), call.query_id("guild_id")
    wanted = _ids(call.query("sku_ids"))
    now = call.core.clock.iso()
    rows = [one for one in call.world.entitlements if one.application_id == application_id]
    rows = [one for one in rows if user_id in (None, one.user_id) and guild_id in (None, one.guild_id)]
    rows = [one for one in rows if not wanted or one.sku_id in wanted]
    if call.asks("exclude_ended"):
        rows = [one for one in rows if one.ends_at is None or one.ends_at > now]
    if call.query("exclude_deleted") is None or call.asks("exclude_deleted"):
        rows = [one for one in rows if not one.deleted]
    most = call.number("limit", _MOST, 1, _MOST)
    rows.sort(key=lambda one: int(one.id))
    before, after = call.query_id("before"), call.query_id("after")
    if after is not None:
        return [render.entitlement(one) for one in rows if int(one.id) > int(after)][:most]
    if before is not None:
        rows = [one for one in rows if int(one.id) < int(before)]
    return [render.entitlement(one) for one in reversed(rows)][:most]


@routes.get(OF + "/{entitlement_id}")
async def entitlement(call: Call) -> Json:
    """Get Entitlement."""
    return render.entitlement(_entitlement(call))


@routes.post(OF + "/{entitlement_id}/consume")
async def consume(call: Call) -> None:
    """Consume an Entitlement."""
    acts.consume(call.core, _entitlement(call))


@routes.post(OF)
async def make_test(call: Call) -> Json:
    """Create Test Entitlement: for subscriptions; what is bought once cannot be tried like this (docs)."""
    application_id, form = _application(call), await call.form()
    sku = call.world.skus.get(str(form.get("sku_id")))
    if sku is None or sku.application_id != application_id:
        raise unknown("sku")
    if sku.type != SkuType.SUBSCRIPTION or form.get("owner_type") != _USER:
        raise InvalidForm.field("owner_type", "BASE_TYPE_CHOICES", "Only subscriptions of people are known here")
    made = Entitlement(
        id=call.world.new_id(),
        application_id=application_id,
        sku_id=sku.id,
        type=int(EntitlementType.APPLICATION_SUBSCRIPTION),
        user_id=call.world.user(str(form.get("owner_id"))).id,
    )
    acts.tell(call.core, "ENTITLEMENT_CREATE", made)
    return render.entitlement(made)


@routes.delete(OF + "/{entitlement_id}")
async def delete_test(call: Call) -> None:
    """Delete Test Entitlement."""
    acts.refund(call.core, _entitlement(call))


@routes.get("/skus/{sku_id}/subscriptions")
async def subscriptions(call: Call) -> list[Json]:
    """List SKU Subscriptions of one person, who must be named (docs)."""
    user_id = call.query_id("user_id")
    if user_id is None:
        raise InvalidForm.field("user_id", "BASE_TYPE_REQUIRED", "This field is required")
    sku_id = call.id("sku_id")
    mine = [one for one in call.world.entitlements.of(user_id) if one.sku_id == sku_id and one.starts_at is not None]
    return [render.subscription(one) for one in mine if not one.deleted]


def _application(call: Call) -> str:
    if call.application.id != call.id("application_id"):
        raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
    return call.application.id


def _entitlement(call: Call) -> Entitlement:
    found = call.world.entitlements.get(call.id("entitlement_id"))
    if found is None or found.application_id != _application(call):
        raise unknown("entitlement")
    return found


def _ids(listed: str | None) -> set[str]:
    found = {as_id(part) for part in (listed or "").split(",") if part}
    if None in found:
        raise InvalidForm.field("sku_ids", "NUMBER_TYPE_COERCE", "Values must be snowflakes")
    return {one for one in found if one is not None}
