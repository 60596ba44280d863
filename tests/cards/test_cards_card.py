"""Cards say here what they said there, and are written again without loss."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidInput
from bot.services.characters.cards.card import Card, DepthPrompt, JsonObject, Spec, read_card, written_card
from bot.services.characters.cards.containers import opened

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "cards"
V2: JsonObject = {
    "spec": "chara_card_v2", "spec_version": "2.0", "name": "old name",
    "data": {
        "name": "Mira", "description": "d", "personality": "p", "scenario": "s", "first_mes": "f", "mes_example": "m",
        "creator_notes": "n", "system_prompt": "{{original}} y", "post_history_instructions": "h",
        "alternate_greetings": ["a", "b"], "tags": ["t"], "creator": "c", "character_version": "1",
        "extensions": {"depth_prompt": {"prompt": "q", "depth": 2, "role": "user"}, "other/app": {"x": 1}},
        "nobody_knows": [1],
    },
}  # fmt: skip


def test_every_field_is_read() -> None:
    card = read_card(V2)
    assert (card.name, card.description, card.personality, card.scenario) == ("Mira", "d", "p", "s")
    assert (card.greeting, card.examples, card.creator_notes) == ("f", "m", "n")
    assert (card.system_prompt, card.last_instructions) == ("{{original}} y", "h")
    assert (card.other_greetings, card.tags, card.creator, card.version) == (("a", "b"), ("t",), "c", "1")
    assert card.note == DepthPrompt("q", 2, "user")
    assert card.notes == ("name",), "what stands beside data disagrees, and data counts"


@pytest.mark.parametrize(
    ("raw", "spec", "expected"),
    [
        ({"name": "N", "first_mes": "hi"}, Spec.V1, {"greeting": "hi"}),
        ({"char_name": "N", "char_persona": "p", "world_scenario": "w"}, Spec.PYGMALION, {"description": "p"}),
        ({"spec": "chara_card_v3", "spec_version": "3.1", "data": {"name": "N"}}, Spec.V3,
         {"notes": ("spec_version",)}),
        ({"spec": "chara_card_v3", "data": {"name": "N", "nickname": "n"}}, Spec.V3, {"nickname": "n"}),
        ({"spec": "chara_card_v2", "data": {"name": "N", "tags": "a, b"}}, Spec.V2, {"tags": ("a", "b")}),
        ({"spec": "chara_card_v2", "data": {"name": "N", "alternate_greetings": "one"}}, Spec.V2,
         {"other_greetings": ("one",)}),
        ({"spec": "chara_card_v2", "data": {"name": "N", "character_book": []}}, Spec.V2, {"book": None}),
    ],
)  # fmt: skip
def test_cards_as_they_are_found(raw: JsonObject, spec: Spec, expected: dict[str, object]) -> None:
    card = read_card(raw)
    assert card.spec is spec
    assert {name: getattr(card, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"spec": "chara_card_v2", "data": {"name": " "}}, "card_without_name"),
        ({"data": {"name": "N"}}, "card_without_spec"),
        ({"hello": "there"}, "not_a_card"),
    ],
)
def test_what_is_no_card_is_refused(raw: JsonObject, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_card(raw)
    assert caught.value.code == code


def test_only_what_was_changed_is_written_otherwise() -> None:
    card = read_card(V2)
    assert written_card(card, Spec.V2) == V2
    made = written_card(replace(card, greeting="new", note=DepthPrompt("z")), Spec.V2)
    data = dict(V2["data"])  # type: ignore[call-overload]
    told = {"prompt": "z", "depth": 4, "role": "system"}
    assert made == {
        **V2, "data": {**data, "first_mes": "new", "extensions": {**data["extensions"], "depth_prompt": told}},
    }  # fmt: skip


@pytest.mark.parametrize("spec", [Spec.V2, Spec.V3])
def test_a_card_of_one_kind_says_the_same_in_another(spec: Spec) -> None:
    for raw in (V2, {"name": "N", "first_mes": "hi", "extra": 1}, {"char_name": "N", "char_persona": "p"}):
        card = read_card(raw)
        again = read_card(written_card(card, spec))
        same = {"spec": card.spec, "raw": card.raw, "notes": card.notes}
        assert replace(again, **same) == card
        assert again.spec is spec


TEXT = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
DATA = st.fixed_dictionaries(
    {"name": st.just("N")},
    optional={name: JSON for name in ({*V2["data"], "nickname", "assets", "source", "character_book"} - {"name"})},  # type: ignore[misc]
)


@settings(max_examples=400, deadline=None)
@given(DATA, st.sampled_from([Spec.V2, Spec.V3]))
def test_whatever_a_card_says_it_is_written_back_unchanged(data: JsonObject, spec: Spec) -> None:
    raw: JsonObject = {"spec": f"chara_card_{spec}", "data": data}
    assert written_card(read_card(raw), spec) == raw
    other = Spec.V3 if spec is Spec.V2 else Spec.V2
    once = written_card(read_card(raw), other)
    assert written_card(read_card(once), other) == once


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*")), ids=lambda path: path.name)
def test_the_samples_lose_nothing_or_say_why(path: Path) -> None:
    raw = opened(path.read_bytes()).data
    if path.name.startswith(("invalid", "lorebooks")):
        with pytest.raises(InvalidInput):
            read_card(raw)
        return
    card = read_card(raw)
    if card.spec in {Spec.V2, Spec.V3}:
        assert written_card(card, card.spec) == raw
    assert isinstance(card, Card)
    assert orjson.dumps(written_card(card, Spec.V3))
