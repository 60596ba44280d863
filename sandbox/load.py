"""For load tests: many servers at once, and messages that go straight to the gateway, past REST and journal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.acts import channels, guilds, messages
from sandbox.core import Core
from sandbox.demo import BOT_PERMISSIONS
from sandbox.world.models import Guild, Json, Message, User

#: How many people there are to fill servers with; a person is in many of them.
CROWD = 50
#: Messages that may wait for a connection before the flood pauses, and how many go between two pauses for breath.
WAITING = 500
BREATH = 50


@dataclass
class Populated:
    """What was made: ids in the order they came."""

    guild_ids: list[str] = field(default_factory=list[str])
    #: The text channels of each server, in the order of `guild_ids`.
    channel_ids: list[list[str]] = field(default_factory=list[list[str]])
    user_ids: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Spoken:
    """A message for `flood`: who says what where; `webhook_name` lets a webhook (`author_id` its id) say it."""

    channel_id: str
    author_id: str
    content: str
    webhook_name: str | None = None
    webhook_application_id: str | None = None


@dataclass
class Flooded:
    """What was sent, in order: ids, and when each was handed to the gateway (`time.monotonic_ns`, one clock for all
    processes of this machine)."""

    ids: list[str] = field(default_factory=list[str])
    sent_ns: list[int] = field(default_factory=list[int])


def populate(
    core: Core,
    *,
    guilds_wanted: int,
    channels_each: int = 5,
    members_each: int = 5,
    permissions: int = int(BOT_PERMISSIONS),
) -> Populated:
    """Make servers with channels and members, and the bot in each; the bot comes last, so it hears of each only once.

    Before the bot connects nothing is sent at all. 2,500 servers take about two seconds.
    """
    application = next(iter(core.world.applications))
    crowd = _crowd(core, min(CROWD, max(1, members_each)))
    made = Populated(user_ids=[user.id for user in crowd])
    for number in range(guilds_wanted):
        guild = guilds.make_guild(core, f"Server {number + 1}", crowd[number % len(crowd)].id)
        rooms = [channels.make_channel(core, guild.id, f"room-{index + 1}") for index in range(channels_each)]
        _fill(core, guild, crowd, members_each, number)
        guilds.invite_bot(core, guild, application, permissions)
        made.guild_ids.append(guild.id)
        made.channel_ids.append([room.id for room in rooms])
    return made


async def flood(core: Core, spoken: Sequence[Spoken], *, keep: bool = False) -> Flooded:
    """Send MESSAGE_CREATE for each, as fast as the connections take them; ends when all are written to the sockets.

    With `keep` they can be read over REST afterwards. Nothing of it is in the journal.
    """
    flooded = Flooded()
    for number, one in enumerate(spoken):
        message = _message(core, one)
        if keep:
            core.world.messages.put(message)
        flooded.ids.append(message.id)
        flooded.sent_ns.append(time.monotonic_ns())
        core.hub.message("MESSAGE_CREATE", message, quietly=True)
        if number % BREATH == BREATH - 1:
            await core.hub.written(WAITING)
    await core.hub.written(0)
    return flooded


def _crowd(core: Core, wanted: int) -> list[User]:
    known = [user for user in core.world.users if user.standing == "crowd"]
    while len(known) < wanted:
        number = len(known) + 1
        known.append(guilds.make_person(core, f"guest{number}", f"Guest {number}", standing="crowd"))
    return known


def _fill(core: Core, guild: Guild, crowd: Sequence[User], wanted: int, shift: int) -> None:
    for index in range(min(wanted, len(crowd))):
        guilds.join(core, guild, crowd[(shift + index) % len(crowd)].id)


def _message(core: Core, one: Spoken) -> Message:
    channel = core.world.channel(one.channel_id)
    message = Message(
        id=core.world.new_id(),
        channel_id=channel.id,
        author_id=one.author_id,
        made_at=core.clock.iso(),
        content=one.content,
        guild_id=channel.guild_id,
    )
    if one.webhook_name is not None:
        message.webhook_id, message.webhook_name = one.author_id, one.webhook_name
        message.application_id = one.webhook_application_id
    if "<@" in one.content:
        body: Json = {"content": one.content}
        messages.note_mentions(core, message, messages.Draft(channel, one.author_id, body))
    return message
