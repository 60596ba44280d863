"""How the API writes books and entries. Their fields come from the one table of fields that forms, history and files
use (`bot.services.lore.fields`), so that a field added there is here too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from pydantic import Field, StringConstraints, create_model

from bot import limits
from bot.services.lore.fields import BOOK_FIELDS, ENTRY_FIELDS, Kind, taken, written
from bot.services.lore.fields import Field as LoreField
from bot.services.lore.forms import book_value
from bot.services.lore.shown import LoreBook, LoreEntry, May, Visibility
from bot.services.lore.tables import Tabled
from web.api.kinds import WHOLE, Id, In, Listed, OneLine, Out, Word, Words

Key = Annotated[OneLine, Field(max_length=400)]
"""A key as it is typed: `harbour`, `Rose [case]`, `drag [part]`, `"a, b"`, `/pattern/i`."""
Name = Annotated[Word, Field(max_length=int(limits.LORE_WORD_MAX))]
DiscordId = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,17}$")]


class GroupRule(Out):
    """How many of a group come in at once, and whether those with most keys found go first."""

    winners: int
    scores: bool


class GroupRuleIn(In):
    """The same as it is sent."""

    winners: Annotated[int, Field(ge=1, le=int(limits.LORE_GROUP_WINNERS_MAX)), WHOLE] = 1
    scores: bool = False


# ------------------------------------------------------------------------------------------------ kinds

_LIST = int(limits.LORE_LIST_MAX)


def _many(kind: Any, most: int = _LIST) -> Any:
    return Annotated[tuple[kind, ...], Field(max_length=most)]


def _text(one: LoreField) -> Any:
    least = 1 if one.is_required else 0
    return Annotated[Words, Field(min_length=least, max_length=int(one.most))]


def _line(one: LoreField) -> Any:
    least = 1 if one.is_required else 0
    return Annotated[OneLine, Field(min_length=least, max_length=int(one.most))]


def _number(one: LoreField) -> Any:
    if one.is_whole:
        return Annotated[int, Field(ge=int(one.least), le=int(one.most)), WHOLE]
    return Annotated[float, Field(ge=one.least, le=one.most)]


def _choice(one: LoreField) -> Any:
    return Literal[tuple(name for name, _ in one.choices)]


def _choices(one: LoreField) -> Any:
    return Annotated[tuple[_choice(one), ...], Field(min_length=1 if one.is_required else 0, max_length=20)]


_SENT: Mapping[Kind, Callable[[LoreField], Any]] = {
    Kind.LINE: _line,
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.FLAG: lambda _: bool,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.KEYS: lambda _: _many(Key, int(limits.LORE_KEYS_MAX)),
    Kind.WORDS: lambda _: _many(Name),
    Kind.TAGS: lambda _: _many(Name, int(limits.TAGS_MAX)),
    Kind.CHARACTERS: lambda _: _many(Id),
    Kind.PERSONAS: lambda _: _many(Id),
    Kind.ENTRIES: lambda _: _many(Id),
    Kind.CHANNELS: lambda _: _many(DiscordId),
    Kind.SERVERS: lambda _: _many(DiscordId),
    Kind.ROLES: lambda _: _many(DiscordId),
    Kind.GROUP_RULES: lambda _: Annotated[
        dict[Annotated[Word, Field(max_length=int(limits.LORE_WORD_MAX))], GroupRuleIn],
        Field(max_length=_LIST),
    ],
}
_ANSWERED: Mapping[Kind, Any] = {
    Kind.NUMBER: float,
    Kind.FLAG: bool,
    Kind.CHOICES: tuple[str, ...],
    Kind.KEYS: tuple[str, ...],
    Kind.WORDS: tuple[str, ...],
    Kind.TAGS: tuple[str, ...],
    Kind.CHARACTERS: tuple[UUID, ...],
    Kind.PERSONAS: tuple[UUID, ...],
    Kind.ENTRIES: tuple[UUID, ...],
    Kind.CHANNELS: tuple[str, ...],
    Kind.SERVERS: tuple[str, ...],
    Kind.ROLES: tuple[str, ...],
    Kind.GROUP_RULES: dict[str, GroupRule],
}


_HINTS: Mapping[Kind, str] = {
    Kind.KEYS: "Each as it is typed: harbour, Rose [case], drag [part], /pattern/i; commas part keys.",
    Kind.WORDS: "Each by itself.",
    Kind.TAGS: "Each by itself.",
    Kind.ENTRIES: "Ids of entries of the same book; empty: any.",
    Kind.CHARACTERS: "Ids of characters.",
    Kind.PERSONAS: "Ids of personas.",
    Kind.CHANNELS: "Discord's ids.",
    Kind.SERVERS: "Discord's ids.",
    Kind.ROLES: "Discord's ids.",
    Kind.GROUP_RULES: "By the name of the group.",
}
"""What is said of fields whose hint tells how to type several things into one."""


def _words_of(one: LoreField) -> str:
    hint = _HINTS.get(one.kind) or one.hint
    return f"{one.label}. {hint}" if hint else f"{one.label}."


def _sent(fields: Iterable[LoreField], *, needs: Iterable[str] = ()) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in fields:
        kind = _SENT[one.kind](one)
        kind = kind | None if one.is_optional else kind
        default = ... if one.name in needs else _plain(one.default)
        found[one.name] = (kind, Field(default, description=_words_of(one), validate_default=False))
    return found


def _answered(fields: Iterable[LoreField]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in fields:
        kind = _ANSWERED.get(one.kind, str)
        kind = int if one.kind is Kind.NUMBER and one.is_whole else kind
        found[one.name] = (kind | None if one.is_optional else kind, Field(description=_words_of(one)))
    return found


def _plain(value: object) -> object:
    return [] if value == frozenset() or value == () else dict[str, object]() if value == {} else value


# ------------------------------------------------------------------------------------------------ models


class _BookHead(Out):
    id: UUID
    code: str
    """By it others find a book that is shared."""
    owner: str
    may: May
    """What you may do with it; each includes what stands before it."""
    visibility: Visibility
    shared_until: datetime | None
    has_password: bool
    entry_count: int
    token_count: int
    version: int
    """Grows with every change."""
    is_featured: bool
    created_at: datetime
    updated_at: datetime


class _EntryHead(Out):
    id: UUID
    book_id: UUID
    number: int
    version: int
    """Grows with every change."""
    tokens: int
    may: May
    uses: int
    last_used_at: datetime | None
    created_at: datetime
    updated_at: datetime


Book: type[_BookHead] = create_model(
    "LoreBook", __base__=_BookHead, __doc__="A lore book.", **_answered(BOOK_FIELDS.values())
)
NewBook: type[In] = create_model(
    "NewLoreBook",
    __base__=In,
    __doc__="A lore book as you make it. It is private.",
    **_sent(BOOK_FIELDS.values(), needs=("name",)),
)
BookChange: type[In] = create_model(
    "LoreBookChange", __base__=In, __doc__="What is to be different.", **_sent(BOOK_FIELDS.values())
)
Entry: type[_EntryHead] = create_model(
    "LoreEntry", __base__=_EntryHead, __doc__="An entry of a lore book.", **_answered(ENTRY_FIELDS.values())
)
NewEntry: type[In] = create_model(
    "NewLoreEntry",
    __base__=In,
    __doc__="An entry as you write it. One that comes in by its keys needs at least one.",
    **_sent(ENTRY_FIELDS.values(), needs=("content",)),
)
EntryChange: type[In] = create_model(
    "LoreEntryChange", __base__=In, __doc__="What is to be different.", **_sent(ENTRY_FIELDS.values())
)


class Books(Listed):
    """Lore books, yours first."""

    items: tuple[Book, ...]  # pyright: ignore[reportInvalidTypeForm]


class EntryLine(Out):
    """An entry in a list. `keys` are the first few of `key_count`."""

    id: UUID
    number: int
    name: str
    folder: str
    tags: tuple[str, ...]
    mode: str
    is_enabled: bool
    tokens: int
    keys: tuple[str, ...]
    key_count: int
    uses: int
    updated_at: datetime
    last_used_at: datetime | None


class Entries(Listed):
    """Entries of a book. `total` fit what was asked for, with so many `tokens`."""

    items: tuple[EntryLine, ...]
    total: int
    tokens: int


class DeletedBook(Out):
    """A book on its way out: until then it can be restored."""

    id: UUID
    name: str
    until: datetime


# ------------------------------------------------------------------------------------------------ both ways


def book_out(one: LoreBook) -> _BookHead:
    """A book as it is answered."""
    head = {name: getattr(one, name) for name in _BookHead.model_fields if name != "owner"}
    fields = {name: _out(field, book_value(one, field)) for name, field in BOOK_FIELDS.items()}
    return Book.model_validate({"owner": one.owner_name, **head, **fields})


def entry_out(one: LoreEntry) -> _EntryHead:
    """An entry as it is answered."""
    head = {name: getattr(one, name) for name in _EntryHead.model_fields}
    fields = {name: _out(field, taken(field, one.state)) for name, field in ENTRY_FIELDS.items()}
    return Entry.model_validate({**head, **fields})


def line_out(one: Tabled) -> EntryLine:
    """An entry in a list."""
    return EntryLine.model_validate(one)


def typed_of(sent: In, fields: Mapping[str, LoreField]) -> dict[str, str]:
    """What was sent as a form has it: there it is read, cleaned and refused."""
    return {name: _typed(fields[name], value) for name, value in sent.given().items()}


def _out(one: LoreField, value: object) -> object:
    if value is None:
        return None
    match one.kind:
        case Kind.KEYS:
            return written(one, value).splitlines()
        case Kind.GROUP_RULES:
            rules = cast("Mapping[str, tuple[int, bool]]", value)
            return {name: {"winners": winners, "scores": scores} for name, (winners, scores) in rules.items()}
        case Kind.CHANNELS | Kind.SERVERS | Kind.ROLES:
            return [str(each) for each in sorted(cast("frozenset[int]", value))]
        case _ if isinstance(value, frozenset):
            return sorted(cast("frozenset[Any]", value), key=str)
        case Kind.CHOICE:
            return str(value)
        case _:
            return value


def _typed(one: LoreField, value: Any) -> str:
    match one.kind:
        case _ if value is None:
            return ""
        case Kind.FLAG:
            return "yes" if value else "no"
        case Kind.KEYS:
            return "\n".join(value)
        case Kind.GROUP_RULES:
            return "\n".join(
                f"{name}: {rule.winners}{', score' if rule.scores else ''}" for name, rule in value.items()
            )
        case _ if isinstance(value, tuple):
            return "\n".join(str(each) for each in cast("tuple[object, ...]", value))
        case _:
            return str(value)
