"""The reviewed SQL functions of who is staff, and of what people were given a right to."""

# ruff: noqa: S608 - every statement here is made of constants of this module
from __future__ import annotations

from db.security_function import Function

_IN_GOOD_STANDING = (
    "(s.status = 'active' OR (s.status = 'suspended' AND s.suspended_until IS NOT NULL AND s.suspended_until <= now()))"
)


def _staff(roles: str) -> str:
    return (
        "SELECT actor_kind() = 'admin' AND EXISTS (SELECT 1 FROM standings AS s"
        f" WHERE s.user_id = actor_user() AND s.role IN ({roles}) AND {_IN_GOOD_STANDING})"
    )


def _granted(permissions: str, person: str = "actor_user()") -> str:
    return (
        "SELECT g.character_id FROM grants AS g JOIN characters AS c ON c.id = g.character_id"
        f" WHERE g.user_id = {person} AND g.status = 'active' AND (g.expires_at IS NULL OR g.expires_at > now())"
        f" AND c.deleted_at IS NULL AND c.visibility <> 'private' AND g.permission IN ({permissions})"
    )


GRANT_FUNCTIONS: tuple[Function, ...] = (
    Function(
        "actor_is_staff",
        "",
        "boolean",
        _staff("'moderator', 'admin'"),
        definer_reason="whether the actor may work as staff; says nothing of anybody else",
    ),
    Function("actor_is_admin", "", "boolean", _staff("'admin'"), definer_reason="as actor_is_staff"),
    Function(
        "readable_characters",
        "",
        "SETOF uuid",
        # A turn works for who asked: what was shared with them is theirs to talk with.
        _granted("'read', 'write', 'admin'", "coalesce(actor_user(), turn_user())"),
        definer_reason="characters and grants name each other in their policies; ids of what the actor was given only",
    ),
    Function(
        "writable_characters",
        "",
        "SETOF uuid",
        _granted("'write', 'admin'"),
        definer_reason="as readable_characters",
    ),
    Function(
        "ruled_characters",
        "",
        "SETOF uuid",
        "SELECT c.id FROM characters AS c WHERE c.owner_id = actor_user() UNION " + _granted("'admin'"),
        definer_reason="as readable_characters",
    ),
)
