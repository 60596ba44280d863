"""What becomes of messages long after they were said, when this run of the program never heard them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import NoReturn
from uuid import UUID

import pytest

from bot.ports import Place, Reacted, Rights, Sensitivity, Surroundings
from bot.services.characters import Characters, Pictures
from bot.services.talk.forks import Wish
from db.work import Database
from tests.services.stagecraft import (
    NOON,
    ROBIN,
    SASHA,
    TAVERN,
    Channels,
    FakeModels,
    Program,
    build,
    make,
    said,
    summon,
)
from tests.services.test_services_turns import rows

YESTERDAY = int(((NOON - timedelta(days=1)).timestamp() * 1000) - 1_420_070_400_000) << 22
TOMORROW = int(((NOON + timedelta(days=1)).timestamp() * 1000) - 1_420_070_400_000) << 22
PRIVATELY = Surroundings(Sensitivity.PRIVATE)
LONG = ["long " * 700]


@pytest.fixture
async def past(database: Database, tmp_path: Path) -> AsyncIterator[Program]:
    """A program that was started anew after Mira had answered a line, with its channels as they were left."""
    channels, characters = Channels(), Characters(Pictures(tmp_path))
    first = build(database, channels, FakeModels(LONG), characters)
    await first.listening.start()
    await summon(first, await make(first, greeting=""))
    await first.turns.hear(said("Mira, my bike is red", message_id=YESTERDAY))
    await first.turns.idle()
    await first.crash()
    program = build(database, channels, FakeModels(), characters)
    await program.listening.start()
    await program.turns.resume()
    yield program
    await program.crash()


async def test_an_old_message_that_is_changed_is_remembered_as_it_stands_now(past: Program) -> None:
    await past.turns.trigger_edited(YESTERDAY, "Mira, my bike is green", TAVERN.channel_id)
    assert await rows(past, "SELECT content FROM messages WHERE kind = 'user'") == [("Mira, my bike is green",)]
    await past.turns.hear(said("Mira, which colour?", message_id=TOMORROW))
    await past.turns.idle()
    assert "my bike is green" in str(past.models.asked[-1].prompt.messages)


async def test_an_old_message_that_is_deleted_is_forgotten(past: Program) -> None:
    await past.turns.trigger_deleted(YESTERDAY, TAVERN.channel_id)
    assert await rows(past, "SELECT content FROM messages WHERE kind = 'user'") == []


async def test_an_old_reply_is_forgotten_with_its_last_message(past: Program) -> None:
    first, second = (post.message_id for post in past.channels.posts)
    await past.turns.trigger_deleted(first, TAVERN.channel_id)
    assert len(await rows(past, "SELECT 1 FROM messages WHERE kind = 'character'")) == 1
    await past.turns.trigger_deleted(second, TAVERN.channel_id)
    assert await rows(past, "SELECT 1 FROM messages WHERE kind = 'character'") == []


async def test_an_emoji_under_an_old_reply_is_seen_and_taken_back_by_whoever_put_it(past: Program) -> None:
    _, second = (post.message_id for post in past.channels.posts)
    for message_id in (YESTERDAY, second):
        await past.turns.reacted(Reacted(TAVERN, message_id, SASHA, SASHA.discord_id, "🔥", is_added=True))
    assert await rows(past, "SELECT m.kind FROM message_reactions JOIN messages AS m ON m.id = message_id") == [
        ("user",),
        ("character",),
    ]
    # Another run, which saw nobody put it there: Discord tells the id alone.
    await past.people.arrive(ROBIN)
    again = build(past.database, past.channels, FakeModels(), past.characters)
    await again.turns.resume()
    await again.turns.reacted(Reacted(TAVERN, second, None, ROBIN.discord_id, "🔥", is_added=False))
    assert len(await rows(past, "SELECT 1 FROM message_reactions")) == 2
    await again.turns.reacted(Reacted(TAVERN, second, None, SASHA.discord_id, "🔥", is_added=False))
    assert len(await rows(past, "SELECT 1 FROM message_reactions")) == 1


async def test_where_a_conversation_once_went_on_it_is_followed_too(past: Program) -> None:
    await past.conversations.dismiss(await past.people.arrive(ROBIN), TAVERN, await _mira(past))
    assert past.turns.listeners(TAVERN.channel_id) == ()
    assert past.turns.follows(TAVERN.channel_id)
    await past.turns.trigger_edited(YESTERDAY, "Mira, my bike is green", TAVERN.channel_id)
    assert await rows(past, "SELECT content FROM messages WHERE kind = 'user'") == [("Mira, my bike is green",)]


async def test_every_conversation_that_holds_a_message_follows_it(past: Program) -> None:
    ((turn_id,),) = await rows(past, "SELECT turn_id FROM messages WHERE kind = 'character'")
    by = await past.people.arrive(ROBIN)
    await past.forks.fork(UUID(str(turn_id)), Wish(by, ROBIN, Rights(may_open_threads=True), PRIVATELY, 8_000_000))
    await past.turns.idle()
    await past.turns.trigger_edited(YESTERDAY, "Mira, my bike is green", TAVERN.channel_id)
    said_now = "SELECT content FROM messages WHERE kind = 'user' ORDER BY id"
    assert await rows(past, said_now) == [("Mira, my bike is green",)] * 2
    await past.turns.reacted(Reacted(TAVERN, YESTERDAY, SASHA, SASHA.discord_id, "🔥", is_added=True))
    assert len(await rows(past, "SELECT 1 FROM message_reactions")) == 2
    await past.turns.trigger_deleted(YESTERDAY, TAVERN.channel_id)
    assert await rows(past, said_now) == []


async def test_a_message_that_was_nobodys_yet_is_followed_once_it_is_answered(past: Program) -> None:
    # Written while no run was there: the emoji comes before the message itself is caught up with.
    missed = YESTERDAY + 5
    await past.turns.reacted(Reacted(TAVERN, missed, SASHA, SASHA.discord_id, "🔥", is_added=True))
    await past.turns.hear(said("Mira, my boat is blue", message_id=missed))
    await past.turns.idle()
    await past.turns.trigger_edited(missed, "Mira, my boat is white", TAVERN.channel_id)
    assert ("Mira, my boat is white",) in await rows(past, "SELECT content FROM messages WHERE kind = 'user'")


async def test_messages_that_concern_nobody_cost_no_database(past: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    await past.turns.trigger_edited(YESTERDAY + 1, "never to us", TAVERN.channel_id)

    class Asked(Exception):
        pass

    def work(*_: object) -> NoReturn:
        raise Asked

    monkeypatch.setattr(past.database, "work", work)
    elsewhere = Place(1, 777, 777)
    for message_id, place in ((TOMORROW, TAVERN), (YESTERDAY, elsewhere), (YESTERDAY + 1, TAVERN)):
        await past.turns.trigger_edited(message_id, "new words", place.channel_id)
        await past.turns.trigger_deleted(message_id, place.channel_id)
        await past.turns.reacted(Reacted(place, message_id, SASHA, SASHA.discord_id, "🔥", is_added=True))
    assert not past.turns.follows(elsewhere.channel_id)
    # Control: one that may be ours is asked about.
    with pytest.raises(Asked):
        await past.turns.trigger_edited(YESTERDAY, "new words", TAVERN.channel_id)


async def _mira(program: Program) -> UUID:
    ((found,),) = await rows(program, "SELECT id FROM characters")
    return UUID(str(found))
