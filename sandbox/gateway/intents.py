"""Gateway intents: which events a bot asked for (docs: Gateway, List of Intents)."""

from __future__ import annotations

from enum import IntEnum
from functools import cache


class Intent(IntEnum):
    """Intent bits."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_MODERATION = 1 << 2
    GUILD_EXPRESSIONS = 1 << 3
    GUILD_INTEGRATIONS = 1 << 4
    GUILD_WEBHOOKS = 1 << 5
    GUILD_INVITES = 1 << 6
    GUILD_VOICE_STATES = 1 << 7
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15
    GUILD_SCHEDULED_EVENTS = 1 << 16
    AUTO_MODERATION_CONFIGURATION = 1 << 20
    AUTO_MODERATION_EXECUTION = 1 << 21
    GUILD_MESSAGE_POLLS = 1 << 24
    DIRECT_MESSAGE_POLLS = 1 << 25


#: Every bit that means something; any other closes the connection with 4013.
KNOWN = (1 << 26) - 1 & ~(0b111 << 17) & ~(0b11 << 22)

#: Intents an application's owner must switch on first.
PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT

#: Application flags that say a privileged intent is on (docs: Application, Application Flags): full and limited.
APPLICATION_FLAGS = {
    Intent.GUILD_PRESENCES: 1 << 13,
    Intent.GUILD_MEMBERS: 1 << 15,
    Intent.MESSAGE_CONTENT: 1 << 19,
}

_OF_EVENT: dict[str, tuple[Intent, Intent | None]] = {
    "GUILD_MEMBER_ADD": (Intent.GUILD_MEMBERS, None),
    "GUILD_MEMBER_UPDATE": (Intent.GUILD_MEMBERS, None),
    "GUILD_MEMBER_REMOVE": (Intent.GUILD_MEMBERS, None),
    "GUILD_BAN_ADD": (Intent.GUILD_MODERATION, None),
    "GUILD_BAN_REMOVE": (Intent.GUILD_MODERATION, None),
    "GUILD_EMOJIS_UPDATE": (Intent.GUILD_EXPRESSIONS, None),
    "WEBHOOKS_UPDATE": (Intent.GUILD_WEBHOOKS, None),
    "PRESENCE_UPDATE": (Intent.GUILD_PRESENCES, None),
    "TYPING_START": (Intent.GUILD_MESSAGE_TYPING, Intent.DIRECT_MESSAGE_TYPING),
    # CHANNEL_PINS_UPDATE comes with GUILDS in servers and DIRECT_MESSAGES otherwise.
    "CHANNEL_PINS_UPDATE": (Intent.GUILDS, Intent.DIRECT_MESSAGES),
}
_BY_PREFIX: tuple[tuple[str, Intent, Intent | None], ...] = (
    ("MESSAGE_REACTION_", Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS),
    ("MESSAGE_", Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    ("GUILD_", Intent.GUILDS, None),
    ("CHANNEL_", Intent.GUILDS, Intent.DIRECT_MESSAGES),
    ("THREAD_", Intent.GUILDS, None),
)


def wanted(event: str, intents: int, *, in_guild: bool) -> bool:
    """Whether a bot with these intents hears of the event; events without an intent go to everybody."""
    intent = _intent_of(event, in_guild)
    return intent is None or bool(intents & intent)


@cache
def _intent_of(event: str, in_guild: bool) -> Intent | None:
    pair = _OF_EVENT.get(event)
    if pair is None:
        pair = next(((there, direct) for prefix, there, direct in _BY_PREFIX if event.startswith(prefix)), None)
    if pair is None:
        return None
    return pair[0] if in_guild else pair[1]
