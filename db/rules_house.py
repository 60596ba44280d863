"""Who may see and change which rows: standing, sign-ins, creators, programs, money, audit, and what waits for staff."""

# ruff: noqa: S608 - every condition here is made of constants of this package
from __future__ import annotations

from collections.abc import Mapping

from db.rules import ADMIN, ANYBODY, JOB, STAFF, USER, Rules


def _read_only(select: str) -> Rules:
    """The program's role reads; reviewed functions write."""
    return Rules(select=select, insert="false", update="false", delete="false")


def _houses(select: str = "true", *, insert: str = ADMIN) -> Rules:
    """The house's own: read by everybody, written by admins."""
    return Rules(select=select, insert=insert, update=ADMIN, delete=ADMIN)


_MY_PAGE = f"creator_id IN (SELECT c.id FROM creators AS c WHERE c.user_id = {USER})"
_MY_WALLETS = f"(SELECT w.id FROM wallets AS w WHERE w.user_id = {USER})"
_REPORTS_OF_STAFF = f"({STAFF} AND (about_user_id IS DISTINCT FROM {USER} OR {ADMIN}))"

HOUSE_RULES: Mapping[str, Rules] = {
    # ------------------------------------------------------------------------------------------------ standing
    "standings": Rules(select=f"user_id = {USER} OR {STAFF}", insert=ADMIN, update=ADMIN, delete=ADMIN),
    "user_tags": Rules.all(STAFF),
    "admin_notes": Rules.all(STAFF),
    # ------------------------------------------------------------------------------------------------ sign-ins
    "oauth_states": Rules.all(JOB),
    "sessions": Rules.all(f"user_id = {USER}"),
    "logins": Rules(
        select=f"user_id = {USER} OR {ADMIN}",
        insert=f"user_id = {USER} OR ({JOB} AND user_id IS NULL)",
        update="false",
        delete=f"user_id = {USER}",
    ),
    "api_tokens": Rules.all(f"user_id = {USER}"),
    # ------------------------------------------------------------------------------------------------ creators
    "creators": Rules(
        select=(
            f"user_id = {USER} OR (visibility <> 'private' AND {ANYBODY}"
            f" AND user_id NOT IN (SELECT banned_people())) OR {STAFF}"
        ),
        insert=f"user_id = {USER}",
        update=f"user_id = {USER}",
        delete=f"user_id = {USER}",
    ),
    "former_usernames": Rules(
        select="EXISTS (SELECT 1 FROM creators AS c WHERE c.id = creator_id)",
        insert=_MY_PAGE,
        update=_MY_PAGE,
        delete=_MY_PAGE,
    ),
    "creator_standings": Rules(
        select="EXISTS (SELECT 1 FROM creators AS c WHERE c.id = creator_id)",
        insert=STAFF,
        update=STAFF,
        delete=STAFF,
    ),
    "verification_requests": Rules(
        select=f"user_id = {USER} OR {STAFF}",
        insert=f"user_id = {USER} AND state = 'open' AND {_MY_PAGE}",
        update=f"{STAFF} OR (user_id = {USER} AND state IN ('open', 'withdrawn'))",
        delete=f"user_id = {USER}",
    ),
    "follows": Rules(
        select=f"follower_id = {USER} OR {_MY_PAGE}",
        insert=f"follower_id = {USER} AND EXISTS (SELECT 1 FROM creators AS c WHERE c.id = creator_id)",
        update="false",
        delete=f"follower_id = {USER} OR {_MY_PAGE}",
    ),
    "book_ratings": Rules(
        select=(
            f"user_id = {USER} OR EXISTS (SELECT 1 FROM lore_books AS b WHERE b.id = book_id AND b.owner_id = {USER})"
        ),
        insert=f"user_id = {USER} AND EXISTS (SELECT 1 FROM lore_books AS b WHERE b.id = book_id)",
        update=f"user_id = {USER}",
        delete=f"user_id = {USER}",
    ),
    # ------------------------------------------------------------------------------------------------ programs
    "programs": _houses(f"status <> 'draft' OR {STAFF}"),
    "applications": Rules(
        select=f"user_id = {USER} OR {STAFF}",
        insert=f"user_id = {USER} AND state = 'submitted'",
        update=f"{STAFF} OR (user_id = {USER} AND state IN ('submitted', 'in_review', 'withdrawn'))",
        delete=f"user_id = {USER}",
    ),
    "enrolments": Rules(
        select=f"user_id = {USER} OR {STAFF}",
        insert=STAFF,
        update=f"{STAFF} OR (user_id = {USER} AND state IN ('active', 'left'))",
        delete=f"{STAFF} OR user_id = {USER}",
    ),
    # ------------------------------------------------------------------------------------------------ money
    "wallets": _read_only(f"user_id = {USER} OR {STAFF}"),
    "transfers": _read_only(f"debit_id IN {_MY_WALLETS} OR credit_id IN {_MY_WALLETS} OR {STAFF}"),
    "entries": _read_only(f"wallet_id IN {_MY_WALLETS} OR {STAFF}"),
    "holds": _read_only(f"user_id = {USER} OR to_user_id = {USER} OR {STAFF}"),
    "hold_parts": _read_only(f"wallet_id IN {_MY_WALLETS} OR {STAFF}"),
    "gifts": _read_only(f"sender_id = {USER} OR recipient_id = {USER}"),
    "usage_counters": _read_only(f"user_id = {USER}"),
    "token_packages": _houses(insert=f"{ADMIN} OR {JOB}"),
    "plans": _houses(insert=f"{ADMIN} OR {JOB}"),
    "subscriptions": _read_only(f"user_id = {USER} OR {STAFF}"),
    "payments": _read_only(f"user_id = {USER} OR {ADMIN}"),
    "payment_events": Rules.all(JOB),
    "entitlements": _read_only(f"user_id = {USER} OR {ADMIN}"),
    "token_debts": _read_only(f"user_id = {USER} OR {ADMIN}"),
    "stripe_customers": Rules(
        select=f"user_id = {USER}", insert=f"user_id = {USER}", update="false", delete=f"user_id = {USER}"
    ),
    # ------------------------------------------------------------------------------------------------ oversight
    # A job seals and verifies it: ids of people, and nothing they wrote.
    "audit_log": _read_only(f"actor_id = {USER} OR of_user_id = {USER} OR {ADMIN} OR {JOB}"),
    "audit_details": _read_only("EXISTS (SELECT 1 FROM audit_log AS r WHERE r.id = record_id)"),
    "audit_batches": _read_only(f"{JOB} OR {ADMIN}"),
    "audit_seals": _read_only(f"{JOB} OR {ADMIN}"),
    # Of what is reported about a moderator only admins know: not the moderator, who else would read who told of them.
    "reports": Rules(
        select=f"reporter_id = {USER} OR {_REPORTS_OF_STAFF}",
        insert=f"reporter_id = {USER} AND state = 'open'",
        update=_REPORTS_OF_STAFF,
        delete=f"reporter_id = {USER}",
    ),
    "publication_requests": Rules(
        select=f"user_id = {USER} OR {STAFF}",
        insert=f"user_id = {USER} AND state = 'open'",
        update=f"{STAFF} OR (user_id = {USER} AND state IN ('open', 'withdrawn'))",
        delete=f"user_id = {USER}",
    ),
    "feature_switches": _houses(),
    "daily_figures": Rules(select=f"{JOB} OR {STAFF}", insert=JOB, update=JOB, delete="false"),
}

FIXED: Mapping[str, tuple[str, ...]] = {
    "characters": ("id", "owner_id", "popularity", "rating"),
    "lore_books": ("id", "owner_id"),
    "grants": ("id", "user_id", "book_id", "character_id"),
    "creators": ("id", "user_id", "followers"),
    "applications": ("id", "user_id", "program_id"),
    "enrolments": ("id", "user_id", "program_id"),
    "verification_requests": ("id", "user_id", "creator_id"),
    "publication_requests": ("id", "user_id", "book_id", "character_id"),
    "sessions": ("id", "user_id", "token_hash"),
    "api_tokens": ("id", "user_id", "token_hash"),
}
"""Columns that are set once: who else may change a row does not take it over."""
