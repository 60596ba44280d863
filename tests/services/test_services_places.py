"""What admins decide: the cascade, its limits, and that every process knows of a change."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bot.errors import InvalidInput, NotFound
from bot.ports import Delivery, Place
from bot.services.people import People
from bot.services.talk.places import FIELDS, HOUSE, Level, PlaceRules, Places, check, resolve
from db.models import AdultRule, DeliveryMode, Listen, PlaceValues, Summoners
from db.queries.talk import places as queries
from db.work import Actor, Database
from tests.services.stagecraft import ROBIN, SASHA, TAVERN, until

THREAD = Place(1, 777, 500)
ELSEWHERE = Place(2, 900, 900)
DIRECT = Place(None, 600, 600)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "may_speak": st.booleans(),
    "summoners": st.sampled_from(Summoners),
    "summoner_role_ids": st.lists(st.integers(1, 2**63 - 1), max_size=3).map(tuple),
    "adult": st.sampled_from(AdultRule),
    "listen": st.sampled_from(Listen),
    "chance_percent": st.integers(1, 100),
    "answers_bots": st.booleans(),
    "banter": st.integers(0, 6),
    "replies_per_minute": st.integers(1, 60),
    "default_character_id": st.uuids(),
    "language": st.sampled_from(["en", "es"]),
    "delivery": st.sampled_from(DeliveryMode),
    "minutes_a_day": st.integers(1, 1440),
    "night_from": st.integers(0, 1439),
    "night_to": st.integers(0, 1439),
    "break_after": st.integers(5, 480),
    "time_zone": st.sampled_from(["UTC", "Europe/Madrid"]),
}
values = st.fixed_dictionaries({}, optional=VALUES).map(lambda given: PlaceValues(**given))
levels = st.lists(st.tuples(st.sampled_from([Level.SERVER, Level.CHANNEL, Level.CHARACTER]), values), max_size=5)


def test_every_setting_is_drawn_and_resolved() -> None:
    assert set(VALUES) == set(FIELDS) == set(PlaceRules.__dataclass_fields__) - {"origin"}
    assert resolve(()) == HOUSE
    assert set(HOUSE.origin.values()) == {Level.HOUSE}


@given(levels)
def test_the_last_level_that_says_something_goes_first(given: Sequence[tuple[Level, PlaceValues]]) -> None:
    rules = resolve(given)
    for name in FIELDS:
        said = [(level, getattr(one, name)) for level, one in given if getattr(one, name) is not None]
        level, value = said[-1] if said else (Level.HOUSE, getattr(HOUSE, name))
        assert rules.ruling(name).value == value
        assert rules.ruling(name).level is rules.origin[name] is level


@given(levels, values)
def test_a_level_that_says_nothing_changes_nothing(
    given: Sequence[tuple[Level, PlaceValues]], wide: PlaceValues
) -> None:
    silent = [pair for one in given for pair in ((Level.CHANNEL, PlaceValues()), one)]
    assert resolve(silent) == resolve(given)
    # Whatever stands before a level that says everything is not heard.
    everything = wide.model_copy(update={name: getattr(HOUSE, name) for name in FIELDS if getattr(wide, name) is None})
    final = (Level.CHARACTER, everything)
    assert resolve([*given, final]).delivery == resolve([final]).delivery
    assert resolve([*given, final]).may_speak == resolve([final]).may_speak


@given(values, st.randoms())
def test_fields_of_one_level_do_not_wait_for_each_other(one: PlaceValues, random: Any) -> None:
    """Said at once or field by field, in whatever order: the same holds."""
    pieces = [(Level.SERVER, PlaceValues(**{name: getattr(one, name)})) for name in FIELDS]
    random.shuffle(pieces)
    together, apart = resolve([(Level.SERVER, one)]), resolve(pieces)
    assert apart == together
    assert apart.origin == together.origin


@pytest.mark.parametrize(
    ("field", "bad", "sentence"),
    [
        ("chance_percent", 0, "Chance: choose a whole number from 1 to 100; you chose 0."),
        ("chance_percent", 101, "Chance: choose a whole number from 1 to 100; you chose 101."),
        ("banter", -1, "Lines in a row: choose a whole number from 0 to 6; you chose -1."),
        ("banter", 7, "Lines in a row: choose a whole number from 0 to 6; you chose 7."),
        ("replies_per_minute", 0, "Replies a minute: choose a whole number from 1 to 60; you chose 0."),
        ("replies_per_minute", 10**9, "Replies a minute: choose a whole number from 1 to 60; you chose 1000000000."),
        ("language", "tlh", "There is no language “tlh” here. Choose one of: en, es."),
        ("summoner_role_ids", tuple(range(26)), "At most 25 roles may summon; you chose 26."),
    ],
)
def test_nonsense_is_refused_with_field_and_limit(field: str, bad: object, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(PlaceValues(**{field: bad}))  # type: ignore[arg-type]
    assert str(refused.value) == sentence
    assert refused.value.field == field


def test_roles_without_a_role_and_a_characters_default_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at least one role"):
        check(PlaceValues(summoners=Summoners.ROLES))
    check(PlaceValues(summoners=Summoners.ROLES, summoner_role_ids=(5,)))
    with pytest.raises(InvalidInput, match="not for a single character"):
        check(PlaceValues(default_character_id=UUID(int=1)), character=True)


async def test_the_nearest_level_holds_and_a_thread_takes_its_parents(database: Database) -> None:
    places, robin = Places(database), await People(database).arrive(ROBIN)
    await places.load()
    assert places.rules(TAVERN) is HOUSE
    await places.change(robin, 1, PlaceValues(banter=2, may_speak=False))
    await places.change(robin, 1, PlaceValues(banter=3), channel_id=TAVERN.channel_id)
    assert places.rules(TAVERN).banter == 3
    assert places.rules(TAVERN).origin["banter"] is Level.CHANNEL
    assert places.rules(THREAD).banter == 3
    await places.change(robin, 1, PlaceValues(banter=4), channel_id=THREAD.channel_id)
    assert (places.rules(THREAD).banter, places.rules(TAVERN).banter) == (4, 3)
    assert places.rules(TAVERN).may_speak is False
    assert places.rules(TAVERN).origin["may_speak"] is Level.SERVER
    assert places.rules(ELSEWHERE) is HOUSE
    assert places.rules(DIRECT) is HOUSE
    # The steady state is one look-up.
    assert places.rules(TAVERN) is places.rules(TAVERN)


async def test_fields_are_kept_reset_and_forgotten_one_by_one(database: Database) -> None:
    people, places = People(database), Places(database)
    robin, sasha = await people.arrive(ROBIN), await people.arrive(SASHA)
    await places.change(robin, 1, PlaceValues(banter=2))
    await places.change(sasha, 1, PlaceValues(may_speak=False))
    assert (places.rules(TAVERN).banter, places.rules(TAVERN).may_speak) == (2, False)
    await places.change(robin, 1, PlaceValues(banter=None))
    assert (places.rules(TAVERN).banter, places.rules(TAVERN).may_speak) == (0, False)
    await places.change(robin, 1, PlaceValues(may_speak=None))
    assert places.rules(TAVERN) is HOUSE
    assert await _levels(database) == 0
    await places.change(robin, 1, PlaceValues(banter=2), channel_id=500)
    assert await places.reset(1, channel_id=500)
    assert not await places.reset(1, channel_id=500)
    assert places.rules(TAVERN) is HOUSE
    assert await _levels(database) == 0


async def test_two_first_changes_at_once_both_hold(database: Database) -> None:
    people, places = People(database), Places(database)
    robin = await people.arrive(ROBIN)
    await asyncio.gather(
        places.change(robin, 1, PlaceValues(banter=2)),
        places.change(robin, 1, PlaceValues(replies_per_minute=3)),
        places.change(robin, 1, PlaceValues(delivery=DeliveryMode.PARAGRAPHS)),
    )
    await places.load()
    rules = places.rules(TAVERN)
    assert (rules.banter, rules.replies_per_minute, rules.delivery) == (2, 3, Delivery.PARAGRAPHS)


async def test_a_character_that_does_not_exist_has_no_level(database: Database) -> None:
    people, places = People(database), Places(database)
    with pytest.raises(NotFound, match="no such character"):
        await places.change(await people.arrive(ROBIN), 1, PlaceValues(banter=2), character_id=UUID(int=7))
    assert await _levels(database) == 0


async def test_every_process_learns_of_a_change_at_once(database: Database) -> None:
    here, there = Places(database), Places(database)
    await there.start()
    try:
        robin = await People(database).arrive(ROBIN)
        await here.change(robin, 1, PlaceValues(banter=5))
        assert here.rules(TAVERN).banter == 5
        await until(lambda: there.rules(TAVERN).banter == 5)
        await here.reset(1)
        await until(lambda: there.rules(TAVERN) is HOUSE)
    finally:
        await there.close()


async def test_it_is_noted_which_servers_the_bot_left_and_to_which_it_came_back(database: Database) -> None:
    places, robin = Places(database), await People(database).arrive(ROBIN)
    for guild_id in (1, 2, 3):
        await places.change(robin, guild_id, PlaceValues(banter=2))

    async def left() -> list[object]:
        async with database.work(Actor.job("places")) as work:
            return [guild_id for guild_id, is_gone in sorted((await queries.servers(work.session)).items()) if is_gone]

    assert await left() == []
    await places.look_around({1: True, 2: False, 3: None}.get)
    assert await left() == [2]
    await places.look_around({1: False, 2: True, 3: None}.get)
    assert await left() == [1]
    await places.look_around({1: None, 2: True, 3: True}.get)
    assert await left() == [1], "what another shard knows stays as it is"
    assert places.rules(Place(1, 5, 5)).banter == 2, "and while it may come back, everything holds"


async def test_a_restart_knows_what_was_decided(database: Database) -> None:
    robin = await People(database).arrive(ROBIN)
    await Places(database).change(robin, 1, PlaceValues(listen=Listen.CHANCE, chance_percent=40))
    again = Places(database)
    await again.start()
    await again.close()
    assert (again.rules(TAVERN).listen, again.rules(TAVERN).chance_percent) == (Listen.CHANCE, 40)


async def _levels(database: Database) -> int:
    async with database.work(Actor.job("test")) as work:
        return int(await work.session.scalar(text("SELECT count(*) FROM place_settings")) or 0)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"minutes_a_day": 0}, "minutes_a_day"),
        ({"minutes_a_day": 1441}, "minutes_a_day"),
        ({"break_after": 4}, "break_after"),
        ({"night_from": 1380}, "night_from"),
        ({"night_from": None, "night_to": 420}, "night_from"),
    ],
)
def test_a_floor_that_makes_no_sense_is_refused(values: dict[str, int], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(PlaceValues(**values))
    assert refused.value.field == field


@pytest.mark.parametrize("where", [{"narrow": True}, {"character": True}])
def test_a_floor_is_for_the_whole_server(where: dict[str, bool]) -> None:
    check(PlaceValues(minutes_a_day=60))
    with pytest.raises(InvalidInput, match="for the whole server"):
        check(PlaceValues(minutes_a_day=60), **where)
