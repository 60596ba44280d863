"""From a heard message to claimed turns, in as few units of work as the crash edges allow: two.

The first writes the message down [received]. The second claims the turns it earns and reads, while it is there, what
the first of them is answered from [claimed].
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot import limits
from bot.failpoints import Point
from bot.ports import Files, Heard
from bot.services.people.askers import asker_of
from bot.services.talk.compose_types import Asker
from bot.services.talk.enclosures import enclosed_with, type_of
from bot.services.talk.heed import Room
from bot.services.talk.inbox import Errand, written
from bot.services.talk.snapshot import Cast, Material, Snapshots, cast_of
from bot.services.talk.tokens import raw
from db.models import InboxState, MessageSensitivity, TurnState
from db.queries import characters
from db.queries.talk import conversations, delivery, messages, turns
from db.queries.talk.messages import Enclosed, Utterance
from db.queries.talk.turns import Claim, Standing
from db.work import Actor, Database, Work

_JOINED = 20_000
"""How many people's taking part is remembered, so that it is not written down again with every message."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A turn taken up already, with all that its answer is made from."""

    turn: Standing
    cast: Cast
    material: Material


@dataclass(frozen=True, slots=True)
class Claimed:
    """The turns a message earned, each with its character, in the order in which they are answered."""

    turns: Sequence[tuple[UUID, UUID]]
    first: Ready | None = None


class Arrivals:
    """Writes messages down and claims the turns they earn. `passing` marks the edges between the steps."""

    def __init__(
        self,
        database: Database,
        boot_id: UUID,
        snapshots: Snapshots,
        passing: Callable[[Point], None],
        files: Files | None = None,
    ) -> None:
        self._database = database
        self._boot_id = boot_id
        self._snapshots = snapshots
        self._passing = passing
        self._files = files
        self._joined: OrderedDict[tuple[UUID, UUID], None] = OrderedDict()

    async def receive(self, errand: Errand) -> bool:
        """Write the message into the inbox. False where it stands there already."""
        async with self._database.work(Actor.job("inbox")) as work:
            is_new = await self._receive(work, errand)
        self._passing(Point.RECEIVED)
        return is_new

    async def refuse(self, errand: Errand, reason: str) -> bool:
        """Write a message down that is not answered, and why. False where it stands there already."""
        async with self._database.work(Actor.job("inbox")) as work:
            is_new = await self._receive(work, errand)
            if is_new:
                await delivery.mark(work.session, errand.heard.message_id, InboxState.DROPPED, reason)
            return is_new

    async def _receive(self, work: Work, errand: Errand) -> bool:
        return await delivery.receive(
            work.session,
            message_id=errand.heard.message_id,
            channel_id=errand.heard.place.channel_id,
            heard=written(errand),
        )

    async def claim(self, errand: Errand, room: Room, asker_id: UUID) -> Claimed:
        """The turns this message earns, one for each character spoken to that is (still) present, in order."""
        heard = errand.heard
        # Before the work is opened: no connection is held while Discord is awaited.
        enclosed = await enclosed_with(heard, self._files) if room.allow_files and heard.attached else ()
        conversation_id = room.conversation_id
        async with self._database.work(Actor.turn(conversation_id, asker_id)) as work:
            present = {one.character_id for one in await conversations.present(work.session, conversation_id)}
            claimed = await self._claim(work, errand, room, asker_id, [one for one in errand.to if one in present])
            if claimed:
                await self._join(work, conversation_id, asker_id)
                asker = await asker_of(work, asker_id, conversation_id)
                await _keep(work, room, asker_id, asker, heard, enclosed)
                await delivery.mark(work.session, heard.message_id, InboxState.CLAIMED)
            first = await self._ready(work, next(iter(claimed.values()))) if claimed else None
        if claimed:
            self._joined[conversation_id, asker_id] = None
            if len(self._joined) > _JOINED:
                self._joined.popitem(last=False)
        self._passing(Point.CLAIMED)
        return Claimed(tuple(claimed.items()), first)

    async def _claim(
        self, work: Work, errand: Errand, room: Room, asker_id: UUID, character_ids: Sequence[UUID]
    ) -> Mapping[UUID, UUID]:
        if not character_ids:
            return {}
        claim = Claim(
            conversation_id=room.conversation_id,
            asker_id=asker_id,
            trigger_message_id=errand.heard.message_id,
            boot_id=self._boot_id,
            kind=errand.kind,
            priority=errand.priority,
            answer_token_sealed=raw(errand.token),
        )
        return await turns.claim(work.session, claim, character_ids)

    async def _join(self, work: Work, conversation_id: UUID, user_id: UUID) -> None:
        if (conversation_id, user_id) in self._joined:
            return
        if await conversations.join_user(work.session, conversation_id, user_id):
            await conversations.settle_kind(work.session, conversation_id)

    def left(self, conversation_id: UUID) -> None:
        """Somebody left a conversation, or it is over: who takes part is looked at again."""
        for key in [key for key in self._joined if key[0] == conversation_id]:
            del self._joined[key]

    async def _ready(self, work: Work, turn_id: UUID) -> Ready | None:
        standing = await turns.take_up(work.session, turn_id, self._boot_id)
        if standing is None or standing.is_over:
            return None
        row = await characters.by_id(work.session, standing.character_id)
        if row is None:
            return None
        cast = await cast_of(work, standing, row)
        return Ready(standing, cast, await self._snapshots.material(work, standing, row=row))

    # -------------------------------------------------------------------------------------------- afterwards

    async def settle(self, message_id: int, *, dropped: str | None = None) -> None:
        """The inbox is done with a message; `dropped` says why it was not answered."""
        state = InboxState.DONE if dropped is None else InboxState.DROPPED
        async with self._database.work(Actor.job("inbox")) as work:
            await delivery.mark(work.session, message_id, state, dropped)

    async def cancel(self, turn_id: UUID, conversation_id: UUID, reason: str) -> None:
        """A turn that waited is not answered after all. What is over stays as it is."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            standing = await turns.take_up(work.session, turn_id, self._boot_id)
            if standing is not None and not standing.is_over and not standing.known and not standing.unsure:
                await turns.end(work.session, turn_id, TurnState.CANCELLED, reason)
                await messages.unsay(work.session, turn_id)

    async def reword(self, errand: Errand, conversation_id: UUID | None) -> None:
        """The message was changed before it was answered."""
        async with self._database.work(Actor.job("inbox")) as work:
            await delivery.reheard(work.session, errand.heard.message_id, written(errand))
        if conversation_id is not None:
            await self.reword_said(conversation_id, errand.heard.message_id, errand.heard.content)

    async def reword_said(self, conversation_id: UUID, message_id: int, content: str) -> None:
        """The history follows a message that was changed, and keeps what it said before."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            await messages.reword(work.session, conversation_id, message_id, content)

    async def forget(self, conversation_id: UUID, message_id: int) -> None:
        """The message was taken back; it leaves the history."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            await messages.forget(work.session, conversation_id, message_id)

    async def unsay(self, conversation_id: UUID, turn_id: UUID) -> None:
        """A character's reply was deleted in Discord; it leaves the history."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            await turns.end(work.session, turn_id, TurnState.CANCELLED, "deleted")
            await messages.unsay(work.session, turn_id)

    async def react(self, conversation_id: UUID, message_id: int, user_id: UUID, emoji: str, *, is_added: bool) -> None:
        """A person put an emoji under a message, or took it away."""
        change = messages.react if is_added else messages.unreact
        async with self._database.work(Actor.turn(conversation_id, user_id)) as work:
            await change(work.session, conversation_id, message_id, user_id, emoji[: limits.EMOJI_MAX])


async def _keep(
    work: Work, room: Room, asker_id: UUID, asker: Asker, heard: Heard, enclosed: Sequence[Enclosed]
) -> None:
    await messages.hear(
        work.session,
        conversation_id=room.conversation_id,
        author_id=asker_id,
        said=Utterance(
            discord_message_id=heard.message_id,
            content=heard.content,
            type=type_of(heard),
            speaker_name="" if asker.name == heard.author.display_name else asker.name,
            persona_id=asker.persona_id,
            replies_to=heard.reply_to.message_id if heard.reply_to else None,
            sensitivity=MessageSensitivity(heard.around.sensitivity.value),
        ),
        enclosed=enclosed,
    )
