"""V3's decorators: `@@name value` lines that lead an entry's content. What has a meaning here becomes a rule.

A line of `@@@` stands in for the one before it where that is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot import limits
from bot.services.lore.engine.book import Entry, Key, Logic, Mode, Position, Role
from bot.services.lore.formats.reading import Fate, Fields

_POSITIONS = {
    "after_desc": Position.AFTER_CHARACTER,
    "before_desc": Position.BEFORE_CHARACTER,
    "personality": Position.AFTER_CHARACTER,
    "scenario": Position.AFTER_CHARACTER,
}


def without_decorators(content: str) -> str:
    """The content behind its leading decorators."""
    start = 0
    while content.startswith("@@", start):
        end = content.find("\n", start)
        start = len(content) if end < 0 else end + 1
    return content[start:]


def decorators_without_meaning(content: str) -> str:
    """The leading lines that are kept as they are when an entry is written again."""
    leading = content[: len(content) - len(without_decorators(content))].removesuffix("\n").split("\n")
    kept = [line for line in leading if line and line.lstrip("@").partition(" ")[0].strip().lower() not in _RULES]
    return "".join(f"{line}\n" for line in kept)


def decorated(entry: Entry, content: str, fields: Fields) -> Entry:
    """The entry as the decorators of its file's content have it; those without a meaning here are noted as kept."""
    was_known = True
    for line in content.split("\n"):
        if not line.startswith("@@"):
            break
        if line.startswith("@@@") and was_known:
            continue
        name, _, value = line.lstrip("@").partition(" ")
        rule = _RULES.get(name.strip().lower())
        try:
            entry = rule(entry, value.strip()) if rule else entry
        except (KeyError, ValueError):
            rule = None
        was_known = rule is not None
        if not was_known:
            fields.note(Fate.KEPT, f"@@{name}", value)
        elif name.strip().lower() in _NEARLY:
            fields.note(Fate.CHANGED, f"@@{name}", value)
    return entry


def _keys(value: str) -> tuple[Key, ...]:
    return tuple(Key(part.strip()) for part in value.split(",") if part.strip())


def _with_depth(entry: Entry, value: str) -> Entry:
    return replace(entry, position=Position.AT_DEPTH, depth=max(0, int(value)))


_RULES: dict[str, Callable[[Entry, str], Entry]] = {
    "activate": lambda entry, _: replace(entry, mode=Mode.CONSTANT),
    "dont_activate": lambda entry, _: replace(entry, mode=Mode.DISABLED),
    "depth": _with_depth,
    "role": lambda entry, value: replace(entry, role=Role(value.lower())),
    "scan_depth": lambda entry, value: replace(entry, scan_depth=max(0, int(value))),
    "position": lambda entry, value: replace(entry, position=_POSITIONS[value.lower()]),
    "additional_keys": lambda entry, value: _asking(entry, Logic.AND_ANY, value),
    "exclude_keys": lambda entry, value: _asking(entry, Logic.NOT_ANY, value),
    "keep_activate_after_match": lambda entry, _: replace(entry, sticky=int(limits.LORE_STICKY_MAX)),
    "dont_activate_after_match": lambda entry, _: replace(entry, cooldown=int(limits.LORE_STICKY_MAX)),
    "activate_only_after": lambda entry, value: replace(entry, delay=max(0, int(value))),
    "probability": lambda entry, value: replace(entry, probability=min(100, max(0, int(value)))),
    "priority": lambda entry, value: replace(entry, priority=int(value)),
    "match_full_word": lambda entry, _: _with_words(entry, True),
    "match_partial_word": lambda entry, _: _with_words(entry, False),
    "recursive": lambda entry, _: replace(entry, waking=replace(entry.waking, wakes=True, is_woken=True)),
    "unrecursive": lambda entry, _: replace(entry, waking=replace(entry.waking, wakes=False)),
    "no_recursive_search": lambda entry, _: replace(entry, waking=replace(entry.waking, is_woken=False)),
    "end": lambda entry, _: replace(entry, position=Position.AT_DEPTH, depth=0),
}


_NEARLY = frozenset({"keep_activate_after_match", "dont_activate_after_match"})
"""They mean for ever; here it is as long as can be."""


def _asking(entry: Entry, logic: Logic, value: str) -> Entry:
    """With second keys; an entry has one list of them, and one logic."""
    if entry.secondary:
        raise ValueError(value)
    return replace(entry, secondary=_keys(value), logic=logic)


def _with_words(entry: Entry, whole: bool) -> Entry:
    return replace(entry, keys=tuple(replace(key, whole_words=whole) for key in entry.keys))
