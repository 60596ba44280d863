"""Sharing, of characters and lore books alike: what `/share`, the pages and the API call.

Every face asks this one service who may what. For lore books the rules are `bot.services.lore.sharing`'s, for
characters `bot.services.people.grants_characters`'; here both look the same, and what changes anything is noted in the
audit log.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from bot.clock import Clock, SystemClock
from bot.errors import InvalidInput, NotFound
from bot.services.lore.access import may_of as may_of_book
from bot.services.lore.books import LoreBooks
from bot.services.lore.sharing import AccessRequest, Collaborator, LoreSharing
from bot.services.oversight.audit import record
from bot.services.people.grants_characters import CharacterShares
from bot.services.people.grants_shown import Guest, May, Request, Shared, Sharing, Thing, ThingKind
from bot.texts import N_
from db.functions_lore import people as lore_people
from db.models import Visibility
from db.queries import grants as queries
from db.queries.lore import books as book_queries
from db.queries.money import gifts as people_queries
from db.work import Actor, Database, Work

__all__ = ["Guest", "May", "Request", "Shared", "Shares", "Sharing", "Thing", "ThingKind", "no_such_thing"]

JOB = "shares"
"""The job that ends shares whose time is over."""

_ENDED_AT_ONCE = 200


class Shares:
    """Who may what with something somebody made. Each method works in somebody's name: `work` is theirs."""

    def __init__(self, database: Database, books: LoreBooks, lore: LoreSharing, clock: Clock | None = None) -> None:
        self._database = database
        self._books = books
        self._lore = lore
        self.clock = clock or SystemClock()
        self.characters = CharacterShares(self.clock)

    # ------------------------------------------------------------------------------------------------ who may

    async def may(self, work: Work, user_id: UUID, thing: Thing) -> May | None:
        """What a person may do with something; None: it is not there for them."""
        if thing.kind is ThingKind.CHARACTER:
            return await self.characters.may(work, user_id, thing.id)
        row = await book_queries.by_id(work.session, user_id, thing.id)
        return None if row is None else may_of_book(user_id, row)

    async def needs(self, work: Work, user_id: UUID, thing: Thing, wanted: May) -> May:
        """What a person may do, where that is at least this. Raises `NotFound` or `NotAllowed`."""
        if thing.kind is ThingKind.CHARACTER:
            await self.characters.opened(work, user_id, thing.id, wanted)
        else:
            await self._books.get(work, user_id, thing.id)
        has = await self.may(work, user_id, thing)
        if has is None or not has.includes(wanted):
            raise no_such_thing()
        return has

    # ------------------------------------------------------------------------------------------------ lists

    async def ruled(self, work: Work, user_id: UUID) -> tuple[Shared, ...]:
        """Everything a person decides about, characters first, each by name."""
        return (*await self.characters.ruled(work, user_id), *await self._ruled_books(work, user_id))

    async def granted(self, work: Work, user_id: UUID) -> tuple[Shared, ...]:
        """Everything others shared with a person, characters first, each by name."""
        return (*await self.characters.granted(work, user_id), *await self._granted_books(work, user_id))

    async def sharing(self, work: Work, user_id: UUID, thing: Thing) -> Sharing:
        """One thing with everybody who has a part in it. For its owner and admins. Raises `NotFound`, `NotAllowed`."""
        if thing.kind is ThingKind.CHARACTER:
            return await self.characters.sharing(work, user_id, thing.id)
        guests = await self._lore.collaborators(work, user_id, thing.id)
        book = await self._books.get(work, user_id, thing.id)
        asking = await self._lore.requests(work, user_id, thing.id)
        return Sharing(
            thing,
            book.name,
            book.may,
            book.visibility is Visibility.PUBLIC,
            tuple(_guest(one) for one in guests),
            tuple(_request(one) for one in asking),
        )

    async def requests(self, work: Work, user_id: UUID) -> tuple[Request, ...]:
        """Who asks for a part in anything a person decides about, the oldest first."""
        of_books = [_request(one) for one in await self._lore.requests(work, user_id)]
        found = [*await self.characters.requests(work, user_id), *of_books]
        return tuple(sorted(found, key=lambda one: one.at))

    async def person(self, work: Work, typed: str) -> UUID:
        """Whom a page means: a creator's username, a Discord name or id. Raises `InvalidInput` (field `person`)."""
        called = typed.strip().removeprefix("@").lower()[:100]
        found = await people_queries.called(work.session, called) if called else ()
        if len(found) != 1:
            raise InvalidInput(
                "nobody_called_so",
                N_(
                    "“{name}” is nobody here, or more than one. Write their username here or on Discord, or their "
                    "Discord id; they must have used BotCafé once. On Discord, /share give finds everybody."
                ),
                field="person",
                name=called,
            )
        return found[0].user_id

    # ------------------------------------------------------------------------------------------------ by invitation

    async def give(
        self, work: Work, user_id: UUID, thing: Thing, guest_id: UUID, may: May, until: datetime | None = None
    ) -> Guest:
        """Let somebody in, or change what they may. For owner and admins; only the owner makes admins.

        Raises `InvalidInput`, `NotFound`, `NotAllowed` or `LimitReached`.
        """
        if thing.kind is ThingKind.CHARACTER:
            guest = await self.characters.give(work, user_id, thing.id, guest_id, may, until)
        else:
            guest = _guest(await self._lore.invite(work, user_id, thing.id, guest_id, may, until=until))
        await self._note(work, "share.given", thing, guest_id, permission=may.value, until=until)
        return guest

    async def revoke(self, work: Work, user_id: UUID, thing: Thing, guest_id: UUID) -> Guest:
        """Take it away from somebody. Raises `NotFound` or `NotAllowed`."""
        if thing.kind is ThingKind.CHARACTER:
            guest = await self.characters.revoke(work, user_id, thing.id, guest_id)
        else:
            guest = _guest(await self._lore.revoke(work, user_id, thing.id, guest_id))
        await self._note(work, "share.revoked", thing, guest_id, permission=guest.may.value)
        return guest

    async def leave(self, work: Work, user_id: UUID, thing: Thing) -> str:
        """Give back what was shared with oneself; returns its name. Raises `NotFound`."""
        if thing.kind is ThingKind.CHARACTER:
            name = await self.characters.leave(work, user_id, thing.id)
        else:
            name = await self._lore.leave(work, user_id, thing.id)
        await self._note(work, "share.left", thing, user_id)
        return name

    # ------------------------------------------------------------------------------------------------ by asking

    async def ask(self, work: Work, user_id: UUID, thing: Thing, words: str = "") -> str:
        """Ask to change something one may see; returns its name. Raises `NotFound`, `NotAllowed` or `InvalidInput`."""
        if thing.kind is ThingKind.CHARACTER:
            return await self.characters.ask(work, user_id, thing.id, words)
        return await self._lore.ask(work, user_id, thing.id, words)

    async def answer(self, work: Work, user_id: UUID, thing: Thing, guest_id: UUID, may: May | None) -> Guest | None:
        """Let somebody in who asked, or not (None). Raises `NotFound` or `NotAllowed`."""
        if thing.kind is ThingKind.CHARACTER:
            guest = await self.characters.answer(work, user_id, thing.id, guest_id, may)
        else:
            found = await self._lore.answer(work, user_id, thing.id, guest_id, may)
            guest = None if found is None else _guest(found)
        await self._note(work, "share.answered", thing, guest_id, permission=may.value if may else None)
        return guest

    # ------------------------------------------------------------------------------------------------ by time

    async def end_run_out(self, _: Mapping[str, str] | None = None) -> None:
        """The job: shares of characters whose time is over end, and the characters leave who had them."""
        while True:
            async with self._database.work(Actor.job(JOB)) as work:
                if await self.characters.end_run_out(work, _ENDED_AT_ONCE) < _ENDED_AT_ONCE:
                    return

    # ------------------------------------------------------------------------------------------------ within

    async def _note(self, work: Work, action: str, thing: Thing, guest_id: UUID, **details: object) -> None:
        told = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in details.items()}
        await record(work, action, thing.kind.value, thing.id, of=guest_id, details=told)

    async def _ruled_books(self, work: Work, user_id: UUID) -> list[Shared]:
        return [
            Shared(
                thing=Thing.book(one.id),
                name=one.name,
                may=May.OWN if one.owner_id == user_id else May.ADMIN,
                guests=one.guests,
                requests=one.requests,
                is_public=one.visibility is Visibility.PUBLIC,
            )
            for one in await queries.ruled_books(work.session, user_id)
        ]

    async def _granted_books(self, work: Work, user_id: UUID) -> list[Shared]:
        ids = await queries.granted_books(work.session, user_id)
        rows = await book_queries.by_ids(work.session, user_id, ids)
        owners = {one.book_id: one.display_name for one in await lore_people(work.session, ids) if one.is_owner}
        return [
            Shared(
                thing=Thing.book(one),
                name=rows[one].book.name,
                may=may_of_book(user_id, rows[one]),
                owner_name=owners.get(one, ""),
                is_public=rows[one].book.visibility is Visibility.PUBLIC,
            )
            for one in ids
            if one in rows
        ]


def no_such_thing() -> NotFound:
    """The refusal for what is not there, or not for this person."""
    return NotFound("no_such_thing", N_("There is no such character or lore book. Pick one from the suggestions."))


def _guest(one: Collaborator) -> Guest:
    return Guest(one.user_id, one.discord_id, one.name, one.permission, one.expires_at, one.is_over, one.by_code)


def _request(one: AccessRequest) -> Request:
    return Request(
        Thing.book(one.book_id), one.book_name, one.user_id, one.discord_id, one.name, one.words, one.permission, one.at
    )
