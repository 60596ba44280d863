"""Pieces of words: the very numbers that the model's own tokenizer gives (the library `tokenizers` 0.23, once)."""

from __future__ import annotations

import gzip
import importlib.resources
from pathlib import Path

import pytest

from bot.providers import embed_wordpiece
from bot.providers.embed_wordpiece import VocabularyError, WordPiece

WORDS = WordPiece()
SAME = [
    ("", [101, 102]),
    ("Hello, world!", [101, 7592, 1010, 2088, 999, 102]),
    ("It's Mira's café.", [101, 2009, 1005, 1055, 18062, 1005, 1055, 7668, 1012, 102]),
    ("naïve Ångström İstanbul", [101, 15743, 17076, 15687, 9960, 102]),
    ("unbelievably", [101, 4895, 8671, 2666, 3567, 6321, 102]),
    ("お誕生日おめでとう", [101, 1650, 100, 1910, 1864, 1650, 30206, 30191, 30192, 30174, 102]),
    ("黒猫が好き", [101, 100, 100, 1651, 100, 1652, 102]),
    ("Привет, ёжик!", [101, 1194, 16856, 10325, 25529, 15290, 22919, 1010, 1185, 29743, 10325, 23925, 999, 102]),
    ("don’t — “quote” …", [101, 2123, 1521, 1056, 1517, 1523, 14686, 1524, 1529, 102]),
    ("🐉 dragon🐉", [101, 100, 100, 102]),
    ("$5 + 3^2 = `a`", [101, 1002, 1019, 1009, 1017, 1034, 1016, 1027, 1036, 1037, 1036, 102]),
    ("a\u200bb\u00a0c\u3000d", [101, 11113, 1039, 1040, 102]),
    ("cafe\u0301", [101, 7668, 102]),
    ("tab\tnew\nline\x0bgone", [101, 21628, 2047, 2240, 7446, 2063, 102]),
    ("x" * 101, [101, 100, 102]),
    ("한국어", [101, 1469, 30006, 30021, 29991, 30014, 30020, 29999, 30008, 102]),
    ("สวัสดี", [101, 100, 102]),
]


@pytest.mark.parametrize(("text", "numbers"), SAME)
def test_a_text_has_the_numbers_of_the_models_own_tokenizer(text: str, numbers: list[int]) -> None:
    assert WORDS.pieces(text, 512) == numbers
    assert WORDS.count(text) == len(numbers) - 2


def test_a_long_text_is_cut_before_the_end_mark() -> None:
    numbers = WORDS.pieces("key " * 1000, 256)
    assert len(numbers) == 256
    assert (numbers[0], numbers[-1]) == (101, 102)
    assert WORDS.pieces("unbelievably", 4) == [101, 4895, 8671, 102]


def test_another_vocabulary_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bert_uncased_vocab.txt.gz").write_bytes(gzip.compress(b"[UNK]\n[CLS]\n[SEP]\n"))
    monkeypatch.setattr(importlib.resources, "files", lambda _: tmp_path)
    with pytest.raises(VocabularyError, match="not the vocabulary"):
        embed_wordpiece.WordPiece()
    (tmp_path / "bert_uncased_vocab.txt.gz").unlink()
    with pytest.raises(VocabularyError, match="cannot be read"):
        embed_wordpiece.WordPiece()
