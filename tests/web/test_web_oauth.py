"""Signing in through the local Discord: the way in, and every way that must not lead in.

Sources of the cases: ASVS 5.0, 7.2, 7.6 and 10.1 to 10.2; RFC 9700, section 4.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import aiohttp
import pytest
import yarl
from sqlalchemy import func, insert, select

from bot.services.people.sessions import hash_of
from bot.transport.identity import DiscordIdentities
from db.models import AccountStatus, Login, LoginFailure, OAuthState, Standing, User, UserRole, WebSession
from sandbox.server import Sandbox
from tests.web.conftest import Site, Visitor
from web.house import House

EVIL_PATHS = (
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "http:evil.example",
    "/x\\@evil.example",
    "/" + "x" * 3000,
    "/\x00",
    "",
)
"""What must never be gone to after signing in."""

NEVER_GIVEN_OUT: tuple[dict[str, str], ...] = (
    {},
    {"code": "x"},
    {"state": "", "code": "x"},
    {"state": "x", "code": "x"},
    {"state": "A" * 43, "code": "x"},
    {"state": "A" * 5000, "code": "x"},
    {"state": "\x00", "code": "x"},
    {"state": "' OR 1=1 --", "code": "x"},
    {"error": "access_denied"},
    {"state": "x", "error": "access_denied", "error_description": "<script>alert(1)</script>"},
)
"""What may come back that no sign-in began."""


@pytest.fixture
async def discord() -> AsyncIterator[Sandbox]:
    async with Sandbox.start() as running:
        running.core.limits.relax()
        yield running


@pytest.fixture
async def identities(discord: Sandbox) -> AsyncIterator[DiscordIdentities]:
    application = discord.application
    opened = DiscordIdentities(discord.url, lambda: int(application.id), application.client_secret)
    yield opened
    await opened.close()


@pytest.fixture
def house(discord: Sandbox) -> House:
    return House(leads_to=(discord.url,))


async def begun(visitor: Visitor, next_path: str = "/account/devices") -> yarl.URL:
    """The address at Discord that a browser is sent to."""
    answer = await visitor.send("/sign-in", {"next": next_path})
    assert answer.status == 303, await answer.text()
    return yarl.URL(answer.headers["Location"])


async def agreed(address: yarl.URL, discord: Sandbox, person: str = "robin", answer: str = "authorize") -> yarl.URL:
    """The address that Discord sends the browser back to once the person has answered."""
    fields = {**address.query, "person": discord.person(person).id, "answer": answer}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{discord.url}/oauth2/authorize", data=fields, allow_redirects=False) as told,
    ):
        assert told.status == 302, await told.text()
        return yarl.URL(told.headers["Location"])


def secret_in(visitor: Visitor) -> str | None:
    """What the session's cookie of a browser holds."""
    return next((c.value for c in visitor.client.session.cookie_jar if c.key == "botcafe-session"), None)


async def count(site: Site, table: type[WebSession | OAuthState | Login]) -> int:
    async with site.owner.connect() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def failures(site: Site) -> list[LoginFailure | None]:
    async with site.owner.connect() as connection:
        return list((await connection.execute(select(Login.failure).order_by(Login.created_at, Login.id))).scalars())


async def refused(site: Site, visitor: Visitor, back: yarl.URL | str, failure: LoginFailure) -> None:
    """Coming back like this signs nobody in, shows no detail, and is written down."""
    before = await count(site, WebSession)
    answer = await visitor.get(str(yarl.URL(back).relative() if yarl.URL(back).absolute else back))
    page = await answer.text()
    assert answer.status == 400
    assert "Nobody was signed in" in page
    assert secret_in(visitor) is None
    assert await count(site, WebSession) == before
    assert (await failures(site))[-1] is failure


# ---------------------------------------------------------------------------------------------------- the way in


async def test_the_way_in(site: Site, discord: Sandbox) -> None:
    visitor = await site.visitor()
    address = await begun(visitor)
    query = address.query
    assert str(address.origin()) == discord.url
    assert query["scope"] == "identify"
    assert query["code_challenge_method"] == "S256"
    assert len(query["state"]) >= 43
    back = await agreed(address, discord)
    answer = await visitor.get(str(back.relative()))
    assert (answer.status, answer.headers["Location"]) == (303, "/account/devices")
    page = await visitor.page("/account/devices")
    assert "Welcome, Robin." in page
    assert "This browser" in page
    assert "Welcome" not in await visitor.page("/account/devices")
    assert await failures(site) == [None]
    assert await count(site, OAuthState) == 0


async def test_the_token_is_given_back_at_once(site: Site, discord: Sandbox) -> None:
    visitor = await site.visitor()
    back = await agreed(await begun(visitor), discord)
    assert len(list(discord.world.grants)) == 1
    await visitor.get(str(back.relative()))
    assert list(discord.world.grants) == []


async def test_cookies_are_ours_alone_and_change_at_sign_in(site: Site, discord: Sandbox) -> None:
    visitor = await site.visitor()
    back = await agreed(await begun(visitor), discord)
    answer = await visitor.get(str(back.relative()))
    cookie = answer.cookies["botcafe-session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    first = secret_in(visitor)
    async with site.owner.connect() as connection:
        kept = (await connection.execute(select(WebSession.token_hash))).scalar_one()
    assert kept == hash_of(first or "")
    back = await agreed(await begun(visitor), discord, "sasha")
    await visitor.get(str(back.relative()))
    assert secret_in(visitor) != first
    # The session left behind opens nothing any more.
    assert await site.desk.sessions.whose(first or "") is None


async def test_a_cookie_planted_before_is_not_taken_over(site: Site, discord: Sandbox) -> None:
    visitor = await site.visitor()
    planted = "A" * 43
    visitor.client.session.cookie_jar.update_cookies({"botcafe-session": planted}, site.server.make_url("/"))
    back = await agreed(await begun(visitor), discord)
    await visitor.get(str(back.relative()))
    assert secret_in(visitor) not in (planted, None)
    assert await site.desk.sessions.whose(planted) is None


async def test_a_sign_in_page_for_who_is_signed_in_goes_on(site: Site) -> None:
    me = await site.sign_in()
    answer = await me.get("/sign-in?next=/account/devices")
    assert (answer.status, answer.headers["Location"]) == (303, "/account/devices")


async def test_two_tabs_each_come_back(site: Site, discord: Sandbox) -> None:
    visitor = await site.visitor()
    first, second = await begun(visitor), await begun(visitor)
    one, other = await agreed(first, discord), await agreed(second, discord)
    assert (await visitor.get(str(one.relative()))).status == 303
    # The other tab was begun with the cookie from before, which signing in took away.
    await_other = await visitor.get(str(other.relative()))
    assert await_other.status == 400
    assert secret_in(visitor) is not None


# ---------------------------------------------------------------------------------------------------- no way in


async def test_the_way_back_leads_to_our_own_pages_only(site: Site, discord: Sandbox) -> None:
    for path in EVIL_PATHS:
        visitor = await site.visitor()
        back = await agreed(await begun(visitor, path), discord)
        answer = await visitor.get(str(back.relative()))
        assert (answer.status, answer.headers["Location"]) == (303, "/"), path
        await site.clock.advance(60)


async def test_a_link_to_the_sign_in_page_carries_no_other_house(site: Site) -> None:
    me = await site.sign_in()
    for path in EVIL_PATHS:
        answer = await me.client.get("/sign-in", params={"next": path}, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/"), path


async def test_a_state_that_was_never_given_out(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.page("/sign-in")
    for query in NEVER_GIVEN_OUT:
        await refused(site, visitor, yarl.URL("/sign-in/back").with_query(query), LoginFailure.STATE)
        await site.clock.advance(60)


async def test_a_replayed_answer(site: Site, discord: Sandbox) -> None:
    visitor = await site.visitor()
    back = await agreed(await begun(visitor), discord)
    assert (await visitor.get(str(back.relative()))).status == 303
    other = await site.visitor()
    await other.page("/sign-in")
    await refused(site, other, back, LoginFailure.STATE)
    visitor.client.session.cookie_jar.clear()
    await refused(site, visitor, back, LoginFailure.STATE)


async def test_an_answer_in_another_browser(site: Site, discord: Sandbox) -> None:
    """Somebody sends their own answer to another: who follows it must not become them (session fixation by OAuth)."""
    attacker, victim = await site.visitor(), await site.visitor()
    await victim.page("/sign-in")
    back = await agreed(await begun(attacker), discord)
    await refused(site, victim, back, LoginFailure.STATE)
    # And the state is used up: the attacker cannot go on with it either.
    await refused(site, attacker, back, LoginFailure.STATE)


async def test_an_answer_in_a_browser_without_cookies(site: Site, discord: Sandbox) -> None:
    visitor = await site.visitor()
    back = await agreed(await begun(visitor), discord)
    visitor.client.session.cookie_jar.clear()
    await refused(site, visitor, back, LoginFailure.STATE)


async def test_an_answer_for_a_browser_that_somebody_else_is_signed_in_with(site: Site, discord: Sandbox) -> None:
    attacker, victim = await site.visitor(), await site.sign_in()
    back = await agreed(await begun(attacker), discord)
    before = secret_in(victim)
    answer = await victim.get(str(back.relative()))
    assert answer.status == 400
    assert secret_in(victim) == before
    assert (await site.desk.sessions.whose(before or "")) is not None


async def test_an_answer_too_late(site: Site, discord: Sandbox) -> None:
    for minutes in (10, 11, 600):
        visitor = await site.visitor()
        back = await agreed(await begun(visitor), discord)
        await site.clock.advance(minutes * 60)
        await refused(site, visitor, back, LoginFailure.STATE)


async def test_an_answer_in_time(site: Site, discord: Sandbox) -> None:
    """The control of the test above: a second earlier it works."""
    visitor = await site.visitor()
    back = await agreed(await begun(visitor), discord)
    await site.clock.advance(timedelta(minutes=10).total_seconds() - 1)
    assert (await visitor.get(str(back.relative()))).status == 303


async def test_who_says_no_is_not_signed_in(site: Site, discord: Sandbox) -> None:
    visitor = await site.visitor()
    back = await agreed(await begun(visitor), discord, answer="cancel")
    assert "error" in back.query
    await refused(site, visitor, back, LoginFailure.DENIED)


async def test_a_code_that_is_none(site: Site) -> None:
    for code in ("", "wrong", "A" * 201, "\x00", "\n"):
        visitor = await site.visitor()
        state = (await begun(visitor)).query["state"]
        wanted = LoginFailure.CODE if code and len(code) <= 200 else LoginFailure.DENIED
        await refused(site, visitor, yarl.URL("/sign-in/back").with_query(state=state, code=code), wanted)


async def test_a_code_of_another_sign_in(site: Site, discord: Sandbox) -> None:
    """A stolen code is worth nothing without the verifier that only the sign-in it belongs to has (PKCE)."""
    attacker, victim = await site.visitor(), await site.visitor()
    stolen = (await agreed(await begun(victim), discord, "alex")).query["code"]
    state = (await begun(attacker)).query["state"]
    await refused(site, attacker, yarl.URL("/sign-in/back").with_query(state=state, code=stolen), LoginFailure.CODE)


async def test_a_code_used_already(site: Site, discord: Sandbox) -> None:
    visitor = await site.visitor()
    address = await begun(visitor)
    code = (await agreed(address, discord)).query["code"]
    await visitor.get(str((await agreed(await begun(visitor), discord)).relative()))
    visitor.client.session.cookie_jar.clear()
    state = (await begun(visitor)).query["state"]
    await refused(site, visitor, yarl.URL("/sign-in/back").with_query(state=state, code=code), LoginFailure.CODE)


async def test_discord_away(site: Site, discord: Sandbox) -> None:
    visitor = await site.visitor()
    back = await agreed(await begun(visitor), discord)
    await discord.close()
    await refused(site, visitor, back, LoginFailure.UNREACHABLE)


@pytest.mark.parametrize(
    ("status", "until", "words"),
    [
        (AccountStatus.BANNED, None, "banned"),
        (AccountStatus.SUSPENDED, None, "until an admin lifts it"),
        (AccountStatus.SUSPENDED, timedelta(days=2), "suspended until 2026-05-06"),
    ],
)
async def test_who_is_blocked_is_told_why(
    site: Site, discord: Sandbox, status: AccountStatus, until: timedelta | None, words: str
) -> None:
    visitor = await site.visitor()
    await visitor.get(str((await agreed(await begun(visitor), discord)).relative()))
    user_id = await id_of(site, "robin")
    async with site.owner.begin() as connection:
        await connection.execute(
            insert(Standing).values(
                user_id=user_id,
                status=status,
                reason="Spam in three servers.",
                suspended_until=None if until is None else site.clock.now() + until,
            )
        )
    # The session opens nothing from this moment on, and no new one is to be had.
    assert (await visitor.get("/account/devices")).status == 303
    visitor.client.session.cookie_jar.clear()
    back = await agreed(await begun(visitor), discord)
    answer = await visitor.get(str(back.relative()))
    page = await answer.text()
    assert answer.status == 400
    assert words in page
    assert "Spam in three servers." in page
    assert (await failures(site))[-1] is LoginFailure.BLOCKED
    if until is not None:
        await site.clock.advance(until.total_seconds() + 1)
        back = await agreed(await begun(visitor), discord)
        assert (await visitor.get(str(back.relative()))).status == 303


async def test_a_role_gained_or_lost_ends_the_session(site: Site) -> None:
    me = await site.sign_in()
    assert me.user_id is not None
    await me.page("/account/devices")
    await site.make(me.user_id, UserRole.ADMIN)
    assert (await me.get("/account/devices")).status == 303
    admin = await site.sign_in(me.user_id)
    await admin.page("/account/devices")
    async with site.owner.begin() as connection:
        await connection.execute(Standing.__table__.delete())
    assert (await admin.get("/account/devices")).status == 303


# ---------------------------------------------------------------------------------------------------- where


async def test_an_address_that_is_not_ours_signs_nobody_in(site: Site) -> None:
    """DNS rebinding: a page of another name that leads to this machine."""
    visitor = await site.visitor()
    token = await visitor.token()
    for host in ("evil.example", "127.0.0.1.evil.example", "[::2]:80", "localhost.evil.example:80"):
        answer = await visitor.client.post(
            "/sign-in",
            data={"next": "/", "form_token": token},
            headers={"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
        )
        assert answer.status == 403, host


async def test_only_ten_sign_ins_a_minute_from_one_address(site: Site) -> None:
    visitor = await site.visitor()
    token = await visitor.token()
    statuses: list[int] = []
    for _ in range(11):
        answer = await visitor.client.post(
            "/sign-in", data={"form_token": token}, headers={"Origin": site.origin}, allow_redirects=False
        )
        statuses.append(answer.status)
    assert statuses == [303] * 10 + [429]
    assert int(answer.headers["Retry-After"]) > 0


async def id_of(site: Site, username: str) -> UUID:
    async with site.owner.connect() as connection:
        return (await connection.execute(select(User.id).where(User.username == username))).scalar_one()


def test_what_discord_is_told(discord: Sandbox, identities: DiscordIdentities) -> None:
    address = identities.address(redirect_uri="https://cafe.example/sign-in/back", state="s", challenge="c")
    assert parse_qs(urlsplit(address).query)["redirect_uri"] == ["https://cafe.example/sign-in/back"]
