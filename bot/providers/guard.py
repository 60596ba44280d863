"""What a model writes, made fit to be a character's words, while it streams.

Models put their own name before an answer, go on writing other people's lines, or think aloud. The guard takes off the
first, ends the answer at the second and drops the third; it also ends an answer that grows without bound.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_THINK_OPEN, _THINK_CLOSE = "<think>", "</think>"
_MARKUP_BEFORE = r"[\s>*_\"“«'-]*"
_MARKUP_AFTER = r"[*_]{0,3}\s?[:：][*_\"”]{0,3}[ \t]*"
# Markup, a name of at most 80 and a colon: past this a line is no label.
_LONGEST_MARKUP = 8


class Guard:
    """One answer on its way. Feed it pieces; what comes back may be shown at once.

    `own` is the character's name; `stops` are the prompt's stop strings, of which those of the form `\\nName:` are
    enforced here whatever the provider did. `ended` turns true when nothing more will be let through.
    """

    def __init__(self, own: str, stops: Sequence[str], most_characters: int) -> None:
        others = [stop.strip()[:-1] for stop in stops if stop.startswith("\n") and stop.endswith(":")]
        self._own = _label([own]) if own else None
        self._others = _label(others) if others else None
        self._longest = max((len(name) for name in [own, *others]), default=0) + _LONGEST_MARKUP
        self._names = tuple(name.casefold() for name in [own, *others] if name)
        self._room = most_characters
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
        self._held += piece
        return self._drain(last=False)

    def finish(self) -> str:
        """The rest, when the model has ended. Trailing white space is dropped."""
        return "" if self.ended else self._drain(last=True)

    def _drain(self, *, last: bool) -> str:
        shown: list[str] = []
        while self._held and not self.ended:
            if self._thinking or (not self._begun and self._maybe_thinking()):
                if not self._skip_thought(last=last):
                    break
            elif self._at_line_start:
                if not last and self._undecided():
                    break
                self._begin_line()
            else:
                line, newline, self._held = self._held.partition("\n")
                self._at_line_start = bool(newline)
                shown.append(self._let_through(line + newline))
        return "".join(shown)

    def _maybe_thinking(self) -> bool:
        start = self._held.lstrip()
        return start.startswith(_THINK_OPEN) or (bool(start) and _THINK_OPEN.startswith(start))

    def _skip_thought(self, *, last: bool) -> bool:
        """Drop a thought spoken aloud; False while its end has not come."""
        start = self._held.lstrip()
        if not self._thinking and not start.startswith(_THINK_OPEN):
            if last:
                self._begun = True
            return last
        self._thinking = True
        before, mark, after = self._held.partition(_THINK_CLOSE)
        if not mark:
            self._held = "" if last else before[-len(_THINK_CLOSE) :]
            return False
        self._thinking, self._held = False, after
        return True

    def _undecided(self) -> bool:
        """Whether what is held of this line could still turn out to be somebody's label."""
        if "\n" in self._held.lstrip() or len(self._held) > self._longest + _LONGEST_MARKUP:
            return False
        bare = re.sub(f"^{_MARKUP_BEFORE}", "", self._held).casefold()
        name = bare.rstrip(" *_")
        return not bare or (any(other.startswith(name) or name == other for other in self._names) and ":" not in bare)

    def _begin_line(self) -> None:
        """Decide upon the label at the start of a line, if there is one."""
        self._at_line_start = False
        if self._others and self._others.match(self._held):
            if self._begun:
                self.ended = True
                self._held = ""
            else:
                self._skipping = True
        elif self._own and (label := self._own.match(self._held)):
            leading = self._held[: len(self._held) - len(self._held.lstrip())] if self._begun else ""
            self._held = leading + self._held[label.end() :]
            self._skipping = False

    def _let_through(self, text: str) -> str:
        if self._skipping:
            return ""
        body = text.rstrip()
        if not body:
            self._gap += text if self._begun else ""
            return ""
        shown = (self._gap if self._begun else "") + (body if self._begun else body.lstrip())
        self._begun, self._gap = True, text[len(body) :]
        if len(shown) >= self._room:
            shown = shown[: self._room]
            self.ended = self.overflowed = True
        self._room -= len(shown)
        return shown


def _label(names: Sequence[str]) -> re.Pattern[str]:
    choice = "|".join(sorted((re.escape(name) for name in names), key=len, reverse=True))
    return re.compile(f"{_MARKUP_BEFORE}(?:{choice}){_MARKUP_AFTER}", re.IGNORECASE)
