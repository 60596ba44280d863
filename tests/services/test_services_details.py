"""Nickname, age, phrases, tags and traits as they are typed, and what is kept of them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from bot.errors import InvalidInput
from bot.ports import Offer
from bot.services.characters.details import (
    CHOOSABLE,
    DetailsDraft,
    check_details,
    chosen_trait,
    clean_age,
    clean_phrases,
    clean_tags,
)
from bot.services.characters.searching import asked_for, fits, search_words, tsquery
from bot.services.characters.voices import chosen_offer, clean_temperature, fitting
from bot.texts import Say

OFFERS = (Offer("openai", "gpt-large"), Offer("local", "small"), Offer("other", "small"))


def test_details_as_people_write_them() -> None:
    kept = check_details(DetailsDraft(" Captain ", "３４", "- Wind's up!\n\n* Bet you a dumpling.\nWind's up!"))
    assert (kept.nickname, kept.age, kept.phrases) == ("Captain", 34, ("Wind's up!", "Bet you a dumpling."))
    assert check_details(DetailsDraft()) == check_details(DetailsDraft(" ", " ", "\n"))


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("nickname", "x" * 33, "The nickname may have at most 32 characters; yours has 33."),
        ("nickname", "@everyone", "The nickname must not contain “@”"),
        ("nickname", "🏮🏮", "The nickname needs at least one letter or digit"),
        ("nickname", "\u200b\u200b", "The nickname contains a character nobody can see (U+200B)."),
        ("nickname", "Alexandra", "The nickname would look like “Alexandra”"),
        ("nickname", "ΑΙехаndrа", "The nickname mixes letters of two alphabets"),
        ("nickname", "Moderator", "The nickname must not be “Moderator”"),
        ("age", "0", "Age: write a whole number from 1 to 200"),
        ("age", "201", "Age: write a whole number from 1 to 200"),
        ("age", "-3", "Age: write a whole number from 1 to 200"),
        ("age", "3.5", "Age: write a whole number from 1 to 200"),
        ("age", "1e2", "Age: write a whole number from 1 to 200"),
        ("age", "old", "Age: write a whole number from 1 to 200"),
        ("age", "9" * 5000, "Age: write a whole number from 1 to 200"),
        ("phrases", "x" * 151, "Phrases: at most 150 characters are allowed; you wrote 151."),
        ("phrases", "\n".join(map(str, range(11))), "Phrases: at most 10 are allowed, one a line; you wrote 11."),
        ("phrases", "x" * 40_000, "Phrases: at most 4000 characters are allowed; you wrote 40000."),
        ("phrases", "\u200b", "Phrases: nothing can be seen there."),
        ("phrases", "\u202eterces", "Phrases: there is a hidden character (U+202E)"),
    ],
)
def test_what_cannot_be_kept_is_said(field: str, typed: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_details(DetailsDraft(**{field: typed}), taken=("Alexandra",))
    assert sentence in Say().error(refused.value)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ()),
        ("Fantasy, Cozy  Mystery,fantasy", ("fantasy", "cozy-mystery")),
        ("#sky #airships", ("sky", "airships")),
        ("ＦＯＸ; niño, 物語", ("fox", "niño", "物語")),
        ("sci-fi / space", ("sci-fi-space",)),
    ],
)
def test_tags_are_made_alike(typed: str, kept: tuple[str, ...]) -> None:
    assert clean_tags(typed) == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("x", "Tags: “x” must have 2 to 24 letters or digits."),
        ("a" * 25, "must have 2 to 24 letters or digits."),
        ("!!!", "must have 2 to 24 letters or digits."),
        ("\u3164\u3164 a", "must have 2 to 24 letters or digits."),
        (",".join(f"tag{n}" for n in range(9)), "Tags: at most 8 are allowed; you wrote 9."),
        ("x" * 40_000, "Tags: at most 4000 characters are allowed"),
        ("\u202eterces", "Tags: there is a hidden character (U+202E)"),
    ],
)
def test_other_tags_are_refused(typed: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_tags(typed)
    assert sentence in Say().error(refused.value)


@given(st.text(max_size=80))
def test_tags_are_clean_or_refused(typed: str) -> None:
    try:
        tags = clean_tags(typed)
    except InvalidInput:
        return
    assert clean_tags(", ".join(tags)) == tags
    assert len(tags) <= limits.TAGS_MAX
    assert all(limits.TAG_MIN <= len(tag) <= limits.TAG_MAX and not set(tag) & set(" ,:@<>`") for tag in tags)


@given(st.text(max_size=200))
def test_phrases_and_ages_are_kept_or_refused(typed: str) -> None:
    for clean in (clean_phrases, clean_age):
        with contextlib.suppress(InvalidInput):
            clean(typed)


def test_every_option_can_be_chosen_and_nothing_else() -> None:
    for field, kind in CHOOSABLE.items():
        assert chosen_trait(field, None) is None
        assert [chosen_trait(field, option.value) for option in kind] == list(kind)
        with pytest.raises(InvalidInput):
            chosen_trait(field, "unheard of")
    with pytest.raises(InvalidInput):
        chosen_trait("system_prompt", None)


def test_a_model_is_meant_by_its_key_or_its_only_name() -> None:
    assert chosen_offer(" OpenAI/GPT-large", OFFERS) == OFFERS[0]
    assert chosen_offer("gpt-large", OFFERS) == OFFERS[0]
    for typed in ("small", "", "gpt", "x" * 6000):
        with pytest.raises(InvalidInput) as refused:
            chosen_offer(typed, OFFERS)
        assert "openai/gpt-large, local/small" in Say().error(refused.value)
    assert fitting("small", OFFERS) == OFFERS[1:]


@pytest.mark.parametrize("value", [-0.1, 2.01, float("nan"), float("inf")])
def test_temperatures_out_of_range(value: float) -> None:
    with pytest.raises(InvalidInput):
        clean_temperature(value)
    assert clean_temperature(0.7049) == 0.7


@given(st.text(max_size=60))
def test_what_is_searched_for_never_breaks_the_query(typed: str) -> None:
    beginnings = asked_for(typed)
    assert all(word.isalnum() for word in beginnings)
    assert tsquery(beginnings).count("'") == 2 * len(beginnings)


def test_words_are_found_by_their_beginnings_whatever_the_accent() -> None:
    words = search_words("Zoë Märta", "", "Keeper of the Lantern Archive", ("cozy-mystery",))
    for typed in ("zoe", "ZOË mar", "lant arch", "mystery", "Ｋｅｅｐ"):
        assert fits(asked_for(typed), words), typed
    assert not fits(asked_for("zoe dragon"), words)
