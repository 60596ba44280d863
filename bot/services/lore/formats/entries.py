"""The rules of an entry as the most used format names them, whatever the spelling (camelCase, snake_case).

The same names stand in world files and, below `extensions`, in cards' books, so both are read and written here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.services.lore.book import (
    TALK,
    Blend,
    Entry,
    Filters,
    Logic,
    Meaning,
    Mode,
    Occasion,
    Position,
    Role,
    Source,
    Waking,
)
from bot.services.lore.formats.reading import Fate, Fields, JsonObject, ReadEntry

LOGICS = (Logic.AND_ANY, Logic.NOT_ALL, Logic.NOT_ANY, Logic.AND_ALL)
ROLES = (Role.SYSTEM, Role.USER, Role.ASSISTANT)
PLACES: dict[int, Position] = {
    0: Position.BEFORE_CHARACTER, 1: Position.AFTER_CHARACTER, 2: Position.SYSTEM_BOTTOM, 3: Position.SYSTEM_BOTTOM,
    4: Position.AT_DEPTH, 5: Position.BEFORE_EXAMPLES, 6: Position.AFTER_EXAMPLES, 7: Position.OUTLET,
}  # fmt: skip
NUMBERS = {
    Position.SYSTEM_TOP: 0, Position.BEFORE_CHARACTER: 0, Position.AFTER_CHARACTER: 1, Position.SYSTEM_BOTTOM: 1,
    Position.AT_DEPTH: 4, Position.BEFORE_EXAMPLES: 5, Position.AFTER_EXAMPLES: 6, Position.OUTLET: 7,
}  # fmt: skip
_OCCASIONS = {
    "normal": Occasion.ANSWER, "continue": Occasion.CONTINUE, "swipe": Occasion.REGENERATE,
    "regenerate": Occasion.REGENERATE,
}  # fmt: skip
_READS = {
    Source.PERSONA: ("matchPersonaDescription", "match_persona_description", "scan_persona"),
    Source.DESCRIPTION: ("matchCharacterDescription", "match_character_description"),
    Source.PERSONALITY: ("matchCharacterPersonality", "match_character_personality"),
    Source.SCENARIO: ("matchScenario", "match_scenario"),
    Source.NOTES: ("matchCreatorNotes", "match_creator_notes"),
    Source.SYSTEM: ("matchCharacterDepthPrompt", "match_character_depth_prompt"),
}
SILENT = frozenset({"uid", "id", "displayIndex", "display_index", "addMemo", "world", "extensions"})
"""Fields that are kept without a word: they mean something in the other program's lists only."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far numbers may go (the first plan's own bounds)."""

    depth: int = 100
    order: int = 100_000
    span: int = 1000
    scan: int = 1000


_MOST = Bounds()
_SPANS = {
    "scan_depth": (0, _MOST.scan), "probability": (0, 100), "depth": (0, _MOST.depth),
    "order": (-_MOST.order, _MOST.order), "priority": (-_MOST.order, _MOST.order), "sticky": (0, _MOST.span),
    "cooldown": (0, _MOST.span), "delay": (0, _MOST.span), "group_weight": (0, 10_000), "max_tokens": (1, 100_000),
}  # fmt: skip


def bounded(entry: Entry) -> Entry:
    """The entry with its numbers within what they may be."""
    changes: dict[str, Any] = {}
    for name, (least, most) in _SPANS.items():
        number = getattr(entry, name)
        if number is not None and not least <= number <= most:
            changes[name] = min(max(number, least), most)
    return replace(entry, **changes) if changes else entry


def rules_of(fields: Fields, *, scan_depth: int | None) -> dict[str, object]:
    """The rules in an object as arguments of `Entry`. `scan_depth` is what is true where the object says nothing."""
    read = fields.some_number("scanDepth", "scan_depth", least=0, most=_MOST.scan)
    return {
        "logic": LOGICS[fields.number("selectiveLogic", "selective_logic", default=0, least=0, most=3)],
        "scan_depth": scan_depth if read is None else read,
        "sources": _sources(fields),
        "probability": _probability(fields),
        "depth": fields.number("depth", default=4, least=0, most=_MOST.depth),
        "role": ROLES[fields.number("role", default=0, least=0, most=2)],
        "outlet": fields.text("outletName", "outlet_name"),
        "sticky": fields.number("sticky", default=0, least=0, most=_MOST.span),
        "cooldown": fields.number("cooldown", default=0, least=0, most=_MOST.span),
        "delay": fields.number("delay", default=0, least=0, most=_MOST.span),
        "groups": frozenset(fields.texts("group")),
        "group_first": fields.flag("groupOverride", "group_override"),
        "group_weight": fields.number("groupWeight", "group_weight", default=100, least=0, most=10_000),
        "waking": Waking(
            wakes=not fields.flag("preventRecursion", "prevent_recursion"),
            is_woken=not fields.flag("excludeRecursion", "exclude_recursion"),
            level=_level(fields),
        ),
        "ignores_budget": fields.flag("ignoreBudget", "ignore_budget"),
        "filters": _filters(fields),
        "meaning": Meaning(blend=Blend.OR),
    }


def written_rules(entry: Entry, spell: str = "camel") -> JsonObject:
    """The same rules as an object, spelled `camel` or `snake`."""
    rules: JsonObject = {
        "selectiveLogic": LOGICS.index(entry.logic),
        "scanDepth": entry.scan_depth,
        "probability": whole(entry.probability),
        "useProbability": True,
        "depth": entry.depth,
        "role": ROLES.index(entry.role),
        "outletName": entry.outlet,
        "sticky": entry.sticky,
        "cooldown": entry.cooldown,
        "delay": entry.delay,
        "group": ", ".join(sorted(entry.groups)),
        "groupOverride": entry.group_first,
        "groupWeight": whole(entry.group_weight),
        "preventRecursion": not entry.waking.wakes,
        "excludeRecursion": not entry.waking.is_woken,
        "delayUntilRecursion": entry.waking.level,
        "ignoreBudget": entry.ignores_budget,
        "vectorized": entry.mode in {Mode.VECTOR, Mode.HYBRID},
        **{names[0]: bool(entry.sources & source) for source, names in _READS.items()},
        "triggers": sorted({name for name, one in _OCCASIONS.items() if one in entry.filters.occasions}),
    }
    return rules if spell == "camel" else {snake(name): value for name, value in rules.items()}


def whole(number: float) -> float:
    """The number, as a whole one where it is."""
    return int(number) if number == int(number) else number


def snake(name: str) -> str:
    """`scanDepth` → `scan_depth`; two names are spelled in camelCase everywhere."""
    if name in {"useProbability", "selectiveLogic"}:
        return name
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def mode_of(*, is_constant: bool, by_meaning: bool, has_keys: bool) -> Mode:
    """What brings an entry in. Found by meaning *and* having keys is an OR in the other program."""
    if is_constant:
        return Mode.CONSTANT
    if by_meaning:
        return Mode.HYBRID if has_keys else Mode.VECTOR
    return Mode.KEYWORD


def read_as(entry: Entry, fields: Fields, raw: JsonObject, source_id: str, *, is_off: bool) -> ReadEntry:
    """The entry with what there is to tell of it. `entry.mode` is what it is when it is on."""
    told = fields.told(SILENT)
    on = entry.mode
    if on is Mode.DISABLED:  # by a decorator; nothing says what it would be else
        on, is_off = mode_of(is_constant=False, by_meaning=False, has_keys=True), True
    return ReadEntry(
        replace(entry, mode=Mode.DISABLED) if is_off else entry, raw, source_id, told, on, said=fields.said()
    )


def _sources(fields: Fields) -> Source:
    sources = TALK
    for source, names in _READS.items():
        if fields.flag(*names):
            sources |= source
    return sources


def _probability(fields: Fields) -> int:
    probability = fields.number("probability", default=100, least=0, most=100)
    is_used = fields.flag("useProbability", "use_probability", default="probability" in fields.raw)
    return probability if is_used else 100


def _level(fields: Fields) -> int:
    value = fields.get("delayUntilRecursion", "delay_until_recursion")
    if isinstance(value, bool):
        return int(value)
    return fields.number("delayUntilRecursion", "delay_until_recursion", default=0, least=0, most=100)


def _filters(fields: Fields) -> Filters:
    others = fields.object("characterFilter", "character_filter")
    if others.get("names") or others.get("tags"):
        # File names and tag ids of one installation: nobody here can be meant by them.
        fields.note(Fate.KEPT, "characterFilter", others)
    wanted = fields.texts("triggers")
    for name in wanted:
        if name not in _OCCASIONS:
            fields.note(Fate.KEPT, "triggers", name)
    return Filters(occasions=frozenset(_OCCASIONS[name] for name in wanted if name in _OCCASIONS))
