"""What books and entries are made of, field by field: forms, menus, bulk changes, history and diffs all go by this."""

from bot.services.lore.fields.kinds import Field, Kind, Section, checked, numbers_in, read, written
from bot.services.lore.fields.of_books import BOOK_FIELDS
from bot.services.lore.fields.of_entries import ENTRY_FIELDS, differing, put, taken

__all__ = [
    "BOOK_FIELDS", "ENTRY_FIELDS", "Field", "Kind", "Section", "checked", "differing", "numbers_in", "put", "read",
    "taken", "written",
]  # fmt: skip
