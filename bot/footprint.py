"""What a process does so that it weighs no more than it must."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable


def give_back() -> None:
    """Hand freed memory back to the system, where the C library can (glibc)."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError):
        return


def stand_still() -> Callable[[], None]:
    """To be called once a program stands: what only its start needed goes (some 4 MB), and the collector of cycles
    stops walking through what stays anyway. Returns what undoes that, for when the program ends.
    """
    gc.collect()
    gc.freeze()
    give_back()
    return gc.unfreeze
