"""World files as the other program has them in memory: nothing is mended, so that what it does can be followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast
from uuid import UUID

from bot.services.lore.compatible.model import At, Logic, OldBook, OldEntry, Origin
from bot.services.lore.engine.book import Book
from bot.services.lore.formats.reading import JsonObject
from bot.services.lore.formats.world import listed
from bot.services.lore.formats.writing import written_world

_READS = {
    "matchPersonaDescription": "persona_description",
    "matchCharacterDescription": "character_description",
    "matchCharacterPersonality": "character_personality",
    "matchCharacterDepthPrompt": "character_depth_prompt",
    "matchScenario": "scenario",
    "matchCreatorNotes": "creator_notes",
}


def old_book(
    book: Book, raws: Mapping[UUID, JsonObject], numbers: Mapping[UUID, int], origin: Origin = Origin.GLOBAL
) -> OldBook:
    """A book kept here as the other program would have it. `raws` are the world-file objects its entries came from,
    `numbers` become the entries' uids.
    """
    written = cast(JsonObject, written_world(book, raws)["entries"])
    entries = zip(book.entries, cast("list[JsonObject]", list(written.values())), strict=True)
    return OldBook(book.name, tuple(old_entry(raw, numbers[one.id]) for one, raw in entries), origin)


def read_old(raw: JsonObject, name: str, origin: Origin = Origin.GLOBAL) -> tuple[OldBook, tuple[str, ...]]:
    """The book in a world file, and the ids its entries have there. Uids here are places in that list."""
    known = listed(raw.get("entries"))
    entries = tuple(old_entry(one, uid) for uid, (_, one) in enumerate(known))
    ids = tuple(str(one["uid"]) if one.get("uid") is not None else source_id for source_id, one in known)
    return OldBook(name, entries, origin), ids


def old_entry(raw: JsonObject, uid: int) -> OldEntry:
    """One entry of a world file. What is missing is as section 2.1 of the description says of old files."""
    others = raw.get("characterFilter")
    only = cast(JsonObject, others) if isinstance(others, dict) else {}
    return OldEntry(
        uid,
        key=_texts(raw.get("key")),
        keysecondary=_texts(raw.get("keysecondary")),
        content=str(raw.get("content") or ""),
        constant=bool(raw.get("constant")),
        selective=bool(raw.get("selective")),
        selective_logic=_choice(Logic, raw.get("selectiveLogic"), Logic.AND_ANY),
        order=_number(raw.get("order"), 100),
        position=_choice(At, raw.get("position"), At.BEFORE),
        disable=bool(raw.get("disable")),
        ignore_budget=bool(raw.get("ignoreBudget")),
        exclude_recursion=bool(raw.get("excludeRecursion")),
        prevent_recursion=bool(raw.get("preventRecursion")),
        delay_until_recursion=_number(raw.get("delayUntilRecursion"), 0),
        reads=frozenset(field for name, field in _READS.items() if raw.get(name)),
        probability=_number(raw.get("probability"), 100),
        use_probability=bool(raw.get("useProbability")),
        depth=_number(raw.get("depth"), 4),
        role=_number(raw.get("role"), 0),
        outlet_name=str(raw.get("outletName") or ""),
        group=str(raw.get("group") or ""),
        group_override=bool(raw.get("groupOverride")),
        group_weight=_number(raw.get("groupWeight"), 100),
        scan_depth=_number_or_none(raw.get("scanDepth")),
        case_sensitive=_claim(raw.get("caseSensitive")),
        match_whole_words=_claim(raw.get("matchWholeWords")),
        use_group_scoring=_claim(raw.get("useGroupScoring")),
        sticky=_number(raw.get("sticky"), 0),
        cooldown=_number(raw.get("cooldown"), 0),
        delay=_number(raw.get("delay"), 0),
        triggers=_texts(raw.get("triggers")),
        filter_names=frozenset(_texts(only.get("names"))),
        filter_tags=frozenset(_texts(only.get("tags"))),
        filter_excludes=bool(only.get("isExclude")),
    )


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split(","))
    return tuple(str(one) for one in cast("list[object]", value)) if isinstance(value, list) else ()


def _number_or_none(value: object) -> int | None:
    try:
        return None if value is None or value == "" else int(float(cast(str, value)))
    except (TypeError, ValueError, OverflowError):
        return None


def _number(value: object, default: int) -> int:
    found = _number_or_none(value)
    return default if found is None else found


def _claim(value: object) -> bool | None:
    return None if value is None else bool(value)


def _choice(kind: Callable[[int], Any], value: object, default: Any) -> Any:
    try:
        return kind(_number(value, int(default)))
    except ValueError:
        return default
