"""Going on with an unfinished message: how what comes is put to what is there. Pure."""

from __future__ import annotations

import re

# A model that takes the thread up again may repeat this much of the end, in characters; fewer than the least is chance.
_MOST_REPEATED = 400
_LEAST_REPEATED = 8
_NO_BLANK_BEFORE = re.compile(r"^[\s.,;:!?…)\]}”»’'-]")


def joined(before: str, more: str) -> str:
    """The whole message: what it repeats of its own end is said once, and words do not run together.

    Nothing is lost of `before` but white space at its end.
    """
    start = before.rstrip()
    addition = _without_repetition(start, more)
    if not addition.strip():
        return start
    if not start or addition[0].isspace() or _NO_BLANK_BEFORE.match(addition):
        return start + addition.rstrip()
    if before != start:
        return before + addition.rstrip()
    return f"{start} {addition.rstrip()}"


def _without_repetition(before: str, more: str) -> str:
    """The addition without the words it shares with the end of what it goes on from."""
    bare = more.lstrip()
    if bare.startswith(before) and len(before) >= _LEAST_REPEATED:
        return bare[len(before) :]
    for length in range(min(len(before), len(bare), _MOST_REPEATED), _LEAST_REPEATED - 1, -1):
        if before.endswith(bare[:length]):
            return bare[length:]
    return more
