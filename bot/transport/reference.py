"""The line above a reply that says which message it answers: webhooks cannot reply as Discord's own replies do."""

from __future__ import annotations

import re
import unicodedata

from bot.ports import Place, RepliedTo
from bot.transport.graphemes import cut_at_or_before

EXCERPT_LENGTH = 80
_NAME_LENGTH = 40
_JUMP = "https://discord.com/channels"

_SPOILER = re.compile(r"\|\|.*?(?:\|\||$)", re.DOTALL)
_SCHEME = re.compile(r"\b[a-z][a-z0-9+.-]{0,15}://", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_~|<>#\[\]()@:&-])")
_HIDDEN = "▒▒▒"


def reference_line(answering: RepliedTo, place: Place, jump: str) -> str:
    """One line of small print: whom and what is answered, and a way there. Nothing quoted is formatted or opened.

    `jump` labels the link. What stood in spoilers stays unread.
    """
    link = f"[{jump}]({_JUMP}/{place.guild_id or '@me'}/{place.channel_id}/{answering.message_id})"
    name = _plain(answering.author_name or "", _NAME_LENGTH)
    words = _plain(answering.excerpt, EXCERPT_LENGTH)
    said = ": ".join(one for one in (name, words) if one)
    return f"-# ↪ {said} · {link}" if said else f"-# ↪ {link}"


def _plain(text: str, length: int) -> str:
    """The text on one line as letters only, cut between visible characters."""
    shown = _SCHEME.sub("", _SPOILER.sub(_HIDDEN, text))
    kept = "".join(char if char.isprintable() or _joins(char) else " " for char in shown)
    line = " ".join(kept.split())
    if len(line) > length:
        at = cut_at_or_before(line, length - 1, floor=max(0, length - 20))
        line = f"{line[: min(at, length - 1)].rstrip()}…"
    return _MARKDOWN.sub(r"\\\1", line)


def _joins(char: str) -> bool:
    return char in "\u200c\u200d\ufe0f" or unicodedata.category(char)[0] == "M"
