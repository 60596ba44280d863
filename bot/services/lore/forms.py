"""Books and entries as forms have them: what was typed becomes values, and values become what is typed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast
from uuid import UUID

from bot.errors import InvalidInput
from bot.services.lore.fields import (
    BOOK_FIELDS,
    ENTRY_FIELDS,
    Field,
    Kind,
    checked,
    numbers_in,
    put,
    read,
    taken,
    written,
)
from bot.services.lore.shown import LoreBook
from bot.texts import N_
from db.models import BookSettings, EntryState, GroupSettings
from db.models import LoreBook as BookModel

NO_NUMBERS: Mapping[int, UUID] = {}


def read_typed(
    fields: Mapping[str, Field], typed: Mapping[str, str], entries: Mapping[int, UUID] = NO_NUMBERS
) -> dict[str, object]:
    """The values in what was typed, by field. Raises `InvalidInput` for the first field at fault, in forms' order."""
    refuse_unknown(fields, typed)
    return {name: read(one, typed[name], entries) for name, one in fields.items() if name in typed}


def check_values(fields: Mapping[str, Field], values: Mapping[str, object]) -> dict[str, object]:
    """Values that were chosen rather than typed. Raises `InvalidInput`."""
    refuse_unknown(fields, values)
    return {name: checked(one, values[name]) for name, one in fields.items() if name in values}


def refuse_unknown(fields: Mapping[str, Field], asked: Iterable[str]) -> None:
    """Raise `InvalidInput` for a field that there is not."""
    for name in asked:
        if name not in fields:
            raise InvalidInput("no_such_field", N_("There is no field {name}. Choose one of the list."), name=name[:40])


def numbers_typed(typed: Mapping[str, str]) -> frozenset[int]:
    """The numbers of entries that stand in fields which name entries."""
    named = (typed[name] for name, one in ENTRY_FIELDS.items() if one.kind is Kind.ENTRIES and name in typed)
    return frozenset(number for text in named for number in numbers_in(text))


def entries_named(state: EntryState, names: Iterable[str]) -> frozenset[UUID]:
    """The ids of other entries that these fields of an entry hold."""
    held = (taken(ENTRY_FIELDS[name], state) for name in names if ENTRY_FIELDS[name].kind is Kind.ENTRIES)
    return frozenset(one for each in held for one in cast("frozenset[UUID]", each))


def entry_typed(state: EntryState, names: Iterable[str], numbers: Mapping[UUID, int]) -> dict[str, str]:
    """What a form shows of an entry."""
    return {name: written(ENTRY_FIELDS[name], taken(ENTRY_FIELDS[name], state), numbers) for name in names}


def changed_entry(state: EntryState, values: Mapping[str, object]) -> EntryState:
    """An entry with other values. Raises `InvalidInput` where what comes of it could never come in."""
    changed = put(state, values)
    needs_keys = changed.mode.value == "keyword" and changed.is_enabled
    if needs_keys and not changed.rules.keys and {"mode", "keys", "is_enabled"} & values.keys():
        raise InvalidInput(
            "keys_missing",
            N_("Keys: an entry that comes in by its keys needs at least one. Write one, or let it come in always."),
            field="keys",
        )
    if changed.rules.position.value == "outlet" and not changed.rules.outlet and {"position", "outlet"} & values.keys():
        raise InvalidInput(
            "outlet_missing",
            N_("Outlet: name the place in a text where it is to stand, or choose another position."),
            field="outlet",
        )
    return changed


def book_value(book: LoreBook | BookModel, one: Field) -> object:
    """The value of a field of a book."""
    held: Any = book
    for step in one.path:
        held = getattr(held, step)
    if one.kind is Kind.GROUP_RULES:
        return {name: (rule.winners, rule.scores) for name, rule in held.items()}
    return tuple(held) if one.kind is Kind.TAGS else held


def book_typed(book: LoreBook, names: Iterable[str]) -> dict[str, str]:
    """What a form shows of a book."""
    return {name: written(BOOK_FIELDS[name], book_value(book, BOOK_FIELDS[name])) for name in names}


def write_book(row: BookModel, values: Mapping[str, object]) -> bool:
    """Put values into a book's row; whether any is other than it was."""
    settings: dict[str, Any] = row.settings.model_dump()
    before = dict(settings)
    is_other = False
    for name, value in values.items():
        one = BOOK_FIELDS[name]
        if one.path[0] == "settings":
            settings[one.path[-1]] = _group_rules(value) if one.kind is Kind.GROUP_RULES else value
        elif book_value(row, one) != value:
            setattr(row, one.path[0], list(cast("tuple[str, ...]", value)) if one.kind is Kind.TAGS else value)
            is_other = True
    if settings != before:
        row.settings = BookSettings.model_validate(settings)
        is_other = True
    return is_other


def _group_rules(value: object) -> dict[str, Any]:
    rules = cast("Mapping[str, tuple[int, bool]]", value)
    return {name: GroupSettings(winners=wins, scores=scores).model_dump() for name, (wins, scores) in rules.items()}
