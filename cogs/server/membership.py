"""Follows which servers the application is a member of: what was decided for others is forgotten in time."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.transport.client import CafeClient


class MembershipCog(commands.Cog):
    """Has the settings of places know whether their server is still one of ours."""

    def __init__(self, client: CafeClient, cafe: Cafe) -> None:
        self._client = client
        self._cafe = cafe

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """A new session: whatever happened while nobody listened."""
        await self._cafe.places.look_around(self._client.is_member)

    @commands.Cog.listener()
    async def on_guild_join(self, _: discord.Guild) -> None:
        """Invited, perhaps again."""
        await self._cafe.places.look_around(self._client.is_member)

    @commands.Cog.listener()
    async def on_guild_remove(self, _: discord.Guild) -> None:
        """Removed."""
        await self._cafe.places.look_around(self._client.is_member)
