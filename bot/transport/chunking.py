"""Cuts a long text into Discord messages without tearing anything a reader would miss.

`pieces` is exact: bodies and the white space dropped between them, put together again, are the text. `split` is what is
sent: bodies with code fences closed at the end of a message and reopened in the next one. Lengths are code points, as
Discord counts `content` (2,000 at most).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace

from bot.transport.graphemes import cut_at_or_before, may_cut

MESSAGE_LIMIT = 2000
_FENCE = "```"
_CLOSE = f"\n{_FENCE}"
_MIN_LIMIT = 40

_LANGUAGE = re.compile(r"[\w+.#-]{1,20}(?=\n)")
# What must stay whole: masked links, plain links, mentions, custom emoji, timestamps, command mentions, inline code.
_ATOM = re.compile(
    r"\[[^\[\]\n]{1,300}\]\([^()\s]{1,1000}\)"
    r"|<?https?://[^\s<>]+>?"
    r"|<(?:@[!&]?|#)\d{1,20}>|<a?:\w{1,32}:\d{1,20}>|<t:-?\d{1,13}(?::\w)?>|</[^<>\n:]{1,100}:\d{1,20}>"
    r"|<id:\w{1,20}>|`[^`\n]{1,200}`"
)
_FENCES = re.compile(_FENCE)
_CLOSES_HERE = re.compile(r"\n?```")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_LINE = re.compile(r"\n")
_SENTENCE = re.compile(r"[.!?…]{1,6}[\"'”’»)\]*_~|]{0,4}(?=[ \t])|[。！？]{1,6}[」』）]{0,4}")
_WORD = re.compile(r"[ \t\u2003\u3000]+")


@dataclass(frozen=True, slots=True)
class _Break:
    """A kind of place to stop, inside code or outside, and how full (a share) a message must be to stop there."""

    pattern: re.Pattern[str]
    share: float
    in_code: bool = False
    at_end: bool = False


_BREAKS = (
    _Break(_PARAGRAPH, 0.4),
    _Break(_LINE, 0.4),
    _Break(_SENTENCE, 0.3, at_end=True),
    _Break(_WORD, 0.3),
    _Break(_LINE, 0.3, in_code=True),
    _Break(_WORD, 0.3, in_code=True),
    _Break(_WORD, 0.0),
    _Break(_LINE, 0.0, in_code=True),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One message's share: what is sent is `opening + body + closing`; `gap` is white space nobody will see."""

    opening: str
    body: str
    closing: str
    gap: str

    @property
    def content(self) -> str:
        """The message's content."""
        return f"{self.opening}{self.body}{self.closing}"


def split(text: str, limit: int = MESSAGE_LIMIT, *, lead: str = "") -> list[str]:
    """The text as message contents in order, each visible and at most `limit` long; none for a blank text.

    `lead` is a line of its own above the first message's words; it is no part of the text and never cut.

    Breaks between paragraphs, lines, sentences and words, in that order of liking; inside code blocks between lines.
    Pure, and steady: as a text grows, only the last messages change.
    """
    return [piece.content for piece in pieces(text, limit, lead=lead)]


def pieces(text: str, limit: int = MESSAGE_LIMIT, *, lead: str = "") -> list[Piece]:
    """The exact cut: `"".join(p.body + p.gap for p in pieces(t)) == t.lstrip()`, and every gap is white space."""
    if limit < _MIN_LIMIT:
        raise ValueError(f"a limit under {_MIN_LIMIT} leaves no room for code fences")
    text = text.lstrip()
    found: list[Piece] = []
    start, language = 0, None
    above = f"{lead}\n" if lead else ""
    if limit - len(above) < _MIN_LIMIT:
        raise ValueError("the line above leaves no room for the text")
    while start < len(text):
        piece, language = _next_piece(text, start, language, limit - len(above))
        found.append(replace(piece, opening=above + piece.opening) if above else piece)
        above = ""
        start += len(piece.body) + len(piece.gap)
    return found


def _next_piece(text: str, start: int, language: str | None, limit: int) -> tuple[Piece, str | None]:
    """The piece that begins at `start` in a fence of `language` (None: in none), and the fence it leaves open."""
    opening = "" if language is None else f"{_FENCE}{language}\n"
    room = limit - len(opening)
    if len(text) - start <= 2 * room:
        rest = text[start:].rstrip()
        closing = "" if _inside(rest, language) is None else _closing(rest)
        if len(rest) + len(closing) <= room:
            return Piece(opening, rest, closing, text[start + len(rest) :]), None
    cut = start + _Window(text[start : start + 2 * room], language is not None, room).cut()
    body = text[start:cut]
    inside = _inside(body, language)
    if inside is None:
        body = body.rstrip()
        return Piece(opening, body, "", text[start + len(body) : _skip_space(text, cut)]), None
    gap = "\n" if text.startswith("\n", cut) else ""
    return Piece(opening, body, _closing(body), gap), inside


class _Window:
    """The stretch of text that one message could hold, and the best place in it to stop."""

    def __init__(self, view: str, in_code: bool, room: int) -> None:
        self.view = view
        self.in_code = in_code
        self.room = room
        self.code_room = room - len(_CLOSE)
        atoms = [match.span() for match in _ATOM.finditer(view) if match.end() - match.start() <= self.code_room]
        self.atom_starts = [begin for begin, _ in atoms]
        self.atom_ends = [end for _, end in atoms]
        self.fences = [match.start() for match in _FENCES.finditer(view)]

    def cut(self) -> int:
        """How many characters of the view this message takes; at least 1."""
        for kind in _BREAKS:
            at = self._last(kind)
            if at is not None:
                break
        else:
            at = self._hard()
        if self._fenced_at(at):
            if closes := _CLOSES_HERE.match(self.view, at):
                return closes.end()
            return self._unless_barely_open(at)
        return at

    def _last(self, kind: _Break) -> int | None:
        """The last break of this kind that leaves the message full enough."""
        top = min(self.code_room if kind.in_code else self.room, len(self.view))
        floor = max(1, int(top * kind.share))
        matches = kind.pattern.finditer(self.view, floor - 1, min(len(self.view), top + 16))
        places = [match.end() if kind.at_end else match.start() for match in matches]
        for at in reversed(places):
            if floor <= at <= top and self._fenced_at(at) == kind.in_code and self._whole_at(at) and self._visible(at):
                return at
        return None

    def _hard(self) -> int:
        """Where no break is to be had: between visible characters, before whatever must stay whole."""
        top = min(self.code_room, len(self.view))
        at = cut_at_or_before(self.view, top, floor=max(0, top - 200))
        atom = bisect_right(self.atom_starts, at - 1) - 1
        if atom >= 0 and self.atom_starts[atom] > 0 and at < self.atom_ends[atom]:
            at = self.atom_starts[atom]
        fence = self._fence_around(at)
        if fence is None:
            return at
        return fence or len(_FENCE)

    def _whole_at(self, at: int) -> bool:
        if at < len(self.view) and not may_cut(self.view, at):
            return False
        atom = bisect_right(self.atom_starts, at - 1) - 1
        return (atom < 0 or at >= self.atom_ends[atom]) and self._fence_around(at) is None

    def _fence_around(self, at: int) -> int | None:
        """Where the fence begins that a cut at `at` would tear."""
        fence = bisect_right(self.fences, at - 1) - 1
        return self.fences[fence] if fence >= 0 and at < self.fences[fence] + len(_FENCE) else None

    def _fenced_at(self, at: int) -> bool:
        return self.in_code != bool(bisect_right(self.fences, at - 1) % 2)

    def _visible(self, at: int) -> bool:
        return self.in_code or bool(self.view[:at].strip())

    def _unless_barely_open(self, at: int) -> int:
        """Before the fence, where the message would end in a code block with nothing in it yet."""
        fence = bisect_right(self.fences, at - 1) - 1
        if fence < 0 or not self.view[: self.fences[fence]].strip():
            return at
        first_line, _, code = self.view[self.fences[fence] + len(_FENCE) : at].partition("\n")
        return at if code.strip() or len(first_line) > 20 else self.fences[fence]


def _inside(body: str, language: str | None) -> str | None:
    """The language of the fence that is open at the end of a body ("" for none named), or None outside of fences."""
    state = language
    for match in _FENCES.finditer(body):
        if state is None:
            named = _LANGUAGE.match(body, match.end())
            state = named.group() if named else ""
        else:
            state = None
    return state


def _closing(body: str) -> str:
    return _FENCE if body.endswith("\n") else _CLOSE


def _skip_space(text: str, index: int) -> int:
    while index < len(text) and text[index].isspace():
        index += 1
    return index
