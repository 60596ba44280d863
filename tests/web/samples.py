"""An address for every page: whose rows the placeholders of a path name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from tests.db.filled import Filled
from tests.db.filled_person import Person
from web.pages import Page

TABLE_OF: Mapping[str, str] = {
    "character_id": "characters",
    "book_id": "lore_books",
    "entry_id": "lore_entries",
    "version_id": "lore_entry_versions",
    "attachment_id": "lore_attachments",
    "import_id": "lore_imports",
    "grant_id": "grants",
    "persona_id": "personas",
    "conversation_id": "conversations",
    "user_id": "users",
    "guest_id": "users",
    "session_id": "sessions",
    "token_id": "api_tokens",
    "creator_id": "creators",
    "verification_id": "verification_requests",
    "program_id": "programs",
    "application_id": "applications",
    "enrolment_id": "enrolments",
    "gift_id": "gifts",
    "transfer_id": "transfers",
    "package_id": "token_packages",
    "plan_id": "plans",
    "payment_id": "payments",
    "subscription_id": "subscriptions",
    "report_id": "reports",
    "request_id": "publication_requests",
    "note_id": "admin_notes",
    "record_id": "audit_log",
    "checkin_id": "mood_entries",
    "reminder_id": "mood_reminders",
    "habit_id": "self_habits",
    "trigger_id": "self_triggers",
    "thing_id": "characters",
}
"""The table whose row a placeholder names. A page whose placeholder is in neither list fails the tests."""

WORDS: Mapping[str, Callable[[Person], str]] = {
    "username": lambda p: f"creator{p.number}",
    "slug": lambda p: "mira",
    "sha256": lambda p: p.sha256,
    "name": lambda p: "cafe.css",
    "kind": lambda p: "character",
}
"""The same for placeholders that are no ids."""

_PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}")


@dataclass(frozen=True)
class Addresses:
    """Addresses with the rows that some people have."""

    filled: Filled

    def of(self, page: Page, person: Person) -> str:
        """The page's address with this person's rows. Raises KeyError for a placeholder nobody told of."""
        return self._filled(page, lambda name: str(self.row(name, person)) if name in TABLE_OF else WORDS[name](person))

    def nowhere(self, page: Page, person: Person) -> str:
        """The page's address with ids of nothing."""
        return self._filled(page, lambda name: str(uuid4()) if name in TABLE_OF else WORDS[name](person))

    def row(self, name: str, person: Person) -> object:
        """The id of the first row that a person has in the table a placeholder names."""
        return self.filled.rows[TABLE_OF[name]][person.number][0]["id"]

    def _filled(self, page: Page, value: Callable[[str], str]) -> str:
        return _PLACEHOLDER.sub(lambda found: value(found.group(1)), page.path)
