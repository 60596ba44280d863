"""What stands in the way of speaking in a channel, looked up without speaking there."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.errors import Closed, StageClosed
from bot.ports import Surroundings
from bot.transport.surroundings import surroundings

NEEDED = ("view_channel", "manage_webhooks")
"""Without these a character cannot speak at all. Webhooks belong to the parent of a thread."""

USEFUL = ("send_messages", "read_message_history", "embed_links", "attach_files")
"""Without these it speaks, but something is missing: notices, finding a reply again, cards, files."""

WEBHOOKS_MOST = 15
"""As many as Discord allows in a channel (JSON error 30007)."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What is wrong in a channel, the worst first; `useful` names permissions without which less works."""

    closed: tuple[StageClosed, ...]
    useful: tuple[str, ...]
    around: Surroundings


async def examine(
    channel: object, guild: discord.Guild | None, permissions: discord.Permissions, *, us: int | None
) -> Examined:
    """Look at a channel with the permissions the application has there. `us` is the application's id."""
    closed: list[StageClosed] = []
    parent = channel.parent if isinstance(channel, discord.Thread) else channel
    if missing := _missing(parent, guild, permissions):
        closed.append(StageClosed(Closed.MISSING_PERMISSIONS, permissions=missing, channel_id=_id_of(parent)))
    if isinstance(channel, discord.Thread):
        closed += [StageClosed(reason, channel_id=channel.id) for reason in _of_thread(channel)]
    if "manage_webhooks" not in missing and await _is_full(parent, us):
        closed.append(StageClosed(Closed.TOO_MANY_WEBHOOKS, channel_id=_id_of(parent)))
    useful = tuple(name for name in USEFUL if not getattr(permissions, _in_thread(name, channel)))
    return Examined(tuple(closed), useful, surroundings(channel, guild))


def _missing(parent: object, guild: discord.Guild | None, permissions: discord.Permissions) -> tuple[str, ...]:
    known = permissions
    if isinstance(parent, discord.abc.GuildChannel) and guild is not None:
        known = parent.permissions_for(guild.me)
    return tuple(name for name in NEEDED if not getattr(known, name))


def _of_thread(thread: discord.Thread) -> list[Closed]:
    found: list[Closed] = []
    if thread.is_private() and thread.me is None:
        found.append(Closed.PRIVATE_THREAD)
    if thread.locked:
        found.append(Closed.LOCKED)
    elif thread.archived:
        found.append(Closed.ARCHIVED)
    return found


async def _is_full(parent: object, us: int | None) -> bool:
    """Whether the channel holds all the webhooks it may and none of them is ours."""
    if not isinstance(parent, discord.TextChannel | discord.ForumChannel | discord.VoiceChannel | discord.StageChannel):
        return False
    try:
        found = await parent.webhooks()
    except discord.HTTPException:
        return False
    ours = any(hook.user is not None and hook.user.id == us for hook in found)
    return len(found) >= WEBHOOKS_MOST and not ours


def _in_thread(name: str, channel: object) -> str:
    return "send_messages_in_threads" if name == "send_messages" and isinstance(channel, discord.Thread) else name


def _id_of(channel: object) -> int | None:
    return channel.id if isinstance(channel, discord.abc.GuildChannel) else None
