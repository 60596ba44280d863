"""Characters on a real Postgres."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from bot import limits
from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound
from bot.services.characters.pictures import Picture, decode
from db.engine import create_engine
from db.queries.characters import suggestions_statement
from tests.services.stagecraft import ROBIN, SASHA, Program, draft, make
from tests.services.test_services_pictures import drawn
from tests.services.test_services_turns import rows


async def publish(program: Program) -> None:
    await rows(program, "UPDATE characters SET visibility = 'public', published_at = now() RETURNING 1")


async def test_one_finds_ones_own_and_public_ones_by_the_beginning_of_a_name(program: Program) -> None:
    await make(program, name="Mira Vale")
    await publish(program)
    await make(program, name="Mirabel", by=SASHA)
    await make(program, name="Miroslav", by=ROBIN)
    async with program.people.at_work(SASHA) as (sasha, work):
        found = await program.characters.find(work, sasha, "MIR")
        assert [(one.name, one.is_own) for one in found] == [("Mirabel", True), ("Mira Vale", False)]
        assert [one.name for one in await program.characters.find(work, sasha, "míra v")] == ["Mira Vale"]
        assert len(await program.characters.find(work, sasha, "")) == 2
        assert await program.characters.find(work, sasha, "vale") == ()
        assert await program.characters.chosen(work, sasha, "mira vale") == found[1].id
        with pytest.raises(NotFound):
            await program.characters.chosen(work, sasha, "mir")
        with pytest.raises(NotFound):
            await program.characters.chosen(work, sasha, "Miroslav")


async def test_suggestions_are_ranges_of_an_index(program: Program) -> None:
    """House rule 17: within 300 ms at 100,000 rows. The plan is looked at, not the clock."""
    robin = await program.people.arrive(ROBIN)
    statement = """INSERT INTO characters (id, owner_id, name, slug, visibility, published_at)
        SELECT gen_random_uuid(), '{owner}', 'N ' || n, 'n-' || md5(n::text), 'public', now()
        FROM generate_series(1, 9999) n
        RETURNING 1"""
    await rows(program, statement.format(owner=await program.people.arrive(SASHA)))
    engine = create_engine(program.database.url, as_owner=True)
    async with engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("ANALYZE characters"))
    await engine.dispose()
    query = suggestions_statement(robin, "n-abc", limit=25)
    written = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    async with program.people.at_work(ROBIN) as (_, work):
        plan = "\n".join(await work.session.scalars(text(f"EXPLAIN {written}".replace(":", r"\:"))))
    assert "Seq Scan" not in plan
    assert "ix_characters_public_slug" in plan


async def test_a_person_has_only_so_many_characters(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHARACTERS_PER_PERSON", 2)
    await make(program, name="One 1")
    await make(program, name="Two 2")
    with pytest.raises(LimitReached):
        await make(program, name="Three 3")
    await make(program, name="One 1", by=SASHA)


async def test_two_forms_at_once_make_one_character(program: Program) -> None:
    done = await asyncio.gather(*(make(program, name="Mira") for _ in range(4)), return_exceptions=True)
    assert len([one for one in done if isinstance(one, Conflict)]) == 3
    assert await rows(program, "SELECT count(*) FROM characters") == [(1,)]


async def test_what_was_typed_is_what_is_kept(program: Program) -> None:
    await make(program, name="Mira", greeting="Hi, {{user}}", examples="You: a\nMira: b")
    assert await rows(program, "SELECT greeting, examples, phrases, visibility, is_demo FROM characters") == [
        ("Hi, {{user}}", [{"user": "a", "character": "b"}], [], "private", False)
    ]


async def test_a_refused_character_leaves_nothing(program: Program) -> None:
    picture = decode(drawn("PNG"))
    async with program.people.at_work(ROBIN) as (robin, work):
        with pytest.raises(InvalidInput):
            await program.characters.create(work, robin, draft("Clyde"), picture=picture)
    assert await rows(program, "SELECT count(*) FROM media") == [(0,)]
    assert program.characters.pictures.path(picture.sha256) is None


async def test_a_picture_is_its_owners_to_change(program: Program) -> None:
    mira = await make(program)
    await publish(program)
    picture: Picture = decode(drawn("PNG"))
    async with program.people.at_work(SASHA) as (sasha, work):
        with pytest.raises(NotAllowed):
            await program.characters.wear(work, sasha, mira, picture)
    for _ in range(2):
        async with program.people.at_work(ROBIN) as (robin, work):
            assert (await program.characters.wear(work, robin, mira, picture)).picture_sha256 == picture.sha256
    assert await rows(program, "SELECT count(*) FROM media") == [(1,)]


async def test_the_same_person_is_recognised_and_brought_up_to_date(program: Program) -> None:
    first = await program.people.arrive(ROBIN)
    assert await program.people.arrive(ROBIN) == first
    assert await program.people.arrive(replace(ROBIN, display_name="Robin the Bold", locale="es-ES")) == first
    assert await program.people.arrive(replace(ROBIN, display_name="Robin the Bold")) == first
    assert await rows(program, "SELECT display_name, locale FROM users WHERE discord_id = 101") == [
        ("Robin the Bold", "es-ES")
    ]
