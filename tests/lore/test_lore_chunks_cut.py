"""Texts cut into pieces: nothing lost, nothing too long, borders where sentences end."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.services.lore.meanings.cutting import cut, pieces


def words(text: str) -> int:
    return len(text.split())


LETTERS = st.text(st.sampled_from("ab c.d!?\n。猫\t…\"'é"), max_size=400)


def test_a_short_text_is_one_piece_below_its_name() -> None:
    assert cut("The key", "It lies\nunder the stair.", words, window=50, overlap=5) == (
        "The key\nIt lies\nunder the stair.",
    )
    assert cut("  ", "Only words.", words, window=50, overlap=5) == ("Only words.",)
    assert cut("Only a name", " \n ", words, window=50, overlap=5) == ()


def test_a_long_text_is_parted_where_sentences_end_and_each_piece_begins_with_the_last_one_before() -> None:
    text = "One two three. Four five six. Seven eight nine. Ten."
    assert list(pieces(text, words, window=7, overlap=3)) == [
        "One two three. Four five six.",
        "Four five six. Seven eight nine. Ten.",
    ]
    assert list(pieces(text, words, window=7, overlap=0)) == [
        "One two three. Four five six.",
        "Seven eight nine. Ten.",
    ]


def test_chinese_and_japanese_sentences_end_without_a_blank() -> None:
    assert list(pieces("猫がいる。犬もいる。鳥はいない。", len, window=10, overlap=0)) == [
        "猫がいる。犬もいる。",
        "鳥はいない。",
    ]


def test_a_sentence_without_an_end_is_parted_at_blanks_and_a_word_without_one_anywhere() -> None:
    assert list(pieces("a b c d e f g h", words, window=4, overlap=0)) == ["a b c d", "e f g h"]
    assert list(pieces("x" * 10, len, window=5, overlap=0)) == ["xxxxx", "xxxxx"]


def test_a_long_name_leaves_room_for_what_is_said() -> None:
    found = cut("name " * 100, "One two. " * 20, words, window=20, overlap=3)
    assert all(words(piece) <= 24 + 20 for piece in found)
    assert all("One two." in piece for piece in found)


@given(LETTERS, st.integers(1, 30), st.integers(0, 40))
def test_every_letter_is_in_some_piece_in_order_and_no_piece_is_too_long(text: str, window: int, overlap: int) -> None:
    found = list(pieces(text, len, window=window, overlap=overlap))
    assert all(len(piece) <= max(window, 1) for piece in found)
    at = 0
    bare = re.sub(r"\s", "", text)
    for piece in found:
        letters = re.sub(r"\s", "", piece)
        # It begins at or before where the last one ended (the overlap), and goes on beyond.
        start = next(
            place for place in range(at, -1, -1) if bare.startswith(letters, place) and place + len(letters) >= at
        )
        at = start + len(letters)
    assert at == len(bare)


@given(LETTERS)
def test_an_overlap_is_at_most_what_was_asked_for(text: str) -> None:
    plain = sum(len(piece) for piece in pieces(text, len, window=20, overlap=0))
    lapped = list(pieces(text, len, window=20, overlap=5))
    assert sum(len(piece) for piece in lapped) <= plain + 6 * len(lapped)
