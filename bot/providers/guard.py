"""What a model writes, made fit to be a character's words, while it streams.

Models put their own name before an answer, go on writing other people's lines, or think aloud. The guard takes off the
first, ends the answer at the second and drops the third; it also ends an answer that grows without bound. How the
pieces fall makes no difference to what is let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_THINK_OPEN, _THINK_CLOSE = "<think>", "</think>"
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
# A label: some markup, a name, a colon. `**Mira:** `, `> Mira: `, `"Mira: `.
_BEFORE, _BEFORE_MOST = " \t>*_\"“«'-", 8
_COLON = re.compile(r"[*_]{0,3}[ \t]?[:：][*_\"”]{0,3}[ \t]*")
_COLON_BEGINNING = re.compile(r"[*_]{0,3}(?:[ \t]?(?:[:：](?:[*_\"”]{0,3}[ \t]*)?)?)?")


class Guard:
    """One answer on its way. Feed it pieces; what comes back may be shown at once.

    `own` is the character's name; `stops` are the prompt's stop strings, of which those of the form `\\nName:` are
    enforced here whatever the provider did. `ended` turns true when nothing more will be let through, `overflowed` when
    that is for its length.
    """

    def __init__(self, own: str, stops: Sequence[str], most_characters: int) -> None:
        others = [stop.strip()[:-1] for stop in stops if stop.startswith("\n") and stop.endswith(":")]
        self._own, self._others, self._any = _Labels((own,)), _Labels(others), _Labels((own, *others))
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
            elif self._at_line_start and not last and self._any.may_begin_with(self._held):
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
            if self._others.end_in(self._held) is not None:
                self.ended, self._skipping = self._begun, True
                return ""
            if (end := self._own.end_in(self._held)) is not None:
                self._held = self._held[end:]
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


class _Labels:
    """Names with a colon behind them at the start of a line, whatever their case.

    Compared by hand: a pattern of its own for the names of each conversation took 3 ms to compile.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted({_folded(name) for name in names if name}, key=len, reverse=True)
        self._longest = _BEFORE_MOST + max((len(name) for name in self._names), default=0)

    def end_in(self, text: str) -> int | None:
        """Where the label ends that the text begins with, if it begins with one."""
        for start, rest in self._starts(text):
            for name in self._names:
                if rest.startswith(name) and (colon := _COLON.match(text, start + len(name))):
                    return colon.end()
        return None

    def may_begin_with(self, text: str) -> bool:
        """Whether a text is the beginning of a label, or a whole one that only blanks follow."""
        return bool(self._names) and any(
            not rest or self._is_beginning(text, start, rest) for start, rest in self._starts(text)
        )

    def _is_beginning(self, text: str, start: int, rest: str) -> bool:
        is_whole = start + len(rest) == len(text)
        return any(
            (is_whole and name.startswith(rest))
            or (rest.startswith(name) and _COLON_BEGINNING.fullmatch(text, start + len(name)))
            for name in self._names
        )

    def _starts(self, text: str) -> Iterator[tuple[int, str]]:
        """Where a name may begin, the markup before it taken as long as it can be; and what stands there, folded."""
        folded = _folded(text[: self._longest])
        most = len(folded) - len(folded.lstrip(_BEFORE))
        for start in range(min(most, _BEFORE_MOST), -1, -1):
            yield start, folded[start:]


def _folded(text: str) -> str:
    """In small letters, each of which takes as much room as before."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(one.lower()[0] for one in text)
