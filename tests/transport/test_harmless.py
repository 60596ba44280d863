"""What a character may not do to a reader."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.transport.harmless import harmless
from bot.transport.names import FALLBACK, NAME_LIMIT, webhook_name

FALSE_LINKS = [
    "[https://example.org](https://evil.example)",
    "[example.org](https://evil.example)",
    "[www.example.org](http://evil.example/?q=example.org)",
    "[https://example.org](<https://evil.example>)",
    '[https://example.org](https://evil.example "example.org")',
    "[https://example.org\n](https://evil.example)",
    "[see [https://example.org] now](https://evil.example)",
    "[https://exam\u200bple.org](https://evil.example)",
    "[ｈttps://example.org](https://evil.example)",
    "[example\u2024org](https://evil.example)",
    "[https://example.org](https://example.org@evil.example/)",
    "[click](https://example.org@evil.example/)",
    "[https://example.org](https://example.org.evil.example)",
    "[click](javascript:alert(1))",
    "[click](data:text/html,hi)",
    "[click](discord://-/settings)",
    "[click](//evil.example)",
    "[click](https://[broken)",
    "[https://example.org ] and](https://evil.example)",
    "[[https://example.org]](https://evil.example)",
    "[discord.gg/abc](https://evil.example)",
    "**[https://example.org](https://evil.example)**",
    "```\n[https://example.org](https://evil.example)\n```",
]


@pytest.mark.parametrize("text", FALSE_LINKS)
def test_a_link_that_shows_another_address_is_parted(text: str) -> None:
    assert "](" not in harmless(text)
    assert harmless(text).replace(" ", "") == text.replace("\n", "\n").replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        "[the menu](https://example.org/menu)",
        "[example.org](https://example.org/menu)",
        "[https://www.example.org/](https://example.org)",
        "[EXAMPLE.org](https://example.ORG:443/x)",
        "[write me](mailto:mira@example.org)",
        "a list [1](https://example.org/1), [2](https://example.org/2)",
        "array[0](x) is no link in sight",
        "no links, @everyone, <@&1>",
        "مرحبا \u200fHello\u200e",
        "tabs\tand\nlines",
    ],
)
def test_honest_text_is_left_alone(text: str) -> None:
    expected = text.replace("[0](x)", "[0] (x)")
    assert harmless(text) == expected


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\x00b", "ab"),
        ("a\x1b[31mb", "a[31mb"),
        ("a\ud800b", "a\ufffdb"),
        ("safe\u202egpj.exe", "safegpj.exe"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("[https://a.example]\u202e(https://b.example)", "[https://a.example] (https://b.example)"),
    ],
)
def test_control_characters_go(text: str, left: str) -> None:
    assert harmless(text) == left


@given(
    st.text()
    | st.lists(st.sampled_from(["[", "]", "](", ")", "https://a.example", "b.example", " ", "x"])).map("".join)
)
def test_twice_is_once_and_the_result_can_be_sent(text: str) -> None:
    once = harmless(text)
    assert harmless(once) == once
    once.encode()


@pytest.mark.timeout(10)  # quadratic behaviour takes minutes here
@pytest.mark.parametrize("unit", ["[", "](", "[a](", "[a.example](https://b.example)", "](https://"])
def test_forty_kilobytes_of_brackets_are_no_trouble(unit: str) -> None:
    harmless(unit * (40_000 // len(unit)))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Mira", "Mira"),
        ("  Mira \n of  the  Kettle ", "Mira of the Kettle"),
        ("Clyde", "Cl\u200ayde"),
        ("DisCord Friend", "Dis\u200aCord Friend"),
        ("d\u200bisc\u200bord", "dis\u200acord"),
        ("everyone", "e\u200averyone"),
        ("```", "'''"),
        ("\u202eariM", "ariM"),
        ("\u200b\u200d\ufeff", FALLBACK),
        ("\u3164", FALLBACK),
        ("", FALLBACK),
        ("x" * 200, "x" * 80),
        ("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"),
        ("見習い", "見習い"),
    ],
)
def test_a_name_becomes_one_discord_takes(name: str, shown: str) -> None:
    assert webhook_name(name) == shown


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(["dis", "cord", "cly", "de", "\u200b", " ", "here", "\u0301"])).map("".join)
)
def test_every_name_keeps_discords_rules(name: str) -> None:
    shown = webhook_name(name)
    assert 1 <= len(shown) <= NAME_LIMIT
    assert shown == shown.strip()
    assert "discord" not in shown.lower()
    assert "clyde" not in shown.lower()
    assert shown.lower() not in ("everyone", "here")
    assert "```" not in shown
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in shown)
