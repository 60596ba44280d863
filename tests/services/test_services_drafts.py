"""The form of a character, and what is kept of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.drafts import CharacterDraft, check
from bot.services.characters.examples import Exchange, parse_examples, write_examples
from bot.texts import Say


def test_a_filled_form_is_kept() -> None:
    kept = check(CharacterDraft("Mira", " A keeper. ", "You are Mira.\r\nBe kind.", "Hi", "You: a\nMira: b"))
    assert (kept.name, kept.slug, kept.description) == ("Mira", "mira", "A keeper.")
    assert kept.system_prompt == "You are Mira.\nBe kind."
    assert kept.examples == (Exchange("a", "b"),)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"description": "x" * 3000}, "Description: at most 300 characters are allowed; you wrote 3000."),
        ({"system_prompt": "x" * 40000}, "Instructions: at most 32000 characters are allowed; you wrote 40000."),
        ({"greeting": "x" * 15000}, "Greeting: at most 8000 characters are allowed; you wrote 15000."),
        ({"examples": "x" * 40000}, "Examples: at most 4000 characters are allowed; you wrote 40000."),
        ({"system_prompt": ""}, "Instructions: nothing can be seen there. Write up to 32000 characters."),
        ({"system_prompt": "\u200b\u200b"}, "Instructions: nothing can be seen there. Write up to 32000 characters."),
        ({"greeting": "\u200b \u3164"}, "Greeting: nothing can be seen there. Write up to 8000 characters."),
        (
            {"description": "\u202eterces"},
            "Description: there is a hidden character (U+202E) that turns the reading direction around. "
            "Delete it, or type the text anew.",
        ),
        (
            {"examples": "You: Hi\nMira: \u202doh"},
            "Examples: there is a hidden character (U+202D) that turns the reading direction around. "
            "Delete it, or type the text anew.",
        ),
        ({"description": "\u2067"}, "Description: nothing can be seen there. Write up to 300 characters."),
        ({"examples": "hello"}, "Examples: begin with “You:” or “Mira:”, so that it is clear who speaks."),
        ({"examples": "You: hello"}, "Examples: exchange 1 has no answer."),
        ({"examples": "You: a\nMira: c\nYou: d"}, "Examples: exchange 2 has no answer."),
        ({"examples": "You:\nMira: c"}, "Examples: a line of exchange 1 has no words."),
        (
            {"examples": "\n\n".join("You: a\nMira: b" for _ in range(9))},
            "Examples: at most 8 exchanges are allowed; you wrote 9.",
        ),
        ({"examples": "You: a\nMira: " + "b" * 1001}, "a line of exchange 1 has 1001 characters; at most 1000"),
    ],
)
def test_what_cannot_be_kept_is_said(fields: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(CharacterDraft(**{"name": "Mira", "system_prompt": "You are Mira.", **fields}))
    assert sentence in Say().error(refused.value)
    assert refused.value.field in fields
    assert refused.value.code.startswith(f"{refused.value.field}_")


def test_direction_marks_and_controls_do_not_stay_in_long_texts() -> None:
    kept = check(CharacterDraft("Mira", system_prompt="You \u2067are\u2069 Mira.\x00\x1b"))
    assert kept.system_prompt == "You are Mira."


def test_a_greeting_left_empty_is_none() -> None:
    assert check(CharacterDraft("Mira", system_prompt="x", greeting=" \n")).greeting == ""


def test_examples_as_people_write_them() -> None:
    text = "<START>\n{{user}}: Who\nare you?\n{{char}}: Mira.\n*bows*\n\nMIRA: And you?"
    text += "\n**You:** Robin: the one.\nMira： ok"
    with pytest.raises(InvalidInput):
        parse_examples("Robin: hi\nMira: ho", "Mira")
    assert parse_examples(text, "Mira") == (
        Exchange("Who\nare you?", "Mira.\n*bows*"),
        Exchange("", "And you?"),
        Exchange("Robin: the one.", "ok"),
    )


_words = st.text("abc xyz.", min_size=1, max_size=40).filter(lambda text: text.strip() == text)


@given(st.lists(st.tuples(_words, _words), max_size=limits.EXAMPLES_MAX))
def test_examples_are_read_back_as_written(pairs: list[tuple[str, str]]) -> None:
    exchanges = tuple(Exchange(user, character) for user, character in pairs)
    assert parse_examples(write_examples(exchanges, "Mira"), "Mira") == exchanges
