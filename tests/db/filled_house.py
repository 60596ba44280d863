"""The rows of two people in the tables of people, money and the dashboard; part of `filled`."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from tests.db.filled_person import Person, Row

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LATER = datetime(2046, 5, 4, 12, 0, tzinfo=UTC)


def _hash(p: Person, name: str) -> bytes:
    return p.of(name).bytes * 2


def _wallet(p: Person) -> Row:
    return {"id": p.of("wallet"), "user_id": p.user, "kind": "paid", "balance": 50, "held": 10}


HOUSE_FILL: Mapping[str, Callable[[Person], list[dict[str, Any]]]] = {
    "standings": lambda p: [{"user_id": p.user, "role": "user", "status": "active"}],
    "user_tags": lambda p: [{"user_id": p.user, "tag": "regular", "added_by": p.user, "created_at": NOON}],
    "admin_notes": lambda p: [{"id": p.of("note"), "user_id": p.user, "author_id": p.user, "text": "polite"}],
    "oauth_states": lambda p: [
        {
            "state_hash": _hash(p, "state"),
            "browser_hash": _hash(p, "browser"),
            "verifier": "v",
            "next_path": "/",
            "expires_at": LATER,
        }
    ],
    "sessions": lambda p: [
        {
            "id": p.of("session"),
            "user_id": p.user,
            "token_hash": _hash(p, "token"),
            "user_agent": "Firefox",
            "idle_until": LATER,
            "ends_at": LATER,
        }
    ],
    "logins": lambda p: [{"id": p.of("login"), "user_id": p.user, "user_agent": "Firefox"}],
    "api_tokens": lambda p: [
        {
            "id": p.of("api token"),
            "user_id": p.user,
            "name": "laptop",
            "token_hash": _hash(p, "api token"),
            "last_four": "abcd",
        }
    ],
    "creators": lambda p: [
        {
            "id": p.of("creator"),
            "user_id": p.user,
            "username": f"creator{p.number}",
            "username_looks": f"creator{p.number}",
            "display_name": "Ada",
            "visibility": "private",
        }
    ],
    "former_usernames": lambda p: [
        {
            "username": f"former{p.number}",
            "username_looks": f"former{p.number}",
            "creator_id": p.of("creator"),
            "until": LATER,
        }
    ],
    "creator_standings": lambda p: [{"creator_id": p.of("creator"), "is_featured": False}],
    "verification_requests": lambda p: [
        {"id": p.of("verification"), "creator_id": p.of("creator"), "user_id": p.user, "words": "It is me."}
    ],
    # Of themselves, so that nobody sees another's.
    "follows": lambda p: [{"follower_id": p.user, "creator_id": p.of("creator"), "created_at": NOON}],
    "book_ratings": lambda p: [{"user_id": p.user, "book_id": p.book, "stars": 4}],
    "programs": lambda p: [{"id": p.of("program"), "slug": f"program{p.number}", "name": "Spring", "status": "open"}],
    "applications": lambda p: [
        {
            "id": p.of("application"),
            "program_id": p.of("program"),
            "user_id": p.user,
            "words": "Me!",
            "state": "submitted",
        }
    ],
    "enrolments": lambda p: [
        {
            "id": p.of("enrolment"),
            "program_id": p.of("program"),
            "user_id": p.user,
            "tier": "gold",
            "state": "active",
        }
    ],
    "wallets": lambda p: [
        _wallet(p),
        {"id": p.of("pocket"), "user_id": p.user, "kind": "promo", "balance": 5, "held": 0},
    ],
    "holds": lambda p: [
        {
            "id": p.of("hold"),
            "key": f"hold{p.number}",
            "request_hash": _hash(p, "hold"),
            "user_id": p.user,
            "kind": "gift",
            "amount": 10,
            "expires_at": LATER,
        }
    ],
    "hold_parts": lambda p: [{"hold_id": p.of("hold"), "number": 0, "wallet_id": p.of("wallet"), "amount": 10}],
    "transfers": lambda p: [
        {
            "id": p.of("transfer"),
            "key": f"transfer{p.number}",
            "request_hash": _hash(p, "transfer"),
            "kind": "spend",
            "debit_id": p.of("wallet"),
            "credit_id": p.of("pocket"),
            "amount": 5,
            "actor_kind": "user",
        }
    ],
    "entries": lambda p: [
        {
            "wallet_id": p.of("wallet"),
            "version": 1,
            "transfer_id": p.of("transfer"),
            "amount": -5,
            "balance_after": 50,
        },
        {
            "wallet_id": p.of("pocket"),
            "version": 1,
            "transfer_id": p.of("transfer"),
            "amount": 5,
            "balance_after": 5,
        },
    ],
    "gifts": lambda p: [
        {
            "id": p.of("gift"),
            "key": f"gift{p.number}",
            "sender_id": p.user,
            "amount": 10,
            "hold_id": p.of("hold"),
            "expires_at": LATER,
        }
    ],
    "token_packages": lambda p: [
        {"id": p.of("package"), "code": f"pack{p.number}", "name": "Purse", "tokens": 100, "price_cents": 500}
    ],
    "plans": lambda p: [
        {"id": p.of("plan"), "code": f"plan{p.number}", "name": "Plan", "price_monthly_cents": 0, "limits": {}}
    ],
    "usage_counters": lambda p: [
        {"user_id": p.user, "counter": "messages", "period": date(2026, 5, 1), "used": 3},
    ],
    "subscriptions": lambda p: [
        {"id": p.of("subscription"), "user_id": p.user, "plan_id": p.of("plan"), "source": "house", "auto_renew": True}
    ],
    "stripe_customers": lambda p: [{"user_id": p.user, "customer_id": f"cus_{p.number}", "created_at": NOON}],
    "payments": lambda p: [
        {
            "id": p.of("payment"),
            "user_id": p.user,
            "package_id": p.of("package"),
            "source": "stripe",
            "reference": f"pi_{p.number}",
            "amount_cents": 500,
            "currency": "usd",
        }
    ],
    "payment_events": lambda p: [{"id": f"evt_{p.number}", "kind": "invoice.paid"}],
    "entitlements": lambda p: [{"id": 6000 + p.number, "sku_id": 1, "user_id": p.user, "type": 8}],
    "token_debts": lambda p: [{"payment_id": p.of("payment"), "user_id": p.user, "tokens": 5}],
    "audit_log": lambda p: [
        {
            "id": p.of("record"),
            "actor_kind": "user",
            "actor_id": p.user,
            "action": "gift.sent",
            "commitment": _hash(p, "record"),
        }
    ],
    "audit_details": lambda p: [{"record_id": p.of("record"), "salt": _hash(p, "salt"), "details": {"amount": 10}}],
    "audit_batches": lambda p: [
        {
            "number": p.number,
            "records": 1,
            "previous_hash": b"",
            "hash": _hash(p, "batch"),
            "mac": _hash(p, "mac"),
            "key_id": "k",
        }
    ],
    "audit_seals": lambda p: [{"record_id": p.of("record"), "batch": p.number, "place": 0, "leaf": _hash(p, "record")}],
    "reports": lambda p: [
        {
            "id": p.of("report"),
            "reporter_id": p.user,
            "kind": "character",
            "target_id": str(p.character),
            "reason": "spam",
        }
    ],
    "publication_requests": lambda p: [
        {"id": p.of("publication"), "user_id": p.user, "book_id": p.book, "words": "Please."}
    ],
    "feature_switches": lambda p: [{"name": f"switch{p.number}", "is_on": True}],
    "daily_figures": lambda p: [{"day": date(2026, 5, p.number), "figure": "users", "value": 3}],
}
