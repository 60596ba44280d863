"""Words as messages: paragraphs, tables, the line that says what is answered; nothing lost, nothing too long."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.ports import Delivery, Place, RepliedTo
from bot.transport.chunking import MESSAGE_LIMIT, pieces, split
from bot.transport.graphemes import may_cut
from bot.transport.harmless import harmless
from bot.transport.paragraphs import MOST_SINGLE, paragraphs
from bot.transport.reference import reference_line
from bot.transport.tables import readable_tables
from bot.transport.wording import Wording, pause_before

PLACE = Place(7, 8, 8)
LEAD = "-# ↪ Robin: hello · [jump there](https://discord.com/channels/7/8/9)"

MARKDOWN = st.lists(
    st.sampled_from(
        [
            "A sentence of some length, with commas. ",
            "\n\n",
            "\n",
            "```python\n",
            "```\n",
            "```",
            "~~~\n",
            "````md\n",
            "> quoted\n",
            "- an item\n",
            "1. first\n\n2. second\n\n",
            "| a | b |\n|---|--:|\n| 1 | 2 |\n",
            "[a link](https://example.org/some/long/path?with=query)",
            "https://example.org/" + "x" * 60,
            "<@123456789012345678> <:tea:123456789012345678> ",
            "`inline code` ",
            "👩‍👩‍👧‍👦🇩🇪é",
            "word " * 90,
            "x" * 700,
            "    indented\n",
            "# Heading\n",
        ]
    ),
    max_size=60,
).map("".join)


def letters(text: str) -> str:
    """What nobody may lose: everything but white space and the backticks that close and open fences."""
    return re.sub(r"[\s`]+", "", text)


def bare(contents: list[str]) -> str:
    """The messages' letters, without the languages of fences that were opened again."""
    return letters("".join(re.sub(r"^```[\w+.#-]*\n", "", one) for one in contents))


def is_balanced(content: str) -> bool:
    return content.count("```") % 2 == 0


# ---------------------------------------------------------------------------------------------------------- chunking


@given(MARKDOWN, st.sampled_from(["", LEAD]))
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_and_every_message_fits(text: str, lead: str) -> None:
    found = pieces(text, lead=lead)
    assert "".join(one.body + one.gap for one in found) == text.lstrip()
    assert all(not one.gap.strip() for one in found)
    contents = split(text, lead=lead)
    assert all(0 < len(one) <= MESSAGE_LIMIT and one.strip() for one in contents)
    assert all(is_balanced(one) for one in contents)
    if contents and lead:
        assert contents[0].startswith(f"{lead}\n")
        assert all(LEAD not in one for one in contents[1:])


@given(MARKDOWN)
@settings(max_examples=80, deadline=None)
def test_no_message_ends_inside_a_visible_character(text: str) -> None:
    text, at = text.lstrip(), 0
    for one in pieces(text)[:-1]:
        at += len(one.body)
        assert may_cut(text, at)
        at += len(one.gap)


def test_forty_kilobytes_of_markdown_with_nested_fences() -> None:
    block = "````md\n# Outside\n```python\nprint('inside')\n```\nstill outside\n````\n\n"
    table = "| name | worth |\n|---|---:|\n| tea | 3 |\n\n"
    text = (block + "A sentence. " * 40 + "\n\n" + table + "1. one\n2. two\n\n") * 70
    assert len(text.encode()) > 40_000
    for delivery in Delivery:
        contents = Wording(delivery, LEAD).whole(text)
        assert all(len(one) <= MESSAGE_LIMIT for one in contents)
        assert all(is_balanced(one) for one in contents)
        assert "".join(contents).count("print('inside')") == 70
        assert "".join(contents).count("still outside") == 70


@pytest.mark.parametrize("text", ["", "  \n ", "<@1><@2>" * 900, "@everyone " * 600])
def test_a_reply_of_nothing_or_of_mentions_only(text: str) -> None:
    contents = Wording().whole(text)
    assert bool(contents) == bool(text.strip())
    assert all(len(one) <= MESSAGE_LIMIT and one.count("<") == one.count(">") for one in contents)


# -------------------------------------------------------------------------------------------------------- paragraphs


@given(MARKDOWN)
@settings(max_examples=150, deadline=None)
@example("Hello.\n\nBye")
@example("1. one\n\n2. two\n\nDone.")
def test_paragraphs_lose_nothing_and_fit(text: str) -> None:
    contents = paragraphs(text, lead=LEAD)
    assert all(0 < len(one) <= MESSAGE_LIMIT and is_balanced(one) for one in contents)
    whole = bare([one.removeprefix(f"{LEAD}\n") for one in contents])
    assert whole == letters(text) or text.count("```") > 0


@given(MARKDOWN, st.data())
@settings(max_examples=100, deadline=None)
def test_what_stands_of_paragraphs_stays_as_it_is_while_the_text_grows(text: str, data: st.DataObject) -> None:
    """Words already sent may be continued by an edit at most in the last of them, never moved to another message."""
    shown = Wording(Delivery.PARAGRAPHS)
    at = data.draw(st.integers(0, len(text)))
    before, after = shown.so_far(text[:at]), shown.whole(text)
    assert before[:-1] == after[: len(before[:-1])] or len(text) > MESSAGE_LIMIT or "```" in text or "|" in text


def test_a_paragraph_is_a_message_and_code_and_lists_stay_whole() -> None:
    text = "Hello.\n\n```py\na = 1\n\nb = 2\n```\n\n1. one\n\n2. two\n\n\n\nThat is all."
    assert paragraphs(text) == ["Hello.", "```py\na = 1\n\nb = 2\n```", "1. one\n\n2. two", "That is all."]


def test_many_paragraphs_share_messages() -> None:
    text = "\n\n".join(f"Paragraph number {number}." for number in range(100))
    contents = paragraphs(text)
    assert len(contents) == MOST_SINGLE + 1 + (len(text) // MESSAGE_LIMIT)
    assert letters("".join(contents)) == letters(text)


def test_only_complete_paragraphs_are_shown_while_words_come() -> None:
    shown = Wording(Delivery.PARAGRAPHS)
    assert shown.so_far("Hello the") == []
    assert shown.so_far("Hello there.\n\n") == []
    assert shown.so_far("Hello there.\n\nHow are yo") == ["Hello there."]
    assert shown.whole("Hello there.\n\nBye.") in (["Hello there.", "Bye."], ["Hello there.\n\nBye."])


def test_pauses_are_what_a_reader_waits_for() -> None:
    waits = [pause_before("x" * length) for length in (1, 100, 300, 2000)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1.2, 3.5)


# ------------------------------------------------------------------------------------------------------------ tables


def test_a_table_becomes_an_aligned_code_block() -> None:
    text = "Prices:\n| tea | price |\n|:--|--:|\n| Earl Grey | 3 |\n| 緑茶 | 12 |\nEnjoy."
    assert readable_tables(text) == (
        "Prices:\n```\ntea       | price\n----------+------\nEarl Grey |     3\n緑茶      |    12\n```\nEnjoy."
    )


@pytest.mark.parametrize(
    "text",
    [
        "a | b, whatever",
        "```\n| a | b |\n|---|---|\n| 1 | 2 |\n```",
        "||spoiler||\n|---|",
        "| a | b |\n| 1 | 2 |",
        "| a |\n|---|---|",
        "no table - at | all",
        "| " + "x" * 500 + " | b |\n|---|---|",
    ],
)
def test_what_is_no_table_stays_as_it_is(text: str) -> None:
    assert readable_tables(text) == text


@given(MARKDOWN)
@settings(max_examples=150, deadline=None)
def test_tables_lose_no_cell(text: str) -> None:
    def cells(one: str) -> str:
        return re.sub(r"[\s|`:+\\-]+", "", one)

    shown = readable_tables(text)
    assert cells(shown) == cells(text)
    assert readable_tables(shown) == shown


# --------------------------------------------------------------------------------------------------------- reference


def test_the_line_above_names_whom_and_what_it_answers() -> None:
    answering = RepliedTo(9, 1, "Robin", excerpt="Tell me of the harbour")
    assert reference_line(answering, PLACE, "jump there") == (
        "-# ↪ Robin: Tell me of the harbour · [jump there](https://discord.com/channels/7/8/9)"
    )
    assert reference_line(RepliedTo(9), Place(None, 8, 8), "jump") == (
        "-# ↪ [jump](https://discord.com/channels/@me/8/9)"
    )


@pytest.mark.parametrize(
    ("excerpt", "shown"),
    [
        ("I **shout** `code`", r"I \*\*shout\*\* \`code\`"),
        ("he is ||the murderer|| you know", "he is ▒▒▒ you know"),
        ("he is ||the murder", "he is ▒▒▒"),
        ("see https://evil.example/x", r"see evil.example/x"),
        ("[good](https://evil.example)", r"\[good\]\(evil.example\)"),
        ("<@123> @everyone", r"\<\@123\> \@everyone"),
        ("one\ntwo\r\n# three", r"one two \# three"),
        ("x" * 200, "x" * 79 + "…"),
    ],
)
def test_what_is_quoted_is_only_letters(excerpt: str, shown: str) -> None:
    line = reference_line(RepliedTo(9, 1, "A", excerpt=excerpt), PLACE, "jump")
    assert line == f"-# ↪ A: {shown} · [jump](https://discord.com/channels/7/8/9)"


@given(st.text(max_size=300), st.text(max_size=100))
@settings(max_examples=200, deadline=None)
@example("‮||a", "👩‍👩‍👧‍👦" * 40)
def test_the_line_above_is_one_short_line(name: str, excerpt: str) -> None:
    line = reference_line(RepliedTo(9, 1, name, excerpt=excerpt), PLACE, "jump")
    assert len(line.splitlines()) == 1
    assert len(line) <= 2 * (80 + 40) + 80
    quoted = line.removesuffix("[jump](https://discord.com/channels/7/8/9)")
    assert "||" not in quoted
    assert re.search(r"(?<!\\)[*_~`<>\[\]()@]", quoted.replace("\\\\", "")) is None
    assert not any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in line)
    assert harmless(line) == line or "\u202e" in line or any(unicodedata.category(c) == "Cf" for c in line)
    assert split("Hello.", lead=line)[0] == f"{line}\nHello."
