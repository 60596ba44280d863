"""Keys as people type them into a form: one a line or parted by commas, `/patterns/i`, options in brackets. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot import limits
from bot.errors import InvalidInput
from bot.services.lore.engine.book import Key
from bot.services.lore.engine.keys import checked
from bot.services.lore.formats.keys import read_key, written_key
from bot.texts import N_

CASE = "case"
"""The option of a key that minds small and capital letters."""
PART = "part"
"""The option of a key that is found inside of words too."""

_PATTERN = re.compile(r"/(?:[^/\\\n]|\\.)+/[gimsuy]*(?=\s*(?:,|$))")
_QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)+)"(?:\s*\[[^\[\]\n]*\])?(?=\s*(?:,|$))')
_OPTIONS = re.compile(r"\s*\[\s*((?:case|part)(?:\s*,\s*(?:case|part))*)\s*\]$", re.IGNORECASE)
_UNQUOTED = re.compile(r"\\(.)")
_TO_QUOTE = re.compile(r'["\\]')
_TO_COMMA = re.compile(r"(?:[^,\[]|\[[^\[\]\n]*\]|\[)*")


def read_keys(typed: str, field: str) -> tuple[Key, ...]:
    """The keys in what was typed, each once, in order. Raises `InvalidInput` naming the field and the key at fault."""
    keys: dict[Key, None] = {}
    written = [_key(piece) for piece in _pieces(typed)]
    # Before any is compiled, which takes some milliseconds where it is meant to hurt.
    patterns = sum(key.is_regex for key in written)
    if patterns > limits.LORE_PATTERNS_MAX:
        raise InvalidInput(
            "too_many_patterns",
            N_("An entry can have at most {maximum} regular expressions; you wrote {count}. Join some with |."),
            field=field,
            maximum=int(limits.LORE_PATTERNS_MAX),
            count=patterns,
        )
    for key in written:
        try:
            keys[checked(key)] = None
        except InvalidInput as error:
            raise InvalidInput(error.code, error.message, field=field, **error.values) from error
    if len(keys) > limits.LORE_KEYS_MAX:
        raise InvalidInput(
            "too_many_keys",
            N_("An entry can have at most {maximum} keys; you wrote {count}. Keep those people really write."),
            field=field,
            maximum=int(limits.LORE_KEYS_MAX),
            count=len(keys),
        )
    return tuple(keys)


def written_keys(keys: tuple[Key, ...]) -> str:
    """Keys as `read_keys` reads them, one a line."""
    return "\n".join(_written(key) for key in keys)


def short_key(key: Key) -> str:
    """A key as lists show it."""
    return written_key(key)


def _pieces(typed: str) -> Iterator[str]:
    for line in typed.splitlines():
        start = 0
        while start < len(line):
            while start < len(line) and line[start] in ", \t":
                start += 1
            found = _PATTERN.match(line, start) or _QUOTED.match(line, start) or _TO_COMMA.match(line, start)
            assert found is not None  # the second matches anything, even nothing
            if piece := found[0].strip():
                yield piece
            start = found.end() + 1


def _key(piece: str) -> Key:
    options = _OPTIONS.search(piece)
    chosen = {option.strip().lower() for option in options[1].split(",")} if options else set[str]()
    bare = piece[: options.start()].strip() if options else piece
    minds_case, is_whole = CASE in chosen, PART not in chosen
    if _QUOTED.fullmatch(bare):
        return Key(_UNQUOTED.sub(r"\1", bare[1:-1]), case_sensitive=minds_case, whole_words=is_whole)
    if options is not None:
        return Key(bare, case_sensitive=minds_case, whole_words=is_whole)
    return read_key(bare, case_sensitive=False, whole_words=True)


def _written(key: Key) -> str:
    if key.is_regex:
        return written_key(key).replace("\n", r"\n")
    options = [name for name, is_on in ((CASE, key.case_sensitive), (PART, not key.whole_words)) if is_on]
    text = " ".join(key.text.splitlines())
    if text[:1] in '"/' or "," in text or _OPTIONS.search(text):
        # Files have such keys; bare they would be read as something else.
        text = '"' + _TO_QUOTE.sub(r"\\\g<0>", text) + '"'
    return f"{text} [{', '.join(options)}]" if options else text
