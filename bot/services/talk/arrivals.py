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
from bot.services.talk import retelling
from bot.services.talk.compose_types import Asker
from bot.services.talk.enclosures import enclosed_with, type_of
from bot.services.talk.heed import Room
from bot.services.talk.inbox import Errand, written
from bot.services.talk.snapshot import Cast, Material, Snapshots, cast_of
from bot.services.talk.tokens import raw
from bot.services.wellbeing.presence import Act, Part, Presence
from bot.services.wellbeing.rules import Rest
from db.direct import Direct
from db.models import MessageSensitivity, TurnKind, TurnState
from db.queries.talk import delivery, messages, road, turns
from db.queries.talk.messages import Enclosed, Utterance
from db.queries.talk.turns import Claim, Standing
from db.work import Actor, Database

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
    """The turns a message earned, each with its character, in the order in which they are answered.

    `rest`: none, since characters rest for who wrote it.
    """

    turns: Sequence[tuple[UUID, UUID]]
    first: Ready | None = None
    rest: Rest | None = None


class _NobodyHereError(Exception):
    """Who was spoken to is gone: what was counted for being answered is given up with the work."""


class Arrivals:
    """Writes messages down and claims the turns they earn. `passing` marks the edges between the steps."""

    def __init__(
        self,
        database: Database,
        boot_id: UUID,
        snapshots: Snapshots,
        passing: Callable[[Point], None],
        files: Files | None = None,
        presence: Presence | None = None,
    ) -> None:
        self._database = database
        self._boot_id = boot_id
        self._snapshots = snapshots
        self._passing = passing
        self._files = files
        self._presence = presence
        self._joined: OrderedDict[tuple[UUID, UUID], None] = OrderedDict()

    async def receive(self, errand: Errand) -> bool:
        """Write the message into the inbox. False where it stands there already."""
        async with self._database.directly(Actor.job("inbox")) as direct:
            is_new = await _receive(direct, errand)
        self._passing(Point.RECEIVED)
        return is_new

    async def refuse(self, errand: Errand, reason: str) -> bool:
        """Write a message down that is not answered, and why. False where it stands there already."""
        async with self._database.directly(Actor.job("inbox")) as direct:
            is_new = await _receive(direct, errand)
            if is_new:
                await road.done(direct, errand.heard.message_id, reason)
            return is_new

    async def claim(self, errand: Errand, room: Room, asker_id: UUID) -> Claimed:
        """The turns this message earns, one for each character spoken to that is (still) present, in order."""
        heard, conversation_id = errand.heard, room.conversation_id
        # Before the work is opened: no connection is held while Discord is awaited.
        enclosed = await enclosed_with(heard, self._files) if room.allow_files and heard.attached else ()
        claim = Claim(
            conversation_id=conversation_id,
            asker_id=asker_id,
            trigger_message_id=heard.message_id,
            boot_id=self._boot_id,
            kind=errand.kind,
            priority=errand.priority,
            answer_token_sealed=raw(errand.token),
        )
        first = None
        try:
            async with self._database.directly(Actor.turn(conversation_id, asker_id)) as direct:
                part, claimed = await self._claimed(direct, claim, errand)
                if claimed:
                    await self._join(direct, conversation_id, asker_id)
                    asker = await asker_of(direct, asker_id, conversation_id)
                    await _keep(direct, room, asker_id, asker, heard, enclosed)
                    first = await self._ready(direct, next(iter(claimed.values())), asker)
                elif part is None or part.rest is None:
                    raise _NobodyHereError
        except _NobodyHereError:
            return Claimed(())
        if self._presence is not None:
            self._presence.after(part)
        if not claimed:
            return Claimed((), rest=None if part is None else part.rest)
        self._joined[conversation_id, asker_id] = None
        if len(self._joined) > _JOINED:
            self._joined.popitem(last=False)
        self._passing(Point.CLAIMED)
        return Claimed(tuple(claimed.items()), first)

    async def _claimed(self, direct: Direct, claim: Claim, errand: Errand) -> tuple[Part | None, Mapping[UUID, UUID]]:
        """The turns, and what became of the asker's taking part; no turns where characters rest for them."""
        presence, heard = self._presence, errand.heard
        if presence is None or heard.author_is_bot:
            return None, await road.claim(direct, claim, errand.to)
        act = Act(claim.asker_id, heard.place, heard.sent_at, heard.author.discord_id)
        is_asked = errand.kind is not TurnKind.CHANCE
        if is_asked and presence.is_free(act.user_id, act.place):
            moment = presence.moment_of(act)
            outcome, claimed = await road.claim_counted(direct, claim, errand.to, **moment)
            part = presence.free_part(act, outcome)
            if part is not None:
                return part, claimed
        part = await presence.take_part(direct, act, only_look=not is_asked)
        return part, {} if part.rest is not None else await road.claim(direct, claim, errand.to)

    async def _join(self, direct: Direct, conversation_id: UUID, user_id: UUID) -> None:
        if (conversation_id, user_id) not in self._joined:
            await road.join(direct, conversation_id, user_id)

    def left(self, conversation_id: UUID) -> None:
        """Somebody left a conversation, or it is over: who takes part is looked at again."""
        for key in [key for key in self._joined if key[0] == conversation_id]:
            del self._joined[key]

    async def _ready(self, direct: Direct, turn_id: UUID, asker: Asker) -> Ready | None:
        taken = await road.take_up(direct, turn_id, self._boot_id)
        if taken is None:
            return None
        return Ready(taken.turn, cast_of(taken), await self._snapshots.material(direct, taken, asker=asker))

    # -------------------------------------------------------------------------------------------- afterwards

    async def settle(self, message_id: int, *, dropped: str | None = None) -> None:
        """The inbox is done with a message; `dropped` says why it was not answered."""
        async with self._database.directly(Actor.job("inbox")) as direct:
            await road.done(direct, message_id, dropped)

    async def cancel(self, turn_id: UUID, conversation_id: UUID, reason: str) -> None:
        """A turn that waited is not answered after all. What is over stays as it is."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            taken = await road.take_up(await work.direct(), turn_id, self._boot_id)
            if taken is not None and not taken.turn.known and not taken.turn.unsure:
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
            await retelling.changing(work, conversation_id, discord_message_id=message_id)
            await messages.reword(work.session, conversation_id, message_id, content)

    async def forget(self, conversation_id: UUID, message_id: int) -> None:
        """The message was taken back; it leaves the history."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            await retelling.changing(work, conversation_id, discord_message_id=message_id)
            await messages.forget(work.session, conversation_id, message_id)

    async def unsay(self, conversation_id: UUID, turn_id: UUID) -> None:
        """A character's reply was deleted in Discord; it leaves the history."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            await retelling.changing(work, conversation_id, turn_id=turn_id)
            await turns.end(work.session, turn_id, TurnState.CANCELLED, "deleted")
            await messages.unsay(work.session, turn_id)

    async def react(self, conversation_id: UUID, message_id: int, user_id: UUID, emoji: str, *, is_added: bool) -> None:
        """A person put an emoji under a message, or took it away."""
        change = messages.react if is_added else messages.unreact
        async with self._database.work(Actor.turn(conversation_id, user_id)) as work:
            await change(work.session, conversation_id, message_id, user_id, emoji[: limits.EMOJI_MAX])


async def _receive(direct: Direct, errand: Errand) -> bool:
    heard = errand.heard
    channel_id = heard.place.channel_id
    return await road.receive(direct, message_id=heard.message_id, channel_id=channel_id, heard=written(errand))


async def _keep(
    direct: Direct, room: Room, asker_id: UUID, asker: Asker, heard: Heard, enclosed: Sequence[Enclosed]
) -> None:
    await road.hear(
        direct,
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
