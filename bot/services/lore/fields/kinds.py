"""One field of a book or an entry: what it is called, what it may hold, how it is read and written in a form. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast
from uuid import UUID

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.details import clean_tags
from bot.services.characters.drafts import clean_text
from bot.services.lore.engine.book import Key
from bot.services.lore.fields.typed_keys import read_keys, written_keys
from bot.texts import N_, Text


class Kind(StrEnum):
    """What a field holds, hence how a face asks for it. In brackets the type of its value."""

    LINE = "line"
    """One line (str)."""
    TEXT = "text"
    """Any text (str)."""
    NUMBER = "number"
    """A number within bounds (int or float; None where the field is optional)."""
    FLAG = "flag"
    """Yes or no (bool)."""
    CHOICE = "choice"
    """One of `choices` (str; None where the field is optional)."""
    CHOICES = "choices"
    """Several of `choices` (frozenset of str)."""
    KEYS = "keys"
    """Keys (tuple of `Key`)."""
    WORDS = "words"
    """Words or names between commas (frozenset of str)."""
    TAGS = "tags"
    """Tags as characters have them (tuple of str)."""
    CHARACTERS = "characters"
    """Characters, by our ids (frozenset of UUID)."""
    PERSONAS = "personas"
    """Personas, by our ids (frozenset of UUID)."""
    ENTRIES = "entries"
    """Entries of the same book, by our ids (frozenset of UUID); typed as `#3, #7`."""
    CHANNELS = "channels"
    """Channels, by Discord's ids (frozenset of int)."""
    SERVERS = "servers"
    """Servers, by Discord's ids (frozenset of int)."""
    ROLES = "roles"
    """Roles, by Discord's ids (frozenset of int)."""
    GROUP_RULES = "group_rules"
    """Lines like `kings: 2, score` (mapping of a group's name to winners and whether keys are counted)."""

    @property
    def holds_ids(self) -> bool:
        """Its value is a set of ids."""
        return self in _OF_UUIDS or self in _OF_SNOWFLAKES


_OF_UUIDS = frozenset({Kind.CHARACTERS, Kind.PERSONAS, Kind.ENTRIES})
_OF_SNOWFLAKES = frozenset({Kind.CHANNELS, Kind.SERVERS, Kind.ROLES})


class Section(StrEnum):
    """Fields that belong together: one form, or one part of a panel."""

    WORDS = "words"
    KEYS = "keys"
    SCAN = "scan"
    MEANING = "meaning"
    CHANCE = "chance"
    PLACE = "place"
    TIME = "time"
    FILTERS = "filters"
    GROUPS = "groups"
    WAKING = "waking"
    BUDGET = "budget"
    ORDER = "order"
    SHARING = "sharing"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `least` and `most` bound a number, or the length of a text or list (`most`).

    `default` is the value of something new. `is_optional`: it may say nothing (None), and then the book's or the
    house's own value holds. `is_whole`: numbers without a fraction only.
    """

    name: str
    label: Text
    kind: Kind
    section: Section
    hint: Text | None = None
    default: object = None
    choices: tuple[tuple[str, Text], ...] = ()
    least: float = 0
    most: float = math.inf
    is_optional: bool = False
    is_required: bool = False
    is_whole: bool = True
    path: tuple[str, ...] = field(default=(), repr=False)


NO_ENTRIES: Mapping[int, UUID] = {}

_SEPARATORS = re.compile(r"[\n,;，、；]")
_MENTION = re.compile(r"^<(?:#|@&)(\d+)>$")
_NUMBER = re.compile(r"#?(\d{1,9})$")
_YES = frozenset({"yes", "y", "on", "true", "1", "sí", "si", "✓"})
_NO = frozenset({"no", "n", "off", "false", "0", "✗", ""})


def read(one: Field, typed: str, entries: Mapping[int, UUID] = NO_ENTRIES) -> object:
    """The value in what was typed. `entries` are those of the book, by number. Raises `InvalidInput` naming the field.

    Nothing typed: no value where the field is optional, else what something new has.
    """
    return checked(one, _READERS.get(one.kind, _read_plain)(one, typed, entries))


def written(one: Field, value: object, entries: Mapping[UUID, int] | None = None) -> str:
    """A value as `read` reads it: what a form shows. `entries` are the book's, by id."""
    if value is None:
        return ""
    match one.kind:
        case Kind.FLAG:
            return "yes" if value else "no"
        case Kind.KEYS:
            return written_keys(cast("tuple[Key, ...]", value))
        case Kind.ENTRIES:
            numbers = entries or {}
            named = ((numbers.get(each), each) for each in cast("frozenset[UUID]", value))
            return ", ".join(sorted(f"#{number}" if number is not None else str(each) for number, each in named))
        case Kind.TAGS:
            return ", ".join(cast("tuple[str, ...]", value))
        case Kind.GROUP_RULES:
            rules = cast("Mapping[str, tuple[int, bool]]", value)
            return "\n".join(f"{name}: {wins}{', score' if scores else ''}" for name, (wins, scores) in rules.items())
        case Kind.NUMBER:
            return f"{value:g}" if isinstance(value, float) else str(value)
        case _ if isinstance(value, frozenset):
            return ", ".join(sorted(str(each) for each in cast("frozenset[object]", value)))
        case _:
            return str(value)


def numbers_in(typed: str) -> frozenset[int]:
    """The numbers of entries that were typed."""
    found = (_NUMBER.match(piece) for piece in _pieces(typed))
    return frozenset(int(one[1]) for one in found if one is not None)


def checked(one: Field, value: object) -> object:
    """The value, if the field may hold it. Raises `InvalidInput` naming the field."""
    if value is None:
        if one.is_optional:
            return None
        raise _wrong(one, "missing", N_("{label}: choose a value."))
    return _CHECKS.get(one.kind, _as_is)(one, value)


def _as_is(one: Field, value: object) -> object:
    return value


# ---------------------------------------------------------------------------------------------------- reading


def _read_plain(one: Field, typed: str, entries: Mapping[int, UUID]) -> object:
    return typed


def _read_number(one: Field, typed: str, entries: Mapping[int, UUID]) -> object:
    text = typed.strip().rstrip("%").replace(",", ".").strip()
    if not text:
        return None if one.is_optional else one.default
    try:
        return float(text) if not one.is_whole or "." in text else int(text)
    except ValueError:
        raise _not_in_range(one, text) from None


def _read_flag(one: Field, typed: str, entries: Mapping[int, UUID]) -> object:
    word = typed.strip().casefold()
    if word not in _YES | _NO:
        raise _wrong(one, "not_yes_or_no", N_("{label}: write yes or no."))
    return word in _YES


def _read_choice(one: Field, typed: str, entries: Mapping[int, UUID]) -> object:
    word = typed.strip().casefold().replace(" ", "_").replace("-", "_")
    if not word:
        return None if one.is_optional else one.default
    return word


def _read_choices(one: Field, typed: str, entries: Mapping[int, UUID]) -> object:
    return frozenset(piece.casefold().replace(" ", "_") for piece in _pieces(typed))


def _read_keys(one: Field, typed: str, entries: Mapping[int, UUID]) -> object:
    return read_keys(typed, one.name)


def _read_words(one: Field, typed: str, entries: Mapping[int, UUID]) -> object:
    return frozenset(" ".join(piece.split()) for piece in _pieces(typed))


def _read_uuids(one: Field, typed: str, entries: Mapping[int, UUID]) -> object:
    return frozenset(_uuid(one, piece) for piece in _pieces(typed))


def _read_entries(one: Field, typed: str, entries: Mapping[int, UUID]) -> object:
    found: set[UUID] = set()
    for piece in _pieces(typed):
        number = _NUMBER.match(piece)
        if number is None:
            found.add(_uuid(one, piece))
        elif int(number[1]) in entries:
            found.add(entries[int(number[1])])
        else:
            raise _wrong(
                one,
                "no_such_number",
                N_("{label}: there is no entry #{number} in this book. See /lore entry list."),
                number=number[1],
            )
    return frozenset(found)


def _read_snowflakes(one: Field, typed: str, entries: Mapping[int, UUID]) -> object:
    found: set[int] = set()
    for piece in _pieces(typed):
        mention = _MENTION.match(piece)
        digits = mention[1] if mention else piece
        if not digits.isascii() or not digits.isdecimal() or len(digits) > 20 or not 0 < int(digits) < 1 << 63:
            raise _wrong(one, "no_id", N_("{label}: “{typed}” is no id of Discord's."), typed=piece[:40])
        found.add(int(digits))
    return frozenset(found)


def _read_group_rules(one: Field, typed: str, entries: Mapping[int, UUID]) -> object:
    rules: dict[str, tuple[int, bool]] = {}
    for line in typed.splitlines():
        if not line.strip():
            continue
        name, _, rest = line.rpartition(":") if ":" in line else (line, "", "")
        said = [piece.strip().casefold() for piece in rest.split(",") if piece.strip()]
        scores = "score" in said
        numbers = [piece for piece in said if piece != "score"]
        if not name.strip() or len(numbers) > 1 or not all(one.isdecimal() and one.isascii() for one in numbers):
            raise _wrong(
                one, "not_understood", N_("{label}: write one group a line, such as “kings: 2” or “kings: 1, score”.")
            )
        rules[" ".join(name.split())] = int(numbers[0]) if numbers else 1, scores
    return rules


_READERS: Mapping[Kind, Callable[[Field, str, Mapping[int, UUID]], object]] = {
    Kind.NUMBER: _read_number,
    Kind.FLAG: _read_flag,
    Kind.CHOICE: _read_choice,
    Kind.CHOICES: _read_choices,
    Kind.KEYS: _read_keys,
    Kind.WORDS: _read_words,
    Kind.CHARACTERS: _read_uuids,
    Kind.PERSONAS: _read_uuids,
    Kind.ENTRIES: _read_entries,
    Kind.CHANNELS: _read_snowflakes,
    Kind.SERVERS: _read_snowflakes,
    Kind.ROLES: _read_snowflakes,
    Kind.GROUP_RULES: _read_group_rules,
}


# ---------------------------------------------------------------------------------------------------- checking


def _check_text(one: Field, value: object) -> object:
    typed = str(value)
    most = limits.Limit(int(one.most), "characters", "")
    text = clean_text(one.name, one.label, typed, most, required=one.is_required)
    return " ".join(text.split()) if one.kind is Kind.LINE else text


def _check_number(one: Field, value: object) -> object:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or not one.least <= cast(float, value) <= one.most:
        raise _not_in_range(one, value)
    number = cast(float, value)
    if not one.is_whole:
        return number
    if number != int(number):
        raise _not_in_range(one, value)
    return int(number)


def _check_flag(one: Field, value: object) -> object:
    return bool(value)


def _check_choice(one: Field, value: object) -> object:
    if str(value) not in {name for name, _ in one.choices}:
        raise _no_choice(one)
    return str(value)


def _check_choices(one: Field, value: object) -> object:
    chosen = frozenset(str(each) for each in cast("Iterable[object]", value))
    if not chosen <= {name for name, _ in one.choices}:
        raise _no_choice(one)
    if one.is_required and not chosen:
        raise _wrong(one, "missing", N_("{label}: choose at least one."))
    return chosen


def _check_words(one: Field, value: object) -> object:
    longest = limits.Limit(int(limits.LORE_WORD_MAX), "characters", "")
    words = frozenset(clean_text(one.name, one.label, str(each), longest) for each in cast("Iterable[object]", value))
    return _not_too_many(one, words - {""})


def _check_tags(one: Field, value: object) -> object:
    typed = value if isinstance(value, str) else ", ".join(cast("Iterable[str]", value))
    return clean_tags(typed)


def _check_ids(one: Field, value: object) -> object:
    return _not_too_many(one, frozenset(cast("Iterable[object]", value)))


def _check_group_rules(one: Field, value: object) -> object:
    rules = cast("Mapping[str, tuple[int, bool]]", value)
    if any(not 1 <= winners <= limits.LORE_GROUP_WINNERS_MAX for winners, _ in rules.values()):
        raise _wrong(
            one,
            "winners_out_of_range",
            N_("{label}: from 1 to {maximum} entries of a group may come in at once."),
            maximum=int(limits.LORE_GROUP_WINNERS_MAX),
        )
    _check_words(one, rules)
    return dict(rules)


def _not_too_many(one: Field, found: frozenset[object] | frozenset[str]) -> object:
    if len(found) > limits.LORE_LIST_MAX:
        raise _wrong(
            one,
            "too_many",
            N_("{label}: at most {maximum} can stand there; these are {count}."),
            maximum=int(limits.LORE_LIST_MAX),
            count=len(found),
        )
    return found


_CHECKS: Mapping[Kind, Callable[[Field, object], object]] = {
    Kind.LINE: _check_text,
    Kind.TEXT: _check_text,
    Kind.NUMBER: _check_number,
    Kind.FLAG: _check_flag,
    Kind.CHOICE: _check_choice,
    Kind.CHOICES: _check_choices,
    Kind.WORDS: _check_words,
    Kind.TAGS: _check_tags,
    Kind.CHARACTERS: _check_ids,
    Kind.PERSONAS: _check_ids,
    Kind.ENTRIES: _check_ids,
    Kind.CHANNELS: _check_ids,
    Kind.SERVERS: _check_ids,
    Kind.ROLES: _check_ids,
    Kind.GROUP_RULES: _check_group_rules,
}


# ---------------------------------------------------------------------------------------------------- refusing


def _pieces(typed: str) -> list[str]:
    return [piece.strip() for piece in _SEPARATORS.split(typed) if piece.strip()]


def _uuid(one: Field, piece: str) -> UUID:
    try:
        return UUID(piece)
    except ValueError:
        raise _wrong(
            one, "no_such_thing", N_("{label}: “{typed}” is not known here. Choose from the menu."), typed=piece[:40]
        ) from None


def _not_in_range(one: Field, value: object) -> InvalidInput:
    return _wrong(
        one,
        "out_of_range",
        N_("{label}: write a number from {minimum} to {maximum}; you wrote {value}."),
        minimum=f"{one.least:g}",
        maximum=f"{one.most:g}",
        value=str(value)[:40],
    )


def _no_choice(one: Field) -> InvalidInput:
    offered = ", ".join(name for name, _ in one.choices)
    return _wrong(one, "no_such_choice", N_("{label}: choose one of these: {choices}."), choices=offered)


def _wrong(one: Field, code: str, message: Text, /, **values: object) -> InvalidInput:
    return InvalidInput(f"{one.name}_{code}", message, field=one.name, **{"label": one.label, **values})
