"""The rules of an entry as the most used format names them, whatever the spelling (camelCase, snake_case).

The same names stand in world files and, below `extensions`, in cards' books, so both are read and written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot import limits
from bot.services.lore.engine.book import (
    TALK,
    Blend,
    Book,
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


_LEVELS = 100
_ORDER = int(limits.LORE_ORDER_MAX)
_STICKY = int(limits.LORE_STICKY_MAX)
_DEPTH = int(limits.LORE_DEPTH_MAX)
SCAN = int(limits.LORE_SCAN_DEPTH_MAX)
_SPANS = {
    "scan_depth": (0, SCAN), "probability": (0, 100), "depth": (0, _DEPTH), "order": (-_ORDER, _ORDER),
    "priority": (-_ORDER, _ORDER), "sticky": (0, _STICKY), "cooldown": (0, _STICKY),
    "delay": (0, int(limits.LORE_DELAY_MAX)), "group_weight": (0, 10_000),
    "max_tokens": (1, int(limits.LORE_ENTRY_TOKENS_MAX)),
}  # fmt: skip
_SPANS_OF_BOOKS = {
    "scan_depth": (0, SCAN), "token_budget": (0, int(limits.LORE_BUDGET_MAX)),
    "steps": (0, int(limits.LORE_STEPS_MAX)), "at_least": (0, int(limits.LORE_AT_LEAST_MAX)),
    "at_least_depth": (0, SCAN),
}  # fmt: skip
_SETS = ("speakers", "groups", "requires", "excludes")


def bounded(entry: Entry) -> Entry:
    """The entry with its numbers and lists within what they may be."""
    changes = _within(entry, _SPANS)
    most, meaning = int(limits.LORE_LIST_MAX), entry.meaning
    for name in _SETS:
        if len(getattr(entry, name)) > most:
            changes[name] = frozenset(sorted(getattr(entry, name))[:most])
    within = Meaning(
        None if meaning.threshold is None else min(max(meaning.threshold, 0), 1),
        min(max(meaning.results, 1), int(limits.LORE_RESULTS_MAX)),
        meaning.blend,
        min(max(meaning.weight, 0), 1),
    )
    if within != meaning:
        changes["meaning"] = within
    if not 0 <= entry.waking.level <= _LEVELS:
        changes["waking"] = replace(entry.waking, level=min(max(entry.waking.level, 0), _LEVELS))
    return replace(entry, **changes) if changes else entry


def bounded_book(book: Book) -> Book:
    """The book with its numbers within what they may be."""
    changes = _within(book, _SPANS_OF_BOOKS)
    winners = int(limits.LORE_GROUP_WINNERS_MAX)
    if len(book.groups) > limits.LORE_LIST_MAX or any(not 1 <= one.winners <= winners for one in book.groups.values()):
        some = list(book.groups.items())[: int(limits.LORE_LIST_MAX)]
        changes["groups"] = {name: replace(one, winners=min(max(one.winners, 1), winners)) for name, one in some}
    return replace(book, **changes) if changes else book


def _within(thing: Entry | Book, spans: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, (least, most) in spans.items():
        number = getattr(thing, name)
        if number is not None and not least <= number <= most:
            changes[name] = min(max(number, least), most)
    return changes


def rules_of(fields: Fields, *, scan_depth: int | None) -> dict[str, object]:
    """The rules in an object as arguments of `Entry`. `scan_depth` is what is true where the object says nothing."""
    read = fields.some_number("scanDepth", "scan_depth", least=0, most=SCAN)
    return {
        "logic": LOGICS[fields.number("selectiveLogic", "selective_logic", default=0, least=0, most=3)],
        "scan_depth": scan_depth if read is None else read,
        "sources": _sources(fields),
        "probability": _probability(fields),
        "depth": fields.number("depth", default=4, least=0, most=_DEPTH),
        "role": ROLES[fields.number("role", default=0, least=0, most=2)],
        "outlet": fields.text("outletName", "outlet_name"),
        "sticky": fields.number("sticky", default=0, least=0, most=_STICKY),
        "cooldown": fields.number("cooldown", default=0, least=0, most=_STICKY),
        "delay": fields.number("delay", default=0, least=0, most=int(limits.LORE_DELAY_MAX)),
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
    most = int(limits.LORE_ENTRY_NAME_MAX)
    if len(entry.name) > most:
        fields.note(Fate.CHANGED, "comment", entry.name)
        entry = replace(entry, name=entry.name[:most])
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
    return fields.number("delayUntilRecursion", "delay_until_recursion", default=0, least=0, most=_LEVELS)


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
