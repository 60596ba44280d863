"""Entries called in by hand: whoever may read one that is in force somewhere has it told to the next replies there."""

from __future__ import annotations

from uuid import UUID

from bot import limits
from bot.errors import InvalidInput, LimitReached, NotFound
from bot.ports import Place
from bot.services.lore.replies import scenery
from bot.services.lore.replies.trace import Called
from bot.services.lore.searching import tsquery
from bot.services.lore.shown import EntryChoice
from bot.services.talk.why import conversation_here
from bot.texts import N_
from db.queries.lore import calls
from db.queries.lore.calls import CallRow, NamedEntry
from db.work import Actor, Database, Work


class LoreCalls:
    """Calls entries in, and takes that back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def use(self, by: UUID, place: Place, entry_id: UUID, *, replies: int = 1) -> Called:
        """Have an entry told to the next `replies` replies here, its keys said or not; calling it again begins anew.

        Its filters and the room in the prompt still count. Raises `NotFound`, `InvalidInput` or `LimitReached`.
        """
        if not 1 <= replies <= limits.LORE_CALL_REPLIES_MAX:
            raise InvalidInput(
                "replies_out_of_range",
                N_("Choose 1 to {maximum} replies. Nothing was changed."),
                field="replies",
                maximum=int(limits.LORE_CALL_REPLIES_MAX),
            )
        conversation_id = await self._here(place, by)
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            entry = await self._usable(work, by, entry_id)
            turn = await work.become(Actor.turn(conversation_id, by))
            others = [one for one in await self._standing(turn, conversation_id) if one.entry_id != entry_id]
            if len(others) >= limits.LORE_CALLS_MAX:
                raise LimitReached(
                    "too_many_called",
                    N_("There are {maximum} entries called in here already. Take one back first (/lore use)."),
                    maximum=int(limits.LORE_CALLS_MAX),
                )
            newest = await calls.newest_said(turn.session, conversation_id, 1)
            await calls.put(
                turn.session,
                conversation_id=conversation_id,
                entry_id=entry_id,
                user_id=by,
                replies=replies,
                after=scenery.order_of(newest[0][0]) if newest else 0,
            )
        return Called(entry_id, entry.number, entry.name, entry.book_name, replies, replies)

    async def unuse(self, by: UUID, place: Place, entry_id: UUID) -> Called:
        """Let an entry's own rules hold again. Raises `NotFound` where nobody called it in."""
        conversation_id = await self._here(place, by)
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            standing = await self._standing(work, conversation_id)
            found = next((one for one in standing if one.entry_id == entry_id), None)
            if found is None:
                raise NotFound("not_called", N_("Nobody called this entry in here. Its own rules hold."))
            await calls.remove(work.session, conversation_id, entry_id)
        return found

    async def called(self, by: UUID, place: Place) -> tuple[Called, ...]:
        """What is called in here and still counts, as far as this person may read it. Raises `NotFound`."""
        conversation_id = await self._here(place, by)
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            standing = await self._standing(work, conversation_id)
            books = await calls.books_in_force(work.session)
            person = await work.become(Actor.user(by))
            open_ones = await calls.readable(person.session, books, [one.entry_id for one in standing])
        return tuple(one for one in standing if one.entry_id in open_ones)

    async def find_usable(self, by: UUID, place: Place, typed: str) -> tuple[EntryChoice, ...]:
        """Entries of books in force here that this person may read, for suggestions: by number, or by their words.

        Nothing where nobody listens.
        """
        conversation_id = await conversation_here(self._database, place.channel_id, by)
        if conversation_id is None:
            return ()
        asked = typed.strip().removeprefix("#")
        number = int(asked) if asked.isdecimal() and len(asked) < 8 else None
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            books = await calls.books_in_force(work.session)
            person = await work.become(Actor.user(by))
            rows = await calls.suggested(person.session, books, words=tsquery(typed), number=number, most=_SUGGESTED)
        return tuple(EntryChoice(one.entry_id, one.book_id, one.number, f"#{one.number} {one.name}") for one in rows)

    async def _here(self, place: Place, by: UUID) -> UUID:
        conversation_id = await conversation_here(self._database, place.channel_id, by)
        if conversation_id is None:
            raise nobody_here()
        return conversation_id

    async def _usable(self, work: Work, by: UUID, entry_id: UUID) -> NamedEntry:
        """An entry in force here, if this person may read it: a turn reads more than they may."""
        books = await calls.books_in_force(work.session)
        person = await work.become(Actor.user(by))
        found = (await calls.readable(person.session, books, [entry_id])).get(entry_id)
        if found is None:
            raise NotFound(
                "entry_not_in_force",
                N_(
                    "This entry is in no book that is in force here, or it is gone. Attach its book first "
                    "(/lore book attach). Nothing was changed."
                ),
            )
        return found

    async def _standing(self, work: Work, conversation_id: UUID) -> list[Called]:
        """What is called in and not used up, oldest first."""
        rows = await calls.all_of(work.session, conversation_id)
        if not rows:
            return []
        turns = scenery.answered(await calls.newest_said(work.session, conversation_id, scenery.SAID_MOST))
        told = [_called(row, sum(turn > row.after for turn in turns)) for row in rows]
        return [one for one in told if one.left > 0]


_SUGGESTED = 25
"""As many as Discord shows."""


def _called(row: CallRow, given: int) -> Called:
    entry = row.entry
    return Called(entry.entry_id, entry.number, entry.name, entry.book_name, row.replies, max(0, row.replies - given))


def nobody_here() -> NotFound:
    """No character listens in a channel."""
    return NotFound(
        "nobody_listens_here", N_("No character listens in this channel. Ask one in with /character summon first.")
    )
