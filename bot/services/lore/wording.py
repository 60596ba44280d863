"""The forms of a lore book and of an entry, and what is said of changes and rights: the same words on every face."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services.lore.shown import EntryChange, May
from bot.texts import N_, Text

ENTRY_FORMS: Mapping[str, tuple[Text, tuple[str, ...]]] = {
    "words": (N_("Name, content, folder, tags"), ("name", "content", "folder", "tags")),
    "keys": (N_("What brings it in"), ("mode", "keys", "secondary", "logic", "case_sensitive", "whole_words")),
    "scan": (N_("Where its keys are looked for"), ("scan_depth", "sources", "speakers")),
    "meaning": (N_("Finding it by meaning"), ("threshold", "results", "blend", "weight")),
    "place": (N_("Where it stands in the prompt"), ("position", "depth", "role", "outlet", "order")),
    "time": (N_("Chance, staying, resting"), ("probability", "sticky", "cooldown", "delay")),
    "only": (
        N_("Only for these"),
        ("characters_only", "personas_only", "channels_only", "roles_only", "tags_only"),
    ),
    "never": (
        N_("Never for these"),
        ("characters_never", "personas_never", "channels_never", "roles_never", "tags_never"),
    ),
    "where": (N_("Servers and occasions"), ("servers_only", "servers_never", "occasions")),
    "groups": (N_("Groups of which one wins"), ("groups", "group_weight", "group_first")),
    "waking": (N_("Waking other entries"), ("level", "wakes_only", "woken_only_by", "wakes", "is_woken")),
    "beside": (N_("Beside which entries"), ("requires", "excludes")),
    "room": (N_("Room in the prompt"), ("priority", "max_tokens", "ignores_budget")),
}
"""The forms of an entry: every field of it stands in exactly one (but for the switch, which is a button)."""

BOOK_FORMS: Mapping[str, tuple[Text, tuple[str, ...]]] = {
    "words": (N_("Name, description, category, tags"), ("name", "description", "category", "difficulty", "tags")),
    "scan": (
        N_("Where keys are looked for"),
        ("scan_depth", "at_least", "at_least_depth", "timing", "is_compatible"),
    ),
    "meaning": (N_("Finding entries by meaning"), ("query_depth", "threshold")),
    "waking": (N_("Entries that wake each other, groups"), ("steps", "groups", "recursion")),
    "room": (N_("Room in the prompt"), ("token_budget", "constants_first")),
}
"""The forms of a book. Who may read and write it is in the panel of sharing."""

CHANGES: Mapping[EntryChange, Text] = {
    EntryChange.CREATED: N_("written"),
    EntryChange.EDITED: N_("changed"),
    EntryChange.MOVED: N_("moved"),
    EntryChange.ENABLED: N_("switched on"),
    EntryChange.DISABLED: N_("switched off"),
    EntryChange.DELETED: N_("deleted"),
    EntryChange.RESTORED: N_("taken back to an earlier version"),
    EntryChange.IMPORTED: N_("read from a file"),
}

MAY: Mapping[May, Text] = {
    May.READ: N_("you may read it"),
    May.WRITE: N_("you may write in it"),
    May.ADMIN: N_("you look after it"),
    May.OWN: N_("yours"),
}
