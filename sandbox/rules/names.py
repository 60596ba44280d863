"""Names: of webhooks, channels, threads, emojis, roles and people."""

from __future__ import annotations

import re
from typing import Any

from sandbox.errors import InvalidForm
from sandbox.rules.forms import Faults, Form

#: What the name of a webhook, or the name it posts under, may not contain or be (docs: Create Webhook; Usernames).
_FORBIDDEN_PARTS = ("clyde", "discord")
_FORBIDDEN_NAMES = ("everyone", "here")
_EMOJI_NAME = re.compile(r"[A-Za-z0-9_]+")


def username_fault(name: str) -> tuple[str, str] | None:
    """The error of a name that a webhook may not bear, or None."""
    folded = name.casefold().strip()
    for part in _FORBIDDEN_PARTS:
        if part in folded:
            return "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{part}"'
    if folded in _FORBIDDEN_NAMES:
        return "USERNAME_INVALID", f'Username cannot be "{folded}"'
    return None


def check_webhook_name(name: Any, field: str = "name") -> None:
    """A webhook's own name, or the one a message is posted under: 1 to 80, none forbidden. Raises InvalidForm."""
    _check_length(name, field, 1, 80)
    wrong = username_fault(name)
    if wrong:
        raise InvalidForm.field(field, *wrong)


def check_channel_name(name: Any, field: str = "name") -> None:
    """The name of a channel or thread: 1 to 100 characters. Raises InvalidForm."""
    _check_length(name, field, 1, 100)


def check_role_name(name: Any, field: str = "name") -> None:
    """The name of a role: 1 to 100 characters. Raises InvalidForm."""
    _check_length(name, field, 1, 100)


def check_emoji_name(name: Any, field: str = "name") -> None:
    """The name of an emoji: 2 to 32 letters, digits and underscores. Raises InvalidForm."""
    _check_length(name, field, 2, 32)
    if not _EMOJI_NAME.fullmatch(name):
        raise InvalidForm.field(field, "STRING_TYPE_REGEX", "String value did not match validation regex.")


def check_nickname(name: Any, field: str = "nick") -> None:
    """A nickname in a server: at most 32 characters, empty or null to take it away. Raises InvalidForm."""
    if name is not None:
        _check_length(name, field, 0, 32)


def check_username(name: Any, field: str = "username") -> None:
    """An account's own name: 2 to 32 characters. Raises InvalidForm."""
    _check_length(name, field, 2, 32)
    wrong = username_fault(name)
    if wrong:
        raise InvalidForm.field(field, *wrong)


def channel_name_as_shown(name: str) -> str:
    """The name as Discord keeps it for a text channel: lower case, blanks turned to hyphens."""
    return re.sub(r"\s+", "-", name.strip()).lower()


def _check_length(name: Any, field: str, low: int, high: int) -> None:
    faults = Faults()
    Form({field: name}, faults).text(field, high, low=low, required=True, strip=True)
    faults.raise_any()
