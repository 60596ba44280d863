"""Who somebody is, as Discord says (OAuth2, authorization code): what signing in on the web needs of it."""

from __future__ import annotations

from typing import Protocol

from bot.ports.places import Caller


class SignInRefused(Exception):
    """Discord did not accept the code: used, too old, or never its own."""


class SignInUnreachable(Exception):
    """Discord did not answer, or answered nonsense."""


class Identities(Protocol):
    """Asks Discord who somebody is. Knows the application's secret and keeps nothing of what Discord hands out."""

    @property
    def is_ready(self) -> bool:
        """Whether the application's id and secret are known, without which nobody can sign in."""
        ...

    def address(self, *, redirect_uri: str, state: str, challenge: str) -> str:
        """Where to send a browser to be asked. `challenge` is PKCE's, method S256."""
        ...

    async def who(self, *, code: str, redirect_uri: str, verifier: str) -> Caller:
        """Who came back with this code. Raises `SignInRefused` or `SignInUnreachable`."""
        ...
