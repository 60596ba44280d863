"""Whatever arrives, the rules answer in Discord's way: an error tree, never a crash."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import ApiError
from sandbox.rules.channels import check_channel, check_thread
from sandbox.rules.commands import check_command, check_commands
from sandbox.rules.components import check_components, settle_components
from sandbox.rules.modals import check_modal, check_submission
from sandbox.rules.roles import check_role

KEYS = [
    "type",
    "name",
    "description",
    "options",
    "choices",
    "value",
    "required",
    "autocomplete",
    "contexts",
    "name_localizations",
    "min_length",
    "max_length",
    "components",
    "component",
    "accessory",
    "custom_id",
    "label",
    "style",
    "url",
    "emoji",
    "id",
    "items",
    "media",
    "file",
    "content",
    "min_values",
    "max_values",
    "default_values",
    "title",
    "topic",
    "permission_overwrites",
    "permissions",
    "colors",
    "position",
]
LEAF = st.none() | st.booleans() | st.integers(-2, 25) | st.floats(allow_nan=False) | st.text(max_size=6)
VALUE = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)
OBJECT = st.dictionaries(st.sampled_from(KEYS), VALUE, max_size=8)

MODAL = {
    "custom_id": "m",
    "title": "t",
    "components": [
        {"type": 18, "label": "l", "component": {"type": 4, "custom_id": "name", "style": 1}},
        {"type": 18, "label": "l", "component": {"type": 5, "custom_id": "label"}},
        {
            "type": 18,
            "label": "l",
            "component": {"type": 3, "custom_id": "options", "options": [{"label": "a", "value": "a"}]},
        },
    ],
}


@given(OBJECT)
def test_forms(data: dict[str, Any]) -> None:
    for check in (check_command, check_modal, check_role):
        with contextlib.suppress(ApiError):
            check(data)
    for check_made in (check_channel, check_thread):
        with contextlib.suppress(ApiError):
            check_made(data, creating=True)


@given(st.lists(VALUE, max_size=4))
def test_lists(data: list[Any]) -> None:
    with contextlib.suppress(ApiError):
        check_commands(data)
    with contextlib.suppress(ApiError):
        check_submission(MODAL, data)


@given(VALUE)
def test_the_inside_of_a_select(inside: Any) -> None:
    menu = {"type": 5, "custom_id": "u", "default_values": [{"id": 1, "type": inside}, inside], "min_values": inside}
    with contextlib.suppress(ApiError):
        check_components([{"type": 1, "components": [menu]}], v2=False)
    for custom_id in ("label", "options"):
        answer = {"type": 18, "component": {"custom_id": custom_id, "values": [inside]}}
        with contextlib.suppress(ApiError):
            check_submission(MODAL, [answer])


@given(st.lists(VALUE, max_size=4), st.booleans())
def test_components_that_pass_can_be_numbered(data: list[Any], v2: bool) -> None:
    with contextlib.suppress(ApiError):
        check_components(data, v2=v2)
        assert len(settle_components(data)) == len(data)
