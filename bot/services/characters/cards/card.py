"""What a card says of a character: V1, V2, V3 and the older Pygmalion form, read without loss and written as V2 or V3.

A card remembers the object it came from (`raw`). Writing it begins with that object and changes only what was changed
here since, so extensions and fields that nobody here knows survive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

from bot.errors import InvalidInput
from bot.texts import N_

JsonObject = dict[str, object]


class Spec(StrEnum):
    """Which specification a card follows."""

    V1 = "v1"
    V2 = "v2"
    V3 = "v3"
    PYGMALION = "pygmalion"


@dataclass(frozen=True, slots=True)
class DepthPrompt:
    """A note that stands `depth` messages before the end, as `role`."""

    prompt: str = ""
    depth: int = 4
    role: str = "system"


NO_NOTE = DepthPrompt()


@dataclass(frozen=True, slots=True)
class Card:
    """A character as cards tell of it. Texts hold macros unexpanded. `notes` tell of what was odd in the file.

    `book` is the embedded lore book's object, for `lore.formats`. `assets` are V3's and `extensions` other programs',
    as they stand; `unknown` are the names of fields that no specification knows.
    """

    spec: Spec
    name: str
    nickname: str = ""
    description: str = ""
    personality: str = ""
    scenario: str = ""
    greeting: str = ""
    examples: str = ""
    creator_notes: str = ""
    creator_notes_by_language: Mapping[str, str] = field(default_factory=dict[str, str])
    system_prompt: str = ""
    last_instructions: str = ""
    other_greetings: tuple[str, ...] = ()
    group_greetings: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    creator: str = ""
    version: str = ""
    sources: tuple[str, ...] = ()
    note: DepthPrompt = NO_NOTE
    book: JsonObject | None = None
    assets: tuple[JsonObject, ...] = ()
    extensions: JsonObject = field(default_factory=dict[str, object])
    unknown: tuple[str, ...] = ()
    raw: JsonObject = field(default_factory=dict[str, object])
    notes: tuple[str, ...] = ()


_TEXTS = {
    "name": "name", "description": "description", "personality": "personality", "scenario": "scenario",
    "greeting": "first_mes", "examples": "mes_example", "creator_notes": "creator_notes",
    "system_prompt": "system_prompt", "last_instructions": "post_history_instructions", "creator": "creator",
    "version": "character_version",
}  # fmt: skip
_LISTS = {"other_greetings": "alternate_greetings", "tags": "tags"}
_V3_LISTS = {"group_greetings": "group_only_greetings", "sources": "source"}
_PYGMALION = {
    "name": "char_name", "description": "char_persona", "greeting": "char_greeting", "examples": "example_dialogue",
    "scenario": "world_scenario",
}  # fmt: skip
_V1 = ("name", "description", "personality", "scenario", "greeting", "examples")


def read_card(raw: JsonObject) -> Card:
    """The card in an object. Raises `InvalidInput` where there is none, or it has no name."""
    spec = _spec(raw)
    data = _object(raw.get("data")) if spec in {Spec.V2, Spec.V3} else raw
    names = _PYGMALION if spec is Spec.PYGMALION else _TEXTS
    told = {mine: _text(data.get(theirs)) for mine, theirs in names.items()}
    if not told["name"].strip():
        raise InvalidInput(
            "card_without_name",
            N_("This card gives its character no name. Give it one and send it again."),
            field="file",
        )
    lists = {mine: _texts(data.get(theirs)) for mine, theirs in (_LISTS | _V3_LISTS).items()}
    book = data.get("character_book")
    return Card(
        spec,
        **told,
        other_greetings=lists["other_greetings"],
        group_greetings=lists["group_greetings"],
        tags=lists["tags"],
        sources=lists["sources"],
        nickname=_text(data.get("nickname")),
        creator_notes_by_language={
            language: text
            for language, text in _object(data.get("creator_notes_multilingual")).items()
            if isinstance(text, str)
        },
        note=_note(data),
        book=cast(JsonObject, book) if isinstance(book, dict) else None,
        assets=tuple(cast(JsonObject, one) for one in _list(data.get("assets")) if isinstance(one, dict)),
        extensions=_object(data.get("extensions")),
        unknown=_unknown(data, names),
        raw=raw,
        notes=_oddities(raw, data, spec),
    )


def written_card(card: Card, spec: Spec) -> JsonObject:
    """The card as V2 or V3, with everything that its file said and nobody changed.

    A card that comes from the same specification is written as it was, but for what is other now.
    """
    was = read_card(card.raw) if card.raw else None
    data = dict(_object(card.raw.get("data"))) if was and was.spec in {Spec.V2, Spec.V3} else {}
    if was and was.spec not in {Spec.V2, Spec.V3}:
        known = {*_PYGMALION.values(), *_TEXTS.values()}
        data = {name: value for name, value in card.raw.items() if name not in known}
    is_same = was is not None and was.spec is spec
    for name, value in (_said(card, spec) | _emptied(card, was)).items():
        if not is_same or was is None or _said(was, Spec.V3)[name] != value:
            data[name] = value
    if card.extensions != (was.extensions if was else {}):
        data["extensions"] = card.extensions
    if card.note != (was.note if was else NO_NOTE):
        told = {"prompt": card.note.prompt, "depth": card.note.depth, "role": card.note.role}
        data["extensions"] = {**_object(data.get("extensions")), "depth_prompt": told}
    if not is_same:
        data.setdefault("extensions", {})
    if card.book is not None:
        data["character_book"] = card.book
    root = _root(card.raw, data) if was and was.spec in {Spec.V2, Spec.V3} else {}
    if is_same:
        return {**root, "data": data}
    version = {"spec": "chara_card_v3", "spec_version": "3.0"}
    if spec is Spec.V2:
        version = {"spec": "chara_card_v2", "spec_version": "2.0"}
    return {**root, **version, "data": data}


def _root(raw: JsonObject, data: JsonObject) -> JsonObject:
    """What stands beside `data`; what repeats it there says the same as it does now."""
    before = _object(raw.get("data"))
    return {
        name: data[name] if name in before and name in data and value == before[name] else value
        for name, value in raw.items()
    }


def _emptied(card: Card, was: Card | None) -> JsonObject:
    """What the card said before and says no more."""
    now = _said(card, Spec.V3)
    return {} if was is None else {name: now[name] for name, value in _said(was, Spec.V3).items() if value != now[name]}


def _said(card: Card, spec: Spec) -> JsonObject:
    said: JsonObject = {theirs: getattr(card, mine) for mine, theirs in _TEXTS.items()}
    said |= {theirs: list(getattr(card, mine)) for mine, theirs in _LISTS.items()}
    newer: JsonObject = {theirs: list(getattr(card, mine)) for mine, theirs in _V3_LISTS.items()}
    newer |= {"nickname": card.nickname, "creator_notes_multilingual": dict(card.creator_notes_by_language)}
    # V2 knows nothing of these; where they say something they are written all the same, and whoever can, reads them.
    return said | {name: value for name, value in newer.items() if value or spec is Spec.V3}


def _spec(raw: JsonObject) -> Spec:
    if "char_name" in raw:
        return Spec.PYGMALION
    named = _text(raw.get("spec"))
    if isinstance(raw.get("data"), dict):
        if named == "chara_card_v3":
            return Spec.V3
        if named == "chara_card_v2":
            return Spec.V2
        raise InvalidInput(
            "card_without_spec",
            N_("This file does not say which kind of card it is: its field “spec” is missing or unknown."),
            field="file",
        )
    if any(theirs in raw for theirs in ("first_mes", "mes_example", "personality", "scenario")):
        return Spec.V1
    raise InvalidInput(
        "not_a_card", N_("This is JSON, but no character card: it has none of a card's fields."), field="file"
    )


_OTHERS = frozenset({
    *_LISTS.values(), *_V3_LISTS.values(), "nickname", "creator_notes_multilingual", "extensions", "character_book",
    "assets", "creation_date", "modification_date", "spec", "spec_version", "data",
})  # fmt: skip


def _unknown(data: JsonObject, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        name for name, value in data.items()
        if name not in _OTHERS and name not in names.values() and value not in (None, "", [], {})
    )  # fmt: skip


def _oddities(raw: JsonObject, data: JsonObject, spec: Spec) -> tuple[str, ...]:
    notes: list[str] = []
    if spec is Spec.V3:
        try:
            newer = float(_text(raw.get("spec_version")) or "3") > 3.0
        except ValueError:
            newer = True
        if newer:
            notes.append("spec_version")
    if data is not raw:
        # Many cards repeat the oldest fields beside `data`; where the two disagree, `data` counts.
        notes += [
            _TEXTS[mine]
            for mine in _V1
            if _TEXTS[mine] in raw and _text(raw[_TEXTS[mine]]) != _text(data.get(_TEXTS[mine]))
        ]
    return tuple(notes)


def _note(data: JsonObject) -> DepthPrompt:
    told = _object(_object(data.get("extensions")).get("depth_prompt"))
    depth = told.get("depth")
    known = depth if isinstance(depth, int) and not isinstance(depth, bool) else NO_NOTE.depth
    return DepthPrompt(_text(told.get("prompt")), known, _text(told.get("role")) or NO_NOTE.role)


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None or isinstance(value, dict | list) else str(value)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(one for one in _list(value) if isinstance(one, str))


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _object(value: object) -> JsonObject:
    return cast(JsonObject, value) if isinstance(value, dict) else {}
