"""Whatever a file says, it is read or refused with a sentence; what is read is written again without loss."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.files_parts import built
from bot.errors import InvalidInput
from bot.inspecting import account_of_book, account_of_card
from bot.services.characters.cards.card import Spec, read_card, written_card
from bot.services.characters.cards.columns import card_of, fitted

ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def paths(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far, *(path for key, one in inner for path in paths(one, (*so_far, key)))]


def put(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """A copy with something odd in one place."""
    if not path:
        return odd
    made = value.copy()
    made[path[0]] = put(value[path[0]], path[1:], odd)
    return made


BOOKS = [built.WORLD, built.BOOK, built.RISU, built.AGNAI, built.NOVEL, {"spec": "lorebook_v3", "data": built.BOOK}]
CARDS = [
    built.card("2.0", {**built.NEWER, "character_book": built.BOOK}), built.card("3.0", built.NEWEST), built.PYGMALION,
    built.TEXTS,
]  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, some: list[Any]) -> Any:
    """A file with one to three odd values in it."""
    value = draw(st.sampled_from(some))
    for _ in range(draw(st.integers(1, 3))):
        value = put(value, draw(st.sampled_from(paths(value))), draw(ODD))
    return value


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changed(BOOKS))
def test_an_odd_book_is_read_without_loss_or_refused(raw: Any) -> None:
    try:
        account = account_of_book(orjson.dumps(raw), "odd.json")
    except InvalidInput:
        return
    if "entries (" not in account["report"][0]:  # what is no entry at all is told there, and left out
        assert [one["lost"] for one in account["written"]] == [[], [], []]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changed(CARDS))
def test_an_odd_card_is_read_without_loss_or_refused(raw: Any) -> None:
    try:
        account = account_of_card(orjson.dumps(raw), "odd.json")
    except InvalidInput:
        return
    assert [one["lost"] for one in account["written"]] == [[], []]
    card = read_card(orjson.loads(orjson.dumps(raw)))
    for spec in (Spec.V2, Spec.V3):
        once = written_card(card_of(fitted(card).columns, card.raw, card.book), spec)
        assert orjson.dumps(once)
