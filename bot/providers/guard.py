"""What a model writes, made fit to be a character's words, while it streams.

Models put their own name before an answer, go on writing other people's lines, or think aloud. The guard takes off the
first, ends the answer at the second and drops the third; it also ends an answer that grows without bound. How the
pieces fall makes no difference to what is let through.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

# The same people talk for a while; compiling for each answer anew would take milliseconds.
_PATTERNS_KEPT = 512
_THINK_OPEN, _THINK_CLOSE = "<think>", "</think>"
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
# A label: some markup, a name, a colon. `**Mira:** `, `> Mira: `, `"Mira: `.
_BEFORE = r"[ \t>*_\"“«'-]{0,8}"
_COLON = (r"[*_]{0,3}", r"[ \t]?", r"[:：]", r"[*_\"”]{0,3}", r"[ \t]*")


class Guard:
    """One answer on its way. Feed it pieces; what comes back may be shown at once.

    `own` is the character's name; `stops` are the prompt's stop strings, of which those of the form `\\nName:` are
    enforced here whatever the provider did. `ended` turns true when nothing more will be let through, `overflowed` when
    that is for its length.
    """

    def __init__(self, own: str, stops: Sequence[str], most_characters: int) -> None:
        others = [stop.strip()[:-1] for stop in stops if stop.startswith("\n") and stop.endswith(":")]
        self._own = _label((own,)) if own else None
        self._others = _label(tuple(others)) if others else None
        self._could_be_label = _beginning_of_label(tuple(name for name in (own, *others) if name))
        self._room = most_characters
        self._half = ""  # the first half of a letter that a server cut in two
        self._held = ""  # read but not yet decided upon
        self._gap = ""  # white space that is shown once something follows it
        self._at_line_start = True
        self._begun = False
        self._skipping = False
        self._thinking = False
        self.ended = False
        self.overflowed = False

    def feed(self, piece: str) -> str:
        """Take a piece of the answer and give back what may be shown."""
        if self.ended:
            return ""
        self._held += self._writable(piece)
        return self._drain(last=False)

    def finish(self) -> str:
        """The rest, when the model has ended. Trailing white space is dropped."""
        return "" if self.ended else self._drain(last=True)

    def _writable(self, piece: str) -> str:
        """Letters that a database keeps and Discord takes: no NUL, and halves of UTF-16 pairs joined or replaced."""
        piece = self._half + piece
        self._half = piece[-1:] if "\ud800" <= piece[-1:] <= "\udbff" else ""
        if _UNWRITABLE.search(piece) is None:
            return piece
        whole = piece[: len(piece) - len(self._half)].replace("\0", "")
        return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _drain(self, *, last: bool) -> str:
        shown: list[str] = []
        while self._held and not self.ended:
            if self._thinking:
                if not self._end_thought():
                    break
            elif not self._begun and not self._skipping and self._begins_thought():
                if self._held.lstrip().startswith(_THINK_OPEN):
                    self._thinking = True
                elif last:
                    shown.append(self._take_line(last=last))
                else:
                    break
            elif self._at_line_start and not last and self._could_be_label.fullmatch(self._held):
                break
            else:
                shown.append(self._take_line(last=last))
        return "".join(shown)

    def _begins_thought(self) -> bool:
        start = self._held.lstrip()
        return start.startswith(_THINK_OPEN) or _THINK_OPEN.startswith(start)

    def _end_thought(self) -> bool:
        """Drop a thought spoken aloud; False while its end has not come."""
        before, mark, after = self._held.partition(_THINK_CLOSE)
        if not mark:
            self._held = before[-len(_THINK_CLOSE) :]
            return False
        self._thinking, self._held = False, after
        return True

    def _take_line(self, *, last: bool) -> str:
        """Decide upon the label at the start of a line, if there is one; else let through what is there of the line."""
        if self._at_line_start:
            self._at_line_start = False
            if self._others and self._others.match(self._held):
                self.ended, self._skipping = self._begun, True
                return ""
            if self._own and (label := self._own.match(self._held)):
                self._held = self._held[label.end() :]
                self._skipping = False
                return ""
        line, newline, self._held = self._held.partition("\n")
        self._at_line_start = bool(newline)
        return "" if self._skipping else self._let_through(line + newline)

    def _let_through(self, text: str) -> str:
        body = text.rstrip()
        if not body:
            self._gap += text if self._begun else ""
            return ""
        shown = self._gap + body if self._begun else body.lstrip()
        self._begun, self._gap = True, text[len(body) :]
        if len(shown) >= self._room:
            shown = shown[: self._room]
            self.ended = self.overflowed = True
        self._room -= len(shown)
        return shown


@lru_cache(_PATTERNS_KEPT)
def _label(names: tuple[str, ...]) -> re.Pattern[str]:
    choice = "|".join(sorted((re.escape(name) for name in names), key=len, reverse=True))
    return re.compile(f"{_BEFORE}(?:{choice}){''.join(_COLON)}", re.IGNORECASE)


@lru_cache(_PATTERNS_KEPT)
def _beginning_of_label(names: tuple[str, ...]) -> re.Pattern[str]:
    """What a label that is not yet whole may look like; also a whole one, as long as only blanks follow it."""
    choices = "|".join(_beginning([*(re.escape(letter) for letter in name), *_COLON]) for name in names)
    return re.compile(f"{_BEFORE}(?:{choices})?", re.IGNORECASE)


def _beginning(steps: Sequence[str]) -> str:
    """A pattern for any beginning of a row of steps."""
    pattern = ""
    for step in reversed(steps):
        pattern = f"(?:{step}{pattern})?"
    return pattern
