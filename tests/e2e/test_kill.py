"""A power cut at five moments of a reply: after the next start exactly one complete reply stands there."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.stack import Hands, Stack, person, status_of, until

MOMENTS = ("received", "claimed", "opening", "streaming", "generated")
ALL = os.environ.get("ALL_KILLS") == "1"
"""`make test-kills` cuts the power at all five; the everyday run at one."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def turn_ids(messages: list[dict[str, Any]]) -> list[str]:
    """The custom_ids that name turn and part, in order."""
    return [
        component["custom_id"]
        for message in messages
        for row in message.get("components", [])
        for component in row.get("components", [])
        if str(component.get("custom_id", "")).startswith("turn:")
    ]


async def whole_reply(hands: Hands, channel_id: str, after: str) -> list[dict[str, Any]] | None:
    """The character's messages after the trigger, once the reply is complete."""
    spoken = [m for m in await hands.messages(channel_id, after=after) if m.get("webhook_id")]
    ids = turn_ids(spoken)
    return spoken if ids and ids[-1].endswith(":more") and not any(i.endswith(":stop") for i in ids) else None


@pytest.fixture
async def stack(tmp_path: Path, free_ports: dict[str, str]) -> AsyncIterator[Stack]:
    made = Stack(tmp_path / "data", env=free_ports)
    yield made
    await made.kill_everything()


@pytest.mark.parametrize("moment", MOMENTS if ALL else MOMENTS[3:4])
async def test_a_power_cut_leaves_exactly_one_reply(stack: Stack, moment: str) -> None:
    await stack.start()
    async with person(stack.sandbox_url, "member") as hands:
        channel = await hands.channel("lantern-archive")
        # The greetings are replies too; the failpoint is for the one after them.
        await until(lambda: whole_reply(hands, channel["id"], "0"), "Mira has greeted")
    assert await stack.stop() == 0

    await stack.start(BOTCAFE_FAILPOINT=f"{moment}:stop")
    async with person(stack.sandbox_url, "member") as hands:
        trigger = await hands.say(channel["id"], "Mira, what is in the jars on your stairs?")
        await stack.stopped_itself()
    family = stack.family()
    await stack.kill_everything()
    assert not left_of(family)

    await stack.start()
    async with person(stack.sandbox_url, "member") as hands:
        assert (await hands.messages(channel["id"], after=str(int(trigger["id"]) - 1)))[0]["id"] == trigger["id"]
        # Its turn is read now: once the next reply stands, the controls under this one are taken away.
        answered = await until(lambda: whole_reply(hands, channel["id"], trigger["id"]), "the reply is complete", 60)
        second = await hands.say(channel["id"], "Thank you, Mira.")
        await until(lambda: whole_reply(hands, channel["id"], second["id"]), "the next reply is complete", 60)
        spoken = [m for m in await hands.messages(channel["id"], after=trigger["id"]) if m.get("webhook_id")]
        posted = opening_posts(await hands.journal())
    family = stack.family()
    assert await stack.stop() == 0
    assert not left_of(family)

    first = [m for m in spoken if int(m["id"]) < int(second["id"])]
    turns = {custom_id.split(":")[1] for custom_id in turn_ids(answered)}
    assert len(turns) == 1, "one turn answered"
    assert [m["id"] for m in first] == [m["id"] for m in answered], "and what stood there still stands, alone"
    assert all(m["content"].strip() for m in spoken)
    # By the journal, which outlives the cut: no part of any turn was ever posted twice.
    assert turns <= {custom_id.split(":")[1] for custom_id in posted}
    assert len(posted) == len(set(posted))


def opening_posts(journal: list[dict[str, Any]]) -> list[str]:
    """Turn and part of every message that a webhook posted, as often as it was posted."""
    posts = (
        entry
        for entry in journal
        if entry["method"] == "POST" and "/webhooks/" in entry["path"] and entry["status"] == 200
    )
    requests = (entry["request"] for entry in posts if isinstance(entry["request"], dict))
    return [":".join(custom_id.split(":")[:3]) for request in requests for custom_id in turn_ids([request])]


def left_of(family: list[psutil.Process]) -> list[psutil.Process]:
    """Processes that still run."""
    return [p for p in family if status_of(p) not in {None, psutil.STATUS_ZOMBIE}]
