"""The road of a message, on a real Postgres."""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from bot import limits
from bot.errors import BadKey, Conflict, Down, NotAllowed, RateLimited, Refused, Slow, StageClosed, StageUnsure
from bot.failpoints import Point
from bot.ports import Place, RepliedTo, Role
from bot.services.talk import wordings
from bot.services.talk.failures import remark_on
from bot.services.talk.outage import is_away
from bot.texts import Say
from db.engine import create_engine
from db.work import Actor
from tests.services.stagecraft import (
    PARLOUR,
    ROBIN,
    SASHA,
    TAVERN,
    FakeModels,
    Program,
    finished,
    make,
    said,
    summon,
    until,
)


async def rows(program: Program, statement: str) -> list[tuple[object, ...]]:
    """What the database holds, past row security."""
    engine = create_engine(program.database.url, as_owner=True)
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL row_security = off"))
        found = [tuple(row) for row in await connection.execute(text(statement))]
    await engine.dispose()
    return found


async def test_a_summoned_character_greets_and_answers_when_named(program: Program) -> None:
    await summon(program, await make(program))
    assert await program.turns.hear(said("Good evening, Mira!"))
    await program.turns.idle()
    assert program.channels.texts() == [("Mira", "Hello, Robin."), ("Mira", "Well met.")]
    assert await rows(program, "SELECT state FROM turns ORDER BY id") == [("sent",), ("sent",)]
    assert await rows(program, "SELECT state, reason FROM inbox") == [("done", None)]
    assert await rows(program, "SELECT kind, content FROM messages ORDER BY id") == [
        ("greeting", "Hello, Robin."),
        ("user", "Good evening, Mira!"),
        ("character", "Well met."),
    ]
    assert await rows(
        program, "SELECT provider, model, tokens_in, cost_micros, finish_reason FROM message_variants"
    ) == [("scripted", "parrot", 10, None, "stop")]


async def test_the_prompt_holds_what_was_said_before(program: Program) -> None:
    await summon(program, await make(program))
    await program.turns.hear(said("Mira, my name is Quill."))
    await program.turns.hear(said("What is my name, Mira?"))
    await program.turns.idle()
    asked = program.models.asked[-1].prompt
    assert asked.messages[0].role is Role.SYSTEM
    whole = "\n".join(message.content for message in asked.messages)
    assert "my name is Quill" in whole
    assert "Well met." in whole
    assert "What is my name, Mira?" in asked.messages[-1].content


async def test_the_tokens_of_much_text_are_counted_beside_the_event_loop(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await summon(program, await make(program))
    await program.turns.hear(said("Good evening, Mira!"))
    await program.turns.idle()
    assert program.models.counted_in == {threading.get_ident()}, "of little text they are counted at once"
    program.models.counted_in.clear()
    monkeypatch.setattr(wordings, "_LITTLE_TEXT", 30)
    await program.turns.hear(said("And how are you this fine evening, Mira?"))
    await program.turns.idle()
    assert program.models.counted_in
    assert threading.get_ident() not in program.models.counted_in


async def test_nobody_is_written_down_who_speaks_to_nobody(program: Program) -> None:
    await summon(program, await make(program))
    assert not await program.turns.hear(said("The admiral likes miracles."))
    assert await rows(program, "SELECT * FROM inbox") == []


async def test_the_same_message_is_answered_once(program: Program) -> None:
    await summon(program, await make(program))
    heard = said("Mira?")
    assert await program.turns.hear(heard)
    assert not await program.turns.hear(heard)
    await program.turns.idle()
    assert not await program.turns.hear(heard)
    assert [words for _, words in program.channels.texts()] == ["Hello, Robin.", "Well met."]


async def test_three_characters_answer_in_the_order_they_are_called(program: Program) -> None:
    for name in ("Mira", "Juno", "Tock", "Ada"):
        await summon(program, await make(program, name=name, greeting=""))
    await program.turns.hear(said("Tock, Mira, Ada and Juno: who is there?"))
    await program.turns.idle()
    assert [name for name, _ in program.channels.texts()] == ["Tock", "Mira", "Ada"]


async def test_a_conversation_knows_how_many_take_part(program: Program) -> None:
    kind = "SELECT kind FROM conversations"
    await summon(program, await make(program))
    assert await rows(program, kind) == [("single",)]
    juno = await make(program, name="Juno")
    await summon(program, juno)
    assert await rows(program, kind) == [("multi",)]
    await program.turns.hear(said("Mira?", by=SASHA))
    await program.turns.idle()
    assert await rows(program, kind) == [("group",)]
    await program.conversations.dismiss(await program.people.arrive(ROBIN), TAVERN, juno)
    assert await rows(program, kind) == [("group",)]


async def test_the_second_character_hears_the_first(program: Program) -> None:
    for name in ("Mira", "Juno"):
        await summon(program, await make(program, name=name, greeting=""))
    program.models.script = [["I am first."], ["And I second."]]
    await program.turns.hear(said("Mira and Juno?"))
    await program.turns.idle()
    assert "I am first." in "\n".join(message.content for message in program.models.asked[1].prompt.messages)


async def test_a_reply_to_a_characters_message_is_answered_by_it(program: Program) -> None:
    for name in ("Mira", "Juno"):
        await summon(program, await make(program, name=name, greeting=f"{name} here."))
    first = program.channels.posts[0]
    await program.turns.hear(said("and you?", reply_to=RepliedTo(first.message_id, webhook_id=77, author_name="Mira")))
    await program.turns.idle()
    assert program.channels.texts()[-1] == ("Mira", "Well met.")


async def test_answers_keep_the_order_of_their_channel_while_others_go_on(program: Program) -> None:
    gate = asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    await summon(program, await make(program, greeting=""))
    await summon(program, await make(program, name="Juno", greeting=""), place=PARLOUR)
    program.models.script = [[wait, "first"], ["elsewhere"], ["second"]]
    await program.turns.hear(said("Mira, one"))
    await program.turns.hear(said("Mira, two"))
    await until(lambda: program.models.asked)
    await program.turns.hear(said("Juno?", place=PARLOUR))
    await until(lambda: program.channels.posts)
    assert program.channels.texts() == [("Juno", "elsewhere")]
    gate.set()
    await program.turns.idle()
    assert [words for _, words in program.channels.texts()] == ["elsewhere", "first", "second"]


async def test_a_full_queue_refuses_and_says_so_once(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    await summon(program, await make(program, greeting=""))
    program.models.script = [[wait, "first"]]
    await program.turns.hear(said("Mira 0"))
    await until(lambda: program.models.asked)
    both = itertools.cycle((ROBIN, SASHA))
    taken = [await program.turns.hear(said(f"Mira {n}", by=next(both))) for n in range(limits.WAITING_PER_CHANNEL + 2)]
    assert taken == [True] * limits.WAITING_PER_CHANNEL + [False] * 2
    assert program.channels.remarks[0][1] == "queue_full"
    gate.set()
    await program.turns.idle()
    assert len(program.channels.texts()) == limits.WAITING_PER_CHANNEL + 1
    assert await rows(program, "SELECT count(*) FROM inbox WHERE state = 'dropped' AND reason = 'queue_full'") == [(2,)]


@pytest.mark.parametrize("error", [Slow, Down, RateLimited])
async def test_a_failure_before_the_first_word_is_tried_once_more(program: Program, error: type[Slow]) -> None:
    await summon(program, await make(program, greeting=""))
    program.models.script = [[error("oh", provider="scripted")], ["At last."]]
    await program.turns.hear(said("Mira?"))
    await program.turns.idle()
    assert program.channels.texts() == [("Mira", "At last.")]
    assert program.channels.remarks == []


@pytest.mark.parametrize(
    ("acts", "reason", "asked"),
    [
        ([[Slow("s", provider="p")], [Slow("s", provider="p")]], "model_slow", 2),
        ([[Down("d", provider="p")], [Down("d", provider="p")]], "model_down", 2),
        ([["Half a sen", Down("cut", provider="p")]], "model_down", 1),
        ([[RateLimited("r", provider="p", retry_after_seconds=60)]], "model_busy", 1),
        ([[Refused("no", provider="p")]], "model_refused", 1),
        ([["Half", finished("filtered")]], "model_refused", 1),
        ([[BadKey("k", provider="p")]], "model_key", 1),
        ([[" \n "], [""]], "empty_answer", 2),
        ([[ZeroDivisionError("a bug")]], "internal_error", 1),
    ],
)
async def test_a_failure_is_told_once_and_nothing_half_stays(
    program: Program, acts: list[list[object]], reason: str, asked: int
) -> None:
    await summon(program, await make(program, greeting=""))
    program.models.script = acts  # type: ignore[assignment]
    await program.turns.hear(said("Mira?"))
    await program.turns.idle()
    assert program.channels.texts() == []
    assert [key for _, key, _ in program.channels.remarks] == [reason]
    remark = program.channels.remarks[0][2]
    assert remark.startswith("Mira ")
    assert "{" not in remark
    assert await rows(program, "SELECT state, reason FROM turns") == [("failed", reason)]
    assert await rows(program, "SELECT kind FROM messages") == [("user",)]
    assert await rows(program, "SELECT state FROM inbox") == [("done",)]
    assert len(program.models.asked) == asked


async def test_a_remark_speaks_the_askers_language(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    program.models.script = [[Refused("no", provider="p")], [Refused("no", provider="p")]]
    await program.people.arrive(replace(SASHA, locale="es-ES"))  # a command told it; messages do not
    await program.turns.hear(said("Mira?", by=SASHA))
    await program.turns.idle()
    await program.turns.hear(said("Mira?", by=ROBIN))
    await program.turns.idle()
    text = remark_on("model_refused") or ""
    wanted = [Say("es")(text, character="Mira"), Say("en")(text, character="Mira")]
    assert [words for _, _, words in program.channels.remarks] == wanted
    assert wanted[0] != wanted[1]


async def test_whose_language_nobody_knows_hears_the_houses(start: Callable[..., Program]) -> None:
    program = start(language="es")
    await program.listening.start()
    await summon(program, await make(program, greeting=""))
    program.models.script = [[Refused("no", provider="p")]]
    await program.turns.hear(said("Mira?"))
    await program.turns.idle()
    await program.turns.hear(said("hello?", place=PARLOUR, mentions_us=True))
    wanted = [
        Say("es")(remark_on("model_refused") or "", character="Mira"),
        Say("es")(remark_on("nobody_here") or ""),
    ]
    assert [words for _, _, words in program.channels.remarks] == wanted
    await program.crash()


async def test_a_closed_stage_says_what_is_missing(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    program.stage.trouble = [StageClosed("missing_permissions", permissions=("manage_webhooks",))]
    await program.turns.hear(said("Mira?"))
    await program.turns.idle()
    assert "Manage Webhooks" in program.channels.remarks[0][2]
    assert await rows(program, "SELECT state, reason FROM turns") == [("failed", "missing_permissions")]
    assert await rows(program, "SELECT kind FROM messages") == [("user",)]


async def test_an_unsure_post_is_looked_for_again_and_not_posted_twice(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    program.stage.trouble = [StageUnsure("history unreadable")]
    await program.turns.hear(said("Mira?"))
    await program.turns.idle()
    assert await rows(program, "SELECT state FROM turns") == [("unknown",)]
    await program.turns.beat()
    await program.turns.idle()
    assert program.channels.texts() == [("Mira", "Well met.")]
    assert await rows(program, "SELECT state FROM turns") == [("sent",)]
    assert len(program.models.asked) == 1


async def test_doubt_that_does_not_end_is_told(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    program.stage.trouble = [StageUnsure("unreadable") for _ in range(9)]
    await program.turns.hear(said("Mira?"))
    for _ in range(limits.TURN_ATTEMPTS_MAX + 1):
        await program.turns.idle()
        await program.turns.beat()
    await program.turns.idle()
    assert await rows(program, "SELECT state, reason FROM turns") == [("failed", "too_many_attempts")]
    assert [key for _, key, _ in program.channels.remarks] == ["too_many_attempts"]


async def _reach(program: Program, *words: str) -> asyncio.Event:
    """Let the model say these words and then wait; returns once they are out."""
    gate = asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    program.models.script = [[*words, wait, " and more"]]
    return gate


async def _until_asked(program: Program, times: int = 1, shown: int = 0) -> None:
    await until(lambda: len(program.models.asked) >= times and len(program.stage.shown) >= shown)


async def test_stop_keeps_what_was_said_so_far(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await _reach(program, "Once upon ", "a time")
    await program.turns.hear(said("Mira, a story"))
    await _until_asked(program, shown=2)
    (turn_id,) = (row[0] for row in await rows(program, "SELECT id FROM turns"))
    await program.turns.stop(turn_id, await program.people.arrive(ROBIN))  # type: ignore[arg-type]
    await program.turns.idle()
    assert program.channels.texts() == [("Mira", "Once upon a time")]
    assert await rows(program, "SELECT state, stopped FROM turns") == [("sent", True)]
    assert await rows(program, "SELECT finish_reason, tokens_out FROM message_variants") == [("stopped", None)]


async def test_stop_before_the_first_word_says_nothing(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await _reach(program)
    await program.turns.hear(said("Mira, a story"))
    await _until_asked(program)
    (turn_id,) = (row[0] for row in await rows(program, "SELECT id FROM turns"))
    await program.turns.stop(turn_id, await program.people.arrive(ROBIN))  # type: ignore[arg-type]
    await program.turns.idle()
    assert program.channels.texts() == []
    assert program.channels.remarks == []
    assert await rows(program, "SELECT state, reason FROM turns") == [("cancelled", "stopped")]


async def test_stop_is_for_the_asker_the_host_and_moderators(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await _reach(program, "Well")
    await program.turns.hear(said("Mira, a story"))
    await _until_asked(program, shown=1)
    (turn_id,) = (row[0] for row in await rows(program, "SELECT id FROM turns"))
    sasha = await program.people.arrive(SASHA)
    with pytest.raises(NotAllowed):
        await program.turns.stop(turn_id, sasha)  # type: ignore[arg-type]
    await program.turns.stop(turn_id, sasha, may_manage=True)  # type: ignore[arg-type]
    await program.turns.idle()
    with pytest.raises(Conflict):
        await program.turns.stop(turn_id, sasha, may_manage=True)  # type: ignore[arg-type]


async def test_a_deleted_message_is_not_answered(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await _reach(program, "Well")
    heard, waiting = said("Mira, one"), said("Mira, two")
    await program.turns.hear(heard)
    await program.turns.hear(waiting)
    await _until_asked(program, shown=1)
    await program.turns.trigger_deleted(waiting.message_id)
    await program.turns.trigger_deleted(heard.message_id)
    await program.turns.idle()
    assert program.channels.texts() == []
    assert await rows(program, "SELECT state FROM turns") == [("cancelled",)]
    assert await rows(program, "SELECT state, reason FROM inbox ORDER BY message_id") == [
        ("done", None),
        ("dropped", "deleted"),
    ]
    assert await rows(program, "SELECT * FROM messages") == []


async def test_a_message_deleted_the_moment_its_turn_is_claimed_is_not_answered(start: Callable[..., Program]) -> None:
    deleting: list[asyncio.Task[None]] = []
    heard = said("Mira, one")

    def passing(point: object) -> None:
        if point is Point.CLAIMED:
            deleting.append(asyncio.ensure_future(program.turns.trigger_deleted(heard.message_id)))

    program = start(passing=passing)
    await program.listening.start()
    await summon(program, await make(program, greeting=""))
    await program.turns.hear(heard)
    await program.turns.idle()
    await asyncio.gather(*deleting)
    assert program.channels.texts() == []
    assert program.models.asked == []
    assert await rows(program, "SELECT state FROM turns") == [("cancelled",)]
    await program.crash()


async def test_what_becomes_of_a_message_while_it_is_written_down_counts(start: Callable[..., Program]) -> None:
    deleted, changed = said("Mira, one"), said("Mira, what is a catt?")
    meanwhile: list[asyncio.Task[None]] = []

    def passing(point: object) -> None:
        if point is Point.RECEIVED and not meanwhile:
            meanwhile.append(asyncio.ensure_future(program.turns.trigger_deleted(deleted.message_id)))
        elif point is Point.RECEIVED:
            edited = program.turns.trigger_edited(changed.message_id, "Mira, what is a cat?")
            meanwhile.append(asyncio.ensure_future(edited))

    program = start(passing=passing)
    arrivals = program.turns._arrivals  # pyright: ignore[reportPrivateUsage]
    receive = arrivals.receive

    async def slowly(errand: object) -> bool:
        was_new = await receive(errand)  # type: ignore[arg-type]
        await asyncio.gather(*meanwhile)  # what happened in the same moment is over before the row is acted on
        return was_new

    arrivals.receive = slowly  # type: ignore[method-assign]
    await program.listening.start()
    await summon(program, await make(program, greeting=""))
    await program.turns.hear(deleted)
    await program.turns.hear(changed)
    await program.turns.idle()
    assert [asked.prompt.messages[-1].content.splitlines()[-1] for asked in program.models.asked] == [
        "Robin: Mira, what is a cat?"
    ]
    assert await rows(program, "SELECT state, reason FROM inbox ORDER BY message_id") == [
        ("dropped", "deleted"),
        ("done", None),
    ]
    await program.crash()


async def test_a_message_changed_in_time_is_answered_as_it_stands(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    gate = await _reach(program)
    heard = said("Mira, what is a catt?")
    await program.turns.hear(heard)
    await _until_asked(program)
    await program.turns.trigger_edited(heard.message_id, "Mira, what is a cat?")
    gate.set()
    await program.turns.idle()
    assert "what is a cat?" in program.models.asked[-1].prompt.messages[-1].content
    assert program.channels.texts() == [("Mira", "Well met.")]
    assert await rows(program, "SELECT content FROM messages WHERE kind = 'user'") == [("Mira, what is a cat?",)]


async def test_a_message_that_no_longer_speaks_to_anybody_is_let_go(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await _reach(program)
    heard = said("Mira?")
    await program.turns.hear(heard)
    await _until_asked(program)
    await program.turns.trigger_edited(heard.message_id, "Never mind")
    await program.turns.idle()
    assert program.channels.texts() == []


async def test_a_dismissed_character_falls_silent(program: Program) -> None:
    mira = await make(program, greeting="")
    await summon(program, mira)
    await _reach(program, "Well")
    await program.turns.hear(said("Mira?"))
    await _until_asked(program, shown=1)
    robin = await program.people.arrive(ROBIN)
    assert await program.conversations.dismiss(robin, TAVERN, mira) == "Mira"
    await program.turns.idle()
    assert program.channels.texts() == []
    assert not await program.turns.hear(said("Mira?"))


async def test_a_long_answer_is_cut_at_the_limit(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    program.models.script = [["long " * 1000] * 10]
    await program.turns.hear(said("Mira?"))
    await program.turns.idle()
    assert len(program.channels.texts()[0][1]) <= limits.ANSWER_TEXT_MAX
    assert await rows(program, "SELECT finish_reason FROM message_variants") == [("length",)]


async def test_what_comes_an_hour_late_is_dropped(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    program.clock.moment += timedelta(seconds=limits.ANSWER_WITHIN_SECONDS + 1)
    await program.turns.hear(said("Mira?"))
    await program.turns.idle()
    assert await rows(program, "SELECT state, reason FROM inbox") == [("dropped", "too_late")]


async def test_cursors_move_in_batches_and_tell_what_was_missed(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await program.turns.hear(said("nobody in particular", message_id=70_001))
    await program.turns.hear(said("elsewhere", place=PARLOUR, message_id=70_002))
    assert await program.turns.cursors() == []
    await program.turns.beat()
    (missed,) = await program.turns.cursors()
    assert (missed.place, missed.after_message_id) == (TAVERN, 70_001)


async def test_closing_lets_a_running_answer_finish(start: Callable[..., Program]) -> None:
    program = start(FakeModels())
    await program.listening.start()
    await summon(program, await make(program, greeting=""))
    gate = await _reach(program, "Well")
    await program.turns.hear(said("Mira?"))
    await _until_asked(program, shown=1)
    closing = asyncio.create_task(program.turns.close(within_seconds=5))
    await asyncio.sleep(0)
    late = said("Mira, still there?")
    assert await program.turns.hear(late)
    gate.set()
    assert await closing
    assert program.channels.texts() == [("Mira", "Well and more")]
    assert await rows(program, "SELECT state FROM inbox ORDER BY message_id") == [("done",), ("received",)]
    await program.listening.close()


async def test_no_connection_is_held_while_a_model_is_awaited(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    gate = await _reach(program, "Well")
    await program.turns.hear(said("Mira?"))
    await _until_asked(program, shown=1)
    assert program.database._engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    gate.set()
    await program.turns.idle()


async def test_nobody_sees_a_conversation_they_are_not_in(program: Program) -> None:
    await summon(program, await make(program))
    sasha = await program.people.arrive(SASHA)
    async with program.database.work(Actor.user(sasha)) as work:
        assert (await work.session.execute(text("SELECT * FROM messages"))).all() == []


async def test_the_history_follows_what_is_changed_or_deleted_later(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    first, second = said("Mira, my bike is red"), said("Mira, my boat is blue")
    for heard in (first, second):
        await program.turns.hear(heard)
        await program.turns.idle()
    await program.turns.trigger_edited(first.message_id, "Mira, my bike is green")
    await program.turns.trigger_deleted(second.message_id)
    await program.turns.trigger_deleted(123_456)
    assert await rows(program, "SELECT content FROM messages WHERE kind = 'user'") == [("Mira, my bike is green",)]
    assert [words for _, words in program.channels.texts()] == ["Well met.", "Well met."]


async def test_whoever_speaks_to_the_application_alone_is_shown_the_way(program: Program) -> None:
    await program.turns.hear(said("hello?", mentions_us=True))
    await program.turns.hear(said("hello?", place=Place(None, 900, 900)))
    await program.turns.hear(said("hello?", mentions_us=True, author_is_bot=True))
    await program.turns.hear(said("nothing to do with us"))
    assert [key for _, key, _ in program.channels.remarks] == ["nobody_here", "direct_message"]
    assert "/character summon" in program.channels.remarks[0][2]


async def test_a_database_that_comes_back_loses_nothing(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    await summon(program, await make(program, greeting=""))
    gate = await _reach(program, "Well")
    await program.turns.hear(said("Mira, one"))
    await _until_asked(program, shown=1)
    await program.listening.close()  # it reconnects by itself, which is tested where it lives
    back, waits = asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.set()
        await back.wait()

    monkeypatch.setattr(program.clock, "sleep", sleep)
    async with unreachable(program):
        gate.set()
        await program.turns.idle()
        assert program.channels.texts() == []
        hearing = asyncio.create_task(program.turns.hear(said("Mira, two")))
        await waits.wait()
    back.set()
    assert await hearing
    await program.turns.idle()
    await program.turns.beat()
    await program.turns.idle()
    assert [words for _, words in program.channels.texts()] == ["Well met.", "Well met."]
    assert await rows(program, "SELECT state FROM inbox ORDER BY message_id") == [("done",), ("done",)]
    assert await rows(program, "SELECT state FROM turns ORDER BY id") == [("sent",), ("sent",)]


async def test_what_is_said_while_the_database_stays_away_is_heard_later(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await program.listening.close()
    first = said("Mira, one")
    async with unreachable(program):
        assert not await program.turns.hear(first)  # the clock does not wait: every try is spent
    await program.turns.hear(said("nobody in particular"))
    await program.turns.beat()
    await program.turns.idle()
    await program.turns.beat()
    assert [words for _, words in program.channels.texts()] == ["Well met."]
    assert await rows(program, "SELECT state FROM inbox") == [("done",)]
    # The cursor did not pass it on the strength of what was heard after it.
    assert await rows(program, "SELECT last_message_id FROM channel_cursors") == [(first.message_id,)]


async def test_what_is_said_while_no_connection_is_free_is_heard_later(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await summon(program, await make(program, greeting=""))
    monkeypatch.setattr(program.database._engine.pool, "_timeout", 0)
    async with contextlib.AsyncExitStack() as taken:
        with contextlib.suppress(NoConnectionFree):
            while True:
                await taken.enter_async_context(program.database.work(Actor.job("test")))
        assert not await program.turns.hear(said("Mira, one"))
    await program.turns.beat()
    await program.turns.idle()
    assert [words for _, words in program.channels.texts()] == ["Well met."]


@contextlib.asynccontextmanager
async def unreachable(program: Program) -> AsyncIterator[None]:
    """While this lasts the server takes no connection to the database, and those that were open are gone."""
    url = make_url(program.database.url)
    engine = create_engine(url.set(database="postgres").render_as_string(hide_password=False), as_owner=True)
    try:
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false"))
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            await connection.execute(text(ended), {"name": url.database})
            yield
            await connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true"))
    finally:
        await engine.dispose()


async def test_a_wrong_statement_is_no_outage() -> None:
    assert is_away(ConnectionRefusedError())
    assert is_away(OperationalError("SELECT 1", {}, Exception("gone")))
    assert not is_away(ProgrammingError("SELEC 1", {}, Exception("syntax")))
