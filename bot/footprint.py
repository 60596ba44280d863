"""What a process does so that it weighs no more than it must."""

from __future__ import annotations

import ctypes
import gc
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager


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


_making = threading.Lock()
_at_work = 0


@contextmanager
def making_much() -> Generator[None]:
    """Around whatever makes very many objects that stay: the collector of cycles lets it be, then and afterwards.

    It would walk through them again and again while they grow, and everything stands still meanwhile: a third of a
    second at 20,000 lore entries. What is made so must hold no cycles, or it is never freed.
    """
    global _at_work
    with _making:
        _at_work += 1
        gc.disable()
    try:
        yield
    finally:
        with _making:
            _at_work -= 1
            if not _at_work:
                gc.freeze()
                gc.enable()
