"""Where one visible character ends and the next begins, near enough for cutting text.

A subset of Unicode's extended grapheme clusters (UAX #29): combining marks, joined and modified emoji, flags, Hangul
syllables and CR LF stay whole. The standard library has no segmentation of its own.
"""

from __future__ import annotations

import unicodedata

_ZWJ = "\u200d"
_CR, _LF = "\r", "\n"
_HANGUL_LEAD = range(0x1100, 0x1160)
_HANGUL_REST = range(0x1160, 0x1200)
_FLAGS = range(0x1F1E6, 0x1F200)
_SKINS = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_FLAG_LOOKBACK = 64


def may_cut(text: str, index: int) -> bool:
    """True if text may be cut before `text[index]` without tearing a visible character. `0 < index < len(text)`."""
    before, after = text[index - 1], text[index]
    if after.isascii():
        return not (after == _LF and before == _CR) and before != _ZWJ
    code = ord(after)
    if after == _ZWJ or before == _ZWJ or code in _SKINS or code in _TAGS:
        return False
    if unicodedata.category(after)[0] == "M":
        return False
    if code in _HANGUL_REST and (ord(before) in _HANGUL_LEAD or ord(before) in _HANGUL_REST):
        return False
    return not (code in _FLAGS and _flags_before(text, index) % 2)


def cut_at_or_before(text: str, index: int, *, floor: int) -> int:
    """The last place above `floor` and not beyond `index` where the text may be cut, or `index` where there is none."""
    at = min(index, len(text))
    while at > floor:
        if at == len(text) or may_cut(text, at):
            return at
        at -= 1
    return index


def _flags_before(text: str, index: int) -> int:
    count = 0
    while count < min(index, _FLAG_LOOKBACK) and ord(text[index - 1 - count]) in _FLAGS:
        count += 1
    return count
