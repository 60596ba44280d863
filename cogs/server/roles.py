"""The menu in which admins choose the roles that may summon."""

from __future__ import annotations

import re
from typing import Any, Literal, Self
from uuid import UUID

import discord

from bot import limits
from bot.services.cafe import Cafe
from bot.services.talk.places import PlaceValues, Summoners
from cogs.asking import Asked, caller_of, guild_of, say_for
from cogs.server.levels import Level, require_admin


class RolesMenu(
    discord.ui.DynamicItem[discord.ui.RoleSelect[discord.ui.View]],
    template=r"server:roles:(?P<kind>s|c|h)(?P<id>[0-9a-f-]{0,36})",
):
    """Chooses the roles that may summon. Survives restarts: the custom_id names the level."""

    def __init__(self, kind: Literal["s", "c", "h"], of: str, placeholder: str) -> None:
        menu = discord.ui.RoleSelect[discord.ui.View](
            custom_id=f"server:roles:{kind}{of}",
            placeholder=placeholder,
            min_values=1,
            max_values=int(limits.SUMMONER_ROLES_MAX),
        )
        super().__init__(menu)
        self._kind = kind
        self._of = of

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu as it was used."""
        kind: Any = match["kind"]
        made = cls(kind, match["id"], "…")
        if isinstance(item, discord.ui.RoleSelect):
            made.item = item
        return made

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keep the choice."""
        try:
            require_admin(interaction)
            await interaction.response.defer()
            roles = tuple(role.id for role in self.item.values)
            channel_id = int(self._of) if self._kind == "c" else None
            character_id = UUID(self._of) if self._kind == "h" else None
            cafe, say = _cafe(interaction), say_for(interaction)
            by = await cafe.people.arrive(caller_of(interaction))
            values = PlaceValues(summoners=Summoners.ROLES, summoner_role_ids=roles)
            await cafe.places.change(
                by, guild_of(interaction), values, channel_id=channel_id, character_id=character_id
            )
            named = ", ".join(f"<@&{role_id}>" for role_id in roles)
            told = say("Kept. These roles may summon: {roles}.", roles=named)
            await interaction.edit_original_response(
                content=told, view=None, allowed_mentions=discord.AllowedMentions.none()
            )
        except Exception as error:  # a border: discord.py would swallow it and leave the person waiting
            await interaction.client.border.answer(interaction, error)


def roles_menu(level: Level, placeholder: str) -> RolesMenu:
    """The menu for a level."""
    if level.channel_id is not None:
        return RolesMenu("c", str(level.channel_id), placeholder)
    if level.character_id is not None:
        return RolesMenu("h", str(level.character_id), placeholder)
    return RolesMenu("s", "", placeholder)


def _cafe(interaction: Asked) -> Cafe:
    from_client = interaction.client.get_cog("ServerCog")
    cafe = getattr(from_client, "cafe", None)
    if not isinstance(cafe, Cafe):
        raise TypeError("the server's cog is not loaded")
    return cafe
