"""The cut of long texts: nothing lost, nothing torn, every message within the limit."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.transport.chunking import MESSAGE_LIMIT, pieces, split
from bot.transport.graphemes import may_cut

FENCE = re.compile("```")
WORDS = st.sampled_from(
    [
        "tea",
        "kettle",
        "Mira",
        "a",
        "naïve",
        "日本語",
        "。",
        ". ",
        "! ",
        "? ",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\n\n\n",
        "\t",
        "```",
        "```py\n",
        "\n```\n",
        "`code`",
        "``",
        "`",
        "<@1234567890>",
        "<@&42>",
        "<#99>",
        "<:tea:123456>",
        "<a:cat:777>",
        "<t:1700000000:R>",
        "</character create:12345>",
        "https://example.org/a/b?c=d",
        "[here](https://example.org/x)",
        "👩‍👩‍👧‍👦",
        "🇪🇸🇫🇷",
        "👍🏽",
        "e\u0301",
        "\u200d",
        "각",
        "**bold** ",
        "> quote\n",
        "- item\n",
        "x" * 37,
        "\r\n",
    ]
)
TEXTS = st.one_of(st.lists(WORDS, max_size=120).map("".join), st.text(max_size=400))
LIMITS = st.sampled_from([40, 60, 97, 200])


def assert_sound(text: str, limit: int) -> None:
    cut = pieces(text, limit)
    assert "".join(piece.body + piece.gap for piece in cut) == text.lstrip()
    for piece in cut:
        assert piece.gap == "" or piece.gap.isspace()
        assert 0 < len(piece.content) <= limit
        assert piece.content.strip()
        assert len(FENCE.findall(piece.content)) % 2 == 0
        if piece.closing:
            assert piece.gap in ("", "\n") or piece is cut[-1]
    assert split(text, limit) == [piece.content for piece in cut]


@given(TEXTS, LIMITS)
@settings(max_examples=400, deadline=None)
@example("```" * 30, 40)
@example("a```" + "\n" * 200 + "```", 40)
@example("`" * 200, 40)
def test_nothing_is_lost_and_every_message_fits(text: str, limit: int) -> None:
    assert_sound(text, limit)


ATOMS = [
    "<@123456789012345678>",
    "<@!42>",
    "<@&998877>",
    "<#123456>",
    "<:kettle:123456789>",
    "<a:steam:5555>",
    "<t:1700000000:R>",
    "https://example.org/very/long/path?with=query",
    "[the menu](https://example.org/menu)",
    "`inline code`",
    "👩‍👩‍👧‍👦",
    "🇪🇸",
    "e\u0301\u0323",
]


@given(st.lists(st.tuples(st.text("abc .\n", max_size=60), st.sampled_from(ATOMS)), max_size=30))
@settings(max_examples=200, deadline=None)
def test_links_mentions_emoji_and_graphemes_stay_whole(parts: list[tuple[str, str]]) -> None:
    text = "".join(f"{words} {atom} " for words, atom in parts)
    bodies = [piece.body for piece in pieces(text, 90)]
    for atom in set(ATOMS):
        assert sum(body.count(atom) for body in bodies) == text.count(atom)


@given(st.text(st.sampled_from("ae\u0301\u200d👍🏽🇪🇸👩\ufe0f각\u1100\u1161\u11a8"), max_size=300))
@settings(max_examples=200, deadline=None)
def test_a_cut_never_tears_a_visible_character_unless_it_is_longer_than_a_message(text: str) -> None:
    index = 0
    stripped = text.lstrip()
    for piece in pieces(text, 150)[:-1]:
        index += len(piece.body) + len(piece.gap)
        if not may_cut(stripped, index):
            assert not any(may_cut(stripped, at) for at in range(max(1, index - 100), index))


def test_breaks_between_paragraphs_first() -> None:
    first, second = "One. " * 20, "Two. " * 20
    assert split(f"{first.strip()}\n\n{second}", 150) == [first.strip(), second.strip()]


def test_breaks_between_sentences_before_words() -> None:
    text = "A first sentence that runs on. And then a second one that does not fit here."
    assert split(text, 50) == ["A first sentence that runs on.", "And then a second one that does not fit here."]


def test_a_fence_is_closed_and_opened_again_with_its_language() -> None:
    code = "\n".join(f"line_{number} = {number}" for number in range(70))
    parts = split(f"Look:\n```python\n{code}\n```\nDone.", 200)
    assert len(parts) > 3
    assert all(part.startswith("```python\n") and part.endswith("```") for part in parts[1:-1])
    lines = [line for part in parts for line in part.split("\n") if line.startswith("line_")]
    assert lines == code.split("\n")
    assert parts[-1].endswith("Done.")


def test_code_that_fits_a_message_of_its_own_is_not_cut() -> None:
    intro = "word " * 30
    block = "```js\n" + "\n".join("call();" for _ in range(15)) + "\n```"
    assert split(f"{intro}\n\n{block}", 200) == [intro.strip(), block]


def test_an_open_fence_is_closed_while_the_text_still_grows() -> None:
    assert split("See ```py\nprint(1)") == ["See ```py\nprint(1)\n```"]


def test_a_link_longer_than_a_message_is_the_only_link_cut() -> None:
    text = "before https://example.org/" + "x" * 3000 + " after"
    parts = split(text)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert all(len(part) <= MESSAGE_LIMIT for part in parts)


@pytest.mark.parametrize("blank", ["", " ", "\n\n", "\u2003\t"])
def test_a_blank_text_is_no_message(blank: str) -> None:
    assert split(blank) == []


def test_a_growing_text_leaves_its_earlier_messages_alone() -> None:
    text = " ".join(f"Sentence number {number} goes on for a little while." for number in range(200))
    whole = split(text, 400)
    for length in range(0, len(text), 97):
        part = split(text[:length], 400)
        assert part[:-2] == whole[: max(0, len(part) - 2)]


@pytest.mark.timeout(10)  # quadratic behaviour takes minutes here, the real thing milliseconds
@pytest.mark.parametrize(
    "text",
    [
        "word " * 8000,
        "x" * 40_000,
        "```py\n" + "y = 1\n" * 6700,
        "." * 40_000,
        "[" * 40_000,
        "[a](" * 10_000,
        "\u0301" * 40_000,
        "`" * 40_000,
        "\n" * 20_000 + "x" * 20_000,
        "<@" * 20_000,
        "https://" * 5_000,
        "🇪🇸" * 20_000,
        "a " * 100 + " " * 40_000,
        "```" + "a " * 20_000,
        "x`y" * 13_000,
        "[a](b)" * 7_000,
        "! " * 20_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_forty_kilobytes_of_anything_are_cut_at_once(text: str) -> None:
    assert_sound(text, MESSAGE_LIMIT)
