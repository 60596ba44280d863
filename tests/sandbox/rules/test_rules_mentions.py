"""Whom a message pings."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rules.messages import MESSAGE_PARSE, WEBHOOK_PARSE, Mentioned, check_message, parse_mentions
from tests.sandbox.rules.answers import faults_of

TEXT = "<@1> and <@!2>, <@&7>, @everyone in <#9>"


def ping(text: str, allowed: dict[str, Any] | None = None, **more: Any) -> Mentioned:
    return parse_mentions(text, allowed, known_users={"1", "2", "3"}, known_roles={"7", "8"}, **more)


def test_silence_about_mentions_pings_everybody_named() -> None:
    assert ping(TEXT) == Mentioned(users=("1", "2"), roles=("7",), everyone=True, channels=("9",))
    assert ping(TEXT, default_parse=MESSAGE_PARSE) == ping(TEXT)


def test_a_webhook_that_is_silent_about_mentions_pings_people() -> None:
    assert ping(TEXT, default_parse=WEBHOOK_PARSE) == Mentioned(users=("1", "2"), channels=("9",))


@pytest.mark.parametrize(
    ("allowed", "users", "roles", "everyone"),
    [
        ({"parse": []}, (), (), False),
        ({}, (), (), False),
        ({"parse": ["users"]}, ("1", "2"), (), False),
        ({"parse": ["roles", "everyone"]}, (), ("7",), True),
        ({"users": [1], "roles": ["7"]}, ("1",), ("7",), False),
        ({"users": [3]}, (), (), False),
        ({"parse": [], "replied_user": True}, (), (), False),
    ],
)
def test_allowed_mentions_rule(allowed: dict[str, Any], users: Any, roles: Any, everyone: bool) -> None:
    found = ping(TEXT, allowed)
    assert (found.users, found.roles, found.everyone) == (users, roles, everyone)


def test_only_those_who_exist_are_pinged_and_each_once() -> None:
    assert ping("<@1> <@1> <@99> <@&99>").users == ("1",)


def test_the_author_answered_is_pinged_unless_told_not_to() -> None:
    assert ping("hi", replied_user="3").users == ("3",)
    assert ping("hi <@3>", replied_user="3").users == ("3",)
    assert ping("hi", {"parse": ["users"]}, replied_user="3").users == ()
    assert ping("hi", {"parse": [], "replied_user": True}, replied_user="3").users == ("3",)


@pytest.mark.parametrize(
    "text", ["`<@1>`", "``a <@1> ` b``", "```\n<@1> @everyone\n```", "@everyones", "@ here", "<@x>"]
)
def test_code_and_near_misses_ping_nobody(text: str) -> None:
    assert ping(text) == Mentioned()


def test_an_unclosed_code_span_does_not_hide_a_ping() -> None:
    assert ping("` <@1>").users == ("1",)


def test_everyone_needs_the_permission() -> None:
    assert ping("@here").everyone
    assert not ping("@here", may_ping_everyone=False).everyone


def test_an_empty_message_pings_nobody() -> None:
    assert ping("") == parse_mentions(None, None, known_users=(), known_roles=()) == Mentioned()


@pytest.mark.parametrize(
    ("allowed", "path", "code"),
    [
        ({"parse": ["users"], "users": [1]}, "", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"),
        ({"parse": ["roles"], "roles": [1]}, "", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"),
        ({"parse": ["people"]}, ".parse.0", "BASE_TYPE_CHOICES"),
        ({"parse": ["users", "users"]}, ".parse", "SET_TYPE_ALREADY_CONTAINS_VALUE"),
        ({"users": list(range(101))}, ".users", "BASE_TYPE_MAX_LENGTH"),
        ({"roles": list(range(101))}, ".roles", "BASE_TYPE_MAX_LENGTH"),
        ({"users": [5, "5"]}, ".users.1", "SET_TYPE_ALREADY_CONTAINS_VALUE"),
        ({"users": ["me"]}, ".users.0", "NUMBER_TYPE_COERCE"),
        ({"replied_user": 1}, ".replied_user", "BOOLEAN_TYPE_CONVERT"),
        ([], "", "MODEL_TYPE_CONVERT"),
    ],
)
def test_what_allowed_mentions_may_not_be(allowed: Any, path: str, code: str) -> None:
    found = faults_of(check_message, {"content": "x", "allowed_mentions": allowed})
    assert found == {f"allowed_mentions{path}": [code]}


def test_empty_lists_beside_parse_are_taken() -> None:
    check_message({"content": "x", "allowed_mentions": {"parse": ["users", "roles"], "users": [], "roles": None}})
    check_message({"content": "x", "allowed_mentions": {"users": list(range(100)), "replied_user": False}})
