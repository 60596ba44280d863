"""What an identified client asks of the gateway: members of a server, a new presence."""

from __future__ import annotations

from typing import Any, cast

from sandbox.gateway.hub import Hub
from sandbox.gateway.identify import shown
from sandbox.gateway.sessions import Session
from sandbox.render import people
from sandbox.snowflake import as_id
from sandbox.world.models import Json, Member
from sandbox.world.world import World

#: docs: Gateway Events, Guild Members Chunk: members per event.
CHUNK = 1000
#: docs: Gateway Events, Request Guild Members: ids per request.
MOST_IDS = 100


def update_presence(hub: Hub, session: Session, data: Json) -> None:
    """Op 3: show another status or activity."""
    session.presence = shown(data)
    hub.announce_presence(session.user_id)


def request_members(hub: Hub, world: World, session: Session, data: Json) -> None:
    """Op 8: answer with GUILD_MEMBERS_CHUNK events, the nonce echoed."""
    guild_id = as_id(data.get("guild_id"))
    if guild_id is None or world.membership(guild_id, session.user_id) is None:
        return
    asked = _ids(data.get("user_ids"))
    found = _matching(world, guild_id, asked, data)
    chunks = [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)] or [[]]
    for index, chunk in enumerate(chunks):
        present = {member.user_id for member in chunk}
        body: Json = {
            "guild_id": guild_id,
            "members": [people.member(world, member) for member in chunk],
            "chunk_index": index,
            "chunk_count": len(chunks),
            "not_found": [one for one in asked if one not in present],
        }
        if data.get("presences"):
            body["presences"] = [one for one in hub.presences(guild_id) if one["user"]["id"] in present]
        if data.get("nonce") is not None:
            body["nonce"] = data["nonce"]
        session.dispatch("GUILD_MEMBERS_CHUNK", body)


def _ids(value: Any) -> list[str]:
    values: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [one for one in (as_id(item) for item in values[:MOST_IDS]) if one is not None]


def _matching(world: World, guild_id: str, asked: list[str], data: Json) -> list[Member]:
    members = world.members.of(guild_id)
    if asked:
        return [member for member in members if member.user_id in asked]
    query = str(data.get("query") or "").casefold()
    if query:
        members = [member for member in members if _names(world, member, query)]
    limit = data.get("limit")
    return members[:limit] if isinstance(limit, int) and limit > 0 else members


def _names(world: World, member: Member, query: str) -> bool:
    user = world.user(member.user_id)
    return any((name or "").casefold().startswith(query) for name in (member.nick, user.username, user.global_name))
