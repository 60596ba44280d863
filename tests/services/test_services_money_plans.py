"""What plans include, who is on which, and that limits hold at the moment of use; on a real Postgres."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound
from bot.ports import Offer
from bot.services.characters import Characters, Pictures
from bot.services.money import plans_seed
from bot.services.money.limits_of import Limits, effective, larger
from bot.services.money.limits_of_words import WORDS, LimitName
from bot.services.money.plans_checked import (
    PlanDraft,
    check_plan,
    clean_limits,
    clean_price,
    written_limits,
    written_price,
)
from bot.services.money.usage import begins_at, next_period, period_of, resets_at
from bot.texts import Say
from db.models import AnalyticsLevel, PlanLimits
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.services.moneycraft import Mint, mint
from tests.services.stagecraft import draft

FIRST = datetime.fromisoformat("2020-01-01T00:00:00")
WAITING = (
    "SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database"
    " WHERE NOT l.granted AND d.datname = current_database()"
)
PARROT, OWL = Offer("scripted", "parrot"), Offer("elsewhere", "owl")


@pytest.fixture
async def house(database: Database, clock: FakeClock, owner_url: str) -> Mint:
    return await mint(database, clock, owner_url)


@pytest.fixture
def characters(house: Mint, tmp_path: Path) -> Characters:
    return Characters(Pictures(tmp_path), offers=lambda: (PARROT, OWL), plan_limits=house.limits)


# ------------------------------------------------------------------------------------------------ pure


@given(st.datetimes(timezones=st.just(UTC), min_value=FIRST, max_value=FIRST + timedelta(days=30_000)))
def test_every_moment_lies_in_one_month_that_ends(at: datetime) -> None:
    period = period_of(at)
    assert period.day == 1
    assert begins_at(period) <= at < resets_at(at) == begins_at(next_period(period))
    assert resets_at(at) - begins_at(period) <= timedelta(days=31)


def test_the_month_is_the_one_in_utc() -> None:
    late = datetime.fromisoformat("2026-12-31T22:30:00-05:00")
    assert period_of(late) == date(2027, 1, 1)
    assert next_period(date(2026, 12, 1)) == date(2027, 1, 1)
    with pytest.raises(ValueError, match="time zone"):
        period_of(FIRST)


def test_the_seed_is_that_of_the_first_plan() -> None:
    seeded = {one.code: one for one in plans_seed.plans()}
    asked = {
        code: (one.limits.characters, one.limits.messages_per_month, one.price_monthly_cents)
        for code, one in seeded.items()
    }
    assert asked == {
        "free": (1, 100, 0),
        "starter": (5, 5_000, 150_00),
        "professional": (20, 50_000, 499_00),
        "enterprise": (None, None, None),
    }
    for one in seeded.values():
        assert one.price_yearly_cents == (None if one.price_monthly_cents is None else 10 * one.price_monthly_cents)
    assert [code for code, one in seeded.items() if one.is_default] == ["free"]
    sizes = [one.token_allowance for one in seeded.values()]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("name", list(WORDS))
def test_a_larger_plan_is_named_where_there_is_one(name: LimitName) -> None:
    free, *_, enterprise = plans_seed.plans()
    found = larger(plans_seed.plans(), free.limits, name)
    assert found is not None
    assert found.code in {"starter", "professional"}
    assert larger(plans_seed.plans(), enterprise.limits, name) is None


def test_what_staff_decided_goes_before_the_plan() -> None:
    plan = PlanLimits(characters=1, messages_per_month=100)
    assert effective(plan, {"characters": 7, "unheard_of": 3}) == PlanLimits(characters=7, messages_per_month=100)
    assert effective(plan, {}) == plan


@given(st.integers(0, 10**8))
def test_a_price_is_written_as_it_is_read(cents: int) -> None:
    assert clean_price("price", written_price(cents)) == cents


@pytest.mark.parametrize("typed", ["-1", "1e3", "1.234", "free", "1,2,3", "٣", "99999999"])
def test_what_is_no_price_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_price("price_monthly", typed)
    assert refused.value.field == "price_monthly"


def test_limits_come_back_from_their_form_as_they_were() -> None:
    for one in plans_seed.plans():
        assert clean_limits(written_limits(one.limits)) == one.limits


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "Free!"}, "code"),
        ({"name": ""}, "name"),
        ({"price_monthly": "x"}, "price_monthly"),
        ({"currency": "dollars"}, "currency"),
        ({"token_allowance": "-5"}, "token_allowance"),
        ({"limits": {"characters": "many"}}, "characters"),
        ({"limits": {"analytics_level": "psychic"}}, "analytics_level"),
        ({"discord_sku_id": "12"}, "discord_sku_id"),
        ({"is_default": True, "price_monthly": "5"}, "is_default"),
        ({"features": "\n".join("x" * 5 for _ in range(13))}, "features"),
    ],
)
def test_a_plan_nobody_can_keep_names_its_field(changes: dict[str, object], field: str) -> None:
    usual = PlanDraft(code="tea", name="Tea", price_monthly="3", features="Warm")
    assert check_plan(usual).price_monthly_cents == 300
    with pytest.raises(InvalidInput) as refused:
        check_plan(replace(usual, **changes))  # type: ignore[arg-type]
    assert refused.value.field == field


# ------------------------------------------------------------------------------------------------ whose plan


async def test_a_house_is_seeded_once(house: Mint) -> None:
    assert not await house.plans.seed(house.database)
    async with house.database.work(Actor.visitor()) as work:
        assert [one.code for one in await house.plans.list(work)] == ["free", "starter", "professional", "enterprise"]
        assert [one.total for one in await house.packages.list(work)] == [1_000_000, 5_500_000, 30_000_000]


async def test_who_subscribed_to_nothing_is_on_the_plan_for_everybody(house: Mint) -> None:
    async with house.database.work(Actor.user(house.robin)) as work:
        allowed = await house.limits.allowed(work, house.robin)
        with pytest.raises(NotFound):
            await house.limits.allowed(work, house.sasha)
    assert (allowed.plan_code, allowed.limits.characters, allowed.is_enforced) == ("free", 1, True)


@pytest.mark.parametrize(
    ("state", "ends", "grace", "plan"),
    [
        ("active", None, None, "professional"),
        ("active", timedelta(days=3), None, "professional"),
        ("active", timedelta(days=-3), None, "free"),
        ("past_due", timedelta(days=-3), timedelta(days=4), "professional"),
        ("past_due", timedelta(days=-9), timedelta(days=-2), "free"),
        ("canceled", timedelta(days=3), None, "professional"),
        ("canceled", timedelta(days=-3), None, "free"),
        ("expired", timedelta(days=3), None, "free"),
    ],
)
async def test_a_subscription_counts_while_it_is_in_force(
    house: Mint, state: str, ends: timedelta | None, grace: timedelta | None, plan: str
) -> None:
    now = datetime.now(UTC)  # the database's own clock decides
    await house.subscribe(
        house.robin,
        "professional",
        state=state,
        period_end=None if ends is None else now + ends,
        grace_until=None if grace is None else now + grace,
    )
    async with house.database.work(Actor.user(house.robin)) as work:
        assert (await house.limits.allowed(work, house.robin)).plan_code == plan


async def test_the_best_of_two_subscriptions_counts(house: Mint) -> None:
    await house.subscribe(house.robin, "professional")
    await house.subscribe(house.robin, "starter", source="discord")
    async with house.database.work(Actor.user(house.robin)) as work:
        assert (await house.limits.allowed(work, house.robin)).plan_code == "professional"


# ------------------------------------------------------------------------------------------------ at the moment of use


async def test_a_character_too_many_is_refused_with_numbers_and_the_next_plan(
    house: Mint, characters: Characters
) -> None:
    async with house.database.work(Actor.user(house.robin)) as work:
        await characters.create(work, house.robin, draft("Mira"))
    async with house.database.work(Actor.user(house.robin)) as work:
        with pytest.raises(LimitReached) as refused:
            await characters.create(work, house.robin, draft("Juno"))
    told = Say("en").error(refused.value)
    assert told == (
        "Characters: your plan Free has room for 1, and you have 1. Nothing was made. "
        "Delete one, or change to Starter with room for 5 (/plan)."
    )
    await house.override(house.robin, characters=2)
    async with house.database.work(Actor.user(house.robin)) as work:
        await characters.create(work, house.robin, draft("Juno"))
    await house.subscribe(house.sasha, "starter")
    async with house.database.work(Actor.user(house.sasha)) as work:
        for name in ("Ada", "Bea", "Cyd", "Dot", "Eve"):
            await characters.create(work, house.sasha, draft(name))
        with pytest.raises(LimitReached):
            await characters.create(work, house.sasha, draft("Fay"))


async def test_of_two_at_once_one_has_the_last_room(house: Mint, characters: Characters) -> None:
    async def make(name: str) -> bool:
        try:
            async with house.database.work(Actor.user(house.robin)) as work:
                await characters.create(work, house.robin, draft(name))
        except LimitReached:
            return False
        return True

    async with house.database.work(Actor.user(house.robin)) as work:
        await characters.create(work, house.robin, draft("Ada"))
        # Not committed yet: the second sees nothing of it, and has to wait.
        second = asyncio.create_task(make("Bea"))
        while not second.done() and not await house.ask(WAITING):  # noqa: ASYNC110 - the other side is a server
            await asyncio.sleep(0.003)
        assert not second.done()
    assert not await second
    made = await asyncio.gather(*(make(name) for name in ("Cyd", "Dot", "Eve")))
    assert made == [False] * 3


async def test_where_plans_are_off_nothing_is_refused(house: Mint, tmp_path: Path) -> None:
    limits = Limits(house.clock, is_on=False)
    open_house = Characters(Pictures(tmp_path), offers=lambda: (PARROT, OWL), plan_limits=limits)
    async with house.database.work(Actor.user(house.robin)) as work:
        for name in ("Ada", "Bea", "Cyd"):
            one = await open_house.create(work, house.robin, draft(name))
        await open_house.speak_with(work, house.robin, one.id, model="owl")
        await limits.check_switch(work, house.robin, LimitName.API)
        await limits.upload(work, house.robin, 2**30)
        assert await limits.analytics(work, house.robin) is AnalyticsLevel.ADVANCED
        assert await limits.history_since(work, house.robin) is None


async def test_files_count_within_a_month_and_have_a_size(house: Mint) -> None:
    async with house.database.work(Actor.user(house.robin)) as work:
        for _ in range(10):
            await house.limits.upload(work, house.robin, 1000)
    async with house.database.work(Actor.user(house.robin)) as work:
        with pytest.raises(LimitReached) as refused:
            await house.limits.upload(work, house.robin, 1000)
        told = Say("en").error(refused.value)
        assert "includes 10 files a month, and 10 are used" in told
        assert "begins anew on 2026-06-01; Starter includes 100" in told
        assert (await house.limits.allowed(work, house.robin)).use(LimitName.UPLOADS).left == 0
    await house.clock.advance(timedelta(days=28).total_seconds())
    async with house.database.work(Actor.user(house.robin)) as work:
        await house.limits.upload(work, house.robin, 5 * 2**20)
        with pytest.raises(LimitReached) as refused:
            await house.limits.upload(work, house.robin, 5 * 2**20 + 1)
    assert "takes files of up to 5 MB" in Say("en").error(refused.value)


async def test_a_use_that_was_not_committed_counts_nothing(house: Mint) -> None:
    async def broken() -> None:
        async with house.database.work(Actor.user(house.robin)) as work:
            await house.limits.upload(work, house.robin, 1000)
            raise NotFound("gone", "gone")

    with pytest.raises(NotFound):
        await broken()
    async with house.database.work(Actor.user(house.robin)) as work:
        assert (await house.limits.allowed(work, house.robin)).use(LimitName.UPLOADS).used == 0


async def test_models_of_other_plans_are_refused_and_the_house_s_own_is_not(
    house: Mint, characters: Characters
) -> None:
    async with house.database.work(Actor.user(house.robin)) as work:
        mira = await characters.create(work, house.robin, draft("Mira"))
        await characters.speak_with(work, house.robin, mira.id, model="parrot")
        with pytest.raises(NotAllowed) as refused:
            await characters.speak_with(work, house.robin, mira.id, model="owl")
    assert Say("en").error(refused.value) == (
        "owl is not in your plan Free. Nothing was changed. Starter has it (/plan)."
    )


async def test_what_others_count_is_held_to_as_well(house: Mint) -> None:
    async with house.database.work(Actor.user(house.robin)) as work:
        await house.limits.check(work, house.robin, LimitName.WEBSITES, used=0)
        with pytest.raises(LimitReached) as refused:
            await house.limits.check(work, house.robin, LimitName.WEBSITES, used=1)
        with pytest.raises(LimitReached):
            await house.limits.check(work, house.robin, LimitName.TEXTS, 3, used=3)
    assert "Websites: your plan Free has room for 1, and you have 1." in Say("en").error(refused.value)


async def test_a_switch_of_a_plan(house: Mint) -> None:
    async with house.database.work(Actor.user(house.robin)) as work:
        with pytest.raises(NotAllowed) as refused:
            await house.limits.check_switch(work, house.robin, LimitName.API)
        assert await house.limits.analytics(work, house.robin) is AnalyticsLevel.BASIC
    assert refused.value.values["next"] == "Professional"
    await house.subscribe(house.robin, "professional")
    async with house.database.work(Actor.user(house.robin)) as work:
        await house.limits.check_switch(work, house.robin, LimitName.API)
        assert await house.limits.analytics(work, house.robin) is AnalyticsLevel.ADVANCED


async def test_after_a_downgrade_nothing_is_lost_and_the_newest_rest(house: Mint, characters: Characters) -> None:
    await house.subscribe(house.robin, "starter")
    async with house.database.work(Actor.user(house.robin)) as work:
        made = [await characters.create(work, house.robin, draft(name)) for name in ("Ada", "Bea", "Cyd")]
    ids = [one.id for one in made]
    async with house.database.work(Actor.user(house.robin)) as work:
        assert await house.limits.resting(work, ids) == frozenset()
    await house.as_owner("UPDATE subscriptions SET state = 'expired'")
    async with house.database.work(Actor.user(house.robin)) as work:
        assert await house.limits.resting(work, ids) == frozenset(ids[1:])
        await characters.greet(work, house.robin, ids[0], "Hello")
        assert (await house.limits.allowed(work, house.robin)).use(LimitName.CHARACTERS).over == 2
    async with house.database.work(Actor.user(house.robin)) as work:
        with pytest.raises(LimitReached) as refused:
            await characters.greet(work, house.robin, ids[2], "Hello")
    assert "Cyd is beyond what its maker's plan has room for" in Say("en").error(refused.value)
    # What makes room, or shows less, stays possible.
    async with house.database.work(Actor.user(house.robin)) as work:
        await characters.unpublish(work, house.robin, ids[2])
        await characters.delete(work, house.robin, ids[0])
        assert await house.limits.resting(work, ids) == {ids[2]}
        await characters.greet(work, house.robin, ids[1], "Hello")
    # Somebody else is told that it rests, and nothing else of its maker.
    async with house.database.work(Actor.user(house.sasha)) as work:
        assert await house.limits.resting(work, ids) == {ids[2]}


# ------------------------------------------------------------------------------------------------ by admins


async def test_an_admin_changes_plans_and_nobody_else_does(house: Mint) -> None:
    await house.stand(house.sasha, role="admin")
    async with house.database.work(Actor.admin(house.sasha)) as work:
        starter = await house.plans.coded(work, "starter")
        changed = await house.plans.edit(
            work, starter.id, replace(starter.draft(), price_monthly="99.50"), version=starter.updated_at
        )
        assert changed.price_monthly_cents == 99_50
        with pytest.raises(Conflict):
            await house.plans.edit(work, starter.id, starter.draft(), version=starter.updated_at)
        tea = await house.plans.create(work, replace(starter.draft(), code="tea", name="Tea"))
        with pytest.raises(Conflict) as taken:
            await house.plans.create(work, replace(starter.draft(), code="tea"))
        assert taken.value.field == "code"
        await house.plans.delete(work, tea.id)
        free = await house.plans.coded(work, "free")
        with pytest.raises(NotAllowed):
            await house.plans.edit(work, free.id, replace(free.draft(), is_default=False))
        with pytest.raises(NotAllowed):
            await house.plans.delete(work, free.id)
    async with house.database.work(Actor.user(house.robin)) as work:
        row = await house.plans.coded(work, "starter")
        assert row.price_monthly_cents == 99_50
        with pytest.raises(Exception, match=r"row-level security|0 rows|expected to update"):
            await house.plans.edit(work, row.id, replace(row.draft(), price_monthly="1"))


async def test_an_admin_changes_packages(house: Mint) -> None:
    await house.stand(house.sasha, role="admin")
    async with house.database.work(Actor.admin(house.sasha)) as work:
        cup, *_ = await house.packages.list(work)
        changed = await house.packages.edit(
            work, cup.id, replace(cup.draft(), bonus_tokens="100"), version=cup.updated_at
        )
        assert changed.total == 1_000_100
        with pytest.raises(Conflict):
            await house.packages.edit(work, cup.id, cup.draft(), version=cup.updated_at)
        for wrong, field in (({"price": "0"}, "price"), ({"tokens": "0"}, "tokens"), ({"code": "pot"}, "code")):
            with pytest.raises((InvalidInput, Conflict)) as refused:
                await house.packages.edit(work, cup.id, replace(cup.draft(), **wrong))  # type: ignore[arg-type]
            assert refused.value.field == field
        hidden = await house.packages.create(
            work, replace(cup.draft(), code="sip", name="A sip", discord_sku_id="1234567890123456789", is_active=False)
        )
        assert hidden.id not in {one.id for one in await house.packages.list(work)}
        assert hidden.id in {one.id for one in await house.packages.list(work, only_active=False)}
    assert not await house.plans.are_sold_on_discord(house.database)
    async with house.database.work(Actor.admin(house.sasha)) as work:
        await house.packages.edit(work, hidden.id, replace(hidden.draft(), is_active=True))
    assert await house.plans.are_sold_on_discord(house.database)


async def test_another_plan_can_be_for_everybody(house: Mint) -> None:
    await house.stand(house.sasha, role="admin")
    async with house.database.work(Actor.admin(house.sasha)) as work:
        free = await house.plans.coded(work, "free")
        made = await house.plans.create(work, replace(free.draft(), code="gratis", name="Gratis", is_default=True))
        assert not (await house.plans.coded(work, "free")).is_default
    async with house.database.work(Actor.user(house.robin)) as work:
        assert (await house.limits.allowed(work, house.robin)).plan_id == made.id
