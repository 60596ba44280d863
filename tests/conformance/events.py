"""Gateway events against the schemas of the objects they carry: the specification describes no events of its own.

What the gateway adds to such an object is listed here with its source; everything else must be as REST answers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from tests.conformance.spec import Specification, Violation

_CHANNEL = "GuildChannelResponse"
_MEMBER = "GuildMemberResponse"
_MESSAGE = "MessageResponse"
#: Channels by type: what only threads and direct conversations are described by.
_BY_TYPE = {1: "PrivateChannelResponse", 3: "PrivateGroupChannelResponse", 10: "ThreadResponse", 11: "ThreadResponse",
            12: "ThreadResponse"}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """An object inside an event: where it is ("" the whole, "*" every member of a list), its schema, what is added."""

    pointer: str
    schema: str
    #: Fields the gateway adds, each with the place that documents it.
    added: Mapping[str, str] = field(default_factory=dict[str, str])
    #: Fields the gateway leaves out.
    dropped: Mapping[str, str] = field(default_factory=dict[str, str])


_MESSAGE_EXTRA = {
    "guild_id": "Gateway Events, Message Create Extra Fields",
    "member": "Gateway Events, Message Create Extra Fields",
    "channel_type": "documented by nobody, sent by the gateway",
}
_IN_GUILD = {"guild_id": "Gateway Events: the server it happened in"}
_GUILD_EXTRA = {
    name: "Gateway Events, Guild Create Extra Fields"
    for name in (
        "joined_at", "large", "unavailable", "member_count", "voice_states", "members", "channels", "threads",
        "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds",
    )
}  # fmt: skip
_PARTIAL_MEMBER = {"user": "Gateway Events: a partial member, its user stands beside it"}
_RESOLVED_MEMBER = {
    name: "Receiving and Responding, Resolved Data: partial members miss user, deaf and mute"
    for name in ("user", "deaf", "mute")
}
_INTERACTION_MEMBER = {"permissions": "Guild Member Object: in interactions, with the channel's permissions"}

_MESSAGE_PARTS = (
    Part("", _MESSAGE, _MESSAGE_EXTRA),
    Part("/member", _MEMBER, dropped=_PARTIAL_MEMBER),
)
_CHANNEL_PARTS = (Part("", "(channel)"),)
_THREAD_PARTS = (Part("", "ThreadResponse", {"newly_created": "Gateway Events, Thread Create"}),)

PARTS: dict[str, tuple[Part, ...]] = {
    "READY": (Part("/user", "UserPIIResponse"),),
    "USER_UPDATE": (Part("", "UserPIIResponse"),),
    "MESSAGE_CREATE": _MESSAGE_PARTS,
    "MESSAGE_UPDATE": _MESSAGE_PARTS,
    "CHANNEL_CREATE": _CHANNEL_PARTS,
    "CHANNEL_UPDATE": _CHANNEL_PARTS,
    "CHANNEL_DELETE": _CHANNEL_PARTS,
    "THREAD_CREATE": _THREAD_PARTS,
    "THREAD_UPDATE": _THREAD_PARTS,
    "GUILD_CREATE": (
        Part("", "GuildResponse", _GUILD_EXTRA),
        Part("/roles/*", "GuildRoleResponse"),
        Part("/emojis/*", "EmojiResponse"),
        Part("/members/*", _MEMBER),
        Part(
            "/channels/*", "(channel)", dropped={"guild_id": "Gateway Events, Guild Create: left out in its channels"}
        ),
        Part("/threads/*", "ThreadResponse"),
    ),
    "GUILD_UPDATE": (Part("", "GuildResponse"),),
    "GUILD_MEMBER_ADD": (Part("", _MEMBER, _IN_GUILD),),
    "GUILD_MEMBER_UPDATE": (Part("", _MEMBER, _IN_GUILD),),
    "GUILD_MEMBER_REMOVE": (Part("/user", "UserResponse"),),
    "GUILD_MEMBERS_CHUNK": (Part("/members/*", _MEMBER),),
    "GUILD_ROLE_CREATE": (Part("/role", "GuildRoleResponse"),),
    "GUILD_ROLE_UPDATE": (Part("/role", "GuildRoleResponse"),),
    "GUILD_EMOJIS_UPDATE": (Part("/emojis/*", "EmojiResponse"),),
    "GUILD_BAN_ADD": (Part("/user", "UserResponse"),),
    "GUILD_BAN_REMOVE": (Part("/user", "UserResponse"),),
    "MESSAGE_REACTION_ADD": (Part("/member", _MEMBER), Part("/emoji", "MessageReactionEmojiResponse")),
    "MESSAGE_REACTION_REMOVE": (Part("/emoji", "MessageReactionEmojiResponse"),),
    "TYPING_START": (Part("/member", _MEMBER),),
    "THREAD_MEMBERS_UPDATE": (
        Part(
            "/added_members/*",
            "ThreadMemberResponse",
            {"presence": "Gateway Events, Thread Members Update", "member": "Gateway Events, Thread Members Update"},
        ),
    ),
    "INTERACTION_CREATE": (
        Part("/user", "UserResponse"),
        Part("/member", _MEMBER, _INTERACTION_MEMBER),
        Part("/message", _MESSAGE),
        Part("/data/resolved/users/*", "UserResponse"),
        Part("/data/resolved/members/*", _MEMBER, _INTERACTION_MEMBER, _RESOLVED_MEMBER),
        Part("/data/resolved/roles/*", "GuildRoleResponse"),
        Part("/data/resolved/messages/*", _MESSAGE),
        Part("/data/resolved/attachments/*", "AttachmentResponse"),
    ),
    "ENTITLEMENT_CREATE": (Part("", "EntitlementResponse"),),
    "ENTITLEMENT_UPDATE": (Part("", "EntitlementResponse"),),
    "ENTITLEMENT_DELETE": (Part("", "EntitlementResponse"),),
}

#: Events whose bodies the specification has no words for; counted, not judged.
UNDESCRIBED = frozenset(
    {
        "RESUMED", "GUILD_DELETE", "GUILD_ROLE_DELETE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK",
        "MESSAGE_REACTION_REMOVE_ALL", "MESSAGE_REACTION_REMOVE_EMOJI", "WEBHOOKS_UPDATE", "CHANNEL_PINS_UPDATE",
        "THREAD_DELETE", "THREAD_LIST_SYNC", "THREAD_MEMBER_UPDATE", "PRESENCE_UPDATE", "VOICE_STATE_UPDATE",
        "INVITE_CREATE", "INVITE_DELETE", "APPLICATION_COMMAND_PERMISSIONS_UPDATE", "RATE_LIMITED",
    }
)  # fmt: skip


def judge(specification: Specification, event: str, body: Any) -> list[Violation]:
    """What is wrong with an event's objects."""
    found: list[Violation] = []
    for part in PARTS.get(event, ()):
        for at, value in _values(body, part.pointer):
            found += _judge_part(specification, event, part, at, value)
    return found


def _judge_part(specification: Specification, event: str, part: Part, at: str, value: Any) -> list[Violation]:
    schema = part.schema
    if schema == "(channel)":
        schema = _BY_TYPE.get(value.get("type") if isinstance(value, Mapping) else None, _CHANNEL)
    shown: Any = value
    if isinstance(value, Mapping):
        shown = {key: inner for key, inner in cast("Mapping[str, Any]", value).items() if key not in part.added}
        if schema == _MESSAGE:
            shown = _without_mentioned_members(shown)
    faults = specification.component("event", event, schema, shown, at)
    missing = {f"{at}/{name}" for name in part.dropped}
    return [fault for fault in faults if not (fault.keyword == "required" and fault.pointer in missing)]


def _without_mentioned_members(message: dict[str, Any]) -> dict[str, Any]:
    """Gateway Events, Message Create: each mentioned user carries a partial `member`, which REST does not send."""
    mentions = message.get("mentions")
    if not isinstance(mentions, list):
        return message
    plain = [{key: value for key, value in user.items() if key != "member"} for user in cast("list[Any]", mentions)]
    return {**message, "mentions": plain}


def _values(body: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    """The values a pointer with "*" leads to, each with the pointer to exactly it; nothing where it leads nowhere."""
    steps = pointer.strip("/").split("/") if pointer else []
    found: list[tuple[str, Any]] = [("", body)]
    for step in steps:
        following: list[tuple[str, Any]] = []
        for at, value in found:
            if step == "*":
                members = value.items() if isinstance(value, Mapping) else enumerate(value or ())
                following += [(f"{at}/{key}", member) for key, member in members]
            elif isinstance(value, Mapping) and value.get(step) is not None:
                following.append((f"{at}/{step}", value[step]))
        found = following
    yield from found
