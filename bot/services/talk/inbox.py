"""How a heard message is written down and read again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from bot.ports import Heard
from db.models import Priority, TurnKind


@dataclass(frozen=True, slots=True)
class Errand:
    """A message and the characters that shall answer it, in order.

    `token` is the interaction's through which the answer goes out, sealed and in base64, where there is one.
    """

    heard: Heard
    to: tuple[UUID, ...]
    kind: TurnKind = TurnKind.REPLY
    priority: Priority = Priority.NORMAL
    token: str | None = None


_ADAPTER = TypeAdapter(Errand)


def written(errand: Errand) -> dict[str, Any]:
    """The errand as JSON."""
    return _ADAPTER.dump_python(errand, mode="json")


def read(document: Mapping[str, Any]) -> Errand:
    """The errand that was written. Raises `pydantic.ValidationError` for anything else."""
    return _ADAPTER.validate_python(document)
