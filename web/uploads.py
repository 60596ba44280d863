"""Files that people send with our forms: pictures and texts, taken for what they are and not for what they claim."""

from __future__ import annotations

from aiohttp import web

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters import Picture
from bot.services.characters.pictures import refuse_announced
from bot.texts import N_
from web.forms import Form, Upload
from web.pages import desk

PICTURE_BODY = int(limits.PICTURE_BYTES_MAX) + (1 << 20)
"""What a form with a picture may bring: one that is somewhat too large is refused with a sentence."""

PICTURE_TYPES = "image/png,image/jpeg,image/webp,image/gif"


async def picture_in(request: web.Request, typed: Form, name: str = "picture") -> Picture | None:
    """The picture that came with a form, ready to be kept; None where none did. Raises `InvalidInput`.

    Call it before a unit of work is opened: decoding takes a while.
    """
    sent = typed.file(name)
    if sent is None or not (sent.data or sent.name):
        return None
    refuse_announced(len(sent.data), sent.name, sent.claimed_type)
    return await desk(request).pictures.prepare(sent.data)


def wanted(typed: Form, name: str) -> Upload:
    """The file that a form must bring. Raises `InvalidInput`."""
    sent = typed.file(name)
    if sent is None or not sent.data:
        raise InvalidInput("file_missing", N_("Choose a file first. Nothing was changed."), field=name)
    return sent
