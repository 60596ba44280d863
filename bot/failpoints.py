"""Places where the program can be made to die, so that tests prove what it survives.

`BOTCAFE_FAILPOINT=name` kills this process with SIGKILL the first time it passes that point; `name:stop` freezes it
with SIGSTOP instead, so that a test can kill the whole group at that moment. Without the variable nothing happens.
"""

from __future__ import annotations

import os
import signal
from enum import StrEnum


class Point(StrEnum):
    """The edges of a reply's way, in order."""

    RECEIVED = "received"
    CLAIMED = "claimed"
    OPENING = "opening"
    OPENED = "opened"
    STREAMING = "streaming"
    GENERATED = "generated"
    SENDING = "sending"


_name, _, _how = os.environ.get("BOTCAFE_FAILPOINT", "").partition(":")
_armed = Point(_name) if _name else None


def passing(point: Point) -> None:
    """Die here if this is the point named in the environment; at most once per process."""
    global _armed
    if _armed is point:
        _armed = None
        os.kill(os.getpid(), signal.SIGSTOP if _how == "stop" else signal.SIGKILL)
