"""Who may do what with a conversation, and which one is meant."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bot.errors import Conflict, NotAllowed, NotFound
from bot.ports import NO_RIGHTS, Place, Rights, Via
from bot.texts import N_
from db import functions
from db.models import Conversation, ParticipantRole
from db.queries import people
from db.queries.talk import conversations
from db.work import Actor, Database, Work


@dataclass(frozen=True, slots=True)
class Asking:
    """Who wants something of a conversation, and from where. `rights` are Discord's, in that place."""

    by: UUID
    place: Place
    rights: Rights = NO_RIGHTS


class Deed(StrEnum):
    """What somebody wants to do with a conversation."""

    LOOK = "look"
    ARRANGE = "arrange"
    """Change what it is called, how it goes on, and whether."""
    APPOINT = "appoint"
    """Decide who else may arrange it."""


@dataclass(frozen=True, slots=True)
class Seat:
    """What a person is in a conversation. `manages` comes from Discord: Manage Messages there, or Manage Server.

    `is_nobodys`: no person began it but the house, as in the demo; then whoever takes part arranges it.
    """

    is_owner: bool = False
    is_moderator: bool = False
    takes_part: bool = False
    manages: bool = False
    is_nobodys: bool = False

    def may(self, deed: Deed) -> bool:
        """Whether this person may do that."""
        if self.is_owner or self.manages:
            return True
        if deed is Deed.ARRANGE:
            return self.is_moderator or (self.is_nobodys and self.takes_part)
        return deed is Deed.LOOK and self.takes_part


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation that somebody may do with what they asked to, in a work of its own."""

    work: Work
    conversation: Conversation
    seat: Seat


_REFUSED = {
    Deed.LOOK: (
        "not_taking_part",
        N_("You take no part in this conversation yet. Say something to one of its characters first."),
    ),
    Deed.ARRANGE: (
        "not_yours_to_arrange",
        N_(
            "Only who began this conversation, whoever they made a moderator of it (/conversation moderator), and who "
            "may manage messages there can do that. Nothing was changed."
        ),
    ),
    Deed.APPOINT: (
        "not_yours_to_appoint",
        N_(
            "Only who began this conversation, and who may manage messages there, can choose its moderators. "
            "Nothing was changed."
        ),
    ),
}


def seat_of(
    asking: Asking, conversation: Conversation, role: ParticipantRole | None, *, is_nobodys: bool = False
) -> Seat:
    """What who asks is in a conversation; `role` is theirs while they take part, else None. Pure.

    Manage Messages counts in the channel it was asked from only, Manage Server in the whole server.
    """
    place, rights = asking.place, asking.rights
    is_here = conversation.channel_id == place.channel_id and conversation.guild_id is not None
    is_same_server = conversation.guild_id is not None and conversation.guild_id == place.guild_id
    return Seat(
        is_owner=conversation.owner_id == asking.by,
        is_moderator=role is ParticipantRole.MODERATOR,
        takes_part=role is not None,
        manages=(is_here and rights.may_manage) or (is_same_server and rights.may_administer),
        is_nobodys=is_nobodys,
    )


async def active(work: Work, by: UUID, place: Place) -> UUID | None:
    """The conversation that goes on in a place; where the bot is no member, this person's own."""
    if place.via is Via.INTERACTION:
        return await conversations.own_active(work.session, by, place.channel_id)
    return await functions.conversation_at(work.session, place.channel_id)


class Seats:
    """Finds the conversation somebody means, and lets them at it if they may."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def meant(self, asking: Asking, which: str | None = None) -> UUID:
        """The conversation `which` names (by the id of a suggestion), or the one that goes on here.

        Raises `NotFound`, also for one that who asks takes no part in.
        """
        wanted = None if which is None else _id(which)
        async with self._database.work(Actor.user(asking.by)) as work:
            here = await active(work, asking.by, asking.place)
            if which is None:
                if here is None:
                    raise nobody_here()
                return here
            if wanted is None or (wanted != here and await conversations.by_id(work.session, wanted) is None):
                raise no_such_conversation()
            return wanted

    @asynccontextmanager
    async def opened(self, asking: Asking, deed: Deed, which: str | None = None) -> AsyncGenerator[Opened]:
        """The conversation meant, in its own work on behalf of who asks; locked where it is to be changed.

        Raises `NotFound` or `NotAllowed`.
        """
        conversation_id = await self.meant(asking, which)
        async with self._database.work(Actor.turn(conversation_id, asking.by)) as work:
            yield await self.at(work, asking, deed, conversation_id)

    async def at(self, work: Work, asking: Asking, deed: Deed, conversation_id: UUID) -> Opened:
        """The same for a work that is open already and acts for this conversation."""
        read = conversations.by_id if deed is Deed.LOOK else conversations.lock
        conversation = await read(work.session, conversation_id)
        if conversation is None:
            raise no_such_conversation()
        role = await conversations.role_of(work.session, conversation_id, asking.by)
        owner = await people.user(work.session, conversation.owner_id)
        seat = seat_of(asking, conversation, role, is_nobodys=owner is not None and owner.discord_id is None)
        if not seat.may(deed):
            raise refusal(deed)
        return Opened(work, conversation, seat)


def is_readable_here(one: Conversation, place: Place) -> bool:
    """Whether what was said may be read from a place: of a server's channel, in that channel only.

    Who could read there once may not be allowed to any more, and Discord tells us of no role that changed; but it lets
    nobody use a command in a channel that they cannot see. Pure.
    """
    return one.guild_id is None or one.channel_id == place.channel_id


def refuse_elsewhere(one: Conversation, place: Place) -> None:
    """Raises `Conflict` where what was said may not be read from a place."""
    if not is_readable_here(one, place):
        raise held_elsewhere(one)


def held_elsewhere(one: Conversation) -> Conflict:
    """The refusal in any place but a conversation's own."""
    return Conflict(
        "held_elsewhere",
        N_("This conversation was held in <#{channel}>. Go there and use the same command."),
        channel=one.channel_id,
    )


def refusal(deed: Deed) -> NotAllowed:
    """Why somebody may not do that."""
    code, sentence = _REFUSED[deed]
    return NotAllowed(code, sentence)


def nobody_here() -> NotFound:
    """The refusal where no conversation goes on."""
    return NotFound(
        "no_conversation_here",
        N_("No conversation goes on in this channel. Ask a character in with /character summon to begin one."),
    )


def no_such_conversation() -> NotFound:
    """The refusal for a conversation that is not there, or not of who asks."""
    return NotFound(
        "no_such_conversation",
        N_("There is no such conversation of yours. Pick one from the suggestions, or see /conversation list."),
    )


def changed() -> Conflict:
    """The refusal where somebody else was first."""
    return Conflict("conversation_changed", N_("Something changed here in the same moment. Try again."))


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
