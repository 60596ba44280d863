"""Whose name is called in a text? Pure: names in, places in the text out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

_NOT_SPEECH = re.compile(
    r"""```.*?(?:```|\Z)          # code blocks
      | `[^`\n]*`                 # code
      | ^>\ [^\n]*                # quotes of what others said
      | \w+://\S+                 # links
      | <(?:a?:\w+|@[!&]?|\#|/[^:>]*:|t):?[\w:]*>   # emojis, mentions, channels, commands, times
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)

_TITLES = frozenset(
    """the a an der die das el la los las le les il lo o os as of de von van mr mrs ms dr sir lady lord king queen
    prince princess captain professor doctor old little big saint miss mister uncle aunt father mother brother
    sister count countess""".split()  # noqa: SIM905 - fifty lines of one word each read worse
)
"""First words of names that do not stand for anybody."""

_SHORT_NAME_MIN = 3


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody and what they are called."""

    character_id: UUID
    names: tuple[str, ...]


class Calls:
    """How the characters of one room are called: by name, by nickname, and by the first telling word of either where
    nobody else shares it.
    """

    __slots__ = ("_needles", "_patterns")

    def __init__(self, present: Sequence[Named]) -> None:
        self._patterns = tuple(_calls(present))
        # Looked for first: most messages hold none of them, and no pattern need be tried.
        self._needles = tuple({pattern.needle for pattern in self._patterns})

    def named(self, content: str) -> tuple[UUID, ...]:
        """Who is called in a text, in the order of their names there. Code, quotes and links call nobody."""
        if not content:
            return ()
        plain = _plain(content)
        if not any(needle in plain for needle in self._needles):
            return ()
        text = _plain(_NOT_SPEECH.sub(" ", content))
        found: dict[UUID, int] = {}
        for call in self._patterns:
            position = call.first_in(text)
            if position is not None:
                found[call.character_id] = min(position, found.get(call.character_id, position))
        return tuple(sorted(found, key=lambda character_id: found[character_id]))


class _Call:
    __slots__ = ("_pattern", "character_id", "needle")

    def __init__(self, character_id: UUID, name: str) -> None:
        self.character_id = character_id
        self.needle = name.split()[0]
        self._pattern = re.compile(r"\s+".join(re.escape(word) for word in name.split()))

    def first_in(self, text: str) -> int | None:
        for match in self._pattern.finditer(text):
            if _ends_word(text, match.start() - 1, match.start()) and _ends_word(text, match.end(), match.end() - 1):
                return match.start()
        return None


def _plain(text: str) -> str:
    """The text as names are compared: one case, one form of each letter."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def _calls(present: Sequence[Named]) -> Iterable[_Call]:
    words = [{word for name in one.names for word in _words(name)} for one in present]
    for index, one in enumerate(present):
        elsewhere = [others for other, others in enumerate(words) if other != index]
        for form in _forms(one.names, elsewhere):
            yield _Call(one.character_id, form)


def _forms(names: Iterable[str], elsewhere: Sequence[set[str]]) -> Iterable[str]:
    for name in names:
        full = " ".join(_words(name))
        if not full:
            continue
        yield full
        if (bare := _without_marks(full)) != full:
            # Many keyboards cannot type Zoë. The other way round, an accent that the name lacks makes another word.
            yield bare
        short = next((word for word in _words(name) if word not in _TITLES), "")
        shared = any(short in others for others in elsewhere)
        if short != full and len(short) >= _SHORT_NAME_MIN and not shared:
            yield short


def _words(name: str) -> list[str]:
    return unicodedata.normalize("NFKC", name).casefold().split()


def _without_marks(text: str) -> str:
    """The text without accents, for scripts where a letter without its accent is still the same name."""
    bare = "".join(char for char in unicodedata.normalize("NFD", text) if not _is_accent(char))
    return unicodedata.normalize("NFC", bare)


def _is_accent(char: str) -> bool:
    # Combining Diacritical Marks only: vowel signs of other scripts are no ornament.
    return "\u0300" <= char <= "\u036f"


def _ends_word(text: str, outside: int, inside: int) -> bool:
    """Whether a word ends between the name's edge at `inside` and its neighbour at `outside`."""
    if not 0 <= outside < len(text):
        return True
    edge, neighbour = text[inside], text[outside]
    if unicodedata.category(neighbour)[0] not in "LMN" and neighbour != "_":
        return True
    script = _unspaced_script(edge)
    if script == "hangul":
        return outside > inside or _unspaced_script(neighbour) != "hangul"  # particles are written after the name
    if script == "katakana":
        return _unspaced_script(neighbour) != "katakana"
    return script != ""


_UNSPACED = (
    (0x3041, 0x309F),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0x20000, 0x3FFFF),
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
)


def _unspaced_script(char: str) -> str:
    """The script of a letter where words are not set apart by spaces, or ''."""
    code = ord(char)
    if 0x30A0 <= code <= 0x30FF:
        return "katakana"
    if 0xAC00 <= code <= 0xD7A3:
        return "hangul"
    return "unspaced" if any(low <= code <= high for low, high in _UNSPACED) else ""
