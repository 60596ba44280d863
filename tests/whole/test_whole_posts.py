"""Forum posts: a character begins one, and one of its own comes into those that people begin."""

from typing import Any

import pytest

from bot.services.talk.places import PlaceValues
from sandbox import trouble
from sandbox.acts import channels, messages, threads
from sandbox.permissions import Permission
from sandbox.world.models import Channel, ChannelType, Overwrite
from tests.fakes.scripted_provider import Say
from tests.whole.cafe import Whole, menu, pressed, until

GREETING = "The lamps are lit, {{user}}. Which road brought you?"


def forum(here: Whole) -> Channel:
    return here.channel("story-corner")


async def post(
    here: Whole,
    by: str = "robin",
    *,
    title: str = "Night at the archive",
    character: str = "Mira",
    at: Channel | None = None,
    place: str = "tavern",
) -> Any:
    """Use /character post; what is read then."""
    command = next(one for one in here.sandbox.world.commands if one.body["name"] == "character")
    given = [
        {"type": 3, "name": "character", "value": character},
        {"type": 7, "name": "forum", "value": (at or forum(here)).id},
        {"type": 3, "name": "title", "value": title},
    ]
    options = [{"type": 1, "name": "post", "options": given}]
    data = {"id": command.id, "name": "character", "type": 1, "options": options}
    told = await pressed(here, by, here.channel(place).id, 2, data)
    await here.cafe.turns.idle()
    return told


def begin(here: Whole, by: str, title: str, content: str) -> Channel:
    """Somebody begins a post by hand."""
    draft = messages.Draft(forum(here), here.sandbox.person(by).id, {"content": content})
    tags = [forum(here).available_tags[0]["id"]]
    return threads.start_post(here.sandbox.core, forum(here), title, draft, tags=tags)[0]


def posts(here: Whole) -> list[Channel]:
    return [one for one in here.sandbox.world.channels if one.parent_id == forum(here).id]


async def decide(here: Whole, *, channel_id: int | None = None, **values: Any) -> None:
    by = await here.cafe.people.arrive(here.caller("alex"))
    await here.cafe.places.change(by, int(here.sandbox.guild.id), PlaceValues(**values), channel_id=channel_id)


async def test_a_character_begins_a_post_and_listens_there(here: Whole) -> None:
    await here.make("sasha", "Mira", greeting=GREETING)
    before = {one.id for one in posts(here)}
    told = await post(here)
    assert told.content.startswith("**Mira** began a post:")
    (begun,) = [one for one in posts(here) if one.id not in before]
    assert begun.name == "Night at the archive"
    (opening,) = here.sandbox.world.history(begun.id)
    assert (opening.webhook_name, opening.content) == ("Mira", "The lamps are lit, Robin. Which road brought you?")
    assert ":more" in str(opening.components)
    assert "**Mira** is a character" in await menu(here, "sasha", "Character…", opening)
    here.provider.will(Say("By the old one, then."))
    await here.ask(("robin", "Mira, the old one", begun))
    assert [one.content for one in here.spoken(begun)][1:] == ["By the old one, then."]
    # Control: it remembers that it opened the post with these words.
    assert "Which road brought you?" in str(here.provider.requests[-1].body["messages"])


async def test_after_a_restart_the_opening_is_still_known(here: Whole) -> None:
    await here.make("sasha", "Mira", greeting=GREETING)
    before = {one.id for one in posts(here)}
    await post(here)
    await here.restart()
    (begun,) = [one for one in posts(here) if one.id not in before]
    (opening,) = here.sandbox.world.history(begun.id)
    assert "**Mira** is a character" in await menu(here, "sasha", "Character…", opening)
    await here.ask(("robin", "Mira?", begun))
    assert len(here.spoken(begun)) == 2


async def test_where_no_post_may_be_begun_it_is_said_and_none_is(here: Whole) -> None:
    await here.make("sasha", "Mira", greeting=GREETING)
    await here.make("sasha", "Juno")
    before = len(posts(here))
    assert "Juno has no greeting" in (await post(here, character="Juno")).content
    await decide(here, may_speak=False)
    assert "characters do not speak here" in (await post(here)).content
    await decide(here, may_speak=True, replies_per_minute=1)
    assert "began a post" in (await post(here)).content
    assert "answers here within a minute" in (await post(here)).content
    trouble.cause(here.sandbox.core, "deny", channel_id=forum(here).id, permissions=["VIEW_CHANNEL"])
    await decide(here, replies_per_minute=20)
    await until(lambda: here.program.client.missing_in(here.place(forum(here))), "the bot may no more")
    assert "I need the permission **View Channel**" in (await post(here, title="Never")).content
    assert len(posts(here)) == before + 1


async def test_who_may_not_post_there_has_no_character_do_it(here: Whole) -> None:
    await here.make("sasha", "Mira", greeting=GREETING)
    before = len(posts(here))
    everybody = Overwrite(here.sandbox.guild.id, 0, deny=int(Permission.SEND_MESSAGES))
    forum(here).overwrites = [*forum(here).overwrites, everybody]
    channels.change_channel(here.sandbox.core, forum(here))
    refused = await post(here)
    assert refused.content.startswith("You may not post in that forum")
    assert refused.flags & 64
    assert len(posts(here)) == before
    # Control: an admin may.
    assert "began a post" in (await post(here, "alex")).content


async def test_where_no_bot_is_no_post_is_begun(here: Whole) -> None:
    await here.make("sasha", "Mira", greeting=GREETING)
    pier = here.channel("pier")
    there = channels.make_channel(here.sandbox.core, pier.guild_id or "", "tall-tales", kind=ChannelType.FORUM)
    refused = await post(here, at=there, place="pier")
    assert refused.content.startswith("This works only in a server that I am a member of.")
    assert not [one for one in here.sandbox.world.channels if one.parent_id == there.id]


async def test_into_a_forum_with_a_character_of_its_own_it_comes_by_itself(here: Whole) -> None:
    mira = await here.make("sasha", "Mira", greeting=GREETING)
    await decide(here, channel_id=int(forum(here).id), default_character_id=mira)
    here.provider.will(Say("I have seen it too."))
    begun = begin(here, "robin", "The clock again", "It runs backwards. Who did it?")
    await until(lambda: here.spoken(begun), "somebody answers")
    await here.cafe.turns.idle()
    assert [(one.webhook_name, one.content) for one in here.spoken(begun)] == [("Mira", "I have seen it too.")]
    asked = str(here.provider.requests[-1].body["messages"])
    assert "It runs backwards." in asked


@pytest.mark.parametrize("is_everywhere", [True, False])
async def test_nobody_comes_into_posts_of_other_forums(here: Whole, is_everywhere: bool) -> None:
    mira = await here.make("sasha", "Mira", greeting=GREETING)
    if is_everywhere:
        await decide(here, default_character_id=mira)  # the server's own comes where the application is mentioned
    begun = begin(here, "robin", "The clock again", "It runs backwards. Who did it?")
    tavern = here.channel("tavern")
    await here.summon("sasha", mira, tavern)
    await here.ask(("robin", "Mira, hello", tavern))  # whatever came before was heard by now
    assert here.spoken(begun) == []
    assert not [one for one in here.sandbox.world.history(begun.id) if one.author_id == here.sandbox.application.id]
