"""SKUs, entitlements and subscriptions as Discord's JSON."""

from __future__ import annotations

from sandbox.world.models import Json
from sandbox.world.wares import Entitlement, Sku

#: The HTTP specification's SubscriptionResponseStatusType. discord.py 2.7.1 has the last two the other way round.
ACTIVE, INACTIVE, ENDING = range(3)


def sku(row: Sku) -> Json:
    """Something on sale. What it costs is not told."""
    return {
        "id": row.id,
        "type": row.type,
        "application_id": row.application_id,
        "name": row.name,
        "slug": row.slug,
        "flags": row.flags,
        "dependent_sku_id": None,
        "access_type": 1,
        "features": [],
        "release_date": None,
        "show_age_gate": False,
        "manifest_labels": None,
    }


def entitlement(row: Entitlement) -> Json:
    """What somebody has bought."""
    answer: Json = {
        "id": row.id,
        "sku_id": row.sku_id,
        "application_id": row.application_id,
        "user_id": row.user_id,
        "deleted": row.deleted,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "type": row.type,
        "consumed": row.consumed,
    }
    if row.guild_id is not None:
        answer["guild_id"] = row.guild_id
    return answer


def subscription(row: Entitlement) -> Json:
    """The subscription behind an entitlement; its id is made of the entitlement's."""
    status = INACTIVE if row.ends_at is not None else ENDING if row.ending else ACTIVE
    return {
        "id": str(int(row.id) + 1),
        "user_id": row.user_id,
        "sku_ids": [row.sku_id],
        "renewal_sku_ids": [] if row.ending else [row.sku_id],
        "entitlement_ids": [row.id],
        "current_period_start": row.starts_at,
        "current_period_end": row.period_ends_at or row.starts_at,
        "status": status,
        "canceled_at": row.starts_at if row.ending else None,
    }
