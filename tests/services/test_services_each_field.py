"""For every field a person can set: only it is changed, and a prompt, a reply, a permission or a page is another one.

The fields of a character are tried in `test_services_character_fields`, those of a conversation in
`test_services_conversation_fields`; here stand all others, and the test that knows of every field there is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bot.errors import NotAllowed
from bot.ports import NO_RIGHTS, Caller, Place, Rights, Surroundings
from bot.services.characters import CharacterDraft
from bot.services.characters.directory import Search, Shelf
from bot.services.characters.pictures import Pictures, decode
from bot.services.people.drafts import PersonaDraft, ProfileDraft
from bot.services.people.personas import Personas
from bot.services.people.profiles import Profiles
from bot.services.talk.dice import joins_in
from db.models import (
    AdultRule,
    Character,
    CharacterReaction,
    CharacterTraits,
    Conversation,
    DeliveryMode,
    Listen,
    Persona,
    PersonaChoice,
    PersonaGender,
    PlaceValues,
    Profile,
    Pronouns,
    Rating,
    Summoners,
)
from db.work import Work
from tests.services.stagecraft import PARLOUR, ROBIN, SASHA, TAVERN, Program, said, summon
from tests.services.test_services_pictures import drawn

ROBOT = Caller(900, "robot", "Robot")
Sight = Callable[[Program, "Cast"], Awaitable[object]]


@dataclass
class Cast:
    """Who is there: Mira and Juno in the tavern, and Robin's services."""

    mira: UUID
    juno: UUID
    personas: Personas
    profiles: Profiles = field(default_factory=Profiles)
    places: count[int] = field(default_factory=lambda: count(700))


@pytest.fixture
async def cast(program: Program, tmp_path: Path) -> Cast:
    made: list[UUID] = []
    for name in ("Mira", "Juno"):
        draft = CharacterDraft(name, "Keeper of lanterns", f"You are {name}. It is {{{{time}}}} on {{{{date}}}}.")
        async with program.people.at_work(ROBIN) as (robin, work):
            made.append((await program.characters.create(work, robin, draft)).id)
        await summon(program, made[-1])
    return Cast(made[0], made[1], Personas(Pictures(tmp_path / "personas")))


async def heard(program: Program, *lines: object) -> list[tuple[str, str]]:
    """What is answered to these, by whom."""
    before = len(program.channels.texts())
    for line in lines:
        await program.turns.hear(line)  # type: ignore[arg-type]
        await program.turns.idle()
    return program.channels.texts()[before:]


# ------------------------------------------------------------------------------------------------ places


@dataclass(frozen=True)
class Decided:
    """What an admin changes, on top of what was decided before, and where it is seen."""

    sight: Sight
    to: object
    given: dict[str, object] = field(default_factory=dict[str, object])


async def spoken_to(program: Program, cast: Cast) -> object:
    return await heard(program, said("Mira?"))


async def asked_twice(program: Program, cast: Cast) -> object:
    return await heard(program, said("Mira?"), said("Mira, again?"))


async def overheard(program: Program, cast: Cast) -> object:
    quiet = next(n for n in cast.places if joins_in(n, [(cast.mira, 1)]) is None)
    return len(await heard(program, said("Lovely weather.", message_id=quiet)))


async def spoken_to_by_a_bot(program: Program, cast: Cast) -> object:
    return await heard(program, said("Mira?", by=ROBOT, author_is_bot=True))


async def spoken_to_as_adults(program: Program, cast: Cast) -> object:
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.reserve(work, robin, cast.mira, is_adult=True)
    room = Surroundings(is_age_restricted=True)
    return await heard(program, said("Mira?", around=room))


async def said_to_each_other(program: Program, cast: Cast) -> object:
    program.models.script = [["Ask Juno."], ["Ask Mira."], ["Ask Juno."], ["Ask Mira."]]
    return await heard(program, said("Mira?"))


async def met_in_an_empty_channel(program: Program, cast: Cast) -> object:
    return await heard(program, said("Anybody?", place=PARLOUR, mentions_us=True))


async def told_in_an_empty_channel(program: Program, cast: Cast) -> object:
    await met_in_an_empty_channel(program, cast)
    return program.channels.remarks[-1][2]


async def shown(program: Program, cast: Cast) -> object:
    await heard(program, said("Mira?"))
    return program.stage.performances[-1].scene.delivery


async def admitted(program: Program, cast: Cast) -> object:
    found: list[bool] = []
    for rights in (NO_RIGHTS, Rights(frozenset({7})), Rights(frozenset({8})), Rights(may_manage=True)):
        try:
            program.places.admit(TAVERN, cast.mira, rights)
        except NotAllowed:
            found.append(False)
        else:
            found.append(True)
    return found


PLACES: dict[str, Decided] = {
    "may_speak": Decided(spoken_to, False),
    "summoners": Decided(admitted, Summoners.MANAGERS),
    "summoner_role_ids": Decided(admitted, (8,), {"summoners": Summoners.ROLES, "summoner_role_ids": (7,)}),
    "adult": Decided(spoken_to_as_adults, AdultRule.NEVER),
    "listen": Decided(overheard, Listen.ALWAYS),
    "chance_percent": Decided(overheard, 100, {"listen": Listen.CHANCE, "chance_percent": 1}),
    "answers_bots": Decided(spoken_to_by_a_bot, True),
    "banter": Decided(said_to_each_other, 2),
    "replies_per_minute": Decided(asked_twice, 1),
    "default_character_id": Decided(met_in_an_empty_channel, "mira"),
    "language": Decided(told_in_an_empty_channel, "es"),
    "delivery": Decided(shown, DeliveryMode.PARAGRAPHS),
}


async def decide(program: Program, values: dict[str, object]) -> None:
    if values:
        await program.places.change(await program.people.arrive(ROBIN), 1, PlaceValues(**values))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PLACES)
async def test_each_setting_of_a_place_changes_what_happens_there(program: Program, cast: Cast, name: str) -> None:
    row = PLACES[name]
    await decide(program, row.given)
    before = await row.sight(program, cast)
    await decide(program, row.given)
    assert await row.sight(program, cast) == before, "the control: what is decided once more changes nothing"
    await decide(program, {name: cast.mira if row.to == "mira" else row.to})
    assert await row.sight(program, cast) != before


# ------------------------------------------------------------------------------------------------ people


async def prompted(program: Program, cast: Cast) -> object:
    """What the model is asked when Robin speaks to Mira in a channel where nobody said anything yet."""
    number = next(cast.places)
    place = Place(1, number, number)
    await summon(program, cast.mira, place=place)
    await heard(program, said("Mira, who am I?", place=place))
    return tuple((one.role, one.content, one.name) for one in program.models.asked[-1].prompt.messages)


ADA = PersonaDraft("Captain Ada", "Sails the inner sea", "A scar over one eye", "sailing\n- spiders", "Be brief")
Change = Callable[[Cast, Work, UUID, UUID], Awaitable[object]]


def ada(**fields: str) -> Change:
    async def change(cast: Cast, work: Work, robin: UUID, one: UUID) -> object:
        draft = PersonaDraft(**{**{name: getattr(ADA, name) for name in ADA.__slots__}, **fields})
        return await cast.personas.edit(work, robin, one, draft)

    return change


async def aged(cast: Cast, work: Work, robin: UUID, one: UUID) -> object:
    return await cast.personas.set_details(work, robin, one, age="34", custom_pronouns="")


async def spoken_of_otherwise(cast: Cast, work: Work, robin: UUID, one: UUID) -> object:
    return await cast.personas.set_details(work, robin, one, age="", custom_pronouns="xe/xem")


async def spoken_of(cast: Cast, work: Work, robin: UUID, one: UUID) -> object:
    return await cast.personas.set_pronouns(work, robin, one, Pronouns.SHE_HER)


async def gendered(cast: Cast, work: Work, robin: UUID, one: UUID) -> object:
    return await cast.personas.set_gender(work, robin, one, PersonaGender.FEMALE)


async def taken_off(cast: Cast, work: Work, robin: UUID, one: UUID) -> object:
    return await cast.personas.default(work, robin, None)


async def unchanged(cast: Cast, work: Work, robin: UUID, one: UUID) -> object:
    return await ada()(cast, work, robin, one)


PERSONAS: dict[str, Change] = {
    "name": ada(name="Captain Bea"),
    "description": ada(description="Mends clocks"),
    "appearance": ada(appearance="Very tall"),
    "preferred_topics": ada(topics="maps\n- spiders"),
    "avoided_topics": ada(topics="sailing\n- bees"),
    "custom_instructions": ada(custom_instructions="Take your time"),
    "gender": gendered,
    "age": aged,
    "pronouns": spoken_of,
    "custom_pronouns": spoken_of_otherwise,
    "is_default": taken_off,
}


async def as_ada(program: Program, cast: Cast, change: Change) -> tuple[object, object]:
    async with program.people.at_work(ROBIN) as (robin, work):
        one = await cast.personas.create(work, robin, ADA)
        await cast.personas.default(work, robin, one.id)
    before = await prompted(program, cast)
    async with program.people.at_work(ROBIN) as (robin, work):
        await change(cast, work, robin, one.id)
    return before, await prompted(program, cast)


@pytest.mark.parametrize("name", PERSONAS)
async def test_each_field_of_a_persona_changes_the_prompt(program: Program, cast: Cast, name: str) -> None:
    before, after = await as_ada(program, cast, PERSONAS[name])
    assert before != after


async def test_control_a_persona_kept_as_it_was_changes_nothing(program: Program, cast: Cast) -> None:
    before, after = await as_ada(program, cast, unchanged)
    assert before == after


async def test_a_personas_picture_changes_its_card(program: Program, cast: Cast) -> None:
    async with program.people.at_work(ROBIN) as (robin, work):
        one = await cast.personas.create(work, robin, ADA)
        assert await cast.personas.face(one) is None
        picture = decode(drawn("PNG"))
        worn = await cast.personas.picture(work, robin, one.id, picture)
        assert await cast.personas.face(worn) == picture.png


async def test_a_persona_chosen_for_one_conversation_changes_its_prompt_only(program: Program, cast: Cast) -> None:
    async with program.people.at_work(ROBIN) as (robin, work):
        one = await cast.personas.create(work, robin, ADA)
        await cast.personas.use(work, robin, TAVERN.channel_id, one.id)
    await heard(program, said("Mira?"))
    assert "Captain Ada" in str(program.models.asked[-1].prompt.messages)
    assert "Captain Ada" not in str(await prompted(program, cast))


Telling = Callable[[Profiles, Work, UUID], Awaitable[object]]


def me(**fields: str) -> Telling:
    async def change(profiles: Profiles, work: Work, robin: UUID) -> object:
        return await profiles.edit(work, robin, ProfileDraft(**fields))

    return change


async def my_pronouns(profiles: Profiles, work: Work, robin: UUID) -> object:
    return await profiles.set_pronouns(work, robin, Pronouns.THEY_THEM)


async def my_language(profiles: Profiles, work: Work, robin: UUID) -> object:
    return await profiles.set_language(work, robin, "es")


PROFILES: dict[str, Telling] = {
    "name": me(name="Roberta"),
    "nickname": me(nickname="Bo"),
    "custom_pronouns": me(custom_pronouns="xe/xem"),
    "description": me(description="Likes rain"),
    "time_zone": me(time_zone="Asia/Tokyo"),
    "pronouns": my_pronouns,
    "language": my_language,
}


@pytest.mark.parametrize("name", [*PROFILES, "nothing"])
async def test_each_field_of_a_profile_changes_the_prompt(program: Program, cast: Cast, name: str) -> None:
    before = await prompted(program, cast)
    if name in PROFILES:
        async with program.people.at_work(ROBIN) as (robin, work):
            await PROFILES[name](cast.profiles, work, robin)
    assert (await prompted(program, cast) != before) is (name != "nothing")


# ------------------------------------------------------------------------------------------------ opinions


async def test_what_people_think_changes_what_others_and_they_find(program: Program, cast: Cast) -> None:
    directory = program.characters.directory
    async with program.people.at_work(ROBIN) as (robin, work):
        for one in (cast.mira, cast.juno):
            await program.characters.publish(work, robin, one, is_adult=False)
    async with program.people.at_work(SASHA) as (sasha, work):
        last = (await directory.discover(work, sasha, Search(""))).entries[-1].character.id
        await directory.like(work, sasha, last)
        assert (await directory.discover(work, sasha, Search(""))).entries[0].character.id == last
        assert (await directory.page(work, sasha, shelf=Shelf.FAVORITES)).total == 0
        await directory.favorite(work, sasha, last)
        assert (await directory.page(work, sasha, shelf=Shelf.FAVORITES)).total == 1


async def test_stars_and_their_words_change_what_their_giver_sees(program: Program, cast: Cast) -> None:
    await heard(program, said("Mira?"))
    turn_id = await program.replies.turn_at(program.channels.posts[-1].message_id)
    robin = await program.people.arrive(ROBIN)
    seen = [await program.replies.about(turn_id, robin)]
    for given in ((3, None), (4, None), (4, "Warm.")):
        await program.replies.rate(turn_id, robin, NO_RIGHTS, *given)
        seen.append(await program.replies.about(turn_id, robin))
    assert [(one.stars, one.words) for one in seen] == [(None, ""), (3, ""), (4, ""), (4, "Warm.")]


# ------------------------------------------------------------------------------------------------ every field there is

OF_THE_PROGRAM = {"id", "created_at", "updated_at", "owner_id", "user_id", "conversation_id", "turn_id", "character_id"}
"""Columns no person fills: keys, and times that the program writes."""

BY_THE_PROGRAM: dict[type[Any], set[str]] = {
    Character: {
        *("is_demo", "published_at", "deleted_at", "search_words", "slug", "traits", "popularity", "rating"),
        *("card", "card_spec", "card_creator"),
    },
    PersonaChoice: {"chosen_at"},
    Conversation: {
        "guild_id",
        "channel_id",
        "webhook_channel_id",
        "kind",
        "via",
        "variables",
        "summarized_at",
        "summarized_through",
        "forked_from",
        "started_at",
        "last_activity_at",
        "settings",
    },
}
"""What follows from something else that is set, or from what happens."""


def columns(model: type[Any]) -> set[str]:
    return {one.name for one in model.__table__.columns} - OF_THE_PROGRAM - BY_THE_PROGRAM.get(model, set())


def test_every_field_that_can_be_set_is_tried_above_or_beside() -> None:
    """Whoever gives people something more to set adds a row that shows what it changes."""
    from tests.services import test_services_character_fields as characters

    tried = {name.partition("=")[0] for name in characters.PROMPTED}
    assert columns(Character) | set(CharacterTraits.model_fields) == tried | {
        "greeting", "picture_id", "provider", "model", "tags", "visibility", "is_adult", "other_greetings",
        "group_greetings",
    }  # fmt: skip
    # What a server's floor does to its members: tests/wellbeing/test_limits_rules.py and test_limits_road.py.
    floor = {"minutes_a_day", "night_from", "night_to", "break_after", "time_zone"}
    assert set(PLACES) | floor == set(PlaceValues.model_fields)
    assert set(PERSONAS) | {"picture_id"} == columns(Persona)
    assert columns(PersonaChoice) == {"persona_id"}
    assert set(PROFILES) == columns(Profile)
    assert columns(CharacterReaction) == {"liked", "favorited"}
    assert columns(Rating) == {"stars", "words"}
