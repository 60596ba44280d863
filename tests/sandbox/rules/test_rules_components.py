"""Components of messages: legacy rows and V2, numbering and defaults."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.rules.components import check_components, number_components, settle_components
from tests.sandbox.rules.answers import faults_of


def button(custom_id: str | None = "a", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "go", "custom_id": custom_id, **more}


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def option(value: str = "v", **more: Any) -> dict[str, Any]:
    return {"label": "l", "value": value, **more}


def select(*options: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "s", "options": list(options), **more}


def text(content: str = "x") -> dict[str, Any]:
    return {"type": 10, "content": content}


THUMBNAIL = {"type": 11, "media": {"url": "https://a.example/x.png"}}


@pytest.mark.parametrize(
    "components",
    [
        [row(*(button(str(n)) for n in range(5)))] * 0
        + [row(*(button(f"{r}{n}") for n in range(5))) for r in range(5)],
        [row(select(*(option(str(n)) for n in range(25)), min_values=0, max_values=25))],
        [row({"type": kind, "custom_id": "u", "placeholder": "p" * 150}) for kind in (5,)],
        [row({"type": 7, "custom_id": "u", "default_values": [{"id": 1, "type": "role"}]})],
        [row({"type": 8, "custom_id": "u", "channel_types": [0, 11]})],
        [row({"type": 2, "style": 5, "url": "https://a.example", "label": "l"})],
        [row({"type": 2, "style": 5, "url": "discord://-/channels", "label": "l"})],
        [row({"type": 2, "style": 6, "sku_id": "5"})],
        [row(button(label=None, emoji={"name": "🔥"}))],
        [row(button(label=None, emoji={"name": "1️⃣"}))],
        [row(button(label=None, emoji={"id": 5, "name": "cat"}))],
        [],
    ],
)
def test_legacy_rows_that_fit(components: list[dict[str, Any]]) -> None:
    check_components(components, v2=False)
    if components:
        check_components(components, v2=True)


C = "components.0.components.0"


@pytest.mark.parametrize(
    ("components", "path", "code"),
    [
        ([text()], "components.0", "UNION_TYPE_CHOICES"),
        ([button()], "components.0", "UNION_TYPE_CHOICES"),
        ([{"components": []}], "components.0.type", "BASE_TYPE_REQUIRED"),
        ([row(button(str(n))) for n in range(6)], "components", "BASE_TYPE_MAX_LENGTH"),
        ([row()], "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        ([row(text())], C, "UNION_TYPE_CHOICES"),
        ([row(select(option()), button())], "components.0.components.1", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        ([row(button("a"), button("a"))], "components.0.components.1.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
        (
            [row(button("a")), row(select(option(), custom_id="a"))],
            "components.1.components.0.custom_id",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        ([row(button("a" * 101))], f"{C}.custom_id", "BASE_TYPE_BAD_LENGTH"),
        ([row(button(""))], f"{C}.custom_id", "BASE_TYPE_BAD_LENGTH"),
        ([row(button(None))], f"{C}.custom_id", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED"),
        ([row(button(label="l" * 81))], f"{C}.label", "BASE_TYPE_MAX_LENGTH"),
        ([row(button(label=""))], f"{C}.label", "BUTTON_COMPONENT_LABEL_REQUIRED"),
        ([row(button(style=7))], f"{C}.style", "BASE_TYPE_CHOICES"),
        ([row(button(style=None))], f"{C}.style", "BASE_TYPE_REQUIRED"),
        ([row(button(url="https://a.example"))], f"{C}.custom_id", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"),
        (
            [row(button(style=5, url="https://a.example"))],
            f"{C}.custom_id",
            "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
        ),
        ([row(button(None, style=5))], f"{C}.url", "BASE_TYPE_REQUIRED"),
        ([row(button(None, style=5, url="steam://x"))], f"{C}.url", "URL_TYPE_INVALID_SCHEME"),
        ([row(button(None, style=5, url="https://a.example/" + "x" * 512))], f"{C}.url", "BASE_TYPE_MAX_LENGTH"),
        ([row({"type": 2, "style": 6})], f"{C}.sku_id", "BASE_TYPE_REQUIRED"),
        ([row(button(emoji={"name": "smile"}))], f"{C}.emoji.name", "BUTTON_COMPONENT_INVALID_EMOJI"),
        ([row(select())], f"{C}.options", "BASE_TYPE_BAD_LENGTH"),
        ([row(select(*(option(str(n)) for n in range(26))))], f"{C}.options", "BASE_TYPE_BAD_LENGTH"),
        ([row(select(option("a"), option("a")))], f"{C}.options.1.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"),
        ([row(select(option("v" * 101)))], f"{C}.options.0.value", "BASE_TYPE_BAD_LENGTH"),
        ([row(select(option(label="l" * 101)))], f"{C}.options.0.label", "BASE_TYPE_BAD_LENGTH"),
        ([row(select(option(description="d" * 101)))], f"{C}.options.0.description", "BASE_TYPE_MAX_LENGTH"),
        ([row(select(option(), max_values=2))], f"{C}.max_values", "NUMBER_TYPE_MAX"),
        ([row(select(option(), option("w"), min_values=2))], f"{C}.min_values", "NUMBER_TYPE_MAX"),
        ([row(select(option(), max_values=26))], f"{C}.max_values", "NUMBER_TYPE_MAX"),
        ([row(select(option(), placeholder="p" * 151))], f"{C}.placeholder", "BASE_TYPE_MAX_LENGTH"),
        (
            [row(select(option("a", default=True), option("b", default=True)))],
            f"{C}.options",
            "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
        ),
        (
            [row({"type": 5, "custom_id": "u", "default_values": [{"id": 1, "type": "role"}]})],
            f"{C}.default_values.0.type",
            "BASE_TYPE_CHOICES",
        ),
        ([row(button("a", id=3), button("b", id=3))], "components.0.components.1.id", "COMPONENT_ID_DUPLICATED"),
        ([row(button(disabled="no"))], f"{C}.disabled", "BOOLEAN_TYPE_CONVERT"),
    ],
)
def test_legacy_rows_that_do_not(components: list[dict[str, Any]], path: str, code: str) -> None:
    found = faults_of(check_components, components, v2=False)
    assert code in found[path], found


def test_v2_takes_forty_components_and_no_more() -> None:
    check_components([text("x")] * 40, v2=True)
    assert "components" in faults_of(check_components, [text("x")] * 41, v2=True)
    nested = [{"type": 17, "components": [row(button(str(n))) for n in range(20)]}]
    found = faults_of(check_components, nested, v2=True)
    assert found == {"components": ["COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"]}


def test_v2_takes_4000_characters_over_all_its_texts() -> None:
    section = {"type": 9, "components": [text("a" * 2000)], "accessory": THUMBNAIL}
    check_components([section, text("b" * 2000)], v2=True)
    found = faults_of(check_components, [section, {"type": 17, "components": [text("b" * 2001)]}], v2=True)
    assert found == {"components": ["COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"]}


@pytest.mark.parametrize(
    "component",
    [
        {"type": 9, "components": [text()] * 3, "accessory": button()},
        {"type": 12, "items": [{"media": {"url": "attachment://a.png"}, "description": "d" * 1024}] * 10},
        {"type": 13, "file": {"url": "attachment://a.png"}, "spoiler": True},
        {"type": 14, "divider": False, "spacing": 2},
        {"type": 17, "accent_color": 0xABCDEF, "components": [{"type": 14}, row(button())]},
    ],
)
def test_v2_layout_that_fits(component: dict[str, Any]) -> None:
    check_components([component], v2=True, filenames=["a.png"])


@pytest.mark.parametrize(
    ("component", "path", "code"),
    [
        ({"type": 9, "components": [text()] * 4, "accessory": THUMBNAIL}, ".components", "BASE_TYPE_BAD_LENGTH"),
        ({"type": 9, "components": [text()]}, ".accessory", "BASE_TYPE_REQUIRED"),
        ({"type": 9, "components": [row(button())], "accessory": THUMBNAIL}, ".components.0", "UNION_TYPE_CHOICES"),
        ({"type": 9, "components": [text()], "accessory": text()}, ".accessory", "UNION_TYPE_CHOICES"),
        ({"type": 12, "items": []}, ".items", "BASE_TYPE_BAD_LENGTH"),
        ({"type": 12, "items": [{"media": {"url": "https://a.example"}}] * 11}, ".items", "BASE_TYPE_BAD_LENGTH"),
        ({"type": 12, "items": [{}]}, ".items.0.media", "BASE_TYPE_REQUIRED"),
        (
            {"type": 12, "items": [{"media": {"url": "attachment://b.png"}}]},
            ".items.0.media.url",
            "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
        ),
        ({"type": 13, "file": {"url": "https://a.example/a.png"}}, ".file.url", "URL_TYPE_INVALID_SCHEME"),
        ({"type": 14, "spacing": 3}, ".spacing", "BASE_TYPE_CHOICES"),
        ({"type": 17, "components": []}, ".components", "BASE_TYPE_BAD_LENGTH"),
        ({"type": 17, "components": [{"type": 17, "components": [text()]}]}, ".components.0", "UNION_TYPE_CHOICES"),
        ({"type": 17, "components": [text()], "accent_color": -1}, ".accent_color", "NUMBER_TYPE_MIN"),
        ({"type": 10, "content": ""}, ".content", "BASE_TYPE_BAD_LENGTH"),
        ({"type": 10}, ".content", "BASE_TYPE_REQUIRED"),
        (THUMBNAIL, "", "UNION_TYPE_CHOICES"),
        ({"type": 4, "custom_id": "x", "style": 1}, "", "UNION_TYPE_CHOICES"),
    ],
)
def test_v2_layout_that_does_not(component: dict[str, Any], path: str, code: str) -> None:
    found = faults_of(check_components, [component], v2=True, filenames=["a.png"])
    assert found == {f"components.0{path}": [code]}


def test_numbers_run_from_one_parents_first_around_those_given() -> None:
    tree = [row(button("a"), button("b", id=2)), {"type": 9, "components": [text()], "accessory": button("c", id=0)}]
    numbered = number_components(tree)
    assert "id" not in tree[0], "what was sent stays as it was"
    assert numbered[0]["id"] == 1
    assert [child["id"] for child in numbered[0]["components"]] == [3, 2]
    assert (numbered[1]["id"], numbered[1]["components"][0]["id"], numbered[1]["accessory"]["id"]) == (4, 5, 6)


@given(st.lists(st.integers(0, 12) | st.none(), max_size=20, unique_by=lambda n: n or object()))
def test_every_component_gets_a_number_of_its_own(given_ids: list[int | None]) -> None:
    numbered = number_components([{**text(), "id": number} for number in given_ids])
    numbers = [component["id"] for component in numbered]
    assert len(set(numbers)) == len(numbers)
    assert all(number >= 1 for number in numbers)
    assert all(mine == theirs for mine, theirs in zip(numbers, given_ids, strict=True) if theirs)


def test_defaults_are_filled_in_as_a_message_shows_them() -> None:
    sent = [
        row(select(option(emoji={"id": None, "name": "🔥"}, description=None), placeholder=None, required=False)),
        {"type": 17, "components": [{"type": 14, "spacing": None}, {"type": 12, "items": [{"media": {"url": "x"}}]}]},
    ]
    menu = settle_components(sent)[0]["components"][0]
    assert (menu["min_values"], menu["max_values"]) == (1, 1)
    assert not {"placeholder", "required"} & set(menu)
    assert menu["options"] == [{"label": "l", "value": "v", "emoji": {"name": "🔥"}}]
    container = settle_components(sent)[1]
    assert (container["accent_color"], container["spoiler"]) == (None, False)
    assert (container["components"][0]["spacing"], container["components"][0]["divider"]) == (1, True)
    assert container["components"][1]["items"][0] == {"media": {"url": "x"}, "description": None, "spoiler": False}
