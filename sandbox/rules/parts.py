"""Components that messages and modals share: kinds, selects, emojis, and the numbering of a tree.

Source: docs, Component Reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any, cast

from sandbox.rules.forms import Form, JsonObject


class Kind(IntEnum):
    """Component types."""

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


SELECTS = frozenset(
    {Kind.STRING_SELECT, Kind.USER_SELECT, Kind.ROLE_SELECT, Kind.MENTIONABLE_SELECT, Kind.CHANNEL_SELECT}
)
#: What may be preselected in each kind of select.
_DEFAULT_VALUE_TYPES = {
    Kind.USER_SELECT: {"user"},
    Kind.ROLE_SELECT: {"role"},
    Kind.MENTIONABLE_SELECT: {"user", "role"},
    Kind.CHANNEL_SELECT: {"channel"},
}
#: Every channel type there is (docs: Channel Types).
CHANNEL_TYPES = frozenset({0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16})
MAX_OPTIONS = 25
MAX_CUSTOM_ID = 100


class CustomIds:
    """Every `custom_id` and every `id` of one message or modal, each of which may stand only once."""

    def __init__(self) -> None:
        self._custom_ids: set[str] = set()
        self._numbers: set[int] = set()

    def check(self, component: Form, *, required: bool = True) -> None:
        """Note a custom_id that is missing, too long or taken."""
        custom_id = component.text("custom_id", MAX_CUSTOM_ID, low=1, required=required)
        if not custom_id:
            return
        if custom_id in self._custom_ids:
            component.fault("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        self._custom_ids.add(custom_id)

    def check_number(self, component: Form) -> None:
        """Note an `id` that is no 32-bit number or taken; 0 and null ask for one to be given."""
        number = component.whole("id", low=0, high=(1 << 31) - 1)
        if not number:
            return
        if number in self._numbers:
            component.fault("id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        self._numbers.add(number)


def check_kind(component: Form, allowed: frozenset[Kind]) -> Kind | None:
    """The component's type when it may stand here; a fault and None when not."""
    value = component.data.get("type")
    if value is None:
        component.require("type")
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value in {int(kind) for kind in allowed}:
        return Kind(value)
    listed = ", ".join(str(int(kind)) for kind in sorted(allowed))
    if len(allowed) == 1:
        listed += ","
    component.fault("", "UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({listed}).')
    return None


def check_emoji(component: Form) -> None:
    """Note what is wrong with a button's or option's `emoji`."""
    emoji = component.form("emoji")
    if emoji is None:
        return
    emoji_id = emoji.snowflake("id")
    name = emoji.text("name", 32, required=True)
    # A unicode emoji has a name and no id; letters and digits alone are none.
    if emoji_id is None and name is not None and name.isascii():
        emoji.fault("name", "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")


def check_range(component: Form, *, low: int, high: int) -> tuple[int, int]:
    """Note faults of `min_values` and `max_values`; both as Discord fills them in (1 and 1)."""
    least = component.whole("min_values", low=low, high=high)
    most = component.whole("max_values", low=1, high=high)
    minimum = 1 if least is None else least
    maximum = 1 if most is None else most
    if minimum > maximum:
        component.fault("min_values", "NUMBER_TYPE_MAX", f"int value should be less than or equal to {maximum}.")
    return minimum, maximum


def check_select(component: Form, kind: Kind, custom_ids: CustomIds) -> None:
    """Note what is wrong with a select menu of any kind."""
    custom_ids.check(component)
    component.text("placeholder", 150)
    component.truth("disabled")
    component.truth("required")
    minimum, maximum = check_range(component, low=0, high=MAX_OPTIONS)
    if kind is Kind.STRING_SELECT:
        options = check_options(component, low=1, high=MAX_OPTIONS)
        if options and (minimum > options or maximum > options):
            key = "max_values" if maximum > options else "min_values"
            component.fault(key, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {options}.")
        _check_preselected(component, maximum)
        return
    if kind is Kind.CHANNEL_SELECT:
        check_channel_types(component)
    defaults = component.forms("default_values", maximum)
    for default in defaults:
        default.snowflake("id", required=True)
        if default.text("type", None) not in _DEFAULT_VALUE_TYPES[kind]:
            listed = ", ".join(f"'{name}'" for name in sorted(_DEFAULT_VALUE_TYPES[kind]))
            default.fault("type", "BASE_TYPE_CHOICES", f"Value must be one of ({listed}).")


def check_channel_types(form: Form) -> None:
    """Note what is wrong with `channel_types` of a select or option: known types, each once."""
    members = form.items("channel_types", None)
    for index, member in enumerate(members):
        if isinstance(member, bool) or not isinstance(member, int) or member not in CHANNEL_TYPES:
            listed = ", ".join(map(str, sorted(CHANNEL_TYPES)))
            form.fault(f"channel_types.{index}", "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
    if len({str(member) for member in members}) != len(members):
        form.fault("channel_types", "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")


def check_options(component: Form, *, low: int, high: int) -> int:
    """Note what is wrong with `options`, whose values must differ; how many there are."""
    options = component.forms("options", high, low=low, required=True)
    seen: set[str] = set()
    for option in options:
        option.text("label", 100, low=1, required=True)
        value = option.text("value", 100, low=1, required=True)
        option.text("description", 100)
        option.truth("default")
        check_emoji(option)
        if value is not None and value in seen:
            option.fault(
                "value",
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        elif value is not None:
            seen.add(value)
    return len(options)


def _check_preselected(component: Form, maximum: int) -> None:
    """At most `max_values` options may be preselected."""
    options = cast("list[Any]", component.data.get("options") or [])
    chosen = sum(
        1 for option in options if isinstance(option, Mapping) and cast("JsonObject", option).get("default") is True
    )
    if chosen > maximum:
        component.fault(
            "options",
            "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
            "The number of default values cannot exceed the maximum number of values",
        )


def children(component: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The components directly inside one, in the order in which Discord numbers them."""
    yield from component.get("components") or ()
    for key in ("accessory", "component"):
        if component.get(key):
            yield component[key]


def walk(components: Any) -> Iterator[dict[str, Any]]:
    """A tree of (checked) components, parents before children."""
    for component in components or ():
        yield component
        yield from walk(list(children(component)))
