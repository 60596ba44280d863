"""Somebody is not answered: everybody reads one neutral line, and who wrote learns why from its button, alone."""

from typing import Any

from bot.services.talk.places import PlaceValues
from sandbox import trouble
from sandbox.world.models import Channel, Message
from tests.whole.cafe import Whole, pressed, until


def neutral_lines(here: Whole, channel: Channel) -> list[Message]:
    history = here.sandbox.world.history(channel.id)
    return [one for one in history if one.content.startswith("-# No answer to this one.")]


async def press(here: Whole, by: str, line: Message, label: str) -> Message:
    (button,) = [one for row in line.components for one in row["components"] if one["label"] == label]
    data = {"component_type": 2, "custom_id": button["custom_id"]}
    return await pressed(here, by, line.channel_id, 3, data, on=line)


async def hold_back(here: Whole) -> Message:
    """Robin had all the answers a minute allows, and writes again."""
    tavern = here.channel("tavern")
    await here.summon("sasha", await here.make("sasha", "Mira"), tavern)
    by = await here.cafe.people.arrive(here.caller("alex"))
    await here.cafe.places.change(by, int(here.sandbox.guild.id), PlaceValues(replies_per_minute=1))
    await here.ask(("robin", "Mira, one", tavern))
    here.say("robin", "Mira, two", tavern)
    await until(lambda: neutral_lines(here, tavern), "the line is shown")
    (line,) = neutral_lines(here, tavern)
    return line


async def test_the_line_says_nothing_and_its_button_tells_who_wrote_alone(here: Whole) -> None:
    line = await hold_back(here)
    public = str((line.content, line.components))
    assert not any(word in public for word in ("rate", "minute", "adult", str(here.sandbox.person("robin").id)))
    told = await press(here, "robin", line, "For me")
    assert told.flags & 64
    assert "You had 1 answers here within a minute" in told.content
    refused = await press(here, "sasha", line, "For me")
    assert refused.flags & 64
    assert refused.content.startswith("This is about somebody else's message")
    assert "minute" not in refused.content


async def test_what_is_over_is_said_to_be_over(here: Whole) -> None:
    line = await hold_back(here)
    by = await here.cafe.people.arrive(here.caller("alex"))
    await here.cafe.places.change(by, int(here.sandbox.guild.id), PlaceValues(replies_per_minute=20))
    told = await press(here, "robin", line, "For me")
    assert told.content.endswith("That minute is over: write again.")


async def test_who_wants_to_keep_it_gets_a_direct_message_and_nobody_else(here: Whole) -> None:
    line = await hold_back(here)
    told = await press(here, "robin", line, "For me")
    words, letters = told.content, here.letters("robin")
    assert here.sandbox.world.history(letters.id) == []
    assert "It is in your direct messages." in (await sent_on(here, told)).content
    assert [one.content for one in here.sandbox.world.history(letters.id)] == [words]


async def test_who_takes_no_direct_messages_is_told_what_to_allow(here: Whole) -> None:
    line = await hold_back(here)
    told = await press(here, "robin", line, "For me")
    here.letters("robin")
    trouble.cause(here.sandbox.core, "close_direct", user_id=here.sandbox.person("robin").id)
    before = set(_whispers(here))
    await click(here, told)
    await until(lambda: set(_whispers(here)) - before, "they are told")
    (refused,) = set(_whispers(here)) - before
    assert refused.startswith("You take no direct messages from me.")


async def test_the_button_works_after_a_restart(here: Whole) -> None:
    line = await hold_back(here)
    await here.restart()
    assert "write again" in (await press(here, "robin", line, "For me")).content.casefold()


async def click(here: Whole, told: Message) -> None:
    """Press the only button of an ephemeral answer."""
    button: dict[str, Any] = told.components[0]["components"][0]
    body = {
        "type": 3,
        "application_id": here.sandbox.application.id,
        "channel_id": told.channel_id,
        "guild_id": here.sandbox.guild.id,
        "session_id": "x",
        "nonce": "4711",
        "message_id": told.id,
        "message_flags": told.flags,
        "data": {"component_type": 2, "custom_id": button["custom_id"]},
    }
    status, answer = await here.people["robin"].call("POST", "/interactions", body)
    assert status == 204, answer


async def sent_on(here: Whole, told: Message) -> Message:
    """Press “Send it to me”; the answer as it stands then."""

    def now() -> Message | None:
        return here.sandbox.world.whispers.get(told.id)

    await click(here, told)
    await until(lambda: (found := now()) is not None and not found.components, "it is sent")
    found = now()
    assert found is not None
    return found


def _whispers(here: Whole) -> list[str]:
    return [one.content for one in here.sandbox.world.whispers]
