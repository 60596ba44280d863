"""A character's words as a card of the bot's own, where no webhook can lend it a name and a face.

Components V2 (Discord's "Component Reference"): a message that is one container with a heading, the picture beside it,
the words, and the row of buttons. Such a message has no `content`.
"""

from __future__ import annotations

import re
from typing import Any, cast

import discord

from bot.ports import Face
from bot.transport import pings
from bot.transport.marks import Components
from bot.transport.names import webhook_name

IS_CARD = 1 << 15
_ACTION_ROW, _SECTION, _TEXT, _THUMBNAIL, _CONTAINER = 1, 9, 10, 11, 17
_ESCAPED = r"\\\1"
_MARKDOWN = re.compile(r"([\\`*_~|<>#\[\]()@:-])")


def card(face: Face, picture_url: str | None, content: str, row: Components, *, is_first: bool = True) -> Components:
    """The components of one message. The picture stands beside the first one of a reply only."""
    name = _MARKDOWN.sub(_ESCAPED, webhook_name(face.name))
    heading: dict[str, object] = {"type": _TEXT, "content": f"### {name}" if is_first else f"-# {name}"}
    if is_first and picture_url is not None:
        thumbnail = {"type": _THUMBNAIL, "media": {"url": picture_url}}
        heading = {"type": _SECTION, "components": [heading], "accessory": thumbnail}
    words: dict[str, object] = {"type": _TEXT, "content": content}
    return [{"type": _CONTAINER, "components": [heading, words, *row]}]


def waiting(line: str, name: str, hint: str) -> discord.ui.LayoutView:
    """What stands where only a user has the app until a character's words come: the line it answers, and its card."""
    heading = f"### {_MARKDOWN.sub(_ESCAPED, webhook_name(name))}"
    texts = discord.ui.TextDisplay[Any](line), discord.ui.TextDisplay[Any](heading), discord.ui.TextDisplay[Any](hint)
    view = discord.ui.LayoutView(timeout=None)
    return view.add_item(texts[0]).add_item(discord.ui.Container[Any](*texts[1:]))


def outside_cards(components: object) -> Components:
    """The texts of a message that stand in no card, as they may be sent again."""
    listed = cast("list[dict[str, object]]", components if isinstance(components, list) else [])
    return [{"type": _TEXT, "content": one["content"]} for one in listed if one.get("type") == _TEXT]


def body_of(components: Components) -> dict[str, object]:
    """What is sent for a card, whether it is posted or edited."""
    return {"flags": IS_CARD, "components": components, "allowed_mentions": pings.nobody()}


def without_rows(components: object) -> Components:
    """A card as Discord hands it back, without its buttons, as it may be sent again."""
    kept: Components = []
    for one in cast("list[dict[str, object]]", components if isinstance(components, list) else []):
        if one.get("type") == _ACTION_ROW:
            continue
        again = dict(one)
        if one.get("type") == _CONTAINER:
            again["components"] = without_rows(one.get("components"))
        elif one.get("type") == _SECTION:
            accessory = cast("dict[str, object]", one.get("accessory") or {})
            media = cast("dict[str, object]", accessory.get("media") or {})
            again["accessory"] = {"type": _THUMBNAIL, "media": {"url": media.get("url")}}
        kept.append(again)
    return kept


def words_of(message: discord.Message) -> str:
    """The words of a card, without its heading; empty for anything else."""
    texts = [
        inner.content
        for one in message.components
        if isinstance(one, discord.Container)
        for inner in one.children
        if isinstance(inner, discord.TextDisplay)
    ]
    return texts[-1] if texts else ""


def has_rows(components: object) -> bool:
    """Whether there are buttons under a card."""
    listed = cast("list[dict[str, object]]", components if isinstance(components, list) else [])
    return any(one.get("type") == _ACTION_ROW or has_rows(one.get("components")) for one in listed)
