"""What came with a message: of what type it makes it, and the words of text files, read in.

Bytes stay with Discord; only what a character can be told of is kept.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

import structlog

from bot import limits
from bot.errors import StageError
from bot.ports import Attached, AttachedKind, Files, Heard
from db.models import AttachmentKind, MessageType
from db.queries.talk.messages import Enclosed

_log = structlog.get_logger(__name__)

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_CODE_SHARE = 0.5
"""A message of which more than this is fenced is code."""

_CUT = "…"


def type_of(heard: Heard) -> MessageType:
    """What a message mostly is. Pure."""
    kinds = {one.kind for one in heard.attached}
    if AttachedKind.VOICE in kinds:
        return MessageType.VOICE
    if kinds & {AttachedKind.IMAGE, AttachedKind.STICKER}:
        return MessageType.IMAGE
    if kinds:
        return MessageType.FILE
    fenced = sum(len(fence) for fence in _FENCE.findall(heard.content))
    return MessageType.CODE if fenced > len(heard.content) * _CODE_SHARE else MessageType.TEXT


def words_of(data: bytes) -> str | None:
    """A text file's words, at most `limits.FILE_TEXT_MAX`; None where it is no text. Pure.

    UTF-8 (with or without its mark), UTF-16 with its mark, and what Windows made of Western European text before.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            # A file that was cut at its limit may end within a letter.
            is_cut = error.start >= len(data) - 3
            text = data.decode("utf-8-sig" if is_cut else "cp1252", errors="ignore" if is_cut else "replace")
    if "\0" in text or sum(not char.isprintable() and char not in "\n\r\t\f" for char in text) > len(text) / 20:
        return None
    text = "\n".join(line.rstrip() for line in text.splitlines()).strip()
    return text if len(text) <= limits.FILE_TEXT_MAX else text[: limits.FILE_TEXT_MAX - 1] + _CUT


async def enclosed_with(heard: Heard, files: Files | None) -> Sequence[Enclosed]:
    """What came with a message as it is kept, text files' words read in. What cannot be read is known by name only."""
    kept = heard.attached[: limits.FILES_PER_MESSAGE]
    words = await asyncio.gather(*(_words(heard, one, files) for one in kept))
    return [_enclosed(one, text) for one, text in zip(kept, words, strict=True)]


async def _words(heard: Heard, one: Attached, files: Files | None) -> str | None:
    if one.kind is not AttachedKind.TEXT or files is None or one.size_bytes > limits.FILE_BYTES_MAX:
        return None
    try:
        data = await files.read(heard.place, heard.message_id, one.attachment_id, most_bytes=int(limits.FILE_BYTES_MAX))
    except StageError as error:
        _log.info("file_unread", message_id=heard.message_id, detail=str(error))
        return None
    return await asyncio.to_thread(words_of, data)


def _enclosed(one: Attached, text: str | None) -> Enclosed:
    return Enclosed(
        discord_id=one.attachment_id,
        kind=AttachmentKind(one.kind.value),
        name=_clean(one.name)[: limits.FILE_NAME_MAX],
        mime=one.mime,
        size_bytes=one.size_bytes,
        width=one.width,
        height=one.height,
        alt=None if one.alt is None else _clean(one.alt)[: limits.ALT_TEXT_MAX],
        text=None if text is None else _clean(text),
    )


def _clean(text: str) -> str:
    """Without what Postgres does not take."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
