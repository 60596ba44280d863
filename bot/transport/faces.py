"""Gives a character's picture an address that Discord can fetch.

With a `PUBLIC_URL` our own web serves it. Without one, nobody outside reaches this machine, so the picture is uploaded
as an application emoji (2,000 per application, 256 KiB each) and Discord's own CDN serves it.
"""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Callable
from typing import cast
from weakref import WeakValueDictionary

import structlog
from discord.asset import Asset

from bot.transport.executor import Call, Done, Executor, Refused
from bot.transport.stores import FaceStore, PictureSource

EMOJI_SIDE = 128
_EMOJIS = "/applications/{application_id}/emojis"

log = structlog.get_logger(__name__)


class Faces:
    """Addresses of pictures by their sha-256. A picture without one is no error: the reply goes out faceless."""

    def __init__(
        self,
        executor: Executor,
        store: FaceStore,
        pictures: PictureSource,
        application_id: Callable[[], int],
        *,
        public_url: str | None = None,
    ) -> None:
        self._executor = executor
        self._store = store
        self._pictures = pictures
        self._application_id = application_id
        self._public_url = public_url.rstrip("/") if public_url else None
        self._uploaded: dict[str, int] | None = None
        self._failed: set[str] = set()
        self._listing = asyncio.Lock()
        self._uploading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def url(self, sha256: str) -> str | None:
        """The picture's address, or None where it has none (logged once per picture)."""
        if self._public_url is not None:
            return f"{self._public_url}/media/{sha256}.png"
        if sha256 in self._failed:
            return None
        name = emoji_name(sha256)
        lock = self._uploading.setdefault(name, asyncio.Lock())
        async with lock:
            emoji_id = await self._found(sha256, name)
            if emoji_id is None:
                emoji_id = await self._upload(sha256, name)
        return None if emoji_id is None else f"{Asset.BASE}/emojis/{emoji_id}.png?size={EMOJI_SIDE}"

    async def _found(self, sha256: str, name: str) -> int | None:
        """Where it lies already. Discord's own list is asked once a run; what we noted stands in when it fails."""
        async with self._listing:
            if self._uploaded is None:
                self._uploaded = await self._listed()
        if self._uploaded is None:
            return await self._store.get(sha256)
        return self._uploaded.get(name)

    async def _listed(self) -> dict[str, int] | None:
        outcome = await self._executor.request(Call("GET", _EMOJIS, {"application_id": self._application_id()}))
        if not isinstance(outcome, Done) or not isinstance(outcome.body, dict):
            log.warning("face_list_failed", outcome=repr(outcome)[:120])
            return None
        items = cast("list[dict[str, object]]", cast("dict[str, object]", outcome.body).get("items") or [])
        return {str(item["name"]): int(str(item["id"])) for item in items}

    async def _upload(self, sha256: str, name: str) -> int | None:
        picture = await self._pictures.read(sha256)
        image = None if picture is None else await asyncio.to_thread(emoji_image, picture)
        if image is None:
            return self._fail(sha256, "the picture is lost or cannot be read")
        body = {"name": name, "image": f"data:image/png;base64,{base64.b64encode(image).decode()}"}
        call = Call("POST", _EMOJIS, {"application_id": self._application_id()}, body=body)
        outcome = await self._executor.request(call)
        if isinstance(outcome, Refused):
            return self._fail(sha256, f"{outcome.status} {outcome.code} {outcome.detail}")
        if not isinstance(outcome, Done) or not isinstance(outcome.body, dict):
            self._uploaded = None  # it may be there after all: look again next time
            log.warning("face_upload_unsure", picture=sha256[:12])
            return None
        emoji_id = int(str(cast("dict[str, object]", outcome.body)["id"]))
        if self._uploaded is not None:
            self._uploaded[name] = emoji_id
        await self._store.put(sha256, emoji_id, name)
        return emoji_id

    def _fail(self, sha256: str, why: str) -> None:
        self._failed.add(sha256)
        log.warning("face_without_address", picture=sha256[:12], why=why)


def emoji_name(sha256: str) -> str:
    """The application emoji that holds a picture; Discord allows 2 to 32 letters, digits and underscores."""
    return f"face_{sha256[:12]}"


def emoji_image(picture: bytes) -> bytes | None:
    """The picture as a square PNG that fits an emoji, or None if it cannot be read. Slow: call it in a thread."""
    # Here and not above: a process that never uploads a face does without Pillow's weight.
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(picture)) as image:
            square = ImageOps.fit(image.convert("RGBA"), (EMOJI_SIDE, EMOJI_SIDE), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    out = io.BytesIO()
    square.save(out, "PNG", optimize=True)  # at most 64 KiB uncompressed, of the 256 that Discord takes
    return out.getvalue()
