"""Where a lore book is in force, in words."""

from __future__ import annotations

from bot.services.lore.attaching import Attached, LoreScope
from bot.texts import Say
from cogs.asking import plain


def in_words(one: Attached, say: Say) -> str:
    """The place of an attachment, with what is different there."""
    place = _place(one, say)
    differs: list[str] = []
    if one.overrides.scan_depth is not None:
        differs.append(say("depth {number}", number=one.overrides.scan_depth))
    if one.overrides.token_budget is not None:
        differs.append(say("{number} tokens at most", number=one.overrides.token_budget))
    if one.overrides.recursion is not None:
        differs.append(say("waking") if one.overrides.recursion else say("no waking"))
    if not one.is_enabled:
        differs.append(say("off"))
    return f"{place} ({', '.join(differs)})" if differs else place


def _place(one: Attached, say: Say) -> str:
    name = plain(one.target_name)
    match one.scope:
        case LoreScope.SERVER:
            return say("the server {name}", name=name) if name else say("this server")
        case LoreScope.CHANNEL:
            return f"<#{one.channel_id}>"
        case LoreScope.CHARACTER:
            return say("the character {name}", name=name or "…")
        case LoreScope.PERSONA:
            return say("the persona {name}", name=name or "…")
        case LoreScope.CONVERSATION:
            return say("the conversation {name}", name=name) if name else say("one conversation")


def label(one: Attached, say: Say, here: str) -> str:
    """The same for a menu, where Discord formats nothing. `here` is the channel's name."""
    place = f"#{here}" if one.scope is LoreScope.CHANNEL and here else _place(one, say)
    return f"{one.book_name} · {place}"
