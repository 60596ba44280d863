"""The catalogue is complete, current and safe to fill."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from bot import texts
from bot.errors import InvalidInput
from bot.locale import catalogue
from bot.locale.catalogue import NotAConstant, find_in, find_in_template
from bot.texts import N_, PSEUDO_LANGUAGE, Say

COMMAND_NAME = re.compile(r"^[-_'\w]{1,32}$")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _pairs(language: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for message in catalogue.load(language):
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        pairs += [(ids[min(number, len(ids) - 1)], string) for number, string in enumerate(strings)]
    return pairs


@pytest.mark.parametrize("language", catalogue.languages())
def test_the_catalogue_holds_exactly_the_texts_of_the_source(language: str) -> None:
    wanted = {message.id for message in catalogue.template() if message.id}
    held = {message.id for message in catalogue.load(language) if message.id}
    assert held == wanted, "the catalogue is stale: run `make texts`, then translate what it lists"


@pytest.mark.parametrize("language", catalogue.languages())
def test_no_text_is_left_untranslated(language: str) -> None:
    assert catalogue.untranslated(catalogue.load(language)) == ()


@pytest.mark.parametrize("language", catalogue.languages())
def test_what_people_wrote_is_what_the_program_reads(language: str) -> None:
    say = Say(language)
    for message in catalogue.load(language):
        if isinstance(message.id, str) and message.id:
            assert say.template(message.id) == message.string, "the .mo file is stale: run `make texts`"


@pytest.mark.parametrize("language", catalogue.languages())
def test_translations_fill_the_same_fields(language: str) -> None:
    for source, translated in _pairs(language):
        assert _fields(translated) == _fields(source), source


def test_spanish_is_there() -> None:
    assert texts.available_languages() == ("en", "es")


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en-GB", "en"), ("es-419", "es"), ("es_MX", "es"), ("ES", "es"), ("zz", "en"), (None, "en"), ("", "en")],
)
def test_a_locale_finds_its_language(locale: str | None, language: str) -> None:
    assert Say(locale).language == language


def test_an_unknown_locale_falls_back_to_the_default() -> None:
    assert Say("zz", default="es").language == "es"


def test_values_never_act_as_templates() -> None:
    assert Say()("Hello {name}", name="{__class__} {0}") == "Hello {__class__} {0}"


def test_a_marked_value_is_translated_too() -> None:
    error = InvalidInput("too_long", "The {field} is too long.", field="name", what=N_("x"))
    assert Say().error(InvalidInput("x", "{a}", a=N_("name"))) == "name"
    assert Say(PSEUDO_LANGUAGE)("The {field} is long", field=N_("name")) == "⟦Thé ⟦ñámé⟧ íś lóñg⟧".replace("ś", "s")
    assert error.field == "name"


def test_the_pseudo_language_shows_what_passed_the_catalogue() -> None:
    say = Say(PSEUDO_LANGUAGE)
    assert say("Hello {name}, you", name="Ana") == "⟦Hélló Ana, ýóú⟧"
    assert say.plural("{n} character", "{n} characters", 2) == "⟦2 çháráçtérs⟧"


def test_plural_takes_the_form_of_the_number() -> None:
    assert Say().plural("{n} character", "{n} characters", 1) == "1 character"
    assert Say().plural("{n} character", "{n} characters", 0) == "0 characters"


def test_extraction_finds_every_way_a_text_is_written() -> None:
    source = """
say("a"); self.say("b {x}", x=1); self._say("c"); say.plural("one", "many", n); ctx.say.plural("1", "2", n)
raise InvalidInput("code", N_("d")); group = Group(name=_L("e")); say(N_("f") if x else N_("g")); say(message)
outer(say("h", inner=say("i"))); Say(locale)("j"); (say or Say())("k"); say_for(x)("l")
"""
    found = {(item.text, item.plural) for item in find_in(source, "x.py")}
    assert found == {*((letter, None) for letter in "adefghicjkl"), ("b {x}", None), ("one", "many"), ("1", "2")}


def test_extraction_reads_templates_too() -> None:
    source = """<p>{{ say("a {x}", x=say("b")) }}</p>{% if say.plural("one", "many", n) %}{{ say(text) }}{% endif %}"""
    found = {(item.text, item.plural) for item in find_in_template(source, "x.html")}
    assert found == {("a {x}", None), ("b", None), ("one", "many")}
    with pytest.raises(NotAConstant):
        list(find_in_template('{{ say("a" ~ b) }}', "x.html"))


@pytest.mark.parametrize("source", ['say(f"Hello {name}")', 'N_("a" + b)', 'say("Hello %s" % name)'])
def test_a_text_put_together_at_run_time_is_refused(source: str) -> None:
    with pytest.raises(NotAConstant, match=r"x\.py:1"):
        list(find_in(source, "x.py"))


def test_pseudo_names_stay_valid_command_names() -> None:
    assert COMMAND_NAME.match(texts.pseudo_name("character"))
    assert len(texts.pseudo_name("a" * 32)) <= 32


@pytest.mark.parametrize("language", catalogue.languages())
def test_translated_command_names_are_names_to_discord(language: str) -> None:
    """Discord, Application Commands: names in lower case, at most 32 letters, digits, - and _; descriptions 100."""
    say = Say(language)
    for found in catalogue.find_all():
        if found.keyword == "_L":
            translated = say.template(found.text)
            assert len(translated) <= 100, translated
            if COMMAND_NAME.match(found.text) and found.text == found.text.lower():
                assert COMMAND_NAME.match(translated), translated
                assert translated == translated.lower()


def test_every_language_has_its_own_name() -> None:
    assert [tag for tag in texts.available_languages() if tag not in texts.LANGUAGE_NAMES] == []
