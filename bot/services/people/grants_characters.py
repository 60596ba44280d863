"""Who else may talk with, change and look after a character: by invitation, or because they asked.

To read a character is to talk with it and bring it somewhere; to write it is to change it; its admins also decide who
else may. Publishing and deleting stay with its maker, and so does making admins. What a person may not know of is not
there for them.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot import limits
from bot.clock import Clock, SystemClock
from bot.errors import InvalidInput, LimitReached, NotAllowed, NotFound
from bot.services.characters import not_found
from bot.services.characters.drafts import clean_text
from bot.services.people.grants_shown import Guest, May, Request, Shared, Sharing, Thing
from bot.services.talk.conversations.leaving import leave
from bot.texts import N_
from db import functions_creators as functions
from db.functions_creators import PersonOfCharacter
from db.models import Grant, GrantStatus, Permission, Visibility
from db.queries import grants as queries
from db.queries import grants_of
from db.queries.grants import CharacterGrant
from db.work import Actor, Work

_PERMISSIONS = {May.READ: Permission.READ, May.WRITE: Permission.WRITE, May.ADMIN: Permission.ADMIN}
MAY = {permission: may for may, permission in _PERMISSIONS.items()}


def may_of(user_id: UUID, row: CharacterGrant) -> May:
    """What somebody may do with a character they can see. Pure."""
    if row.character.owner_id == user_id:
        return May.OWN
    return May.READ if row.permission is None else MAY[row.permission]


class CharacterShares:
    """Everything about other people in one's characters. Each method works in somebody's name: `work` is theirs."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    # ------------------------------------------------------------------------------------------------ who may

    async def may(self, work: Work, user_id: UUID, character_id: UUID) -> May | None:
        """What somebody may do with a character; None: it is not there for them."""
        row = await queries.by_id(work.session, user_id, character_id)
        return None if row is None else may_of(user_id, row)

    async def opened(self, work: Work, user_id: UUID, character_id: UUID, wanted: May = May.READ) -> CharacterGrant:
        """A character somebody may do this with. Raises `NotFound` or `NotAllowed`."""
        row = await queries.by_id(work.session, user_id, character_id)
        if row is None:
            raise not_found()
        if not may_of(user_id, row).includes(wanted):
            raise _too_little(row.character.name, wanted)
        return row

    async def ruled(self, work: Work, user_id: UUID) -> tuple[Shared, ...]:
        """The characters a person decides about: their own, and those they are an admin of."""
        return tuple(
            Shared(
                thing=Thing.character(one.id),
                name=one.name,
                may=May.OWN if one.owner_id == user_id else May.ADMIN,
                guests=one.guests,
                requests=one.requests,
                is_public=one.visibility is Visibility.PUBLIC,
            )
            for one in await queries.ruled(work.session, user_id)
        )

    async def granted(self, work: Work, user_id: UUID) -> tuple[Shared, ...]:
        """The characters others shared with a person."""
        rows = await queries.granted(work.session, user_id)
        people = await functions.people_of(work.session, [row.character.id for row in rows]) if rows else ()
        owners = {one.character_id: one.display_name for one in people if one.is_owner}
        return tuple(
            Shared(
                thing=Thing.character(row.character.id),
                name=row.character.name,
                may=may_of(user_id, row),
                owner_name=owners.get(row.character.id, ""),
                is_public=row.character.visibility is Visibility.PUBLIC,
            )
            for row in rows
        )

    async def sharing(self, work: Work, user_id: UUID, character_id: UUID) -> Sharing:
        """A character with everybody who has a part in it. For its owner and admins."""
        row = await self.opened(work, user_id, character_id, May.ADMIN)
        people = {one.user_id: one for one in await functions.people_of(work.session, [character_id])}
        return Sharing(
            thing=Thing.character(character_id),
            name=row.character.name,
            may=may_of(user_id, row),
            is_public=row.character.visibility is Visibility.PUBLIC,
            guests=tuple(
                self._guest(one, people.get(one.user_id))
                for one in await grants_of.active(work.session, grants_of.characters([character_id]))
            ),
            requests=await self.requests(work, user_id, character_id),
        )

    # ------------------------------------------------------------------------------------------------ by invitation

    async def give(
        self, work: Work, user_id: UUID, character_id: UUID, guest_id: UUID, may: May, until: datetime | None = None
    ) -> Guest:
        """Let somebody in, or change what they may. For owner and admins; only the owner makes admins.

        Raises `InvalidInput`, `NotFound`, `NotAllowed` or `LimitReached`.
        """
        row = await self.opened(work, user_id, character_id, May.ADMIN)
        if guest_id == row.character.owner_id:
            raise InvalidInput(
                "owner_invited", N_("{name} is theirs already."), field="person", name=row.character.name
            )
        if may is May.OWN:
            raise InvalidInput("no_such_permission", N_("Choose read, write or admin."), field="permission")
        if until is not None and until <= self._clock.now():
            raise InvalidInput(
                "until_is_past", N_("Until: choose a moment that is still to come, or none."), field="until"
            )
        grant = await grants_of.of_guest(work.session, grants_of.characters([character_id]), guest_id)
        _refuse_ruling(may_of(user_id, row), grant, may)
        if grant is None or grant.status is not GrantStatus.ACTIVE:
            await self._refuse_too_many(work, character_id)
        if grant is None:
            grant = Grant(user_id=guest_id, character_id=character_id, permission=_PERMISSIONS[may], message="")
        _let_in(grant, user_id, may, until)
        await grants_of.add(work.session, grant)
        await self._show(work, character_id, Visibility.PRIVATE, Visibility.SHARED)
        return await self._shown(work, grant)

    async def revoke(self, work: Work, user_id: UUID, character_id: UUID, guest_id: UUID) -> Guest:
        """Take it away from somebody; it leaves the conversations they began. Raises `NotFound` or `NotAllowed`."""
        row = await self.opened(work, user_id, character_id, May.ADMIN)
        grant = await grants_of.of_guest(work.session, grants_of.characters([character_id]), guest_id)
        if grant is None or grant.status is not GrantStatus.ACTIVE:
            raise NotFound("no_such_guest", N_("They have no part in it, or it was taken back already."))
        _refuse_ruling(may_of(user_id, row), grant, May.READ)
        shown = await self._shown(work, grant)
        if row.character.visibility is not Visibility.PUBLIC:
            await self._part(work, character_id, guest_id)
        grant.status, grant.is_asking = GrantStatus.REVOKED, False
        grant.revoked_at, grant.revoked_by = self._clock.now(), user_id
        await work.session.flush()
        if not await grants_of.count(work.session, grants_of.characters([character_id])):
            await self._show(work, character_id, Visibility.SHARED, Visibility.PRIVATE)
        return shown

    async def leave(self, work: Work, user_id: UUID, character_id: UUID) -> str:
        """Give back what was shared with oneself; returns the character's name. Raises `NotFound`."""
        row = await self.opened(work, user_id, character_id)
        if not await grants_of.leave(work.session, grants_of.characters([character_id]), user_id):
            raise NotFound(
                "nothing_to_leave",
                N_("{name} was not shared with you by itself: there is nothing to leave."),
                name=row.character.name,
            )
        if row.character.visibility is not Visibility.PUBLIC:
            await self._part(work, character_id, user_id)
        return row.character.name

    # ------------------------------------------------------------------------------------------------ by asking

    async def ask(self, work: Work, user_id: UUID, character_id: UUID, words: str) -> str:
        """Ask to write a character one may see; returns its name. Raises `NotFound`, `NotAllowed` or `InvalidInput`."""
        row = await self.opened(work, user_id, character_id)
        name = row.character.name
        message = clean_text("words", N_("Message"), words, limits.SHARE_WORDS_MAX)
        if may_of(user_id, row).includes(May.WRITE):
            raise NotAllowed("writes_already", N_("You may change {name} already. Nothing was asked."), name=name)
        asked = await functions.ask_for_character(
            work.session, character_id, message, int(limits.CHARACTER_REQUESTS_MAX)
        )
        if not asked:
            raise NotAllowed(
                "takes_no_requests", N_("Who made {name} takes no requests now. Nothing was sent."), name=name
            )
        return name

    async def requests(self, work: Work, user_id: UUID, character_id: UUID | None = None) -> tuple[Request, ...]:
        """Who asks to write, in one character or in all of those one decides about; the oldest first."""
        names = {one.id: one.name for one in await queries.ruled(work.session, user_id)}
        ids = list(names) if character_id is None else [one for one in names if one == character_id]
        rows = await grants_of.requests(work.session, grants_of.characters(ids))
        asked = [one for one in names if any(row.character_id == one for row in rows)]
        found = await functions.people_of(work.session, asked) if asked else ()
        people = {(one.character_id, one.user_id): one for one in found}
        shown: list[Request] = []
        for row in rows:
            assert row.character_id is not None
            who = people.get((row.character_id, row.user_id))
            if who is None:
                continue
            shown.append(
                Request(
                    thing=Thing.character(row.character_id),
                    thing_name=names[row.character_id],
                    user_id=row.user_id,
                    discord_id=who.discord_id,
                    name=who.display_name,
                    words=row.message,
                    has=MAY[row.permission] if row.status is GrantStatus.ACTIVE else None,
                    at=row.updated_at,
                )
            )
        return tuple(shown)

    async def answer(
        self, work: Work, user_id: UUID, character_id: UUID, guest_id: UUID, may: May | None
    ) -> Guest | None:
        """Let somebody in who asked, or not (None); who could read still can. Raises `NotFound` or `NotAllowed`."""
        row = await self.opened(work, user_id, character_id, May.ADMIN)
        grant = await grants_of.of_guest(work.session, grants_of.characters([character_id]), guest_id)
        if grant is None or not grant.is_asking:
            raise NotFound("no_such_request", N_("This request was answered already, or taken back."))
        if may is None:
            grant.is_asking = False
            if grant.status is GrantStatus.ASKED:
                grant.status = GrantStatus.DECLINED
            await work.session.flush()
            return None
        _refuse_ruling(may_of(user_id, row), grant, may)
        if grant.status is not GrantStatus.ACTIVE:
            await self._refuse_too_many(work, character_id)
        is_running = grant.expires_at is not None and grant.expires_at > self._clock.now()
        _let_in(grant, user_id, may, grant.expires_at if is_running else None)
        await work.session.flush()
        await self._show(work, character_id, Visibility.PRIVATE, Visibility.SHARED)
        return await self._shown(work, grant)

    # ------------------------------------------------------------------------------------------------ by time

    async def end_run_out(self, work: Work, most: int) -> int:
        """End shares whose time is over; how many. `work` is a job's."""
        ended = 0
        for one in await functions.shares_run_out(work.session, most):
            if await functions.end_share(work.session, one.grant_id):
                await self._part(work, one.character_id, one.user_id)
                ended += 1
        return ended

    # ------------------------------------------------------------------------------------------------ within

    async def _part(self, work: Work, character_id: UUID, guest_id: UUID) -> None:
        """The character leaves the conversations that somebody began."""
        for conversation_id, channel_id in await functions.conversations_with(work.session, character_id, guest_id):
            turn = await work.become(Actor.turn(conversation_id, guest_id))
            await leave(turn, conversation_id, channel_id, character_id)
            await work.become(work.actor)

    async def _show(self, work: Work, character_id: UUID, was: Visibility, now: Visibility) -> None:
        """A character that is only its maker's is shared from its first guest to its last."""
        row = await queries.locked(work.session, character_id)
        if row is not None and row.visibility is was:
            row.visibility = now
            await work.session.flush()

    async def _refuse_too_many(self, work: Work, character_id: UUID) -> None:
        if await grants_of.count(work.session, grants_of.characters([character_id])) >= limits.CHARACTER_GUESTS_MAX:
            raise LimitReached(
                "too_many_guests",
                N_("{maximum} people share this character already, as many as can. Take it back from one first."),
                maximum=int(limits.CHARACTER_GUESTS_MAX),
            )

    async def _shown(self, work: Work, grant: Grant) -> Guest:
        assert grant.character_id is not None
        people = {one.user_id: one for one in await functions.people_of(work.session, [grant.character_id])}
        return self._guest(grant, people.get(grant.user_id))

    def _guest(self, grant: Grant, who: PersonOfCharacter | None) -> Guest:
        return Guest(
            user_id=grant.user_id,
            discord_id=who.discord_id if who else None,
            name=who.display_name if who else "",
            may=MAY[grant.permission],
            expires_at=grant.expires_at,
            is_over=grant.expires_at is not None and grant.expires_at <= self._clock.now(),
        )


def _let_in(grant: Grant, by: UUID, may: May, until: datetime | None) -> None:
    grant.permission, grant.status, grant.is_asking = _PERMISSIONS[may], GrantStatus.ACTIVE, False
    grant.granted_by, grant.expires_at = by, until
    grant.revoked_at, grant.revoked_by = None, None


def _refuse_ruling(has: May, grant: Grant | None, wanted: May) -> None:
    is_admin = grant is not None and grant.status is GrantStatus.ACTIVE and grant.permission is Permission.ADMIN
    if has is not May.OWN and (is_admin or wanted is May.ADMIN):
        raise NotAllowed("admins_are_the_owners", N_("Only the owner decides about admins. Nothing was changed."))


def _too_little(name: str, wanted: May) -> NotAllowed:
    if wanted is May.OWN:
        return NotAllowed("not_your_character", N_("Only who made {name} can do that. Nothing was changed."), name=name)
    if wanted is May.ADMIN:
        return NotAllowed(
            "not_character_admin",
            N_("Only who made {name} and its admins can do that. Nothing was changed."),
            name=name,
        )
    return NotAllowed(
        "not_character_writer",
        N_("You can talk with {name}, but not change it. Nothing was changed. Ask with /share ask."),
        name=name,
    )
