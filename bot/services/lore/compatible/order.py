"""Where entries stand (statements 39 and 40)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.services.lore.compatible.model import At, OldEntry
from bot.services.lore.compatible.scan import without_decorators
from bot.services.lore.compatible.timed import Named

_DOWNWARDS = frozenset({At.EXAMPLES_TOP, At.OUTLET})
"""Where bigger orders stand first; everywhere else they stand last."""

_ROLES = {2: 0, 1: 1, 0: 2}
"""At one depth: assistant, user, system, from top to bottom."""


@dataclass(frozen=True, slots=True)
class OldPlaces:
    """Entries by place, each in reading order. `depths` by (depth, role), deepest first."""

    fixed: dict[At, tuple[OldEntry, ...]]
    depths: dict[tuple[int, int], tuple[OldEntry, ...]]
    outlets: dict[str, tuple[OldEntry, ...]]


def placed(active: Sequence[Named]) -> OldPlaces:
    """Sort what came in, in the order in which it came in, to where it belongs."""
    fixed: dict[At, list[OldEntry]] = {}
    depths: dict[tuple[int, int], list[OldEntry]] = {}
    outlets: dict[str, list[OldEntry]] = {}
    downwards = sorted((entry for _, entry in active), key=lambda one: -one.order)
    for entry in downwards:
        if not without_decorators(entry.content):
            continue
        if entry.position is At.DEPTH:
            depths.setdefault((entry.depth, entry.role), []).insert(0, entry)
        elif entry.position is At.OUTLET:
            if entry.outlet_name:
                outlets.setdefault(entry.outlet_name, []).append(entry)
        elif entry.position in _DOWNWARDS:
            fixed.setdefault(entry.position, []).append(entry)
        else:
            fixed.setdefault(entry.position, []).insert(0, entry)
    by_depth = sorted(depths.items(), key=lambda one: (-one[0][0], _ROLES.get(one[0][1], 2)))
    return OldPlaces(
        {at: tuple(some) for at, some in fixed.items()},
        {where: tuple(some) for where, some in by_depth},
        {name: tuple(some) for name, some in outlets.items()},
    )
