"""Keys as they are saved: what is refused, and why. Regexes run in RE2: its time grows with the text, never beyond."""

from __future__ import annotations

import re2

from bot import limits
from bot.errors import InvalidInput
from bot.services.lore.engine.book import Key
from bot.services.lore.engine.folding import folded
from bot.services.lore.engine.repeats import places
from bot.texts import N_

_OPTIONS = re2.Options()
_OPTIONS.max_mem = limits.LORE_REGEX_BYTES_MAX
_OPTIONS.log_errors = False


def pattern_of(key: Key) -> re2.Pattern:
    """The compiled regex of a key. Raises `re2.error`."""
    if places(key.text) > limits.LORE_REGEX_PLACES_MAX:
        raise re2.error(b"too many repeats")
    flags = "" if key.case_sensitive else "(?i)"
    return re2.compile(f"{flags}(?:{key.text})", options=_OPTIONS)


def checked(key: Key) -> Key:
    """The key, if it can be one. Raises `InvalidInput` that says what is wrong with it."""
    if not folded(key.text):
        raise _refused("key_blank", N_("A key needs at least one letter, digit or sign; blanks alone match nothing."))
    if len(key.text) > limits.LORE_KEY_MAX:
        short, most = key.text[:40] + "…", int(limits.LORE_KEY_MAX)
        raise _refused(
            "key_too_long", N_("The key {key} is too long: {maximum} characters at most."), key=short, maximum=most
        )
    return _checked_pattern(key) if key.is_regex else key


def _checked_pattern(key: Key) -> Key:
    if (asked := places(key.text)) > limits.LORE_REGEX_PLACES_MAX:
        raise _refused(
            "key_too_costly",
            N_("The pattern {key} repeats too much: its braces come to {places} places, {maximum} at most."),
            key=key.text,
            places=asked,
            maximum=int(limits.LORE_REGEX_PLACES_MAX),
        )
    try:
        pattern = pattern_of(key)
    except (re2.error, UnicodeEncodeError) as error:
        raise _refused(
            "key_no_regex",
            N_("The pattern {key} cannot be used: {reason}. Look-around and back references are not available."),
            key=key.text,
            reason=_reason(error),
        ) from error
    if pattern.search("") is not None:
        raise _refused(
            "key_matches_nothing",
            N_("The pattern {key} is found even in an empty text, so it would always fire. Make the entry constant."),
            key=key.text,
        )
    return key


def _refused(code: str, text: str, **values: object) -> InvalidInput:
    return InvalidInput(code, text, field="keys", **values)


def _reason(error: Exception) -> str:
    found = error.args[0] if error.args else ""
    return found.decode(errors="replace") if isinstance(found, bytes) else str(found)
