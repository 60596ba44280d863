"""Application commands: names, descriptions, options, choices, sizes and numbers."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord import app_commands
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import ApiError
from sandbox.rules.commands import characters, check_command, check_commands, is_chat_name
from sandbox.rules.options import check_autocomplete
from tests.sandbox.rules.answers import faults_of


def command(name: str = "talk", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "d", **more}


def option(name: str = "who", kind: int = 3, **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": "d", **more}


CHOICES = [{"name": str(n), "value": str(n)} for n in range(26)]
NOT_INT = "NUMBER_TYPE_COERCE"
NO_CHOICES = "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID"


@pytest.mark.parametrize("name", ["talk", "a", "x" * 32, "hé-llo_1", "日本", "शब्द", "ไทย", "it's"])
def test_good_names(name: str) -> None:
    check_command(command(name))


@pytest.mark.parametrize("name", ["Talk", "two words", "a.b", "smile😀", "É"])
def test_bad_names(name: str) -> None:
    assert faults_of(check_command, command(name)) == {"name": ["APPLICATION_COMMAND_INVALID_NAME"]}


@pytest.mark.parametrize("name", ["", "x" * 33])
def test_names_of_the_wrong_length(name: str) -> None:
    assert "BASE_TYPE_BAD_LENGTH" in faults_of(check_command, command(name))["name"]


def test_context_menus_have_free_names_and_nothing_else() -> None:
    check_command({"type": 3, "name": "Why This?", "description": ""})
    found = faults_of(check_command, {"type": 2, "name": "Look", "description": "d", "options": [option()]})
    assert set(found) == {"description", "options"}


@pytest.mark.parametrize(
    ("given", "path", "code"),
    [
        ({"description": ""}, "description", "BASE_TYPE_BAD_LENGTH"),
        ({"description": None}, "description", "BASE_TYPE_REQUIRED"),
        ({"description": "d" * 101}, "description", "BASE_TYPE_BAD_LENGTH"),
        ({"type": 9}, "type", "BASE_TYPE_CHOICES"),
        ({"name_localizations": {"xx": "a"}}, "name_localizations.xx", "BASE_TYPE_CHOICES"),
        ({"name_localizations": {"de": "Gross"}}, "name_localizations.de", "APPLICATION_COMMAND_INVALID_NAME"),
        ({"description_localizations": {"de": "d" * 101}}, "description_localizations.de", "BASE_TYPE_BAD_LENGTH"),
        ({"contexts": []}, "contexts", "BASE_TYPE_MIN_LENGTH"),
        ({"contexts": [0, 3]}, "contexts.1", "BASE_TYPE_CHOICES"),
        ({"integration_types": [0, 0]}, "integration_types", "SET_TYPE_ALREADY_CONTAINS_VALUE"),
        ({"default_member_permissions": "lots"}, "default_member_permissions", "NUMBER_TYPE_COERCE"),
        ({"options": [option(str(n)) for n in range(26)]}, "options", "BASE_TYPE_MAX_LENGTH"),
        ({"options": [option("Who")]}, "options.0.name", "APPLICATION_COMMAND_INVALID_NAME"),
        ({"options": [option("a"), option("a")]}, "options.1.name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID"),
        (
            {"options": [option("a"), option("b", required=True)]},
            "options.1",
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        ({"options": [option("a", 1), option("b")]}, "options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
        ({"options": [option("a", 2, options=[option()])]}, "options.0.options.0.type", "BASE_TYPE_CHOICES"),
        ({"options": [option("a", 1, options=[option("b", 1)])]}, "options.0.options.0.type", "BASE_TYPE_CHOICES"),
        ({"options": [option(choices=[{"name": "n"}])]}, "options.0.choices.0.value", "BASE_TYPE_REQUIRED"),
        ({"options": [option(choices=CHOICES)]}, "options.0.choices", "BASE_TYPE_MAX_LENGTH"),
        ({"options": [option(kind=4, choices=[{"name": "n", "value": "x"}])]}, "options.0.choices.0.value", NOT_INT),
        (
            {"options": [option(autocomplete=True, choices=[{"name": "n", "value": "v"}])]},
            "options.0",
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES_EXCLUSIVE",
        ),
        ({"options": [option(kind=6, autocomplete=True)]}, "options.0.type", NO_CHOICES),
        ({"options": [option(min_length=5, max_length=4)]}, "options.0.min_length", "NUMBER_TYPE_MAX"),
        ({"options": [option(kind=4, max_value=2**53)]}, "options.0.max_value", "NUMBER_TYPE_MAX"),
        ({"options": [option(kind=10, min_value=2.5, max_value=1.5)]}, "options.0.min_value", "NUMBER_TYPE_MAX"),
    ],
)  # fmt: skip
def test_what_a_command_may_not_be(given: dict[str, Any], path: str, code: str) -> None:
    assert faults_of(check_command, command(**given)) == {path: [code]}


def test_choices_differ_in_name_and_value() -> None:
    same = [{"name": "n", "value": "v"}] * 2
    found = faults_of(check_command, command(options=[option(choices=same)]))
    assert set(found) == {"options.0.choices.1.name", "options.0.choices.1.value"}


def test_8000_characters_in_the_longest_language_and_no_more() -> None:
    choices = [{"name": f"{n:02}" + "n" * 98, "value": f"{n:02}" + "v" * 98} for n in range(25)]
    big = command("big", options=[option("a", choices=choices), option("b", description="d" * 100)])
    assert characters(big) == 3 + 1 + (1 + 1 + 25 * 200) + (1 + 100)
    check_command(big)
    big["options"].append(option("c", choices=choices))
    assert faults_of(check_command, big) == {"": ["APPLICATION_COMMAND_TOO_LARGE"]}
    translated = command("x", name_localizations={"de": "länger"}, description_localizations={"fr": "l" * 50})
    assert characters(translated) == 6 + 50


def test_a_list_names_the_command_at_fault_by_its_place() -> None:
    assert faults_of(check_commands, [command("a"), command("B")]) == {"1.name": ["APPLICATION_COMMAND_INVALID_NAME"]}
    assert faults_of(check_commands, [command("a"), command("a")]) == {"1": ["APPLICATION_COMMANDS_DUPLICATE_NAME"]}
    check_commands([command("a"), {"type": 2, "name": "a"}, {"type": 3, "name": "a"}])


@pytest.mark.parametrize(("kind", "most"), [(1, 100), (2, 15), (3, 15)])
def test_an_application_has_so_many_commands_and_no_more(kind: int, most: int) -> None:
    named = [{"type": kind, "name": f"c{n}", "description": "d" if kind == 1 else ""} for n in range(most + 1)]
    check_commands(named[:most])
    with pytest.raises(ApiError) as caught:
        check_commands(named)
    assert (caught.value.status, caught.value.code) == (400, 30032)


def test_a_change_may_be_a_part() -> None:
    check_command({"description": "new"}, editing=True)
    check_command({"name": "new"}, editing=True)
    assert "name" in faults_of(check_command, {"name": "Not Good"}, editing=True)


def test_what_discord_py_makes_of_a_tree_is_taken() -> None:
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    group = app_commands.Group(name="character", description="Characters", guild_only=True)

    @group.command(name="summon", description="Call somebody")
    @app_commands.describe(who="whom", loud="how")
    @app_commands.choices(loud=[app_commands.Choice(name="softly", value=1)])
    async def summon(
        interaction: discord.Interaction, who: str, loud: int = 1, face: discord.Attachment | None = None
    ) -> None: ...

    @tree.context_menu(name="Why?")
    async def why(interaction: discord.Interaction, message: discord.Message) -> None: ...

    tree.add_command(group)
    check_commands([one.to_dict(tree) for one in tree.get_commands(type=None)])


@given(st.text(max_size=40))
def test_a_good_name_is_short_lower_case_and_without_blanks(name: str) -> None:
    if is_chat_name(name):
        assert len(name) <= 32
        assert name == name.lower()
        assert not any(character.isspace() for character in name)


@pytest.mark.parametrize(
    ("choices", "kind", "path", "code"),
    [
        ([{"name": "n", "value": "v"}] * 26, 3, "data.choices", "BASE_TYPE_MAX_LENGTH"),
        ([{"name": "", "value": "v"}], 3, "data.choices.0.name", "BASE_TYPE_BAD_LENGTH"),
        ([{"name": "n" * 101, "value": "v"}], 3, "data.choices.0.name", "BASE_TYPE_BAD_LENGTH"),
        ([{"name": "n", "value": 5}], 3, "data.choices.0.value", "STRING_TYPE_CONVERT"),
        ([{"name": "n", "value": "v"}], 4, "data.choices.0.value", "NUMBER_TYPE_COERCE"),
    ],
)
def test_autocomplete_answers(choices: list[Any], kind: int, path: str, code: str) -> None:
    check_autocomplete({"choices": [{"name": "n", "value": "v"}] * 25}, 3)
    check_autocomplete({"choices": [{"name": "n", "value": 2.5}]}, 10)
    assert faults_of(check_autocomplete, {"choices": choices}, kind) == {path: [code]}
