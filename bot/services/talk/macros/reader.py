"""Reads a text into words and macros, in one pass and without recursion, whatever the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

# In a run of more than two braces the innermost two belong together: `{{{char}}}` is a name between braces.
_BRACES = re.compile(r"\{\{(?!\{)|\}\}")
# The name, and what may stand between it and its arguments.
_HEAD = re.compile(r"\s*(?P<name>//|/?[A-Za-z][\w+-]*|[.$][A-Za-z]\w*|)(?P<mark>\s*::|\s*:|\s+|)")
_IF, _ELSE, _END = "if", "else", "/if"


@dataclass(frozen=True, slots=True)
class Words:
    """Text as it was typed."""

    typed: str
    at: int

    @property
    def source(self) -> str:
        """How it was typed."""
        return self.typed


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """`{{name…}}`. `mark` is `::`, `:`, a blank or nothing; `rest` is all that follows it, `inside` the name too.

    `name` is empty where it could not be read; it is in small letters but for a variable's (`.mood`, `$mood`).
    """

    name: str
    mark: str
    rest: tuple[Node, ...]
    inside: tuple[Node, ...]
    text: str
    at: int
    end: int

    @property
    def source(self) -> str:
        """How it was typed."""
        return self.text[self.at : self.end]

    def arguments(self, separator: str = "::") -> list[tuple[Node, ...]]:
        """What follows, split at `separator`; between commas `\\,` is a comma that does not split."""
        return split(self.rest, separator)


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """`{{if condition}}then{{else}}otherwise{{/if}}`."""

    call: Call
    then: tuple[Node, ...]
    otherwise: tuple[Node, ...]
    end: int

    @property
    def source(self) -> str:
        """How it was typed."""
        return self.call.text[self.call.at : self.end]


Node = Words | Call | Choice


@dataclass(slots=True)
class _Open:
    """An unfinished macro, or the text as a whole."""

    at: int
    nodes: list[Node] = field(default_factory=list["Node"])


def read(text: str) -> tuple[Node, ...]:
    """The parts of a text, in order. Braces that never close are words."""
    stack = [_Open(0)]
    done = 0
    for found in _BRACES.finditer(text):
        _add(stack[-1].nodes, text, done, found.start())
        done = found.end()
        if found[0] == "{{":
            stack.append(_Open(found.start()))
        elif len(stack) > 1:
            inner = stack.pop()
            stack[-1].nodes.append(_call(inner, text, done))
        else:
            _add(stack[-1].nodes, text, found.start(), done)
    _add(stack[-1].nodes, text, done, len(text))
    flat: list[Node] = list(stack[0].nodes)
    for unclosed in stack[1:]:
        flat += [Words("{{", unclosed.at), *unclosed.nodes]
    return _with_choices(flat)


def _add(nodes: list[Node], text: str, start: int, end: int) -> None:
    if end > start:
        nodes.append(Words(text[start:end], start))


def _call(inner: _Open, text: str, end: int) -> Call:
    """A macro out of what stands between its braces. A name is only ever typed: no value can become one."""
    inside = _with_choices(inner.nodes)
    first = inside[0] if inside else None
    head = _HEAD.match(first.typed) if isinstance(first, Words) else None
    if not isinstance(first, Words) or head is None or not head["name"]:
        return Call("", "", (), inside, text, inner.at, end)
    name, mark = head["name"], head["mark"].strip() or head["mark"][:1]
    rest = first.typed[head.end() :]
    is_variable = name[0] in ".$"
    if (rest or inside[1:]) and not mark and name != "//" and not is_variable:
        return Call("", "", (), inside, text, inner.at, end)
    words: tuple[Node, ...] = (Words(rest, first.at + head.end()),) if rest else ()
    return Call(name if is_variable else name.casefold(), mark, (*words, *inside[1:]), inside, text, inner.at, end)


def _with_choices(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Conditions joined with what they decide about. An `if` without an end is a macro like any other."""
    levels: list[tuple[Call | None, list[Node]]] = [(None, [])]
    for node in nodes:
        if isinstance(node, Call) and node.name == _IF and not _decides_inline(node):
            levels.append((node, []))
        elif isinstance(node, Call) and node.name == _END and levels[-1][0] is not None:
            opened, inside = levels.pop()
            if opened is not None:
                levels[-1][1].append(_choice(opened, inside, node.end))
        else:
            levels[-1][1].append(node)
    flat = levels[0][1]
    for opened, inside in levels[1:]:
        flat += [*((opened,) if opened else ()), *inside]
    return tuple(flat)


def _decides_inline(call: Call) -> bool:
    """`{{if::condition::text}}` needs no end."""
    return call.mark == "::" and len(call.arguments()) > 1


def _choice(opened: Call, inside: list[Node], end: int) -> Choice:
    at = next((i for i, node in enumerate(inside) if isinstance(node, Call) and node.name == _ELSE), len(inside))
    return Choice(opened, tuple(inside[:at]), tuple(inside[at + 1 :]), end)


def split(nodes: Sequence[Node], separator: str) -> list[tuple[Node, ...]]:
    """Parts between separators. Only typed words separate: a value never splits."""
    pattern = re.compile(r"(?<!\\)," if separator == "," else re.escape(separator))
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if not isinstance(node, Words):
            parts[-1].append(node)
            continue
        done = 0
        for found in pattern.finditer(node.typed):
            _keep(parts[-1], node, done, found.start(), separator)
            parts.append([])
            done = found.end()
        _keep(parts[-1], node, done, len(node.typed), separator)
    return [tuple(part) for part in parts]


def _keep(nodes: list[Node], words: Words, start: int, end: int, separator: str) -> None:
    typed = words.typed[start:end]
    if typed:
        nodes.append(Words(typed.replace("\\,", ",") if separator == "," else typed, words.at + start))
