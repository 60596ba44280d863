"""What a rule of row security is made of: conditions over a row, and the words they are written in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rows of a table an actor may see, add, change and remove: SQL conditions over the row.

    An update must satisfy its condition before and after. `false` means nobody.
    """

    select: str
    insert: str
    update: str
    delete: str

    @classmethod
    def all(cls, condition: str) -> Rules:
        """One condition for everything."""
        return cls(condition, condition, condition, condition)


# Wrapped in a sub-select each is computed once a statement, not once a row.
KIND = "(SELECT actor_kind())"
USER = "(SELECT actor_user())"
HERE = "(SELECT actor_conversation())"
BEHALF = "(SELECT turn_user())"
MINE = "(SELECT my_conversations())"

PRESENT = "actor_present()"
"""Raises where no actor is set; otherwise true. See there why it stands bare."""

JOB = f"{KIND} = 'job'"
VISITOR = f"{KIND} = 'visitor'"
STAFF = "(SELECT actor_is_staff())"
"""Moderators and admins in good standing, at work as staff (`Actor.admin`)."""
ADMIN = "(SELECT actor_is_admin())"


READABLE = "(SELECT readable_lore_books())"
WRITABLE = "(SELECT writable_lore_books())"
RULED = "(SELECT ruled_lore_books())"
RULED_CHARACTERS = "(SELECT ruled_characters())"
IS_PUBLIC_BOOK = (
    "visibility = 'public' AND deleted_at IS NULL AND password_hash IS NULL"
    " AND (shared_until IS NULL OR shared_until > now())"
)
SOMEBODY = f"({USER} IS NOT NULL OR {BEHALF} IS NOT NULL)"
ANYBODY = f"({SOMEBODY} OR {VISITOR})"
"""Whoever may see what is public: not a job, nor a turn that works for nobody."""
