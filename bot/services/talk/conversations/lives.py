"""How conversations end, begin afresh and come back. None is lost by it: the one before stays in everybody's list."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bot.errors import Conflict
from bot.ports import Via
from bot.services.talk.conversations.arrangements import Named, clean_title, named
from bot.services.talk.conversations.greetings import write_greeting
from bot.services.talk.conversations.seats import (
    Asking,
    Deed,
    Opened,
    Seats,
    active,
    changed,
    held_elsewhere,
    nobody_here,
)
from bot.services.talk.listening import Listening, announce
from bot.services.talk.turns import Turns
from bot.texts import N_
from db import functions
from db.models import Conversation, ConversationVia
from db.queries import characters
from db.queries.talk import conversations
from db.queries.talk.conversations import PresentCharacter
from db.work import Actor, Database, Work


@dataclass(frozen=True, slots=True)
class Ended:
    """A conversation that is over. `is_forgotten`: what was said went with it, as its settings say."""

    named: Named
    is_forgotten: bool


@dataclass(frozen=True, slots=True)
class Renewed:
    """A conversation that has just begun in place of another."""

    named: Named
    before: Ended


@dataclass(frozen=True, slots=True)
class Reopened:
    """A conversation that goes on again; `characters` listen. `ended` is the one that went on there till now."""

    named: Named
    characters: tuple[str, ...]
    ended: Ended | None


class Lives:
    """Ends conversations, begins them afresh, and takes them up again."""

    def __init__(self, database: Database, seats: Seats, *, listening: Listening, turns: Turns, boot_id: UUID) -> None:
        self._database = database
        self._seats = seats
        self._listening = listening
        self._turns = turns
        self._boot_id = boot_id

    async def archive(self, asking: Asking, which: str | None = None) -> Ended:
        """End a conversation: nobody listens any more, and it stays in the lists of those who took part.

        Raises `NotFound`, `NotAllowed`, or `Conflict` where it is over already.
        """
        async with self._seats.opened(asking, Deed.ARRANGE, which) as opened:
            one = opened.conversation
            if not one.is_active:
                raise Conflict("archived_already", N_("This conversation is archived already."))
            ended = await self._end(opened)
        await self._hush(one)
        return ended

    async def renew(self, asking: Asking, typed: str = "", *, interaction_id: int) -> Renewed:
        """Begin afresh here: the same characters, who greet again and remember nothing of the one before.

        Its settings, its moderators and the personas people wear are taken over; title, tags and macros' variables are
        not. Whoever began the one before moderates this one, if they still take part. Raises `InvalidInput`,
        `NotFound`, `NotAllowed`, `Conflict`, or `LimitReached` where characters rest for who asks.
        """
        title = clean_title(typed)
        old_id = await self._seats.meant(asking)
        async with self._database.work(Actor.turn(old_id, asking.by)) as work:
            greets = asking.place.via is not Via.INTERACTION
            part = await self._turns.taking.enter(work, asking.by, asking.place) if greets else None
            opened = await self._seats.at(work, asking, Deed.ARRANGE, old_id)
            old = opened.conversation
            if not old.is_active:
                raise changed()
            cast = await conversations.present(work.session, old_id)
            trusted = set(await conversations.moderators(work.session, old_id))
            if await conversations.role_of(work.session, old_id, old.owner_id) is not None:  # else they left the place
                trusted.add(old.owner_id)
            before = await self._end(opened)
            work = await work.become(Actor.user(asking.by))
            new_id = await self._begin(work, asking, old)
            work = await work.become(Actor.turn(new_id, asking.by))
            await conversations.change(work.session, new_id, title=title, settings=old.settings)
            await conversations.join_user(work.session, new_id, asking.by)
            for user_id in sorted(trusted - {asking.by}):
                await conversations.join_moderator(work.session, new_id, user_id)
            await functions.carry_personas(work.session, old_id)
            greetings = await self._come(work, asking, new_id, cast, interaction_id)
            await announce(work, new_id, old.channel_id)
        self._turns.taking.entered(part)
        await self._hush(old)
        await self._listening.refresh(new_id, old.channel_id)
        for turn_id in greetings:
            self._turns.begin(old.channel_id, turn_id, new_id)
        return Renewed(Named(new_id, title, tuple(one.name for one in cast)), before)

    async def reopen(self, asking: Asking, which: str, admit: Callable[[UUID], None]) -> Reopened:
        """Take up a conversation that was held here, with its characters; the one that goes on here now is archived.

        `admit` raises where who asks may not ask a character in. Raises `NotFound` (also where its characters are
        deleted), `NotAllowed` or `Conflict`.
        """
        wanted = await self._seats.meant(asking, which)
        async with self._database.work(Actor.turn(wanted, asking.by)) as work:
            one = (await self._seats.at(work, asking, Deed.ARRANGE, wanted)).conversation
            _refuse_elsewhere(one, asking)
            now = await active(work, asking.by, asking.place)
            ended, current = None, None
            if now is not None:
                opened = await self._seats.at(await work.become(Actor.turn(now, asking.by)), asking, Deed.ARRANGE, now)
                current, ended = opened.conversation, await self._end(opened)
            work = await work.become(Actor.turn(wanted, asking.by))
            with _or_changed():
                await conversations.reopen(work.session, wanted)
            here = await conversations.present(work.session, wanted)
            if not here:
                raise nobody_here()
            for character in here:
                admit(character.character_id)
            await conversations.settle_kind(work.session, wanted)
            await announce(work, wanted, one.channel_id)
        if current is not None:
            await self._hush(current)
        await self._listening.refresh(wanted, one.channel_id)
        names = tuple(character.name for character in here)
        return Reopened(Named(wanted, one.title, names), names, ended)

    async def _begin(self, work: Work, asking: Asking, old: Conversation) -> UUID:
        begun = await conversations.begin(
            work.session,
            owner_id=asking.by,
            guild_id=old.guild_id,
            channel_id=old.channel_id,
            webhook_channel_id=old.webhook_channel_id,
            via=old.via,
        )
        if begun is None:
            raise changed()
        return begun

    async def _come(
        self, work: Work, asking: Asking, new_id: UUID, cast: Sequence[PresentCharacter], interaction_id: int
    ) -> list[UUID]:
        """The same characters in the same roles; returns the turns of their greetings."""
        greetings: list[UUID | None] = []
        for one in cast:
            await conversations.join_character(
                work.session, new_id, one.character_id, role=one.role, invited_by=one.invited_by or asking.by
            )
            row = await characters.by_id(work.session, one.character_id)
            # Where the bot is no member nothing can be shown but answers to commands.
            if row is not None and asking.place.via is not Via.INTERACTION:
                greetings.append(
                    await write_greeting(
                        work, new_id, asking.by, row.character, interaction_id=interaction_id, boot_id=self._boot_id
                    )
                )
        await conversations.settle_kind(work.session, new_id)
        return [turn_id for turn_id in greetings if turn_id is not None]

    async def _end(self, opened: Opened) -> Ended:
        one, found = opened.conversation, await named(opened)
        await conversations.archive(opened.work.session, one.id)
        await announce(opened.work, one.id, one.channel_id)
        return Ended(found, not one.settings.keeps_history)

    async def _hush(self, one: Conversation) -> None:
        await self._listening.refresh(one.id, one.channel_id)
        self._turns.hush(one.id)


@contextmanager
def _or_changed() -> Generator[None]:
    """Where a conversation begins in the same moment, the index of those that go on lets only one of them in."""
    try:
        yield
    except IntegrityError as error:
        raise changed() from error


def _refuse_elsewhere(one: Conversation, asking: Asking) -> None:
    if one.is_active:
        raise Conflict(
            "goes_on_already", N_("This conversation goes on already, in <#{channel}>."), channel=one.channel_id
        )
    if one.channel_id != asking.place.channel_id or one.via is not ConversationVia(asking.place.via.value):
        raise held_elsewhere(one)
