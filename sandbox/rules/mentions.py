"""Who a text pings: mention syntax, `allowed_mentions`, and Discord's defaults where it is absent.

Source: docs, Message, Allowed Mentions Object. Without `allowed_mentions` an ordinary message parses everything; a
webhook's message or an interaction's reply parses users only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sandbox.rules.forms import Form, read_snowflake

PARSE_TYPES = frozenset({"users", "roles", "everyone"})
#: What an ordinary message parses when it says nothing.
MESSAGE_PARSE = PARSE_TYPES
#: What a webhook's message or an interaction's reply parses when it says nothing.
WEBHOOK_PARSE = frozenset({"users"})

#: Discord takes at most this many ids in `users` and in `roles`.
MAX_LISTED = 100

_USER = re.compile(r"<@!?(\d{1,20})>")
_ROLE = re.compile(r"<@&(\d{1,20})>")
_CHANNEL = re.compile(r"<#(\d{1,20})>")
_EVERYONE = re.compile(r"@(everyone|here)\b")
#: Code is shown as typed: nothing in it is a mention.
_CODE = re.compile(r"(`{3,}).+?\1|(`{1,2})(?!`).+?(?<!`)\2(?!`)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Whom a message pings (ids as strings, in the order of the text), and which channels it names."""

    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    everyone: bool = False
    channels: tuple[str, ...] = ()


def parse_mentions(
    content: str | None,
    allowed_mentions: Mapping[str, Any] | None,
    *,
    known_users: Container[str],
    known_roles: Collection[str],
    replied_user: str | None = None,
    default_parse: Collection[str] = MESSAGE_PARSE,
    may_ping_everyone: bool = True,
) -> Mentioned:
    """What `content` pings under `allowed_mentions`.

    Only ids in `known_users` and `known_roles` count (for roles: give those the writer may ping). `replied_user` is the
    author of the message answered, who is pinged unless `allowed_mentions.replied_user` is false; Discord takes its
    absence from a given `allowed_mentions` as false. `default_parse` rules where `allowed_mentions` is absent.
    """
    text = _CODE.sub(" ", content or "")
    allowed = Allowed.read(allowed_mentions, default_parse)
    users = [user for user in _unique(_USER.findall(text)) if user in known_users and allowed.user(user)]
    if replied_user is not None and allowed.replied_user and replied_user not in users:
        users.append(replied_user)
    roles = [role for role in _unique(_ROLE.findall(text)) if role in known_roles and allowed.role(role)]
    return Mentioned(
        users=tuple(users),
        roles=tuple(roles),
        everyone=may_ping_everyone and "everyone" in allowed.parse and _EVERYONE.search(text) is not None,
        channels=tuple(_unique(_CHANNEL.findall(text))),
    )


@dataclass(frozen=True, slots=True)
class Allowed:
    """`allowed_mentions`, read."""

    parse: frozenset[str]
    users: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    replied_user: bool = True

    @classmethod
    def read(cls, given: Mapping[str, Any] | None, default_parse: Collection[str]) -> Allowed:
        """From the JSON object, or from its absence."""
        if given is None:
            return cls(parse=frozenset(default_parse))
        return cls(
            parse=frozenset(map(str, _listed(given, "parse"))),
            users=_ids(_listed(given, "users")),
            roles=_ids(_listed(given, "roles")),
            replied_user=bool(given.get("replied_user")),
        )

    def user(self, user_id: str) -> bool:
        """Whether a mention of this user pings."""
        return "users" in self.parse or user_id in self.users

    def role(self, role_id: str) -> bool:
        """Whether a mention of this role pings."""
        return "roles" in self.parse or role_id in self.roles


def check_allowed_mentions(form: Form) -> None:
    """Note what is wrong with a message's `allowed_mentions`."""
    allowed = form.form("allowed_mentions")
    if allowed is None:
        return
    parse = [str(kind) for kind in allowed.items("parse", None) if kind is not None]
    for index, kind in enumerate(parse):
        if kind not in PARSE_TYPES:
            choices = ", ".join(f"'{name}'" for name in sorted(PARSE_TYPES))
            allowed.fault(f"parse.{index}", "BASE_TYPE_CHOICES", f"Value must be one of ({choices}).")
    if len(set(parse)) != len(parse):
        allowed.fault("parse", "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
    for key in ("users", "roles"):
        members = allowed.items(key, MAX_LISTED)
        if members and key in parse:
            allowed.fault(
                "",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{key}"] and {key}: [ids...] are mutually exclusive.',
            )
        _check_ids(allowed, key, members)
    allowed.truth("replied_user")


def _check_ids(form: Form, key: str, members: Iterable[Any]) -> None:
    seen: set[str] = set()
    for index, member in enumerate(members):
        if member is None:
            continue
        found = read_snowflake(member)
        if found is None:
            form.fault(f"{key}.{index}", "NUMBER_TYPE_COERCE", f'Value "{member}" is not snowflake.')
        elif found in seen:
            form.fault(f"{key}.{index}", "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
        else:
            seen.add(found)


def _listed(given: Mapping[str, Any], key: str) -> list[Any]:
    value = given.get(key)
    return list(cast("list[Any]", value)) if isinstance(value, list) else []


def _ids(members: Iterable[Any]) -> frozenset[str]:
    found = (read_snowflake(member) for member in members)
    return frozenset(one for one in found if one is not None)


def _unique(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ids))
