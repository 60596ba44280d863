"""Lore: books and their entries, where they are attached, what came of them, and their chunks."""

from db.models.lore.activations import LoreActivation, LoreCall, LoreFired, LoreRun, RunBook
from db.models.lore.books import (
    AttachmentOverrides,
    BookCategory,
    BookSettings,
    Difficulty,
    GroupSettings,
    LoreAttachment,
    LoreBook,
    LoreScope,
)
from db.models.lore.chunks import CHUNK_DIMENSIONS, Chunk
from db.models.lore.entries import EntryChange, EntryOrigin, EntryState, LoreEntry, LoreEntryUse, LoreEntryVersion
from db.models.lore.imports import ImportState, LoreImport
from db.models.lore.rules import (
    Blend,
    EntryRules,
    KeyRule,
    Logic,
    Mode,
    Occasion,
    Only,
    Position,
    Role,
    Sought,
    Timing,
)

__all__ = [
    "CHUNK_DIMENSIONS",
    "AttachmentOverrides",
    "Blend",
    "BookCategory",
    "BookSettings",
    "Chunk",
    "Difficulty",
    "EntryChange",
    "EntryOrigin",
    "EntryRules",
    "EntryState",
    "GroupSettings",
    "ImportState",
    "KeyRule",
    "Logic",
    "LoreActivation",
    "LoreAttachment",
    "LoreBook",
    "LoreCall",
    "LoreEntry",
    "LoreEntryUse",
    "LoreEntryVersion",
    "LoreFired",
    "LoreImport",
    "LoreRun",
    "LoreScope",
    "Mode",
    "Occasion",
    "Only",
    "Position",
    "Role",
    "RunBook",
    "Sought",
    "Timing",
]
