"""Personas and profiles: what may be typed, whose they are, and what characters get to know of them."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bot import limits
from bot.errors import Conflict, InvalidInput, LimitReached, NotFound, UserError
from bot.ports import Caller
from bot.services.characters.pictures import Picture, Pictures
from bot.services.people import People
from bot.services.people.askers import asker_of
from bot.services.people.drafts import (
    PersonaDraft,
    ProfileDraft,
    check_persona,
    check_profile,
    clean_age,
    clean_time_zone,
    parse_topics,
    written_topics,
)
from bot.services.people.personas import Persona, PersonaGender, Personas, Pronouns
from bot.services.people.profiles import Profile, Profiles
from bot.services.talk.compose_types import Asker
from db.ids import new_id
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.services.stagecraft import ROBIN, SASHA

ADA = PersonaDraft(
    "Captain Ada",
    "Sails the inner sea",
    "A scar over one eye",
    "sailing, maps\n- spiders",
    "Never call her ma'am",
)


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


@pytest.fixture
def personas(tmp_path: Any) -> Personas:
    return Personas(Pictures(tmp_path))


async def make(people: People, personas: Personas, by: Caller = ROBIN, **fields: str) -> Persona:
    draft = PersonaDraft(**{**{name: getattr(ADA, name) for name in ADA.__slots__}, **fields})
    async with people.at_work(by) as (user_id, work):
        return await personas.create(work, user_id, draft)


async def talk(database: Database, people: People, *, channel_id: int = 500, by: Caller = ROBIN) -> UUID:
    """A conversation that goes on in a channel."""
    conversation_id = new_id()
    async with people.at_work(by) as (user_id, work):
        await work.session.execute(
            text(
                "INSERT INTO conversations (id, owner_id, guild_id, channel_id, webhook_channel_id, kind, status)"
                " VALUES (:id, :owner, 1, :channel, :channel, 'single', 'active')"
            ),
            {"id": conversation_id, "owner": user_id, "channel": channel_id},
        )
    return conversation_id


async def known(database: Database, people: People, conversation_id: UUID, by: Caller = ROBIN) -> Asker:
    """What a turn that answers this person knows of them."""
    user_id = await people.arrive(by)
    async with database.work(Actor.turn(conversation_id, user_id)) as work:
        return await asker_of(await work.direct(), user_id, conversation_id)


# ------------------------------------------------------------------------------------------------ what is typed


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", " ", "The name is empty. It needs 2 to 32 characters."),
        ("name", "x" * 33, "The name may have at most 32 characters; yours has 33."),
        ("name", "🏮" * 4000, "The name may have at most 32 characters; yours has 4000."),
        ("name", "Moderator", "The name must not be “Moderator”: people would take it for somebody else."),
        ("name", "@everyone", "The name must not contain “@”"),
        ("name", "A\u202eda", "The name contains a hidden character (U+202E)"),
        ("description", "", "Description: nothing can be seen there. Write up to 1000 characters."),
        ("description", "\u200b", "Description: nothing can be seen there. Write up to 1000 characters."),
        ("description", "x" * 1001, "Description: at most 1000 characters are allowed; you wrote 1001."),
        ("appearance", "x" * 501, "Appearance: at most 500 characters are allowed; you wrote 501."),
        ("appearance", "\u202e", "Appearance: there is a hidden character (U+202E)"),
        ("topics", "\n".join(str(n) for n in range(11)), "Topics: at most 10 may be liked; you wrote 11."),
        ("topics", ", ".join(f"- {n}" for n in range(11)), "Topics: at most 10 may be avoided; you wrote 11."),
        ("topics", "x" * 61, "Topics: “xxxxxxxxxxxxxxxxxxxx…” has 61 characters; a topic may have at most 60."),
        ("topics", "\u200b\u2060", "Topics: nothing can be seen there."),
        ("custom_instructions", "x" * 1001, "Wishes: at most 1000 characters are allowed; you wrote 1001."),
    ],
)
def test_a_persona_that_cannot_be_kept_names_field_and_limit(field: str, typed: str, sentence: str) -> None:
    fields = {name: getattr(ADA, name) for name in ADA.__slots__} | {field: typed}
    with pytest.raises(InvalidInput) as refused:
        check_persona(PersonaDraft(**fields))
    assert str(refused.value).startswith(sentence)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "x", "The name needs at least 2 characters."),
        ("nickname", "x" * 33, "The nickname may have at most 32 characters; yours has 33."),
        ("nickname", "staff", "The nickname must not be “staff”"),
        ("custom_pronouns", "x" * 41, "Pronouns: at most 40 characters are allowed; you wrote 41."),
        ("description", "x" * 1001, "About you: at most 1000 characters are allowed; you wrote 1001."),
        ("time_zone", "Mars/Olympus", "There is no time zone “Mars/Olympus”. Write one like Europe/Madrid"),
        ("time_zone", "../../etc/passwd", "There is no time zone “../../etc/passwd”."),
        ("time_zone", "x" * 4000, "There is no time zone “xxxx"),
        ("time_zone", "america", "There is no time zone “america”. Did you mean America/Adak, "),
    ],
)
def test_a_profile_that_cannot_be_kept_names_field_and_limit(field: str, typed: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_profile(ProfileDraft(**{field: typed}))
    assert str(refused.value).startswith(sentence)
    assert refused.value.field == field


def test_an_empty_profile_may_be_kept() -> None:
    assert check_profile(ProfileDraft(name=" ", nickname="\n")) == check_profile(ProfileDraft())


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("europe/madrid", "Europe/Madrid"),
        ("Madrid", "Europe/Madrid"),
        ("america/new york", "America/New_York"),
        ("utc", "UTC"),
        ("  ", None),
    ],
)
def test_time_zones_are_found_as_people_write_them(typed: str, name: str | None) -> None:
    assert clean_time_zone(typed) == name


@pytest.mark.parametrize("typed", ["0", "-3", "10001", "twelve", "1.5", "9" * 400, "１２"])
def test_an_age_is_a_number_of_years(typed: str) -> None:
    with pytest.raises(InvalidInput, match="Age: write a whole number from 1 to 10000"):
        clean_age(typed)


def test_ages_that_are_ages() -> None:
    assert (clean_age("1"), clean_age(" 10000 "), clean_age("")) == (1, 10_000, None)


topics = st.lists(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12),
    max_size=8,
    unique_by=lambda one: one.casefold(),
)


@given(topics, st.integers(0, 8))
def test_topics_come_back_as_they_were_written(words: list[str], split: int) -> None:
    liked, avoided = tuple(words[:split]), tuple(words[split:])
    kept = parse_topics(written_topics(liked, avoided))
    assert parse_topics(written_topics(*kept)) == kept
    assert len(kept[0]) + len(kept[1]) <= len(words)


@given(st.text(max_size=300))
def test_any_topics_are_kept_within_limits_or_refused(typed: str) -> None:
    try:
        liked, avoided = parse_topics(typed)
    except UserError:
        return
    for kind in (liked, avoided):
        assert len(kind) <= limits.TOPICS_MAX
        assert all(0 < len(topic) <= limits.TOPIC_MAX for topic in kind)
    folded = [topic.casefold() for topic in (*liked, *avoided)]
    assert len(set(folded)) == len(folded)


# ------------------------------------------------------------------------------------------------ personas


async def test_a_persona_keeps_every_field(database: Database, people: People, personas: Personas) -> None:
    made = await make(people, personas)
    picture = Picture(sha256="ab" * 32, png=b"PNG, not looked at here", side=64)
    async with people.at_work(ROBIN) as (robin, work):
        await personas.set_gender(work, robin, made.id, PersonaGender.FEMALE)
        await personas.set_pronouns(work, robin, made.id, Pronouns.SHE_THEY)
        await personas.set_details(work, robin, made.id, age="41", custom_pronouns="")
        await personas.picture(work, robin, made.id, picture)
    async with people.at_work(ROBIN) as (robin, work):
        kept = await personas.get(work, robin, made.id)
    assert kept == Persona(
        id=made.id,
        name="Captain Ada",
        description="Sails the inner sea",
        gender=PersonaGender.FEMALE,
        age=41,
        pronouns=Pronouns.SHE_THEY,
        custom_pronouns="",
        appearance="A scar over one eye",
        picture_sha256="ab" * 32,
        preferred_topics=("sailing", "maps"),
        avoided_topics=("spiders",),
        custom_instructions="Never call her ma'am",
        is_default=False,
        uses=0,
    )
    assert await personas.face(kept) == picture.png


async def test_pronouns_of_ones_own_go_and_come_with_their_words(people: People, personas: Personas) -> None:
    made = await make(people, personas)
    async with people.at_work(ROBIN) as (robin, work):
        with pytest.raises(InvalidInput, match="write your own, up to 40"):
            await personas.set_pronouns(work, robin, made.id, Pronouns.OTHER)
        own = await personas.set_details(work, robin, made.id, age="", custom_pronouns=" xe /  xem ")
        assert (own.pronouns, own.custom_pronouns) == (Pronouns.OTHER, "xe / xem")
        listed = await personas.set_pronouns(work, robin, made.id, Pronouns.ANY)
        assert (listed.pronouns, listed.custom_pronouns) == (Pronouns.ANY, "")
        kept = await personas.set_details(work, robin, made.id, age="", custom_pronouns="")
        assert kept.pronouns is Pronouns.ANY
        await personas.set_details(work, robin, made.id, age="", custom_pronouns="fae")
        none = await personas.set_details(work, robin, made.id, age="", custom_pronouns="")
        assert (none.pronouns, none.custom_pronouns) == (None, "")


async def test_one_name_once_and_so_many_at_most(people: People, personas: Personas) -> None:
    made = await make(people, personas)
    with pytest.raises(Conflict, match="already have a persona called “captain ada”"):
        await make(people, personas, name="captain ada")
    other = await make(people, personas, name="Juno")
    async with people.at_work(ROBIN) as (robin, work):
        with pytest.raises(Conflict):
            await personas.edit(work, robin, other.id, made.draft())
        assert (await personas.edit(work, robin, made.id, made.draft())).name == "Captain Ada"
    await make(people, personas, by=SASHA)
    for number in range(limits.PERSONAS_PER_PERSON - 2):
        await make(people, personas, name=f"Mask {number}")
    with pytest.raises(LimitReached, match="You have 50 personas"):
        await make(people, personas, name="One more")


async def test_the_list_has_the_default_first_and_pages(people: People, personas: Personas) -> None:
    for name in ("Zora", "ann", "Bea", *(f"Mask {number:02}" for number in range(7))):
        await make(people, personas, name=name)
    async with people.at_work(ROBIN) as (robin, work):
        zora = await personas.chosen(work, robin, "ZORA")
        await personas.default(work, robin, zora)
        first = await personas.page(work, robin)
        second = await personas.page(work, robin, 99)
    assert [one.name for one in first.personas][:3] == ["Zora", "ann", "Bea"]
    assert (first.total, first.last, second.number) == (10, 1, 1)
    assert len(first.personas) + len(second.personas) == 10
    assert [one.is_default for one in first.personas].count(True) == 1


async def test_suggestions_are_ones_own(people: People, personas: Personas) -> None:
    await make(people, personas)
    await make(people, personas, by=SASHA, name="Captain Bo")
    async with people.at_work(ROBIN) as (robin, work):
        assert [name for _, name in await personas.find(work, robin, "cap")] == ["Captain Ada"]
        assert await personas.find(work, robin, "bo") == ()
        for typed in ("Captain Bo", "", "\u200b", "x" * 6000):
            with pytest.raises(NotFound, match="You have no such persona"):
                await personas.chosen(work, robin, typed)


async def test_another_persons_persona_is_not_there(people: People, personas: Personas) -> None:
    made = await make(people, personas)
    async with people.at_work(SASHA) as (sasha, work):
        for act in (
            personas.get(work, sasha, made.id),
            personas.edit(work, sasha, made.id, ADA),
            personas.set_gender(work, sasha, made.id, PersonaGender.MALE),
            personas.set_pronouns(work, sasha, made.id, None),
            personas.set_details(work, sasha, made.id, age="1", custom_pronouns=""),
            personas.use(work, sasha, 500, made.id),
            personas.default(work, sasha, made.id),
            personas.delete(work, sasha, made.id),
        ):
            with pytest.raises(NotFound):
                await act
        # Even in its owner's name nothing is read: the database goes by who acts.
        robin = await people.arrive(ROBIN)
        with pytest.raises(NotFound):
            await personas.get(work, robin, made.id)


# ------------------------------------------------------------------------------------------------ worn


async def test_a_persona_is_worn_per_conversation_and_the_change_is_recorded(
    database: Database, people: People, personas: Personas
) -> None:
    here, there = await talk(database, people), await talk(database, people, channel_id=501)
    ada, juno = await make(people, personas), await make(people, personas, name="Juno")
    assert (await known(database, people, here)).name == "Robin"
    async with people.at_work(ROBIN) as (robin, work):
        await personas.use(work, robin, 500, ada.id)
    assert (await known(database, people, here)).persona_id == ada.id
    assert (await known(database, people, there)).name == "Robin"
    async with people.at_work(ROBIN) as (robin, work):
        await personas.use(work, robin, 500, juno.id)
        assert await personas.worn(work, robin, 500) == juno.id
        assert await personas.worn(work, robin, 501) is None
    assert (await known(database, people, here)).name == "Juno"
    async with people.at_work(ROBIN) as (robin, work):
        await personas.use(work, robin, 500, None)
        changes = await work.session.execute(
            text("SELECT persona_id FROM persona_choices WHERE conversation_id = :here ORDER BY id"), {"here": here}
        )
        assert [row[0] for row in changes] == [ada.id, juno.id, None]
    assert (await known(database, people, here)).name == "Robin"


async def test_a_default_is_worn_where_nothing_was_chosen(
    database: Database, people: People, personas: Personas
) -> None:
    here = await talk(database, people)
    ada, juno = await make(people, personas), await make(people, personas, name="Juno")
    async with people.at_work(ROBIN) as (robin, work):
        await personas.default(work, robin, ada.id)
    assert (await known(database, people, here)).name == "Captain Ada"
    async with people.at_work(ROBIN) as (robin, work):
        await personas.default(work, robin, juno.id)
    assert (await known(database, people, here)).name == "Juno"
    async with people.at_work(ROBIN) as (robin, work):
        await personas.use(work, robin, 500, None)
    assert (await known(database, people, here)).name == "Robin"
    async with people.at_work(ROBIN) as (robin, work):
        assert await personas.default(work, robin, None) is None
        await personas.use(work, robin, 500, juno.id)
    assert (await known(database, people, here)).name == "Juno"


async def test_a_deleted_persona_does_not_put_on_the_one_before_it(
    database: Database, people: People, personas: Personas
) -> None:
    here = await talk(database, people)
    ada, juno = await make(people, personas), await make(people, personas, name="Juno")
    async with people.at_work(ROBIN) as (robin, work):
        await personas.use(work, robin, 500, ada.id)
        await personas.use(work, robin, 500, juno.id)
    async with people.at_work(ROBIN) as (robin, work):
        assert await personas.delete(work, robin, juno.id) == "Juno"
    assert (await known(database, people, here)).name == "Robin"
    async with people.at_work(ROBIN) as (robin, work):
        with pytest.raises(NotFound):
            await personas.get(work, robin, juno.id)


async def test_no_persona_where_nobody_talks_or_where_it_passes_for_somebody(
    database: Database, people: People, personas: Personas
) -> None:
    ada = await make(people, personas)
    async with people.at_work(ROBIN) as (robin, work):
        with pytest.raises(NotFound, match="No conversation goes on in this channel yet"):
            await personas.use(work, robin, 500, ada.id)
    here = await talk(database, people)
    async with people.at_work(ROBIN) as (robin, work):
        for act in (
            personas.use(work, robin, 500, ada.id, taken=("Bo", "CAPTA1N ADA")),
            personas.default(work, robin, ada.id, taken=("captain àda",)),
        ):
            with pytest.raises(InvalidInput, match=r"would look like “.*”, who is really here"):
                await act
    assert (await known(database, people, here)).name == "Robin"


# ------------------------------------------------------------------------------------------------ what a turn knows


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": "Juno"}, {"name": "Juno"}),
        ({"description": "A cook"}, {"description": "A cook"}),
        ({"appearance": "Very tall"}, {"appearance": "Very tall"}),
        ({"topics": "tea"}, {"preferred_topics": ("tea",), "avoided_topics": ()}),
        ({"topics": "sailing, maps\n- bees"}, {"avoided_topics": ("bees",)}),
        ({"custom_instructions": "Speak slowly"}, {"custom_instructions": "Speak slowly"}),
    ],
)
async def test_each_word_of_a_persona_reaches_its_owners_turn(
    database: Database, people: People, personas: Personas, change: dict[str, str], expected: dict[str, object]
) -> None:
    before, after = await both(database, people, personas, change)
    assert {name for name in Asker.__slots__ if getattr(before, name) != getattr(after, name)} == set(expected) | {
        "persona_id"
    }
    assert {name: getattr(after, name) for name in expected} == expected


async def both(database: Database, people: People, personas: Personas, change: dict[str, str]) -> tuple[Asker, Asker]:
    """The asker without and with a change of one field."""
    here = await talk(database, people)
    one = await make(people, personas)
    async with people.at_work(ROBIN) as (robin, work):
        await personas.default(work, robin, one.id)
    before = await known(database, people, here)
    async with people.at_work(ROBIN) as (robin, work):
        await personas.delete(work, robin, one.id)
    other = await make(people, personas, **change)
    async with people.at_work(ROBIN) as (robin, work):
        await personas.default(work, robin, other.id)
    return before, await known(database, people, here)


@pytest.mark.parametrize(
    ("gender", "words"),
    [
        (PersonaGender.MALE, "male"),
        (PersonaGender.FEMALE, "female"),
        (PersonaGender.NON_BINARY, "non-binary"),
        (PersonaGender.OTHER, "another gender than male or female"),
        (PersonaGender.UNSPECIFIED, ""),
    ],
)
async def test_genders_in_words(
    database: Database, people: People, personas: Personas, gender: PersonaGender, words: str
) -> None:
    here, made = await talk(database, people), await make(people, personas)
    async with people.at_work(ROBIN) as (robin, work):
        await personas.default(work, robin, made.id)
        await personas.set_gender(work, robin, made.id, gender)
    assert (await known(database, people, here)).gender == words


@pytest.mark.parametrize(
    ("pronouns", "words"),
    [
        (Pronouns.HE_HIM, "he/him"),
        (Pronouns.SHE_HER, "she/her"),
        (Pronouns.THEY_THEM, "they/them"),
        (Pronouns.HE_THEY, "he/they"),
        (Pronouns.SHE_THEY, "she/they"),
        (Pronouns.ANY, "any pronouns"),
        (None, ""),
    ],
)
async def test_pronouns_in_words(
    database: Database, people: People, personas: Personas, pronouns: Pronouns | None, words: str
) -> None:
    here, made = await talk(database, people), await make(people, personas)
    async with people.at_work(ROBIN) as (robin, work):
        await personas.use(work, robin, 500, made.id)
        await personas.set_pronouns(work, robin, made.id, pronouns)
        await personas.set_details(work, robin, made.id, age="30", custom_pronouns="")
        await Profiles().set_pronouns(work, robin, pronouns)
    assert (await known(database, people, here)).pronouns == words
    assert (await known(database, people, here)).age == 30
    async with people.at_work(ROBIN) as (robin, work):
        await personas.use(work, robin, 500, None)
    assert (await known(database, people, here)).pronouns == words


@pytest.mark.parametrize(
    ("draft", "changed"),
    [
        (ProfileDraft(name="Roberta"), {"name": "Roberta"}),
        (ProfileDraft(nickname="Bo"), {"name": "Bo"}),
        (ProfileDraft(name="Roberta", nickname="Bo"), {"name": "Bo"}),
        (ProfileDraft(custom_pronouns="xe/xem"), {"pronouns": "xe/xem"}),
        (ProfileDraft(description="Likes rain"), {"description": "Likes rain"}),
        (ProfileDraft(time_zone="Europe/Madrid"), {"time_zone": "Europe/Madrid"}),
    ],
)
async def test_each_word_of_a_profile_reaches_its_owners_turn(
    database: Database, people: People, draft: ProfileDraft, changed: dict[str, object]
) -> None:
    here = await talk(database, people)
    before = await known(database, people, here)
    assert before == Asker("Robin")
    async with people.at_work(ROBIN) as (robin, work):
        kept = await Profiles().edit(work, robin, draft)
    assert kept.draft() == draft
    after = await known(database, people, here)
    assert {
        name: getattr(after, name) for name in Asker.__slots__ if getattr(before, name) != getattr(after, name)
    } == (changed)


async def test_a_profile_is_kept_changed_and_forgotten(database: Database, people: People) -> None:
    profiles, here = Profiles(), await talk(database, people)
    async with people.at_work(ROBIN) as (robin, work):
        assert await profiles.get(work, robin) == Profile()
        await profiles.set_language(work, robin, "es")
        await profiles.set_pronouns(work, robin, Pronouns.HE_HIM)
        both = await profiles.edit(work, robin, ProfileDraft(nickname="Bo"))
        assert (both.language, both.pronouns, both.nickname) == ("es", Pronouns.HE_HIM, "Bo")
        with pytest.raises(InvalidInput, match="There is no language “tlh” here"):
            await profiles.set_language(work, robin, "tlh")
        with pytest.raises(InvalidInput, match="write your own"):
            await profiles.set_pronouns(work, robin, Pronouns.OTHER)
    assert (await known(database, people, here)).language == "es"
    async with people.at_work(ROBIN) as (robin, work):
        assert await profiles.clear(work, robin)
        assert not await profiles.clear(work, robin)
    assert await known(database, people, here) == Asker("Robin")


async def test_a_mask_hides_the_person_but_for_clock_and_language(
    database: Database, people: People, personas: Personas
) -> None:
    here, made = await talk(database, people), await make(people, personas)
    async with people.at_work(ROBIN) as (robin, work):
        draft = ProfileDraft("Roberta", "Bo", "xe/xem", "Likes rain", "Asia/Tokyo")
        await Profiles().edit(work, robin, draft)
        await Profiles().set_language(work, robin, "es")
        await personas.use(work, robin, 500, made.id)
    worn = await known(database, people, here)
    assert (worn.name, worn.pronouns, worn.description) == ("Captain Ada", "", "Sails the inner sea")
    assert (worn.time_zone, worn.language) == ("Asia/Tokyo", "es")


# ------------------------------------------------------------------------------------------------ whose it is


async def test_nobody_elses_work_reads_a_persona_or_a_profile(
    database: Database, people: People, personas: Personas
) -> None:
    here, made = await talk(database, people), await make(people, personas)
    async with people.at_work(ROBIN) as (robin, work):
        await personas.default(work, robin, made.id)
        await Profiles().edit(work, robin, ProfileDraft(nickname="Bo"))
    sasha = await people.arrive(SASHA)
    for actor, sees in (
        (Actor.user(robin), (1, 1)),
        (Actor.turn(here, robin), (1, 1)),
        (Actor.user(sasha), (0, 0)),
        (Actor.admin(sasha), (0, 0)),
        (Actor.turn(here, sasha), (0, 0)),
        (Actor.turn(here), (0, 0)),
        (Actor.job("anything"), (0, 0)),
    ):
        async with database.work(actor) as work:
            counts = [
                await work.session.scalar(text(f"SELECT count(*) FROM {table}")) for table in ("personas", "profiles")
            ]
            assert tuple(counts) == sees, actor
            if sees == (0, 0):
                assert (await asker_of(await work.direct(), robin, here)).persona_id is None
    assert await known(database, people, here, SASHA) == Asker("Sasha")


async def test_somebody_who_is_gone_is_somebody(database: Database, people: People) -> None:
    here = await talk(database, people)
    async with database.work(Actor.turn(here)) as work:
        assert (await asker_of(await work.direct(), uuid4(), here)).name == "Somebody"


# ------------------------------------------------------------------------------------------------ language


async def test_a_chosen_language_is_remembered_and_looked_up_again(database: Database) -> None:
    clock = FakeClock()
    here, there = People(database, clock), People(database, clock)
    async with here.at_work(ROBIN) as (robin, work):
        await Profiles().set_language(work, robin, "es")
    here.speaks(ROBIN.discord_id, "es")
    assert here.language(ROBIN.discord_id) == "es"
    assert there.language(ROBIN.discord_id) is None
    async with there.at_work(ROBIN):
        assert there.language(ROBIN.discord_id) == "es"
    async with here.at_work(ROBIN) as (robin, work):
        await Profiles().set_language(work, robin, None)
    async with there.at_work(ROBIN):
        assert there.language(ROBIN.discord_id) == "es"
    await clock.advance(601)
    async with there.at_work(ROBIN):
        assert there.language(ROBIN.discord_id) is None
