"""Takes out of a character's words what they may not do to a reader, and leaves the words.

Pings are not handled here: `allowed_mentions` on every send and edit makes them plain text. What is left are links that
show one address and lead to another, and characters that reorder or hide what is read.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, urlsplit

# C0 and C1 controls except tab and line feed, Discord's JSON would refuse NUL; embeddings and overrides of direction
# (isolates and marks, which Arabic and Hebrew need, stay); interlinear annotations; the byte order mark.
_REMOVED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ufff9-\ufffb\ufeff]")
_NEWLINES = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")

# Discord shows [text](target) as a link when the brackets touch; target may stand in <> and be followed by a title.
_BRACKET = re.compile(r"[\[\]]")
_TARGET = re.compile(
    r"\]\((?=\s*(?P<target><[^<>\n]{0,4000}>"
    r"|[^\s<>()]{0,4000}(?:\([^\s<>()]{0,1000}\)[^\s<>()]{0,1000}){0,8}))"
)
_SAFE_SCHEMES = frozenset({"http", "https", "mailto"})
_ADDRESS = re.compile(
    r"(?:https?://|www\.)(?P<host>[^\s/?#\])>]{1,253})|(?P<bare>(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})(?![\w-])"
)


def harmless(text: str) -> str:
    """The text as a character may say it. Applying it twice changes nothing more."""
    text = _SURROGATES.sub("\ufffd", text)
    text = _REMOVED.sub("", _NEWLINES.sub("\n", text))
    return _part_false_links(text) if "](" in text else text


def _part_false_links(text: str) -> str:
    labels = _labels(text)
    pieces: list[str] = []
    done = 0
    for match in _TARGET.finditer(text):
        begin = labels.get(match.start())
        if begin is not None and _misleads(text[begin : match.start()], match["target"].strip("<>")):
            cut = match.start() + 1
            pieces.append(text[done:cut])
            done = cut
    pieces.append(text[done:])
    return " ".join(pieces)


def _labels(text: str) -> dict[int, int]:
    """For each closing bracket, where the label it closes begins.

    A closing bracket without a partner may still end a label for Discord, one that holds brackets: the last opening
    bracket before it is taken then.
    """
    begins: dict[int, int] = {}
    open_at: list[int] = []
    last: int | None = None
    for match in _BRACKET.finditer(text):
        if match.group() == "[":
            last = match.end()
            open_at.append(last)
        elif open_at:
            begins[match.start()] = open_at.pop()
        elif last is not None:
            begins[match.start()] = last
    return begins


def _misleads(label: str, target: str) -> bool:
    plain = _plain(target)
    parts = _split(plain)
    if parts is None or parts.scheme.lower() not in _SAFE_SCHEMES:
        return True
    if parts.username is not None or parts.password is not None:
        return True
    led_to = _host(parts.hostname or "")
    shown = (_host(match["host"] or match["bare"] or "") for match in _ADDRESS.finditer(_plain(label)))
    return any(host != led_to for host in shown)


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Compatibility forms folded and invisible characters gone: what a reader takes the text for."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(char for char in folded if unicodedata.category(char) not in ("Cf", "Mn", "Me")).strip()


def _host(host: str) -> str:
    bare = host.rpartition("@")[2].partition(":")[0].rstrip(".").casefold()
    return bare.removeprefix("www.")
