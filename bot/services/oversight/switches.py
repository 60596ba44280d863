"""Parts of the house that an admin can close without a restart. Known in memory, told of changes by NOTIFY."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot.errors import InvalidInput, NotAllowed
from bot.services.oversight.audit import Oversight
from bot.services.talk.notices import Notices
from bot.texts import N_, Text
from db.queries.oversight import switches as queries
from db.work import Actor, Database

CHANNEL = "switches"
"""The NOTIFY channel; its payload is the switch's name."""

NOTE_MAX = 300


_CLOSED = N_("This is closed for now, so nothing was done. Try again later.")


class Switch(StrEnum):
    """One part of the house."""

    GIFTS = "gifts"
    PURCHASES = "purchases"
    SIGN_IN = "sign_in"
    CREATOR_PROGRAMS = "creator_programs"
    PUBLIC_PAGES = "public_pages"
    API = "api"
    REVIEW_CHARACTERS = "review_characters"


@dataclass(frozen=True, slots=True)
class SwitchKind:
    """What a switch is called and does, how it stands where nobody touched it, and what who meets it closed reads."""

    label: Text
    effect: Text
    refusal: Text | None = None
    is_on: bool = True


KINDS: Mapping[Switch, SwitchKind] = {
    Switch.GIFTS: SwitchKind(
        N_("Gifts"),
        N_("Off: nobody can give tokens. Gifts on their way can still be accepted, declined and taken back."),
        N_("Giving tokens is closed for now, so nothing was given. Your tokens are untouched. Try again later."),
    ),
    Switch.PURCHASES: SwitchKind(
        N_("Purchases"),
        N_("Off: nobody can begin to pay for a plan or a package. What was paid already still arrives, and renews."),
        N_("Buying is closed for now, so nothing was charged. What you have stays yours. Try again later."),
    ),
    Switch.SIGN_IN: SwitchKind(
        N_("Signing in"),
        N_("Off: only moderators and admins can sign in on the web. Who is signed in stays so; Discord goes on."),
        N_("Signing in is closed for now. Everything works in Discord as before. Try again later."),
    ),
    Switch.CREATOR_PROGRAMS: SwitchKind(
        N_("Creator programs"),
        N_("Off: nobody can apply to a program. Applications that wait can still be read and answered."),
        N_("Applying is closed for now, so nothing was sent. Try again later."),
    ),
    Switch.PUBLIC_PAGES: SwitchKind(
        N_("Public pages"),
        N_("Off: who is not signed in sees no creators, characters or directories. Members still do."),
        N_("These pages are for members for now. Sign in to see them."),
    ),
    Switch.API: SwitchKind(
        N_("JSON API"),
        N_("Off: tokens open nothing. They are kept, and work again once it is on."),
        N_("The API is closed for now. Your token is kept. Try again later."),
    ),
    Switch.REVIEW_CHARACTERS: SwitchKind(
        N_("Review of characters"),
        N_("On: a character becomes public only after staff looked at it. Those that are public already stay so."),
        is_on=False,
    ),
}


@dataclass(frozen=True, slots=True)
class SwitchState:
    """How a switch stands. `changed_at` is None where nobody ever touched it."""

    switch: Switch
    kind: SwitchKind
    is_on: bool
    note: str = ""
    changed_at: datetime | None = None


class Switches:
    """Which parts are open. Asking never waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._states = {switch: SwitchState(switch, kind, kind.is_on) for switch, kind in KINDS.items()}
        self._notices = Notices(database, CHANNEL, load=self.load, look=self._look)

    def is_on(self, switch: Switch) -> bool:
        """Whether a part is on, from memory."""
        return self._states[switch].is_on

    def need(self, switch: Switch) -> None:
        """Raise `NotAllowed` where a part is off, saying what was kept and what to do."""
        if not self.is_on(switch):
            raise NotAllowed("switched_off", KINDS[switch].refusal or _CLOSED)

    def every(self) -> tuple[SwitchState, ...]:
        """All of them, as this process knows them."""
        return tuple(self._states.values())

    async def put(self, oversight: Oversight, staff: UUID, switch: Switch, *, is_on: bool, note: str) -> None:
        """Turn a part on or off, as an admin. Holds here when it returns, in other processes a moment later.

        Raises `InvalidInput`, and `NotFound` for who is no admin.
        """
        if len(note) > NOTE_MAX:
            raise InvalidInput(
                "note_too_long",
                N_("Note: write at most {maximum} letters; yours has {length}."),
                field="note",
                maximum=NOTE_MAX,
                length=len(note),
            )
        async with oversight.at_work(staff, "switch.changed", "switch", switch.value, why=note, admin=True) as work:
            work.tell(is_on=[self.is_on(switch), is_on])
            await queries.put(work.session, switch.value, is_on=is_on, note=note, by=staff)
            await work.notify(CHANNEL, switch.value)
        await self.load()

    async def start(self) -> None:
        """Know how they stand, and hear of every change from now on."""
        await self._notices.start()

    async def close(self) -> None:
        """Stop listening."""
        await self._notices.close()

    async def load(self) -> None:
        """Look again at all of them."""
        async with self._notices.turn:
            async with self._database.work(Actor.job(CHANNEL)) as work:
                rows = {row.name: row for row in await queries.every(work.session)}
            states: dict[Switch, SwitchState] = {}
            for switch, kind in KINDS.items():
                row = rows.get(switch.value)
                states[switch] = (
                    SwitchState(switch, kind, kind.is_on)
                    if row is None
                    else SwitchState(switch, kind, row.is_on, row.note, row.updated_at)
                )
            self._states = states

    async def _look(self, _: str) -> None:
        await self.load()
