"""What a person typed into a slash command, held against the command: the checks Discord makes before the bot hears."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sandbox.bodies import objects
from sandbox.errors import InvalidForm
from sandbox.rules.forms import raise_forms
from sandbox.rules.options import OptionType
from sandbox.snowflake import as_id
from sandbox.world.models import Json

_HOLDERS = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
#: Options whose value is the id of something.
MENTIONS = (OptionType.USER, OptionType.CHANNEL, OptionType.ROLE, OptionType.MENTIONABLE, OptionType.ATTACHMENT)


def check_given(defined: Sequence[Json], given: Sequence[Json], *, typing: bool, path: str = "data.options") -> None:
    """Check the options of an invocation; while `typing` (autocomplete) they may be unfinished. Raises InvalidForm."""
    by_name = {option["name"]: option for option in defined}
    faults: list[InvalidForm] = []
    seen: set[str] = set()
    for index, option in enumerate(given):
        where = f"{path}.{index}"
        definition = by_name.get(option.get("name"))
        if definition is None or definition["name"] in seen:
            faults.append(InvalidForm.field(where, "APPLICATION_COMMAND_OPTIONS_INVALID", "Unknown option"))
            continue
        seen.add(definition["name"])
        if definition["type"] in _HOLDERS:
            inner = objects(option.get("options"))
            check_given(objects(definition.get("options")), inner, typing=typing, path=f"{where}.options")
        elif not typing:
            fault = _wrong(definition, option.get("value"))
            if fault is not None:
                faults.append(InvalidForm.field(f"{where}.value", *fault))
    if not typing:
        faults += _missing(defined, seen, path)
    raise_forms(faults)


def values(given: Sequence[Json]) -> Iterator[Json]:
    """Every option that carries a value, however deep."""
    for option in given:
        if option.get("type") in _HOLDERS:
            yield from values(objects(option.get("options")))
        else:
            yield option


def path_of(invoked: Json) -> Iterator[str]:
    """The names of group and subcommand, as far as there are any."""
    for option in objects(invoked.get("options")):
        if option.get("type") in _HOLDERS:
            yield str(option.get("name"))
            yield from path_of(option)


def tidied(defined: Sequence[Json], given: Sequence[Json]) -> list[Json]:
    """The options as the bot gets them: with the types of the definition, and no empty `options`."""
    by_name = {option["name"]: option for option in defined}
    answer: list[Json] = []
    for option in given:
        definition = by_name[option["name"]]
        tidy: Json = {"name": definition["name"], "type": definition["type"]}
        if definition["type"] in _HOLDERS:
            inner = tidied(objects(definition.get("options")), objects(option.get("options")))
            if inner:
                tidy["options"] = inner
        else:
            value = option.get("value")
            tidy["value"] = str(value) if definition["type"] in MENTIONS else value
            if option.get("focused"):
                tidy["focused"] = True
        answer.append(tidy)
    return answer


def _missing(defined: Sequence[Json], seen: set[str], path: str) -> Iterator[InvalidForm]:
    for option in defined:
        if option.get("required") and option["name"] not in seen:
            yield InvalidForm.field(
                path, "APPLICATION_COMMAND_OPTIONS_REQUIRED", f"Required option '{option['name']}' is missing"
            )
    holders = [option for option in defined if option["type"] in _HOLDERS]
    if holders and not seen:
        yield InvalidForm.field(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED", "A subcommand is required")


def _wrong(definition: Json, value: Any) -> tuple[str, str] | None:
    kind = OptionType(definition["type"])
    if not _fits(kind, value):
        return "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", f"Value is not of type {kind.name}"
    choices = objects(definition.get("choices"))
    if choices and value not in [choice["value"] for choice in choices]:
        return "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID", "Value is not one of the choices"
    if kind is OptionType.STRING:
        return _outside(len(value), definition.get("min_length"), definition.get("max_length") or 6000, "length")
    if kind in (OptionType.INTEGER, OptionType.NUMBER):
        return _outside(value, definition.get("min_value"), definition.get("max_value"), "value")
    return None


def _fits(kind: OptionType, value: Any) -> bool:
    if kind is OptionType.STRING:
        return isinstance(value, str)
    if kind is OptionType.BOOLEAN:
        return isinstance(value, bool)
    if kind is OptionType.INTEGER:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is OptionType.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return as_id(value) is not None


def _outside(size: float, low: float | None, high: float | None, what: str) -> tuple[str, str] | None:
    if low is not None and size < low:
        return "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID", f"The {what} must be at least {low}"
    if high is not None and size > high:
        return "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID", f"The {what} must be at most {high}"
    return None
