"""The sandbox's rules against Discord's specification: what the specification refuses, the rules refuse too.

Whole payloads are broken in one place after another; the rules may be stricter (they know more), never laxer.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.errors import ApiError
from sandbox.rules.channels import check_channel, check_thread
from sandbox.rules.commands import check_command
from sandbox.rules.messages import FileInfo, check_execute, check_message
from sandbox.rules.modals import check_modal
from sandbox.rules.roles import check_role
from tests.conformance import spec
from tests.conformance.spec import Specification

FILES = [FileInfo(0, "a.png", 10)]
LINK = "https://cafe.example/x.png"
OPTIONS = [{"label": "l", "value": "v", "description": "d", "default": False, "emoji": {"id": "5", "name": "e"}}]
BUTTON = {"type": 2, "style": 1, "custom_id": "a", "label": "l", "disabled": False, "emoji": {"id": "5", "name": "e"}}
LINK_BUTTON = {"type": 2, "style": 5, "url": LINK, "label": "l"}
SELECT = {
    "type": 3, "custom_id": "s", "options": OPTIONS, "min_values": 1, "max_values": 1, "placeholder": "p",
    "disabled": False,
}  # fmt: skip
USERS = {"type": 5, "custom_id": "u", "default_values": [{"id": "1", "type": "user"}], "max_values": 2}

MESSAGE: dict[str, Any] = {
    "content": "hi", "nonce": "n", "enforce_nonce": True, "tts": False, "flags": 4, "sticker_ids": ["1"],
    "allowed_mentions": {"parse": ["everyone"], "users": ["1"], "roles": ["2"], "replied_user": True},
    "message_reference": {"message_id": "1", "channel_id": "2", "guild_id": "3", "fail_if_not_exists": False},
    "attachments": [{"id": "0", "filename": "a.png", "description": "d", "title": "t", "is_spoiler": False}],
    "embeds": [
        {
            "title": "t", "description": "d", "url": LINK, "color": 5, "timestamp": "2026-11-21T09:00:00+00:00",
            "footer": {"text": "f", "icon_url": LINK}, "author": {"name": "a", "url": LINK, "icon_url": LINK},
            "image": {"url": LINK}, "thumbnail": {"url": LINK},
            "fields": [{"name": "n", "value": "v", "inline": True}],
        }
    ],
    "components": [
        {"type": 1, "components": [BUTTON, LINK_BUTTON]},
        {"type": 1, "components": [SELECT]},
        {"type": 1, "components": [USERS]},
        {"type": 1, "components": [{"type": 8, "custom_id": "c", "channel_types": [0]}]},
    ],
}  # fmt: skip
LAYOUT: dict[str, Any] = {
    "flags": 1 << 15,
    "components": [
        {
            "type": 17, "accent_color": 5, "spoiler": False, "id": 7,
            "components": [
                {"type": 10, "content": "x"},
                {"type": 14, "divider": True, "spacing": 2},
                {"type": 9, "components": [{"type": 10, "content": "x"}], "accessory": BUTTON},
                {
                    "type": 9, "components": [{"type": 10, "content": "x"}],
                    "accessory": {"type": 11, "media": {"url": LINK}, "description": "d", "spoiler": False},
                },
                {"type": 12, "items": [{"media": {"url": LINK}, "description": "d", "spoiler": True}]},
                {"type": 13, "file": {"url": "attachment://a.png"}, "spoiler": False},
            ],
        },
        {"type": 1, "components": [SELECT]},
    ],
}  # fmt: skip
WEBHOOK = {key: MESSAGE[key] for key in ("content", "embeds", "allowed_mentions", "components", "attachments")} | {
    "username": "Mira", "avatar_url": LINK, "thread_name": "t", "applied_tags": ["1"], "flags": 0,
}  # fmt: skip
CHECKBOXES = {"type": 22, "custom_id": "g", "options": [{"label": "a", "value": "a"}]}
MODAL: dict[str, Any] = {
    "custom_id": "m",
    "title": "t",
    "components": [
        {"type": 10, "content": "x"},
        {
            "type": 18, "label": "l", "description": "d",
            "component": {
                "type": 4, "custom_id": "n", "style": 2, "placeholder": "p", "min_length": 1, "max_length": 4000,
                "required": True, "value": "v",
            },
        },
        {"type": 18, "label": "l", "component": SELECT | {"required": True}},
        {"type": 18, "label": "l", "component": {"type": 19, "custom_id": "f", "min_values": 1, "max_values": 2}},
        {"type": 18, "label": "l", "component": CHECKBOXES},
    ],
}  # fmt: skip
COMMAND: dict[str, Any] = {
    "name": "talk", "description": "d", "type": 1, "name_localizations": {"de": "reden"},
    "default_member_permissions": 8, "description_localizations": {"de": "d"},
    "contexts": [0, 1], "integration_types": [0], "dm_permission": True,
    "options": [
        {"type": 3, "name": "a", "description": "d", "required": True, "min_length": 1, "max_length": 9,
         "autocomplete": True},
        {"type": 4, "name": "b", "description": "d", "min_value": 1, "max_value": 9,
         "choices": [{"name": "n", "value": 5}]},
        {"type": 7, "name": "c", "description": "d", "channel_types": [0]},
        {"type": 3, "name": "e", "description": "d", "choices": [{"name": "n", "value": "v"}]},
    ],
}  # fmt: skip
GROUPS: dict[str, Any] = {
    "name": "talk", "description": "d",
    "options": [
        {
            "type": 2, "name": "g", "description": "d",
            "options": [
                {"type": 1, "name": "s", "description": "d", "options": [{"type": 6, "name": "u", "description": "d"}]}
            ],
        }
    ],
}  # fmt: skip
EDIT = {
    key: value for key, value in MESSAGE.items() if key not in {"nonce", "enforce_nonce", "tts", "message_reference"}
}
ROLE = {"name": "r", "permissions": 8, "colors": {"primary_color": 5, "secondary_color": 6}, "hoist": True, "color": 5}
CHANNEL = {
    "name": "c", "type": 0, "topic": "t", "position": 1, "nsfw": False, "parent_id": "1", "rate_limit_per_user": 5,
    "permission_overwrites": [{"id": "1", "type": 0, "allow": 8, "deny": 0}], "default_auto_archive_duration": 60,
}  # fmt: skip
THREAD = {"name": "t", "auto_archive_duration": 60, "rate_limit_per_user": 5, "type": 11, "invitable": True}

CASES: dict[str, tuple[str, dict[str, Any], Callable[[dict[str, Any]], None]]] = {
    "message": ("MessageCreateRequest", MESSAGE, lambda body: check_message(body, files=FILES)),
    "layout": ("MessageCreateRequest", LAYOUT, lambda body: check_message(body, files=FILES)),
    "edit": ("MessageEditRequestPartial", EDIT, lambda body: check_message(body, files=FILES, editing=True)),
    "webhook": ("IncomingWebhookRequestPartial", WEBHOOK, lambda body: check_execute(body, files=FILES)),
    "modal": ("ModalInteractionCallbackRequestData", MODAL, check_modal),
    "command": ("ApplicationCommandCreateRequest", COMMAND, check_command),
    "groups": ("ApplicationCommandCreateRequest", GROUPS, check_command),
    "role": ("CreateRoleRequest", ROLE, check_role),
    "channel": ("CreateGuildChannelRequest", CHANNEL, lambda body: check_channel(body, creating=True)),
    "thread": ("CreateTextThreadWithoutMessageRequest", THREAD, lambda body: check_thread(body, creating=True)),
}


def breakages(payload: Any, path: str = "") -> Iterator[tuple[str, Callable[[Any], None]]]:
    """Ways to break a payload in one place: each changes a copy of it."""
    members = payload.items() if isinstance(payload, dict) else enumerate(payload) if isinstance(payload, list) else ()
    for key, value in members:
        at = f"{path}/{key}"
        for name, other in replacements(value):
            yield f"{at}: {name}", setter(at, other)
        if isinstance(payload, dict):
            yield f"{at}: left out", remover(at)
        yield from breakages(value, at)


def replacements(value: Any) -> Iterator[tuple[str, Any]]:
    yield "null", None
    yield "an object", {}
    yield "a list of lists", [[]]
    if isinstance(value, bool):
        yield "a text", "maybe"
    elif isinstance(value, int):
        yield from (("negative", -1), ("huge", 1 << 62), ("a word", "word"), ("digits", "4"), ("a fraction", 0.5))
    elif isinstance(value, str):
        yield from (("empty", ""), ("long", value + "x" * 7000), ("a number with a point", 0.5), ("true", True))
    elif isinstance(value, list):
        yield from (("empty", []), ("many", value * 60), ("a word", "word"))


def setter(at: str, other: Any) -> Callable[[Any], None]:
    def change(payload: Any) -> None:
        holder, key = follow(payload, at)
        holder[key] = copy.deepcopy(other)

    return change


def remover(at: str) -> Callable[[Any], None]:
    def change(payload: Any) -> None:
        holder, key = follow(payload, at)
        del holder[key]

    return change


def follow(payload: Any, at: str) -> tuple[Any, Any]:
    *steps, last = at.strip("/").split("/")
    for step in steps:
        payload = payload[int(step)] if isinstance(payload, list) else payload[step]
    return payload, int(last) if isinstance(payload, list) else last


def refuses(check: Callable[[dict[str, Any]], None], payload: dict[str, Any]) -> bool:
    try:
        check(payload)
    except ApiError:
        return True
    return False


@pytest.fixture(scope="module")
def specification() -> Specification:
    found = spec.load()
    if found is None:
        pytest.skip(spec.MISSING)
    return found


@pytest.mark.parametrize("name", CASES)
def test_what_the_specification_refuses_the_rules_refuse(specification: Specification, name: str) -> None:
    schema, payload, check = CASES[name]
    assert specification.requested(schema, payload) == []
    check(copy.deepcopy(payload))
    lax: list[str] = []
    tried = 0
    for told, change in breakages(payload):
        broken = copy.deepcopy(payload)
        change(broken)
        if specification.requested(schema, broken):
            tried += 1
            if not refuses(check, broken):
                lax.append(told)
    assert tried > 10
    assert not lax, "\n".join(lax)
