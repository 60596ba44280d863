"""Every field of a book that people change: words, what is shared, and what holds for all its entries."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot import limits
from bot.services.lore.fields.kinds import Field, Kind, Section
from bot.texts import N_

_CATEGORIES = (
    ("general", N_("General")),
    ("worldbuilding", N_("Worldbuilding")),
    ("reference", N_("Reference")),
    ("memories", N_("Memories")),
)
_DIFFICULTIES = (
    ("beginner", N_("For beginners")),
    ("intermediate", N_("For the practised")),
    ("advanced", N_("For experts")),
)
_TIMINGS = (("turns", N_("Turns")), ("messages", N_("Messages")))


_NO_RULES: Mapping[str, tuple[int, bool]] = {}


def _listed() -> tuple[Field, ...]:
    words, scan, sharing = Section.WORDS, Section.SCAN, Section.SHARING
    return (
        Field("name", N_("Name"), Kind.LINE, words, default="", most=int(limits.LORE_BOOK_NAME_MAX), is_required=True,
              path=("name",)),
        Field("description", N_("Description"), Kind.TEXT, words, default="", most=int(limits.DESCRIPTION_MAX),
              path=("description",)),
        Field("category", N_("Category"), Kind.CHOICE, words, default="general", choices=_CATEGORIES,
              path=("category",)),
        Field("difficulty", N_("Difficulty"), Kind.CHOICE, words, choices=_DIFFICULTIES, is_optional=True,
              path=("difficulty",)),
        Field("tags", N_("Tags"), Kind.TAGS, words, N_("Commas between them."), default=(), path=("tags",)),
        Field("allow_fork", N_("Readers may copy it"), Kind.FLAG, sharing, default=False, path=("allow_fork",)),
        Field("allow_collaboration", N_("Others may write in it"), Kind.FLAG, sharing,
              N_("Those you invited to; off: they can only read."), default=True, path=("allow_collaboration",)),
        Field("accepts_requests", N_("People may ask to write in it"), Kind.FLAG, sharing, default=False,
              path=("accepts_requests",)),
        Field("scan_depth", N_("Scan depth"), Kind.NUMBER, scan, N_("How many of the newest messages are looked at."),
              default=2, least=0, most=int(limits.LORE_SCAN_DEPTH_MAX), path=("settings", "scan_depth")),
        Field("timing", N_("Stays and rests count"), Kind.CHOICE, scan, default="turns", choices=_TIMINGS,
              path=("settings", "timing")),
        Field("at_least", N_("Entries at least"), Kind.NUMBER, scan,
              N_("Where fewer come in, older messages are looked at too; 0: never."),
              default=0, least=0, most=int(limits.LORE_AT_LEAST_MAX), path=("settings", "at_least")),
        Field("at_least_depth", N_("But no deeper than"), Kind.NUMBER, scan, default=20, least=1,
              most=int(limits.LORE_SCAN_DEPTH_MAX), path=("settings", "at_least_depth")),
        Field("is_compatible", N_("As SillyTavern does it"), Kind.FLAG, scan,
              N_("For books made there: keys, order and budget work as they do there."),
              default=False, path=("settings", "is_compatible")),
        Field("query_depth", N_("Messages compared by meaning"), Kind.NUMBER, Section.MEANING, default=2, least=1,
              most=int(limits.LORE_QUERY_DEPTH_MAX), path=("settings", "query_depth")),
        Field("threshold", N_("Nearness"), Kind.NUMBER, Section.MEANING,
              N_("From 0 to 1: how near in meaning entries must be; empty: what suits the model."),
              least=0, most=1, is_optional=True, is_whole=False, path=("settings", "threshold")),
        Field("recursion", N_("Entries wake each other"), Kind.FLAG, Section.WAKING, default=True,
              path=("settings", "recursion")),
        Field("steps", N_("Waves at most"), Kind.NUMBER, Section.WAKING, default=8, least=1,
              most=int(limits.LORE_STEPS_MAX), path=("settings", "steps")),
        Field("token_budget", N_("Budget in tokens"), Kind.NUMBER, Section.BUDGET,
              N_("All its entries together; empty: what the prompt has room for."),
              least=0, most=int(limits.LORE_BUDGET_MAX), is_optional=True, path=("settings", "token_budget")),
        Field("constants_first", N_("Constant entries get room first"), Kind.FLAG, Section.BUDGET, default=True,
              path=("settings", "constants_first")),
        Field("groups", N_("Rules of groups"), Kind.GROUP_RULES, Section.GROUPS,
              N_("One a line: “kings: 2” lets two come in, “kings: 1, score” those with most keys found."),
              default=_NO_RULES, path=("settings", "groups")),
    )  # fmt: skip


BOOK_FIELDS: Mapping[str, Field] = MappingProxyType({one.name: one for one in _listed()})
"""The fields of a book by name, in the order of forms."""
