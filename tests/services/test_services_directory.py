"""Publishing, finding, liking, deleting and having back, on a real Postgres."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import pytest

from bot import limits
from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound, UserError
from bot.ports import Caller
from bot.services.characters import CharacterDraft, DetailsDraft
from bot.services.characters.directory import Search, Shelf, Sort
from bot.texts import Say
from db import functions
from db.work import Actor
from tests.services.stagecraft import PARLOUR, ROBIN, SASHA, TAVERN, Program, draft, make, said, summon
from tests.services.test_services_turns import rows

ALEX = Caller(103, "alex", "Alex")
KIM = Caller(104, "kim", "Kim")


async def publish(program: Program, one: UUID, *, by: Caller = ROBIN, tags: str = "", is_adult: bool = False) -> None:
    async with program.people.at_work(by) as (user_id, work):
        await program.characters.publish(work, user_id, one, is_adult=is_adult)
        await program.characters.tag(work, user_id, one, tags)


async def found(program: Program, by: Caller = SASHA, **search: object) -> list[str]:
    async with program.people.at_work(by) as (user_id, work):
        page = await program.characters.directory.discover(work, user_id, Search(**search))  # type: ignore[arg-type]
    return [one.name for one in page.characters]


async def like(program: Program, one: UUID, people: Iterable[Caller]) -> None:
    for caller in people:
        async with program.people.at_work(caller) as (user_id, work):
            await program.characters.directory.like(work, user_id, one)


async def test_the_directory_finds_by_words_tags_and_beginnings_whatever_the_accent(program: Program) -> None:
    for name, description, tags in (
        ("Zoë Märta", "Keeper of the Lantern Archive", "cozy, mystery"),
        ("Juno", "A fox who carries the post", "sky, cozy"),
        ("Tock", "A brass gardener", "space"),
    ):
        async with program.people.at_work(ROBIN) as (robin, work):
            made = await program.characters.create(work, robin, CharacterDraft(name, description, f"You are {name}."))
        await publish(program, made.id, tags=tags)
    await make(program, name="Zoetrope", by=ALEX)  # private
    assert await found(program, words="ZOE") == ["Zoë Märta"]
    assert await found(program, words="lant") == ["Zoë Märta"]
    assert await found(program, words="fox post") == ["Juno"]
    assert await found(program, words="fox lantern") == []
    assert await found(program, words="spac") == ["Tock"]
    assert set(await found(program, tag="Cozy")) == {"Zoë Märta", "Juno"}
    assert await found(program, tag="cozy", words="fox") == ["Juno"]
    assert await found(program, words="!!! ' | & :*") == []
    assert await found(program, words="' OR 1=1; --") == []
    assert len(await found(program)) == 3
    async with program.people.at_work(SASHA) as (_, work):
        assert await program.characters.directory.tags(work, "") == ("cozy", "mystery", "sky", "space")
        assert await program.characters.directory.tags(work, "S") == ("sky", "space")
        assert await program.characters.directory.tags(work, "%") == await program.characters.directory.tags(work, "")


async def test_popular_newest_and_best_rated_come_first(program: Program) -> None:
    ids = {}
    for number, name in enumerate(("Mira", "Juno", "Tock")):
        ids[name] = await make(program, name=name)
        await publish(program, ids[name])
        await rows(
            program,
            f"UPDATE characters SET published_at = now() + interval '{number} h' WHERE id = '{ids[name]}' RETURNING 1",
        )
    await like(program, ids["Juno"], (SASHA, ALEX))
    await like(program, ids["Mira"], (SASHA,))
    assert await found(program, sort=Sort.POPULAR) == ["Juno", "Mira", "Tock"]
    assert await found(program, sort=Sort.NEWEST) == ["Tock", "Juno", "Mira"]
    await rate(program, ids["Mira"], (5, 5, 4))
    await rate(program, ids["Tock"], (5, 5))  # of two people only: nobody's to see
    assert await found(program, sort=Sort.RATED) == ["Mira", "Tock", "Juno"]
    async with program.people.at_work(SASHA) as (sasha, work):
        opinion = await program.characters.directory.opinion(work, sasha, ids["Mira"])
        assert (opinion.stars, opinion.raters, opinion.likes) == (4.7, 3, 1)
        assert (await program.characters.directory.opinion(work, sasha, ids["Tock"])).stars is None


async def rate(program: Program, one: UUID, stars: Iterable[int]) -> None:
    """Ratings as replies earn them, written past the road."""
    for person, given in zip((SASHA, ALEX, KIM), stars, strict=False):
        user = await program.people.arrive(person)
        await rows(
            program,
            f"""WITH c AS (INSERT INTO conversations (id, owner_id, channel_id, webhook_channel_id, kind, status)
                    VALUES (gen_random_uuid(), '{user}', 1, 1, 'single', 'archived') RETURNING id),
                t AS (INSERT INTO turns
                    (id, conversation_id, character_id, asker_id, trigger_message_id, state, boot_id)
                    SELECT gen_random_uuid(), id, '{one}', '{user}', {person.discord_id}, 'sent',
                           gen_random_uuid() FROM c RETURNING id)
                INSERT INTO ratings (id, user_id, turn_id, character_id, stars)
                SELECT gen_random_uuid(), '{user}', t.id, '{one}', {given} FROM t RETURNING 1""",
        )


async def test_likes_and_favorites_are_counted_from_rows_and_taken_back(program: Program) -> None:
    mira = await make(program)
    directory = program.characters.directory
    async with program.people.at_work(SASHA) as (sasha, work):
        for refused in (directory.like, directory.favorite):
            with pytest.raises(NotFound):
                await refused(work, sasha, mira)
    await publish(program, mira)
    async with program.people.at_work(ROBIN) as (robin, work):
        with pytest.raises(NotAllowed):
            await directory.like(work, robin, mira)
        assert (await directory.favorite(work, robin, mira)).favorites == 1
    await like(program, mira, (SASHA, ALEX))
    async with program.people.at_work(SASHA) as (sasha, work):
        kept = await directory.favorite(work, sasha, mira)
        assert (kept.likes, kept.favorites, kept.is_liked, kept.is_favorite) == (2, 2, True, True)
        page = await directory.page(work, sasha, shelf=Shelf.FAVORITES)
        assert [(one.character.name, one.likes) for one in page.entries] == [("Mira", 2)]
        gone = await directory.like(work, sasha, mira)
        assert (gone.likes, gone.is_liked, gone.is_favorite) == (1, False, True)
        await directory.favorite(work, sasha, mira)
    assert await rows(program, "SELECT liked, favorited FROM character_reactions ORDER BY liked") == [
        (False, True),
        (True, False),
    ]


async def test_two_presses_at_once_leave_one_row(program: Program) -> None:
    mira = await make(program)
    await publish(program, mira)
    await asyncio.gather(*(like(program, mira, (SASHA,)) for _ in range(3)))
    counted = await rows(program, "SELECT count(*) FROM character_reactions")
    assert counted in ([(0,)], [(1,)])


async def test_lists_are_searched_and_turned(program: Program) -> None:
    await make(program, name="Mira")
    fox = await make(program, name="Fox", by=SASHA)
    await publish(program, fox, by=SASHA)
    async with program.people.at_work(ROBIN) as (robin, work):
        directory = program.characters.directory

        async def names(**more: object) -> list[str]:
            return [one.name for one in (await directory.page(work, robin, **more)).characters]  # type: ignore[arg-type]

        assert await names() == ["Mira", "Fox"]
        assert await names(shelf=Shelf.OWN) == ["Mira"]
        assert await names(words="lantern") == ["Mira", "Fox"]
        assert await names(words="fo") == ["Fox"]
        assert await names(shelf=Shelf.OWN, words="fo") == []
        assert await names(number=99) == ["Mira", "Fox"]


async def test_adults_are_shown_to_adults_only(program: Program) -> None:
    mira = await make(program)
    await publish(program, mira, is_adult=True, tags="night")
    assert await found(program) == []
    assert await found(program, adults=True) == ["Mira"]
    async with program.people.at_work(SASHA) as (sasha, work):
        characters = program.characters
        assert await characters.find(work, sasha, "mi") == ()
        assert len(await characters.find(work, sasha, "mi", adults=True)) == 1
        assert await characters.directory.tags(work, "") == ()
        assert (await characters.directory.page(work, sasha)).total == 0
        with pytest.raises(NotAllowed):
            await characters.card(work, sasha, mira, adults=False)
        assert (await characters.card(work, sasha, mira, adults=True)).character.is_adult
    async with program.people.at_work(ROBIN) as (robin, work):
        assert (await program.characters.card(work, robin, mira, adults=False)).behind is not None
        assert len(await program.characters.find(work, robin, "mi")) == 1


async def test_what_is_behind_a_character_is_its_makers_alone(program: Program) -> None:
    mira = await make(program)
    await publish(program, mira)
    async with program.people.at_work(SASHA) as (sasha, work):
        card = await program.characters.card(work, sasha, mira)
        assert (card.behind, card.maker, card.maker_id) == (None, "Robin", 101)
        for refused in (program.characters.draft_of, program.characters.details_of, program.characters.delete):
            with pytest.raises(NotAllowed):
                await refused(work, sasha, mira)
        for change in (
            program.characters.edit(work, sasha, mira, draft()),
            program.characters.detail(work, sasha, mira, DetailsDraft()),
            program.characters.choose(work, sasha, mira, "tone", "wise"),
            program.characters.greet(work, sasha, mira, "Boo"),
            program.characters.tag(work, sasha, mira, "boo"),
            program.characters.reserve(work, sasha, mira, is_adult=True),
            program.characters.speak_with(work, sasha, mira, temperature=1),
            program.characters.speak_as_the_house(work, sasha, mira),
            program.characters.publish(work, sasha, mira, is_adult=True),
            program.characters.unpublish(work, sasha, mira),
        ):
            with pytest.raises(NotAllowed):
                await change
        with pytest.raises(NotFound):
            await program.characters.restore(work, sasha, mira)
    async with program.people.at_work(ROBIN) as (robin, work):
        behind = (await program.characters.card(work, robin, mira)).behind
        assert behind is not None
        assert behind.instructions == "You are Mira."


async def test_a_character_needs_a_description_before_it_is_published_and_after(program: Program) -> None:
    async with program.people.at_work(ROBIN) as (robin, work):
        bare = await program.characters.create(work, robin, CharacterDraft("Bare", "", "You are bare."))
        with pytest.raises(InvalidInput) as refused:
            await program.characters.publish(work, robin, bare.id, is_adult=False)
        assert "Description: a published character needs it" in Say().error(refused.value)
        await program.characters.edit(work, robin, bare.id, CharacterDraft("Bare", "Somebody", "You are bare."))
        published = await program.characters.publish(work, robin, bare.id, is_adult=False)
        assert published.published_at is not None
        again = await program.characters.publish(work, robin, bare.id, is_adult=True)
        assert again.published_at == published.published_at
        with pytest.raises(InvalidInput):
            await program.characters.edit(work, robin, bare.id, CharacterDraft("Bare", "", "You are bare."))


async def test_a_new_name_makes_a_new_slug_and_meets_no_namesake(program: Program) -> None:
    mira, _ = await make(program, name="Mira"), await make(program, name="Juno")
    async with program.people.at_work(ROBIN) as (robin, work):
        renamed = await program.characters.edit(work, robin, mira, draft("Mira Vale"))
        assert renamed.slug == "mira-vale"
        with pytest.raises(Conflict):
            await program.characters.edit(work, robin, mira, draft("JUNO"))
        assert (await program.characters.edit(work, robin, mira, draft("MIRA VALE"))).name == "MIRA VALE"


# ------------------------------------------------------------------------------------------------ deleted


async def test_a_deleted_character_leaves_its_channels_and_can_be_had_back(program: Program) -> None:
    mira = await make(program, greeting="")
    await publish(program, mira)
    await summon(program, mira, by=SASHA)
    await summon(program, mira, by=SASHA, place=PARLOUR)
    robin = await program.people.arrive(ROBIN)
    gone = await program.farewells.delete(robin, mira)
    assert gone.name == "Mira"
    assert program.turns.listeners(TAVERN.channel_id) == ()
    assert not await program.turns.hear(said("Mira?", by=SASHA))
    assert {channel for channel, _, text in program.channels.remarks if "has left" in text} == {500, 501}
    assert await rows(program, "SELECT status, count(*) FROM conversations GROUP BY 1") == [("archived", 2)]
    assert await found(program) == []
    async with program.people.at_work(SASHA) as (sasha, work):
        for looked in (program.characters.get(work, mira), program.characters.card(work, sasha, mira)):
            with pytest.raises(NotFound):
                await looked
        with pytest.raises(NotFound):
            await program.characters.restore(work, sasha, mira)
    async with program.people.at_work(ROBIN) as (robin, work):
        assert [one.name for one in await program.characters.deleted(work, robin)] == ["Mira"]
        assert await program.characters.chosen_deleted(work, robin, "mira") == mira
        back = await program.characters.restore(work, robin, mira)
        assert back.is_public
        assert await program.characters.deleted(work, robin) == ()
    assert program.turns.listeners(TAVERN.channel_id) == ()
    await summon(program, mira, by=SASHA)
    assert len(program.turns.listeners(TAVERN.channel_id)) == 1


async def test_a_deleted_name_is_kept_for_a_day_and_free_after(program: Program) -> None:
    mira = await make(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.delete(work, robin, mira)
        assert await program.characters.find(work, robin, "mi") == ()
        with pytest.raises(Conflict) as refused:
            await program.characters.create(work, robin, draft("Mira"))
        assert "/character restore" in Say().error(refused.value)
    await rows(program, "UPDATE characters SET deleted_at = deleted_at - interval '25 hours' RETURNING 1")
    async with program.people.at_work(ROBIN) as (robin, work):
        with pytest.raises(NotFound):
            await program.characters.restore(work, robin, mira)
        assert await program.characters.deleted(work, robin) == ()
    async with program.database.work(Actor.job("retention")) as work:
        assert await functions.purge_deleted_characters(work.session, program.clock.now() + timedelta(days=9999)) == 1
    await make(program, name="Mira")


async def test_nobody_has_more_characters_back_than_one_can_have(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CHARACTERS_PER_PERSON", 1)
    mira = await make(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.delete(work, robin, mira)
    await make(program, name="Juno")
    async with program.people.at_work(ROBIN) as (robin, work):
        with pytest.raises(LimitReached):
            await program.characters.restore(work, robin, mira)


async def test_nobody_enters_who_would_pass_for_somebody_there(program: Program) -> None:
    async with program.people.at_work(ROBIN) as (robin, work):
        made = await program.characters.create(work, robin, draft("Alexandra"))
        nicknamed = await program.characters.create(work, robin, draft("Somebody"))
        nicknamed = await program.characters.detail(work, robin, nicknamed.id, DetailsDraft("Sandy"))
    for one, taken in ((made, "АLЕХANDRА"), (nicknamed, "SANDY")):
        with pytest.raises(Conflict):
            program.characters.refuse_entry(one, taken=("Kim", taken), is_age_restricted=False)
    program.characters.refuse_entry(made, taken=("Alexander",), is_age_restricted=False)


async def test_what_other_peoples_functions_tell_of_private_characters_is_nothing(program: Program) -> None:
    mira = await make(program)
    await summon(program, mira)
    async with program.people.at_work(SASHA) as (_, work):
        assert await functions.makers_of(work.session, [mira]) == {}
        assert await functions.places_of_character(work.session, mira) == []
        assert await functions.announce_character(work.session, mira) == 0
        assert await functions.reaction_counts(work.session, [mira]) == {}
    async with program.people.at_work(ROBIN) as (_, work):
        assert len(await functions.places_of_character(work.session, mira)) == 1
        assert await functions.announce_character(work.session, mira) == 1
        assert (await functions.makers_of(work.session, [mira]))[mira].display_name == "Robin"


async def test_refusals_read_as_sentences(program: Program) -> None:
    told: list[str] = []
    async with program.people.at_work(ROBIN) as (robin, work):
        for refused in (
            program.characters.restore(work, robin, robin),
            program.characters.get(work, robin),
            program.characters.chosen_deleted(work, robin, "x" * 6000),
        ):
            with pytest.raises(UserError) as error:
                await refused
            told.append(Say().error(error.value))
    assert all(one.endswith(".") and "{" not in one for one in told)
