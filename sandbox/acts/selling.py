"""Buying from an application with play money, and what becomes of it.

docs: Monetization, Implementing App Subscriptions and One-Time Purchases: who cancels keeps what is paid until the end
of the period, and no event tells of the cancelling; ENTITLEMENT_UPDATE with `ends_at` comes at the end, and
ENTITLEMENT_DELETE when money is given back. A consumable must be consumed before it can be bought again.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sandbox.clock import iso
from sandbox.core import Core
from sandbox.errors import ApiError
from sandbox.render import selling as render
from sandbox.world.models import Application, Interaction
from sandbox.world.wares import Entitlement, EntitlementType, Sku, SkuType

#: docs: SKU, SKU Flags.
AVAILABLE = 1 << 2
FOR_PEOPLE = 1 << 8
PERIOD = timedelta(days=30)


def make_sku(core: Core, application: Application, name: str, kind: SkuType, price: int) -> Sku:
    """Put something on sale to people."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    flags = AVAILABLE | (FOR_PEOPLE if kind is SkuType.SUBSCRIPTION else 0)
    core.world.new_id()  # the group that Discord makes around a subscription has the id before its own
    sku = Sku(core.world.new_id(), application.id, name, int(kind), slug, flags, price)
    core.world.skus.put(sku)
    return sku


def owned(core: Core, user_id: str, sku_id: str) -> Entitlement | None:
    """What a person has of a SKU and need not, or cannot, buy again."""
    return next(
        (one for one in core.world.entitlements.of(user_id) if one.sku_id == sku_id and _is_present(core, one)), None
    )


def of(core: Core, interaction: Interaction, user_id: str) -> list[Entitlement]:
    """What goes along with an interaction: what its person has."""
    mine = core.world.entitlements.of(user_id)
    return [one for one in mine if one.application_id == interaction.application_id and _is_present(core, one)]


def buy(core: Core, sku: Sku, user_id: str) -> Entitlement:
    """A person pays. Raises `ApiError` where they have it already."""
    core.world.user(user_id)
    if owned(core, user_id, sku.id) is not None:
        raise ApiError(400, 100017, "You already own this. What can be used up must be used before it is bought again.")
    now = core.clock.now()
    entitlement = Entitlement(
        id=core.world.new_id(),
        application_id=sku.application_id,
        sku_id=sku.id,
        type=int(EntitlementType.PURCHASE),
        user_id=user_id,
    )
    if sku.type == SkuType.SUBSCRIPTION:
        entitlement.type = int(EntitlementType.APPLICATION_SUBSCRIPTION)
        entitlement.starts_at = iso(now)
        entitlement.period_ends_at = iso(now + PERIOD.total_seconds())
    tell(core, "ENTITLEMENT_CREATE", entitlement)
    return entitlement


def consume(core: Core, entitlement: Entitlement) -> None:
    """The application gave out what was bought."""
    if core.world.skus.get(entitlement.sku_id) is None or entitlement.type != EntitlementType.PURCHASE:
        raise ApiError(400, 100016, "This entitlement cannot be consumed")
    entitlement.consumed = True
    tell(core, "ENTITLEMENT_UPDATE", entitlement)


def cancel(core: Core, entitlement: Entitlement) -> None:
    """Its person does not renew it. No event tells of that."""
    entitlement.ending = True
    core.world.entitlements.put(entitlement)


def refund(core: Core, entitlement: Entitlement) -> None:
    """The money goes back, and what it bought with it."""
    entitlement.deleted = True
    tell(core, "ENTITLEMENT_DELETE", entitlement)


def end_or_renew(core: Core) -> None:
    """Subscriptions whose period is over go on, or end."""
    now = core.clock.iso()
    for one in core.world.entitlements:
        if one.period_ends_at is None or one.period_ends_at > now or not _is_present(core, one):
            continue
        if one.ending:
            one.ends_at = one.period_ends_at
            tell(core, "ENTITLEMENT_UPDATE", one)
        else:
            one.period_ends_at = (datetime.fromisoformat(one.period_ends_at) + PERIOD).isoformat()
            core.world.entitlements.put(one)


def _is_present(core: Core, one: Entitlement) -> bool:
    is_over = one.ends_at is not None and one.ends_at <= core.clock.iso()
    return not (one.deleted or one.consumed or is_over)


def tell(core: Core, event: str, entitlement: Entitlement) -> None:
    """Keep a change, and tell the application of it; of people's own entitlements on the first shard."""
    core.world.entitlements.put(entitlement)
    core.hub.to_application(event, entitlement.application_id, entitlement.guild_id, render.entitlement(entitlement))
