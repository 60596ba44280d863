"""Who may be pinged by anything this room writes: nobody. Every send and every edit carries it."""

from __future__ import annotations


def nobody() -> dict[str, object]:
    """The `allowed_mentions` of every message (Message resource, "Allowed Mentions Object")."""
    return {"parse": []}
