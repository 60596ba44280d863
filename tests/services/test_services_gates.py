"""Gates, rates, queues and banter: what is decided in memory."""

import asyncio
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ports import Caller, Place, Sensitivity, Surroundings, Via
from bot.services.oversight.blocked import Block
from bot.services.talk.banter import Follower, Spoken, follower
from bot.services.talk.door import Door
from bot.services.talk.gates import Gates, Held, Silence, explanation, judged, refusal
from bot.services.talk.heed import Hearing, Present, Room
from bot.services.talk.lanes import Lanes
from bot.services.talk.places import PlaceRules
from bot.services.talk.tokens import AnswerTokens
from bot.texts import Say
from db.ids import new_id
from db.models import AccountStatus, AdultRule, Listen, Priority
from tests.fakes.clock import FakeClock
from tests.services.stagecraft import ROBIN, SASHA, TAVERN, said

ADULT = Present(UUID(int=1), "Velvet", is_adult=True)
MIRA = Present(UUID(int=2), "Mira", nickname="Mimi")
JUNO = Present(UUID(int=3), "Juno")
MODERATOR = Present(UUID(int=4), "Constance", is_moderator=True)
OPEN = Surroundings(Sensitivity.PUBLIC)
RESTRICTED = Surroundings(Sensitivity.PUBLIC, is_age_restricted=True)


class Ticking(FakeClock):
    """A clock that nobody waits for."""

    def tick(self, seconds: float) -> None:
        self._elapsed += seconds


def room_of(*characters: Present, place: Place = TAVERN, muted: bool = False) -> Room:
    return Room(new_id(), place, characters, is_muted=muted, around=OPEN)


def gates_with(rules: PlaceRules, clock: Ticking | None = None) -> Gates:
    return Gates(clock or Ticking(), lambda place, character_id: rules)


@pytest.mark.parametrize(
    ("rules", "muted", "character", "around", "reasons"),
    [
        (PlaceRules(), False, MIRA, OPEN, []),
        (PlaceRules(), True, MIRA, OPEN, [Silence.MUTED]),
        (PlaceRules(may_speak=False), False, MIRA, OPEN, [Silence.MAY_NOT_SPEAK]),
        (PlaceRules(may_speak=False), True, ADULT, OPEN, [Silence.MUTED, Silence.MAY_NOT_SPEAK, Silence.ADULT_PLACE]),
        (PlaceRules(), False, ADULT, OPEN, [Silence.ADULT_PLACE]),
        (PlaceRules(), False, ADULT, Surroundings(), [Silence.ADULT_PLACE]),
        (PlaceRules(), False, ADULT, RESTRICTED, []),
        (PlaceRules(adult=AdultRule.NEVER), False, ADULT, RESTRICTED, [Silence.ADULT_NEVER]),
        (PlaceRules(adult=AdultRule.NEVER), False, MIRA, RESTRICTED, []),
        (PlaceRules(adult=AdultRule.NEVER), False, None, RESTRICTED, []),
    ],
)
def test_which_gates_are_closed(
    rules: PlaceRules, muted: bool, character: Present | None, around: Surroundings, reasons: list[Silence]
) -> None:
    assert [held.reason for held in judged(room_of(MIRA, ADULT, muted=muted), character, rules, around)] == reasons


def test_where_nobody_is_nobody_answers() -> None:
    assert judged(None, None, PlaceRules(), OPEN) == (Held(Silence.NOBODY_HERE),)


def test_every_reason_has_a_sentence_that_its_values_fill() -> None:
    clock = Ticking()
    rules = PlaceRules(may_speak=False, adult=AdultRule.NEVER, replies_per_minute=1)
    block = Block(new_id(), ROBIN.discord_id, AccountStatus.BANNED, "Spam", None)
    gates = Gates(clock, lambda place, character_id: rules, lambda discord_id: block)
    gates.rates.spend(TAVERN.channel_id, ROBIN.discord_id, 1)
    room = room_of(ADULT, muted=True)
    held = [*gates.verdict(room, ADULT, OPEN, place=TAVERN, discord_id=ROBIN.discord_id), Held(Silence.NOBODY_HERE)]
    held += [Held(Silence.LIMIT)]
    held += judged(room_of(ADULT), ADULT, PlaceRules(), OPEN)
    assert {one.reason for one in held} == set(Silence)
    for one in held:
        assert "{" not in Say()(explanation(one), **one.values)
        assert "{" not in str(refusal(one))


def test_a_minutes_answers_are_counted_by_person_and_channel() -> None:
    clock = Ticking()
    gates = gates_with(PlaceRules(replies_per_minute=3), clock)
    room = room_of(MIRA, JUNO)
    here = room.place.channel_id
    assert gates.passed(room, (MIRA, JUNO), OPEN, ROBIN.discord_id).to == (MIRA, JUNO)
    gates.rates.spend(here, ROBIN.discord_id, 2)
    # One is left: the first that was called answers, nobody is told anything.
    passed = gates.passed(room, (MIRA, JUNO), OPEN, ROBIN.discord_id)
    assert (passed.to, passed.held) == ((MIRA,), None)
    clock.tick(30)
    gates.rates.spend(here, ROBIN.discord_id, 1)
    passed = gates.passed(room, (MIRA,), OPEN, ROBIN.discord_id)
    assert (passed.to, passed.held) == ((), Held(Silence.RATE, {"maximum": 3, "seconds": 30}))
    assert gates.passed(room, (MIRA,), OPEN, SASHA.discord_id).to == (MIRA,)
    assert gates.rates.left(here + 1, ROBIN.discord_id, 3) == 3
    clock.tick(30)
    assert gates.passed(room, (MIRA, JUNO), OPEN, ROBIN.discord_id).to == (MIRA, JUNO)


def test_a_person_who_is_held_back_reads_one_line_a_window() -> None:
    clock = Ticking()
    rates = gates_with(PlaceRules(), clock).rates
    assert [rates.may_remark(1, 2), rates.may_remark(1, 2), rates.may_remark(1, 3), rates.may_remark(2, 2)] == [
        True,
        False,
        True,
        True,
    ]
    clock.tick(60)
    assert rates.may_remark(1, 2)


@given(st.integers(1, 10), st.lists(st.floats(0, 40), max_size=60))
def test_never_more_answers_in_a_window_than_allowed(per_minute: int, pauses: list[float]) -> None:
    clock = Ticking()
    rates = gates_with(PlaceRules(), clock).rates
    had: list[float] = []
    for pause in pauses:
        clock.tick(pause)
        wait = rates.wait_seconds(1, 1, per_minute)
        assert (wait > 0) == (rates.left(1, 1, per_minute) == 0)
        if rates.left(1, 1, per_minute):
            rates.spend(1, 1, 1)
            had.append(clock.monotonic())
        assert sum(clock.monotonic() - at < 60 for at in had) <= per_minute


# ------------------------------------------------------------------------------------------------ the door


def door_for(room: Room, rules: PlaceRules, *, has_room: bool = True) -> tuple[Door, Gates]:
    def of(place: Place, character_id: UUID | None) -> PlaceRules:
        return rules

    hearing = Hearing(of)
    hearing.put(room.place.channel_id, room)
    gates = Gates(Ticking(), of)
    return Door(hearing, gates, AnswerTokens(None), lambda channel_id, priority: has_room), gates


def test_nobody_is_told_off_who_spoke_to_nobody() -> None:
    door, gates = door_for(room_of(MIRA), PlaceRules(listen=Listen.ALWAYS, replies_per_minute=1))
    assert door.decide(said("lovely weather")) is not None
    gates.rates.spend(TAVERN.channel_id, ROBIN.discord_id, 1)
    assert door.decide(said("lovely weather")) is None
    held = door.decide(said("Mira?"))
    assert held is not None
    assert held.held is not None
    assert held.held.reason is Silence.RATE


def test_joining_in_by_chance_waits_for_no_queue() -> None:
    rules = PlaceRules(listen=Listen.CHANCE, chance_percent=100)
    assert door_for(room_of(MIRA), rules)[0].decide(said("lovely weather")) is not None
    assert door_for(room_of(MIRA), rules, has_room=False)[0].decide(said("lovely weather")) is None
    assert door_for(room_of(MIRA), rules, has_room=False)[0].decide(said("Mira?")) is not None


def test_two_programs_that_answer_each_other_stop() -> None:
    door, _ = door_for(room_of(MIRA), PlaceRules(answers_bots=True, replies_per_minute=60))
    robot = Caller(9, "robot", "Robot")
    answered = [door.decide(said("Mira?", by=robot, author_is_bot=True)) is not None for _ in range(9)]
    assert answered == [True] * 6 + [False] * 3
    door.decide(said("nice"))  # a person says something
    assert door.decide(said("Mira?", by=robot, author_is_bot=True)) is not None


def test_what_is_kept_of_a_message_names_nobodys_roles() -> None:
    door, _ = door_for(room_of(MIRA), PlaceRules())
    at_door = door.decide(said("Mira? " + "x" * 5_000))
    assert at_door is not None
    assert at_door.errand.heard.rights.role_ids == frozenset()
    assert len(at_door.errand.heard.content) == 4_000


# ------------------------------------------------------------------------------------------------ banter


def line(text: str, by: Present = MIRA, chain: int = 1, trigger: int = 100, *, stopped: bool = False) -> Spoken:
    return Spoken(by.character_id, text, chain, trigger, stopped)


def test_a_character_that_is_named_goes_on() -> None:
    room, gates = room_of(MIRA, JUNO, MODERATOR), gates_with(PlaceRules(banter=2))
    assert follower(line("What do you say, Juno?"), room, gates) == Follower(JUNO.character_id, 2)
    assert follower(line("Ask mimi!", by=JUNO), room, gates) == Follower(MIRA.character_id, 2)
    for silent in ("I, Mira, say no", "nobody here", "Constance?"):
        assert follower(line(silent), room, gates) is None
    assert follower(line("Juno?", stopped=True), room, gates) is None
    assert follower(line("Juno?"), None, gates) is None
    assert follower(line("Juno?"), room, gates_with(PlaceRules())) is None
    assert follower(line("Juno?"), room, gates_with(PlaceRules(banter=6, may_speak=False))) is None
    room.is_muted = True
    assert follower(line("Juno?"), room, gates) is None
    alone = room_of(MIRA, JUNO, place=Place(None, 9, 9, Via.BOT))
    assert follower(line("Juno?"), alone, gates) is None


@given(st.integers(0, 6), st.integers(0, 40))
def test_the_cap_is_reached_and_only_a_person_resets_it(cap: int, after: int) -> None:
    room, gates = room_of(MIRA, JUNO), gates_with(PlaceRules(banter=cap))
    said_last, lines = line("Juno?"), 0
    while (found := follower(said_last, room, gates)) is not None:
        lines += 1
        room.chain = max(room.chain, found.chain - 1)
        mira_speaks = found.character_id == MIRA.character_id
        said_last = line("Juno?", chain=found.chain) if mira_speaks else line("Mira?", by=JUNO, chain=found.chain)
        assert lines <= cap
    assert lines == cap
    # More answers to the same message, or a restart that forgot the room, do not begin it anew.
    assert follower(line("Juno?"), room, gates) is None
    if cap:
        forgetful = room_of(MIRA, JUNO)
        assert follower(said_last, forgetful, gates) is None
        hearing = Hearing()
        hearing.put(TAVERN.channel_id, room)
        hearing.person_spoke(said("and then?", message_id=200 + after))
        assert follower(line("Juno?", trigger=200 + after), room, gates) == Follower(JUNO.character_id, 2)


# ------------------------------------------------------------------------------------------------ lanes


async def test_the_urgent_goes_first_and_the_unimportant_is_left_out() -> None:
    done: list[str] = []
    gate = asyncio.Event()

    async def work(item: str) -> None:
        await gate.wait()
        done.append(item)

    lanes: Lanes[str] = Lanes(work, waiting=6, at_once=1)
    lanes.put(1, "first")
    await asyncio.sleep(0)
    assert lanes.put(1, "chance", priority=Priority.LOW)
    assert lanes.put(1, "said")
    assert lanes.put(1, "said too")
    assert lanes.put(1, "more chance", priority=Priority.LOW)
    assert not lanes.put(1, "left out", priority=Priority.LOW)
    assert lanes.put(1, "command", priority=Priority.HIGH)
    assert lanes.put(1, "said last")
    assert not lanes.put(1, "full", priority=Priority.HIGH)
    assert lanes.put(1, "always", priority=Priority.LOW, always=True)
    gate.set()
    await lanes.idle()
    assert done == ["first", "command", "said", "said too", "said last", "chance", "more chance", "always"]


@given(st.lists(st.sampled_from(list(Priority)), max_size=30))
def test_within_a_priority_the_order_stays(priorities: list[Priority]) -> None:
    done: list[tuple[Priority, int]] = []

    async def work(item: tuple[Priority, int]) -> None:
        done.append(item)

    async def run() -> None:
        lanes: Lanes[tuple[Priority, int]] = Lanes(work, waiting=99, at_once=1)
        for number, priority in enumerate(priorities):
            lanes.put(1, (priority, number), priority=priority)
        await lanes.idle()

    asyncio.run(run())
    order = [Priority.URGENT, Priority.HIGH, Priority.NORMAL, Priority.LOW]
    assert done == sorted(done, key=lambda item: (order.index(item[0]), item[1]))
    assert len(done) == len(priorities)
