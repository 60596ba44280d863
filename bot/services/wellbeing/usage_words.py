"""The words for what is counted: the same on Discord, on the web and in files."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services.wellbeing.usage_days import Counter
from bot.texts import N_, Text

NAMES: Mapping[Counter, Text] = {
    Counter.MINUTES: N_("Minutes"),
    Counter.MESSAGES: N_("Messages"),
    Counter.CONVERSATIONS: N_("Conversations"),
    Counter.TOKENS: N_("Tokens"),
    Counter.CHARACTERS: N_("Characters"),
    Counter.LORE_ENTRIES: N_("Lore entries"),
}

MEANINGS: Mapping[Counter, Text] = {
    Counter.MINUTES: N_(
        "Minutes in which you did something that a character answers, and those between two such moments at most five "
        "minutes apart. Once, however many devices and places you are in."
    ),
    Counter.MESSAGES: N_("Messages of yours that a character took up to answer; one is one, however many answer it."),
    Counter.CONVERSATIONS: N_("Conversations you began, also by beginning afresh or by a fork."),
    Counter.TOKENS: N_("Tokens that models read and wrote for replies you asked for, and for other wordings of them."),
    Counter.CHARACTERS: N_("Characters you made or brought in as cards."),
    Counter.LORE_ENTRIES: N_("Entries you added to lore books: written, from files, copied, or brought back."),
}
