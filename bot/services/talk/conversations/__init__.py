"""Conversations: asking a character into a channel, sending it away, and who is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from bot import limits
from bot.errors import Conflict, LimitReached, NotAllowed, NotFound
from bot.ports import Offer, Place, Via
from bot.services.characters import not_found
from bot.services.characters.greetings import greetings_of, refuse_greeting
from bot.services.characters.names import fold, skeleton
from bot.services.money.limits_of import Limits
from bot.services.talk.conversations.arrangements import Arrangements, Named
from bot.services.talk.conversations.greetings import write_greeting
from bot.services.talk.conversations.lives import Lives
from bot.services.talk.conversations.seats import Asking, Deed, Seats, changed
from bot.services.talk.conversations.seats import active as _active
from bot.services.talk.conversations.shelf import Shelf
from bot.services.talk.heed import Present
from bot.services.talk.listening import Listening, announce
from bot.services.talk.turns import Turns
from bot.texts import N_
from db.models import ConversationVia, ParticipantRole
from db.queries import characters, people
from db.queries.characters import CharacterRow
from db.queries.talk import conversations
from db.queries.talk import turns as turn_rows
from db.work import Actor, Database, Work

__all__ = ["Asking", "Conversations", "Deed", "Named", "Summoned"]


@dataclass(frozen=True, slots=True)
class Summoned:
    """A character that has just come. `greets` says whether it will say a first line."""

    conversation_id: UUID
    character_id: UUID
    name: str
    greets: bool


class Conversations:
    """Who is where. Summoning and dismissing open their own works, since both reach beyond the database."""

    def __init__(
        self,
        database: Database,
        *,
        listening: Listening,
        turns: Turns,
        boot_id: UUID,
        offers: Callable[[], tuple[Offer, ...]] = tuple,
        plan_limits: Limits | None = None,
    ) -> None:
        """`offers` tells which models may be chosen (`bot.ports.ModelPool.offers`), `plan_limits` what plans allow."""
        self._database = database
        self._plan_limits = plan_limits or Limits()
        self._listening = listening
        self._turns = turns
        self.taking = turns.taking
        self._boot_id = boot_id
        self._seats = Seats(database)
        self.shelf = Shelf(database, self._seats)
        self.lives = Lives(database, self._seats, listening=listening, turns=turns, boot_id=boot_id)
        self.arrangements = Arrangements(
            self._seats, listening=listening, turns=turns, offers=offers, plan_limits=self._plan_limits
        )

    async def summon(
        self,
        by: UUID,
        place: Place,
        character_id: UUID,
        *,
        interaction_id: int,
        greets: bool = True,
        stands: int | None = None,
        greeting: int | None = None,
    ) -> Summoned:
        """The character listens in this channel from now on and says its greeting.

        The first character of a channel begins a conversation there; where the bot is no member, each person begins one
        of their own, and no greeting is said: nothing can be shown there but answers to commands. `interaction_id` is
        the command's, so that a command delivered twice greets once; `stands` is the message that says the greeting
        already, where it opened a post; `greeting` chooses among several (`greetings.greeting_for`). Raises `NotFound`,
        `Conflict` (it is here already, or one of the same name), `InvalidInput` (no such greeting) or `LimitReached`
        (the channel is full, its maker's plan has no room for it, or characters rest for who asks for a greeting).
        """
        greets = greets and place.via is not Via.INTERACTION
        conversation_id = await self._conversation(by, place, character_id, greeting)
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            row = await characters.by_id(work.session, character_id)
            if row is None:
                raise not_found()
            person = await people.user(work.session, by)
            part = None
            if greets and stands is None and greetings_of(row.character) and person and person.discord_id:
                part = await self.taking.enter(work, by, place)
            conversation = await conversations.lock(work.session, conversation_id)
            if conversation is None or not conversation.is_active:
                raise changed()
            role = await self._room_for(work, conversation_id, row)
            if person is not None and person.discord_id is not None:  # the house asks characters in, and speaks to none
                await conversations.join_user(work.session, conversation_id, by)
            await conversations.join_character(work.session, conversation_id, character_id, role=role, invited_by=by)
            await conversations.settle_kind(work.session, conversation_id)
            greets = greets and not conversation.is_muted
            turn_id = None
            if greets:
                turn_id = await write_greeting(
                    work,
                    conversation_id,
                    by,
                    row.character,
                    interaction_id=interaction_id,
                    boot_id=self._boot_id,
                    is_group=role is ParticipantRole.SECONDARY,
                    number=greeting,
                )
            if turn_id is not None and stands is not None:
                await turn_rows.show(work.session, turn_id, {0: stands})
            await announce(work, conversation_id, place.channel_id)
        self.taking.entered(part)
        await self._listening.refresh(conversation_id, place.channel_id)
        if turn_id is not None:
            self._turns.begin(place.channel_id, turn_id, conversation_id)
        return Summoned(conversation_id, character_id, row.character.name, turn_id is not None)

    async def dismiss(self, by: UUID, place: Place, character_id: UUID, *, may_manage: bool = False) -> str:
        """The character listens here no more; with the last one the conversation ends. Returns the character's name.

        For who summoned it, who made it, who began the conversation, and those who manage messages there. Raises
        `NotFound` or `NotAllowed`.
        """
        conversation_id = await self._at(by, place)
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            conversation = await conversations.lock(work.session, conversation_id)
            present = await conversations.present(work.session, conversation_id)
            guest = next((one for one in present if one.character_id == character_id), None)
            if guest is None or conversation is None:
                raise _not_here()
            moderates = await conversations.role_of(work.session, conversation_id, by) is ParticipantRole.MODERATOR
            if not (may_manage or moderates or by in {guest.owner_id, conversation.owner_id, guest.invited_by}):
                raise NotAllowed(
                    "not_yours_to_dismiss",
                    N_("Only who summoned or made {name}, who began this conversation, or a moderator can do that."),
                    name=guest.name,
                )
            await conversations.leave_character(work.session, conversation_id, character_id)
            await conversations.settle_kind(work.session, conversation_id)
            if len(present) == 1:
                await conversations.archive(work.session, conversation_id)
            await announce(work, conversation_id, place.channel_id)
        await self._listening.refresh(conversation_id, place.channel_id)
        self._turns.silence(conversation_id, character_id)
        return guest.name

    def present(self, place: Place, typed: str, discord_id: int | None = None) -> Present:
        """The character here that is meant by an option: the id of a suggestion, or a name. Raises `NotFound`.

        From memory, so that it can be asked before an interaction is answered. `discord_id` is who asks, for places of
        which the bot is no member.
        """
        here = self._turns.listeners(place.channel_id, discord_id)
        by_id = next((one for one in here if str(one.character_id) == typed), None)
        meant = by_id or next((one for one in here if fold(one.name) == fold(typed)), None)
        if meant is None:
            raise _not_here()
        return meant

    async def _at(self, by: UUID, place: Place) -> UUID:
        async with self._database.work(Actor.user(by)) as work:
            conversation_id = await _active(work, by, place)
        if conversation_id is None:
            raise _not_here()
        return conversation_id

    async def _conversation(self, by: UUID, place: Place, character_id: UUID, greeting: int | None) -> UUID:
        """The channel's conversation, begun where there is none. Nothing is begun for a character that is not there."""
        async with self._database.work(Actor.user(by)) as work:
            row = await characters.by_id(work.session, character_id)
            if row is None:
                raise not_found()
            refuse_greeting(row.character, greeting)
            await self._plan_limits.refuse_resting(work, row.character.id, row.character.name)
            found = await _active(work, by, place)
            begun = found or await conversations.begin(
                work.session,
                owner_id=by,
                guild_id=place.guild_id,
                channel_id=place.channel_id,
                webhook_channel_id=place.webhook_channel_id,
                via=ConversationVia(place.via.value),
            )
            # Somebody else began one in the same moment.
            begun = begun or await _active(work, by, place)
        if begun is None:
            raise changed()
        return begun

    async def _room_for(self, work: Work, conversation_id: UUID, row: CharacterRow) -> ParticipantRole:
        name = row.character.name
        present = await conversations.present(work.session, conversation_id)
        if any(one.character_id == row.character.id for one in present):
            raise Conflict("already_here", N_("{name} is already here. Say its name to talk with it."), name=name)
        if any(skeleton(one.name) == skeleton(name) for one in present):
            raise Conflict(
                "same_name_here",
                N_("Somebody called {name} is already here; nobody could tell the two apart. Dismiss that one first."),
                name=name,
            )
        if len(present) >= limits.CHARACTERS_PER_CHANNEL:
            raise LimitReached(
                "channel_full",
                N_("{maximum} characters are here, which is as many as a channel holds. Dismiss one first."),
                maximum=int(limits.CHARACTERS_PER_CHANNEL),
            )
        return ParticipantRole.SECONDARY if present else ParticipantRole.PRIMARY


def _not_here() -> NotFound:
    return NotFound("not_here", N_("No such character is in this channel."))
