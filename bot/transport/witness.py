"""What happens around messages: reactions, places that go or change, people who leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.ports import Place, Reacted
from bot.transport.heard import caller
from bot.transport.surroundings import place_of

if TYPE_CHECKING:
    from bot.transport.client import CafeClient
    from bot.transport.ears import Ears

_EVENTS = (
    "raw_reaction_add",
    "raw_reaction_remove",
    "guild_channel_delete",
    "guild_channel_update",
    "raw_thread_delete",
    "raw_thread_update",
    "guild_remove",
    "guild_update",
    "guild_role_update",
    "guild_role_delete",
    "member_update",
    "raw_member_remove",
    "member_ban",
    "webhooks_update",
)


class Witness:
    """Tells the client's ears. Its methods are discord.py's events of the same names."""

    def __init__(self, client: CafeClient) -> None:
        self._client = client
        for event in _EVENTS:
            client.add_listener(getattr(self, f"on_{event}"), f"on_{event}")

    @property
    def _ears(self) -> Ears | None:
        return self._client.ears

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Somebody put an emoji under a message."""
        await self._reacted(event, is_added=True)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Somebody took theirs away."""
        await self._reacted(event, is_added=False)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is gone, and its threads with it."""
        await self._gone(channel.guild.id, channel.id)

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """A thread is gone."""
        await self._gone(event.guild_id, event.thread_id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot is no member of a server any more."""
        self._client.around.forget(guild)
        await self._gone(guild.id, None)

    async def on_guild_channel_update(self, _: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        """Permissions, name, age restriction or slow mode of a channel: threads inherit them."""
        self._client.around.forget(after.guild)
        if isinstance(after, discord.abc.Messageable) or after.type is discord.ChannelType.forum:
            await self._changed(Place(after.guild.id, after.id, after.id))

    async def on_raw_thread_update(self, event: discord.RawThreadUpdateEvent) -> None:
        """A thread was archived, opened, locked, unlocked or renamed."""
        self._client.around.forget_one(event.thread_id)
        await self._changed(Place(event.guild_id, event.thread_id, event.parent_id))

    async def on_guild_update(self, _: discord.Guild, after: discord.Guild) -> None:
        """A server's own settings, such as being for adults as a whole."""
        self._client.around.forget(after)

    async def on_guild_role_update(self, _: discord.Role, after: discord.Role) -> None:
        """What a role may do."""
        await self._server_changed(after.guild)

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """A role is gone."""
        await self._server_changed(role.guild)

    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """Our own roles may have changed; of others Discord tells only where it was asked to."""
        if self._client.user is not None and after.id == self._client.user.id and before.roles != after.roles:
            await self._server_changed(after.guild)

    async def on_raw_member_remove(self, event: discord.RawMemberRemoveEvent) -> None:
        """Somebody left, where the application may know of members."""
        await self._left(event.guild_id, event.user.id)

    async def on_member_ban(self, guild: discord.Guild, user: discord.User | discord.Member) -> None:
        """Somebody was banned."""
        await self._left(guild.id, user.id)

    async def on_webhooks_update(self, channel: discord.abc.GuildChannel) -> None:
        """A webhook was made, moved or deleted."""
        if self._client.webhooks_changed is not None:
            self._client.webhooks_changed(channel.id)

    async def _reacted(self, event: discord.RawReactionActionEvent, *, is_added: bool) -> None:
        us = self._client.user
        member = event.member
        if self._ears is None or us is None or event.user_id == us.id or (member is not None and member.bot):
            return
        name = event.emoji.name or "?"
        known = member or self._client.get_user(event.user_id)
        await self._ears.reacted(
            Reacted(
                place=self._place(event.guild_id, event.channel_id),
                message_id=event.message_id,
                author=None if known is None else caller(known),
                discord_id=event.user_id,
                emoji=name if event.emoji.is_unicode_emoji() else f":{name}:",
                is_added=is_added,
            )
        )

    def _place(self, guild_id: int | None, channel_id: int) -> Place:
        guild = None if guild_id is None else self._client.get_guild(guild_id)
        channel = None if guild is None else guild.get_thread(channel_id)
        if channel is not None:
            return place_of(channel, guild)
        return place_of(self._client.get_partial_messageable(channel_id, guild_id=guild_id), guild)

    async def _gone(self, guild_id: int, channel_id: int | None) -> None:
        if channel_id is not None:
            self._client.around.forget_one(channel_id)
        if self._ears is not None:
            await self._ears.place_gone(guild_id, channel_id)

    async def _changed(self, place: Place) -> None:
        if self._ears is not None:
            await self._ears.place_changed(place)

    async def _server_changed(self, guild: discord.Guild) -> None:
        self._client.around.forget(guild)
        for channel in (*guild.text_channels, *guild.forums):
            await self._changed(Place(guild.id, channel.id, channel.id))

    async def _left(self, guild_id: int, discord_id: int) -> None:
        if self._ears is not None:
            await self._ears.member_left(guild_id, discord_id)
