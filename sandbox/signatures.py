"""Addresses of attachments, which end a day after they were shown (docs: Reference, Signed Attachment CDN URLs).

`ex` is when an address ends, `is` when it was made (both hexadecimal Unix seconds), `hm` proves both. Whoever needs a
file later asks for its message again and gets a fresh address. Rows keep the bare address; it is signed when shown.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any, cast

from yarl import URL

#: How long an address is good, in seconds. It is made for whole hours, so that it stays the same for a while.
LIVES = 86_400
_STEP = 3_600
_PLACE = "/attachments/"
#: No secret: it only has to be the same after a restart.
_KEY = b"the sandbox's attachments"


def signed(url: str, now: float) -> str:
    """A bare address with its signature."""
    made = int(now) // _STEP * _STEP
    ends = made + LIVES + _STEP
    return f"{url}?ex={ends:x}&is={made:x}&hm={_proof(_path(url), ends, made)}"


def holds(path: str, query: Mapping[str, str], now: float) -> bool:
    """Whether a request for an attachment, its path decoded, carries a signature that is ours and not over."""
    try:
        ends, made = int(query["ex"], 16), int(query["is"], 16)
    except (KeyError, ValueError):
        return False
    return now < ends and hmac.compare_digest(query.get("hm", ""), _proof(path, ends, made))


def signed_within(part: list[dict[str, Any]], origin: str, now: float) -> list[dict[str, Any]]:
    """A copy of embeds or components in which every attachment of ours has a fresh address."""

    def fresh(url: str) -> str:
        return signed(url, now)

    return _mapped(part, origin, fresh)


def bare_within(part: list[dict[str, Any]], origin: str) -> list[dict[str, Any]]:
    """A copy of embeds or components as they are kept: attachments of ours without a signature."""

    def bare(url: str) -> str:
        return url

    return _mapped(part, origin, bare)


def _mapped(part: Any, origin: str, change: Callable[[str], str]) -> Any:
    if isinstance(part, str):
        return change(part.partition("?")[0]) if part.startswith(origin + _PLACE) else part
    if isinstance(part, list):
        return [_mapped(one, origin, change) for one in cast("list[Any]", part)]
    if isinstance(part, dict):
        return {key: _mapped(one, origin, change) for key, one in cast("dict[str, Any]", part).items()}
    return part


def _path(url: str) -> str:
    """The decoded path, as a request tells it."""
    return URL(url).path


def _proof(path: str, ends: int, made: int) -> str:
    return hmac.new(_KEY, f"{path} {ends} {made}".encode(), hashlib.sha256).hexdigest()
