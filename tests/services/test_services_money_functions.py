"""The SQL functions of plans, limits and gifts, as they answer each actor."""

from db.ids import new_id
from db.queries.money import gifts, usage
from db.work import Actor, Database


async def test_without_a_plan_everything_has_an_answer(database: Database) -> None:
    async with database.work(Actor.job("test")) as work:
        assert (await usage.beyond_reach(work.session, [new_id()])) == frozenset()
    async with database.work(Actor.user(new_id())) as work:
        assert await gifts.mine(work.session) == []
        assert await gifts.recipient(work.session, new_id(), 5) == "nobody"
