"""Books as the program they came from would run them, for people who move and want nothing to change.

Followed statement by statement from a description of SillyTavern 1.19.0's behaviour (numbers in comments and tests are
that description's). What only crashed, froze or lost bystanders there is not followed.
"""

from bot.services.lore.compatible.model import (
    OldBook,
    OldEffects,
    OldEntry,
    OldScene,
    OldSettings,
    Strategy,
    TimedEffect,
)
from bot.services.lore.compatible.reading import old_book, old_entry, read_old
from bot.services.lore.compatible.scan import OldActivation, scan

__all__ = [
    "OldActivation",
    "OldBook",
    "OldEffects",
    "OldEntry",
    "OldScene",
    "OldSettings",
    "Strategy",
    "TimedEffect",
    "old_book",
    "old_entry",
    "read_old",
    "scan",
]
