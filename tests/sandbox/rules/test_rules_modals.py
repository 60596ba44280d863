"""Modals, and what comes back from them."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rules.modals import check_modal, check_submission
from tests.sandbox.rules.answers import faults_of


def label(component: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Name", "component": component, **more}


def text_input(custom_id: str = "name", **more: Any) -> dict[str, Any]:
    return {"type": 4, "custom_id": custom_id, "style": 1, **more}


def options(*values: str) -> list[dict[str, Any]]:
    return [{"label": value, "value": value} for value in values]


def modal(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"custom_id": "m", "title": "Make a character", "components": list(components), **more}


EVERYTHING = [
    text_input(min_length=1, max_length=4000, placeholder="p" * 100, value="v"),
    {"type": 3, "custom_id": "s", "options": options("a", "b"), "required": False, "min_values": 0, "max_values": 2},
    {"type": 5, "custom_id": "u"},
    {"type": 6, "custom_id": "r"},
    {"type": 7, "custom_id": "x"},
    {"type": 8, "custom_id": "c", "channel_types": [0]},
    {"type": 19, "custom_id": "f", "min_values": 0, "max_values": 10, "required": False},
    {"type": 21, "custom_id": "q", "options": options("a", "b")},
    {"type": 22, "custom_id": "g", "options": options("a"), "min_values": 0, "max_values": 1},
    {"type": 23, "custom_id": "k", "default": True},
]


@pytest.mark.parametrize("component", EVERYTHING)
def test_every_kind_of_input_stands_in_a_label(component: dict[str, Any]) -> None:
    check_modal(modal(label(component, description="d" * 100), {"type": 10, "content": "# hello"}))


def test_the_older_rows_hold_one_text_input_with_a_label() -> None:
    check_modal(modal({"type": 1, "components": [text_input(label="Name")]}))
    found = faults_of(check_modal, modal({"type": 1, "components": [text_input()]}))
    assert found == {"data.components.0.components.0.label": ["BASE_TYPE_REQUIRED"]}


L = "components.0.component"


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        (modal(label(text_input()), title="t" * 46), "title", "BASE_TYPE_BAD_LENGTH"),
        (modal(label(text_input()), title=""), "title", "BASE_TYPE_BAD_LENGTH"),
        (modal(label(text_input()), custom_id="c" * 101), "custom_id", "BASE_TYPE_BAD_LENGTH"),
        (modal(label(text_input()), custom_id=None), "custom_id", "BASE_TYPE_REQUIRED"),
        (modal(), "components", "BASE_TYPE_BAD_LENGTH"),
        (modal(*(label(text_input(str(n))) for n in range(6))), "components", "BASE_TYPE_BAD_LENGTH"),
        (modal(text_input()), "components.0", "UNION_TYPE_CHOICES"),
        (modal(label(text_input(), label="l" * 46)), "components.0.label", "BASE_TYPE_BAD_LENGTH"),
        (modal(label(text_input(), description="d" * 101)), "components.0.description", "BASE_TYPE_BAD_LENGTH"),
        (modal({"type": 18, "label": "x"}), "components.0.component", "BASE_TYPE_REQUIRED"),
        (modal(label({"type": 2, "style": 1, "custom_id": "b"})), L, "UNION_TYPE_CHOICES"),
        (
            modal(label(text_input()), label(text_input())),
            "components.1.component.custom_id",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (modal(label(text_input(style=3))), f"{L}.style", "BASE_TYPE_CHOICES"),
        (modal(label(text_input(placeholder="p" * 101))), f"{L}.placeholder", "BASE_TYPE_MAX_LENGTH"),
        (modal(label(text_input(max_length=4001))), f"{L}.max_length", "NUMBER_TYPE_MAX"),
        (modal(label(text_input(min_length=-1))), f"{L}.min_length", "NUMBER_TYPE_MIN"),
        (modal(label(text_input(min_length=9, max_length=5))), f"{L}.min_length", "NUMBER_TYPE_MAX"),
        (modal(label(text_input(value="v" * 4001))), f"{L}.value", "BASE_TYPE_MAX_LENGTH"),
        (modal(label(text_input(value="vv", max_length=1))), f"{L}.value", "BASE_TYPE_MAX_LENGTH"),
        (modal(label(text_input(value="v", min_length=2))), f"{L}.value", "BASE_TYPE_MIN_LENGTH"),
        (modal(label({**EVERYTHING[2], "disabled": True})), f"{L}.disabled", "BASE_TYPE_CHOICES"),
        (modal(label({**EVERYTHING[6], "max_values": 11})), f"{L}.max_values", "NUMBER_TYPE_MAX"),
        (modal(label({**EVERYTHING[7], "options": options("a")})), f"{L}.options", "BASE_TYPE_BAD_LENGTH"),
        (modal(label({**EVERYTHING[8], "options": []})), f"{L}.options", "BASE_TYPE_BAD_LENGTH"),
        (modal(label({**EVERYTHING[8], "max_values": 2})), f"{L}.max_values", "NUMBER_TYPE_MAX"),
    ],
)
def test_what_a_modal_may_not_be(data: dict[str, Any], path: str, code: str) -> None:
    assert faults_of(check_modal, data) == {f"data.{path}": [code]}


def answer(component: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {
        "type": 18,
        "id": 1,
        "component": {"type": component["type"], "id": 2, "custom_id": component["custom_id"], **given},
    }


@pytest.mark.parametrize(
    ("component", "given"),
    [
        (text_input(), {"value": "Mira"}),
        (text_input(required=False), {"value": ""}),
        (text_input(required=False, min_length=5), {}),
        (EVERYTHING[1], {"values": []}),
        (EVERYTHING[1], {"values": ["a", "b"]}),
        (EVERYTHING[2], {"values": ["123"]}),
        (EVERYTHING[6], {"values": ["1", "2"]}),
        (EVERYTHING[7], {"value": "b"}),
        ({**EVERYTHING[7], "required": False}, {"value": None}),
        ({**EVERYTHING[8], "options": options("a", "b"), "max_values": None}, {"values": ["a", "b"]}),
        (EVERYTHING[9], {"value": False}),
    ],
)
def test_answers_within_the_limits_are_taken(component: dict[str, Any], given: dict[str, Any]) -> None:
    check_submission(modal(label(component)), [answer(component, **given)])


@pytest.mark.parametrize(
    ("component", "given", "field", "code"),
    [
        (text_input(), {"value": ""}, "value", "BASE_TYPE_REQUIRED"),
        (text_input(max_length=3), {"value": "four"}, "value", "BASE_TYPE_MAX_LENGTH"),
        (text_input(min_length=3, max_length=9), {"value": "ab"}, "value", "BASE_TYPE_BAD_LENGTH"),
        (text_input(), {"value": 5}, "value", "STRING_TYPE_CONVERT"),
        (EVERYTHING[1], {"values": ["z"]}, "values", "COMPONENT_VALIDATION_FAILED"),
        (EVERYTHING[1], {"values": ["a", "a"]}, "values", "COMPONENT_VALIDATION_FAILED"),
        (EVERYTHING[2], {"values": []}, "values", "BASE_TYPE_REQUIRED"),
        (EVERYTHING[2], {"values": ["1", "2"]}, "values", "BASE_TYPE_BAD_LENGTH"),
        (EVERYTHING[2], {"values": ["Mira"]}, "values.0", "NUMBER_TYPE_COERCE"),
        (EVERYTHING[7], {"value": None}, "value", "BASE_TYPE_REQUIRED"),
        (EVERYTHING[7], {"value": "z"}, "value", "COMPONENT_VALIDATION_FAILED"),
        (EVERYTHING[9], {"value": "on"}, "value", "BOOLEAN_TYPE_CONVERT"),
    ],
)
def test_answers_outside_them_are_not(component: dict[str, Any], given: dict[str, Any], field: str, code: str) -> None:
    found = faults_of(check_submission, modal(label(component)), [answer(component, **given)])
    assert code in found[f"components.0.component.{field}"]


def test_answers_come_in_rows_too_and_texts_answer_nothing() -> None:
    asked = modal({"type": 1, "components": [text_input(label="Name")]}, {"type": 10, "content": "x"})
    sent = [
        {"type": 1, "components": [{"type": 4, "custom_id": "name", "value": "Mira"}]},
        {"type": 10, "id": 3},
    ]
    check_submission(asked, sent)


def test_what_was_not_asked_or_is_answered_twice_or_left_out_is_refused() -> None:
    asked = modal(label(text_input()))
    stranger = answer(text_input("other"), value="x")
    assert "components.0.component.custom_id" in faults_of(check_submission, asked, [stranger])
    twice = [answer(text_input(), value="x")] * 2
    assert "components.1.component.custom_id" in faults_of(check_submission, asked, twice)
    disguised = answer({"type": 3, "custom_id": "name"}, values=["x"])
    assert "components.0.component.type" in faults_of(check_submission, asked, [disguised])
    assert faults_of(check_submission, asked, []) == {"components": ["BASE_TYPE_REQUIRED"]}
