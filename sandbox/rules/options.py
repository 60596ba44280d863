"""Options of slash commands: nesting, order, choices and bounds (docs: Application Command Option Structure)."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from sandbox.rules.forms import Faults, Form
from sandbox.rules.parts import check_channel_types


class OptionType(IntEnum):
    """Kinds of option."""

    SUB_COMMAND = 1
    SUB_COMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


MAX_OPTIONS = 25
MAX_CHOICES = 25
MAX_STRING_VALUE = 6000
#: Whole numbers an option can hold exactly (2^53).
MAX_INTEGER = 9_007_199_254_740_991

_NESTED = frozenset({OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP})
_VALUES = frozenset(set(OptionType) - _NESTED)
_TYPED = frozenset({OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER})

CheckNamed = Callable[[Form], None]


def check_options(form: Form, *, check_named: CheckNamed, allowed: frozenset[OptionType] = _VALUES | _NESTED) -> None:
    """Note what is wrong with a command's, group's or subcommand's `options`.

    `check_named` checks name and description of each. Subcommands stand beside nothing else, groups hold subcommands,
    subcommands hold values; required ones come first and names differ.
    """
    kinds: list[OptionType] = []
    names: set[str] = set()
    optional_seen = False
    for option in form.forms("options", MAX_OPTIONS):
        kind = option.choice("type", {int(one) for one in allowed}, required=True)
        check_named(option)
        name = str(option.data.get("name"))
        if name in names:
            option.fault(
                "name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option name must be unique among its siblings"
            )
        names.add(name)
        if kind is None:
            continue
        kinds.append(OptionType(kind))
        required = bool(option.truth("required"))
        if required and optional_seen:
            option.fault(
                "",
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional_seen = optional_seen or not required
        _check_option(option, OptionType(kind), check_named)
    if any(kind in _NESTED for kind in kinds) and any(kind in _VALUES for kind in kinds):
        form.fault(
            "options",
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            "Sub-command and sub-command group option types are mutually exclusive to all other types",
        )


def _check_option(option: Form, kind: OptionType, check_named: CheckNamed) -> None:
    if kind is OptionType.SUB_COMMAND_GROUP:
        check_options(option, check_named=check_named, allowed=frozenset({OptionType.SUB_COMMAND}))
    elif kind is OptionType.SUB_COMMAND:
        check_options(option, check_named=check_named, allowed=_VALUES)
    elif kind is OptionType.CHANNEL:
        check_channel_types(option)
    elif kind in _TYPED:
        _check_typed(option, kind)
    if kind not in _TYPED and (option.data.get("choices") or option.data.get("autocomplete")):
        option.fault(
            "type", "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "Choices and autocomplete need a text or a number"
        )


def _check_typed(option: Form, kind: OptionType) -> None:
    autocomplete = option.truth("autocomplete")
    _check_bounds(option, kind)
    _check_choices(option, kind, path="choices")
    if autocomplete and option.data.get("choices"):
        option.fault(
            "",
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES_EXCLUSIVE",
            "Autocomplete and choices are mutually exclusive",
        )


def _check_bounds(option: Form, kind: OptionType) -> None:
    if kind is OptionType.STRING:
        least = option.whole("min_length", low=0, high=MAX_STRING_VALUE)
        most = option.whole("max_length", low=1, high=MAX_STRING_VALUE)
        key = "min_length"
    elif kind is OptionType.INTEGER:
        least = option.whole("min_value", low=-MAX_INTEGER, high=MAX_INTEGER)
        most = option.whole("max_value", low=-MAX_INTEGER, high=MAX_INTEGER)
        key = "min_value"
    else:
        least, most = option.number("min_value"), option.number("max_value")
        key = "min_value"
    if least is not None and most is not None and least > most:
        option.fault(key, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")


def _check_choices(form: Form, kind: OptionType, *, path: str) -> None:
    names: set[str] = set()
    values: set[Any] = set()
    for choice in form.forms(path, MAX_CHOICES):
        name = choice.text("name", 100, low=1, required=True)
        value = _choice_value(choice, kind)
        if name is not None and name in names:
            choice.fault("name", "APPLICATION_COMMAND_OPTIONS_CHOICES_NAME_DUPLICATE", "Choice names must be unique")
        if value is not None and value in values:
            choice.fault("value", "APPLICATION_COMMAND_OPTIONS_CHOICES_VALUE_DUPLICATE", "Choice values must be unique")
        names.add(name or "")
        values.add(value)


def _choice_value(choice: Form, kind: OptionType) -> Any:
    if kind is OptionType.STRING:
        return choice.text("value", MAX_STRING_VALUE, required=True)
    choice.require("value")
    if kind is OptionType.INTEGER:
        return choice.whole("value", low=-MAX_INTEGER, high=MAX_INTEGER)
    return choice.number("value")


def check_autocomplete(data: Any, kind: int, *, path: str = "data") -> None:
    """Check the `data` of an interaction callback of type 8: at most 25 choices, values of the option's `kind`.

    Raises InvalidForm.
    """
    faults = Faults()
    form = Form(data, faults, path)
    for choice in form.forms("choices", MAX_CHOICES):
        choice.text("name", 100, low=1, required=True)
        _choice_value(choice, OptionType(kind))
    faults.raise_any()
