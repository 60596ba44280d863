"""Wallets, gifts, plans through the API: what is sent twice is done once, and nothing is given that is not there."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.api.cafe import Answer, Person, Site
from tests.api.people import rich

COLLECTOR = 700_000_000_000_000_002


async def _give(site: Site, person: Person, key: str, **sent: Any) -> Answer:
    body = {"recipient": "user102", "amount": 10, **sent}
    return await site.call(person, "POST", "/gifts", body, headers={"Idempotency-Key": key})


async def test_a_gift_waits_and_is_accepted(site: Site) -> None:
    robin, sasha = await site.person(101), await site.person(102)
    await rich(site, robin, 100)
    given = await _give(site, robin, "key-00001", message="For you")
    assert (given.status, given["state"], given["recipient"]) == (201, "offered", "User 102"), given.body
    mine = await site.call(robin, "GET", "/wallet")
    assert (mine["paid"], mine["held"], mine["free"]) == (100, 10, 90)
    assert (await site.call(robin, "POST", f"/gifts/{given['id']}/accept")).status == 403
    accepted = await site.call(sasha, "POST", f"/gifts/{given['id']}/accept")
    assert (accepted.status, accepted["state"], accepted["is_from_me"]) == (200, "accepted", False)
    assert (await site.call(sasha, "POST", f"/gifts/{given['id']}/accept")).status == 200, "once, however often"
    assert ((await site.call(robin, "GET", "/wallet"))["paid"], (await site.call(sasha, "GET", "/wallet"))["paid"]) == (
        90,
        10,
    )
    went = await site.call(robin, "GET", "/wallet/movements")
    assert [(one["kind"], one["amount"], one["balance_after"]) for one in went["items"]] == [
        ("gift", -10, 90), ("purchase", 100, 100),
    ]  # fmt: skip
    assert [one["id"] for one in (await site.call(sasha, "GET", "/gifts"))["items"]] == [given["id"]]


async def test_what_is_sent_twice_is_done_once(site: Site) -> None:
    robin = await site.person(101)
    await site.person(102)
    await rich(site, robin, 100)
    answers = await asyncio.gather(*(_give(site, robin, "key-00001") for _ in range(5)))
    assert {one.status for one in answers} == {201}
    assert len({one["id"] for one in answers}) == 1
    other = await _give(site, robin, "key-00001", amount=11)
    assert (other.status, other["code"]) == (409, "key_reused")
    assert (await site.call(robin, "GET", "/wallet"))["held"] == 10


async def test_another_persons_key_is_another_key(site: Site) -> None:
    robin, sasha = await site.person(101), await site.person(102)
    friend = await site.person(103)
    await rich(site, robin, 100)
    await rich(site, sasha, 100)
    one = await _give(site, robin, "key-00001", recipient="user103")
    other = await _give(site, sasha, "key-00001", recipient="user103")
    assert (one.status, other.status) == (201, 201)
    assert one["id"] != other["id"]
    assert len((await site.call(friend, "GET", "/gifts"))["items"]) == 2


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"amount": 0}, 400, "not_of_the_form"),
        ({"amount": -5}, 400, "not_of_the_form"),
        ({"amount": 10**30}, 400, "not_of_the_form"),
        ({"amount": 1.5}, 400, "not_of_the_form"),
        ({"amount": "10"}, 400, "not_of_the_form"),
        ({"amount": True}, 400, "not_of_the_form"),
        ({"amount": 10**9}, 422, "amount_out_of_range"),
        ({"amount": 101}, 403, "not_enough_to_give"),
        ({"recipient": "user101"}, 422, "gift_to_oneself"),
        ({"recipient": "nobody"}, 404, "no_such_recipient"),
        ({"recipient": "' OR 1=1 --"}, 404, "no_such_recipient"),
        ({"recipient": "house"}, 404, "no_such_recipient"),
        ({"message": "x" * 100_000}, 400, "not_of_the_form"),
        ({"character_id": "00000000-0000-7000-8000-000000000000"}, 404, "no_such_character"),
        ({"to": "user102"}, 400, "not_of_the_form"),
    ],
)
async def test_gifts_that_cannot_be_are_refused_and_keep_nothing_back(
    site: Site, sent: dict[str, Any], status: int, code: str
) -> None:
    robin = await site.person(101)
    await site.person(102)
    await rich(site, robin, 100)
    answer = await _give(site, robin, "key-00001", **sent)
    assert (answer.status, answer["code"]) == (status, code), answer.body
    wallet = await site.call(robin, "GET", "/wallet")
    assert (wallet["free"], wallet["held"]) == (100, 0)


async def test_without_a_key_nothing_is_given(site: Site) -> None:
    robin = await site.person(101)
    await site.person(102)
    await rich(site, robin, 100)
    for headers in (
        {},
        {"Idempotency-Key": "short"},
        {"Idempotency-Key": "x" * 101},
        {"Idempotency-Key": "with blank s"},
    ):
        answer = await site.call(robin, "POST", "/gifts", {"recipient": "user102", "amount": 1}, headers=headers)
        assert (answer.status, answer["code"]) == (400, "once_missing")


async def test_a_gift_is_taken_back_or_declined(site: Site) -> None:
    robin, sasha = await site.person(101), await site.person(102)
    await rich(site, robin, 100)
    one, other = await _give(site, robin, "key-00001"), await _give(site, robin, "key-00002")
    assert (await site.call(robin, "POST", f"/gifts/{one['id']}/take-back"))["state"] == "taken_back"
    assert (await site.call(sasha, "POST", f"/gifts/{other['id']}/decline"))["state"] == "declined"
    assert (await site.call(sasha, "POST", f"/gifts/{one['id']}/accept")).status == 409
    wallet = await site.call(robin, "GET", "/wallet")
    assert (wallet["free"], wallet["held"]) == (100, 0)


async def test_plans_and_packages_are_told(site: Site) -> None:
    robin = await site.person(101)
    await site.desk.plans.seed(site.database)
    plans = (await site.call(robin, "GET", "/plans"))["items"]
    assert [(one["name"], one["price_monthly_cents"]) for one in plans][:2] == [("Free", 0), ("Starter", 15_000)]
    assert (await site.call(robin, "GET", "/packages")).status == 200
    mine = await site.call(robin, "GET", "/me/plan")
    assert (mine["is_enforced"], mine["characters"]["used"]) == (False, 0)


async def test_a_plan_without_the_api_closes_it_and_staff_work_goes_on(site: Site) -> None:
    robin = await site.person(101)
    admin = await site.person(102, role="admin", scopes=("read", "staff"))
    await site.desk.plans.seed(site.database)
    site.desk.limits.is_on = True
    refused = await site.call(robin, "GET", "/characters")
    assert refused.status == 403
    assert "Starter" in refused["detail"] or "Professional" in refused["detail"], "the plan that has it is named"
    assert (await site.call(admin, "GET", "/staff/people")).status == 200
    assert (await site.call(admin, "GET", "/characters")).status == 403
    with pytest.raises(Exception, match="API"):
        await site.token(robin.user_id, ("read",))


async def test_what_is_switched_off_is_closed(site: Site) -> None:
    from bot.services.oversight.switches import Switch

    robin = await site.person(101)
    admin = await site.person(102, role="admin")
    switches = site.desk.switches
    await switches.put(site.desk.oversight.oversight, admin.user_id, Switch.API, is_on=False, note="")
    await switches.load()
    answer = await site.call(robin, "GET", "/me")
    assert (answer.status, answer["code"]) == (403, "switched_off")
