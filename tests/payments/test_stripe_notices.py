"""Webhooks: believed only where our secret signed them lately; every kind of forgery is refused."""

import json
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bot.ports.till import NotFromTheTill, TillUnreachable
from bot.providers.stripe_till import HEARD, StripeTill
from sandbox.till.posting import signature
from tests.payments.conftest import KEY, SECRET, Counter, Heard
from tests.payments.test_stripe_till import STARTER, TOKENS, bought

EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "invoice.paid",
    "created": 1_790_000_000,
    "data": {"object": {"id": "in_1", "object": "invoice"}},
}
BODY = json.dumps(EVENT).encode()


def now() -> int:
    return int(time.time())


@pytest.fixture
def believing() -> StripeTill:
    """A till that is only asked to read."""
    return StripeTill(KEY, (SECRET,), base_url="http://127.0.0.1:1")


def test_a_signed_notice_is_read(believing: StripeTill) -> None:
    notice = believing.read(BODY, signature(SECRET, BODY, now()))
    assert (notice.id, notice.kind, notice.object_id) == ("evt_1", "invoice.paid", "in_1")
    assert notice.created_at == datetime.fromtimestamp(1_790_000_000, UTC)


FORGED = {
    "no signature": None,
    "an empty one": "",
    "another's secret": signature("whsec_other", BODY, now()),
    "another body": signature(SECRET, BODY + b" ", now()),
    "stale": signature(SECRET, BODY, now() - 301),
    "stale, its time rewritten": signature(SECRET, BODY, now() - 9000).replace(str(now() - 9000), str(now())),
    "the older scheme": signature(SECRET, BODY, now()).replace("v1=", "v0="),
    "no time": signature(SECRET, BODY, now()).partition(",")[2],
    "no number": "t=soon,v1=00",
    "letters that are none": f"t={now()},v1=ü",
    "half": signature(SECRET, BODY, now())[:-1],
    "many that do not fit": f"t={now()}," + ",".join(f"v1={number:064x}" for number in range(200)),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_notice_is_refused(believing: StripeTill, kind: str) -> None:
    with pytest.raises(NotFromTheTill):
        believing.read(BODY, FORGED[kind])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe\x00",
        b'{"id": 5, "type": [], "created": 1, "data": {"object": {}}}',
        json.dumps({key: value for key, value in EVENT.items() if key != "data"}).encode(),
        json.dumps(EVENT | {"created": "soon"}).encode(),
        json.dumps(EVENT | {"pad": "x" * 1_000_000}).encode(),
    ],
)
def test_what_is_no_event_is_refused_even_when_signed(believing: StripeTill, body: bytes) -> None:
    with pytest.raises(NotFromTheTill):
        believing.read(body, signature(SECRET, body, now()))


def test_two_secrets_while_one_replaces_the_other() -> None:
    both = StripeTill(KEY, ("whsec_new", SECRET), base_url="http://127.0.0.1:1")
    for secret in ("whsec_new", SECRET):
        assert both.read(BODY, signature(secret, BODY, now())).id == "evt_1"


def test_without_a_secret_nothing_is_believed() -> None:
    for secrets in ((), ("",), (" ",)):
        deaf = StripeTill(KEY, secrets, base_url="http://127.0.0.1:1")
        with pytest.raises(NotFromTheTill):
            deaf.read(BODY, signature((secrets or ("",))[0], BODY, now()))


async def test_the_till_posts_what_happened_and_signs_it(
    counter: Counter, stripe_till: StripeTill, heard: Heard
) -> None:
    counter.till.post.is_held = False
    await stripe_till.listen_at(heard.url)
    await stripe_till.listen_at(heard.url)
    assert len(counter.till.shop.all("endpoints")) == 1
    _, session = await bought(counter, stripe_till, TOKENS)
    body, signed = await heard.until("checkout.session.completed")
    notice = stripe_till.read(body, signed)
    assert notice.object_id == session
    with pytest.raises(NotFromTheTill):
        stripe_till.read(body.replace(session.encode(), b"cs_test_of_another"), signed)


async def test_what_was_told_can_be_asked_for_again(counter: Counter, stripe_till: StripeTill) -> None:
    for _ in range(3):
        await bought(counter, stripe_till, STARTER)
    told = [notice async for notice in stripe_till.notices(datetime.now(UTC) - timedelta(days=1))]
    assert len({notice.id for notice in told}) == len(told) == 9
    assert {notice.kind for notice in told} == {
        "invoice.paid",
        "customer.subscription.created",
        "checkout.session.completed",
    }
    assert {notice.kind for notice in told} <= set(HEARD)
    assert [notice async for notice in stripe_till.notices(datetime.now(UTC) + timedelta(days=1))] == []


async def test_more_notices_than_a_page_holds(counter: Counter, stripe_till: StripeTill) -> None:
    made = [counter.till.shop.happened("invoice.paid", {"id": f"in_{number}"})["id"] for number in range(250)]
    told = [notice.id async for notice in stripe_till.notices(datetime.now(UTC) - timedelta(days=1))]
    assert told == made[::-1]


async def test_a_till_that_is_away_is_unreachable() -> None:
    away = StripeTill(KEY, (SECRET,), base_url="http://127.0.0.1:1")
    with pytest.raises(TillUnreachable):
        await away.customer(uuid4())
    await away.close()
