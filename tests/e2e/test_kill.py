"""A power cut at five moments of a reply: after the next start exactly one complete reply stands there, and nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.stack import Hands, Stack, person, until

MOMENTS = ("received", "claimed", "opening", "streaming", "generated")
QUICK = os.environ.get("QUICK_KILLS", "1") == "1"
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


@pytest.mark.parametrize("moment", MOMENTS[2:4] if QUICK else MOMENTS)
async def test_a_power_cut_leaves_exactly_one_reply(tmp_path: Path, moment: str, free_ports: dict[str, str]) -> None:
    stack = Stack(tmp_path / "data", env=free_ports)
    await stack.start(BOTCAFE_FAILPOINT=f"{moment}:stop")
    async with person(stack.sandbox_url, "member") as hands:
        channel = await hands.channel("lantern-archive")
        trigger = await hands.say(channel["id"], "Mira, what is in the jars on your stairs?")
        await stack.stopped_itself()
    family = stack.family()
    await stack.kill_everything()
    assert not [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

    await stack.start()
    async with person(stack.sandbox_url, "member") as hands:
        assert (await hands.messages(channel["id"], after=str(int(trigger["id"]) - 1)))[0]["id"] == trigger["id"]
        await until(lambda: whole_reply(hands, channel["id"], trigger["id"]), "the reply is complete", 60)
        second = await hands.say(channel["id"], "Thank you, Mira.")
        await until(lambda: whole_reply(hands, channel["id"], second["id"]), "the next reply is complete", 60)
        spoken = [m for m in await hands.messages(channel["id"], after=trigger["id"]) if m.get("webhook_id")]
    family = stack.family()
    assert await stack.stop() == 0
    assert not [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

    first = [m for m in spoken if int(m["id"]) < int(second["id"])]
    assert first, "the first message was answered"
    assert {i.split(":")[1] for i in turn_ids(first)}.__len__() == 1
    assert all(m["content"].strip() for m in spoken)
