"""Asks Discord who signs in: exchanges a code for a token, looks once, and gives the token back.

Source: https://discord.com/developers/docs/topics/oauth2 (authorization code grant, token revocation). Only the scope
`identify` is asked for, and the token is used once: nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast
from urllib.parse import urlencode

import aiohttp
import structlog

from bot.ports.identity import SignInRefused, SignInUnreachable
from bot.ports.places import Caller

SCOPE = "identify"
API = "/api/v10"
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
_ANSWER_BYTES = 100_000
_USER_AGENT = "BotCafe (https://discord.com, 1)"

log = structlog.stdlib.get_logger(__name__)


class DiscordIdentities:
    """Discord's OAuth2, or a local Discord's. Close it when the program ends.

    `base_url` is where Discord is (`https://discord.com`), `client_id` tells the application's id once it is known (0
    before that), `client_secret` is empty where signing in is not set up.
    """

    def __init__(self, base_url: str, client_id: Callable[[], int], client_secret: str) -> None:
        self._base_url = base_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._session: aiohttp.ClientSession | None = None

    @property
    def is_ready(self) -> bool:
        """Whether somebody can sign in."""
        return bool(self._client_secret and self._client_id())

    def address(self, *, redirect_uri: str, state: str, challenge: str) -> str:
        """Discord's page that asks the person."""
        query = {
            "client_id": str(self._client_id()),
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._base_url}/oauth2/authorize?{urlencode(query)}"

    async def who(self, *, code: str, redirect_uri: str, verifier: str) -> Caller:
        """Who the code speaks for. Raises `SignInRefused` or `SignInUnreachable`."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        try:
            granted = await self._ask("POST", "/oauth2/token", data=fields)
            token = granted.get("access_token")
            if not isinstance(token, str) or SCOPE not in str(granted.get("scope", "")).split():
                raise SignInRefused
            try:
                return _caller(await self._ask("GET", "/users/@me", bearer=token))
            finally:
                await self._give_back(token)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SignInUnreachable(type(error).__name__) from None

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _give_back(self, token: str) -> None:
        """Revoke the token; that it could not be is no reason to keep somebody out."""
        try:
            await self._ask("POST", "/oauth2/token/revoke", data={"token": token, "token_type_hint": "access_token"})
        except (aiohttp.ClientError, TimeoutError, OSError, SignInRefused, SignInUnreachable) as error:
            log.warning("oauth_token_not_revoked", error=type(error).__name__)

    async def _ask(
        self, method: str, path: str, *, data: Mapping[str, str] | None = None, bearer: str = ""
    ) -> Mapping[str, object]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True)
        headers = {"User-Agent": _USER_AGENT, "Accept": "application/json"}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        else:
            headers["Authorization"] = aiohttp.encode_basic_auth(str(self._client_id()), self._client_secret)
        address = self._base_url + API + path
        async with self._session.request(method, address, data=data, headers=headers, allow_redirects=False) as answer:
            if 400 <= answer.status < 500 and answer.status != 429:
                raise SignInRefused(str(answer.status))
            if answer.status != 200:
                raise SignInUnreachable(str(answer.status))
            if (answer.content_length or 0) > _ANSWER_BYTES:
                raise SignInUnreachable("too long an answer")
            try:
                body = await answer.json()
            except ValueError:
                raise SignInUnreachable("no JSON") from None
        if not isinstance(body, dict):
            raise SignInUnreachable("no object")
        return cast("Mapping[str, object]", body)


def _caller(body: Mapping[str, object]) -> Caller:
    identity, username = str(body.get("id", "")), str(body.get("username", ""))
    if not identity.isdecimal() or not username or body.get("bot"):
        raise SignInUnreachable("nobody in the answer")
    locale = body.get("locale")
    return Caller(
        discord_id=int(identity),
        username=username,
        display_name=str(body.get("global_name") or username),
        locale=str(locale) if locale else None,
    )
