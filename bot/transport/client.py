"""The Discord client: what is said becomes `Heard`, what was missed is fetched, what fails is answered.

It stands on discord.py's gateway, which delivers at most once and replays nothing after a restart (RESUME lives in
memory only). So every channel with a conversation is read from where we last heard it, after each READY and RESUMED.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.clock import Clock, SystemClock
from bot.errors import Closed, StageClosed, UserError
from bot.ports import Heard, Place, Sensitivity, Surroundings
from bot.texts import SOURCE_LANGUAGE, Say
from bot.transport.border import Border
from bot.transport.ears import Ears, Missed
from bot.transport.heard import heard as heard_of
from bot.transport.heard import mentions
from bot.transport.identify import IdentifyBudget
from bot.transport.lean import LeanState
from bot.transport.permissions import needed_to_speak
from bot.transport.refusals import is_thread
from bot.transport.stores import SyncStore
from bot.transport.surroundings import SurroundingsKept, surroundings
from bot.transport.tree import CafeTree, CatalogueTranslator, sync_if_changed
from bot.transport.views import Drafts, MendButton
from bot.transport.witness import Witness

BACKFILL_LIMIT = 300
"""Messages read per channel after an absence, the newest; what was said before them is past answering."""

_LONGEST_BACKOFF_SECONDS = 60.0

# BotCafé does not speak in voice channels; a newcomer need not read that it cannot.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False

__all__ = ["BACKFILL_LIMIT", "CafeClient", "Ears", "Missed"]

log = structlog.get_logger(__name__)


class CafeClient(commands.Bot):
    """BotCafé on Discord.

    Give it `Ears` with `attend` and cogs (in `prepare`, awaited after login and before commands are synced), then await
    `start(token)`. `reads_messages` tells, after login, whether Discord lets us read messages that do not mention us.
    """

    def __init__(
        self,
        syncs: SyncStore,
        *,
        clock: Clock | None = None,
        prepare: Callable[[CafeClient], Awaitable[None]] | None = None,
        guild_ready_timeout: float = 2.0,
        language: str = SOURCE_LANGUAGE,
    ) -> None:
        """`language` is the house's, for what is said to everybody at once."""
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = intents.message_content = True
        intents.guild_reactions = intents.dm_reactions = intents.webhooks = intents.moderation = True
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=CafeTree,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            guild_ready_timeout=guild_ready_timeout,
            max_ratelimit_timeout=60.0,
            max_messages=None,
        )
        self.clock: Clock = clock or SystemClock()
        self.border = Border(self.clock)
        self.drafts = Drafts(self.clock)
        self.reads_messages = True
        self._syncs = syncs
        self._language = language
        self._prepare = prepare
        self.ears: Ears | None = None
        self.around = SurroundingsKept()
        self.webhooks_changed: Callable[[int], None] | None = None
        self.refuses: Callable[[int], UserError | None] | None = None
        """What somebody is told in place of everything they do, by their Discord id; None: they may."""
        self._refusing: set[asyncio.Task[None]] = set()
        self._budget = IdentifyBudget(self.clock)
        self._catching_up = asyncio.Lock()
        self._up = asyncio.Event()
        self._held: dict[int, list[Heard]] = {}
        Witness(self)

    def _get_state(self, **options: Any) -> LeanState:
        # discord.py's own seam for another state; AutoShardedClient uses it too.
        state = LeanState(dispatch=self.dispatch, handlers=self._handlers, hooks=self._hooks, http=self.http, **options)
        state.turned_away = self._turned_away
        return state

    def _turned_away(self, data: Any) -> bool:
        """Answer who may not take part, whatever they pressed or typed; True where that was done."""
        user = (data.get("member") or data).get("user")
        error = None if self.refuses is None or user is None else self.refuses(int(user["id"]))
        if error is None:
            return False
        interaction = discord.Interaction[CafeClient](data=data, state=self._connection)
        task = asyncio.create_task(self.border.answer(interaction, error), name="turned away")
        self._refusing.add(task)
        task.add_done_callback(self._refusing.discard)
        return True

    def attend(self, ears: Ears) -> None:
        """Tell these of everything that is said from now on. Call it before `start`."""
        self.ears = ears

    # ------------------------------------------------------------------------------------------ coming and going

    async def start(self, token: str, *, reconnect: bool = True) -> None:
        """Log in and stay connected until `close`. Discord being away is waited out.

        Raises `discord.LoginFailure` for a wrong token, and discord.py's own errors where trying again cannot help.
        """
        await self._persist(lambda: self._log_in(token))
        await self._persist(lambda: self._connect(reconnect))

    async def until_up(self) -> None:
        """Wait for the first READY. May be awaited before `start`, unlike `wait_until_ready`."""
        await self._up.wait()

    async def setup_hook(self) -> None:
        """After login, before IDENTIFY: choose intents, add what the app brings, tell Discord of our commands."""
        flags = self.application_flags
        self._read_messages(flags.gateway_message_content or flags.gateway_message_content_limited)
        self.add_dynamic_items(MendButton)
        if self._prepare is not None:
            await self._prepare(self)
        await self.tree.set_translator(CatalogueTranslator())
        try:
            await sync_if_changed(self.cafe_tree, self._syncs)
        except (discord.DiscordException, OSError) as error:
            # The old commands keep working; the next start tries again.
            log.error("command_sync_failed", error=repr(error)[:300])

    @property
    def cafe_tree(self) -> CafeTree:
        """The command tree as our own class."""
        assert isinstance(self.tree, CafeTree)
        return self.tree

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Spend one IDENTIFY of the budget, or hold it back."""
        remaining = total = None
        try:
            _, _, limit = await self.http.get_bot_gateway()
            remaining, total = limit["remaining"], limit["total"]
        except (discord.DiscordException, OSError, TimeoutError) as error:
            log.warning("session_limit_unknown", error=repr(error)[:120])
        await self._budget.spend(remaining=remaining, total=total)

    def _read_messages(self, allowed: bool) -> None:
        self.reads_messages = allowed
        # The only way to choose after login: the constructor is long past and IDENTIFY reads this very object.
        self._connection._intents.message_content = allowed  # pyright: ignore[reportPrivateUsage]
        if not allowed:
            log.warning(
                "message_content_withheld",
                effect="answers mentions, replies and slash commands only",
                remedy="switch on Message Content Intent for the application in Discord's developer portal",
            )
            self.activity = discord.CustomActivity(Say(self._language)("Mention me, reply to a character, or use /"))

    async def _persist(self, attempt: Callable[[], Awaitable[None]]) -> None:
        """Try until it ends well or for good, waiting longer each time while Discord cannot be reached."""
        backoff = 1.0
        while not self.is_closed():
            try:
                await attempt()
                return
            except (OSError, aiohttp.ClientError, TimeoutError, discord.GatewayNotFound) as error:
                log.warning("discord_unreachable", error=repr(error)[:200], retry_in_seconds=backoff)
            except discord.DiscordServerError as error:
                log.warning("discord_failing", status=error.status, retry_in_seconds=backoff)
            await self.clock.sleep(backoff)
            backoff = min(backoff * 2, _LONGEST_BACKOFF_SECONDS)

    async def _log_in(self, token: str) -> None:
        try:
            await self.login(token)
        except (OSError, aiohttp.ClientError, TimeoutError, discord.DiscordServerError):
            await self.http.close()
            self.http.connector = discord.utils.MISSING  # it was closed with its session; logging in again makes both
            raise

    async def _connect(self, reconnect: bool) -> None:
        try:
            await self.connect(reconnect=reconnect)
        except discord.PrivilegedIntentsRequired:
            self._read_messages(False)  # switched off between login and IDENTIFY
            await self.connect(reconnect=reconnect)
        except AttributeError as error:
            # discord.py 2.7: a first connection that fails ends in 'NoneType' object has no attribute 'sequence'.
            if self.ws is not None:  # pyright: ignore[reportUnnecessaryComparison]
                raise
            raise ConnectionError("the gateway cannot be reached") from error

    # --------------------------------------------------------------------------------------------------- hearing

    async def on_message(self, message: discord.Message, /) -> None:
        """A message was written. Text commands do not exist here."""
        if not self._concerns(message):
            return
        said = self._heard(message, await self._looked_up(message))
        if said is None:
            return
        held = self._held.get(said.place.channel_id)
        if held is not None:
            held.append(said)
        else:
            await self._tell(said)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message was taken back."""
        if self.ears is not None:
            await self.ears.trigger_deleted(payload.message_id, payload.channel_id)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many were."""
        if self.ears is not None:
            for message_id in payload.message_ids:
                await self.ears.trigger_deleted(message_id, payload.channel_id)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A message may say something else now; embeds unfolding is the same event."""
        if self.ears is None or not (self.ears.follows(payload.channel_id) or self._concerns(payload.message)):
            return
        said = self._heard(payload.message)
        if said is not None and said.webhook_id is None and not said.content_withheld:
            await self.ears.trigger_edited(said.message_id, said.content, payload.channel_id)

    async def on_ready(self) -> None:
        """A new session: whatever was said before it is not replayed."""
        self._up.set()
        await self._catch_up()

    async def on_resumed(self) -> None:
        """A session went on: Discord replays what it kept, which may not be all."""
        await self._catch_up()

    async def history(self, place: Place, after: int, limit: int) -> list[Heard]:
        """The last `limit` messages written after one, oldest first. Raises `StageClosed`."""
        channel = self.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
        guild = None if place.guild_id is None else self.get_guild(place.guild_id)
        cached = channel if guild is None else guild.get_channel_or_thread(place.channel_id)
        known = place, Surroundings(Sensitivity.CONFIDENTIAL) if guild is None else surroundings(cached, guild)
        said: list[Heard] = []
        try:
            async for message in channel.history(limit=limit):
                if message.id <= after:
                    break
                one = self._heard(message, known)
                if one is not None:
                    said.append(one)
        except discord.Forbidden:
            if is_thread(place) and "view_channel" not in self.missing_in(place):
                raise StageClosed(Closed.PRIVATE_THREAD, channel_id=place.channel_id) from None
            needed = ("view_channel", "read_message_history")
            raise StageClosed(Closed.MISSING_PERMISSIONS, permissions=needed, channel_id=place.channel_id) from None
        except discord.NotFound:
            raise StageClosed(Closed.UNKNOWN_CHANNEL, channel_id=place.channel_id) from None
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise StageClosed(Closed.UNREACHABLE) from error
        return said[::-1]

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """A listener failed: nobody waits for an answer, so it is only written down."""
        error = sys.exc_info()[1]
        if error is not None:
            self.border.record(error, where=event_method)

    def missing_in(self, place: Place) -> tuple[str, ...]:
        """The permissions we need to speak in a place and lack there, as far as the gateway told."""
        guild = None if place.guild_id is None else self.get_guild(place.guild_id)
        channel = None if guild is None else guild.get_channel(place.webhook_channel_id)
        if guild is None or channel is None or guild.get_member(self.user.id if self.user else 0) is None:
            return ()
        have = channel.permissions_for(guild.me)
        return tuple(name for name in needed_to_speak(place) if not getattr(have, name))

    def _concerns(self, message: discord.Message) -> bool:
        """Whether a message is worth a closer look: nearly none is, and looking closer costs more than hearing."""
        if self.ears is None or self.user is None or message.author.id == self.user.id:
            return False
        if message.guild is None:
            return True
        is_automatic = message.author.bot or message.webhook_id is not None
        if self.ears.concerns(message.channel.id, is_automatic):
            return True
        begins_post = message.id == message.channel.id
        return not is_automatic and (begins_post or mentions(message, self.user.id))

    def _heard(self, message: discord.Message, known: tuple[Place, Surroundings] | None = None) -> Heard | None:
        us = self.user.id if self.user is not None else 0
        place, around = known or (None, self.around.of(message.channel, message.guild))
        return heard_of(message, us=us, reads_content=self.reads_messages, place=place, around=around)

    async def _looked_up(self, message: discord.Message) -> tuple[Place, Surroundings] | None:
        """Where a message was written, if the cache does not know the channel (a thread it was never told of)."""
        if message.guild is None or not isinstance(message.channel, discord.PartialMessageable):
            return None
        try:
            channel = await self.fetch_channel(message.channel.id)
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("channel_unknown", channel_id=message.channel.id, error=repr(error)[:120])
            return None
        parent = channel.parent_id if isinstance(channel, discord.Thread) else channel.id
        return Place(message.guild.id, channel.id, parent), surroundings(channel, message.guild)

    async def _tell(self, said: Heard) -> None:
        if self.ears is not None:
            await self.ears.hear(said)

    async def _catch_up(self) -> None:
        """Read on in every channel where we left off, one after the other; newcomers wait for the older ones there."""
        if self.ears is None:
            return
        async with self._catching_up:
            missed = await self.ears.cursors()
            left = {one.place.guild_id for one in missed if self.is_member(one.place.guild_id) is False}
            for guild_id in left:
                await self.ears.place_gone(guild_id, None)
            for one in missed:
                if one.place.guild_id not in left:
                    await self._read_on(one.place, one.after_message_id)
            if missed:
                log.info("caught_up", channels=len(missed))

    def is_member(self, guild_id: int | None) -> bool | None:
        """Whether we are a member of a server, to be asked once the client is up; None where another shard knows.

        We are of one that is merely unavailable, and outside of servers there is nothing to leave.
        """
        if guild_id is None or self.get_guild(guild_id) is not None:
            return True
        return False if (guild_id >> 22) % (self.shard_count or 1) == (self.shard_id or 0) else None

    async def _read_on(self, place: Place, after: int) -> None:
        held = self._held.setdefault(place.channel_id, [])
        told = 0
        try:
            for said in await self.history(place, after, BACKFILL_LIMIT):
                await self._tell(said)
                told = said.message_id
        except StageClosed as error:
            log.warning("backfill_failed", channel_id=place.channel_id, reason=error.reason)
            if error.reason is Closed.UNKNOWN_CHANNEL and self.ears is not None:
                await self.ears.place_gone(place.guild_id, place.channel_id)
        finally:
            while held:
                said = held.pop(0)
                if said.message_id > told:
                    await self._tell(said)
            del self._held[place.channel_id]
