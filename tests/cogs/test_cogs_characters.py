"""/character, /say and /help, used as people use them."""

import asyncio
from typing import Any
from uuid import UUID

import discord
import simcord

from bot import limits
from bot.ports import Caller, Place
from bot.transport import marks
from cogs.talk import MoreButton, StopButton
from tests.cogs.conftest import Town
from tests.services.stagecraft import make, said, until
from tests.services.test_services_turns import rows

FILLED = {
    "name": "Mira",
    "description": "Keeper of the Lantern Archive",
    "system_prompt": "You are Mira Vale.",
    "greeting": "Mind the third stair, {{user}}.",
    "examples": "You: Who are you?\nMira: The keeper.",
}


async def create(
    town: Town, actor: simcord.MemberActor, picture: Any = None, **fields: str
) -> simcord.InteractionResult:
    """Fill the form and send it."""
    options = {} if picture is None else {"picture": picture}
    shown = await actor.slash(town.channel, "character create", **options)
    assert shown.modal is not None
    return await actor.submit_modal(shown, {**FILLED, **fields})


def last(result: simcord.InteractionResult) -> simcord.ResponseMessage:
    """The last thing an interaction was told."""
    told = [*([result.response] if result.response else []), *result.followups]
    assert told
    return told[-1]


def words(result: simcord.InteractionResult) -> str:
    """The last thing an interaction was told, which only who asked can see."""
    assert last(result).ephemeral
    return last(result).content


async def summon(town: Town, actor: simcord.MemberActor, name: str = "Mira") -> simcord.InteractionResult:
    result = await actor.slash(town.channel, "character summon", character=name)
    await town.settle()
    return result


async def test_a_character_is_made_listed_summoned_talked_with_and_dismissed(town: Town) -> None:
    assert "**Mira** is ready" in words(await create(town, town.robin))
    listed = await town.robin.slash(town.channel, "character list")
    assert "Mira · yours" in str(last(listed).embeds[0].to_dict())
    (choice,) = await town.robin.autocomplete(town.channel, "character summon", "character", "mi")
    assert choice["name"] == "Mira"
    assert "is here" in words(await summon(town, town.robin, choice["value"]))
    assert town.program.channels.texts() == [("Mira", "Mind the third stair, robin.")]
    line = await town.robin.slash(town.channel, "say", character=choice["value"], text="Good evening!")
    await town.settle()
    assert not last(line).ephemeral
    assert last(line).content == "**To Mira:** Good evening!"
    assert town.program.channels.texts()[-1] == ("Mira", "Well met.")
    (present,) = await town.robin.autocomplete(town.channel, "character dismiss", "character", "")
    assert present["value"] == choice["value"]
    assert "has left" in words(await town.robin.slash(town.channel, "character dismiss", character=choice["value"]))
    assert await town.robin.autocomplete(town.channel, "character dismiss", "character", "") == []


async def test_the_button_under_a_new_character_summons_it(town: Town) -> None:
    made = await create(town, town.robin)
    pressed = await town.robin.click(last(made), label="Summon Mira here")
    await town.settle()
    assert "is here" in words(pressed)
    assert town.program.channels.texts() == [("Mira", "Mind the third stair, robin.")]


async def test_a_private_character_is_its_makers_alone(town: Town) -> None:
    await create(town, town.robin)
    assert await town.sasha.autocomplete(town.channel, "character summon", "character", "Mira") == []
    assert "no such character" in words(await summon(town, town.sasha))
    ((character_id,),) = await rows(town.program, "SELECT id FROM characters")
    for command in ("summon", "show"):
        refused = await town.sasha.slash(town.channel, f"character {command}", character=str(character_id))
        assert "no such character" in words(refused)
    shown = await town.robin.slash(town.channel, "character show", character="Mira")
    assert last(shown).embeds[0].title == "Mira"


async def test_summoning_twice_is_said(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    assert words(await summon(town, town.robin)) == "Mira is already here. Say its name to talk with it."
    await create(town, town.sasha)
    assert "nobody could tell the two apart" in words(await summon(town, town.sasha))


async def test_a_channel_is_full_at_some_point(town: Town) -> None:
    for number in range(limits.CHARACTERS_PER_CHANNEL + 1):
        await create(town, town.robin, name=f"Person {number}", examples="", greeting="")
        told = words(await summon(town, town.robin, f"Person {number}"))
    assert told == "8 characters are here, which is as many as a channel holds. Dismiss one first."


async def test_dismissing_is_for_those_it_concerns(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    await create(town, town.sasha, name="Juno", examples="")
    await summon(town, town.sasha, "Juno")
    refused = await town.sasha.slash(town.channel, "character dismiss", character="Mira")
    assert words(refused).startswith("Only who summoned or made Mira")
    assert "has left" in words(await town.sasha.slash(town.channel, "character dismiss", character="Juno"))
    assert "has left" in words(await town.owner.slash(town.channel, "character dismiss", character="Mira"))


async def test_nobody_summons_where_they_may_not_write(town: Town) -> None:
    await create(town, town.robin)
    quiet = town.guild.create_text_channel(
        "notices", overwrites={town.guild.default_role: discord.PermissionOverwrite(send_messages=False)}
    )
    refused = await town.robin.slash(quiet, "character summon", character="Mira")
    assert words(refused) == "You may not write in this channel, so characters cannot answer you here."


async def test_a_missing_permission_of_the_bot_is_named(town: Town) -> None:
    await create(town, town.robin)
    me = town.guild.me
    assert me is not None
    closed = town.guild.create_text_channel(
        "closed", overwrites={town.guild.default_role: discord.PermissionOverwrite(manage_webhooks=False)}
    )
    refused = await town.robin.slash(closed, "character summon", character="Mira")
    assert "**Manage Webhooks**" in words(refused)


async def test_pages_of_the_list(town: Town) -> None:
    for number in range(limits.LIST_PAGE + 1):
        await make(town.program, by=caller(town.robin), name=f"Person {number:02}", greeting="")
    listed = await town.robin.slash(town.channel, "character list")
    first = last(listed).embeds[0]
    assert len(first.fields) == limits.LIST_PAGE
    assert first.footer.text == "Page 1 of 2 · /character summon"
    await town.robin.click(last(listed), label="Next")
    second = last(listed).embeds[0]
    assert [field.name for field in second.fields] == [f"Person {limits.LIST_PAGE:02} · yours"]
    nothing = await town.sasha.slash(town.channel, "character list")
    assert "There are none yet" in str(last(nothing).embeds[0].description)


def caller(actor: simcord.MemberActor) -> Caller:
    return Caller(actor.id, actor.name, actor.name, "en-US")


async def test_help_in_six_lines(town: Town) -> None:
    asked = await town.robin.slash(town.channel, "help")
    lines = str(last(asked).embeds[0].description).splitlines()
    assert len(lines) == 6
    assert lines[0] == "Nobody is in this channel yet."
    assert "/say" in lines[1]
    await create(town, town.robin)
    await summon(town, town.robin)
    asked = await town.robin.slash(town.channel, "help")
    assert "Here now: **Mira**." in str(last(asked).embeds[0].description)


# ------------------------------------------------------------------------------------------------ buttons under replies


async def reply_with(town: Town, button: discord.ui.DynamicItem[Any]) -> discord.Message:
    """A message with a button as transport puts them under replies (which this Discord does not allow on webhooks)."""
    view = discord.ui.View(timeout=None)
    view.add_item(button)
    channel = town.client.get_channel(town.channel.id)
    assert isinstance(channel, discord.TextChannel)
    return await channel.send("…", view=view)


async def turn_of(town: Town) -> UUID:
    ((turn_id,),) = await rows(town.program, "SELECT id FROM turns")
    return UUID(str(turn_id))


async def test_stop(town: Town) -> None:
    gate = asyncio.Event()
    await create(town, town.robin, greeting="")
    await summon(town, town.robin)
    town.program.models.script = [["Once upon a time", gate.wait, " and more"]]
    # Not by command: the simulator would wait for the answer, which waits for Stop.
    place = Place(town.guild.id, town.channel.id, town.channel.id)
    await town.program.turns.hear(said("Mira, a story?", place=place, by=caller(town.robin)))
    await until(lambda: town.program.stage.shown)
    button = await reply_with(town, StopButton(marks.Mark(await turn_of(town), 0, "stop"), "Stop"))
    refused = await town.sasha.click(button, label="Stop")
    assert words(refused).startswith("Only who asked")
    await town.robin.click(button, label="Stop")
    await town.settle()
    assert town.program.channels.texts() == [("Mira", "Once upon a time")]
    late = await town.robin.click(button, label="Stop")
    assert words(late) == "This answer is already finished."


async def test_more_tells_who_is_behind_a_reply_and_takes_it_back(town: Town) -> None:
    await create(town, town.robin, greeting="")
    await summon(town, town.robin)
    await town.robin.slash(town.channel, "say", character="Mira", text="Hello?")
    await town.settle()
    button = await reply_with(town, MoreButton(marks.Mark(await turn_of(town), 0, "more"), "⋯"))
    curious = await town.sasha.click(button, label="⋯")
    told = words(curious)
    assert f"Made by <@{town.robin.id}>." in told
    assert f"Asked by <@{town.robin.id}>." in told
    assert "Worded by parrot (scripted)." in told
    assert "tokens in" not in told
    assert last(curious).components == []
    assert "Only who asked, who began this conversation, or a moderator can change it." in told
    mine = await town.robin.click(button, label="⋯")
    assert "tokens in and" in words(mine)
    assert "Cost: " in words(mine)
    asked = await town.robin.click(last(mine), label="Delete")
    await town.robin.click(last(asked), label="Delete this reply")
    assert town.program.channels.texts() == []
    assert await rows(town.program, "SELECT state, reason FROM turns") == [("cancelled", "deleted")]
    assert await rows(town.program, "SELECT kind FROM messages") == [("user",)]


async def test_buttons_of_forgotten_turns_say_so(town: Town) -> None:
    for button in (StopButton, MoreButton):
        verb = "stop" if button is StopButton else "more"
        message = await reply_with(town, button(marks.Mark(UUID(int=7), 0, verb), verb))  # type: ignore[arg-type]
        told = words(await town.robin.click(message, label=verb))
        assert told in {"This answer is already finished.", "This reply is not known any more."}


# ------------------------------------------------------------------------------------------------ what Discord is told


async def test_commands_keep_discords_limits(town: Town) -> None:
    payload = [command.to_dict(town.client.tree) for command in town.client.tree.get_commands()]
    assert {str(command["name"]) for command in payload} >= {"character", "discover", "say", "help"}
    for command in payload:
        assert size(command) <= 8000
        assert len(command.get("options", ())) <= 25


def size(node: dict[str, Any]) -> int:
    """Discord counts names, descriptions and values of a command together."""
    own = sum(len(str(node.get(key, ""))) for key in ("name", "description", "value"))
    return own + sum(size(child) for key in ("options", "choices") for child in node.get(key, ()))
