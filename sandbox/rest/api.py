"""Every route of the REST API, gathered from its areas."""

from __future__ import annotations

from sandbox import oauth2
from sandbox.rest import (
    channels,
    commands,
    emojis,
    guilds,
    interactions,
    messages,
    monetization,
    reactions,
    roles,
    stickers,
    threads,
    users,
    webhooks,
)
from sandbox.rest.routes import Route

AREAS = (
    users.routes,
    channels.routes,
    messages.routes,
    webhooks.routes,
    commands.routes,
    emojis.routes,
    stickers.routes,
    interactions.routes,
    threads.routes,
    reactions.routes,
    guilds.routes,
    roles.routes,
    monetization.routes,
    oauth2.routes,
)


def all_routes() -> list[Route]:
    """All of them."""
    return [route for area in AREAS for route in area.all]
