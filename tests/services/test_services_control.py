"""Changing replies that stand: by whom, with what left behind, also where two press at once or the program dies."""

import asyncio
import contextlib
from collections.abc import Callable
from uuid import UUID

import pytest

from bot import limits
from bot.errors import Conflict, Down, LimitReached, NotAllowed, NotFound, StageClosed
from bot.failpoints import Point
from bot.ports import NO_RIGHTS, Rights
from bot.services.talk.replies import May
from tests.services.stagecraft import ROBIN, SASHA, Crash, FakeModels, Program, make, said, summon, until
from tests.services.test_services_turns import rows

MODERATOR = Rights(may_manage=True)


async def replied(program: Program, *answers: str, greeting: str = "") -> UUID:
    """Mira stands in the tavern and has answered Robin once; returns that turn."""
    await summon(program, await make(program, greeting=greeting))
    program.models.script = [[answer] for answer in answers] or [["The first words."]]
    await program.turns.hear(said("Mira?"))
    await program.turns.idle()
    (turn,) = (await rows(program, "SELECT id FROM turns ORDER BY id DESC LIMIT 1"))[0]
    return UUID(str(turn))


def standing(program: Program) -> str:
    return program.channels.texts()[-1][1]


async def remembered(program: Program) -> list[tuple[object, ...]]:
    return await rows(program, "SELECT content FROM messages WHERE kind = 'character'")


async def test_a_reply_is_worded_anew_and_every_wording_is_kept(program: Program) -> None:
    turn_id = await replied(program, "One.", "Two.", "Three.")
    robin = await program.people.arrive(ROBIN)
    before = [post.message_id for post in program.channels.posts]
    assert (await program.control.regenerate(turn_id, robin, NO_RIGHTS)).is_well
    assert standing(program) == "Two."
    assert [post.message_id for post in program.channels.posts] == before
    assert await remembered(program) == [("Two.",)]
    await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    about = await program.replies.about(turn_id, robin)
    assert (about.variant, about.variants, about.content) == (2, 3, "Three.")
    assert await rows(program, "SELECT number, content FROM message_variants ORDER BY number") == [
        (0, "One."),
        (1, "Two."),
        (2, "Three."),
    ]
    assert await rows(program, "SELECT state, rewording, rewording_by FROM turns") == [("sent", None, None)]


async def test_what_came_after_is_not_part_of_what_is_asked_again(program: Program) -> None:
    turn_id = await replied(program)
    await program.turns.hear(said("Mira, the password is heron."))
    await program.turns.idle()
    robin = await program.people.arrive(ROBIN)
    await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    _, later, again = (str(asked.prompt.messages) for asked in program.models.asked)
    assert "heron" in later
    assert "heron" not in again
    assert "Mira?" in again
    assert "The first words." not in again
    assert program.models.asked[0].seed != program.models.asked[2].seed


async def test_the_chosen_wording_is_what_stands_and_what_is_remembered(program: Program) -> None:
    turn_id = await replied(program, "One.", "Two.")
    robin = await program.people.arrive(ROBIN)
    await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    await program.control.choose(turn_id, robin, NO_RIGHTS, 0)
    assert standing(program) == "One."
    assert await remembered(program) == [("One.",)]
    await program.turns.hear(said("And then, Mira?"))
    await program.turns.idle()
    prompt = str(program.models.asked[-1].prompt.messages)
    assert "One." in prompt
    assert "Two." not in prompt
    with pytest.raises(NotFound):
        await program.control.choose(turn_id, robin, NO_RIGHTS, 7)


async def test_a_reply_goes_on_where_it_ended(program: Program) -> None:
    turn_id = await replied(program, "Once upon a time", "there was a heron.")
    robin = await program.people.arrive(ROBIN)
    await program.control.go_on(turn_id, robin, NO_RIGHTS)
    assert standing(program) == "Once upon a time there was a heron."
    assert await remembered(program) == [("Once upon a time there was a heron.",)]
    about = await program.replies.about(turn_id, robin)
    assert [(one.by, one.reason.value) for one in about.changes] == [(ROBIN.discord_id, "continued")]


async def test_words_changed_by_hand_are_shown_kept_and_told(program: Program) -> None:
    turn_id = await replied(program)
    robin = await program.people.arrive(ROBIN)
    await program.control.edit(turn_id, robin, NO_RIGHTS, "Other words.")
    assert standing(program) == "Other words."
    assert await remembered(program) == [("Other words.",)]
    about = await program.replies.about(turn_id, robin)
    assert [(one.by, one.reason.value) for one in about.changes] == [(ROBIN.discord_id, "panel")]
    earlier = await program.replies.earlier(turn_id, robin)
    assert "The first words." in {one.content for one in earlier}


@pytest.mark.parametrize("what", ["regenerate", "go_on", "edit", "choose", "delete"])
async def test_strangers_may_not_and_moderators_may(program: Program, what: str) -> None:
    turn_id = await replied(program, "One.", "Two.", "Three.")
    robin, sasha = await program.people.arrive(ROBIN), await program.people.arrive(SASHA)
    await program.control.regenerate(turn_id, robin, NO_RIGHTS)

    async def act(by: UUID, rights: Rights) -> None:
        match what:
            case "edit":
                await program.control.edit(turn_id, by, rights, "Mine now.")
            case "choose":
                await program.control.choose(turn_id, by, rights, 0)
            case "delete":
                await program.replies.delete(turn_id, by, rights)
            case _:
                await getattr(program.control, what)(turn_id, by, rights)

    with pytest.raises(NotAllowed):
        await act(sasha, NO_RIGHTS)
    assert standing(program) == "Two."
    assert not (await program.replies.about(turn_id, sasha)).may
    await act(sasha, MODERATOR)
    assert program.channels.texts() == [] or standing(program) != "Two."


async def test_two_who_press_at_once_one_wins_and_the_other_is_told(program: Program) -> None:
    turn_id = await replied(program)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        asked.set()
        await go_on.wait()

    program.models.script = [[hold, "Two."]]
    robin, sasha = await program.people.arrive(ROBIN), await program.people.arrive(SASHA)
    winner = asyncio.create_task(program.control.regenerate(turn_id, robin, NO_RIGHTS))
    await asked.wait()
    with pytest.raises(Conflict):
        await program.control.regenerate(turn_id, sasha, MODERATOR)
    with pytest.raises(Conflict):
        await program.replies.delete(turn_id, sasha, MODERATOR)
    assert (await program.replies.about(turn_id, robin)).is_at_work
    go_on.set()
    assert (await winner).is_well
    assert standing(program) == "Two."
    assert len(program.models.asked) == 2


async def test_where_it_fails_the_old_words_stay_everywhere(program: Program) -> None:
    turn_id = await replied(program)
    robin = await program.people.arrive(ROBIN)

    async def stream() -> None:
        await program.stage.performances[-1].stream()

    program.models.script = [["Half a ", stream, Down("gone", provider="scripted")]]
    outcome = await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    assert not outcome.is_well
    assert outcome.sentence is not None
    assert standing(program) == "The first words."
    assert await remembered(program) == [("The first words.",)]
    assert program.channels.remarks == []
    assert await rows(program, "SELECT state, rewording, text FROM turns") == [("sent", None, "The first words.")]
    # And it can be tried again.
    program.models.script = [["Better."]]
    assert (await program.control.regenerate(turn_id, robin, NO_RIGHTS)).is_well
    assert standing(program) == "Better."


async def test_a_closed_stage_leaves_the_old_wording_chosen(program: Program) -> None:
    turn_id = await replied(program, "One.", "Two.")
    robin = await program.people.arrive(ROBIN)
    await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    program.stage.trouble = [StageClosed("missing_permissions", permissions=("manage_webhooks",))]
    assert not (await program.control.choose(turn_id, robin, NO_RIGHTS, 0)).is_well
    assert await remembered(program) == [("Two.",)]
    assert (await program.replies.about(turn_id, robin)).variant == 1


async def test_stop_keeps_what_there_is_of_the_new_wording(program: Program) -> None:
    turn_id = await replied(program)
    robin = await program.people.arrive(ROBIN)
    asked, never = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        asked.set()
        await never.wait()

    program.models.script = [["So far", hold]]
    pressed = asyncio.create_task(program.control.regenerate(turn_id, robin, NO_RIGHTS))
    await asked.wait()
    await program.turns.stop(turn_id, robin)
    assert (await pressed).is_well
    assert standing(program) == "So far"
    assert (await program.replies.about(turn_id, robin)).was_stopped


async def test_a_reply_deleted_in_discord_meanwhile_is_told(program: Program) -> None:
    turn_id = await replied(program, "One.", "Two.")
    robin = await program.people.arrive(ROBIN)
    program.channels.posts.clear()
    outcome = await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    assert outcome.sentence is not None
    assert "deleted meanwhile" in outcome.sentence
    assert await remembered(program) == []
    with pytest.raises(NotFound, match="deleted meanwhile"):
        await program.control.edit(turn_id, robin, NO_RIGHTS, "Too late.")


async def test_there_are_only_so_many_wordings(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "VARIANTS_MAX", 2)
    turn_id = await replied(program, "One.", "Two.")
    robin = await program.people.arrive(ROBIN)
    await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    with pytest.raises(LimitReached):
        await program.control.regenerate(turn_id, robin, NO_RIGHTS)


async def test_a_greeting_is_not_worded_anew(program: Program) -> None:
    await summon(program, await make(program))
    (turn,) = (await rows(program, "SELECT id FROM turns"))[0]
    turn_id, robin = UUID(str(turn)), await program.people.arrive(ROBIN)
    with pytest.raises(NotAllowed):
        await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    await program.control.edit(turn_id, robin, NO_RIGHTS, "Welcome back.")
    assert standing(program) == "Welcome back."


async def test_the_button_stands_under_the_last_reply_only_also_after_a_restart(
    start: Callable[..., Program],
) -> None:
    first = start()
    await first.listening.start()
    turn_id = await replied(first)
    assert first.channels.stripped == []
    await first.crash()
    second = start()
    await second.listening.start()
    await second.turns.hear(said("Mira, again?"))
    await second.turns.idle()
    first_post, last_post = (post.message_id for post in second.channels.posts)
    assert second.channels.stripped == [first_post]
    # A reply further up that is worded anew does not keep the button it gets with its new words.
    robin = await second.people.arrive(ROBIN)
    await second.control.regenerate(turn_id, robin, NO_RIGHTS)
    await second.turns.idle()
    assert second.channels.stripped == [first_post, first_post]
    assert await rows(second, "SELECT has_controls FROM turns ORDER BY id") == [(False,), (True,)]
    assert last_post not in second.channels.stripped
    await second.crash()


async def test_a_button_is_taken_away_later_where_the_limits_are_short(program: Program) -> None:
    await replied(program)
    program.channels.short_for = 3
    await program.turns.hear(said("Mira, again?"))
    await program.turns.idle()
    assert program.channels.stripped == [program.channels.posts[0].message_id]
    # For longer it is left; the next reply finds both.
    program.channels.short_for = 10
    await program.turns.hear(said("Mira, and once more?"))
    await program.turns.idle()
    assert await rows(program, "SELECT has_controls FROM turns ORDER BY id") == [(False,), (True,), (True,)]
    await program.turns.hear(said("Mira, at last?"))
    await program.turns.idle()
    assert await rows(program, "SELECT has_controls FROM turns ORDER BY id") == [(False,), (False,), (False,), (True,)]


async def test_every_message_of_a_reply_tells_who_made_it(program: Program) -> None:
    turn_id = await replied(program, "word " * 900, "short.")
    ids = [post.message_id for post in program.channels.posts]
    assert len(ids) > 1
    for message_id in ids:
        assert await program.replies.turn_at(message_id) == turn_id
    robin = await program.people.arrive(ROBIN)
    await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    assert [post.message_id for post in program.channels.posts] == ids[:1]
    assert await program.replies.turn_at(ids[0]) == turn_id
    with pytest.raises(NotFound):
        await program.replies.turn_at(123)


async def test_ratings_are_each_persons_own(program: Program) -> None:
    turn_id = await replied(program)
    robin, sasha = await program.people.arrive(ROBIN), await program.people.arrive(SASHA)
    await program.replies.rate(turn_id, robin, NO_RIGHTS, 4)
    await program.replies.rate(turn_id, robin, NO_RIGHTS, 5, "Warm.")
    await program.replies.rate(turn_id, robin, NO_RIGHTS, 3)
    about = await program.replies.about(turn_id, robin)
    assert (about.stars, about.words) == (3, "Warm.")
    with pytest.raises(NotAllowed):
        await program.replies.rate(turn_id, sasha, NO_RIGHTS, 1)
    assert May.RATE not in (await program.replies.about(turn_id, sasha)).may


@pytest.mark.parametrize("point", [Point.GENERATED, Point.SENDING])
async def test_a_restart_finishes_a_reply_that_was_at_work_again(start: Callable[..., Program], point: Point) -> None:
    first = start()
    await first.listening.start()
    turn_id = await replied(first)
    await first.crash()

    def passing(passed: object) -> None:
        if passed is point and armed:
            armed.clear()
            raise Crash

    armed = {1}
    doomed = start(FakeModels(["Second ", "words."]), passing=passing)
    await doomed.listening.start()
    robin = await doomed.people.arrive(ROBIN)
    pressed = asyncio.create_task(doomed.control.regenerate(turn_id, robin, NO_RIGHTS))
    with contextlib.suppress(Crash):
        await until(lambda: pressed.done() or not armed)
        await doomed.turns.idle()
    pressed.cancel()
    assert not armed
    await doomed.crash()
    third = start(FakeModels(["Second words."]))
    await third.listening.start()
    await third.turns.resume()
    await third.turns.idle()
    assert standing(third) == "Second words."
    assert await remembered(third) == [("Second words.",)]
    assert await rows(third, "SELECT count(*) FROM message_variants") == [(2,)]
    assert len(third.channels.posts) == 1
    await third.crash()
