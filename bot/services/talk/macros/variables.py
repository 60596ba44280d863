"""Variables as one run of macros sees them: what was stored, and what has been set since."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.services.talk.macros.world import LONGEST_VALUE, LONGEST_VARIABLE_NAME, MOST_VARIABLES

_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")


class Variables:
    """Named values. With `is_preview` nothing is ever set: what would be is only looked at."""

    def __init__(self, stored: Mapping[str, str], *, is_preview: bool) -> None:
        self._stored = stored
        self._is_preview = is_preview
        self.changes: dict[str, str | None] = {}

    def get(self, name: str) -> str | None:
        """A value; None where there is none of that name."""
        return self.changes[name] if name in self.changes else self._stored.get(name)

    def set(self, name: str, value: str) -> bool:
        """Set a value. False where the name or the value is too long, or there are too many."""
        if not name or len(name) > LONGEST_VARIABLE_NAME or len(value) > LONGEST_VALUE:
            return False
        if self.get(name) is None and self._count() >= MOST_VARIABLES:
            return False
        if not self._is_preview:
            self.changes[name] = value
        return True

    def delete(self, name: str) -> None:
        """Forget a value."""
        if not self._is_preview and self.get(name) is not None:
            self.changes[name] = None

    def add(self, name: str, value: str) -> str | None:
        """The value with another added: as numbers where both are, end to end otherwise. None where that cannot be."""
        before = self.get(name) or ""
        if _NUMBER.fullmatch(value.strip()) and (not before or _NUMBER.fullmatch(before.strip())):
            after = _shown(float(before or 0) + float(value))
        else:
            after = before + value
        return after if self.set(name, after) else None

    def _count(self) -> int:
        names = self._stored.keys() | self.changes.keys()
        return sum(self.get(name) is not None for name in names)


def _shown(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.6f}".rstrip("0")
