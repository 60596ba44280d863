"""Evaluates what `reader` read: by the table of macros, within limits, never twice over a value."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.services.talk.macros.reader import Call, Choice, Node, Words, read
from bot.services.talk.macros.variables import Variables
from bot.services.talk.macros.world import MOST_DEPTH, MOST_OUTPUT, MOST_STEPS, World

_ANGLED = re.compile(r"<(user|bot|char|group|charifnotgroup)>", re.IGNORECASE)
_FALSE = frozenset({"", "false", "0", "off", "no"})

Rule = Callable[["Run", Call], str | None]
"""What a macro gives; None leaves it as it was typed."""


class _Trim:
    """Takes the line breaks around it away."""


_TRIM = _Trim()
_Piece = str | _Trim


@dataclass(slots=True)
class Shared:
    """What all texts of one run have in common, and what they leave behind."""

    world: World
    variables: Variables
    hidden: list[str] = field(default_factory=list[str])
    banned: list[str] = field(default_factory=list[str])
    uses_persona: bool = False
    original: str = ""
    outlets: dict[str, bool] = field(default_factory=dict[str, bool])


class Run:
    """The expansion of one text. Raises nothing, whatever the text."""

    def __init__(self, shared: Shared, rules: Mapping[str, Rule], text: str) -> None:
        self.shared = shared
        self.world = shared.world
        self._rules = rules
        self._steps = 0
        self._written = 0
        self._depth = 0
        self._fields: list[str] = []
        self._marks = [zlib.crc32(text.encode("utf-8", "replace"))]

    def expanded(self, text: str) -> str:
        """The text with its macros filled in."""
        return self._joined(self._pieces(read(text)))

    def value(self, nodes: Sequence[Node]) -> str:
        """What parts of a macro come to."""
        return self._joined(self._pieces(nodes))

    def field(self, name: str, text: str) -> str | None:
        """A field of the card, its own macros filled in; None where it is inside of itself."""
        if name in self._fields:
            return None
        self._fields.append(name)
        self._marks.append(zlib.crc32(text.encode("utf-8", "replace")))
        try:
            return self.expanded(text)
        finally:
            self._fields.pop()
            self._marks.pop()

    def mark(self, call: Call) -> str:
        """A macro's place in the text, for what is left to chance."""
        return f"{self._marks[-1]}/{'/'.join(self._fields)}/{call.at}"

    def is_true(self, nodes: Sequence[Node]) -> bool:
        """Whether a condition holds. The bare name of a macro stands for the macro; `!` turns it around."""
        bare = nodes[0].typed.strip() if len(nodes) == 1 and isinstance(nodes[0], Words) else ""
        turned = bare.startswith("!") or (bool(nodes) and isinstance(nodes[0], Words) and nodes[0].typed.strip() == "!")
        name = bare.removeprefix("!").strip()
        if name and (name[0] in ".$" or name.casefold() in self._rules):
            value = self.value(read(f"{{{{{name}}}}}"))
        else:
            value = self.value(nodes).strip().removeprefix("!" if turned else "")
        return (value.strip().casefold() not in _FALSE) is not turned

    # -------------------------------------------------------------------------------------------- evaluation

    def _pieces(self, nodes: Iterable[Node]) -> list[_Piece]:
        pieces: list[_Piece] = []
        for node in nodes:
            if isinstance(node, Words):
                pieces.append(_ANGLED.sub(self._angled, node.typed))
            else:
                pieces += self._within_limits(node)
        return pieces

    def _within_limits(self, node: Call | Choice) -> list[_Piece]:
        self._steps += 1
        if self._steps > MOST_STEPS or self._depth >= MOST_DEPTH:
            return [node.source]
        self._depth += 1
        try:
            return self._choice(node) if isinstance(node, Choice) else self._call(node)
        finally:
            self._depth -= 1

    def _choice(self, choice: Choice) -> list[_Piece]:
        return self._pieces(choice.then if self.is_true(choice.call.rest) else choice.otherwise)

    def _call(self, call: Call) -> list[_Piece]:
        if call.name == "trim" and not call.rest:
            return [_TRIM]
        rule = self._rule(call)
        if rule is None:
            return ["{{", *self._pieces(call.inside), "}}"]
        value = rule(self, call)
        if value is None or self._written + len(value) > MOST_OUTPUT:
            return [call.source]
        self._written += len(value)
        return [value]

    def _rule(self, call: Call) -> Rule | None:
        if call.name[:1] in {".", "$"}:
            return self._rules["."]
        if call.name.startswith("time_utc"):
            return self._rules["time_utc"]
        return self._rules.get(call.name)

    def _angled(self, found: re.Match[str]) -> str:
        rule = self._rules[found[1].casefold().replace("bot", "char")]
        value = rule(self, Call(found[1], "", (), (), found[0], 0, len(found[0])))
        return found[0] if value is None or self._written + len(value) > MOST_OUTPUT else self._counted(value)

    def _counted(self, value: str) -> str:
        self._written += len(value)
        return value

    @staticmethod
    def _joined(pieces: Iterable[_Piece]) -> str:
        kept: list[str] = []
        is_trimming = False
        for piece in pieces:
            if isinstance(piece, _Trim):
                while kept and not kept[-1].rstrip("\r\n"):
                    kept.pop()
                if kept:
                    kept[-1] = kept[-1].rstrip("\r\n")
                is_trimming = True
                continue
            text = piece.lstrip("\r\n") if is_trimming else piece
            is_trimming = is_trimming and not text
            kept.append(text)
        return "".join(kept)
