"""The parts that pages are made of: addresses, lists, files, plots, rates, forms."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound, UserError
from bot.services.people.creators.usernames import RESERVED
from bot.texts import N_
from db.models import UserRole
from tests.fakes.clock import FakeClock
from tests.web.conftest import Site
from web.csv import cell, csv_file, lines
from web.forms import Form, version_of
from web.house import House, networks
from web.lists import Choice, Cursor, Filter, Shelf, Sort, cut
from web.names import check_names, first_segments
from web.pages import Access, Page, Rate, get, is_local, post, status_of
from web.plots import PlotKind, draw
from web.rates import LIMITS, Allowance, Rates
from web.routes import all_pages

# ---------------------------------------------------------------------------------------------------- addresses


@given(st.text(max_size=60))
def test_a_local_address_stays_here_in_any_browser(text: str) -> None:
    """As the URL standard reads it: backslashes are slashes, tabs and line breaks are dropped."""
    if is_local(text):
        read = text.replace("\\", "/").replace("\t", "").replace("\n", "").replace("\r", "").strip()
        assert read.startswith("/")
        assert not read.startswith("//")


def test_the_first_part_of_every_address_is_reserved() -> None:
    assert first_segments(all_pages()) <= RESERVED
    assert {"account", "static", "sign-in", "media", "healthz"} <= first_segments(all_pages())
    with pytest.raises(ValueError, match="robinson"):
        check_names([get("/robinson/{character_id}", _never, "x", Access.ANYBODY)])


def test_page_names_and_ids() -> None:
    page = post("/a/{book_id}/b/{entry_id:[0-9a-f-]{36}}/{word}", _never, "x", Access.MEMBER)
    assert page.placeholders == ("book_id", "entry_id", "word")
    assert page.ids == ("book_id", "entry_id")
    assert not page.is_safe


@pytest.mark.parametrize(
    ("remote", "forwarded", "caller"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # nobody we believe
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # what the caller made up stands further left
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "::1", "::1"),
    ],
)
def test_only_trusted_proxies_are_believed(remote: str, forwarded: str, caller: str) -> None:
    house = House(proxies=networks("10.0.0.0/8"))
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded})
    assert house.caller(cast("web.Request", _at(request, remote))) == caller


def test_without_proxies_nobody_is_believed() -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": "6.6.6.6"})
    assert House().caller(cast("web.Request", _at(request, "203.0.113.9"))) == "203.0.113.9"


@pytest.mark.parametrize(
    ("public_url", "https", "sign_in", "cookie"),
    [
        ("", False, True, "botcafe-session"),
        ("http://localhost:8080", False, True, "botcafe-session"),
        ("http://[::1]:8080", False, True, "botcafe-session"),
        ("http://cafe.lan", False, False, "botcafe-session"),
        ("https://cafe.example", True, True, "__Host-session"),
    ],
)
def test_where_a_cookie_would_be_safe(public_url: str, https: bool, sign_in: bool, cookie: str) -> None:
    house = House(public_url=public_url)
    assert (house.is_https, house.may_sign_in, house.cookie("session")) == (https, sign_in, cookie)


def _at(request: Any, remote: str) -> object:
    return SimpleNamespace(headers=request.headers, remote=remote)


async def _never(request: web.Request) -> web.Response:
    raise AssertionError


# ---------------------------------------------------------------------------------------------------- rates


async def test_a_burst_then_evenly(clock: FakeClock) -> None:
    rates = Rates(clock, {Rate.WRITE: Allowance(60, 60)})
    assert [rates.take(Rate.WRITE, "a") for _ in range(61)] == [0] * 60 + [1]
    assert rates.take(Rate.WRITE, "b") == 0
    await clock.advance(1)
    assert [rates.take(Rate.WRITE, "a"), rates.take(Rate.WRITE, "a")] == [0, 1]
    await clock.advance(3600)
    assert [rates.take(Rate.WRITE, "a") for _ in range(61)] == [0] * 60 + [1]


async def test_what_is_asked_in_the_limits(clock: FakeClock) -> None:
    assert LIMITS[Rate.LOGIN] == Allowance(10, 60)
    assert LIMITS[Rate.WRITE] == Allowance(60, 60)
    assert LIMITS[Rate.UPLOAD] == Allowance(10, 3600)
    assert LIMITS[Rate.EXPORT] == Allowance(2, 86_400)
    assert set(LIMITS) == set(Rate)
    rates = Rates(clock)
    assert [rates.take(Rate.EXPORT, "a") for _ in range(3)] == [0, 0, 43_200]


async def test_counting_does_not_grow_for_ever(clock: FakeClock) -> None:
    rates = Rates(clock, {Rate.LOGIN: Allowance(10, 60)})
    for number in range(1000):
        rates.take(Rate.LOGIN, str(number))
    await clock.advance(61)
    rates.take(Rate.LOGIN, "last")
    assert len(rates._buckets) == 1  # pyright: ignore[reportPrivateUsage]


async def test_too_many_writes_are_held_back_with_a_page(site: Site) -> None:
    me = await site.sign_in()
    token = await me.token()
    statuses: list[int] = []
    for _ in range(61):
        answer = await me.client.post(
            f"/account/devices/{uuid4()}/end", data={"form_token": token}, headers={"Origin": site.origin}
        )
        statuses.append(answer.status)
    assert statuses == [404] * 60 + [429]
    assert answer.headers["Retry-After"] == "1"
    assert "Not so fast" in await answer.text()


# ---------------------------------------------------------------------------------------------------- lists

SHELF = Shelf(
    sorts=(Sort("name", N_("Name")), Sort("new", N_("Newest"), falling=True)),
    filters=(Filter("state", N_("State"), (Choice("open", N_("Open")), Choice("done", N_("Done")))),),
)


def asked(query: str) -> Any:
    return SHELF.asked(make_mocked_request("GET", f"/x?{query}"))


def test_what_a_list_is_asked_for() -> None:
    found = asked("search=%20mira%20&sort=-name&state=open")
    assert (found.search, found.sort, found.falling, dict(found.filters)) == ("mira", "name", True, {"state": "open"})
    plain = asked("")
    assert (plain.search, plain.sort, plain.falling, dict(plain.filters), plain.after) == ("", "name", False, {}, None)
    assert asked("sort=new").falling is False
    wrong = asked("sort=--password&state=DROP&after=%00&search=%00")
    assert (wrong.search, wrong.sort, wrong.falling, dict(wrong.filters), wrong.after) == ("", "name", False, {}, None)
    assert len(asked("search=" + "x" * 5000).search) == 100


@given(st.none() | st.text(alphabet=st.characters(exclude_characters="\x00", codec="utf-8"), max_size=200), st.uuids())
def test_a_cursor_comes_back_as_it_went(value: str | None, row: UUID) -> None:
    assert Cursor.read(str(Cursor(value, row))) == Cursor(value, row)


@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda b: b.decode("latin-1")))
def test_what_is_no_cursor_is_the_first_page(text: str) -> None:
    found = Cursor.read(text)
    assert found is None or isinstance(found.id, UUID)


def test_one_row_more_tells_of_a_next_page() -> None:
    some = SHELF.asked(make_mocked_request("GET", "/x"), limit=3)
    assert cut([1, 2, 3], some) == ([1, 2, 3], None)
    assert cut([1, 2, 3, 4], some) == ([1, 2, 3], 3)


# ---------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "\u00a0=1", "\ufeff=1", "=cmd|'/c'!A0"],
)
def test_a_cell_never_becomes_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (-5, "-5"),
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        (1.5, "1.5"),
        (True, "yes"),
        ("plain, with “words”", "plain, with “words”"),
        (datetime(2026, 5, 4, 12, 0, tzinfo=UTC), "2026-05-04T12:00:00+00:00"),
    ],
)
def test_cells(value: object, text: str) -> None:
    assert cell(value) == text


@given(
    st.lists(
        st.lists(
            st.text(alphabet=st.characters(exclude_characters="\x00", codec="utf-8"), max_size=20),
            min_size=2,
            max_size=2,
        )
    )
)
def test_a_file_reads_back_as_it_was_written(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(lines(rows).decode(), newline="")))
    assert [[value.removeprefix("'") for value in row] for row in read] == [
        [cell(value).removeprefix("'") for value in row] for row in rows
    ]


async def many_rows() -> AsyncIterator[Sequence[object]]:
    for number in range(1000):
        yield (number, "=evil", "é")


async def give_file(request: web.Request) -> web.StreamResponse:
    return await csv_file(request, "All People; rm -rf", ("Number", "Name", "Letter"), many_rows())


async def show_plot(request: web.Request) -> web.Response:
    plot = await draw(
        request, PlotKind(request.query["kind"]), "Tokens <b>", "Day", ["a<x>", "b", "c"],
        {"one & two": [1, None, 3_000_000], "more": [2, 2, 2]},
    )  # fmt: skip
    return web.Response(text=plot.svg, content_type="image/svg+xml")


async def refuse(request: web.Request) -> web.Response:
    kinds: dict[str, type[UserError]] = {
        "missing": NotFound,
        "denied": NotAllowed,
        "limit": LimitReached,
        "conflict": Conflict,
        "invalid": InvalidInput,
    }
    raise kinds[request.query["kind"]]("code", N_("A sentence about {thing}."), thing="<b>{braces}</b>")


@pytest.fixture
def more_pages() -> tuple[Page, ...]:
    return (
        get("/test/file", give_file, "test_file", Access.ANYBODY, rate=Rate.LIST_FILE),
        get("/test/plot", show_plot, "test_plot", Access.ANYBODY),
        get("/test/refuse", refuse, "test_refuse", Access.ANYBODY),
    )


async def test_a_list_as_a_file(site: Site) -> None:
    answer = await (await site.visitor()).get("/test/file")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="botcafe-all-people-rm-rf.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    body = (await answer.read()).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body, newline="")))
    assert rows[0] == ["Number", "Name", "Letter"]
    assert rows[1000] == ["999", "'=evil", "é"]


@pytest.mark.parametrize("kind", list(PlotKind))
async def test_a_plot_is_shapes_and_words(site: Site, kind: PlotKind) -> None:
    answer = await (await site.visitor()).get(f"/test/plot?kind={kind}")
    svg = await answer.text()
    assert svg.startswith('<svg viewBox="0 0 560 220" role="img" aria-label="Tokens &lt;b&gt;">')
    for never in ("<style", "style=", "<script", "href", "id=", "onload", "<b>", "<x>", "pygal"):
        assert never not in svg.lower().replace("pygal-chart", ""), never
    for always in ("a&lt;x&gt;", "3M", "color-0", "color-1"):
        assert always in svg, always


@pytest.mark.parametrize(
    ("kind", "status"), [("missing", 404), ("denied", 403), ("limit", 403), ("conflict", 409), ("invalid", 422)]
)
async def test_a_refusal_becomes_a_page(site: Site, kind: str, status: int) -> None:
    visitor = await site.visitor()
    page = await visitor.page(f"/test/refuse?kind={kind}", status)
    assert ("A sentence about &lt;b&gt;{braces}&lt;/b&gt;." in page) == (status != 404)
    if status == 404:
        assert "There is nothing at this address." in page


def test_statuses_of_refusals() -> None:
    assert status_of(UserError("x", "y")) == 400


# ---------------------------------------------------------------------------------------------------- forms


def test_what_was_typed() -> None:
    typed = Form({"name": ["  Mira "], "tags": ["a", "b"], "lines": ["one\n\n two "], "n": ["12"], "on": ["on"]})
    assert (typed.text("name"), typed.values("tags"), typed.lines("lines")) == ("Mira", ("a", "b"), ["one", "two"])
    assert (typed.whole("n"), typed.ticked("on"), typed.ticked("off"), typed.optional("none")) == (
        12,
        True,
        False,
        None,
    )
    assert typed.choice("role", UserRole) if typed.text("role") else True


@pytest.mark.parametrize("text", ["", "1.5", "1e3", "10^30", "9" * 19, "٣٤x", "0x10", " ", "--1", "1_000", "²"])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Form({"amount": [text]}).whole("amount")
    assert caught.value.field == "amount"


def test_unknown_fields_are_refused() -> None:
    typed = Form({"name": ["x"], "role": ["admin"], "form_token": ["t"], "version": ["v"]})
    typed.only({"name", "role"})
    with pytest.raises(InvalidInput):
        typed.only({"name"})


def test_choices_and_ids() -> None:
    typed = Form({"role": ["admin"], "wrong": ["king"], "id": ["x"]})
    assert typed.choice("role", UserRole) is UserRole.ADMIN
    assert typed.optional_choice("none", UserRole) is None
    with pytest.raises(InvalidInput):
        typed.choice("wrong", UserRole)
    with pytest.raises(InvalidInput):
        typed.id("id")


def test_two_tabs() -> None:
    at = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)
    Form({"version": [version_of(at)]}).must_have_seen(at)
    for seen in ([version_of(at.replace(microsecond=123457))], [""], []):
        with pytest.raises(Conflict):
            Form({"version": seen}).must_have_seen(at)


def test_a_form_is_shown_filled() -> None:
    shown = Form.filled(name="Mira", age=3, tags=["a", "b"], on=True, off=False, none=None, role=UserRole.ADMIN)
    assert [shown.value(name) for name in ("name", "age", "on", "off", "none", "role")] == [
        "Mira",
        "3",
        "on",
        "",
        "",
        "admin",
    ]
    assert shown.values("tags") == ("a", "b")
    error = InvalidInput("x", "y", field="name")
    assert shown.failed(error).error("name") is error
    assert shown.failed(error).error("age") is None
