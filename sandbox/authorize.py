"""The page on which a person lets an application know them, or invites a bot: /oauth2/authorize.

On Discord it stands on discord.com, not below the API; here it is at the sandbox's root.
"""

from __future__ import annotations

import html
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import yarl
from aiohttp import web

from sandbox import permissions
from sandbox.acts import guilds as guild_acts
from sandbox.avatars import is_loopback
from sandbox.core import Core
from sandbox.oauth2 import CODE_LIVES
from sandbox.permissions import Permission
from sandbox.world.models import Application, Grant, Guild, User

SCOPES = {
    "identify": "Know your name and picture",
    "email": "Know your e-mail address",
    "guilds": "Know which servers you are in",
    "guilds.members.read": "Know your nickname and roles in those servers",
    "bot": "Add a bot to a server",
    "applications.commands": "Add commands to a server",
}
FOR_ONESELF = "Use its commands wherever you are"
_INSTALLS = ("applications.commands",)
#: Fields that travel from the address through the form unchanged.
_CARRIED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "permissions",
    "guild_id",
    "code_challenge",
    "code_challenge_method",
    "integration_type",
)
#: docs: Application, Installation Context: a person takes the application along.
_FOR_ONESELF = "1"
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { display: grid; place-items: center; min-height: 100vh; margin: 0; background: light-dark(#f2f3f5, #1e1f22); }
main { width: min(26rem, 90vw); padding: 1.5rem; border-radius: 12px; background: light-dark(#fff, #2b2d31); }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; } fieldset { border: 0; padding: 0; margin: 1rem 0; }
legend { font-weight: 600; } label { display: block; padding: .4rem 0; }
button { font: inherit; padding: .6rem 1.2rem; border: 0; border-radius: 8px; cursor: pointer; }
.go { background: #4752c4; color: #fff; } .no { background: transparent; color: inherit; }
select { font: inherit; width: 100%; padding: .4rem; }
"""


class Refusal(Exception):
    """The request cannot be shown or granted."""


@dataclass(frozen=True)
class Request:
    """A checked authorisation request."""

    application: Application
    scopes: list[str]
    redirect_uri: str | None
    carried: dict[str, str]

    @property
    def for_oneself(self) -> bool:
        """Whether the person installs the application for themselves, wherever they are."""
        return self.carried.get("integration_type") == _FOR_ONESELF and "applications.commands" in self.scopes

    @property
    def adds_to_server(self) -> bool:
        """Whether a server must be chosen."""
        return not self.for_oneself and bool({"bot", "applications.commands"} & set(self.scopes))


def mount(app: web.Application, core: Core) -> None:
    """Serve the page and take its answer."""

    async def show(request: web.Request) -> web.Response:
        try:
            return _page(_form(core, read(core, request.query)))
        except Refusal as refusal:
            return _page(f"<h1>This link does not work</h1><p>{html.escape(str(refusal))}</p>", 400)

    async def take(request: web.Request) -> web.Response:
        fields = {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
        try:
            target = decide(core, read(core, fields), fields)
        except Refusal as refusal:
            return _page(f"<h1>That did not work</h1><p>{html.escape(str(refusal))}</p>", 400)
        if target is None:
            return _page("<h1>Done</h1><p>You can close this page.</p>")
        return web.Response(status=302, headers={"Location": target})

    app.router.add_get("/oauth2/authorize", show)
    app.router.add_post("/oauth2/authorize", take)


def read(core: Core, fields: Mapping[str, str]) -> Request:
    """Check what an application asks for. Raises Refusal with a sentence for the person."""
    application = core.world.applications.get(fields.get("client_id"))
    if application is None:
        raise Refusal("There is no such application.")
    scopes = fields.get("scope", "").split()
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if not scopes or unknown:
        raise Refusal(f"Unknown scope: {', '.join(unknown) or '(none)'}.")
    redirect = fields.get("redirect_uri")
    adds_only = set(scopes) <= {"bot", "applications.commands"}
    if redirect is None and not adds_only:
        raise Refusal("redirect_uri is missing.")
    if redirect is not None and not _may_return_to(application, redirect):
        raise Refusal("This redirect_uri is not one of the application's.")
    if fields.get("response_type", "code" if adds_only else "") != "code":
        raise Refusal("response_type must be code.")
    if fields.get("integration_type") == _FOR_ONESELF and "bot" in scopes:
        raise Refusal("A bot joins servers; it cannot be installed for a person.")
    if fields.get("code_challenge") and fields.get("code_challenge_method") != "S256":
        raise Refusal("code_challenge_method must be S256.")
    carried = {key: fields[key] for key in _CARRIED if key in fields}
    return Request(application, scopes, redirect, carried)


def decide(core: Core, request: Request, fields: Mapping[str, str]) -> str | None:
    """Carry out a person's answer; where the browser goes then, or None to stay. Raises Refusal."""
    if fields.get("answer") != "authorize":
        return _return(
            request, {"error": "access_denied", "error_description": "The resource owner denied the request"}
        )
    person = core.world.users.get(fields.get("person"))
    if person is None or person.bot:
        raise Refusal("Choose who you are.")
    guild = _invite(core, request, person, fields) if request.adds_to_server else None
    if request.for_oneself:
        guild_acts.install_for(core, request.application, person, installed=True)
    if request.redirect_uri is None:
        return None
    grant = Grant(
        id=secrets.token_urlsafe(22),
        application_id=request.application.id,
        user_id=person.id,
        scopes=request.scopes,
        redirect_uri=request.redirect_uri,
        expires_at=core.clock.now() + CODE_LIVES,
        challenge=request.carried.get("code_challenge"),
    )
    core.world.grants.put(grant)
    answer = {"code": grant.id}
    if guild is not None:
        answer |= {"guild_id": guild.id, "permissions": request.carried.get("permissions", "0")}
    return _return(request, answer)


def _invite(core: Core, request: Request, person: User, fields: Mapping[str, str]) -> Guild:
    guild = core.world.guilds.get(fields.get("server") or request.carried.get("guild_id"))
    if guild is None:
        raise Refusal("Choose a server.")
    if not permissions.in_guild(core.world, guild.id, person.id) & Permission.MANAGE_GUILD:
        raise Refusal(f"{person.global_name} may not manage {guild.name}.")
    if "bot" in request.scopes:
        wanted = request.carried.get("permissions", "0")
        guild_acts.invite_bot(core, guild, request.application, int(wanted) if wanted.isdecimal() else 0)
    return guild


def _may_return_to(application: Application, uri: str) -> bool:
    """Registered addresses, or, while none is registered, any on this machine (there is no portal to register at)."""
    if application.redirect_uris:
        return uri in application.redirect_uris
    return uri.startswith(("http://", "https://")) and is_loopback(uri)


def _return(request: Request, answer: dict[str, str]) -> str | None:
    if request.redirect_uri is None:
        return None
    if "state" in request.carried:
        answer["state"] = request.carried["state"]
    return str(yarl.URL(request.redirect_uri).update_query(answer))


# ---------------------------------------------------------------------------------------------------- the page


def _form(core: Core, request: Request) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{key}" value="{html.escape(value)}">' for key, value in request.carried.items()
    )
    persons = "".join(
        f'<label><input type="radio" name="person" value="{user.id}" required> {html.escape(user.global_name or "")} '
        f"({html.escape(user.standing)})</label>"
        for user in core.world.users
        if not user.bot
    )
    shown = [FOR_ONESELF if request.for_oneself and one in _INSTALLS else SCOPES[one] for one in request.scopes]
    asked = "".join(f"<li>{html.escape(line)}</li>" for line in shown)
    return (
        f"<h1>{html.escape(request.application.name)} asks for access</h1><ul>{asked}</ul>"
        '<form method="post" action="/oauth2/authorize">'
        f"{hidden}<fieldset><legend>You are</legend>{persons}</fieldset>{_servers(core, request)}"
        '<button class="go" name="answer" value="authorize">Authorise</button>'
        '<button class="no" name="answer" value="cancel" formnovalidate>Cancel</button></form>'
    )


def _servers(core: Core, request: Request) -> str:
    if not request.adds_to_server:
        return ""
    options = "".join(f'<option value="{guild.id}">{html.escape(guild.name)}</option>' for guild in core.world.guilds)
    return f'<label>Server <select name="server">{options}</select></label>'


def _page(body: str, status: int = 200) -> web.Response:
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Authorise</title><style>{_STYLE}</style><body><main>{body}</main></body></html>"
    )
    headers = {
        # Following a form's redirect counts as form-action in browsers: the way back must be allowed too.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'self' http: https:",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
