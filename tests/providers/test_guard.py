"""The output guard: a character's own words only, however the pieces fall."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.guard import Guard

STOPS = ("\nAlex:", "\nOld Fenwick:", "\n\n\n")


def guarded(*pieces: str, own: str = "Mira", most: int = 10_000) -> tuple[str, Guard]:
    guard = Guard(own, STOPS, most)
    shown = "".join(guard.feed(piece) for piece in pieces) + guard.finish()
    return shown, guard


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Hello.", "Hello."),
        ("Mira: Hello.", "Hello."),
        ("  \n**Mira:** Hello.", "Hello."),
        ("**Mira**: Hello.", "Hello."),
        ("MIRA： Hello.", "Hello."),
        ('"Mira: Hello.', "Hello."),
        ("Mira: Hello.\nMira: And more.", "Hello.\nAnd more."),
        ("Mirabelle: a plum.", "Mirabelle: a plum."),
        ("Mira said: hello.", "Mira said: hello."),
        ("One: two.\nThree: four.", "One: two.\nThree: four."),
        ("Hello.\nAlex: Hi!", "Hello."),
        ("Hello.\n\n*Alex:* Hi!", "Hello."),
        ("Hello.\nOld Fenwick: Post!", "Hello."),
        ("Hello. Alex: is that you?", "Hello. Alex: is that you?"),
        ("Alex: Hi!\nMira: Hello.", "Hello."),
        ("Alex: Hi!\nmore of Alex", ""),
        ("<think>Alex: hm\nMira: no</think>\n\nHello.", "Hello."),
        ("<think>for ever", ""),
        ("<thinker> Hello.", "<thinker> Hello."),
        ("Hello.  \n\n  ", "Hello."),
        ("Hello.\n\nAgain.", "Hello.\n\nAgain."),
        ("*Mira looks up.* Hello.", "*Mira looks up.* Hello."),
        ("", ""),
        ("Mira", "Mira"),
        ("Hello.\nAlex", "Hello.\nAlex"),
    ],
)
def test_what_is_let_through(said: str, shown: str) -> None:
    assert guarded(said)[0] == shown
    assert guarded(*said)[0] == shown  # letter by letter


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (("Hel\0lo", "\0."), "Hello."),
        (("\0",), ""),
        (("Tea \ud83c", "\udf75."), "Tea 🍵."),
        (("Tea \ud83c\udf75.",), "Tea 🍵."),
        (("Tea \ud83c", " cold.", "\ud83c"), "Tea \ufffd cold."),
        (("\udf75 tea",), "\ufffd tea"),
    ],
)
def test_what_nothing_can_keep_is_taken_out(pieces: tuple[str, ...], shown: str) -> None:
    assert guarded(*pieces)[0] == shown
    assert guarded(*"".join(pieces))[0] == shown


PIECES = ["Mira: ", "Alex: ", "\n", "**", "Hello", " ", "<think>", "</think>", "Mi", "Al", ":", "Old Fenwick:", "x"]


@given(
    text=st.lists(
        st.sampled_from(PIECES),
        max_size=20,
    ).map("".join),
    cuts=st.lists(st.integers(0, 120), max_size=6),
)
def test_the_pieces_do_not_matter(text: str, cuts: list[int]) -> None:
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in pairwise(edges)]
    shown, _ = guarded(*pieces)
    assert shown == guarded(text)[0] == guarded(*text)[0]
    assert "\nAlex: " not in shown
    assert shown == shown.strip()


def test_an_answer_without_end_is_ended() -> None:
    shown, guard = guarded(*["word "] * 100, most=50)
    assert len(shown) == 50
    assert guard.ended
    assert guard.overflowed
    assert guard.feed("more") == ""


def test_words_are_not_held_back_longer_than_a_name() -> None:
    guard = Guard("Mira", STOPS, 1000)
    assert guard.feed("H") == "H"
    assert guard.feed("ello\n") == "ello"
    assert guard.feed("A") == ""
    assert guard.feed("nd so") == "\nAnd so"


def test_without_a_name_only_others_are_stopped() -> None:
    assert guarded("Mira: Hello.\nAlex: Hi", own="")[0] == "Mira: Hello."
