"""Uploads: kept in the blobs, named in messages, and found again by `attachment://`."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, cast

from PIL import Image

from sandbox.core import Core
from sandbox.render.messages import attachment_url
from sandbox.rules.images import sniff
from sandbox.uploads import Upload
from sandbox.world.models import Attachment, Json, StoredFile
from sandbox.world.world import World

_REFERENCE = "attachment://"


def keep_uploads(
    core: Core, channel_id: str, uploads: Sequence[Upload], described: Any, *, ephemeral: bool = False
) -> list[Attachment]:
    """Store the files of a call; `described` is the body's `attachments`, which may rename and describe them."""
    by_index: dict[str, Json] = {}
    if isinstance(described, list):
        by_index = {str(one.get("id")): one for one in cast("list[Json]", described)}
    kept: list[Attachment] = []
    for upload in uploads:
        about = by_index.get(str(upload.index), {})
        width, height = picture_size(upload.data)
        attachment = Attachment(
            id=core.world.new_id(),
            filename=_safe_name(about.get("filename") or upload.filename),
            size=len(upload.data),
            content_type=sniff(upload.data) or upload.content_type,
            sha256=core.world.blobs.put(upload.data),
            description=about.get("description"),
            duration_secs=about.get("duration_secs"),
            waveform=about.get("waveform"),
            width=width,
            height=height,
            ephemeral=ephemeral,
        )
        file = StoredFile(
            f"attachments/{channel_id}/{attachment.id}/{attachment.filename}",
            attachment.sha256,
            attachment.content_type,
        )
        core.world.files.put(file)
        kept.append(attachment)
    return kept


def picture_size(data: bytes) -> tuple[int | None, int | None]:
    """Width and height in pixels, read off the header; None for what is no picture."""
    if sniff(data) is None:
        return None, None
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.width, picture.height
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None, None


def resolve_media(world: World, channel_id: str, files: Sequence[Attachment], embeds: list[Json]) -> None:
    """Put real addresses where embeds say `attachment://name`."""
    for embed in embeds:
        for key in ("image", "thumbnail", "video"):
            if isinstance(embed.get(key), dict):
                embed[key] = _embed_media(world, channel_id, files, embed[key])
        for key in ("author", "footer"):
            part = embed.get(key)
            if isinstance(part, dict):
                part = cast("Json", part)
                icon = _find(files, part.get("icon_url"))
                if icon is not None:
                    part["icon_url"] = attachment_url(world, channel_id, icon)
                if part.get("icon_url"):
                    part["proxy_icon_url"] = part["icon_url"]


def unfurl_components(world: World, channel_id: str, files: Sequence[Attachment], components: list[Json]) -> None:
    """Turn the media of V2 components into what a message shows: address, size, type and the file behind it."""
    for component in components:
        for key in ("media", "file"):
            if isinstance(component.get(key), dict):
                found = _find(files, component[key].get("url"))
                component[key] = _unfurled(world, channel_id, found, component[key])
                if key == "file" and found is not None:
                    component |= {"name": found.filename, "size": found.size}
        for key in ("components", "items"):
            inner = component.get(key)
            if isinstance(inner, list):
                unfurl_components(world, channel_id, files, cast("list[Json]", inner))
        accessory = component.get("accessory")
        if isinstance(accessory, dict):
            unfurl_components(world, channel_id, files, [cast("Json", accessory)])


def _embed_media(world: World, channel_id: str, files: Sequence[Attachment], media: Json) -> Json:
    found = _find(files, media.get("url"))
    if found is None:
        return {"proxy_url": media.get("url"), **media} if media.get("url") else media
    url = attachment_url(world, channel_id, found)
    answer: Json = {"url": url, "proxy_url": url, "content_type": found.content_type}
    if found.width is not None:
        answer |= {"width": found.width, "height": found.height}
    return answer


def _unfurled(world: World, channel_id: str, found: Attachment | None, media: Json) -> Json:
    if found is None:
        url = media["url"]
        return {"id": media.get("id") or world.new_id(), "url": url, "proxy_url": url, "content_type": None}
    url = attachment_url(world, channel_id, found)
    return {
        "id": world.new_id(),
        "url": url,
        "proxy_url": url,
        "content_type": found.content_type,
        "width": found.width,
        "height": found.height,
        "attachment_id": found.id,
    }


def _find(files: Sequence[Attachment], url: Any) -> Attachment | None:
    if not isinstance(url, str) or not url.startswith(_REFERENCE):
        return None
    name = url.removeprefix(_REFERENCE)
    found = next((one for one in files if one.filename == name), None)
    if found is not None:
        found.embedded = True
    return found


def _safe_name(name: Any) -> str:
    text = str(name).replace("\\", "/").rsplit("/", 1)[-1].replace(" ", "_")
    return text if text.strip(".") else "unknown"
