"""How much work a regex may ask of every letter of a text, told from how it is written. Pure.

RE2 never tries a text twice, but at each letter it may follow as many ways at once as a pattern has places where
letters repeat or may be missing, and braces multiply them: `.{0,80}` has 80. So patterns are held to a number.
Repeats within a repeat count three times: there are many ways to share a text among them. A class of Unicode (`\\pL`)
is a program of a thousand steps, and weighs as much as ten letters.
"""

from __future__ import annotations

import re

_BRACES = re.compile(r"\{(\d+)(,(\d*))?\}")
_WEIGHT = 10
_WIDE = re.compile(r"\\[pP]")
_HEAD = re.compile(r"\(\?(?:P?<\w*>|[A-Za-z-]*[:)])")
_ESCAPE = re.compile(r"\\(?:x\{[^}]*\}?|[pP]\{[^}]*\}?|[pP].|Q(?P<plain>.*?)(?:\\E|$)|.)", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]?", re.DOTALL)


def places(pattern: str) -> int:
    """How many letters of a pattern repeat or may be missing, each counted as often as the braces around it say."""
    every, open_, last, at = [0], [0], (0, 0), 0
    is_nested = False
    while at < len(pattern):
        end = at + 1
        if times := _times(pattern, at):
            count, end = times
            every[-1] += last[0] * (count - 1)
            repeated = last[0] * count * (3 if is_nested else 1)
            open_[-1] += repeated - last[1]
            last = (last[0] * count, repeated)
        elif pattern[at] == "(":
            head = _HEAD.match(pattern, at)
            end = head.end() if head else end
            if not (head and head[0].endswith(")")):
                every.append(0)
                open_.append(0)
        elif pattern[at] == ")":
            last = (every.pop(), open_.pop()) if len(every) > 1 else (0, 0)
            every[-1] += last[0]
            open_[-1] += last[1]
            is_nested = last[1] > 0
        elif pattern[at] not in "|^$":
            letters, end = _atom(pattern, at)
            last = (letters, letters - 1 if _is_wide(pattern, at, end) else 0)
            every[-1] += last[0]
            open_[-1] += last[1]
            is_nested = False
        at = end
    return sum(open_)


def _times(pattern: str, at: int) -> tuple[int, int] | None:
    """How often at most what stands before repeats, as far as places go, and where that is said to its end."""
    if pattern[at] in "*+?":
        return 1, at + 1
    found = _BRACES.match(pattern, at)
    return (max(int(found[3] or found[1]), 1), found.end()) if found else None


def _is_wide(pattern: str, at: int, end: int) -> bool:
    """Whether what stands here is, or holds, a class of Unicode."""
    return pattern[at] in "\\[" and _WIDE.search(pattern, at, end) is not None


def _atom(pattern: str, at: int) -> tuple[int, int]:
    """The places of what stands here, and where it ends."""
    if pattern[at] == "\\" and (escape := _ESCAPE.match(pattern, at)):
        plain, end = escape["plain"], escape.end()
        return (_WEIGHT if _is_wide(pattern, at, end) else 1) if plain is None else len(plain), end
    if pattern[at] == "[" and (some := _CLASS.match(pattern, at)):
        return _WEIGHT if _is_wide(pattern, at, some.end()) else 1, some.end()
    return 1, at + 1
