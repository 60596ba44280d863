"""The forms of /lore: every field stands in one, and Discord takes each."""

from collections import Counter
from typing import Any

import discord
import pytest
from simcord.components import validate_modal

from bot.services.lore.fields import BOOK_FIELDS, ENTRY_FIELDS, Kind, written
from bot.texts import Say
from cogs.lore import book_panel, entry_panel, sharing
from cogs.lore.controls import Around
from cogs.lore.forms import FieldsForm

AROUND = Around(
    {str(number): f"Character {number}" for number in range(40)},
    {str(number): f"Persona {number}" for number in range(40)},
    {"1": "The Copper Kettle"},
)


async def nothing(interaction: discord.Interaction[Any], changed: dict[str, str]) -> None:
    raise AssertionError("nothing is sent here")


def test_every_field_of_an_entry_stands_in_one_form() -> None:
    placed = Counter(name for _, names in entry_panel.FORMS.values() for name in names)
    # The switch is a button of the panel.
    assert placed == Counter(name for name in ENTRY_FIELDS if name != "is_enabled")


def test_every_field_of_a_book_stands_in_one_form() -> None:
    placed = Counter(name for _, names in book_panel.FORMS.values() for name in names)
    assert placed + Counter(sharing.RULES) == Counter(list(BOOK_FIELDS))


@pytest.mark.parametrize("language", ["en", "es", "qps"])
@pytest.mark.parametrize("is_filled", [False, True])
@pytest.mark.parametrize(
    ("fields", "names"),
    [
        *(pytest.param(ENTRY_FIELDS, one[1], id=f"entry-{code}") for code, one in entry_panel.FORMS.items()),
        *(pytest.param(BOOK_FIELDS, one[1], id=f"book-{code}") for code, one in book_panel.FORMS.items()),
    ],
)
async def test_discord_takes_every_form(
    fields: dict[str, Any], names: tuple[str, ...], is_filled: bool, language: str
) -> None:
    shown = {name: written(fields[name], fields[name].default) for name in names}
    if is_filled:
        longest = {Kind.LINE: "x" * 4000, Kind.TEXT: "x" * 4000, Kind.CHARACTERS: "1, 2, unknown"}
        shown = {name: longest.get(fields[name].kind, shown[name]) for name in names}
    form = FieldsForm("A form", [fields[name] for name in names], shown, Say(language), AROUND, nothing)
    validate_modal(form.to_dict())
    assert len(form.to_dict()["components"]) <= 5
    for control in form.to_dict()["components"]:
        assert len(control["label"]) <= 45
        assert len(control.get("description") or "") <= 100


async def test_what_a_menu_does_not_show_is_kept() -> None:
    field = ENTRY_FIELDS["characters_only"]
    form = FieldsForm("A form", [field], {"characters_only": "1, elsewhere"}, Say("en"), AROUND, nothing)
    (control,) = form.controls
    assert set(control.written()["characters_only"].split(", ")) == {"elsewhere"}
    nobody = FieldsForm("A form", [field], {"characters_only": "elsewhere"}, Say("en"), Around({}, {}, {}), nothing)
    assert nobody.is_empty
