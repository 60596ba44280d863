"""A character's name as a webhook may carry it.

Discord's rules for webhook names (Webhook resource, "Create Webhook"; User resource, "Usernames and Nicknames"):
1 to 80 characters after trimming, no "clyde" or "discord" in any case, not "everyone" or "here", no triple backtick.
"""

from __future__ import annotations

import re
import unicodedata

NAME_LIMIT = 80
THREAD_NAME_LIMIT = 100
FALLBACK = "…"

# A hair space parts a forbidden word without being seen, and unlike look-alike letters leaves the name searchable.
_HAIR_SPACE = "\u200a"
_FORBIDDEN = re.compile(r"(cl)(yde)|(dis)(cord)", re.IGNORECASE)
_RESERVED = frozenset({"everyone", "here"})
# Cf without the two joiners that scripts and emoji need; "Cs" are lone surrogates, "Co"/"Cn" render as boxes.
_KEPT_FORMATS = frozenset("\u200c\u200d")
_JOINERS = _KEPT_FORMATS | {"\ufe0f"}


def webhook_name(name: str) -> str:
    """The name to send as `username`: what was meant, mended where Discord would refuse it. Never empty."""
    visible = "".join(char for char in unicodedata.normalize("NFC", name) if _renders(char))
    tidy = " ".join(visible.replace("```", "'''").split())
    parted = _FORBIDDEN.sub(_part, tidy)
    if parted.casefold() in _RESERVED:
        parted = parted[0] + _HAIR_SPACE + parted[1:]
    cut = _cut(parted)
    return cut if any(_has_ink(char) for char in cut) else FALLBACK


def thread_name(name: str) -> str:
    """The name of a thread or forum post: 1 to 100 visible characters on one line."""
    visible = "".join(char if char != "\n" else " " for char in unicodedata.normalize("NFC", name) if _renders(char))
    tidy = _cut(" ".join(visible.split()), THREAD_NAME_LIMIT)
    return tidy if any(_has_ink(char) for char in tidy) else FALLBACK


def _renders(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cf":
        return char in _KEPT_FORMATS
    return category not in ("Cs", "Co", "Cn", "Zl", "Zp") and (category != "Cc" or char in "\t\n\r")


def _has_ink(char: str) -> bool:
    return not char.isspace() and char not in _JOINERS and char not in "\u115f\u1160\u3164\uffa0\u2800"


def _part(match: re.Match[str]) -> str:
    first, second = (group for group in match.groups() if group is not None)
    return f"{first}{_HAIR_SPACE}{second}"


def _cut(name: str, limit: int = NAME_LIMIT) -> str:
    if len(name) <= limit:
        return name
    end = limit
    while end > 1 and (unicodedata.combining(name[end]) or name[end] in _JOINERS or name[end - 1] in _JOINERS):
        end -= 1
    return name[:end].rstrip()
