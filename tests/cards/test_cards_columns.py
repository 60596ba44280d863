"""What becomes of a card in a character, and that it goes out again as it came."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.cards.card import JsonObject, Spec, read_card, written_card
from bot.services.characters.cards.columns import Columns, card_of, fitted
from bot.services.characters.cards.containers import opened
from bot.services.characters.examples import Exchange
from db.models.characters import DepthNote

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "cards"
CARDS = [path for path in sorted(SAMPLES.glob("*")) if not path.name.startswith(("invalid", "lorebooks"))]


def v2(**data: object) -> JsonObject:
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Mira", "description": "d", **data}}


def columns(**data: object) -> Columns:
    return fitted(read_card(v2(**data))).columns


def test_every_field_has_its_column() -> None:
    found = columns(
        personality="p", scenario="s", first_mes="f\r\n", mes_example="<START>\n{{user}}: hi\n{{char}}: hello",
        creator_notes="A <b>guide</b>.", system_prompt="sp", post_history_instructions="ph",
        alternate_greetings=["a", " ", "a"], tags=["Sea Side", "x"], creator="c", character_version="1",
        extensions={"depth_prompt": {"prompt": "n", "depth": 900, "role": "user"}},
    )  # fmt: skip
    assert found == Columns(
        name="Mira", description="A guide .", definition="d", personality="p", scenario="s", system_prompt="sp",
        last_instructions="ph", greeting="f", other_greetings=("a",), note=DepthNote(text="n", depth=100, role="user"),
        examples=(Exchange("hi", "hello"),), creator_notes="A <b>guide</b>.", creator="c", version="1",
        tags=("sea-side",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "nickname", "expected"),
    [
        ("Mira the Harbour-Keeper of the Nine Isles", "", "Mira the Harbour-Keeper of the"),
        ('Captain "Red" Ann', "", "Captain Red Ann"),
        ("Ann (the pirate queen of the seven seas)", "", "Ann"),
        ("X", "Xenia", "Xenia"),
        ("Zoë\n", "", "Zoë"),
    ],
)
def test_a_name_is_made_to_fit(name: str, nickname: str, expected: str) -> None:
    assert columns(name=name, nickname=nickname).name == expected


def test_a_name_that_cannot_be_is_refused_and_another_may_be_chosen() -> None:
    with pytest.raises(InvalidInput) as caught:
        columns(name="Discord")
    assert caught.value.code == "card_name_unusable"
    card = read_card(v2(name="Discord"))
    assert fitted(card, name="Dora").columns.name == "Dora"


def test_a_card_that_only_has_a_personality_still_says_who_it_is() -> None:
    assert columns(description="", personality="kind").definition == "kind"
    assert columns(description="").definition == "Mira"


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.name)
@pytest.mark.parametrize("spec", [Spec.V2, Spec.V3])
def test_the_samples_go_out_as_they_came(path: Path, spec: Spec) -> None:
    card = read_card(opened(path.read_bytes()).data)
    again = card_of(fitted(card).columns, card.raw, card.book)
    assert written_card(again, card.spec) == card.raw
    other = read_card(written_card(again, spec))
    assert fitted(other).columns == fitted(card).columns


TEXT = st.text(alphabet="ab é\n\r{}猫", max_size=8)
TEXTS = ("description", "personality", "scenario", "first_mes", "creator_notes", "system_prompt",
         "post_history_instructions", "creator", "character_version", "mes_example")  # fmt: skip
DATA: Any = st.fixed_dictionaries(
    {"name": st.sampled_from(["Mira", "Captain Red the Very Long Named One", 'An "odd" one'])},
    optional={name: TEXT for name in TEXTS}
    | {
        "alternate_greetings": st.lists(TEXT, max_size=3),
        "tags": st.lists(st.sampled_from(["a", "bc", "Sea"]), max_size=3),
    }
    | {"nickname": st.sampled_from(["Mi", "@", ""]), "extensions": st.dictionaries(st.sampled_from("xy"), TEXT)},
)


@settings(max_examples=150, deadline=None)
@given(DATA, st.sampled_from([Spec.V2, Spec.V3]))
def test_what_is_not_changed_here_goes_out_as_it_came(data: JsonObject, spec: Spec) -> None:
    raw: JsonObject = {"spec": f"chara_card_{spec}", "data": data}
    card = read_card(raw)
    assert written_card(card_of(fitted(card).columns, raw, None), spec) == raw


COLUMNS: Any = st.builds(
    Columns,
    name=st.sampled_from(["Mira", "Ann"]),
    nickname=st.sampled_from(["", "Mi"]),
    description=st.sampled_from(["", "A guide."]),
    definition=st.sampled_from(["who", "who else"]),
    personality=st.sampled_from(["", "kind"]),
    scenario=st.sampled_from(["", "a harbour"]),
    system_prompt=st.sampled_from(["", "{{original}} x"]),
    last_instructions=st.sampled_from(["", "last"]),
    greeting=st.sampled_from(["", "hello"]),
    other_greetings=st.sampled_from([(), ("a", "b")]),
    group_greetings=st.sampled_from([(), ("g",)]),
    note=st.sampled_from([DepthNote(), DepthNote(text="n", depth=2, role="user")]),
    examples=st.sampled_from([(), (Exchange("hi", "hello\nthere"), Exchange("", "more"))]),
    creator_notes=st.sampled_from(["", "notes"]),
    creator=st.sampled_from(["", "me"]),
    version=st.sampled_from(["", "1.0"]),
    tags=st.sampled_from([(), ("sea", "town")]),
    age=st.sampled_from([None, 40]),
    phrases=st.sampled_from([(), ("Ahoy!",)]),
    chosen=st.sampled_from([{}, {"tone": "friendly"}]),
)


@settings(max_examples=100, deadline=None)
@given(COLUMNS, DATA | st.none(), st.sampled_from([Spec.V2, Spec.V3]))
def test_a_character_is_read_again_as_it_was_written(found: Columns, data: JsonObject | None, spec: Spec) -> None:
    """Made here (no card) or changed here since it came as one; written again it does not change."""
    raw: JsonObject | None = None if data is None else {"spec": f"chara_card_{spec}", "data": data}
    written = written_card(card_of(found, raw, None), spec)
    card = read_card(written)
    again = fitted(card).columns
    # What lists show is made of other texts where there is none.
    assert replace(again, description=found.description or "") == found
    assert written_card(card_of(again, written, None), spec) == written
    assert len(again.name) <= limits.CHARACTER_NAME_MAX
