"""`make start` with nothing set: the demo's lore is in force, and even the rehearsal speaks of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.stack import Hands, Stack, person, until
from tests.e2e.test_kill import whole_reply

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
async def stack(tmp_path: Path, free_ports: dict[str, str]) -> AsyncIterator[Stack]:
    made = Stack(tmp_path / "data", env=free_ports)
    await made.start()
    yield made
    await made.kill_everything()


async def answer(hands: Hands, channel: str, line: str) -> str:
    """All that a character says to a line."""
    place = (await hands.channel(channel))["id"]
    await until(lambda: whole_reply(hands, place, "0"), "the greeting")
    said = await hands.say(place, line)
    return " ".join(one["content"] for one in await until(lambda: whole_reply(hands, place, said["id"]), line))


async def test_a_newcomer_hears_what_stands_in_the_demos_book(stack: Stack) -> None:
    async with person(stack.sandbox_url, "member") as robin:
        assert "seven strokes" in await answer(robin, "lantern-archive", "Mira, when does the Salt Bell ring?")
        assert "piano" in await answer(robin, "lantern-archive", "Mira, what do you know of the Marguerite?")
        # Control: that entry is for Mira alone; whom it is not for does not know of it.
        assert "piano" not in await answer(robin, "greenhouse", "Tock, what do you know of the Marguerite?")
