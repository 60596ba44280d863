"""Waiting for a child process to say that it is ready."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

from bot.local.children import Child

LOOK_EVERY_SECONDS = 0.02
TAIL_LINES = 5


class NotReadyError(Exception):
    """The child ended or stayed silent. Its text is the last lines it wrote."""


async def said(child: Child, log: Path, since: int, pattern: re.Pattern[str], within_seconds: float) -> re.Match[str]:
    """The first match of `pattern` in what the child wrote to its log after byte `since`.

    Raises `NotReadyError` when the child ends first or says nothing of the kind within the time.
    """
    deadline = time.monotonic() + within_seconds
    while True:
        running = child.alive()
        text = written(log, since)
        if match := pattern.search(text):
            return match
        if not running or time.monotonic() > deadline:
            raise NotReadyError("\n".join(text.strip().splitlines()[-TAIL_LINES:]) or "it said nothing")
        await asyncio.sleep(LOOK_EVERY_SECONDS)


def written(log: Path, since: int) -> str:
    """What was written after byte `since`; everything, where the log was begun anew meanwhile."""
    try:
        with log.open("rb") as file:
            file.seek(since if since <= log.stat().st_size else 0)
            return file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""


def size(log: Path) -> int:
    """How long the log is now, in bytes."""
    return log.stat().st_size if log.exists() else 0
