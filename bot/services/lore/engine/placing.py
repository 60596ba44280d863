"""Where what came in stands in the prompt. One rule for every place: lower `order` nearer the top, then by id. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.services.lore.engine.book import Position, Role
from bot.services.lore.engine.reasons import Active

_ROLES = {Role.SYSTEM: 0, Role.USER: 1, Role.ASSISTANT: 2}


@dataclass(frozen=True, slots=True)
class AtDepth:
    """Entries that stand `depth` messages before the end (0: after the last) as one message of `role`."""

    depth: int
    role: Role
    entries: tuple[Active, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """Lore by place. `depths` is in reading order: deepest first; at one depth system, then user, then assistant."""

    fixed: dict[Position, tuple[Active, ...]] = field(default_factory=dict[Position, tuple[Active, ...]])
    depths: tuple[AtDepth, ...] = ()
    outlets: dict[str, tuple[Active, ...]] = field(default_factory=dict[str, tuple[Active, ...]])


def placed(active: Iterable[Active]) -> Placed:
    """Sort what came in to where it belongs. Entries without words stand nowhere."""
    fixed: dict[Position, list[Active]] = {}
    depths: dict[tuple[int, Role], list[Active]] = {}
    outlets: dict[str, list[Active]] = {}
    for one in sorted(active, key=lambda one: (one.entry.order, one.entry.id)):
        entry = one.entry
        if not one.text.strip():
            continue
        if entry.position is Position.AT_DEPTH:
            depths.setdefault((entry.depth, entry.role), []).append(one)
        elif entry.position is Position.OUTLET:
            outlets.setdefault(entry.outlet, []).append(one)
        else:
            fixed.setdefault(entry.position, []).append(one)
    return Placed(
        fixed={position: tuple(some) for position, some in fixed.items()},
        depths=tuple(
            AtDepth(depth, role, tuple(some))
            for (depth, role), some in sorted(depths.items(), key=lambda one: (-one[0][0], _ROLES[one[0][1]]))
        ),
        outlets={name: tuple(some) for name, some in outlets.items()},
    )
