"""Words cut into the pieces that all-MiniLM-L6-v2 knows, as its own tokenizer does it, without a tokenizer library.

The rules are those of the BERT tokenizer for lower-case English (Devlin et al., 2018): clean, part CJK letters, take
accents away, lower-case, part at blanks and signs, then the longest known piece first. The vocabulary ships with the
program (`bot/data`).
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.resources
import unicodedata
from functools import lru_cache

_FILE = "bert_uncased_vocab.txt.gz"
_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
_LONGEST_WORD = 100
_WORDS_KEPT = 4096
_CJK = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class VocabularyError(Exception):
    """The vocabulary is missing, or is not the one the model was made with."""


class WordPiece:
    """Texts as numbers of pieces. Raises `VocabularyError` when it is made without its vocabulary."""

    def __init__(self) -> None:
        self._number = _vocabulary()
        self._unknown = self._number["[UNK]"]
        self._begin, self._end = self._number["[CLS]"], self._number["[SEP]"]
        self._of_word = lru_cache(_WORDS_KEPT)(self._cut)

    def pieces(self, text: str, most: int) -> list[int]:
        """A text's pieces between the marks of beginning and end, `most` with these; what is beyond is left out."""
        numbers = [self._begin]
        for word in _words(text):
            numbers += self._of_word(word)
            if len(numbers) >= most:
                break
        return [*numbers[: most - 1], self._end]

    def count(self, text: str) -> int:
        """How many pieces a text has, the marks left out."""
        return sum(len(self._of_word(word)) for word in _words(text))

    def _cut(self, word: str) -> tuple[int, ...]:
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        numbers: list[int] = []
        start = 0
        while start < len(word):
            end = len(word)
            while end > start and self._piece(word, start, end) is None:
                end -= 1
            number = self._piece(word, start, end)
            if number is None:
                return (self._unknown,)
            numbers.append(number)
            start = end
        return tuple(numbers)

    def _piece(self, word: str, start: int, end: int) -> int | None:
        piece = word[start:end]
        return self._number.get(f"##{piece}" if start else piece) if piece else None


def _vocabulary() -> dict[str, int]:
    packed = importlib.resources.files("bot.data") / _FILE
    try:
        text = gzip.decompress(packed.read_bytes())
    except (OSError, EOFError) as error:
        raise VocabularyError(f"{_FILE} cannot be read ({type(error).__name__})") from None
    if hashlib.sha256(text).hexdigest() != _SHA256:
        raise VocabularyError(f"{_FILE} is not the vocabulary the model was made with")
    return {piece: number for number, piece in enumerate(text.decode("utf-8").splitlines())}


def _words(text: str) -> list[str]:
    """Words and signs, lower-case and without accents."""
    if text.isascii():
        plain = text.lower()
    else:
        parted = "".join(f" {sign} " if _is_cjk(ord(sign)) else sign for sign in text)
        bare = (sign for sign in unicodedata.normalize("NFD", parted) if unicodedata.category(sign) != "Mn")
        plain = "".join(bare).lower()
    return "".join(map(_spaced, plain)).split()


@lru_cache(4096)
def _spaced(sign: str) -> str:
    """A letter as it is, a blank as one blank, a sign with blanks around it; control characters vanish."""
    kind = unicodedata.category(sign)
    if sign == "\ufffd" or (kind in {"Cc", "Cf", "Co"} and sign not in "\t\n\r"):
        return ""
    if sign.isspace():
        return " "
    is_sign = kind[0] == "P" or (sign.isascii() and not sign.isalnum())
    return f" {sign} " if is_sign else sign


def _is_cjk(code: int) -> bool:
    return code >= 0x3400 and any(first <= code <= last for first, last in _CJK)
