"""What lists are sorted by is kept beside what it counts: popularity, stars, followers, whoever does what."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from bot import limits
from bot.ports import Caller
from bot.services.people import People
from db.engine import create_engine
from db.ids import new_id
from db.queries import characters as queries
from db.security_creators import COUNTED
from db.work import Actor, Database

TRUTH = {
    "characters.popularity": """
        SELECT c.id, c.popularity, (SELECT count(*) FROM character_reactions AS r WHERE r.character_id = c.id)
        FROM characters AS c""",
    "characters.rating": """
        SELECT c.id, c.rating, coalesce((SELECT round(avg(r.stars) * 10000) FROM ratings AS r
            WHERE r.character_id = c.id HAVING count(DISTINCT r.user_id) >= 3), 0) FROM characters AS c""",
    "creators.followers": """
        SELECT k.id, k.followers, (SELECT count(*) FROM follows AS f WHERE f.creator_id = k.id) FROM creators AS k""",
}


def test_lists_count_as_far_as_the_limit_says() -> None:
    assert limits.COUNTED_MOST + 1 == COUNTED


async def _true(url: str) -> dict[str, list[int]]:
    """Each number as it stands, held to what it counts."""
    engine = create_engine(url, as_owner=True)
    found: dict[str, list[int]] = {}
    try:
        async with engine.connect() as connection:
            for name, statement in TRUTH.items():
                rows = (await connection.execute(text(statement))).all()
                assert all(kept == true for _, kept, true in rows), (name, rows)
                found[name] = [kept for _, kept, _ in rows]
    finally:
        await engine.dispose()
    return found


async def _owner(url: str, statement: str, **values: object) -> None:
    engine = create_engine(url, as_owner=True)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(statement), values)
    finally:
        await engine.dispose()


async def test_the_numbers_follow_what_people_do(database: Database, owner_url: str) -> None:
    people = People(database)
    robin, *others = [await people.arrive(Caller(one, f"p{one}", f"P {one}")) for one in range(1, 6)]
    character, creator, turns = new_id(), new_id(), [new_id() for _ in others]
    await _owner(
        owner_url,
        "INSERT INTO characters (id, owner_id, name, slug, visibility) VALUES (:id, :owner, 'Mira', 'mira', 'public')",
        id=character, owner=robin,
    )  # fmt: skip
    await _owner(
        owner_url,
        "INSERT INTO creators (id, user_id, username, username_looks, display_name)"
        " VALUES (:id, :owner, 'robin', 'robin', 'Robin')", id=creator, owner=robin,
    )  # fmt: skip

    async def react(who: UUID, **how: bool) -> None:
        async with database.work(Actor.user(who)) as work:
            await queries.react(work.session, who, character, **how)

    for who in others:
        await react(who, liked=True)
        await react(who, favorited=True)
    assert (await _true(owner_url))["characters.popularity"] == [4]
    await react(others[0], liked=False)
    assert (await _true(owner_url))["characters.popularity"] == [4], "still kept among the favourites"
    await react(others[0], favorited=False)
    assert (await _true(owner_url))["characters.popularity"] == [3]

    for who in others:
        async with database.work(Actor.user(who)) as work:
            await work.session.execute(
                text("INSERT INTO follows (follower_id, creator_id) VALUES (:who, :one)"), {"who": who, "one": creator}
            )
    assert (await _true(owner_url))["creators.followers"] == [4]
    await _owner(owner_url, "DELETE FROM follows WHERE follower_id = :who", who=others[0])
    assert (await _true(owner_url))["creators.followers"] == [3]

    conversation = new_id()
    await _owner(
        owner_url,
        "INSERT INTO conversations (id, owner_id, channel_id, webhook_channel_id, kind, status)"
        " VALUES (:id, :owner, 1, 1, 'single', 'active')", id=conversation, owner=robin,
    )  # fmt: skip
    for number, (who, turn) in enumerate(zip(others, turns, strict=True)):
        await _owner(
            owner_url,
            "INSERT INTO turns (id, conversation_id, character_id, asker_id, trigger_message_id, state, boot_id)"
            " VALUES (:id, :at, :as, :who, :of, 'sent', :id)",
            **{"id": turn, "at": conversation, "as": character, "who": who, "of": number},
        )
        await _owner(
            owner_url,
            "INSERT INTO ratings (id, turn_id, character_id, user_id, stars) VALUES (:id, :turn, :as, :who, :stars)",
            **{"id": new_id(), "turn": turn, "as": character, "who": who, "stars": number + 2},
        )
        expected = {0: 0, 1: 0, 2: 30_000, 3: 35_000}[number]
        assert (await _true(owner_url))["characters.rating"] == [expected]
    await _owner(owner_url, "UPDATE ratings SET stars = 5")
    assert (await _true(owner_url))["characters.rating"] == [50_000]
    await _owner(owner_url, "DELETE FROM users WHERE id IN (:one, :other)", one=others[0], other=others[1])
    assert await _true(owner_url) == {
        "characters.popularity": [2], "characters.rating": [0], "creators.followers": [2],
    }  # fmt: skip
    await _owner(owner_url, "DELETE FROM characters")
    await _owner(owner_url, "DELETE FROM creators")
