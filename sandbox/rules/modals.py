"""Modals: the form an application opens, and what a person may send back.

Source: docs, Component Reference (Label and what stands in it) and Interactions, Modal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.rules.forms import Faults, Form
from sandbox.rules.parts import SELECTS, CustomIds, Kind, check_kind, check_options, check_range, check_select
from sandbox.rules.submissions import check_submission

__all__ = ["check_modal", "check_submission"]

MAX_TITLE = 45
MAX_TOP_LEVEL = 5
MAX_TEXT_INPUT = 4000

_TOP = frozenset({Kind.ACTION_ROW, Kind.TEXT_DISPLAY, Kind.LABEL})
_IN_LABEL = SELECTS | {
    Kind.TEXT_INPUT,
    Kind.FILE_UPLOAD,
    Kind.RADIO_GROUP,
    Kind.CHECKBOX_GROUP,
    Kind.CHECKBOX,
}


def check_modal(data: Mapping[str, Any], *, path: str = "data") -> None:
    """Check the `data` of an interaction callback of type 9. Raises InvalidForm whose paths begin with `path`."""
    faults = Faults()
    form = Form(data, faults, path)
    form.text("custom_id", 100, low=1, required=True)
    form.text("title", MAX_TITLE, low=1, required=True)
    custom_ids = CustomIds()
    for component in form.forms("components", MAX_TOP_LEVEL, low=1, required=True):
        _check_top_level(component, custom_ids)
    faults.raise_any()


def _check_top_level(component: Form, custom_ids: CustomIds) -> None:
    kind = check_kind(component, _TOP)
    if kind is None:
        return
    custom_ids.check_number(component)
    if kind is Kind.TEXT_DISPLAY:
        component.text("content", 4000, low=1, required=True)
    elif kind is Kind.ACTION_ROW:
        for child in component.forms("components", 1, low=1, required=True):
            if check_kind(child, frozenset({Kind.TEXT_INPUT})):
                child.text("label", 45, low=1, required=True)
                _check_text_input(child, custom_ids)
    else:
        component.text("label", 45, low=1, required=True)
        component.text("description", 100, low=1)
        inner = component.form("component", required=True)
        if inner:
            _check_inner(inner, custom_ids)


def _check_inner(component: Form, custom_ids: CustomIds) -> None:
    kind = check_kind(component, _IN_LABEL)
    if kind is None:
        return
    custom_ids.check_number(component)
    if kind is Kind.TEXT_INPUT:
        _check_text_input(component, custom_ids)
        return
    if kind in SELECTS:
        check_select(component, kind, custom_ids)
        if component.data.get("disabled"):
            component.fault("disabled", "BASE_TYPE_CHOICES", "Value must be one of {False}.")
        return
    custom_ids.check(component)
    component.truth("required")
    match kind:
        case Kind.FILE_UPLOAD:
            check_range(component, low=0, high=10)
        case Kind.RADIO_GROUP:
            check_options(component, low=2, high=10)
        case Kind.CHECKBOX_GROUP:
            options = check_options(component, low=1, high=10)
            minimum = component.whole("min_values", low=0, high=10)
            maximum = component.whole("max_values", low=1, high=10)
            for key, value in (("min_values", minimum), ("max_values", maximum)):
                if value is not None and value > options > 0:
                    component.fault(key, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {options}.")
        case _:
            component.truth("default")


def _check_text_input(component: Form, custom_ids: CustomIds) -> None:
    custom_ids.check(component)
    component.choice("style", {1, 2}, required=True)
    component.text("label", 45)
    component.text("placeholder", 100)
    component.truth("required")
    least = component.whole("min_length", low=0, high=MAX_TEXT_INPUT)
    most = component.whole("max_length", low=1, high=MAX_TEXT_INPUT)
    if least is not None and most is not None and least > most:
        component.fault("min_length", "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
    value = component.text("value", MAX_TEXT_INPUT)
    # A prefilled value is held to the input's own limits, unless it is empty.
    if value and most is not None and len(value) > most:
        component.fault("value", "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
    elif value and least is not None and len(value) < least:
        component.fault("value", "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length.")
