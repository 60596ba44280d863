"""The panel of a reply and /why, used as people use them. Buttons under webhook messages are tried in the sandbox."""

from uuid import UUID

import discord
import pytest
import simcord

from bot.errors import InvalidInput
from cogs.talk.why import message_named
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create, last, summon, words
from tests.services.test_services_turns import rows


async def panel_of(town: Town, actor: simcord.MemberActor) -> simcord.InteractionResult:
    """The panel of Mira's one reply, opened by the context menu of the message that holds it."""
    await town.owner.send(town.channel, "(here stands the reply)")
    message = town.channel.last_message
    assert message is not None
    ((part,),) = await rows(town.program, "SELECT message_id FROM turn_parts ORDER BY message_id DESC LIMIT 1")
    posts = town.program.channels.posts
    newest = max(posts, key=lambda post: post.message_id)
    assert newest.message_id == part
    # The stage of these tests is not simcord's channel: the reply is given the id of a message that stands there.
    await _rows_set(town, message.id)
    newest.message_id = message.id
    return await actor.context_menu(town.channel, "Character…", message)


async def _rows_set(town: Town, message_id: int) -> None:
    from sqlalchemy import text

    from db.engine import create_engine

    engine = create_engine(town.program.database.url, as_owner=True)
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL row_security = off"))
        await connection.execute(
            text("UPDATE turn_parts SET message_id = :id WHERE message_id = (SELECT max(message_id) FROM turn_parts)"),
            {"id": message_id},
        )
    await engine.dispose()


@pytest.fixture
async def told(town: Town) -> Town:
    """Mira has answered Robin once, and one message stands in the channel."""
    await answered(town)
    return town


async def answered(town: Town) -> None:
    await create(town, town.robin, greeting="")
    await summon(town, town.robin)
    town.program.models.script = [["One."], ["Two."]]
    await town.robin.slash(town.channel, "say", character="Mira", text="Hello?")
    await town.settle()


def labels(result: simcord.InteractionResult) -> set[str]:
    found: set[str] = set()
    for row in last(result).components:
        for one in row.get("components", ()):
            if one.get("label"):
                found.add(one["label"])
    return found


async def test_the_panel_words_anew_chooses_and_tells(told: Town) -> None:
    opened = await panel_of(told, told.robin)
    assert "Made by" in words(opened)
    assert {"Word it anew", "Continue", "Edit", "Delete", "Why"} <= labels(opened)
    await told.robin.click(last(opened), label="Word it anew")
    await told.settle()
    assert told.program.channels.texts()[-1] == ("Mira", "Two.")
    again = await panel_of_same(told, told.robin)
    assert "Wording 2 of 2." in words(again)
    await told.robin.click(last(again), label="◀")
    await told.settle()
    assert told.program.channels.texts()[-1] == ("Mira", "One.")


async def panel_of_same(town: Town, actor: simcord.MemberActor) -> simcord.InteractionResult:
    message = town.channel.last_message
    assert message is not None
    return await actor.context_menu(town.channel, "Character…", message)


async def test_a_stranger_sees_who_made_it_and_who_may(told: Town) -> None:
    await panel_of(told, told.robin)
    opened = await panel_of_same(told, told.sasha)
    assert "Made by" in words(opened)
    assert "Only who asked" in words(opened)
    assert labels(opened) == set()


async def test_words_are_changed_by_hand(told: Town) -> None:
    opened = await panel_of(told, told.robin)
    form = await told.robin.click(last(opened), label="Edit")
    assert form.modal is not None
    refused = await told.robin.submit_modal(form, {"text": "\u200b"})
    assert "nothing can be seen" in words(refused)
    form = await told.robin.click(last(await panel_of_same(told, told.robin)), label="Edit")
    await told.robin.submit_modal(form, {"text": "By hand."})
    await told.settle()
    assert told.program.channels.texts()[-1] == ("Mira", "By hand.")
    assert "Changed by hand by" in words(await panel_of_same(told, told.robin))


async def test_a_reply_deleted_meanwhile_is_answered_kindly(told: Town) -> None:
    opened = await panel_of(told, told.robin)
    ((turn,),) = await rows(told.program, "SELECT id FROM turns")
    owner = await panel_of_same(told, told.owner)
    await told.robin.click(last(await told.robin.click(last(opened), label="Delete")), label="Delete this reply")
    assert told.program.channels.texts() == []
    await told.owner.click(last(owner), label="Word it anew")
    await told.settle()
    assert "This reply was deleted meanwhile" in words(owner), words(owner)
    assert labels(owner) == set()
    assert await rows(told.program, "SELECT id, state FROM turns") == [(UUID(str(turn)), "cancelled")]


async def test_a_message_nobody_said_as_a_character_says_so(told: Town) -> None:
    message = told.channel.last_message
    assert message is not None
    for menu in ("Character…", "Why"):
        assert "No character said this" in words(await told.robin.context_menu(told.channel, menu, message))


async def test_why_tells_parts_and_gives_the_prompt_to_who_may_read_all(told: Town) -> None:
    mine = await told.robin.slash(told.channel, "why")
    embed = last(mine).embeds[0]
    assert "parrot" in (embed.description or "")
    assert [file.filename for file in last(mine).attachments] == ["prompt.txt"]
    refused = await told.sasha.slash(told.channel, "why")
    assert "Only those who take part" in words(refused)
    moderator = await told.owner.slash(told.channel, "why")
    assert "not yours to read" in (last(moderator).embeds[0].description or "")
    assert not last(moderator).attachments
    assert "no link of a message" in words(await told.robin.slash(told.channel, "why", message="Mira!"))


@pytest.mark.parametrize(
    "typed", ["https://discord.com/channels/1/2/123456789012345678", "123456789012345678", " 123456789012345678/ "]
)
def test_a_message_is_named_by_link_or_id(typed: str) -> None:
    assert message_named(typed) == 123456789012345678


@pytest.mark.parametrize(
    "typed", ["", "mira", "12", "9" * 30, "9" * 20, "9" * 19, str(2**63), "https://discord.com/channels/1/2/"]
)
def test_nothing_else_names_a_message(typed: str) -> None:
    with pytest.raises(InvalidInput):
        message_named(typed)


async def test_a_reply_is_forked_into_a_thread_and_the_panel_says_where(told: Town) -> None:
    opened = await panel_of(told, told.robin)
    await told.robin.click(last(opened), label="Fork from here")
    await told.settle()
    (thread,) = told.program.channels.threads
    assert not thread.is_private
    assert f"The fork goes on in <#{thread.place.channel_id}>. It remembers 2 lines." in words(opened)
    assert told.program.channels.texts() == [("Mira", "One."), ("Mira", "One.")]


async def test_a_stranger_is_offered_no_fork(told: Town) -> None:
    await panel_of(told, told.robin)
    assert "Fork from here" not in labels(await panel_of_same(told, told.sasha))
    assert "Fork from here" in labels(await panel_of_same(told, told.owner))


async def test_who_may_not_open_threads_reads_why_there_is_no_fork(town: Town) -> None:
    closed = discord.PermissionOverwrite(create_public_threads=False)
    town.channel = town.guild.create_text_channel("quiet", overwrites={town.guild.default_role: closed})
    await town.settle()
    await answered(town)
    pressed = await town.robin.click(last(await panel_of(town, town.robin)), label="Fork from here")
    await town.settle()
    assert "may not open threads" in words(pressed)
    assert town.program.channels.threads == []
