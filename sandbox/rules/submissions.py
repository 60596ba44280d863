"""What a person may send back from a modal: every input answered within the limits the application set.

Discord's own client keeps to these before it sends; its API refuses the rest with a form error at the component.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from sandbox.rules.forms import Faults, Form, JsonObject, length_fault
from sandbox.rules.parts import SELECTS, Kind

_LISTED = SELECTS | {Kind.FILE_UPLOAD, Kind.CHECKBOX_GROUP}
#: Kinds whose values must be among the options the modal offered.
_OFFERED = frozenset({Kind.STRING_SELECT, Kind.RADIO_GROUP, Kind.CHECKBOX_GROUP})


def check_submission(modal: Mapping[str, Any], components: Sequence[Any]) -> None:
    """Check the `components` of a submission against the modal (its checked `data`). Raises InvalidForm."""
    faults = Faults()
    asked = {inner["custom_id"]: inner for inner in _inputs_asked(modal.get("components") or ())}
    answered: set[str] = set()
    for answer in _answers(Form({"components": components}, faults)):
        custom_id = answer.text("custom_id", 100, low=1, required=True)
        question = asked.get(custom_id or "")
        if question is None or custom_id in answered:
            answer.fault("custom_id", "COMPONENT_VALIDATION_FAILED", "Component validation failed")
            continue
        if answer.data.get("type") not in (None, question["type"]):
            answer.fault("type", "COMPONENT_VALIDATION_FAILED", "Component validation failed")
            continue
        answered.add(question["custom_id"])
        _check_answer(answer, question)
    for custom_id, question in asked.items():
        if custom_id not in answered and _is_required(question):
            faults.add("components", "BASE_TYPE_REQUIRED", "This field is required")
    faults.raise_any()


def _inputs_asked(components: Sequence[JsonObject]) -> Iterator[JsonObject]:
    for component in components:
        if component["type"] == Kind.LABEL:
            yield component["component"]
        elif component["type"] == Kind.ACTION_ROW:
            yield from component["components"]


def _answers(form: Form) -> Iterator[Form]:
    """The answered inputs, whether they come in labels or in the older rows; texts answer nothing."""
    for component in form.forms("components", None):
        if component.data.get("type") == Kind.TEXT_DISPLAY:
            continue
        inner = component.form("component")
        if inner:
            yield inner
        yield from component.forms("components", None)


def _is_required(question: JsonObject) -> bool:
    """Everything is, unless it says otherwise; a checkbox never is."""
    return question["type"] != Kind.CHECKBOX and question.get("required") is not False


def _check_answer(answer: Form, question: JsonObject) -> None:
    kind = Kind(question["type"])
    if kind is Kind.TEXT_INPUT:
        _check_text(answer, question)
    elif kind is Kind.CHECKBOX:
        answer.truth("value")
    elif kind is Kind.RADIO_GROUP:
        value = answer.text("value", 100, required=_is_required(question))
        _check_offered(answer, "value", [] if value is None else [value], question)
    elif kind in _LISTED:
        _check_listed(answer, question, kind)


def _check_text(answer: Form, question: JsonObject) -> None:
    value = answer.text("value", 4000) or ""
    if not value:
        if _is_required(question):
            answer.fault("value", "BASE_TYPE_REQUIRED", "This field is required")
        return
    wrong = length_fault(len(value), question.get("min_length") or 0, question.get("max_length") or 4000)
    if wrong:
        answer.fault("value", *wrong)


def _check_listed(answer: Form, question: JsonObject, kind: Kind) -> None:
    values = answer.items("values", None)
    if not values:
        if _is_required(question):
            answer.fault("values", "BASE_TYPE_REQUIRED", "This field is required")
        return
    low, high = _bounds(question, kind)
    wrong = length_fault(len(values), low, high)
    if wrong:
        answer.fault("values", *wrong)
    if kind in _OFFERED:
        _check_offered(answer, "values", values, question)
    else:
        for index, value in enumerate(values):
            Form({str(index): value}, answer.faults, answer.at("values")).snowflake(str(index), required=True)


def _bounds(question: JsonObject, kind: Kind) -> tuple[int, int]:
    """How many values may come; a checkbox group is by default bounded by its options alone."""
    least, most = question.get("min_values"), question.get("max_values")
    if kind is Kind.CHECKBOX_GROUP:
        return (1 if least is None else least), (len(question["options"]) if most is None else most)
    return (1 if least is None else least), (1 if most is None else most)


def _check_offered(answer: Form, key: str, values: list[Any], question: JsonObject) -> None:
    offered = {cast("JsonObject", option)["value"] for option in question["options"]}
    named = [str(value) for value in values]
    if not offered.issuperset(named) or len(set(named)) != len(named):
        answer.fault(key, "COMPONENT_VALIDATION_FAILED", "Component validation failed")
