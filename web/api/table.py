"""Every endpoint of the API."""

from __future__ import annotations

from web.api.kinds import Endpoint
from web.api.resources import characters, conversations, lore, me, personas

ENDPOINTS: tuple[Endpoint, ...] = (
    *me.ENDPOINTS,
    *personas.ENDPOINTS,
    *characters.ENDPOINTS,
    *lore.ENDPOINTS,
    *conversations.ENDPOINTS,
)
"""In the order of the document."""
