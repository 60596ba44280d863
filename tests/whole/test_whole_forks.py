"""Forking through the whole program: the button as a member presses it, the thread as Discord opens it."""

from itertools import zip_longest
from typing import Any

import pytest

from sandbox import trouble
from sandbox.acts.threads import follow, start_thread
from sandbox.world.models import Channel, ChannelType, Message
from tests.fakes.scripted_provider import Heard, Say
from tests.whole.cafe import Whole, pressed, until


def parrot(heard: Heard) -> Say:
    """Says what the last message was."""
    return Say(f"You said: {heard.body['messages'][-1]['content'][-40:]}")


async def panel(here: Whole, by: str, message: Message) -> Message:
    command = next(one for one in here.sandbox.world.commands if one.body["name"] == "Character…")
    data = {"id": command.id, "name": "Character…", "type": 3, "target_id": message.id}
    return await pressed(here, by, message.channel_id, 2, data)


def button(message: Message, label: str) -> str:
    rows: list[Any] = list(message.components)
    return next(one["custom_id"] for row in rows for one in row["components"] if one.get("label") == label)


async def fork(here: Whole, by: str, reply: Message) -> str:
    """Press "Fork from here" in the panel of a reply; what the person reads then."""
    shown = await panel(here, by, reply)
    whispers = here.sandbox.world.whispers
    before = [one.content for one in whispers]
    data = {"custom_id": button(shown, "Fork from here"), "component_type": 2}
    body = {
        "type": 3,
        "application_id": here.sandbox.application.id,
        "channel_id": reply.channel_id,
        "guild_id": here.sandbox.world.channel(reply.channel_id).guild_id,
        "session_id": "x",
        "nonce": f"fork {shown.id}",
        "message_id": shown.id,
        "data": data,
    }
    status, answer = await here.people[by].call("POST", "/interactions", body)
    assert status == 204, answer
    await until(lambda: told_now(here) != before, "the panel changed or told something")
    await here.cafe.turns.idle()
    return next(now for now, then in zip_longest(told_now(here), before) if now != then)


def told_now(here: Whole) -> list[str]:
    """What everybody reads that is for their eyes only."""
    return [one.content for one in here.sandbox.world.whispers]


async def told(here: Whole, by: str, place: Channel) -> list[Message]:
    """Mira listens there and has answered two lines."""
    here.provider.otherwise = parrot
    await here.summon(by, await here.make(by, "Mirabel"), place)
    await here.ask((by, "Mirabel, one", place))
    await here.ask((by, "Mirabel, two", place))
    return here.spoken(place)


def opened_last(here: Whole) -> Channel:
    return [one for one in here.sandbox.world.channels if one.is_thread][-1]


async def test_in_a_channel_a_thread_is_opened_and_goes_on_from_the_reply(here: Whole) -> None:
    tavern = here.channel("tavern")
    first, _ = await told(here, "robin", tavern)
    text = await fork(here, "robin", first)
    thread = opened_last(here)
    assert f"<#{thread.id}>" in text
    assert (thread.parent_id, thread.type, thread.name) == (tavern.id, ChannelType.PUBLIC_THREAD, "Fork: Mirabel")
    says, again = here.sandbox.world.history(thread.id)[-2:]
    assert f"https://discord.com/channels/{tavern.guild_id}/{tavern.id}/{first.id}" in says.content
    assert (again.webhook_name, again.content) == ("Mirabel", first.content)
    await here.ask(("robin", "Mirabel, three", thread))
    asked = str(here.provider.requests[-1].body["messages"])
    assert "Mirabel, one" in asked
    assert "Mirabel, two" not in asked
    assert here.spoken(thread)[-1].content.endswith("three")


async def test_from_a_private_thread_a_private_one_is_opened_for_who_forks(here: Whole) -> None:
    core, tavern, robin = here.sandbox.core, here.channel("tavern"), here.sandbox.person("robin").id
    thread = start_thread(core, tavern, "Behind the curtain", robin, kind=ChannelType.PRIVATE_THREAD, auto_archive=None)
    follow(core, thread, [here.sandbox.application.id])
    first, _ = await told(here, "robin", thread)
    await fork(here, "robin", first)
    inner = opened_last(here)
    assert inner.id != thread.id
    assert inner.type == ChannelType.PRIVATE_THREAD
    assert here.spoken(inner)[-1].content == first.content


async def test_in_a_forum_a_post_is_opened(here: Whole) -> None:
    post = next(one for one in here.sandbox.world.channels if one.name == "The clock that runs backwards")
    first, _ = await told(here, "robin", post)
    await fork(here, "robin", first)
    other = opened_last(here)
    assert (other.parent_id, other.name) == (post.parent_id, "Fork: Mirabel")
    assert here.spoken(other)[-1].content == first.content


async def test_in_direct_messages_it_goes_on_below(here: Whole) -> None:
    letters = here.letters("robin")
    first, _ = await told(here, "robin", letters)
    assert "begins below" in await fork(here, "robin", first)
    await here.ask(("robin", "three", letters))
    asked = str(here.provider.requests[-1].body["messages"])
    assert "Mirabel, one" in asked
    assert "Mirabel, two" not in asked


@pytest.mark.parametrize("permission", ["CREATE_PUBLIC_THREADS"])
async def test_where_the_bot_may_open_none_the_person_reads_what_an_admin_must_do(here: Whole, permission: str) -> None:
    tavern = here.channel("tavern")
    first, _ = await told(here, "robin", tavern)
    before = len(here.sandbox.world.channels)
    trouble.cause(here.sandbox.core, "deny", channel_id=str(tavern.id), permissions=[permission])
    text = await fork(here, "robin", first)
    assert "Create Public Threads" in text
    assert len(here.sandbox.world.channels) == before
    trouble.cause(here.sandbox.core, "permit", channel_id=str(tavern.id))
    await fork(here, "robin", first)
    assert len(here.sandbox.world.channels) == before + 1
