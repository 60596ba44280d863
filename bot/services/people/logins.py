"""Signing in with Discord: what is asked, what may come back, and who is let in.

The state is 256 random bits, good once, for ten minutes, for the browser that asked; only its hash is kept. PKCE goes
along. Sources: RFC 6749, RFC 7636, RFC 9700 (best practice); ASVS 5.0, 10.1 and 10.2.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from bot.clock import Clock
from bot.errors import NotAllowed, UserError
from bot.ports import Caller
from bot.ports.identity import Identities, SignInRefused, SignInUnreachable
from bot.services.oversight import audit
from bot.services.people import People
from bot.services.people.sessions import Begun, Browser, Sessions, hash_of
from bot.texts import N_
from db.models import LoginFailure
from db.queries import sessions as queries
from db.work import Actor, Database

STATE_LIVES = timedelta(minutes=10)
CODE_LONGEST = 200

log = structlog.stdlib.get_logger(__name__)

_AGAIN = N_(
    "This sign-in was not begun in this browser, was used already, or took longer than ten minutes. Nobody was signed "
    "in. Begin again."
)
_DENIED = N_("Discord says that you did not agree. Nobody was signed in. If that was a slip, begin again.")
_CODE = N_("Discord did not accept this sign-in. Nobody was signed in. Begin again.")
_UNREACHABLE = N_("Discord does not answer. Nobody was signed in, and nothing was lost. Try again in a minute.")
_NOT_READY = N_(
    "Signing in is not set up here: the house lacks its Discord application's secret (DISCORD_CLIENT_SECRET). "
    "Everything that needs no sign-in works."
)
_BANNED = N_("This account is banned from this house. {reason}")
_SUSPENDED = N_("This account is suspended until {until}. {reason}")
_SUSPENDED_OPEN = N_("This account is suspended until an admin lifts it. {reason}")
_CLOSED = N_("Signing in is switched off for now. Talking in Discord goes on as ever. Try again later.")


@dataclass(frozen=True, slots=True)
class Returned:
    """What the browser brought back from Discord."""

    state: str
    code: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Welcome:
    """Somebody is signed in: their session, and the page they wanted."""

    user_id: UUID
    name: str
    session: Begun
    next_path: str


class SignIns:
    """Signing in, from the first click to the session."""

    def __init__(
        self,
        database: Database,
        *,
        people: People,
        sessions: Sessions,
        identities: Identities,
        clock: Clock,
        is_open: Callable[[], bool] = lambda: True,
    ) -> None:
        """`is_open` says whether members may sign in at present; staff always may."""
        self._database = database
        self._people = people
        self._sessions = sessions
        self._identities = identities
        self._clock = clock
        self._is_open = is_open

    @property
    def is_ready(self) -> bool:
        """Whether signing in is set up."""
        return self._identities.is_ready

    async def begin(self, browser_secret: str, *, next_path: str, redirect_uri: str) -> str:
        """Where to send the browser. Raises `NotAllowed` where signing in is not set up."""
        if not self._identities.is_ready:
            raise NotAllowed("sign_in_not_set_up", _NOT_READY)
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        now = self._clock.now()
        async with self._database.work(Actor.job("sign-in")) as work:
            await queries.add_state(
                work.session,
                {
                    "state_hash": hash_of(state),
                    "browser_hash": hash_of(browser_secret),
                    "verifier": verifier,
                    "next_path": next_path,
                    "created_at": now,
                    "expires_at": now + STATE_LIVES,
                },
            )
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        return self._identities.address(redirect_uri=redirect_uri, state=state, challenge=challenge)

    async def finish(
        self, returned: Returned, browser_secrets: Sequence[str], browser: Browser, *, redirect_uri: str
    ) -> Welcome:
        """Let in whoever Discord says this is. `browser_secrets` are those this browser's cookies hold.

        Raises `NotAllowed` with the reason; the attempt is written down either way.
        """
        caller, next_path = await self._asked(returned, browser_secrets, browser, redirect_uri)
        user_id = await self._people.arrive(caller)
        door = await self._sessions.door(user_id)
        is_staff = door.role != "user"
        if not door.may_enter:
            await self._failed(browser, LoginFailure.BLOCKED, user_id)
            raise _blocked(door.status, door.reason, None if door.until is None else f"{door.until:%Y-%m-%d %H:%M} UTC")
        if not is_staff and not self._is_open():
            await self._failed(browser, LoginFailure.CLOSED, user_id)
            raise NotAllowed("sign_in_closed", _CLOSED)
        async with self._database.work(Actor.user(user_id)) as work:
            begun = await self._sessions.begin(work, user_id, browser, is_staff=is_staff)
            await self._sessions.note(work, browser, user_id=user_id, discord_id=caller.discord_id, session_id=begun.id)
            await audit.record(work, "session.signed_in", "session", begun.id, of=user_id)
        log.info("signed_in", user_id=str(user_id), session_id=str(begun.id), is_staff=is_staff)
        return Welcome(user_id, caller.display_name, begun, next_path)

    async def _asked(
        self, returned: Returned, browser_secrets: Sequence[str], browser: Browser, redirect_uri: str
    ) -> tuple[Caller, str]:
        """Who it is and where they wanted to go."""
        now = self._clock.now()
        # Taken in a work of its own: whatever becomes of this attempt, the state is used up.
        async with self._database.work(Actor.job("sign-in")) as work:
            found = await queries.take_state(work.session, hash_of(returned.state))
        known = {hash_of(secret) for secret in browser_secrets}
        if found is None or found.browser_hash not in known or found.expires_at <= now:
            raise await self._refusal(browser, LoginFailure.STATE, "sign_in_stale", _AGAIN)
        if returned.error or not 0 < len(returned.code) <= CODE_LONGEST:
            raise await self._refusal(browser, LoginFailure.DENIED, "sign_in_denied", _DENIED)
        try:
            caller = await self._identities.who(code=returned.code, redirect_uri=redirect_uri, verifier=found.verifier)
        except SignInRefused:
            raise await self._refusal(browser, LoginFailure.CODE, "sign_in_refused", _CODE) from None
        except SignInUnreachable as error:
            log.warning("discord_sign_in_unreachable", error=str(error))
            raise await self._refusal(browser, LoginFailure.UNREACHABLE, "discord_unreachable", _UNREACHABLE) from None
        return caller, found.next_path

    async def _refusal(self, browser: Browser, failure: LoginFailure, code: str, message: str) -> UserError:
        await self._failed(browser, failure, None)
        return NotAllowed(code, message)

    async def _failed(self, browser: Browser, failure: LoginFailure, user_id: UUID | None) -> None:
        log.warning("sign_in_failed", failure=failure.value, user_id=str(user_id or ""))
        actor = Actor.job("sign-in") if user_id is None else Actor.user(user_id)
        async with self._database.work(actor) as work:
            await self._sessions.note(work, browser, user_id=user_id, failure=failure)


def _blocked(status: str, reason: str, until: str | None) -> UserError:
    if status == "banned":
        return NotAllowed("banned", _BANNED, reason=reason)
    if until is None:
        return NotAllowed("suspended", _SUSPENDED_OPEN, reason=reason)
    return NotAllowed("suspended", _SUSPENDED, reason=reason, until=until)
