"""A card as a character's columns, and a character as a card again. Pure.

What a card says is made to fit the house's rules (names, tags, lengths) in one way only, `fitted`. So on the way out a
column that still says what was made of the card goes out as the card had it, and nothing is lost by fitting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.cards.card import NO_NOTE, Card, DepthPrompt, JsonObject, Spec, read_card
from bot.services.characters.details import CHOOSABLE, clean_age, clean_nickname, clean_phrases, clean_tag
from bot.services.characters.drafts import clean_words
from bot.services.characters.examples import Exchange, read_examples
from bot.services.characters.names import clean_name
from bot.services.characters.parts import CardFields
from bot.texts import N_, Text
from db.models.characters import DepthNote

NAME = "botcafe"
"""Where a card of ours keeps what cards have no field for: below its extensions."""

_TAG = re.compile(r"<[^>]*>|!?\[[^\]]*\]\([^)]*\)|https?://\S+")
_CHAR = re.compile(r"\{\{char\}\}|<char>|<bot>", re.IGNORECASE)
_ROLES: Mapping[str, Literal["system", "user", "assistant"]] = {
    "system": "system", "user": "user", "assistant": "assistant",
}  # fmt: skip
_TEXTS = (
    "personality", "scenario", "system_prompt", "last_instructions", "greeting", "creator_notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """Everything of a character that a card can say, or that a card of ours says below its extensions."""

    name: str
    nickname: str = ""
    description: str = ""
    definition: str = ""
    personality: str = ""
    scenario: str = ""
    system_prompt: str = ""
    last_instructions: str = ""
    greeting: str = ""
    other_greetings: tuple[str, ...] = ()
    group_greetings: tuple[str, ...] = ()
    note: DepthNote = field(default_factory=DepthNote)
    examples: tuple[Exchange, ...] = ()
    creator_notes: str = ""
    creator: str = ""
    version: str = ""
    tags: tuple[str, ...] = ()
    age: int | None = None
    phrases: tuple[str, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Fitted:
    """What becomes of a card. `notes` name what was made to fit or is only kept, each with its reason."""

    columns: Columns
    fields: CardFields
    notes: tuple[tuple[str, Text], ...]


SHORTENED = N_("shortened to fit; kept for export")
ONLY_KEPT = N_("has no meaning here; kept for export")
NOT_FITTING = N_("breaks a rule of the house and was left out; kept for export")


def fitted(card: Card, *, name: str | None = None) -> Fitted:
    """A card as a character may have it. `name` is wished for in place of the card's.

    Raises `InvalidInput` where no name can be made of the card's, or a text is longer than any column takes.
    """
    notes: list[tuple[str, Text]] = []
    kept_name = clean_name(name) if name else _fitting_name(card, notes)
    ours = _ours(card)
    texts = {one: clean_words(getattr(card, one)) for one in _TEXTS}
    definition = clean_words(card.description)
    if not definition and not texts["system_prompt"]:
        definition = next((texts[one] for one in ("personality", "scenario", "greeting") if texts[one]), kept_name)
    columns = Columns(
        name=kept_name,
        nickname=_nickname(card, notes),
        description=_blurb(ours, texts, definition, kept_name),
        definition=definition,
        **texts,
        other_greetings=_greetings("alternate_greetings", card.other_greetings, notes),
        group_greetings=_greetings("group_only_greetings", card.group_greetings, notes),
        note=_note(card.note),
        examples=read_examples(clean_words(card.examples), kept_name, prose=True),
        creator=clean_words(card.creator),
        version=clean_words(card.version)[: limits.CARD_VERSION_MAX],
        tags=_tags(card.tags, notes),
        age=_age(ours),
        phrases=_phrases(ours),
        chosen=_chosen(ours),
    )
    notes += [(name, ONLY_KEPT) for name in _unknown(card)]
    return Fitted(columns, _fields(card, columns), tuple(notes))


def card_of(columns: Columns, raw: JsonObject | None, book: JsonObject | None) -> Card:
    """A character as a card; `raw` is the one it came as, `book` its lore book's object, None: as it came."""
    if raw:
        came = read_card(raw)
        was = fitted(came, name=None if _has_fitting_name(came) else columns.name).columns
    else:
        came, was = Card(Spec.V2, ""), Columns("")
    changed = {mine: _told(columns, mine) for mine in _TWINS if getattr(columns, mine) != getattr(was, mine)}
    twins = {_TWINS[mine]: value for mine, value in changed.items()}
    return _with_ours(replace(came, **twins, book=came.book if book is None else book), columns, was)


_TWINS: Mapping[str, str] = {
    "name": "name", "nickname": "nickname", "definition": "description", "personality": "personality",
    "scenario": "scenario", "system_prompt": "system_prompt", "last_instructions": "last_instructions",
    "greeting": "greeting", "other_greetings": "other_greetings", "group_greetings": "group_greetings",
    "note": "note", "examples": "examples", "creator_notes": "creator_notes", "creator": "creator",
    "version": "version", "tags": "tags",
}  # fmt: skip
"""Columns, and what cards call the same."""


def _told(columns: Columns, column: str) -> object:
    value = getattr(columns, column)
    if column == "note":
        return DepthPrompt(columns.note.text, columns.note.depth, columns.note.role)
    if column == "examples":
        return "\n".join(
            "<START>\n" + (f"{{{{user}}}}: {one.user}\n" if one.user else "") + f"{{{{char}}}}: {one.character}"
            for one in columns.examples
        )
    return value


def _with_ours(card: Card, columns: Columns, was: Columns) -> Card:
    """The card with what only this program knows below its extensions."""
    block: JsonObject = {}
    if columns.description:
        block["description"] = columns.description
    if columns.age is not None:
        block["age"] = columns.age
    if columns.phrases:
        block["phrases"] = list(columns.phrases)
    if columns.chosen:
        block["chosen"] = dict(sorted(columns.chosen.items()))
    known = _ours(card)
    unchanged = (columns.description, columns.age, columns.phrases, dict(columns.chosen)) == (
        was.description, was.age, was.phrases, dict(was.chosen),
    )  # fmt: skip
    if unchanged and card.raw:
        return card
    return replace(card, extensions={**card.extensions, NAME: {**known, **block}})


# ------------------------------------------------------------------------------------------------ made to fit


def _fields(card: Card, columns: Columns) -> CardFields:
    return CardFields(
        definition=columns.definition,
        personality=columns.personality,
        scenario=columns.scenario,
        system_prompt=columns.system_prompt,
        last_instructions=columns.last_instructions,
        greeting=columns.greeting,
        other_greetings=columns.other_greetings,
        group_greetings=columns.group_greetings,
        note=columns.note,
        examples=card.examples,
        creator_notes=columns.creator_notes,
        card_creator=columns.creator,
        card_version=columns.version,
        card_spec=card.spec.value,
        card=card.raw,
    )


def _has_fitting_name(card: Card) -> bool:
    try:
        _fitting_name(card, [])
    except InvalidInput:
        return False
    return True


def _fitting_name(card: Card, notes: list[tuple[str, Text]]) -> str:
    """The card's name, shortened to what a character may be called where that is possible. Raises `InvalidInput`."""
    wanted = " ".join(card.name.split())
    try:
        return clean_name(wanted)
    except InvalidInput as error:
        for other in _shorter(wanted, card.nickname):
            try:
                found = clean_name(other)
            except InvalidInput:
                continue
            notes.append(("name", SHORTENED))
            return found
        raise InvalidInput(
            "card_name_unusable",
            N_(
                "The card calls its character “{name}”, which no character here can be called. Choose another name "
                "with the option name, and send the card again."
            ),
            field="name",
            name=wanted[:80],
        ) from error


def _shorter(name: str, nickname: str) -> Iterable[str]:
    plain = " ".join("".join(" " if char in '@#:<>`*~|\\[]"' else char for char in name).split())
    yield plain
    head = re.split(r"\s*[(（\[{,;/–—]|\s+-\s+", plain, maxsplit=1)[0].strip()
    yield head
    yield nickname
    for one in (head, plain):
        yield _cut(one, int(limits.CHARACTER_NAME_MAX))


def _cut(text: str, most: int) -> str:
    """The text, cut at a blank where one is near."""
    if len(text) <= most:
        return text
    head = text[:most]
    at = head.rfind(" ")
    return (head[:at] if at > most // 2 else head).strip()


def _nickname(card: Card, notes: list[tuple[str, Text]]) -> str:
    try:
        return clean_nickname(card.nickname)
    except InvalidInput:
        notes.append(("nickname", NOT_FITTING))
        return ""


def _greetings(field: str, some: tuple[str, ...], notes: list[tuple[str, Text]]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(text for one in some if (text := clean_words(one))))
    most = int(limits.OTHER_GREETINGS_MAX)
    if len(kept) > most:
        notes.append((field, SHORTENED))
    return kept[:most]


def _note(note: DepthPrompt) -> DepthNote:
    if note == NO_NOTE:
        return DepthNote()
    depth = min(max(note.depth, 0), int(limits.NOTE_DEPTH_MAX))
    return DepthNote(text=clean_words(note.prompt), depth=depth, role=_ROLES.get(note.role.lower(), "system"))


def _tags(some: tuple[str, ...], notes: list[tuple[str, Text]]) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for one in some:
        try:
            kept[clean_tag(one)] = None
        except InvalidInput:
            notes.append((f"tags: {one[:40]}", NOT_FITTING))
    most = int(limits.TAGS_MAX)
    if len(kept) > most:
        notes.append(("tags", SHORTENED))
    return tuple(kept)[:most]


def _blurb(ours: JsonObject, texts: Mapping[str, str], definition: str, name: str) -> str:
    """What lists show: a card has no such text, so the first words of what its maker tells."""
    told = ours.get("description")
    if isinstance(told, str) and told.strip():
        return clean_words(told)[: limits.DESCRIPTION_MAX]
    for one in (texts["creator_notes"], texts["personality"], definition):
        words = " ".join(_CHAR.sub(lambda _: name, _TAG.sub(" ", one)).split())
        if words and "{{" not in words:
            return _cut(words, int(limits.DESCRIPTION_MAX))
    return ""


def _ours(card: Card) -> JsonObject:
    block = card.extensions.get(NAME)
    return cast(JsonObject, block) if isinstance(block, dict) else {}


def _age(ours: JsonObject) -> int | None:
    try:
        return clean_age(str(ours.get("age") or ""))
    except InvalidInput:
        return None


def _phrases(ours: JsonObject) -> tuple[str, ...]:
    some = ours.get("phrases")
    lines = [str(one) for one in cast("list[object]", some)] if isinstance(some, list) else []
    try:
        return clean_phrases("\n".join(lines))
    except InvalidInput:
        return ()


def _chosen(ours: JsonObject) -> Mapping[str, str]:
    some = ours.get("chosen")
    pairs = cast("dict[str, Any]", some).items() if isinstance(some, dict) else ()
    return {
        field: value for field, value in pairs
        if field in CHOOSABLE and value in {option.value for option in CHOOSABLE[field]}
    }  # fmt: skip


_KNOWN_EXTENSIONS = frozenset({"depth_prompt", NAME})


def _unknown(card: Card) -> list[str]:
    """What the card says that has no meaning here, by name."""
    names = [f"extensions.{name}" for name in card.extensions if name not in _KNOWN_EXTENSIONS]
    return names + list(card.unknown)
