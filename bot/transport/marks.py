"""The custom_ids that tie a message to the turn and part it belongs to.

They are the only key Discord lets us put on a webhook message (webhooks have no nonce), so a part whose fate is unknown
is looked for by its mark, and the buttons find their turn by it after a restart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast
from uuid import UUID

Verb = Literal["stop", "more"]
Components = list[dict[str, object]]

_TURN = r"turn:(?P<turn>[0-9a-f]{32}):(?P<part>[0-9]{1,4})"
STOP_TEMPLATE = rf"{_TURN}:stop"
MORE_TEMPLATE = rf"{_TURN}:more"
HELD_TEMPLATE = r"held:(?P<message>[0-9]{1,20})"
SAY_TEMPLATE = r"say:(?P<character>[0-9a-f]{32})"
_MARK = re.compile(rf"{_TURN}:(?P<verb>stop|more)")

_ACTION_ROW, _BUTTON, _SECONDARY = 1, 2, 2


@dataclass(frozen=True, slots=True)
class Mark:
    """A parsed custom_id: which turn, which of its messages (from 0), and what the button does."""

    turn_id: UUID
    part: int
    verb: Verb

    @property
    def custom_id(self) -> str:
        """The mark as Discord carries it; 44 to 48 of the 100 characters it allows."""
        return f"turn:{self.turn_id.hex}:{self.part}:{self.verb}"


def parse(custom_id: str) -> Mark | None:
    """The mark a custom_id spells, or None for anybody else's."""
    match = _MARK.fullmatch(custom_id)
    if match is None:
        return None
    verb: Verb = "stop" if match["verb"] == "stop" else "more"
    return Mark(UUID(match["turn"]), int(match["part"]), verb)


def stop_row(turn_id: UUID, part: int, label: str) -> Components:
    """The row under a message that is still being written."""
    return _row(Mark(turn_id, part, "stop"), label=label)


def more_row(turn_id: UUID, part: int) -> Components:
    """The quiet row under the last message of a finished reply."""
    return _row(Mark(turn_id, part, "more"), label="⋯")


def held_id(message_id: int) -> str:
    """The custom_id of the button that tells who wrote a message why it was not answered. It says nothing else."""
    return f"held:{message_id}"


def held_row(message_id: int, label: str) -> Components:
    """The row under the line that says that somebody is not answered."""
    return _rows(held_id(message_id), label)


def with_answering(row: Components, character_id: UUID, label: str) -> Components:
    """The row under a finished reply, with a button that opens a form for what is said to the character next."""
    if not any(mark.verb == "more" for mark in marks_in(row)):
        return row
    (first, *others), (added,) = row, _rows(f"say:{character_id.hex}", label)
    buttons = [*cast("Components", added["components"]), *cast("Components", first["components"])]
    return [{**first, "components": buttons}, *others]


def marks_in(components: Sequence[object]) -> list[Mark]:
    """Every mark in a message's components, however deep they are nested."""
    found: list[Mark] = []
    pending: list[object] = list(components)
    while pending:
        node = pending.pop()
        if not isinstance(node, dict):
            continue
        fields = cast("dict[str, object]", node)
        custom_id = fields.get("custom_id")
        if isinstance(custom_id, str) and (mark := parse(custom_id)) is not None:
            found.append(mark)
        nested = fields.get("components")
        if isinstance(nested, list):
            pending.extend(cast("list[object]", nested))
    return found


def _row(mark: Mark, *, label: str) -> Components:
    return _rows(mark.custom_id, label)


def _rows(custom_id: str, label: str) -> Components:
    button: dict[str, object] = {"type": _BUTTON, "style": _SECONDARY, "label": label, "custom_id": custom_id}
    return [{"type": _ACTION_ROW, "components": [button]}]
