"""Macros in what creators write: the one place where they are expanded.

Known now: `{{char}}` and `{{user}}`, in any case and with inner spaces. Anything else in double braces is left as it
stands.
"""

from __future__ import annotations

import re

_MACRO = re.compile(r"\{\{\s*([A-Za-z_]+)\s*\}\}")


def expand(text: str, *, char: str, user: str) -> str:
    """Put names in place of macros. One pass: what a name itself contains is never expanded again."""
    values = {"char": char, "user": user}

    def value(match: re.Match[str]) -> str:
        return values.get(match[1].casefold(), match[0])

    return _MACRO.sub(value, text)
