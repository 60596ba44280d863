"""Where only a person has the application, and no bot is: every command of theirs works there, or says why not."""

import pytest

from sandbox.world.models import Message
from tests.fakes.scripted_provider import Say
from tests.whole.cafe import Whole, menu, pressed, slash, until

PIER, TEA = "pier", "Tea at four"
_EPHEMERAL, _CARD = 1 << 6, 1 << 15


def stands_of(here: Whole, message_id: str) -> Message:
    """A message as it stands now."""
    found = here.sandbox.world.messages.get(message_id)
    assert found is not None
    return found


def said(message: Message) -> list[str]:
    """Every text of a message, from top to bottom."""
    found = [message.content] if message.content else []
    pending = list(message.components)
    while pending:
        one = pending.pop(0)
        if one["type"] == 10:
            found.append(one["content"])
        pending = [*one.get("components", []), *pending]
    return found


async def answered(here: Whole, message: Message) -> list[str]:
    """The texts of an answer, once a character has finished it and its button is under it."""
    await until(lambda: ":more" in str(stands_of(here, message.id).components), "it is answered")
    await here.cafe.turns.idle()
    return said(stands_of(here, message.id))


async def test_every_command_says_where_it_can_be_used(here: Whole) -> None:
    found = {one.body["name"]: one.body for one in here.sandbox.world.commands}
    ours = {"server", "doctor"}
    assert {"say", "character", "discover", "persona", "me", "why", "help", "Character…", "Why"} <= found.keys()
    for name, body in found.items():
        expected = ([0], [0]) if name in ours else ([0, 1], [0, 1, 2])
        assert (sorted(body["integration_types"]), sorted(body["contexts"])) == expected, name


@pytest.mark.parametrize("channel", [PIER, TEA])
async def test_a_line_and_its_answer_stand_in_one_message(here: Whole, channel: str) -> None:
    character = await here.make("sasha", "Mira")
    shown = await slash(here, "robin", here.channel(channel), "character show", character="Mira")
    assert shown.embeds[0]["title"] == "Mira"
    told = await slash(here, "robin", here.channel(channel), "character summon", character="Mira")
    assert told.flags & _EPHEMERAL
    assert "Use /say" in told.content
    here.provider.will(Say("The harbour is calm tonight."))
    line = await slash(
        here, "robin", here.channel(channel), "say", character=str(character), text="How is the sea? @everyone"
    )
    found = await answered(here, line)
    assert found == [
        "**To Mira:** How is the sea? @everyone",
        "### Mira",
        "The harbour is calm tonight.",
    ]
    stands = stands_of(here, line.id)
    assert stands.flags & _CARD
    assert not stands.flags & _EPHEMERAL
    assert not stands.mention_everyone
    asked = here.provider.requests[-1].body["messages"]
    assert "How is the sea?" in str(asked)
    # What was said before is remembered.
    await answered(here, await slash(here, "robin", here.channel(channel), "say", character="Mira", text="And now?"))
    assert "The harbour is calm tonight." in str(here.provider.requests[-1].body["messages"])


async def test_a_character_that_is_not_there_yet_comes_with_the_first_line(here: Whole) -> None:
    await here.make("sasha", "Mira")
    here.provider.will(Say("Here I am."))
    line = await slash(here, "robin", here.channel(PIER), "say", character="Mira", text="Mira, are you there?")
    assert (await answered(here, line))[1:] == ["### Mira", "Here I am."]


async def test_nobody_of_that_name_is_told_to_who_asked_alone(here: Whole) -> None:
    world, pier = here.sandbox.world, here.channel(PIER)
    before = len(world.history(pier.id))
    command = next(one for one in world.commands if one.body["name"] == "say")
    options = [{"type": 3, "name": "character", "value": "Nobody"}, {"type": 3, "name": "text", "value": "Hello?"}]
    data = {"id": command.id, "name": "say", "type": 1, "options": options}
    body = {
        "type": 2,
        "application_id": here.sandbox.application.id,
        "channel_id": pier.id,
        "guild_id": pier.guild_id,
        "session_id": "x",
        "nonce": "77",
        "data": data,
    }
    assert (await here.people["robin"].call("POST", "/interactions", body))[0] == 204
    await until(lambda: any("no such character" in one.content for one in world.whispers), "they are told")
    assert len(world.history(pier.id)) == before
    mend = next(one for one in world.whispers if "no such character" in one.content)
    assert mend.components[0]["components"][0]["label"] == "Mend"


async def test_who_made_it_and_why_are_told_of_answers_there(here: Whole) -> None:
    await here.make("sasha", "Mira")
    await slash(here, "robin", here.channel(PIER), "character summon", character="Mira")
    line = await slash(here, "robin", here.channel(PIER), "say", character="Mira", text="Good evening")
    await answered(here, line)
    stands = stands_of(here, line.id)
    sasha = here.sandbox.person("sasha").id
    assert f"Made by <@{sasha}>." in await menu(here, "robin", "Character…", stands)
    explained = await slash(here, "robin", here.channel(PIER), "why")
    assert explained.embeds[0]["title"] == "Why Mira said this"
    more = next(row for row in stands.components[1]["components"] if row["type"] == 1)["components"][0]
    panel = await pressed(
        here, "robin", stands.channel_id, 3, {"component_type": 2, "custom_id": more["custom_id"]}, on=stands
    )
    assert "**Mira** is a character" in panel.content
    assert panel.flags & _EPHEMERAL


async def test_the_other_commands_of_a_person_work_there(here: Whole) -> None:
    await here.make("sasha", "Mira")
    pier, tea = here.channel(PIER), here.channel(TEA)
    assert "Use /say" in (await slash(here, "robin", pier, "character summon", character="Mira")).content
    assert "Here now: **Mira**." in (await slash(here, "robin", pier, "help")).embeds[0]["description"]
    assert (await slash(here, "robin", tea, "help")).embeds[0]["description"].startswith("Nobody is in this channel")
    assert "Mira" in str((await slash(here, "robin", pier, "discover")).embeds)
    assert "Mira" in str((await slash(here, "robin", pier, "character list")).embeds)
    assert (await slash(here, "robin", pier, "me show")).flags & _EPHEMERAL
    assert (await slash(here, "robin", pier, "persona list")).flags & _EPHEMERAL
    assert "no persona" in (await slash(here, "robin", pier, "persona use")).content
    assert "No conversation goes on" in (await slash(here, "robin", tea, "persona use")).content
    assert "has left" in (await slash(here, "robin", pier, "character dismiss", character="Mira")).content
    assert "No such character" in (await slash(here, "robin", pier, "character dismiss", character="Mira")).content
