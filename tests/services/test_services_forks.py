"""Forking a conversation from one reply: what goes along, what stays behind, who may, and where it goes on."""

import io
import itertools
import zipfile
from dataclasses import replace
from uuid import UUID

import pytest

from bot.errors import Conflict, NotAllowed, StageClosed
from bot.ports import Attached, AttachedKind, Caller, Place, Rights, Sensitivity, Surroundings, Via
from bot.services.talk.conversations import Asking
from bot.services.talk.forks import Forked, Wish, heard_in
from bot.texts import Say
from db.models import MessageSensitivity, PlaceValues, Summoners
from tests.services.stagecraft import ROBIN, SASHA, TAVERN, Program, make, said, summon
from tests.services.test_services_control import replied
from tests.services.test_services_turns import rows

OPEN = Surroundings(Sensitivity.PUBLIC)
HIDDEN = Surroundings(Sensitivity.PRIVATE)
THREADS = Rights(may_open_threads=True)
DIRECT = Place(None, 700, 700, Via.BOT)
_interactions = itertools.count(7_000_000)


async def wish(program: Program, by: Caller = ROBIN, rights: Rights = THREADS, around: Surroundings = HIDDEN) -> Wish:
    return Wish(await program.people.arrive(by), by, rights, around, next(_interactions))


async def fork(program: Program, turn_id: UUID, **more: object) -> Forked:
    forked = await program.forks.fork(turn_id, await wish(program, **more))  # type: ignore[arg-type]
    await program.turns.idle()
    return forked


async def turn_of(program: Program, words: str) -> UUID:
    ((turn,),) = await rows(program, f"SELECT turn_id FROM messages WHERE content = '{words}'")
    return UUID(str(turn))


async def remembered(program: Program, conversation_id: UUID) -> list[str]:
    found = await rows(program, f"SELECT content FROM messages WHERE conversation_id = '{conversation_id}' ORDER BY id")
    return [str(one) for (one,) in found]


async def told(program: Program, *lines: str, **more: object) -> None:
    """Robin says these to Mira, who answers each with "Answer to …"."""
    for line in lines:
        program.models.script.append([f"Answer to {line}"])
        await program.turns.hear(said(f"Mira, {line}", around=OPEN, **more))
        await program.turns.idle()


def last_prompt(program: Program) -> str:
    return str(program.models.asked[-1].prompt.messages)


async def test_a_fork_is_a_thread_that_remembers_up_to_the_reply_and_says_it_again(program: Program) -> None:
    await summon(program, await make(program))
    await told(program, "one", "two", "three")
    forked = await fork(program, await turn_of(program, "Answer to two"))
    (thread,) = program.channels.threads
    assert forked.place == thread.place == replace(TAVERN, channel_id=thread.place.channel_id)
    assert thread.name == "Fork: Mira"
    assert (thread.is_private, thread.members) == (False, (ROBIN.discord_id,))
    assert "https://discord.com/channels/1/500/" in thread.first
    lines = ["Hello, Robin.", "Mira, one", "Answer to one", "Mira, two", "Answer to two"]
    assert await remembered(program, forked.conversation_id) == lines
    assert (forked.lines, forked.left_behind) == (5, 0)
    assert program.channels.texts()[-1] == ("Mira", "Answer to two")
    # What is said there next follows what was said up to there, and nothing else.
    program.models.script = [["Well then."]]
    await program.turns.hear(said("Mira, and now?", place=thread.place))
    await program.turns.idle()
    assert "Answer to two" in last_prompt(program)
    assert "three" not in last_prompt(program)
    # The conversation that was left goes on unchanged.
    await told(program, "four")
    assert "Answer to three" in last_prompt(program)
    assert "and now?" not in last_prompt(program)


async def test_the_fork_knows_where_it_came_from_and_whose_it_is(program: Program) -> None:
    await summon(program, await make(program))
    await told(program, "one")
    ((source,),) = await rows(program, "SELECT id FROM conversations")
    forked = await fork(program, await turn_of(program, "Answer to one"))
    robin = await program.people.arrive(ROBIN)
    assert await rows(
        program,
        "SELECT forked_from, owner_id, status, kind, guild_id, webhook_channel_id FROM conversations"
        f" WHERE id = '{forked.conversation_id}'",
    ) == [(source, robin, "active", "single", 1, 500)]
    assert await rows(
        program,
        "SELECT count(user_id), count(character_id) FROM participants"
        f" WHERE conversation_id = '{forked.conversation_id}'",
    ) == [(1, 1)]


async def test_the_reply_can_be_worded_anew_in_the_fork_and_stays_as_it_was_before(program: Program) -> None:
    turn_id = await replied(program, "First.", "Second.")
    robin = await program.people.arrive(ROBIN)
    await program.control.regenerate(turn_id, robin, THREADS)
    forked = await fork(program, turn_id)
    ((again,),) = await rows(program, f"SELECT id FROM turns WHERE conversation_id = '{forked.conversation_id}'")
    # The wording that was chosen goes along, with who worded it and without a cost: no model was asked here.
    assert await rows(
        program,
        "SELECT v.number, v.content, v.model, v.tokens_in, v.cost_micros FROM message_variants AS v"
        f" JOIN messages AS m ON m.id = v.message_id WHERE m.turn_id = '{again}'",
    ) == [(0, "Second.", "parrot", None, None)]
    program.models.script = [["Another."]]
    assert (await program.control.regenerate(UUID(str(again)), robin, THREADS)).is_well
    assert (await program.replies.about(UUID(str(again)), robin)).variants == 2
    assert [words for _, words in program.channels.texts()] == ["Second.", "Another."]


async def test_the_chosen_wordings_names_files_and_times_go_along(program: Program) -> None:
    await summon(program, await make(program))
    note = Attached(77, AttachedKind.TEXT, "notes.txt", "text/plain", 5)
    program.channels.files[77] = b"heron"
    program.models.script = [["I see."]]
    heard = said("Mira, look", attached=(note,), around=OPEN)
    await program.turns.hear(heard)
    await program.turns.idle()
    forked = await fork(program, await turn_of(program, "I see."))
    found = await rows(
        program,
        "SELECT m.said_in, m.discord_message_id, f.name, f.text, f.discord_id FROM messages AS m"
        " JOIN message_attachments AS f ON f.message_id = m.id"
        f" WHERE m.conversation_id = '{forked.conversation_id}'",
    )
    assert found == [(500, heard.message_id, "notes.txt", "heron", 77)]
    times = "SELECT array_agg(created_at ORDER BY id) FROM messages WHERE conversation_id {} '{}'"
    before = await rows(program, times.format("<>", forked.conversation_id))
    assert before == await rows(program, times.format("=", forked.conversation_id))


async def test_reactions_and_who_answered_whom_go_along(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await told(program, "one")
    ((message_id, discord_id),) = await rows(program, "SELECT id, discord_message_id FROM messages WHERE kind = 'user'")
    robin = await program.people.arrive(ROBIN)
    ((conversation_id,),) = await rows(program, "SELECT id FROM conversations")
    await program.turns._arrivals.react(conversation_id, discord_id, robin, "🦆", is_added=True)  # type: ignore[arg-type]
    forked = await fork(program, await turn_of(program, "Answer to one"))
    assert await rows(
        program,
        "SELECT r.emoji, m.content, m.id = '" + str(message_id) + "' FROM message_reactions AS r JOIN messages AS m"
        f" ON m.id = r.message_id WHERE m.conversation_id = '{forked.conversation_id}'",
    ) == [("🦆", "Mira, one", False)]


async def test_lines_said_where_fewer_could_hear_stay_behind(program: Program) -> None:
    await summon(program, await make(program))
    program.models.script = [["Your secret is safe."]]
    await program.turns.hear(said("Mira, the heron is mine", around=HIDDEN))
    await program.turns.idle()
    await told(program, "hello")
    turn_id = await turn_of(program, "Answer to hello")
    forked = await fork(program, turn_id, around=OPEN)
    assert await remembered(program, forked.conversation_id) == ["Hello, Robin.", "Mira, hello", "Answer to hello"]
    assert forked.left_behind == 2
    # Where as few can hear, everything goes along: the lines themselves do not stand in the way.
    whole = await fork(program, turn_id, around=HIDDEN)
    assert "Your secret is safe." in await remembered(program, whole.conversation_id)
    # And a reply that was said there is not forked into the open.
    with pytest.raises(NotAllowed, match="fewer people"):
        await fork(program, await private_turn(program), around=OPEN)
    assert len(program.channels.threads) == 2


async def private_turn(program: Program) -> UUID:
    ((turn,),) = await rows(
        program, "SELECT turn_id FROM messages WHERE content = 'Your secret is safe.' AND turn_id IS NOT NULL"
    )
    return UUID(str(turn))


@pytest.mark.parametrize(
    ("around", "allowed"),
    [
        (Sensitivity.PUBLIC, {"public"}),
        (Sensitivity.PRIVATE, {"public", "private"}),
        (Sensitivity.CONFIDENTIAL, {"public", "private", "confidential"}),
    ],
)
def test_nothing_is_shown_in_a_wider_place(around: Sensitivity, allowed: set[str]) -> None:
    assert heard_in(around) == {MessageSensitivity(one) for one in allowed}


async def test_from_a_private_thread_a_private_one_is_opened(program: Program) -> None:
    turn_id = await replied(program)
    await fork(program, turn_id, around=replace(HIDDEN, is_thread=True, is_private_thread=True))
    assert program.channels.threads[-1].is_private


@pytest.mark.parametrize("recapped", [True, False])
async def test_the_recap_goes_along_unless_it_may_tell_of_what_fewer_heard(program: Program, recapped: bool) -> None:
    await summon(program, await make(program))
    await program.turns.hear(said("Mira, one", around=OPEN if recapped else HIDDEN))
    await program.turns.idle()
    await told(program, "two")
    await change(
        program,
        "UPDATE conversations SET summary = 'They met.', summarized_at = now(),"
        " summarized_through = (SELECT id FROM messages WHERE content = 'Mira, one')",
    )
    forked = await fork(program, await turn_of(program, "Answer to two"), around=OPEN)
    ((summary, through),) = await rows(
        program, f"SELECT summary, summarized_through FROM conversations WHERE id = '{forked.conversation_id}'"
    )
    assert summary == ("They met." if recapped else "")
    robin = await program.people.arrive(ROBIN)
    assert (await program.recaps.look(Asking(robin, forked.place))).is_taken_along == recapped
    if recapped:
        assert await rows(program, f"SELECT content FROM messages WHERE id = '{through}'") == [("Mira, one",)]


async def test_a_recap_that_tells_of_later_lines_stays_behind(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await told(program, "one", "two")
    for last, goes_along in (("Answer to two", False), ("Answer to one", True)):
        await change(
            program,
            "UPDATE conversations SET summary = 'They met.', summarized_at = now(),"
            f" summarized_through = (SELECT id FROM messages WHERE content = '{last}' ORDER BY id LIMIT 1)"
            " WHERE forked_from IS NULL",
        )
        forked = await fork(program, await source_turn(program, "Answer to one"), around=OPEN)
        found = await rows(program, f"SELECT summary FROM conversations WHERE id = '{forked.conversation_id}'")
        assert found == [("They met." if goes_along else "",)]


async def source_turn(program: Program, words: str) -> UUID:
    ((turn,),) = await rows(program, f"SELECT turn_id FROM messages WHERE content = '{words}' ORDER BY id LIMIT 1")
    return UUID(str(turn))


async def test_a_character_that_had_left_keeps_its_name_there(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    tom = await make(program, by=SASHA, name="Tom", greeting="")
    await summon(program, tom, by=SASHA)
    program.models.script = [["I was here."]]
    await program.turns.hear(said("Tom, hello", around=OPEN))
    await program.turns.idle()
    await told(program, "one")
    await program.conversations.dismiss(await program.people.arrive(SASHA), TAVERN, tom)
    forked = await fork(program, await turn_of(program, "Answer to one"), around=OPEN)
    await program.turns.hear(said("Mira, and now?", place=forked.place))
    await program.turns.idle()
    assert "Tom: I was here." in last_prompt(program)
    # The name Mira bears is hers wherever she is, so it is not written down there.
    assert await rows(
        program,
        "SELECT DISTINCT speaker_name FROM messages WHERE character_id IS NOT NULL"
        f" AND conversation_id = '{forked.conversation_id}' ORDER BY 1",
    ) == [("",), ("Tom",)]
    made = await program.exports.export(Asking(await program.people.arrive(ROBIN), forked.place), "Tea", Say("en"))
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        assert "**Tom**" in archive.read("conversation.md").decode()


async def change(program: Program, statement: str) -> None:
    from sqlalchemy import text

    from db.engine import create_engine

    engine = create_engine(program.database.url, as_owner=True)
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL row_security = off"))
        await connection.execute(text(statement))
    await engine.dispose()


async def test_a_stranger_may_not_and_a_moderator_may(program: Program) -> None:
    turn_id = await replied(program)
    with pytest.raises(NotAllowed, match="Only who asked"):
        await fork(program, turn_id, by=SASHA)
    await fork(program, turn_id, by=SASHA, rights=Rights(may_manage=True, may_open_threads=True))
    assert len(program.channels.threads) == 1


async def test_who_may_not_open_threads_is_told_so_and_nothing_changes(program: Program) -> None:
    turn_id = await replied(program)
    with pytest.raises(NotAllowed, match="may not open threads"):
        await fork(program, turn_id, rights=Rights())
    assert program.channels.threads == []
    assert await rows(program, "SELECT count(*) FROM conversations") == [(1,)]


async def test_where_admins_decide_who_summons_they_decide_who_forks(program: Program) -> None:
    turn_id = await replied(program)
    await program.places.change(await program.people.arrive(ROBIN), 1, PlaceValues(summoners=Summoners.MANAGERS))
    with pytest.raises(NotAllowed, match="who may ask characters in"):
        await fork(program, turn_id)
    assert program.channels.threads == []


async def test_where_no_thread_can_be_opened_nothing_is_begun(program: Program) -> None:
    turn_id = await replied(program)
    program.stage.trouble = [StageClosed("missing_permissions", permissions=("create_public_threads",))]
    with pytest.raises(StageClosed):
        await fork(program, turn_id)
    assert await rows(program, "SELECT count(*) FROM conversations") == [(1,)]


async def test_a_character_that_was_sent_away_is_not_brought_back(program: Program) -> None:
    turn_id = await replied(program)
    mira = (await rows(program, "SELECT character_id FROM turns LIMIT 1"))[0][0]
    await program.conversations.dismiss(await program.people.arrive(ROBIN), TAVERN, UUID(str(mira)))
    with pytest.raises(NotAllowed, match="does not listen here any more"):
        await fork(program, turn_id)


async def test_in_direct_messages_the_fork_takes_over_and_the_old_one_is_kept(program: Program) -> None:
    await summon(program, await make(program), place=DIRECT)
    for line in ("one", "two"):
        program.models.script.append([f"Answer to {line}"])
        await program.turns.hear(said(line, place=DIRECT, around=Surroundings(Sensitivity.CONFIDENTIAL)))
        await program.turns.idle()
    ((old,),) = await rows(program, "SELECT id FROM conversations")
    turn_id = await turn_of(program, "Answer to one")
    forked = await fork(program, turn_id, rights=Rights(), around=Surroundings(Sensitivity.CONFIDENTIAL))
    assert forked.place == DIRECT
    assert program.channels.threads == []
    assert "A fork of https://discord.com/channels/@me/700/" in program.channels.remarks[-1][2]
    assert dict(await rows(program, "SELECT id, status FROM conversations")) == {
        old: "archived",
        forked.conversation_id: "active",
    }
    assert program.channels.texts()[-1] == ("Mira", "Answer to one")
    await program.turns.hear(said("and now?", place=DIRECT))
    await program.turns.idle()
    assert "Answer to one" in last_prompt(program)
    assert "Answer to two" not in last_prompt(program)
    # From the one that was left another can be forked still.
    again = await fork(
        program, await turn_of(program, "Answer to two"), rights=Rights(), around=Surroundings(Sensitivity.CONFIDENTIAL)
    )
    assert "Answer to two" in await remembered(program, again.conversation_id)


async def test_a_conversation_that_keeps_nothing_after_its_end_lives_on_in_its_fork(program: Program) -> None:
    await summon(program, await make(program, greeting=""), place=DIRECT)
    program.models.script = [["Answer to one"]]
    await program.turns.hear(said("one", place=DIRECT, around=Surroundings(Sensitivity.CONFIDENTIAL)))
    await program.turns.idle()
    await change(program, """UPDATE conversations SET settings = settings || '{"keeps_history": false}'""")
    forked = await fork(program, await turn_of(program, "Answer to one"), around=Surroundings(Sensitivity.CONFIDENTIAL))
    assert await remembered(program, forked.conversation_id) == ["one", "Answer to one"]
    assert await rows(program, "SELECT count(*) FROM messages") == [(2,)]


async def test_the_persona_worn_goes_along_for_who_forks(program: Program) -> None:
    turn_id = await replied(program)
    robin = await program.people.arrive(ROBIN)
    await change(
        program,
        "INSERT INTO personas (id, owner_id, name, gender) VALUES (gen_random_uuid(), '"
        + str(robin)
        + "', 'Captain Ada', 'unspecified')",
    )
    await change(
        program,
        "INSERT INTO persona_choices (id, user_id, conversation_id, persona_id)"
        " SELECT gen_random_uuid(), p.owner_id, c.id, p.id FROM personas AS p, conversations AS c",
    )
    forked = await fork(program, turn_id)
    program.models.script = [["Aye."]]
    await program.turns.hear(said("Mira, now?", place=forked.place))
    await program.turns.idle()
    assert "Captain Ada" in last_prompt(program)
    assert await rows(
        program,
        "SELECT speaker_name FROM messages WHERE content = 'Mira, now?'"
        f" AND conversation_id = '{forked.conversation_id}'",
    ) == [("Captain Ada",)]


async def test_a_greeting_can_be_forked_from_and_stays_a_greeting(program: Program) -> None:
    await summon(program, await make(program))
    await told(program, "one")
    forked = await fork(program, await turn_of(program, "Hello, Robin."))
    assert await remembered(program, forked.conversation_id) == ["Hello, Robin."]
    assert await rows(program, f"SELECT kind, state FROM turns WHERE conversation_id = '{forked.conversation_id}'") == [
        ("greeting", "sent")
    ]


async def test_a_reply_at_work_is_not_forked(program: Program) -> None:
    turn_id = await replied(program)
    await change(program, "UPDATE turns SET rewording = 'anew', state = 'claimed'")
    with pytest.raises(Conflict):
        await fork(program, turn_id)


async def test_a_fork_of_a_fork_still_finds_what_came_with_the_lines(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await told(program, "one")
    first = await fork(program, await turn_of(program, "Answer to one"))
    program.models.script = [["Deeper."]]
    await program.turns.hear(said("Mira, deeper", place=first.place, around=OPEN))
    await program.turns.idle()
    second = await fork(program, await turn_of(program, "Deeper."))
    found = await rows(
        program,
        f"SELECT content, said_in FROM messages WHERE conversation_id = '{second.conversation_id}' ORDER BY id",
    )
    inner = first.place.channel_id
    assert found == [
        ("Mira, one", 500),
        ("Answer to one", inner),
        ("Mira, deeper", inner),
        ("Deeper.", None),
    ]


async def test_what_people_change_or_take_back_they_do_in_the_fork_too(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await told(program, "one", "two")
    forked = await fork(program, await turn_of(program, "Answer to two"))
    ids = dict(await rows(program, "SELECT content, discord_message_id FROM messages WHERE kind = 'user'"))
    await program.turns.trigger_edited(int(str(ids["Mira, one"])), "Mira, uno", TAVERN.channel_id)
    await program.turns.trigger_deleted(int(str(ids["Mira, two"])), TAVERN.channel_id)
    assert await remembered(program, forked.conversation_id) == ["Mira, uno", "Answer to one", "Answer to two"]


async def test_a_picture_that_went_along_is_looked_at_where_it_was_said(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await summon(program, await make(program, greeting=""))
    seen: list[int] = []

    async def read(place: Place, message_id: int, attachment_id: int, *, most_bytes: int) -> bytes:
        seen.append(place.channel_id)
        return b"\x89PNG\r\n\x1a\n"

    program.models.sees = True
    monkeypatch.setattr(program.stage, "read", read)
    program.models.script = [["A heron."], ["Still a heron."]]
    await program.turns.hear(said("Mira, look", attached=(Attached(77, AttachedKind.IMAGE, "heron.png"),), around=OPEN))
    await program.turns.idle()
    forked = await fork(program, await turn_of(program, "A heron."))
    ((again,),) = await rows(program, f"SELECT id FROM turns WHERE conversation_id = '{forked.conversation_id}'")
    robin = await program.people.arrive(ROBIN)
    assert (await program.control.regenerate(UUID(str(again)), robin, THREADS)).is_well
    assert seen == [TAVERN.channel_id, TAVERN.channel_id]
    assert program.models.asked[-1].prompt.messages[-1].pictures
