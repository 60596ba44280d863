"""A process that stands hands back what its start needed."""

from __future__ import annotations

import gc
import sys

import psutil
import pytest

from bot.footprint import give_back, stand_still

BLOCKS, BLOCK = 200_000, 600
"""Some 120 MB in pieces too small for the C library to map each by itself."""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc hands back by itself what is asked of it here")
def test_what_was_freed_is_handed_back() -> None:
    resident = psutil.Process().memory_info
    kept = []
    blocks = []
    for number in range(BLOCKS):
        blocks.append(bytearray(BLOCK))
        if number % 100 == 0:
            kept.append(bytearray(BLOCK))  # what stays among what goes: without being asked the library gives nothing
    del blocks
    before = resident().rss
    give_back()
    assert before - resident().rss > BLOCKS * BLOCK / 2
    assert kept


def test_what_stands_is_not_walked_through_until_the_end() -> None:
    undo = stand_still()
    try:
        assert gc.get_freeze_count() > 0
    finally:
        undo()
    assert gc.get_freeze_count() == 0
    gc.freeze()  # as tests/conftest.py left it
