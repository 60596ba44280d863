"""Every field of an entry: where it is kept, what it is called, what it may hold. The bounds are the first plan's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from bot import limits
from bot.services.lore.engine.book import Key
from bot.services.lore.fields.kinds import Field, Kind, Section
from bot.texts import N_, Text
from db.models import EntryState, KeyRule

_MODES = (
    ("keyword", N_("By its keys")),
    ("vector", N_("By its meaning")),
    ("hybrid", N_("By keys or meaning")),
    ("constant", N_("Always")),
)
_LOGICS = (
    ("and_any", N_("Any second key must be there too")),
    ("and_all", N_("All second keys must be there too")),
    ("not_all", N_("Not all second keys may be there")),
    ("not_any", N_("No second key may be there")),
)
_SOURCES = (
    ("user", N_("What people say")),
    ("character", N_("What characters say")),
    ("names", N_("Names of who speaks")),
    ("system", N_("Instructions")),
    ("description", N_("The character's description")),
    ("personality", N_("The character's personality")),
    ("scenario", N_("The scenario")),
    ("persona", N_("The persona's description")),
    ("notes", N_("The maker's notes")),
)
_BLENDS = (
    ("or", N_("Keys or meaning")),
    ("and", N_("Keys and meaning")),
    ("weighted", N_("Both, weighed together")),
)
_POSITIONS = (
    ("system_top", N_("At the very top")),
    ("before_character", N_("Before the character")),
    ("after_character", N_("After the character")),
    ("before_examples", N_("Before the examples")),
    ("after_examples", N_("After the examples")),
    ("system_bottom", N_("Below everything about the character")),
    ("at_depth", N_("Between the messages, at a depth")),
    ("outlet", N_("Where an outlet of that name stands")),
)
_ROLES = (("system", N_("Nobody's")), ("user", N_("A person's")), ("assistant", N_("The character's")))
_OCCASIONS = (
    ("answer", N_("An answer")),
    ("continue", N_("Going on")),
    ("regenerate", N_("Answering anew")),
)


def _listed() -> tuple[Field, ...]:
    words, keys, scan = Section.WORDS, Section.KEYS, Section.SCAN
    deep = int(limits.LORE_SCAN_DEPTH_MAX)
    return (
        # ------------------------------------------------------------------------------------------------ words
        Field("name", N_("Name"), Kind.LINE, words, N_("What you call it. No character sees it."),
              default="", most=int(limits.LORE_ENTRY_NAME_MAX), path=("name",)),
        Field("content", N_("Content"), Kind.TEXT, words, N_("What the character is told while the entry is in force."),
              default="", most=int(limits.LORE_CONTENT_MAX), is_required=True, path=("content",)),
        Field("folder", N_("Folder"), Kind.LINE, words, N_("Entries of one folder stand together in lists."),
              default="", most=int(limits.LORE_FOLDER_MAX), path=("folder",)),
        Field("tags", N_("Tags"), Kind.TAGS, words, N_("For finding and changing many at once; commas between them."),
              default=(), path=("tags",)),
        # ------------------------------------------------------------------------------------------------ keys
        Field("mode", N_("Comes in"), Kind.CHOICE, keys, N_("What brings the entry in."),
              default="keyword", choices=_MODES, path=("mode",)),
        Field("is_enabled", N_("Switched on"), Kind.FLAG, keys, default=True, path=("is_enabled",)),
        Field("keys", N_("Keys"), Kind.KEYS, keys,
              N_("One a line or with commas between: harbour, “Rose [case]”, “drag [part]”, or a regex in slashes."),
              default=(), path=("rules", "keys")),
        Field("secondary", N_("Second keys"), Kind.KEYS, keys, N_("Asked for once a key was found."),
              default=(), path=("rules", "secondary")),
        Field("logic", N_("Second keys decide"), Kind.CHOICE, keys, default="and_any", choices=_LOGICS,
              path=("rules", "logic")),
        Field("case_sensitive", N_("All keys mind capitals"), Kind.FLAG, keys, default=False,
              path=("rules", "*", "case_sensitive")),
        Field("whole_words", N_("All keys are whole words"), Kind.FLAG, keys, default=True,
              path=("rules", "*", "whole_words")),
        # ------------------------------------------------------------------------------------------------ scan
        Field("scan_depth", N_("Scan depth"), Kind.NUMBER, scan,
              N_("How many of the newest messages are looked at; empty: as the book."),
              least=0, most=deep, is_optional=True, path=("rules", "scan_depth")),
        Field("sources", N_("Looks in"), Kind.CHOICES, scan, default=frozenset({"user", "character", "names"}),
              choices=_SOURCES, is_required=True, path=("rules", "sources")),
        Field("speakers", N_("Only said by"), Kind.WORDS, scan, N_("Names; empty: by anybody."),
              default=_NOTHING, path=("rules", "speakers")),
        # ------------------------------------------------------------------------------------------------ meaning
        Field("threshold", N_("Nearness"), Kind.NUMBER, Section.MEANING,
              N_("From 0 to 1: how near in meaning it must be; empty: as the book."),
              least=0, most=1, is_optional=True, is_whole=False, path=("rules", "threshold")),
        Field("results", N_("Among the nearest"), Kind.NUMBER, Section.MEANING,
              N_("How many entries may come in by meaning at once, this one included."),
              default=5, least=1, most=int(limits.LORE_RESULTS_MAX), path=("rules", "results")),
        Field("blend", N_("Keys and meaning"), Kind.CHOICE, Section.MEANING, default="or", choices=_BLENDS,
              path=("rules", "blend")),
        Field("weight", N_("Weight of the meaning"), Kind.NUMBER, Section.MEANING, N_("From 0 (keys) to 1 (meaning)."),
              default=0.5, least=0, most=1, is_whole=False, path=("rules", "weight")),
        # ------------------------------------------------------------------------------------------------ chance
        Field("probability", N_("Chance in percent"), Kind.NUMBER, Section.CHANCE,
              N_("How often it comes in when it could; regenerating keeps the roll."),
              default=100, least=0, most=100, is_whole=False, path=("rules", "probability")),
        # ------------------------------------------------------------------------------------------------ place
        Field("position", N_("Position"), Kind.CHOICE, Section.PLACE, default="before_character", choices=_POSITIONS,
              path=("rules", "position")),
        Field("depth", N_("Depth"), Kind.NUMBER, Section.PLACE, N_("Messages below it, for the position at a depth."),
              default=4, least=0, most=int(limits.LORE_DEPTH_MAX), path=("rules", "depth")),
        Field("role", N_("As whose message"), Kind.CHOICE, Section.PLACE, default="system", choices=_ROLES,
              path=("rules", "role")),
        Field("outlet", N_("Outlet"), Kind.LINE, Section.PLACE,
              N_("The name of the place in a text, for the position outlet."),
              default="", most=int(limits.LORE_WORD_MAX), path=("rules", "outlet")),
        Field("order", N_("Order"), Kind.NUMBER, Section.PLACE, N_("Lower stands nearer the top of its position."),
              default=100, least=-_ORDER, most=_ORDER, path=("rules", "order")),
        # ------------------------------------------------------------------------------------------------ time
        Field("sticky", N_("Stays"), Kind.NUMBER, Section.TIME, N_("For how many turns more, once it came in."),
              default=0, least=0, most=int(limits.LORE_STICKY_MAX), path=("rules", "sticky")),
        Field("cooldown", N_("Rests"), Kind.NUMBER, Section.TIME, N_("For how many turns it stays out afterwards."),
              default=0, least=0, most=int(limits.LORE_STICKY_MAX), path=("rules", "cooldown")),
        Field("delay", N_("Not before turn"), Kind.NUMBER, Section.TIME, default=0, least=0,
              most=int(limits.LORE_DELAY_MAX), path=("rules", "delay")),
        # ------------------------------------------------------------------------------------------------ filters
        *_filters(),
        Field("occasions", N_("Only when"), Kind.CHOICES, Section.FILTERS, N_("Nothing chosen: always."),
              default=_NOTHING, choices=_OCCASIONS, path=("rules", "occasions")),
        # ------------------------------------------------------------------------------------------------ groups
        Field("groups", N_("Groups"), Kind.WORDS, Section.GROUPS, N_("Of one group only the winner comes in."),
              default=_NOTHING, path=("rules", "groups")),
        Field("group_weight", N_("Weight in its groups"), Kind.NUMBER, Section.GROUPS, default=100, least=0,
              most=10_000, is_whole=False, path=("rules", "group_weight")),
        Field("group_first", N_("Goes before its groups"), Kind.FLAG, Section.GROUPS, default=False,
              path=("rules", "group_first")),
        # ------------------------------------------------------------------------------------------------ waking
        Field("wakes", N_("Its words wake others"), Kind.FLAG, Section.WAKING, default=True, path=("rules", "wakes")),
        Field("is_woken", N_("Others' words wake it"), Kind.FLAG, Section.WAKING, default=True,
              path=("rules", "is_woken")),
        Field("level", N_("Not before wave"), Kind.NUMBER, Section.WAKING, N_("0: at once, when a key was said."),
              default=0, least=0, most=int(limits.LORE_STEPS_MAX), path=("rules", "level")),
        Field("wakes_only", N_("Wakes only"), Kind.ENTRIES, Section.WAKING, N_("Such as #3, #7; empty: any."),
              default=_NOTHING, path=("rules", "wakes_only")),
        Field("woken_only_by", N_("Woken only by"), Kind.ENTRIES, Section.WAKING, N_("Such as #3, #7; empty: any."),
              default=_NOTHING, path=("rules", "woken_only_by")),
        Field("requires", N_("Needs"), Kind.ENTRIES, Section.WAKING, N_("Only beside these entries, such as #3, #7."),
              default=_NOTHING, path=("rules", "requires")),
        Field("excludes", N_("Keeps out"), Kind.ENTRIES, Section.WAKING, N_("Entries that stay out while it is in."),
              default=_NOTHING, path=("rules", "excludes")),
        # ------------------------------------------------------------------------------------------------ budget
        Field("priority", N_("Priority"), Kind.NUMBER, Section.BUDGET,
              N_("Who gets room first, higher before lower; empty: as the order."),
              least=-_ORDER, most=_ORDER, is_optional=True, path=("rules", "priority")),
        Field("max_tokens", N_("At most so many tokens"), Kind.NUMBER, Section.BUDGET,
              N_("Longer content is shortened at a sentence; empty: as long as it is."),
              least=1, most=int(limits.LORE_ENTRY_TOKENS_MAX), is_optional=True, path=("rules", "max_tokens")),
        Field("ignores_budget", N_("Comes in even without room"), Kind.FLAG, Section.BUDGET, default=False,
              path=("rules", "ignores_budget")),
    )  # fmt: skip


_NOTHING: frozenset[object] = frozenset()
_ORDER = int(limits.LORE_ORDER_MAX)

_FILTERED: tuple[tuple[str, Kind, Text, Text], ...] = (
    ("characters", Kind.CHARACTERS, N_("Only characters"), N_("Never characters")),
    ("personas", Kind.PERSONAS, N_("Only personas"), N_("Never personas")),
    ("channels", Kind.CHANNELS, N_("Only channels"), N_("Never channels")),
    ("servers", Kind.SERVERS, N_("Only servers"), N_("Never servers")),
    ("roles", Kind.ROLES, N_("Only roles"), N_("Never roles")),
)


def _filters() -> Iterable[Field]:
    for name, kind, only, never in _FILTERED:
        for part, label in (("only", only), ("never", never)):
            yield Field(f"{name}_{part}", label, kind, Section.FILTERS, default=_NOTHING, path=("rules", name, part))
    for part, label in (("only", N_("Only characters tagged")), ("never", N_("Never characters tagged"))):
        yield Field(f"tags_{part}", label, Kind.TAGS, Section.FILTERS, default=(), path=("rules", "tags", part))


ENTRY_FIELDS: Mapping[str, Field] = MappingProxyType({one.name: one for one in _listed()})
"""The fields of an entry by name, in the order of forms."""


# ---------------------------------------------------------------------------------------------------- taken and put


def taken(one: Field, state: EntryState) -> object:
    """The value of a field in an entry's state, as `Field.kind` says."""
    if "*" in one.path:
        return _of_all_keys(one, state)
    held: Any = state
    for step in one.path:
        held = getattr(held, step)
    return _FROM_STORED.get(one.kind, _same)(held)


def put(state: EntryState, values: Mapping[str, object]) -> EntryState:
    """The state with other values, which must have been checked. All fields of keys go before what holds for all."""
    whole = state.model_dump()
    for name in sorted(values, key=lambda name: "*" in ENTRY_FIELDS[name].path):
        one, value = ENTRY_FIELDS[name], values[name]
        if "*" in one.path:
            _put_on_all_keys(whole, one.path[-1], bool(value))
            continue
        held = whole
        for step in one.path[:-1]:
            held = held[step]
        if one.kind is Kind.CHOICES:
            held[one.path[-1]] = [name for name, _ in one.choices if name in cast("frozenset[str]", value)]
        else:
            held[one.path[-1]] = _TO_STORED.get(one.kind, _same)(value)
    return EntryState.model_validate(whole)


def differing(before: EntryState, after: EntryState) -> tuple[str, ...]:
    """The names of the fields in which two states differ, in the order of forms."""
    named = (one for one in ENTRY_FIELDS.values() if "*" not in one.path)
    return tuple(one.name for one in named if taken(one, before) != taken(one, after))


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def _of_all_keys(one: Field, state: EntryState) -> object:
    plain = [key for key in (*state.rules.keys, *state.rules.secondary) if not key.is_regex]
    if not plain:
        return one.default
    return all(getattr(key, one.path[-1]) for key in plain)


def _put_on_all_keys(whole: dict[str, Any], option: str, value: bool) -> None:
    for name in ("keys", "secondary"):
        held = cast("list[dict[str, Any]]", whole["rules"][name])
        whole["rules"][name] = [key if key["is_regex"] else {**key, option: value} for key in held]


def _keys_taken(rules: Iterable[KeyRule]) -> tuple[Key, ...]:
    return tuple(Key(one.text, one.is_regex, one.case_sensitive, one.whole_words) for one in rules)


def _keys_put(keys: Iterable[Key]) -> list[dict[str, Any]]:
    return [
        {"text": key.text, "is_regex": key.is_regex, "case_sensitive": key.case_sensitive,
         "whole_words": key.whole_words}
        for key in keys
    ]  # fmt: skip


def _set_put(value: Iterable[object]) -> list[str]:
    return sorted(str(each) for each in value)


_FROM_STORED: Mapping[Kind, Callable[[Any], object]] = {
    Kind.CHOICE: _text,
    Kind.CHOICES: lambda held: frozenset(_text(each) for each in held),
    Kind.KEYS: _keys_taken,
    Kind.WORDS: frozenset,
    Kind.TAGS: tuple,
    Kind.ENTRIES: frozenset,
    Kind.CHARACTERS: lambda held: frozenset(UUID(each) for each in held),
    Kind.PERSONAS: lambda held: frozenset(UUID(each) for each in held),
    Kind.CHANNELS: lambda held: frozenset(int(each) for each in held),
    Kind.SERVERS: lambda held: frozenset(int(each) for each in held),
    Kind.ROLES: lambda held: frozenset(int(each) for each in held),
}

_TO_STORED: Mapping[Kind, Callable[[Any], object]] = {
    Kind.KEYS: _keys_put,
    Kind.WORDS: _set_put,
    Kind.TAGS: list,
    Kind.ENTRIES: _set_put,
    Kind.CHARACTERS: _set_put,
    Kind.PERSONAS: _set_put,
    Kind.CHANNELS: _set_put,
    Kind.SERVERS: _set_put,
    Kind.ROLES: _set_put,
}
