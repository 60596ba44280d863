"""/why: what went into a reply's prompt, what it took, and which model worded it."""

from __future__ import annotations

import io
import re
from typing import Any
from uuid import UUID

import discord
from discord import app_commands
from discord.ext import commands

from bot.ports import Whose
from bot.services.cafe import Cafe
from bot.services.talk.why import Piece, Reasons
from bot.texts import Say
from cogs.asking import Asked, caller_of, message_named, plain, rights_of, say_for
from cogs.talk.words import NOTHING_KNOWN, taken

__all__ = ["WhyCog", "explain", "explained", "message_named"]

_L = app_commands.locale_str
_MESSAGE_ID = re.compile(r" · [0-9]{15,20}\Z")
_TABLE_MAX = 3600
"""An embed's description holds 4,096 characters; the rest is for what stands above the table."""


class WhyCog(commands.Cog):
    """/why."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe

    @app_commands.command(name=_L("why"), description=_L("Why a character said what it said"))
    @app_commands.rename(message=_L("message"))
    @app_commands.describe(message=_L("Link of a character's message; without it, the last one here"))
    async def why(self, interaction: Asked, message: str | None = None) -> None:
        """Parts, tokens, model, times and cost, for the eyes of who asks."""
        message_id = None if message is None else message_named(message)
        await interaction.response.defer(ephemeral=True, thinking=True)
        user_id = await self.cafe.people.arrive(caller_of(interaction))
        if message_id is None:
            turn_id = await self.cafe.why.last(interaction.channel_id or 0, user_id)
        else:
            turn_id = await self.cafe.replies.turn_at(message_id)
        await explain(self.cafe, interaction, turn_id)


async def explain(cafe: Cafe, interaction: discord.Interaction[Any], turn_id: UUID) -> None:
    """Tell it as an ephemeral answer to a deferred interaction."""
    user_id = await cafe.people.arrive(caller_of(interaction))
    reasons = await cafe.why.of(turn_id, user_id, rights_of(interaction))
    say = say_for(interaction)
    file = discord.utils.MISSING
    if reasons.prompt is not None:
        file = discord.File(io.BytesIO(reasons.prompt.encode()), filename="prompt.txt")
    await interaction.followup.send(
        embed=explained(reasons, say), file=file, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
    )


def explained(reasons: Reasons, say: Say) -> discord.Embed:
    """The account of one wording."""
    embed = discord.Embed(title=say("Why {name} said this", name=plain(reasons.character))[:256])
    if reasons.model is None:
        embed.description = say("A greeting: its maker wrote it word for word, and no model was asked.")
        return embed
    lines = [
        say(
            "Wording {number}, by {model} ({provider}). It ended with: {finish}.",
            number=reasons.number + 1,
            model=plain(reasons.model),
            provider=plain(reasons.provider or ""),
            finish=reasons.finish_reason or say("unknown"),
        )
    ]
    if reasons.took is not None and reasons.took != NOTHING_KNOWN:
        lines.append(taken(reasons.took, say))
    if any(piece.kind == "lore" for piece in reasons.pieces):
        lines.append(say("Why lore was told, or was not: /lore why."))
    if reasons.prompt is not None:
        lines.append(say("The whole prompt is in the file; it is kept for 7 days."))
    embed.description = "\n".join([*lines, _table(reasons.pieces, say)])
    return embed


def _table(pieces: tuple[Piece, ...], say: Say) -> str:
    rows: list[str] = []
    length = 0
    for number, piece in enumerate(pieces):
        row = _row(piece, say)
        length += len(row) + 1
        if length > _TABLE_MAX:
            rows.append(say("… and {count} more", count=len(pieces) - number))
            break
        rows.append(row)
    return "```\n" + "\n".join(rows) + "\n```" if rows else ""


def _row(piece: Piece, say: Say) -> str:
    """One line: in or out, tokens, what it is, and why it was left out."""
    mark = "+" if piece.included else "-"
    label = piece.label
    if label is None:
        label = say("about the asker: private") if piece.whose is Whose.ASKER else say("not yours to read")
    left_out = f" ({piece.reason})" if piece.reason else ""
    # A line of history is labelled with its message's id, which tells a reader nothing.
    label = _MESSAGE_ID.sub("", label)
    return f"{mark} {piece.tokens:>5}  {_flat(piece.kind)}: {_flat(label)}{_flat(left_out)}"


def _flat(text: str) -> str:
    return " ".join(text.replace("`", "ˋ").split(" "))[:120].replace("\n", " ")
