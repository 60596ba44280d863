"""Servers are taken in slim, and what is told from them is still told."""

from __future__ import annotations

from typing import Any

from bot.transport.lean import slim

US = 7


def server(**more: Any) -> dict[str, Any]:
    member = {"user": {"id": "7"}, "roles": ["2"]}
    return {
        "id": "1",
        "members": [member, {"user": {"id": "8"}, "roles": []}],
        "roles": [{"id": "2", "name": "BotCafé", "permissions": "8"}],
        "channels": [
            {"id": "3", "type": 0, "name": "tavern", "topic": "Sit down.", "permission_overwrites": [{"id": "2"}]}
        ],
        "threads": [{"id": "4", "name": "a tale"}],
        "emojis": [{"id": "5", "name": "kettle"}],
        **more,
    }


def test_what_permissions_and_names_are_told_from_stays() -> None:
    kept = server()
    slim(kept, US)
    assert kept["roles"] == server()["roles"]
    assert kept["threads"] == server()["threads"]
    assert kept["members"] == server()["members"][:1]
    assert kept["channels"][0]["permission_overwrites"] == [{"id": "2"}]
    assert kept["channels"][0]["name"] == "tavern"


def test_what_nobody_reads_goes() -> None:
    kept = server(voice_states=[{"user_id": "8"}])
    slim(kept, US)
    assert kept["emojis"] == kept["voice_states"] == []
    assert kept["channels"][0]["topic"] is None


def test_an_outage_is_taken_as_it_comes() -> None:
    away: dict[str, Any] = {"id": "1", "unavailable": True}
    slim(away, US)
    assert away == {"id": "1", "unavailable": True, "members": []}
