"""Forms that may be open twice at once: in two tabs, or with two people who look after the same thing. Pure.

A form carries a mark of what it showed. Whoever saves gives the mark back; where what stands by then is something else,
nothing is kept, and both are shown. Open the row locked, then ask: between the two nobody can write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import orjson

from bot.errors import Conflict, InvalidInput, UserError
from bot.texts import N_

_MARK_BYTES = 12


class ChangedMeanwhile(Conflict):
    """What a form showed is not what stands any more. `now` is what it would show today."""

    def __init__(self, now: Mapping[str, str]) -> None:
        super().__init__(
            "changed_meanwhile",
            N_(
                "This was changed since you opened it: in another tab, on Discord, or by somebody else. Nothing was "
                "saved, and what you typed is still here. Compare, then save again."
            ),
        )
        self.now = dict(now)


class SeveralWrong(InvalidInput):
    """More than one field cannot be kept as it is. `errors` are in the order of the form, the first stands for all."""

    def __init__(self, errors: Sequence[UserError]) -> None:
        first = errors[0]
        super().__init__(first.code, first.message, field=first.field, **first.values)
        self.errors = tuple(errors)


def mark_of(shown: Mapping[str, str]) -> str:
    """The mark of what a form shows: other texts, another mark."""
    return hashlib.blake2b(orjson.dumps(sorted(shown.items())), digest_size=_MARK_BYTES).hexdigest()


def refuse_changed(now: Mapping[str, str], mark: str | None) -> None:
    """Raise `ChangedMeanwhile` where a mark is not that of what stands now. None: whoever saves saw nothing before."""
    if mark is not None and mark != mark_of(now):
        raise ChangedMeanwhile(now)


def straight(typed: Mapping[str, str]) -> dict[str, str]:
    """What a browser sent, with the line ends that are kept here (HTML forms send CR LF)."""
    return {name: value.replace("\r\n", "\n") for name, value in typed.items()}


def differing(now: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed otherwise than it stands, by field."""
    return {name: value for name, value in typed.items() if value.strip() != now.get(name, "").strip()}


def refuse_wrong(errors: Sequence[UserError]) -> None:
    """Raise where something was wrong: the error itself, or all of them as one."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise SeveralWrong(errors)
