"""For whom and where an entry counts. Pure."""

from __future__ import annotations

from typing import TypeVar

from bot.services.lore.engine.book import Filters
from bot.services.lore.engine.reasons import Why
from bot.services.lore.engine.scene import Scene

T = TypeVar("T")


def _one(value: T | None) -> frozenset[T]:
    return frozenset() if value is None else frozenset((value,))


def kept_out(filters: Filters, scene: Scene) -> Why | None:
    """The first filter that keeps an entry out of a scene, None if none does.

    What is not known (no persona worn, a direct message without a server) is not among those an entry is for.
    """
    if filters.occasions and scene.occasion not in filters.occasions:
        return Why.OCCASION
    if not filters.characters.admits(_one(scene.character_id)):
        return Why.CHARACTER
    if not filters.personas.admits(_one(scene.persona_id)):
        return Why.PERSONA
    if not filters.channels.admits(scene.channel_ids):
        return Why.CHANNEL
    if not filters.servers.admits(_one(scene.server_id)):
        return Why.SERVER
    if not filters.roles.admits(scene.role_ids):
        return Why.ROLE
    if not filters.tags.admits(scene.tags):
        return Why.TAG
    return None
