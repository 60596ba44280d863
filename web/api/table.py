"""Every endpoint of the API."""

from __future__ import annotations

from web.api.kinds import Endpoint
from web.api.resources import characters, conversations, creators, lore, me, money, personas, staff, usage

ENDPOINTS: tuple[Endpoint, ...] = (
    *me.ENDPOINTS,
    *usage.ENDPOINTS,
    *personas.ENDPOINTS,
    *characters.ENDPOINTS,
    *lore.ENDPOINTS,
    *conversations.ENDPOINTS,
    *money.ENDPOINTS,
    *creators.ENDPOINTS,
    *staff.ENDPOINTS,
)
"""In the order of the document."""
