"""People's own words as HTML: Markdown of a bio, a program, a note. What comes out holds no script, style or picture.

Two nets, one behind the other: the parser (CommonMark) makes no HTML of what is written as HTML, and what it makes is
cleaned by a list of what may stay. Links open for reading only (`rel`), and one whose words are another address than
it leads to has its true host beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_TAGS = {"p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr", "h3", "h4", "h5"}
_SCHEMES = {"http", "https"}
_HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h5", "h6": "h5"}
"""A page has one first heading, and it is not in somebody's bio."""

_ADDRESS = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?=[/:?#\s]|$)", re.IGNORECASE)
_DEEPEST = 8
"""Quotations and lists within each other; a text that nests deeper is made to be slow."""


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": _DEEPEST})
    # Addresses in full alone: what begins with a slash would pass for one of this house.
    parser.validateLink = lambda url: url.lower().startswith(("https://", "http://"))
    return parser.enable("strikethrough").disable(["image", "html_block", "html_inline"])


_PARSER = _parser()


@lru_cache(maxsize=2000)
def html_of(text: str) -> Markup:
    """The text as HTML, safe to put into a page as it is. Empty for nothing."""
    tokens = _PARSER.parse(text)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
        if token.children:
            token.children = list(_told_where(token.children))
    raw = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return Markup(  # noqa: S704 - cleaned in this very line
        nh3.clean(
            raw,
            tags=_TAGS,
            attributes={"a": {"href"}, "*": set()},
            url_schemes=_SCHEMES,
            link_rel="nofollow ugc noopener noreferrer",
        )
    )


@lru_cache(maxsize=2000)
def plain_of(text: str, most: int = 200) -> str:
    """The words alone, on one line, cut where they are longer: for lists and for what is shown of a shared address."""
    words = " ".join(" ".join(_words(token) for token in _PARSER.parse(text)).split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _words(token: Token) -> str:
    if token.type in {"code_block", "fence"}:
        return token.content
    return "".join(" " if one.type in {"softbreak", "hardbreak"} else one.content for one in token.children or ())


def _told_where(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens, with the true host behind each link whose words look like another address."""
    told: list[Token] = []
    href, words = "", ""
    for token in tokens:
        if token.type == "link_open":
            href, words = _attribute(token, "href"), ""
        elif token.type == "link_close":
            note = _host_beside(href, words)
            told.append(token)
            if note:
                told.append(Token("text", "", 0, content=f" ({note})"))
            continue
        else:
            words += token.content
        told.append(token)
    return told


def _host_beside(href: str, words: str) -> str:
    try:
        host = (urlsplit(href).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    said = [found[1].lower().removeprefix("www.") for found in _ADDRESS.finditer(words)]
    return host if any(one != host for one in said) else ""


def _attribute(token: Token, name: str) -> str:
    value: Any = token.attrGet(name)
    return value if isinstance(value, str) else ""
