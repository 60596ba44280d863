"""Books and entries as they are stored, and as the engine reads them: one made of the other.

Nothing is lost on the way, but that the engine reads names of speakers folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from bot.services.lore.engine.book import (
    EVERYWHERE,
    Blend,
    Book,
    Choice,
    Entry,
    Filters,
    GroupRule,
    Key,
    Logic,
    Meaning,
    Mode,
    Occasion,
    Position,
    Role,
    Source,
    Timing,
    Waking,
)
from bot.services.lore.engine.folding import folded
from db.models import BookSettings, EntryOrigin, EntryRules, EntryState, GroupSettings, KeyRule, Only, Sought
from db.models import LoreBook as BookModel
from db.models import LoreEntry as EntryModel
from db.models import Mode as StoredMode

_T = TypeVar("_T", UUID, int, str)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be kept, with what the engine has no use for. `entry.id` stays its id.

    `mode` is what brings it in once it is switched on, where `entry.mode` only says that it is off.
    """

    entry: Entry
    is_enabled: bool = True
    folder: str = ""
    tags: tuple[str, ...] = ()
    origin: EntryOrigin = field(default_factory=EntryOrigin)
    source_id: str | None = None
    raw: Mapping[str, object] = field(default_factory=dict[str, object])
    mode: Mode | None = None


def book_of(row: BookModel, entries: Iterable[EntryModel]) -> Book:
    """A stored book as the engine reads it, its entries in the order of their rows."""
    settings = row.settings
    return Book(
        id=row.id,
        version=row.version,
        name=row.name,
        entries=tuple(entry_of(one) for one in entries),
        scan_depth=settings.scan_depth,
        token_budget=settings.token_budget,
        recursion=settings.recursion,
        steps=settings.steps,
        at_least=settings.at_least,
        at_least_depth=settings.at_least_depth,
        constants_first=settings.constants_first,
        timing=Timing(settings.timing.value),
        groups={name: GroupRule(rule.winners, rule.scores) for name, rule in settings.groups.items()},
    )


def settings_of(book: Book) -> BookSettings:
    """What is stored of an engine's book beside its name and entries."""
    return BookSettings.model_validate(
        {
            "scan_depth": book.scan_depth,
            "token_budget": book.token_budget,
            "recursion": book.recursion,
            "steps": book.steps,
            "at_least": book.at_least,
            "at_least_depth": book.at_least_depth,
            "constants_first": book.constants_first,
            "timing": book.timing.value,
            "groups": {
                name: GroupSettings(winners=one.winners, scores=one.scores) for name, one in book.groups.items()
            },
        }
    )


def entry_of(row: EntryModel) -> Entry:
    """A stored entry as the engine reads it. One that is switched off has the mode `disabled`."""
    return entry_from(
        row.id, row.rules, name=row.name, content=row.content, tokens=row.tokens, mode=row.mode, is_on=row.is_enabled
    )


def entry_from(
    entry_id: UUID, rules: EntryRules, *, name: str, content: str, tokens: int, mode: StoredMode, is_on: bool = True
) -> Entry:
    """The engine's entry out of its stored parts."""
    return Entry(
        id=entry_id,
        name=name,
        content=content,
        tokens=tokens,
        mode=Mode(mode.value) if is_on else Mode.DISABLED,
        keys=keys_of(rules.keys),
        secondary=keys_of(rules.secondary),
        logic=Logic(rules.logic.value),
        scan_depth=rules.scan_depth,
        sources=sources_of(rules.sources),
        speakers=frozenset(folded(one) for one in rules.speakers),
        meaning=Meaning(rules.threshold, rules.results, Blend(rules.blend.value), rules.weight),
        probability=rules.probability,
        position=Position(rules.position.value),
        depth=rules.depth,
        role=Role(rules.role.value),
        outlet=rules.outlet,
        order=rules.order,
        priority=rules.priority,
        sticky=rules.sticky,
        cooldown=rules.cooldown,
        delay=rules.delay,
        filters=_filters(rules),
        groups=frozenset(rules.groups),
        group_weight=rules.group_weight,
        group_first=rules.group_first,
        waking=Waking(
            rules.wakes, rules.is_woken, rules.level, frozenset(rules.wakes_only), frozenset(rules.woken_only_by)
        ),
        requires=frozenset(rules.requires),
        excludes=frozenset(rules.excludes),
        ignores_budget=rules.ignores_budget,
        max_tokens=rules.max_tokens,
    )


def rules_of(entry: Entry) -> EntryRules:
    """What is stored of an engine's entry beside its name, content and mode."""
    filters, waking, meaning = entry.filters, entry.waking, entry.meaning
    return EntryRules.model_validate(
        {
            "keys": tuple(_rule(key) for key in entry.keys),
            "secondary": tuple(_rule(key) for key in entry.secondary),
            "logic": entry.logic.value,
            "scan_depth": entry.scan_depth,
            "sources": tuple(one for one in Sought if entry.sources & Source[one.name]),
            "speakers": tuple(sorted(entry.speakers)),
            "threshold": meaning.threshold,
            "results": meaning.results,
            "blend": meaning.blend.value,
            "weight": meaning.weight,
            "probability": entry.probability,
            "position": entry.position.value,
            "depth": entry.depth,
            "role": entry.role.value,
            "outlet": entry.outlet,
            "order": entry.order,
            "priority": entry.priority,
            "sticky": entry.sticky,
            "cooldown": entry.cooldown,
            "delay": entry.delay,
            "characters": _only(filters.characters),
            "personas": _only(filters.personas),
            "channels": _only(filters.channels),
            "servers": _only(filters.servers),
            "roles": _only(filters.roles),
            "tags": _only(filters.tags),
            "occasions": tuple(sorted(one.value for one in filters.occasions)),
            "groups": tuple(sorted(entry.groups)),
            "group_weight": entry.group_weight,
            "group_first": entry.group_first,
            "wakes": waking.wakes,
            "is_woken": waking.is_woken,
            "level": waking.level,
            "wakes_only": tuple(sorted(waking.wakes_only)),
            "woken_only_by": tuple(sorted(waking.woken_only_by)),
            "requires": tuple(sorted(entry.requires)),
            "excludes": tuple(sorted(entry.excludes)),
            "ignores_budget": entry.ignores_budget,
            "max_tokens": entry.max_tokens,
        }
    )


def mode_to_keep(new: NewEntry) -> StoredMode:
    """What brings an entry in once it is switched on, as far as can be told."""
    mode = new.mode or new.entry.mode
    if mode is Mode.DISABLED:
        mode = Mode.KEYWORD if new.entry.keys else Mode.CONSTANT
    return StoredMode(mode.value)


def state_of(row: EntryModel) -> EntryState:
    """The whole entry, as its history keeps it."""
    return EntryState(
        number=row.number,
        name=row.name,
        content=row.content,
        is_enabled=row.is_enabled,
        mode=row.mode,
        folder=row.folder,
        tags=tuple(row.tags),
        place=row.place,
        rules=row.rules,
        origin=row.origin,
    )


def sources_of(sought: Iterable[Sought]) -> Source:
    """The texts to look in, as the engine's flags."""
    sources = Source(0)
    for one in sought:
        sources |= Source[one.name]
    return sources


def keys_of(rules: Iterable[KeyRule]) -> tuple[Key, ...]:
    """Stored keys as the engine has them."""
    return tuple(Key(one.text, one.is_regex, one.case_sensitive, one.whole_words) for one in rules)


def _rule(key: Key) -> KeyRule:
    return KeyRule(text=key.text, is_regex=key.is_regex, case_sensitive=key.case_sensitive, whole_words=key.whole_words)


def _filters(rules: EntryRules) -> Filters:
    found = Filters(
        characters=_choice(rules.characters, UUID),
        personas=_choice(rules.personas, UUID),
        channels=_choice(rules.channels, int),
        servers=_choice(rules.servers, int),
        roles=_choice(rules.roles, int),
        tags=_choice(rules.tags, str),
        occasions=frozenset(Occasion(one.value) for one in rules.occasions),
    )
    # The one value, which the engine knows by being it.
    return EVERYWHERE if found == EVERYWHERE else found


def _choice(only: Only, kind: type[_T]) -> Choice[_T]:
    if not only.only and not only.never:
        return _EVERYBODY
    return Choice(frozenset(kind(one) for one in only.only), frozenset(kind(one) for one in only.never))


def _only(choice: Choice[Any]) -> Only:
    return Only(only=tuple(sorted(map(str, choice.only))), never=tuple(sorted(map(str, choice.never))))


_EVERYBODY: Choice[Any] = Choice()
