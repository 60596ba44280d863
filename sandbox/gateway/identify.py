"""The two ways into a session: IDENTIFY and RESUME (docs: Gateway, Connection Lifecycle)."""

from __future__ import annotations

from typing import Any, cast

from sandbox import permissions
from sandbox.gateway import intents
from sandbox.gateway.hub import Hub
from sandbox.gateway.sessions import Line, Session
from sandbox.render import people, places
from sandbox.world.models import Guild, Json, User
from sandbox.world.world import World


class Refused(Exception):
    """The connection must be closed with `code`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def identify(hub: Hub, world: World, line: Line, data: Json) -> Session:
    """Open a session and send READY and the servers.

    Raises Refused: 4004 unknown token, 4010 bad shard, 4013 unknown intents, 4014 intents not switched on.
    """
    user = _whose(world, data.get("token"))
    session = Session(user_id=user.id, bot=user.bot, journal=hub.journal, line=line)
    if user.bot:
        session.intents = _intents(world, user, data.get("intents"))
        session.shard = _shard(data.get("shard"))
    presence = data.get("presence")
    if isinstance(presence, dict):
        session.presence = shown(cast("Json", presence))
    hub.add(session)
    if user.bot:
        _welcome_bot(hub, world, session, user)
    else:
        _welcome_person(hub, world, session, user)
    return session


def resume(hub: Hub, world: World, line: Line, data: Json) -> Session | None:
    """Take a lost session up again and replay what was missed; None when it must be opened anew (op 9)."""
    user = _whose(world, data.get("token"))
    session = hub.get(str(data.get("session_id")))
    sequence = data.get("seq")
    if session is None or session.user_id != user.id or not isinstance(sequence, int):
        return None
    if not session.can_resume_from(sequence):
        return None
    if session.line is not None and session.line is not line:
        session.line.hang_up(4000)
    session.line = line
    session.lost_at = None
    session.replay(sequence)
    return session


def shown(presence: Json) -> Json:
    """A presence as we keep it. discord.py sends `game` in IDENTIFY and `activities` in op 3."""
    activities = presence.get("activities") or ([presence["game"]] if presence.get("game") else [])
    return {"status": presence.get("status") or "online", "activities": activities}


def _whose(world: World, token: Any) -> User:
    user = world.user_by_token(token.removeprefix("Bot ")) if isinstance(token, str) and token else None
    if user is None:
        raise Refused(4004)
    return user


def _intents(world: World, user: User, asked: Any) -> int:
    if not isinstance(asked, int) or asked & ~intents.KNOWN:
        raise Refused(4013)
    if asked & intents.PRIVILEGED & ~world.application(user.id).approved_intents:
        raise Refused(4014)
    return asked


def _shard(asked: Any) -> tuple[int, int] | None:
    if asked is None:
        return None
    match asked:
        case [int() as number, int() as count] if 0 <= number < count:
            return number, count
        case _:
            raise Refused(4010)


def _ready(world: World, session: Session, user: User) -> Json:
    ready: Json = {
        "v": 10,
        "user": people.own_user(user),
        "session_id": session.id,
        "session_type": "normal",
        "resume_gateway_url": world.origin.replace("http", "ws", 1),
        "private_channels": [],
        "relationships": [],
        "geo_ordered_rtc_regions": [],
        "_trace": [],
    }
    if session.shard is not None:
        ready["shard"] = list(session.shard)
    return ready


def _welcome_bot(hub: Hub, world: World, session: Session, user: User) -> None:
    application = world.application(user.id)
    guilds = [guild for guild in world.guilds_of(user.id) if session.holds(guild.id)]
    ready = _ready(world, session, user)
    ready["guilds"] = [{"id": guild.id, "unavailable": True} for guild in guilds]
    ready["application"] = {"id": application.id, "flags": application.flags}
    session.dispatch("READY", ready)
    if session.intents & intents.Intent.GUILDS:
        for guild in (one for one in guilds if one.id not in hub.lost):
            session.dispatch("GUILD_CREATE", {**hub.whole_guild(guild, session), "unavailable": False})


def _welcome_person(hub: Hub, world: World, session: Session, user: User) -> None:
    ready = _ready(world, session, user)
    ready["guilds"] = [_guild_for_person(hub, world, session, guild) for guild in world.guilds_of(user.id)]
    direct = world.direct_channels_of(user.id)
    ready["private_channels"] = [places.channel(world, one, user.id) for one in direct]
    known = {member.user_id for guild in world.guilds_of(user.id) for member in world.members.of(guild.id)}
    known |= {recipient for one in direct for recipient in one.recipients}
    ready["users"] = [people.user(world.user(one)) for one in sorted(known, key=int)]
    session.dispatch("READY", ready)


def _guild_for_person(hub: Hub, world: World, session: Session, guild: Guild) -> Json:
    if guild.id in hub.lost:
        return {"id": guild.id, "unavailable": True}
    allowed = permissions.in_guild(world, guild.id, session.user_id)
    return {**hub.whole_guild(guild, session), "permissions": str(allowed)}
