"""Macros: names in, everything else left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.talk.macros import expand


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("{{char}} and {{user}}", "Mira and Alex"),
        ("{{ Char }} and {{USER}}", "Mira and Alex"),
        ("{{weather}} {{random:a,b}} {char} {{char", "{{weather}} {{random:a,b}} {char} {{char"),
        ("", ""),
    ],
)
def test_names_are_put_in_and_the_unknown_is_left(text: str, expanded: str) -> None:
    assert expand(text, char="Mira", user="Alex") == expanded


def test_one_pass_only() -> None:
    assert expand("{{user}}", char="Mira", user="{{char}}") == "{{char}}"


@given(st.text())
def test_text_without_macros_is_unchanged(text: str) -> None:
    assert "{{" in text or expand(text, char="Mira", user="Alex") == text
