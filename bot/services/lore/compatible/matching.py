"""What is read for an entry and whether its keys stand there (statements 6 to 12)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import re2

from bot import limits
from bot.services.lore.compatible.model import CARD_FIELDS, Logic, OldEntry, OldScene, OldSettings
from bot.services.lore.engine.repeats import places

_MARK = "\x01"
_JOINT = "\n" + _MARK
_DEPTH_MAX = 1000
_WRITTEN_AS_REGEX = re.compile(r"^/((?:[^/\\]|\\.)+)/([gimsuy]*)$", re.DOTALL)
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


class Reading:
    """The texts of one scan; what recursion adds grows with it."""

    def __init__(self, settings: OldSettings, scene: OldScene) -> None:
        self._settings = settings
        self._scene = scene
        self._messages = [f"{name}: {text}" if settings.include_names else text for name, text in scene.messages]
        self._woken: list[str] = []
        self._known: dict[tuple[int, frozenset[str], bool], Text] = {}
        self.skew = 0

    @property
    def has_woken(self) -> bool:
        """Whether recursion has anything to read."""
        return bool(self._woken)

    @property
    def depth(self) -> int:
        """How far back entries without a depth of their own look."""
        return self._settings.scan_depth + self.skew

    def wake(self, contents: list[str]) -> None:
        """Read these too from now on."""
        self._woken += contents
        self._known.clear()

    def text_for(self, entry: OldEntry, *, with_woken: bool) -> Text:
        """Everything that is read for an entry; nothing at all where its depth is 0 (statement 6)."""
        depth = min(self.depth if entry.scan_depth is None else entry.scan_depth, _DEPTH_MAX)
        asked = (depth, entry.reads, with_woken)
        if asked not in self._known:
            self._known[asked] = Text(self._text(*asked))
        return self._known[asked]

    def _text(self, depth: int, reads: frozenset[str], with_woken: bool) -> str:
        if depth <= 0:
            return ""
        texts = self._messages[:depth]
        texts += [text for field in CARD_FIELDS if field in reads and (text := self._scene.card.get(field))]
        texts += self._scene.injects
        if with_woken:
            texts += self._woken
        return _MARK + _JOINT.join(texts)


class Text:
    """One text that is read for many entries."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.low = text.lower()


class Keys:
    """The keys of one entry in one text."""

    def __init__(self, entry: OldEntry, settings: OldSettings, text: Text, expand: Callable[[str], str]) -> None:
        self._entry = entry
        self._text = text.text
        self._expand = expand
        own_case, own_words = entry.case_sensitive, entry.match_whole_words
        self._minds_case = settings.case_sensitive if own_case is None else own_case
        self._whole_words = settings.match_whole_words if own_words is None else own_words
        self._low = text.text if self._minds_case else text.low

    def hold(self) -> bool:
        """Whether a primary key stands there and the secondary ones agree (statement 12)."""
        if not any(self.stands(key) for key in self._entry.key):
            return False
        if not self._entry.selective or not self._entry.keysecondary:
            return True
        found = [self.stands(key) for key in self._entry.keysecondary]
        match self._entry.selective_logic:
            case Logic.AND_ANY:
                return any(found)
            case Logic.NOT_ALL:
                return not all(found)
            case Logic.NOT_ANY:
                return not any(found)
            case Logic.AND_ALL:
                return all(found)

    def score(self) -> int:
        """How strongly an entry was called, for contests (statement 24)."""
        first = sum(self.stands(key) for key in self._entry.key)
        second = sum(self.stands(key) for key in self._entry.keysecondary)
        if not self._entry.keysecondary or first == 0:
            return first
        match self._entry.selective_logic:
            case Logic.AND_ANY:
                return first + second
            case Logic.AND_ALL:
                return first + second if second == len(self._entry.keysecondary) else first
            case Logic.NOT_ALL | Logic.NOT_ANY:
                return first

    def stands(self, key: str) -> bool:
        """Whether one key is found (statements 8 to 11)."""
        if not key:
            return False
        wanted = (self._expand(key) if "{{" in key or "<" in key else key).strip()
        if not wanted:
            return True  # a blank key always matches (statement 8)
        if wanted.startswith("/") and (pattern := regex_of(wanted)):
            return pattern.search(self._text) is not None
        low = wanted if self._minds_case else wanted.lower()
        if low not in self._low:
            return False
        return not self._whole_words or len(low.split()) > 1 or _stands_apart(low, self._low)


@lru_cache(maxsize=4096)
def regex_of(key: str) -> re2.Pattern | None:
    """The regex that a key is, None where it is plain text (statement 9). In RE2, which never freezes."""
    written = _WRITTEN_AS_REGEX.match(key)
    if written is None or places(written[1]) > limits.LORE_REGEX_PLACES_MAX:
        return None
    flags = "".join(flag for flag in "ims" if flag in written[2])
    options = re2.Options()
    options.max_mem = int(limits.LORE_REGEX_BYTES_MAX)
    options.log_errors = False
    try:
        return re2.compile((f"(?{flags})" if flags else "") + written[1].replace(r"\/", "/"), options)
    except re2.error:
        return None


def _stands_apart(wanted: str, text: str) -> bool:
    """One word with no ASCII word character on either side (statement 10)."""
    at = text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if (at == 0 or text[at - 1] not in _WORD) and (end == len(text) or text[end] not in _WORD):
            return True
        at = text.find(wanted, at + 1)
    return False
