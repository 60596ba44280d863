"""The hub: every session, and the rules by which events reach them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sandbox import permissions
from sandbox.gateway import intents
from sandbox.gateway.sessions import RESUMABLE, Session
from sandbox.journal import Journal
from sandbox.render import messages as render_messages
from sandbox.render import places
from sandbox.world.models import Channel, Guild, Json, Member, Message
from sandbox.world.world import World

#: An event's body: the same for all, or made for each session.
Body = Json | Callable[[Session], Json]


class Hub:
    """Sends events to those who may and want to hear them."""

    def __init__(self, world: World, journal: Journal) -> None:
        self._world = world
        self.journal = journal
        self._sessions: dict[str, Session] = {}
        #: Servers Discord has lost sight of for now.
        self.lost: set[str] = set()

    # ------------------------------------------------------------------------------------------------ sessions

    def add(self, session: Session) -> None:
        """Take in a session that just identified; those lost for long are forgotten."""
        now = self._world.clock.now()
        for old in list(self._sessions.values()):
            if old.lost_at is not None and now - old.lost_at > RESUMABLE:
                self.forget(old)
        self._sessions[session.id] = session

    def get(self, session_id: str) -> Session | None:
        """The session, unless it ended or was lost for too long."""
        session = self._sessions.get(session_id)
        if session is None or session.lost_at is None:
            return session
        return session if self._world.clock.now() - session.lost_at <= RESUMABLE else None

    def forget(self, session: Session) -> None:
        """End a session: it can no longer be resumed."""
        self._sessions.pop(session.id, None)

    def sessions(self, *, user_id: str | None = None, bot: bool | None = None) -> Iterator[Session]:
        """Sessions, perhaps of one user, perhaps only bots or only people."""
        for session in list(self._sessions.values()):
            if (user_id is None or session.user_id == user_id) and (bot is None or session.bot == bot):
                yield session

    def presence(self, user_id: str) -> Json | None:
        """What a user shows of themselves, or None while they are offline."""
        connected = [one for one in self.sessions(user_id=user_id) if one.line is not None]
        return connected[-1].presence if connected else None

    def poke(self, how: str, *, user_id: str | None, code: int, resumable: bool) -> int:
        """For tests: drop, reconnect (op 7), invalidate (op 9) or deafen connected sessions; answers how many.

        Without `user_id` it meets all bots.
        """
        met = [one for one in self.sessions(user_id=user_id, bot=None if user_id else True) if one.line is not None]
        for session in met:
            assert session.line is not None
            if how == "drop":
                session.line.hang_up(code)
            elif how == "reconnect":
                session.command(7, None, "RECONNECT")
            elif how == "deafen":
                session.line.deafen()
            else:
                session.command(9, resumable, "INVALID_SESSION")
                if not resumable:
                    self.forget(session)
        return len(met)

    def hang_up_all(self) -> None:
        """Close every connection, as a server does that goes away."""
        for session in self.sessions():
            if session.line is not None:
                session.line.hang_up(1001)

    # ------------------------------------------------------------------------------------------------ events

    def to_users(
        self, event: str, user_ids: Iterable[str], body: Body, *, people_only: bool = False, quietly: bool = False
    ) -> None:
        """Tell these users, outside any server (shard 0)."""
        wanted = set(user_ids)
        for session in self.sessions():
            if session.user_id in wanted and session.holds(None) and not (people_only and session.bot):
                self._send(session, event, body, in_guild=False, quietly=quietly)

    def to_application(self, event: str, user_id: str, guild_id: str | None, body: Body) -> None:
        """Tell a bot of something that happened to it in a server (or not), on the right shard."""
        for session in self.sessions(user_id=user_id):
            if session.holds(guild_id):
                session.dispatch(event, body(session) if callable(body) else body)

    def to_guild(self, event: str, guild_id: str, body: Body) -> None:
        """Tell every member of a server."""
        for session in self._in_guild(guild_id):
            self._send(session, event, body, in_guild=True)

    def to_channel(self, event: str, channel: Channel, body: Body, *, quietly: bool = False) -> None:
        """Tell everybody who can see a channel, thread or direct conversation; `quietly`: not in the journal."""
        if channel.guild_id is None:
            self.to_users(event, channel.recipients, body, quietly=quietly)
            return
        for session in self._in_guild(channel.guild_id):
            if permissions.can_see(self._world, channel, session.user_id):
                self._send(session, event, body, in_guild=True, quietly=quietly)

    def thread_to_users(self, event: str, thread: Channel, user_ids: Iterable[str], *, people_only: bool) -> None:
        """Tell these users of a thread, each with their own membership in it."""
        wanted = set(user_ids)
        for session in self._in_guild(thread.guild_id or ""):
            if session.user_id in wanted and not (people_only and session.bot):
                self._send(session, event, places.thread(thread, session.user_id), in_guild=True)

    def thread_members(self, thread: Channel, body: Json, changed: Iterable[str]) -> None:
        """THREAD_MEMBERS_UPDATE: to who can see the thread, and to `changed`, who were just added or removed.

        A bot without the members intent hears only of itself (docs: Thread Members Update).
        """
        concerned = set(changed)
        for session in self._in_guild(thread.guild_id or ""):
            hears_all = not session.bot or session.intents & intents.Intent.GUILD_MEMBERS
            sees = permissions.can_see(self._world, thread, session.user_id)
            if session.user_id in concerned or (hears_all and sees):
                self._send(session, "THREAD_MEMBERS_UPDATE", body, in_guild=True)

    def message(self, event: str, message: Message, *, quietly: bool = False) -> None:
        """MESSAGE_CREATE or MESSAGE_UPDATE; an ephemeral message reaches only the person it is for."""
        if message.only_for is not None:
            self.to_users(event, [message.only_for], lambda one: self._message_for(message, one), people_only=True)
            return
        channel = self._world.channel(message.channel_id)
        self.to_channel(event, channel, lambda session: self._message_for(message, session), quietly=quietly)

    def channel(self, event: str, channel: Channel) -> None:
        """CHANNEL_CREATE, CHANNEL_UPDATE or CHANNEL_DELETE of a server.

        Bots know every channel, also those they cannot see; people are told of what they see, and of a channel they can
        see no more that it is gone.
        """
        assert channel.guild_id is not None
        for session in self._in_guild(channel.guild_id):
            body = places.channel(self._world, channel, session.user_id)
            if session.bot or permissions.can_see(self._world, channel, session.user_id):
                self._send(session, event, body, in_guild=True)
            elif event == "CHANNEL_UPDATE":
                self._send(session, "CHANNEL_DELETE", body, in_guild=True)

    def guild_joined(self, guild: Guild, member: Member) -> None:
        """GUILD_CREATE for somebody who just became a member. Without `unavailable`: that is how clients tell."""
        for session in self.sessions(user_id=member.user_id):
            if session.holds(guild.id):
                session.dispatch("GUILD_CREATE", self.whole_guild(guild, session))

    def whole_guild(self, guild: Guild, session: Session) -> Json:
        """A server for one session. Without the presences intent a bot sees only itself (docs: Guild Create)."""
        sees_all = not session.bot or bool(session.intents & intents.Intent.GUILD_PRESENCES)
        session.hidden[guild.id] = self._hidden(guild.id, session.user_id)
        body = places.whole_guild(self._world, guild, session.user_id, all_members=sees_all, all_channels=session.bot)
        if sees_all:
            body["presences"] = self.presences(guild.id)
        return body

    def rights_changed(self, guild_id: str, *, tell_people: bool) -> None:
        """Roles, members or overwrites changed: who sees more channels than before is told of the threads in them.

        docs: Gateway Events, Thread List Sync. With `tell_people`, people are also told of the channels themselves,
        which bots know all along.
        """
        for session in self._in_guild(guild_id):
            before = session.hidden.get(guild_id, set())
            now = session.hidden[guild_id] = self._hidden(guild_id, session.user_id)
            if now == before:
                continue
            if tell_people and not session.bot:
                self._show(session, "CHANNEL_DELETE", now - before)
                self._show(session, "CHANNEL_CREATE", before - now)
            opened = [one for one in before - now if one in self._world.channels]
            if opened:
                body = places.thread_list(self._world, guild_id, opened, session.user_id)
                self._send(session, "THREAD_LIST_SYNC", body, in_guild=True)

    def outage(self, guild: Guild, *, over: bool) -> None:
        """Discord loses sight of a server, or has it back: its members' clients are told, and those that come later."""
        (self.lost.discard if over else self.lost.add)(guild.id)
        for session in self._in_guild(guild.id):
            if over:
                session.dispatch("GUILD_CREATE", {**self.whole_guild(guild, session), "unavailable": False})
            else:
                session.dispatch("GUILD_DELETE", {"id": guild.id, "unavailable": True})

    def _show(self, session: Session, event: str, channel_ids: Iterable[str]) -> None:
        for channel_id in sorted(channel_ids, key=int):
            channel = self._world.channels.get(channel_id)
            if channel is not None:
                self._send(session, event, places.channel(self._world, channel, session.user_id), in_guild=True)

    def _hidden(self, guild_id: str, user_id: str) -> set[str]:
        channels = self._world.channels_of(guild_id)
        return {one.id for one in channels if not permissions.can_see(self._world, one, user_id)}

    def presences(self, guild_id: str) -> list[Json]:
        """Who is online in a server."""
        return [
            presence_body(guild_id, member.user_id, shown)
            for member in self._world.members.of(guild_id)
            if (shown := self.presence(member.user_id)) is not None
        ]

    def announce_presence(self, user_id: str) -> None:
        """PRESENCE_UPDATE in every server of a user."""
        shown = self.presence(user_id) or {"status": "offline", "activities": []}
        for guild in self._world.guilds_of(user_id):
            self.to_guild("PRESENCE_UPDATE", guild.id, presence_body(guild.id, user_id, shown))

    def _in_guild(self, guild_id: str) -> Iterator[Session]:
        for session in self.sessions():
            if session.holds(guild_id) and self._world.membership(guild_id, session.user_id) is not None:
                yield session

    async def written(self, left: int) -> None:
        """Wait until no connection has more than `left` payloads still to write; those that broke off do not count."""
        for session in self.sessions():
            if session.line is not None:
                await session.line.written(left)

    def _send(self, session: Session, event: str, body: Body, *, in_guild: bool, quietly: bool = False) -> None:
        if session.bot and not intents.wanted(event, session.intents, in_guild=in_guild):
            return
        session.dispatch(event, body(session) if callable(body) else body, quietly=quietly)

    def _message_for(self, message: Message, session: Session) -> Json:
        body = render_messages.event(self._world, message, session.user_id)
        if session.bot and not self._may_read(message, session):
            body |= {"content": "", "embeds": [], "attachments": [], "components": []}
        return body

    def _may_read(self, message: Message, session: Session) -> bool:
        # docs: Gateway, Message Content Intent: own messages, direct messages and mentions are always whole.
        if session.intents & intents.Intent.MESSAGE_CONTENT or message.guild_id is None:
            return True
        own = session.user_id in (message.author_id, message.application_id)
        return own or session.user_id in message.mentions


def presence_body(guild_id: str, user_id: str, shown: Json) -> Json:
    """A presence as the gateway sends it."""
    status = shown.get("status", "online")
    return {
        "user": {"id": user_id},
        "guild_id": guild_id,
        "status": "offline" if status == "invisible" else status,
        "activities": shown.get("activities") or [],
        "client_status": {} if status in ("offline", "invisible") else {"web": status},
    }
