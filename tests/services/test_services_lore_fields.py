"""The fields of books and entries: what a form may say, and that it says again what was kept."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InvalidInput
from bot.services.lore.engine.book import Entry, Key
from bot.services.lore.engine.folding import folded
from bot.services.lore.fields import BOOK_FIELDS, ENTRY_FIELDS, Kind, differing, numbers_in, put, read, taken, written
from bot.services.lore.fields.typed_keys import read_keys, written_keys
from bot.services.lore.stored import rules_of
from db.models import EntryOrigin, EntryRules, EntryState, Mode

ONE, TWO = uuid4(), uuid4()
BLANK = EntryState(
    number=1, name="", content="", is_enabled=True, mode=Mode.KEYWORD, folder="", tags=(), place=0, rules=EntryRules(),
    origin=EntryOrigin(),
)  # fmt: skip

TYPED = {
    "name": "The harbour", "content": "Cold water.", "folder": "Places", "tags": "sea, north", "mode": "hybrid",
    "is_enabled": "no", "keys": "harbour\n/quays?/i, pier [case]", "secondary": "ship [part]", "logic": "not_any",
    "case_sensitive": "yes", "whole_words": "no", "scan_depth": "7", "sources": "user, persona", "speakers": "Ada, Mo",
    "threshold": "0.5", "results": "3", "blend": "and", "weight": "0.25", "probability": "12.5", "position": "outlet",
    "depth": "9", "role": "user", "outlet": "town", "order": "-5", "sticky": "2", "cooldown": "3", "delay": "4",
    "characters_only": str(ONE), "characters_never": str(TWO), "personas_only": str(ONE), "personas_never": str(TWO),
    "channels_only": "<#111>, 112", "channels_never": "113", "servers_only": "1", "servers_never": "2",
    "roles_only": "<@&5>", "roles_never": "6", "tags_only": "sea", "tags_never": "land", "occasions": "regenerate",
    "groups": "kings, queens", "group_weight": "7", "group_first": "yes", "wakes": "no", "is_woken": "no", "level": "2",
    "wakes_only": "#1", "woken_only_by": "#2", "requires": "#1, #2", "excludes": f"{ONE}", "priority": "8",
    "max_tokens": "300", "ignores_budget": "yes",
}  # fmt: skip

TYPED_BOOK = {
    "name": "North", "description": "Cold.", "category": "memories", "difficulty": "advanced", "tags": "sea",
    "allow_fork": "yes", "allow_collaboration": "no", "accepts_requests": "yes", "scan_depth": "5",
    "timing": "messages", "at_least": "2", "at_least_depth": "30", "is_compatible": "yes", "query_depth": "3",
    "threshold": "0.4", "recursion": "no", "steps": "2", "token_budget": "500", "constants_first": "no",
    "groups": "kings: 2, score\nqueens: 1",
}  # fmt: skip


def test_every_field_has_a_row_here() -> None:
    assert set(TYPED) == set(ENTRY_FIELDS)
    assert set(TYPED_BOOK) == set(BOOK_FIELDS)


@pytest.mark.parametrize("name", ENTRY_FIELDS)
def test_a_field_is_read_kept_and_written_as_it_was(name: str) -> None:
    one = ENTRY_FIELDS[name]
    entries = {1: ONE, 2: TWO}
    value = read(one, TYPED[name], entries)
    state = put(BLANK, {"keys": (Key("a"),), name: value})
    assert taken(one, state) == value
    assert value != taken(one, put(BLANK, {"keys": (Key("a"),)})), "what is typed is no other than what was there"
    again = read(one, written(one, value, {ONE: 1, TWO: 2}), entries)
    assert again == value
    assert set(differing(put(BLANK, {"keys": (Key("a"),)}), state)) == (
        {"keys"} if name in {"case_sensitive", "whole_words"} else {name}
    )


@pytest.mark.parametrize("name", BOOK_FIELDS)
def test_a_field_of_a_book_is_read_and_written_as_it_was(name: str) -> None:
    one = BOOK_FIELDS[name]
    value = read(one, TYPED_BOOK[name])
    assert value != one.default
    assert read(one, written(one, value)) == value


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("content", "x" * 30_001), ("mode", "sometimes"), ("is_enabled", "perhaps"), ("keys", " \n/(/"),
        ("keys", "/(a+)+$(?=x)/"), ("keys", "k" * 201), ("keys", '" "'), ("scan_depth", "101"), ("scan_depth", "-1"),
        ("scan_depth", "2.5"), ("scan_depth", "many"), ("scan_depth", "nan"), ("scan_depth", "1e400"),
        ("sources", "user, moon"), ("sources", ""), ("threshold", "1.1"), ("probability", "101"),
        ("probability", "inf"),
        ("characters_only", "Mira"), ("channels_only", "#general"), ("channels_only", "0"),
        ("channels_only", "9" * 30), ("channels_only", "²"), ("roles_only", "@everyone"), ("requires", "#9"),
        ("requires", "harbour"), ("tags", "x"), ("groups", "g" * 61), ("position", "somewhere"),
        ("speakers", ", ".join(f"n{n}" for n in range(101))), ("keys", "\n".join(f"key{n}" for n in range(201))),
        ("secondary", "\n".join(f"/pattern{n}/" for n in range(26))),
        ("name", "\u202eevil"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_field(name: str, typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(ENTRY_FIELDS[name], typed, {1: ONE})
    assert refused.value.field == name
    assert refused.value.code
    assert "{" not in str(refused.value)


@pytest.mark.parametrize("typed", ["kings: many", ": 2", "kings: 0", "kings: 99", "kings: 1, 2", "kings: ²"])
def test_rules_of_groups_that_make_no_sense_are_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        read(BOOK_FIELDS["groups"], typed)


def test_nothing_typed_is_what_something_new_has() -> None:
    for one in ENTRY_FIELDS.values():
        if one.kind is Kind.FLAG or one.is_required:
            continue
        value = read(one, "")
        assert value == (None if one.is_optional else one.default), one.name


def test_numbers_of_entries_are_found_in_what_was_typed() -> None:
    assert numbers_in("#3, 7; harbour, #x") == {3, 7}


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("dragon, Wyrm [case], fire [part]",
         (Key("dragon"), Key("Wyrm", case_sensitive=True), Key("fire", whole_words=False))),
        ("a [CASE, part]", (Key("a", case_sensitive=True, whole_words=False),)),
        ("/a,b{1,2}/i, c", (Key("a,b{1,2}", True, False, False), Key("c"))),
        ("/a/", (Key("a", True, True, False),)),
        ('"and/or, maybe" [case]', (Key("and/or, maybe", case_sensitive=True),)),
        (r'"a \"b\" [case]"', (Key('a "b" [case]'),)),
        ("either/or", (Key("either/or"),)),
        ("/r/place", (Key("/r/place"),)),
        ("one\n\n , two,,", (Key("one"), Key("two"))),
        ("same, same", (Key("same"),)),
        ("a [b]", (Key("a [b]"),)),
    ],
)  # fmt: skip
def test_keys_are_read_as_people_write_them(typed: str, keys: tuple[Key, ...]) -> None:
    assert read_keys(typed, "keys") == keys


SIGNS = st.text(alphabet='ab ,"/\\[]()case part[]é猫\n', min_size=1, max_size=12)


@given(st.lists(st.builds(Key, SIGNS, case_sensitive=st.booleans(), whole_words=st.booleans()), max_size=5))
def test_whatever_keys_an_entry_has_a_form_says_them_again(keys: list[Key]) -> None:
    kept = tuple(
        dict.fromkeys(
            Key(" ".join(one.text.splitlines()).strip(), False, one.case_sensitive, one.whole_words)
            for one in keys
            if folded(one.text)
        )
    )
    assert read_keys(written_keys(kept), "keys") == kept


def test_the_rules_of_an_entry_are_what_nothing_typed_gives() -> None:
    assert rules_of(Entry(id=uuid4())) == EntryRules()
