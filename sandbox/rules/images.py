"""Pictures sent as data URIs: avatars, icons, emojis. What counts is the bytes, not the declared type."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from sandbox.errors import InvalidForm

#: Sizes in bytes (docs: Emoji; Create Webhook, Modify Current User).
MAX_EMOJI_BYTES = 256 * 1024

PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
EMOJI_TYPES = PICTURE_TYPES | {"image/avif"}

_DATA_URI = re.compile(r"data:(image/[a-z0-9.+-]+);base64,", re.IGNORECASE)


def sniff(data: bytes) -> str | None:
    """The MIME type that the first bytes tell, or None where they tell of no picture Discord takes."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis"):
        return "image/avif"
    return None


def check_data_uri(
    uri: Any, max_bytes: int, *, field: str = "image", allowed: frozenset[str] = PICTURE_TYPES
) -> tuple[bytes, str]:
    """The bytes and true MIME type of a picture in a data URI.

    Raises InvalidForm naming `field` for anything that is no such picture (SVG never is) or is larger than `max_bytes`.
    """
    if not isinstance(uri, str):
        raise InvalidForm.field(field, "BASE_TYPE_REQUIRED", "This field is required")
    head = _DATA_URI.match(uri)
    if head is None:
        raise InvalidForm.field(field, "IMAGE_INVALID", "Unsupported image type given")
    body = uri[head.end() :]
    # Four characters carry three bytes: refuse what cannot fit before decoding it.
    if len(body) // 4 * 3 > max_bytes + 2:
        raise _too_large(field, max_bytes)
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidForm.field(field, "IMAGE_INVALID", "Invalid image data") from error
    if len(data) > max_bytes:
        raise _too_large(field, max_bytes)
    mime = sniff(data)
    if mime is None or mime not in allowed:
        raise InvalidForm.field(field, "IMAGE_INVALID", "Unsupported image type given")
    return data, mime


def _too_large(field: str, max_bytes: int) -> InvalidForm:
    return InvalidForm.field(field, "BINARY_TYPE_MAX_SIZE", f"File cannot be larger than {max_bytes / 1024} kb.")
