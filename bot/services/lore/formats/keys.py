"""Keys of files: plain, or `/pattern/flags`; both ways."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot import limits
from bot.errors import InvalidInput
from bot.services.lore.engine.book import Key
from bot.services.lore.engine.keys import checked
from bot.services.lore.formats.reading import Fate, Fields

_REGEX = re.compile(r"^/((?:[^/\\]|\\.)+)/([gimsuy]*)$", re.DOTALL)
_INLINE = re.compile(r"^\(\?([ms]+)\)")


def read_keys(
    fields: Fields,
    name: str,
    written: Iterable[str],
    *,
    case_sensitive: bool,
    whole_words: bool,
    bare_regex: bool = False,
) -> tuple[Key, ...]:
    """The keys that can be used; the others are noted as refused. `bare_regex`: they are patterns without slashes."""
    keys: list[Key] = []
    for one in written:
        if not one.strip():
            fields.note(Fate.REFUSED, name, repr(one))
            continue
        try:
            keys.append(checked(read_key(one, case_sensitive, whole_words, bare_regex=bare_regex)))
        except InvalidInput as error:
            fields.note(Fate.REFUSED, name, f"{one}: {error}")
    found = tuple(dict.fromkeys(keys))
    for key in found[int(limits.LORE_KEYS_MAX) :]:
        fields.note(Fate.REFUSED, name, key.text)
    return found[: int(limits.LORE_KEYS_MAX)]


def read_key(written: str, case_sensitive: bool, whole_words: bool, *, bare_regex: bool = False) -> Key:
    """One key. A regex minds case unless its flags say otherwise, whatever the entry says."""
    found = _REGEX.match(written.strip())
    if found is None:
        if bare_regex:
            return Key(written, is_regex=True, case_sensitive=case_sensitive, whole_words=False)
        return Key(written.strip(), case_sensitive=case_sensitive, whole_words=whole_words)
    inline = "".join(flag for flag in "ms" if flag in found[2])
    text = (f"(?{inline})" if inline else "") + found[1].replace(r"\/", "/")
    return Key(text, is_regex=True, case_sensitive="i" not in found[2], whole_words=False)


def written_key(key: Key) -> str:
    """A key as files have it."""
    if not key.is_regex:
        return key.text
    inline = _INLINE.match(key.text)
    text = _INLINE.sub("", key.text).replace("/", r"\/")
    return f"/{text}/{inline[1] if inline else ''}{'' if key.case_sensitive else 'i'}"
