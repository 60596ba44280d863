"""Embeds: limits per field, and 6000 characters over all embeds of a message (docs: Message, Embed Limits)."""

from __future__ import annotations

from datetime import datetime

from sandbox.rules.forms import Form, url_fault

MAX_EMBEDS = 10
MAX_EMBED_CHARACTERS = 6000

#: An embed that is only one of these is as good as none to Discord.
_EMBED_CONTENT = (
    "title",
    "description",
    "url",
    "author",
    "image",
    "thumbnail",
    "footer",
    "fields",
    "video",
    "provider",
)


def check_embeds(form: Form) -> None:
    """Note what is wrong with a message's `embeds`."""
    total = 0
    for embed in form.forms("embeds", MAX_EMBEDS):
        total += _check_embed(embed)
    if total > MAX_EMBED_CHARACTERS:
        form.fault("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MAX_EMBED_CHARACTERS}")


def _length(value: str | None) -> int:
    return len(value.strip()) if value else 0


def _check_embed(embed: Form) -> int:
    """Note the faults of one embed; the number of characters that count towards the total."""
    total = _length(embed.text("title", 256, strip=True)) + _length(embed.text("description", 4096, strip=True))
    embed.url("url")
    embed.whole("color", low=0, high=0xFFFFFF)
    _check_timestamp(embed)
    footer = embed.form("footer")
    if footer:
        total += _length(footer.text("text", 2048, strip=True))
        _check_media_url(footer, "icon_url")
    author = embed.form("author")
    if author:
        total += _length(author.text("name", 256, strip=True))
        author.url("url")
        _check_media_url(author, "icon_url")
    for key in ("image", "thumbnail"):
        picture = embed.form(key)
        if picture:
            _check_media_url(picture, "url")
    for field in embed.forms("fields", 25):
        total += _field_text(field, "name", 256) + _field_text(field, "value", 1024)
        field.truth("inline")
    if embed.data and not any(embed.data.get(key) for key in _EMBED_CONTENT):
        embed.fault("description", "BASE_TYPE_REQUIRED", "This field is required")
    return total


def _field_text(field: Form, key: str, high: int) -> int:
    """Check a field's name or value, which may not be blank; its length."""
    length = _length(field.text(key, high, required=True, strip=True))
    if length == 0 and isinstance(field.data.get(key), str):
        field.fault(key, "BASE_TYPE_REQUIRED", "This field is required")
    return length


def _check_media_url(form: Form, key: str) -> None:
    """A picture's address: on the web, or `attachment://` and the name of a file of this message."""
    value = form.text(key, 2048)
    if value is not None and not value.startswith("attachment://"):
        wrong = url_fault(value, ("http", "https", "attachment"))
        if wrong:
            form.fault(key, *wrong)


def _check_timestamp(embed: Form) -> None:
    value = embed.text("timestamp", None)
    if value is None:
        return
    try:
        datetime.fromisoformat(value)
    except ValueError:
        embed.fault("timestamp", "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")
