"""Passwords of shared books: kept as scrypt hashes, checked in a thread, and not to be guessed in a row.

scrypt: RFC 7914; the cost is that of its section 2 for interactive logins (N 2^14, r 8, p 1: 16 MB, some 50 ms).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.errors import InvalidInput, LimitReached
from bot.texts import N_

_SALT_BYTES = 16
_WINDOW_SECONDS = 600.0
_REMEMBERED = 10_000


def clean(password: str) -> str:
    """The password as it is kept. Raises `InvalidInput`."""
    words = password.strip()
    if not limits.LORE_PASSWORD_MIN <= len(words) <= limits.LORE_PASSWORD_MAX:
        raise InvalidInput(
            "password_length",
            N_("Password: write {minimum} to {maximum} characters."),
            field="password",
            minimum=int(limits.LORE_PASSWORD_MIN),
            maximum=int(limits.LORE_PASSWORD_MAX),
        )
    return words


async def hashed(password: str) -> bytes:
    """What is kept of a password: salt and hash."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return salt + await asyncio.to_thread(_scrypt, password, salt)


async def fits(password: str, kept: bytes) -> bool:
    """Whether this is the password."""
    words = password.strip()[: limits.LORE_PASSWORD_MAX]
    found = await asyncio.to_thread(_scrypt, words, kept[:_SALT_BYTES])
    return hmac.compare_digest(found, kept[_SALT_BYTES:])


class Tries:
    """How often each person guessed wrong lately, in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: OrderedDict[UUID, list[float]] = OrderedDict()

    def refuse_many(self, user_id: UUID) -> None:
        """Raise `LimitReached` for somebody who guessed too often."""
        if len(self._recent(user_id)) >= limits.LORE_PASSWORD_TRIES:
            raise LimitReached(
                "too_many_guesses",
                N_("Those were too many wrong codes or passwords. Try again in ten minutes, or ask the book's owner."),
            )

    def count(self, user_id: UUID) -> None:
        """Somebody guessed wrong."""
        self._wrong[user_id] = [*self._recent(user_id), self._clock.monotonic()]
        self._wrong.move_to_end(user_id)
        if len(self._wrong) > _REMEMBERED:
            self._wrong.popitem(last=False)

    def forgive(self, user_id: UUID) -> None:
        """What was counted last was right after all."""
        self._wrong[user_id] = self._recent(user_id)[:-1]

    def _recent(self, user_id: UUID) -> list[float]:
        since = self._clock.monotonic() - _WINDOW_SECONDS
        return [at for at in self._wrong.get(user_id, ()) if at > since]


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=1 << 14, r=8, p=1, maxmem=1 << 26)
