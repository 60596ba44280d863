"""OAuth2: authorise page, tokens, revocation, and who a token speaks for (docs: OAuth2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets

from sandbox.clock import iso
from sandbox.render import people
from sandbox.rest.call import Answer, Call
from sandbox.rest.routes import ANYBODY, Routes
from sandbox.world.models import Application, Grant, Json

routes = Routes()

#: How long an access token lives, in seconds (docs: a week).
TOKEN_LIVES = 604_800
#: How long a code may wait to be exchanged, in seconds.
CODE_LIVES = 600


@routes.post("/oauth2/token", callers=ANYBODY)
async def token(call: Call) -> Answer | Json:
    """Exchange a code or a refresh token; form-encoded only."""
    fields = await call.fields()
    application = _client(call, fields)
    if application is None:
        return _error(401, "invalid_client")
    kind = fields.get("grant_type")
    if kind == "authorization_code":
        grant = _by_code(call, application, fields)
    elif kind == "refresh_token":
        grant = _by_refresh(call, application, fields.get("refresh_token"))
    else:
        return _error(400, "unsupported_grant_type", "Invalid grant_type in request.")
    if grant is None:
        return _error(400, "invalid_grant", 'Invalid "code" in request.')
    grant.access_token = secrets.token_urlsafe(22)
    grant.refresh_token = secrets.token_urlsafe(22)
    grant.expires_at = call.core.clock.now() + TOKEN_LIVES
    call.world.grants.put(grant)
    return {
        "token_type": "Bearer",
        "access_token": grant.access_token,
        "expires_in": TOKEN_LIVES,
        "refresh_token": grant.refresh_token,
        "scope": " ".join(grant.scopes),
    }


@routes.post("/oauth2/token/revoke", callers=ANYBODY)
async def revoke(call: Call) -> Answer | Json:
    """Revoke a token: access and refresh token of a grant go together."""
    fields = await call.fields()
    application = _client(call, fields)
    if application is None:
        return _error(401, "invalid_client")
    given = fields.get("token")
    for grant in call.world.grants:
        if given and grant.application_id == application.id and given in (grant.access_token, grant.refresh_token):
            call.world.grants.drop(grant.id)
    return {}


@routes.get("/oauth2/@me", callers=frozenset({"bearer"}))
async def me(call: Call) -> Json:
    """Get Current Authorization Information."""
    grant = call.caller.grant
    assert grant is not None
    answer: Json = {
        "application": people.application(call.world.application(grant.application_id)),
        "scopes": list(grant.scopes),
        "expires": iso(grant.expires_at),
    }
    if "identify" in grant.scopes:
        answer["user"] = people.user(call.world.user(grant.user_id))
    return answer


def _client(call: Call, fields: dict[str, str]) -> Application | None:
    """The application whose id and secret came by HTTP Basic or in the form."""
    identity, secret = fields.get("client_id"), fields.get("client_secret")
    header = call.request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        try:
            identity, _, secret = base64.b64decode(header[6:], validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
    application = call.world.applications.get(identity)
    if application is None or not secrets.compare_digest(application.client_secret.encode(), (secret or "").encode()):
        return None
    return application


def _by_code(call: Call, application: Application, fields: dict[str, str]) -> Grant | None:
    """The grant of a code, which works once; None when anything about it is wrong."""
    grant = call.world.grants.get(fields.get("code"))
    if grant is None or grant.access_token is not None or grant.application_id != application.id:
        return None
    call.world.grants.drop(grant.id)
    if grant.expires_at < call.core.clock.now() or grant.redirect_uri != fields.get("redirect_uri"):
        return None
    if grant.challenge is not None and grant.challenge != _challenge(fields.get("code_verifier", "")):
        return None
    grant.id = call.world.new_id()
    return grant


def _by_refresh(call: Call, application: Application, given: str | None) -> Grant | None:
    fits = (
        grant
        for grant in call.world.grants
        if given and grant.refresh_token == given and grant.application_id == application.id
    )
    return next(fits, None)


def _challenge(verifier: str) -> str:
    """PKCE, method S256 (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _error(status: int, error: str, description: str | None = None) -> Answer:
    body = {"error": error}
    if description:
        body["error_description"] = description
    return Answer(status, body)
