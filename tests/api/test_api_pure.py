"""What the API is made of, without a request: cursors, allowances, ids, and the document."""

from __future__ import annotations

import base64
import contextlib
import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InvalidInput
from tests.fakes.clock import FakeClock
from web.api import cursors
from web.api.kinds import CURSOR, Endpoint, Listed, ListQuery, Rate, uuid_in
from web.api.openapi import described
from web.api.rates import Allowances
from web.api.table import ENDPOINTS

DOCUMENT = described(ENDPOINTS)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=120)


# ------------------------------------------------------------------------------------------------ cursors


@given(TEXT, st.uuids(), st.booleans(), st.datetimes(timezones=st.just(UTC)), st.integers(-(2**62), 2**62))
def test_a_cursor_brings_back_what_was_put_into_it(
    text: str, one: UUID, flag: bool, moment: datetime, number: int
) -> None:
    values = (text, one, flag, moment, number)
    cursor = cursors.sealed(values)
    assert re.fullmatch(CURSOR, cursor)
    assert cursors.opened(cursor, (str, UUID, bool, datetime, int)) == values


@given(st.from_regex(CURSOR, fullmatch=True), st.lists(st.sampled_from((str, UUID, bool, datetime, int)), max_size=4))
def test_a_made_up_cursor_is_refused_and_breaks_nothing(cursor: str, kinds: list[type]) -> None:
    with contextlib.suppress(InvalidInput):
        found = cursors.opened(cursor.strip(), kinds)
        assert [type(one) for one in found] == kinds


@pytest.mark.parametrize(
    "values",
    [["a", 1], [1, str(uuid4())], [True, str(uuid4())], ["a", "no id"], ["a\0b", str(uuid4())], {"a": 1}, 7, None, []],
)
def test_a_cursor_of_another_list_is_refused(values: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    with pytest.raises(InvalidInput):
        cursors.opened(cursor, (str, UUID))


@pytest.mark.parametrize(
    "typed",
    ["", "1", "{0}", "{0} ", "urn:uuid:{0}", "{{{0}}}", "0x{0}", "{0}\n"],
)
def test_an_id_is_written_in_one_way(typed: str) -> None:
    one = uuid4()
    assert uuid_in(str(one)) == one == uuid_in(str(one).upper())
    written = typed.format(one)
    assert uuid_in(written) == (one if written == str(one) else None)
    assert uuid_in(one.hex) is None


# ------------------------------------------------------------------------------------------------ allowances


async def test_an_allowance_is_used_up_and_fills_again() -> None:
    clock = FakeClock()
    allowances = Allowances(clock, {Rate.READ: 3, Rate.WRITE: 1})
    left = [allowances.take(Rate.READ, "a").left for _ in range(3)]
    assert left == [2, 1, 0]
    refused = allowances.take(Rate.READ, "a")
    assert (refused.left, refused.wait, refused.whole_in) == (0, 20, 60)
    assert refused.headers() == {
        "RateLimit-Policy": '"read";q=3;w=60', "RateLimit": '"read";r=0;t=60', "Retry-After": "20",
    }  # fmt: skip
    assert allowances.take(Rate.READ, "b").wait == 0, "another person has their own"
    assert allowances.take(Rate.WRITE, "a").wait == 0, "and every kind is its own"
    await clock.advance(19)
    assert allowances.take(Rate.READ, "a").wait == 1
    await clock.advance(1)
    assert allowances.take(Rate.READ, "a").wait == 0
    await clock.advance(3600)
    assert allowances.take(Rate.READ, "a").left == 2


async def test_wrong_tokens_bar_an_address_for_a_while() -> None:
    clock = FakeClock()
    allowances = Allowances(clock, failures=2)
    assert not allowances.bars("a")
    allowances.failed("a")
    allowances.failed("a")
    assert allowances.bars("a") == 30
    assert not allowances.bars("b")
    await clock.advance(30)
    assert not allowances.bars("a")


# ------------------------------------------------------------------------------------------------ the document


def test_the_document_is_valid_openapi() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    for name, schema in DOCUMENT["components"]["schemas"].items():
        whole = {**schema, "components": DOCUMENT["components"]}
        jsonschema_rs.validator_for(whole)
        assert schema.get("description"), f"{name} says nothing of itself"


def test_every_reference_leads_somewhere_and_every_model_is_used() -> None:
    used: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                used.add(node["$ref"])
                found: Any = DOCUMENT
                for step in node["$ref"].removeprefix("#/").split("/"):
                    found = found[step]
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(DOCUMENT)
    named = {one.rpartition("/")[2] for one in used if "/schemas/" in one}
    assert named == set(DOCUMENT["components"]["schemas"])


def test_every_endpoint_is_in_the_document_once_and_says_what_it_does() -> None:
    names = [one.name for one in ENDPOINTS]
    assert len(names) == len(set(names))
    assert len({(one.method, one.path) for one in ENDPOINTS}) == len(ENDPOINTS)
    for one in ENDPOINTS:
        operation = DOCUMENT["paths"][one.path][one.method.lower()]
        assert operation["operationId"] == one.name
        assert operation["summary"]
        assert one.handle.__doc__, f"{one.name} has no words"


@pytest.mark.parametrize("one", ENDPOINTS, ids=lambda one: one.name)
def test_what_an_endpoint_declares_fits_together(one: Endpoint) -> None:
    from web.api.kinds import Scope

    assert (one.method == "GET") == (one.scope is Scope.READ) or one.scope is Scope.STAFF
    assert one.method == "GET" or one.query.__name__ == "Nothing", "what changes something is told in its body"
    if one.answer is not None and issubclass(one.answer, Listed):
        assert one.name.startswith(("list_", "find_", "search_"))
    if issubclass(one.query, ListQuery):
        assert one.answer is not None
        assert issubclass(one.answer, Listed)
    if one.makes:
        assert one.answer is not None
        assert "id" in one.answer.model_fields
        assert any(one.makes in other.parameters for other in ENDPOINTS)
