"""Every route of the REST API, gathered from its areas."""

from __future__ import annotations

from sandbox.rest import channels, commands, emojis, interactions, messages, users, webhooks
from sandbox.rest.routes import Route

AREAS = (
    users.routes,
    channels.routes,
    messages.routes,
    webhooks.routes,
    commands.routes,
    emojis.routes,
    interactions.routes,
)


def all_routes() -> list[Route]:
    """All of them."""
    return [route for area in AREAS for route in area.all]
