"""Everything before an endpoint: who asks, how often, with what; and how refusals and failures look."""

from __future__ import annotations

import hashlib
import json

import pytest
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from bot.clock import SystemClock
from bot.services.oversight.retention import Retention
from tests.api.cafe import ALL, Site
from web.api import serving
from web.api.kinds import Rate
from web.api.rates import Allowances
from web.api.table import ENDPOINTS
from web.busy import RETRY_SECONDS

UNKNOWN = "00000000-0000-7000-8000-000000000000"


async def test_without_a_token_nothing_is_told(site: Site) -> None:
    for headers in ({}, {"Authorization": "Basic cm9iaW46"}, {"Authorization": "Bearer"}):
        answer = await site.call(None, "GET", "/me", headers=headers)
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer["code"] == "token_missing"


@pytest.mark.parametrize(
    "token", ["x", "botcafe_", "botcafe_" + "a" * 43, "botcafe_" + "a" * 5000, "botcafe_" + "é" * 43, "'; DROP TABLE"]
)
async def test_a_token_that_is_none_is_unknown(site: Site, token: str) -> None:
    await site.person(101)
    answer = await site.call(None, "GET", "/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status, answer["code"]) == (401, "token_unknown")


async def test_a_token_says_who_one_is_and_is_kept_as_its_hash(site: Site) -> None:
    robin = await site.person(101)
    answer = await site.call(robin, "GET", "/me")
    assert answer.status == 200
    assert answer["id"] == str(robin.user_id)
    assert (answer["username"], answer["role"], answer["scopes"]) == ("user101", "user", ["read", "write"])
    stored = await site.rows("SELECT token_hash, last_four, last_used_at FROM api_tokens")
    assert [bytes(row[0]) for row in stored] == [hashlib.sha256(robin.token.encode()).digest()]
    assert stored[0][1] == robin.token[-4:]
    assert stored[0][2] is not None


async def test_what_the_database_has_no_room_for_is_put_off(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    robin = await site.person(101)

    def nothing_left(*_: object, **__: object) -> object:
        raise NoConnectionLeft

    monkeypatch.setattr("db.work.Database.work", nothing_left)
    monkeypatch.setattr("db.work.Database.directly", nothing_left)
    answer = await site.call(robin, "GET", "/me")
    assert (answer.status, answer["code"], answer.headers["Retry-After"]) == (503, "not_now", str(RETRY_SECONDS))


async def test_a_token_ends_when_it_is_taken_back_or_its_time_is_over(site: Site) -> None:
    robin = await site.person(101)
    other = await site.token(robin.user_id, ("read",))
    listed = await site.call(robin, "GET", "/me/tokens")
    mine = next(one for one in listed["items"] if one["is_this"])
    theirs = next(one for one in listed["items"] if not one["is_this"])
    assert theirs["last_four"] == other[-4:]
    assert (await site.call(robin, "DELETE", f"/me/tokens/{theirs['id']}"))["is_over"]
    assert (await site.call(None, "GET", "/me", headers={"Authorization": f"Bearer {other}"})).status == 401
    await site.owner("UPDATE api_tokens SET expires_at = now() WHERE id = :id", id=mine["id"])
    assert (await site.call(robin, "GET", "/me")).status == 401


async def test_another_persons_token_is_not_there(site: Site) -> None:
    robin, sasha = await site.person(101), await site.person(102)
    listed = await site.call(robin, "GET", "/me/tokens")
    answer = await site.call(sasha, "DELETE", f"/me/tokens/{listed['items'][0]['id']}")
    assert answer.status == 404
    assert (await site.call(robin, "GET", "/me")).status == 200


async def test_a_reading_token_changes_nothing(site: Site) -> None:
    robin = await site.person(101, scopes=("read",))
    for endpoint in ENDPOINTS:
        if endpoint.scope.value == "write":
            path = endpoint.path.replace("{username}", "robin")
            for name in endpoint.parameters:
                path = path.replace(f"{{{name}}}", UNKNOWN)
            answer = await site.call(robin, endpoint.method, path, {})
            assert (answer.status, answer["code"]) == (403, "scope_missing"), endpoint.name


async def test_a_role_that_is_lost_is_lost_at_once(site: Site) -> None:
    admin = await site.person(101, role="admin", scopes=ALL)
    assert (await site.call(admin, "GET", "/me"))["role"] == "admin"
    await site.owner("UPDATE standings SET role = 'user'")
    assert (await site.call(admin, "GET", "/me"))["role"] == "user"


async def test_cookies_open_nothing(site: Site) -> None:
    robin = await site.person(101)
    for name in ("botcafe-session", "__Host-session", "token", "Authorization"):
        answer = await site.call(None, "GET", "/me", headers={"Cookie": f"{name}={robin.token}"})
        assert answer.status == 401
        assert "Set-Cookie" not in answer.headers
    answer = await site.call(robin, "GET", "/me", headers={"Origin": "https://evil.example"})
    assert answer.status == 200, "another page may call, but a browser shows it nothing:"
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_every_answer_is_sealed_and_named(site: Site) -> None:
    robin = await site.person(101)
    asked = (
        (robin, "GET", "/me", 200),
        (None, "GET", "/me", 401),
        (robin, "GET", "/nowhere", 404),
        (robin, "POST", "/me", 405),
        (robin, "GET", f"/characters/{UNKNOWN}", 404),
        (None, "GET", "/openapi.json", 200),
    )
    for person, method, path, status in asked:
        answer = await site.call(person, method, path)
        assert answer.status == status
        for header in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control"):
            assert header in answer.headers, (path, header)
        assert answer.headers["X-Request-ID"]
        assert "Set-Cookie" not in answer.headers
        if status >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer["request_id"] == answer.headers["X-Request-ID"]
            assert answer["status"] == status
            assert answer["type"] == f"urn:botcafe:{answer['code']}"
    assert (await site.call(robin, "POST", "/me")).headers["Allow"] == "GET"


async def test_refusals_speak_the_language_that_was_asked_for(site: Site) -> None:
    robin = await site.person(101)
    for path in ("/nowhere", f"/characters/{UNKNOWN}", "/characters?limit=0", "/characters?cursor=abc"):
        answer = await site.call(robin, "GET", path, headers={"Accept-Language": "qps"})
        assert answer["detail"].startswith("⟦"), answer.body
        assert not (await site.call(robin, "GET", path))["detail"].startswith("⟦")


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "not_of_the_form"),
        (b"", "application/json", 400, "not_of_the_form"),
        (b"[]", "application/json", 400, "not_of_the_form"),
        (b"null", "application/json", 400, "not_of_the_form"),
        (b'{"name": "\\ud800"}', "application/json", 400, "not_of_the_form"),
        (b'{"name": "\xff"}', "application/json", 400, "not_of_the_form"),
        (b'{"name": NaN}', "application/json", 400, "not_of_the_form"),
        (b"[" * 100_000, "application/json", 400, "not_of_the_form"),
        (b"name=Mira", "application/x-www-form-urlencoded", 415, "not_json"),
        (b"{}", "text/plain", 415, "not_json"),
        (b" " * (2 << 20), "application/json", 413, "too_large"),
    ],
)
async def test_what_is_sent_is_looked_at_before_anything_is_done(
    site: Site, data: bytes, kind: str, status: int, code: str
) -> None:
    robin = await site.person(101)
    answer = await site.call(robin, "POST", "/personas", data=data, headers={"Content-Type": kind})
    assert (answer.status, answer["code"]) == (status, code)


async def test_fields_nobody_offers_are_refused_and_named(site: Site) -> None:
    robin = await site.person(101)
    body = {"name": "Ada", "description": "A mask", "owner_id": UNKNOWN, "uses": 7}
    answer = await site.call(robin, "POST", "/personas", body)
    assert answer.status == 400
    assert {one["at"] for one in answer["faults"]} == {"body.owner_id", "body.uses"}
    for query in ("limit=0", "limit=101", "limit=1.0", "limit=+1", "limit=1&limit=2", "offset=3", "cursor=a.b"):
        answer = await site.call(robin, "GET", f"/characters?{query}")
        assert answer.status == 400, query
    secret = "hunter2-" * 10
    answer = await site.call(robin, "POST", "/personas", {"name": "Ada", "description": secret, "age": secret})
    assert secret not in json.dumps(answer.body), "what was sent is not repeated"


async def test_who_calls_too_often_waits(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    robin, sasha = await site.person(101), await site.person(102)
    site.allow(Allowances(SystemClock(), {Rate.READ: 2, Rate.WRITE: 1}))
    answers = [await site.call(robin, "GET", "/me") for _ in range(3)]
    assert [one.status for one in answers] == [200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"read";q=2;w=60'
    assert answers[0].headers["RateLimit"].startswith('"read";r=1;t=')
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 30
    assert (await site.call(sasha, "GET", "/me")).status == 200
    assert (await site.call(robin, "POST", "/personas", {"name": "Ada", "description": "x"})).status == 201
    assert (await site.call(robin, "POST", "/personas", {"name": "Bob", "description": "x"})).status == 429
    again = await site.token(robin.user_id, ("read",))
    answer = await site.call(None, "GET", "/me", headers={"Authorization": f"Bearer {again}"})
    assert answer.status == 429, "another token of theirs is no other allowance"


async def test_who_guesses_tokens_is_not_listened_to_for_a_while(site: Site) -> None:
    robin = await site.person(101)
    site.allow(Allowances(SystemClock(), failures=3))
    guess = {"Authorization": "Bearer botcafe_" + "a" * 43}
    assert [(await site.call(None, "GET", "/me", headers=guess)).status for _ in range(4)] == [401, 401, 401, 429]
    answer = await site.call(robin, "GET", "/me")
    assert (answer.status, answer["code"]) == (429, "too_many_wrong_tokens")
    assert int(answer.headers["Retry-After"]) >= 1


async def test_a_bug_is_an_id_and_no_detail(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    robin = await site.person(101)

    async def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(serving, "_sent", broken)
    answer = await site.call(robin, "GET", "/me")
    assert (answer.status, answer["code"]) == (500, "broken")
    assert answer["request_id"] in answer["detail"]
    assert "secret" not in json.dumps(answer.body)


async def test_the_document_is_told_to_everybody(site: Site) -> None:
    answer = await site.call(None, "GET", "/openapi.json")
    assert answer.status == 200
    assert len(answer["paths"]) == len({endpoint.path for endpoint in ENDPOINTS})


async def test_making_and_taking_back_is_written_down(site: Site) -> None:
    robin = await site.person(101)
    listed = await site.call(robin, "GET", "/me/tokens")
    await site.call(robin, "DELETE", f"/me/tokens/{listed['items'][0]['id']}")
    lines = await site.rows("SELECT action, of_user_id FROM audit_log ORDER BY id")
    assert [tuple(line) for line in lines] == [("token.made", robin.user_id), ("token.revoked", robin.user_id)]


async def test_tokens_that_ended_are_forgotten_after_a_month(site: Site) -> None:
    robin, sasha = await site.person(101), await site.person(102)
    await site.owner(
        "UPDATE api_tokens SET revoked_at = now() - interval '31 days' WHERE user_id = :user", user=robin.user_id
    )
    assert (await Retention(site.database, SystemClock()).run()).tokens == 1
    assert len(await site.rows("SELECT 1 FROM api_tokens")) == 1
    assert (await site.call(sasha, "GET", "/me")).status == 200
