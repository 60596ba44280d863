"""The tokens of interactions through which answers go out where the bot is no member: sealed, bound to their message.

Discord takes them for 15 minutes (https://discord.com/developers/docs/interactions/receiving-and-responding, "Followup
Messages"), so what is kept of them is worthless soon after.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime, timedelta

import structlog

from bot.services.keys.vault import Vault, VaultError

LIFETIME = timedelta(minutes=15)

_log = structlog.get_logger(__name__)


class AnswerTokens:
    """Seals and opens them. Without a vault none is kept, and none is found again."""

    def __init__(self, vault: Vault | None) -> None:
        self._vault = vault

    def seal(self, message_id: int, token: str | None) -> str | None:
        """The token sealed for the message it answers, in base64."""
        if token is None or self._vault is None:
            return None
        return b64encode(self._vault.seal(token.encode(), _context(message_id))).decode()

    def open(self, message_id: int, sealed: bytes | None) -> str | None:
        """The token, where it can be opened."""
        if sealed is None or self._vault is None:
            return None
        try:
            return self._vault.open(sealed, _context(message_id)).decode()
        except VaultError as error:
            _log.warning("answer_token_unreadable", message_id=message_id, reason=type(error).__name__)
            return None


def raw(sealed: str | None) -> bytes | None:
    """A sealed token as it is kept with a turn."""
    return None if sealed is None else b64decode(sealed)


def is_over(claimed_at: datetime, now: datetime) -> bool:
    """Whether Discord takes the token of something claimed then no more."""
    return now - claimed_at >= LIFETIME


def _context(message_id: int) -> bytes:
    return f"answers:{message_id}".encode()
