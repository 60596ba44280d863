"""What a character may be called. Pure.

A name is shown in Discord as the sender of messages, so the rules are the webhook's own (1 to 80 characters, without
"clyde" or "discord", https://discord.com/developers/docs/resources/webhook#create-webhook, and without what usernames
may not hold, https://discord.com/developers/docs/resources/user#usernames-and-nicknames) and some of ours: it must be
readable, must not hide anything, must not pass for somebody else, and must be something people can type.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.lookalikes import PLAIN
from bot.texts import N_

FIELD = "name"

_SYNTAX = frozenset('@#:<>`*~|\\[]"')
"""What Discord reads as a mention, a channel, an emoji, a link or formatting."""

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0\U0001d159")
"""Letters and marks by their category, nothing on the screen (Hangul fillers, Braille blank, variation selectors …)."""

_JOINERS = frozenset("\u200c\u200d")
_EMOJI_STYLE = frozenset("\ufe0e\ufe0f")
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_ADDRESS = re.compile(
    r"""\w+://                                  # any scheme
      | \bwww\.\w
      | \bdiscord(?:app)?\.\w
      | [\w-]+\.(?:com|net|org|info|biz|io|gg|me|xyz|dev|app|co|ai|tv|link|top|site|online|shop|club|gift|click|ly
          |ru|cn)
        (?:/|\b(?!\.?\w))                       # the end of a host name, or its path
    """,
    re.VERBOSE | re.IGNORECASE,
)

_LOOKALIKE_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
"""Alphabets with letters that cannot be told apart (Unicode TS 39): no honest word mixes two of them."""

_NOT_IN_NAMES = ("clyde", "discord")
_NOT_AS_NAMES = frozenset(
    {"everyone", "here", "system", "moderator", "moderators", "mod", "admin", "administrator", "staff", "support"}
    | {"you", "user", "char", "character", "assistant", "webhook", "botcafe"}
)

_ALIKE_IN_PRINT = str.maketrans({"i": "l", "1": "l", "0": "o", "m": "rn", "w": "vv"})


def clean_name(typed: str) -> str:
    """The name as it is kept: NFKC, single spaces. Raises `InvalidInput` that says which rule it breaks."""
    _refuse_hidden(typed)
    name = " ".join(unicodedata.normalize("NFKC", typed).split())
    if not name:
        raise _invalid(
            "name_empty",
            N_("{label} is empty. It needs {minimum} to {maximum} characters."),
        )
    if len(name) > limits.CHARACTER_NAME_MAX:
        raise _invalid(
            "name_too_long",
            N_("{label} may have at most {maximum} characters; yours has {length}."),
            length=len(name),
        )
    _refuse_address(name)
    _refuse_syntax(name)
    _refuse_unreadable(name)
    if len(name) < limits.CHARACTER_NAME_MIN:
        raise _invalid("name_too_short", N_("{label} needs at least {minimum} characters."))
    _refuse_mixed(name)
    _refuse_reserved(name)
    return name


def fold(name: str) -> str:
    """The name with everything removed that people do not notice: case, accents, width, spaces and punctuation."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return "".join(char for char in plain if char.isalnum()).lower()


def skeleton(name: str) -> str:
    """What a name looks like: two names with the same skeleton are taken for each other (Unicode TS 39, section 4).

    Beyond `fold`, letters of other alphabets count as the ones they look like, and so do `I`, `l` and `1`, `O` and `0`,
    `rn` and `m`, `vv` and `w`. Not for showing. Stable: the skeleton of a skeleton is itself.
    """
    bare = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name))
    folded = fold("".join(_looks(char) for char in bare))
    # Again, for letters whose small form looks like another one than their capital does.
    return "".join(_looks(char) for char in folded).lower().translate(_ALIKE_IN_PRINT)


def slug_of(name: str) -> str:
    """The name for addresses and for telling one's own characters apart: folded words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold()).lower()
    spaced = "".join(char if char.isalnum() else "" if unicodedata.combining(char) else " " for char in plain)
    return "-".join(spaced.split())


def refuse_taken(name: str, taken: Iterable[str]) -> None:
    """Raise `InvalidInput` where the name passes for one of `taken` (this bot, the server's owner, …)."""
    looks = skeleton(name)
    for other in taken:
        if looks and looks == skeleton(other):
            raise _invalid(
                "name_taken",
                N_("{label} would look like “{other}”, who is really here. Choose a name that cannot be mistaken."),
                other=other,
            )


def _invalid(code: str, message: str, /, **values: object) -> InvalidInput:
    bounds = {"minimum": int(limits.CHARACTER_NAME_MIN), "maximum": int(limits.CHARACTER_NAME_MAX)}
    return InvalidInput(code, message, field=FIELD, **{"label": N_("The name"), **bounds, **values})


def _refuse_hidden(typed: str) -> None:
    """Refuse what changes the reading direction, what is not to be seen, and what is no character at all."""
    for position, char in enumerate(typed):
        if char in _DIRECTION:
            raise _invalid(
                "name_direction",
                N_(
                    "{label} contains a hidden character ({code}) that turns the reading direction around. "
                    "Type it again without copying."
                ),
                code=_code(char),
            )
        category = unicodedata.category(char)
        hidden = char in _INVISIBLE or (category == "Cf" and char not in _JOINERS)
        stray = char in _JOINERS and not _joins(typed, position)
        if hidden or stray or category in {"Cs", "Co", "Cn"} or (category == "Cc" and not char.isspace()):
            raise _invalid(
                "name_hidden",
                N_("{label} contains a character nobody can see ({code}). Type it again without copying."),
                code=_code(char),
            )
        if category in {"Zl", "Zp"} or char in "\n\r\v\f\x85":
            raise _invalid("name_lines", N_("{label} must be one line of {minimum} to {maximum} characters."))


def _joins(text: str, position: int) -> bool:
    """Whether a joiner stands where writing needs it: inside an emoji, or between letters of a script that joins."""
    if not 0 < position < len(text) - 1:
        return False
    return all(
        char in _EMOJI_STYLE or unicodedata.category(char) in {"So", "Sk"} or _is_joining_script(char)
        for char in (text[position - 1], text[position + 1])
    )


def _is_joining_script(char: str) -> bool:
    # Arabic and its neighbours, the Indic scripts, Mongolian: joiners change letters there (Unicode ch. 9, 12, 13).
    return any(low <= ord(char) <= high for low, high in ((0x0600, 0x08FF), (0x0900, 0x0DFF), (0x1820, 0x18AA)))


def _refuse_address(name: str) -> None:
    if _ADDRESS.search(name):
        raise _invalid(
            "name_address",
            N_("{label} looks like a web address. Write a name of {minimum} to {maximum} characters instead."),
        )


def _refuse_syntax(name: str) -> None:
    found = next((char for char in name if char in _SYNTAX), None)
    if found is not None:
        raise _invalid(
            "name_syntax",
            N_("{label} must not contain “{sign}”: Discord would read it as a mention or as formatting."),
            sign=found,
        )


def _refuse_unreadable(name: str) -> None:
    if not any(unicodedata.category(char)[0] in "LN" for char in name):
        raise _invalid(
            "name_without_letters",
            N_("{label} needs at least one letter or digit among its {minimum} to {maximum} characters."),
        )
    marks = 0
    for char in unicodedata.normalize("NFD", name):
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} and char not in _EMOJI_STYLE else 0
        if marks > limits.NAME_MARKS_MAX:
            raise _invalid(
                "name_marks",
                N_("{label} has more than {marks} accents on one letter, which runs into other people's lines."),
                marks=int(limits.NAME_MARKS_MAX),
            )


def _refuse_mixed(name: str) -> None:
    """Refuse a word of two alphabets that look alike: it is how one name is made to pass for another."""
    for word in name.split():
        found = {alphabet: char for char in word if char.isalpha() for alphabet in _LOOKALIKE_ALPHABETS
                 if unicodedata.name(char, "").startswith(alphabet)}  # fmt: skip
        if len(found) > 1:
            first, second = (f"{char} ({alphabet.title()})" for alphabet, char in list(found.items())[:2])
            raise _invalid(
                "name_mixed",
                N_("{label} mixes letters of two alphabets that look alike, {first} and {second}. Keep to one."),
                first=first,
                second=second,
            )


def _refuse_reserved(name: str) -> None:
    looks = skeleton(name)
    for word in _NOT_IN_NAMES:
        if skeleton(word) in looks:
            raise _invalid(
                "name_reserved", N_("{label} must not contain “{word}”: Discord keeps that word for itself."), word=word
            )
    if looks in _LOOKS_OF_ROLES:
        raise _invalid(
            "name_reserved", N_("{label} must not be “{word}”: people would take it for somebody else."), word=name
        )


def _looks(char: str) -> str:
    """The plain letters a character is taken for; itself where it is not taken for any."""
    plain = PLAIN.get(char)
    if plain is None and not char.isascii():
        capital = char.upper()
        plain = PLAIN.get(capital)
    return plain or char


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"


_LOOKS_OF_ROLES = frozenset(skeleton(word) for word in _NOT_AS_NAMES)
