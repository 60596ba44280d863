"""What the road keeps of messages, whom it lets answer, and what stops it: on a real Postgres."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from bot.errors import StageClosed
from bot.failpoints import Point
from bot.ports import (
    Attached,
    AttachedKind,
    Place,
    Reacted,
    RepliedTo,
    Rights,
    Sensitivity,
    Surroundings,
    Via,
)
from db.models import Listen, PlaceValues, Summoners
from tests.services.stagecraft import (
    NOON,
    PARLOUR,
    ROBIN,
    SASHA,
    TAVERN,
    Crash,
    FakeModels,
    Program,
    make,
    said,
    summon,
    until,
)
from tests.services.test_services_crash import dying_at
from tests.services.test_services_turns import rows

DIRECT = Place(None, 900, 900, Via.BOT)
ELSEWHERE = Place(7, 910, 910, Via.INTERACTION)
OPEN = Surroundings(Sensitivity.PUBLIC)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
NOTES = Attached(71, AttachedKind.TEXT, "notes.txt", "text/plain", 20)
PICTURE = Attached(72, AttachedKind.IMAGE, "cat.png", "image/png", len(PNG), 4, 3, "a cat")


async def decide(program: Program, **values: object) -> None:
    """An admin of the tavern's server decides this."""
    admin = await program.people.arrive(ROBIN)
    await program.places.change(admin, TAVERN.guild_id or 0, PlaceValues(**values))  # type: ignore[arg-type]


async def answered(program: Program, content: str, **more: object) -> int:
    """A message is heard and everything it causes is over. Returns its id."""
    heard = said(content, **more)  # type: ignore[arg-type]
    await program.turns.hear(heard)
    await program.turns.idle()
    return heard.message_id


def prompt_of(program: Program, number: int = -1) -> str:
    return "\n".join(message.content for message in program.models.asked[number].prompt.messages)


async def inbox(program: Program) -> list[tuple[object, ...]]:
    return await rows(program, "SELECT state, reason FROM inbox ORDER BY message_id")


# ------------------------------------------------------------------------------------------------ what is kept


async def test_what_came_with_a_message_is_kept_and_read_in(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    program.channels.files[NOTES.attachment_id] = "\ufeffbuy lamp oil\r\nand wicks  \n".encode()
    sticker = Attached(73, AttachedKind.STICKER, "wave")
    await answered(program, "Mira, look", attached=(NOTES, PICTURE, sticker), around=OPEN)
    kept = (
        "SELECT number, discord_id, kind, name, size_bytes, width, alt, text FROM message_attachments ORDER BY number"
    )
    assert await rows(program, kept) == [
        (0, 71, "text", "notes.txt", 20, None, None, "buy lamp oil\nand wicks"),
        (1, 72, "image", "cat.png", len(PNG), 4, "a cat", None),
        (2, 73, "sticker", "wave", 0, None, None, None),
    ]
    assert await rows(program, "SELECT type, sensitivity FROM messages WHERE kind = 'user'") == [("image", "public")]
    assert "buy lamp oil" in prompt_of(program)
    assert "cat.png" in prompt_of(program)
    assert program.models.asked[-1].prompt.messages[-1].pictures == ()


async def test_a_model_that_sees_is_shown_the_picture_and_the_one_it_replies_to(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    program.models.sees = True
    program.channels.files |= {72: PNG, 74: b"\xff\xd8\xff" + b"\0" * 9, 75: b"not a picture"}
    first = await answered(program, "Mira, look", attached=(PICTURE,))
    other = [Attached(number, AttachedKind.IMAGE, f"{number}.jpg", "image/jpeg", 12) for number in (74, 75)]
    await answered(program, "Mira, and this?", attached=tuple(other), reply_to=RepliedTo(first))
    seen = [
        (picture.name, picture.mime) for one in program.models.asked[-1].prompt.messages for picture in one.pictures
    ]
    assert sorted(seen) == [("74.jpg", "image/jpeg"), ("cat.png", "image/png")]


async def test_a_conversation_that_takes_no_files_keeps_none(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    ((conversation, *_),) = await rows(
        program, "UPDATE conversations SET settings = '{\"allow_files\": false}' RETURNING id"
    )
    await program.listening.refresh(UUID(str(conversation)), TAVERN.channel_id)
    program.channels.files[71] = b"secret"
    program.models.sees = True
    await answered(program, "Mira, look", attached=(NOTES, PICTURE))
    assert await rows(program, "SELECT 1 FROM message_attachments") == []
    assert "secret" not in prompt_of(program)


async def test_a_file_that_cannot_be_had_is_known_by_name(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    huge = Attached(75, AttachedKind.TEXT, "book.txt", "text/plain", 10**9)
    await answered(program, "Mira, look", attached=(NOTES, huge))
    assert await rows(program, "SELECT name, text FROM message_attachments ORDER BY number") == [
        ("notes.txt", None),
        ("book.txt", None),
    ]
    assert program.channels.texts() == [("Mira", "Well met.")]


async def test_a_reply_knows_what_it_answers(program: Program) -> None:
    await summon(program, await make(program, greeting="Welcome to the lamps."))
    greeting = program.channels.posts[0].message_id
    first = await answered(program, "which lamps?", reply_to=RepliedTo(greeting, webhook_id=5, author_name="Mira"))
    await answered(program, "Mira, I mean this", reply_to=RepliedTo(first))
    known = (
        """SELECT m.content, b.content FROM messages AS m JOIN messages AS b ON b.id = m.reply_to_id ORDER BY m.id"""
    )
    assert await rows(program, known) == [
        ("which lamps?", "Welcome to the lamps."),
        ("Mira, I mean this", "which lamps?"),
    ]


async def test_reactions_are_seen_and_taken_back(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    own = await answered(program, "Mira?")
    reply = program.channels.posts[-1].message_id
    for message_id in (own, reply, 424_242):
        await program.turns.reacted(Reacted(TAVERN, message_id, SASHA, SASHA.discord_id, "🔥", is_added=True))
    await program.turns.reacted(Reacted(TAVERN, reply, SASHA, SASHA.discord_id, "🔥", is_added=True))
    assert await rows(program, "SELECT emoji FROM message_reactions") == [("🔥",), ("🔥",)]
    await answered(program, "Mira, well?")
    assert "🔥" in prompt_of(program)
    # Whose it is, Discord tells by id alone when it is taken away.
    await program.turns.reacted(Reacted(TAVERN, reply, None, SASHA.discord_id, "🔥", is_added=False))
    assert await rows(program, "SELECT m.kind FROM message_reactions JOIN messages AS m ON m.id = message_id") == [
        ("user",)
    ]


async def test_an_edit_keeps_what_was_said_before(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    message_id = await answered(program, "Mira, my bike is red")
    for words in ("Mira, my bike is green", "Mira, my bike is green", "Mira, my bike is blue"):
        await program.turns.trigger_edited(message_id, words)
    assert await rows(program, "SELECT previous, reason, edited_by IS NOT NULL FROM message_edits ORDER BY id") == [
        ("Mira, my bike is red", "author", True),
        ("Mira, my bike is green", "author", True),
    ]
    assert await rows(program, "SELECT content, edited_at IS NOT NULL FROM messages WHERE kind = 'user'") == [
        ("Mira, my bike is blue", True)
    ]


async def test_a_reply_deleted_in_discord_leaves_the_history_with_its_last_message(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    program.models.script = [["long " * 700]]
    await answered(program, "Mira?")
    first, second = (post.message_id for post in program.channels.posts)
    await program.turns.trigger_deleted(second)
    assert len(await rows(program, "SELECT 1 FROM messages WHERE kind = 'character'")) == 1
    await program.turns.trigger_deleted(first)
    assert await rows(program, "SELECT 1 FROM messages WHERE kind = 'character'") == []


# ------------------------------------------------------------------------------------------------ gates


async def test_who_had_a_minutes_answers_reads_one_neutral_line(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await decide(program, replies_per_minute=1)
    for words in ("Mira, one", "Mira, two", "Mira, three"):
        await answered(program, words)
    await answered(program, "Mira, four", by=SASHA)
    assert len(program.channels.texts()) == 2
    assert await inbox(program) == [("done", None), ("dropped", "rate"), ("dropped", "rate"), ("done", None)]
    ((_, key, line),) = program.channels.remarks
    assert key == f"held_back {ROBIN.discord_id}"
    assert [button.label for button in program.channels.buttons] == ["For me"]
    assert "minute" not in line  # why is for the person alone: /doctor
    assert await rows(program, "SELECT count(*) FROM messages WHERE kind = 'user'") == [(2,)]


async def test_where_characters_may_not_speak_it_is_silent(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await decide(program, may_speak=False)
    await answered(program, "Mira?")
    assert (program.channels.texts(), program.channels.remarks) == ([], [])
    assert await inbox(program) == [("dropped", "may_not_speak")]


async def test_adult_characters_speak_in_age_restricted_channels_only(program: Program) -> None:
    mira = await make(program, greeting="")
    await summon(program, mira)
    await rows(program, "UPDATE characters SET is_adult = true RETURNING 1")
    await program.listening.load()
    await answered(program, "Mira?", around=OPEN)
    assert program.channels.texts() == []
    await answered(program, "Mira?", around=Surroundings(is_age_restricted=True))
    assert program.channels.texts() == [("Mira", "Well met.")]
    assert await inbox(program) == [("dropped", "adult_place"), ("done", None)]


async def test_what_was_muted_or_dismissed_while_a_message_waited_is_not_answered(program: Program) -> None:
    gate = asyncio.Event()
    for name in ("Mira", "Juno"):
        await summon(program, await make(program, name=name, greeting=""))
    program.models.script = [[gate.wait, "first"]]
    await program.turns.hear(said("Mira and Juno?"))
    await program.turns.hear(said("Mira, two"))
    await until(lambda: program.models.asked)
    ((conversation, *_),) = await rows(program, "UPDATE conversations SET is_muted = true RETURNING id")
    await program.listening.refresh(UUID(str(conversation)), TAVERN.channel_id)
    program.turns.hush(UUID(str(conversation)))
    gate.set()
    await program.turns.idle()
    assert program.channels.texts() == []
    assert await rows(program, "SELECT state, reason FROM turns ORDER BY id") == [
        ("cancelled", "withdrawn"),
        ("cancelled", "muted"),
    ]
    assert await inbox(program) == [("done", None), ("dropped", "muted")]


async def test_joining_in_always_keeps_no_word_of_the_muted(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await decide(program, listen=Listen.ALWAYS)
    await answered(program, "lovely weather")
    assert program.channels.texts() == [("Mira", "Well met.")]
    assert await rows(program, "SELECT kind, priority FROM turns") == [("chance", "normal")]


# ------------------------------------------------------------------------------------------------ banter


async def test_characters_talk_to_each_other_up_to_the_cap(program: Program) -> None:
    for name in ("Mira", "Juno"):
        await summon(program, await make(program, name=name, greeting=""))
    await decide(program, banter=3)
    talk: list[list[object]] = [["Juno?"], ["Mira?"], ["Juno!"], ["Mira!"], ["Juno, again"], ["nothing"]]
    program.models.script = talk  # type: ignore[assignment]
    await answered(program, "Mira, say hello to her")
    assert program.channels.texts() == [("Mira", "Juno?"), ("Juno", "Mira?"), ("Mira", "Juno!"), ("Juno", "Mira!")]
    assert await rows(program, "SELECT kind, priority, chain, state FROM turns ORDER BY id") == [
        ("reply", "normal", 1, "sent"),
        ("banter", "low", 2, "sent"),
        ("banter", "low", 3, "sent"),
        ("banter", "low", 4, "sent"),
    ]
    assert "Juno?" in prompt_of(program, 1)
    # Only a person lets it begin anew.
    await answered(program, "Mira, go on")
    assert [words for _, words in program.channels.texts()][4:] == ["Juno, again", "nothing"]


@pytest.mark.parametrize("point", [Point.SENDING, Point.CLAIMED, Point.GENERATED, Point.OPENED])
async def test_banter_survives_a_crash_and_is_said_once(start: Callable[..., Program], point: Point) -> None:
    first = start()
    await first.listening.start()
    for name in ("Mira", "Juno"):
        await summon(first, await make(first, name=name, greeting=""))
    await decide(first, banter=2)
    await first.crash()
    doomed = start(
        FakeModels(["Juno?"], ["Mira?"], ["Juno!"]), passing=dying_at(point, 1 if point is Point.CLAIMED else 2)
    )
    await doomed.listening.start()
    await doomed.places.load()
    await doomed.turns.hear(said("Mira?"))
    with pytest.raises(Crash):
        await doomed.turns.idle()
    await doomed.crash()
    spoken = len(doomed.channels.texts())
    program = start(
        FakeModels(*[["Juno?"], ["Mira?"], ["Juno!"], ["Mira!"]][spoken if point is not Point.CLAIMED else 0 :])
    )
    await program.listening.start()
    await program.places.load()
    await program.turns.resume()
    await program.turns.idle()
    await program.crash()
    assert [name for name, _ in program.channels.texts()] == ["Mira", "Juno", "Mira"]
    assert len({(post.turn_id, post.part) for post in program.channels.posts}) == len(program.channels.posts)
    assert await rows(program, "SELECT chain, state FROM turns ORDER BY id") == [(1, "sent"), (2, "sent"), (3, "sent")]


async def test_a_person_who_stops_a_line_stops_the_talk(program: Program) -> None:
    for name in ("Mira", "Juno"):
        await summon(program, await make(program, name=name, greeting=""))
    await decide(program, banter=6)
    program.models.script = [["Juno? ", asyncio.Event().wait]]
    await program.turns.hear(said("Mira?"))
    await until(lambda: program.stage.shown)
    ((turn_id, *_),) = await rows(program, "SELECT id FROM turns")
    await program.turns.stop(UUID(str(turn_id)), await program.people.arrive(ROBIN))
    await program.turns.idle()
    assert program.channels.texts() == [("Mira", "Juno?")]


# ------------------------------------------------------------------------------------------------ troubles


async def test_a_trouble_is_told_once_until_it_works_again(start: Callable[..., Program]) -> None:
    program = start()
    await program.listening.start()
    await summon(program, await make(program, greeting=""))
    closed = StageClosed("missing_permissions", permissions=("manage_webhooks",))
    for _ in range(2):
        program.stage.trouble = [closed]
        await answered(program, "Mira?")
    assert [key for _, key, _ in program.channels.remarks] == ["missing_permissions"]
    assert [(told.reason, told.detail) for told in program.turns.troubles.of(TAVERN.channel_id)] == [
        ("missing_permissions", "Manage Webhooks")
    ]
    await program.crash()
    again = start()
    await again.listening.start()
    await again.turns.resume()
    again.stage.trouble = [closed]
    await answered(again, "Mira?")
    assert len(again.channels.remarks) == 1
    await answered(again, "Mira?")
    assert again.turns.troubles.of(TAVERN.channel_id) == ()
    assert await rows(again, "SELECT 1 FROM troubles") == []
    again.stage.trouble = [closed]
    await answered(again, "Mira?")
    assert len(again.channels.remarks) == 2
    await again.crash()


async def test_where_nothing_can_be_written_who_asked_is_told_privately(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    program.stage.trouble = [StageClosed("missing_permissions", permissions=("send_messages",))]
    await answered(program, "Mira?")
    assert program.channels.remarks == []
    ((who, words),) = program.channels.told
    assert who == ROBIN.discord_id
    assert "Send Messages" in words


async def test_a_place_that_is_gone_takes_its_conversations_along(program: Program) -> None:
    mira = await make(program, greeting="")
    thread = Place(TAVERN.guild_id, 555, TAVERN.channel_id)
    for place in (TAVERN, thread, PARLOUR):
        await summon(program, mira, place=place)
    program.models.script = [["Well", asyncio.Event().wait]]
    await program.turns.hear(said("Mira?"))
    await until(lambda: program.stage.shown)
    await program.turns.place_gone(TAVERN.guild_id, TAVERN.channel_id)
    await program.turns.idle()
    assert program.channels.texts() == []
    assert [room.place for room in program.hearing.rooms()] == [PARLOUR]
    assert await rows(program, "SELECT status FROM conversations ORDER BY id") == [
        ("archived",),
        ("archived",),
        ("active",),
    ]
    await program.turns.place_gone(PARLOUR.guild_id, None)
    assert program.hearing.rooms() == ()


async def test_a_member_who_left_takes_part_no_more(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await answered(program, "Mira?", by=SASHA)
    await program.turns.member_left(TAVERN.guild_id or 0, SASHA.discord_id)
    part = (
        "SELECT u.username, p.left_at IS NULL FROM participants AS p JOIN users AS u ON u.id = p.user_id ORDER BY p.id"
    )
    assert await rows(program, part) == [("robin", True), ("sasha", False)]
    assert await rows(program, "SELECT kind FROM conversations") == [("single",)]
    await answered(program, "Mira?", by=SASHA)  # back again
    assert len(await rows(program, part)) == 3


# ------------------------------------------------------------------------------------------------ where it lives


async def test_in_direct_messages_whoever_was_summoned_answers_everything(program: Program) -> None:
    await answered(program, "hello?", place=DIRECT)
    assert [key for _, key, _ in program.channels.remarks] == ["direct_message"]
    await summon(program, await make(program, greeting=""), place=DIRECT)
    await answered(program, "lovely weather", place=DIRECT, around=Surroundings(Sensitivity.CONFIDENTIAL))
    assert program.channels.texts() == [("Mira", "Well met.")]
    assert program.stage.performances[-1].scene.place == DIRECT
    assert await rows(program, "SELECT via FROM conversations") == [("bot",)]
    assert await rows(program, "SELECT sensitivity FROM messages WHERE kind = 'user'") == [("confidential",)]


async def test_where_the_bot_is_no_member_the_answer_goes_out_by_the_interaction(program: Program) -> None:
    mira, juno = await make(program), await make(program, by=SASHA, name="Juno")
    await summon(program, mira, place=ELSEWHERE)
    await summon(program, juno, by=SASHA, place=ELSEWHERE)
    assert program.channels.texts() == []  # no greeting: nothing can be shown but answers
    assert [one.name for one in program.turns.listeners(ELSEWHERE.channel_id, ROBIN.discord_id)] == ["Mira"]
    await program.turns.hear(said("hello", place=ELSEWHERE), to=(mira,), token="t0ken")
    await program.turns.idle()
    scene = program.stage.performances[-1].scene
    assert (scene.place, scene.token) == (ELSEWHERE, "t0ken")
    assert program.channels.texts() == [("Mira", "Well met.")]
    assert await rows(program, "SELECT heard ->> 'token' LIKE '%t0ken%' FROM inbox") == [(False,)]
    assert await rows(program, "SELECT priority, answer_token_sealed FROM turns") == [("high", None)]
    assert not await program.turns.hear(said("Mira?", place=ELSEWHERE, by=SASHA), to=(mira,), token="t0ken")


async def test_where_the_bot_is_no_member_what_is_in_the_way_is_told_where_the_card_waits(program: Program) -> None:
    mira = await make(program)
    await summon(program, mira, place=ELSEWHERE)
    for number in range(2):  # each time: each has a card of its own
        program.stage.trouble = [StageClosed("missing_permissions", permissions=("send_messages",))]
        await program.turns.hear(said(f"hello {number}", place=ELSEWHERE), to=(mira,), token="t0ken")
        await program.turns.idle()
    assert [(place, key) for place, key, _ in program.channels.remarks] == [
        (ELSEWHERE.channel_id, "missing_permissions")
    ] * 2
    assert program.channels.told == []


async def test_an_interaction_that_is_over_is_told_kindly(start: Callable[..., Program]) -> None:
    first = start(passing=dying_at(Point.CLAIMED))
    await first.listening.start()
    mira = await make(first)
    await summon(first, mira, place=ELSEWHERE)
    await first.turns.hear(said("hello", place=ELSEWHERE), to=(mira,), token="t0ken")
    with pytest.raises(Crash):
        await first.turns.idle()
    await first.crash()
    program = start()
    program.clock.moment = NOON + timedelta(minutes=16)
    await program.listening.start()
    await rows(program, f"UPDATE turns SET claimed_at = '{NOON.isoformat()}' RETURNING 1")
    await program.turns.resume()
    await program.turns.idle()
    assert program.models.asked == []
    assert await rows(program, "SELECT state, reason FROM turns") == [("failed", "interaction_expired")]
    assert [who for who, _ in program.channels.told] == [ROBIN.discord_id]
    await program.crash()


@pytest.mark.parametrize(
    ("summoners", "rights", "comes"),
    [
        (Summoners.EVERYONE, Rights(), True),
        (Summoners.ROLES, Rights(role_ids=frozenset({5})), True),
        (Summoners.ROLES, Rights(role_ids=frozenset({6})), False),
        (Summoners.MANAGERS, Rights(), False),
        (Summoners.MANAGERS, Rights(may_manage=True), True),
    ],
)
async def test_whoever_mentions_the_application_meets_the_default_character(
    program: Program, summoners: Summoners, rights: Rights, comes: bool
) -> None:
    mira = await make(program)
    await decide(program, default_character_id=mira, summoners=summoners, summoner_role_ids=(5,))
    heard = said("hello?", mentions_us=True, rights=rights)
    assert await program.turns.hear(heard) is comes
    await program.turns.idle()
    assert program.channels.texts() == ([("Mira", "Well met.")] if comes else [])
    assert [key for _, key, _ in program.channels.remarks] == ([] if comes else ["nobody_here"])
    await program.turns.hear(heard)
    await program.turns.idle()
    assert len(program.channels.texts()) == int(comes)
