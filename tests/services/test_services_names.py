"""What a character may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from bot.demo.cast import CAST
from bot.errors import InvalidInput
from bot.services.characters.lookalikes import PLAIN
from bot.services.characters.names import clean_name, fold, refuse_taken, skeleton, slug_of
from bot.texts import Say


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Mira", "Mira"),
        ("  Mira   Vale ", "Mira Vale"),
        ("Ｍｉｒａ", "Mira"),
        ("O'Brien", "O'Brien"),
        ("J.R.R. Tolkien", "J.R.R. Tolkien"),
        ("Dr. No", "Dr. No"),
        ("C-3PO", "C-3PO"),
        ("R_2", "R_2"),
        ("Åsa-Märta", "Åsa-Märta"),
        ("Nguyễn Thị", "Nguyễn Thị"),
        ("Мира Vale", "Мира Vale"),
        ("ミラ", "ミラ"),
        ("미라", "미라"),
        ("मीरा", "मीरा"),
        ("شیر‌دل", "شیر‌دل"),
        ("עמית", "עמית"),
        ("Mira 🏮", "Mira 🏮"),
        ("Fam 👩‍👩‍👧", "Fam 👩‍👩‍👧"),
        ("Love ❤️", "Love ❤️"),
        ("Zoë (the second)", "Zoë (the second)"),
    ],
)
def test_names_people_have_are_taken(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@pytest.mark.parametrize("character", CAST, ids=lambda character: character.name)
def test_the_demo_cast_keeps_the_rules(character: object) -> None:
    assert clean_name(character.name) == character.name  # type: ignore[attr-defined]


BAD = [
    ("", "name_empty"),
    ("   ", "name_empty"),
    ("\t\n", "name_lines"),
    ("x" * 320, "name_too_long"),
    ("Q", "name_too_short"),
    ("🏮🏮🏮", "name_without_letters"),
    ("❤️", "name_without_letters"),
    ("!!!", "name_without_letters"),
    ("...", "name_without_letters"),
    ("\u200b\u200b", "name_hidden"),
    ("Mi\u200bra", "name_hidden"),
    ("Mi\u200dra", "name_hidden"),
    ("Mira\u2060", "name_hidden"),
    ("\ufeffMira", "name_hidden"),
    ("Mi\u00adra", "name_hidden"),
    ("\u3164\u3164", "name_hidden"),
    ("\u2800\u2800", "name_hidden"),
    ("Mira\u0000", "name_hidden"),
    ("Mira\u001b[31m", "name_hidden"),
    ("Mira\ud800", "name_hidden"),
    ("Mira\ue000", "name_hidden"),
    ("\U000e0041Mira", "name_hidden"),
    ("\u202eariM", "name_direction"),
    ("Mira\u200f", "name_direction"),
    ("Mi\u2066ra", "name_direction"),
    ("Mira\nVale", "name_lines"),
    ("Mira\u2028Vale", "name_lines"),
    ("https://evil.example", "name_address"),
    ("javascript://x", "name_address"),
    ("www.mira.example", "name_address"),
    ("mira.com", "name_address"),
    ("MIRA.GG/join", "name_address"),
    ("discord.gg/abc", "name_address"),
    ("@everyone", "name_syntax"),
    ("<@123456>", "name_syntax"),
    ("<@&5>", "name_syntax"),
    ("<:kettle:1>", "name_syntax"),
    ("#general", "name_syntax"),
    ("**Mira**", "name_syntax"),
    ("`Mira`", "name_syntax"),
    ("||Mira||", "name_syntax"),
    ("[Mira](x)", "name_syntax"),
    ("~~Mira~~", "name_syntax"),
    ("Mi\\ra", "name_syntax"),
    ("＠everyone", "name_syntax"),
    ("Clyde", "name_reserved"),
    ("My Dïscord friend", "name_reserved"),
    ("ＣＬＹＤＥ the bot", "name_reserved"),
    ("everyone", "name_reserved"),
    ("Här​e".replace("\u200b", ""), None),
    ("HERE", "name_reserved"),
    ("System", "name_reserved"),
    ("Moderator", "name_reserved"),
    ("You", "name_reserved"),
    ("B\u043etCafe", "name_mixed"),
    ("The \u0391dmin", "name_mixed"),
    ("Z" + "\u0351" * 12 + "algo", "name_marks"),
]


@pytest.mark.parametrize(("typed", "code"), [case for case in BAD if case[1]])
def test_other_names_are_refused_with_a_sentence(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_name(typed)
    assert refused.value.code == code
    assert refused.value.field == "name"
    sentence = Say().error(refused.value)
    assert sentence.startswith("The name ")
    assert "{" not in sentence
    assert sentence.endswith(".")


def test_the_limit_is_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_name("x" * 320)
    assert Say().error(refused.value) == "The name may have at most 32 characters; yours has 320."


@pytest.mark.parametrize("name", ["BotCafe", "botcafé", "Bot Café", "ＢｏｔＣａｆé", "b.o.t.c.a.f.e"])
def test_nobody_passes_for_somebody_who_is_here(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        refuse_taken(name, ("Alexandra", "BotCafé"))
    assert "BotCafé" in Say().error(refused.value)
    refuse_taken("Alexander", ("Alexandra", "BotCafé"))


@given(st.text(max_size=60))
def test_whatever_is_typed_is_kept_clean_or_refused(typed: str) -> None:
    try:
        name = clean_name(typed)
    except InvalidInput:
        return
    assert limits.CHARACTER_NAME_MIN <= len(name) <= limits.CHARACTER_NAME_MAX
    assert clean_name(name) == name
    assert not set(name) & set("@<>`*\u202e\u200b\n")
    slug = slug_of(name)
    assert slug
    assert slug == slug.lower() == slug_of(slug)
    assert fold(name)


@pytest.mark.parametrize(
    ("name", "slug"), [("Mira Vale", "mira-vale"), ("Åsa-Märta", "asa-marta"), ("ミラ", "ミラ"), ("Zoë (2)", "zoe-2")]
)
def test_slugs(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@pytest.mark.parametrize(
    "name",
    [
        "ΑΙехаndrа",
        "AIexandra",
        "A1exandra",
        "alexandra",
        "Ａｌｅｘａｎｄｒａ",
        "Аlехаndrа",
        "𝐀lexandra",
        "Ale-xandra",
        "Álexandra",
    ],
)
def test_look_alikes_do_not_pass(name: str) -> None:
    with pytest.raises(InvalidInput):
        refuse_taken(name, ("Alexandra",))


@pytest.mark.parametrize(("one", "other"), [("modern", "rnodern"), ("ВОТ", "bot"), ("οscar", "Oscar")])
def test_whole_words_in_look_alike_letters(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)
    assert skeleton(one) != skeleton(f"{other}s")


@pytest.mark.parametrize("name", ["Роман", "Мира", "Ольга", "Ελένη", "Արամ", "ミラ", "Vera", "Marian", "Lila"])
def test_honest_names_pass_beside_others(name: str) -> None:
    assert clean_name(name) == name
    refuse_taken(name, ("Alexandra", "BotCafé", "Robin", "sasha"))


@pytest.mark.parametrize("name", ["Аdrnin", "Мoderator", "d1scord", "сlуdе", "ѕуѕtеm"])
def test_reserved_names_in_disguise(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_name(name)
    assert refused.value.code in {"name_reserved", "name_mixed"}


@given(st.text(max_size=60))
def test_skeletons_are_stable(text: str) -> None:
    looks = skeleton(text)
    assert skeleton(looks) == looks
    if text.isascii():
        assert skeleton(fold(text)) == looks


DISGUISES: dict[str, list[str]] = {}
for look_alike, plain in PLAIN.items():
    if len(plain) == 1:
        DISGUISES.setdefault(plain.lower(), []).append(look_alike)
FILLINGS = ["", "", "", " ", "-", ".", "_", "'", "\u0301", "\u00ad"]


@st.composite
def disguised(draw: st.DrawFn, name: str) -> str:
    """The name in other letters that look the same, in capitals or wide ones, with signs between them."""
    letters: list[str] = []
    for letter in name.lower():
        ways = [letter, letter.upper(), *DISGUISES.get(letter, [])]
        if letter.isascii() and letter.isalpha():
            ways.append(chr(ord(letter) + 0xFEE0))
        letters += [draw(st.sampled_from(ways)), draw(st.sampled_from(FILLINGS))]
    return "".join(letters)


@given(
    st.sampled_from(["Alexandra", "BotCafé", "Moderation", "Robin"]).flatmap(
        lambda name: st.tuples(st.just(name), disguised(name))
    )
)
def test_no_disguise_passes_for_somebody_who_is_here(names: tuple[str, str]) -> None:
    name, disguise = names
    with pytest.raises(InvalidInput):
        refuse_taken(disguise, (name,))
    refuse_taken(f"{disguise} of the North", (name,))


@given(st.text(max_size=40), st.text(max_size=40))
def test_passing_for_each_other_is_mutual(one: str, other: str) -> None:
    assert passes(one, other) is passes(other, one)
    assert passes(one, one) is bool(skeleton(one))


def passes(name: str, other: str) -> bool:
    try:
        refuse_taken(name, (other,))
    except InvalidInput:
        return True
    return False
