"""Replies that stand in a channel: who is behind one, and taking one back."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bot.errors import NotAllowed, NotFound
from bot.ports import Face, Place, Scene, Stage
from bot.texts import N_
from db import functions
from db.models import MessageVariant, TurnState
from db.queries import characters, people
from db.queries.talk import messages, turns
from db.work import Actor, Database, Work


@dataclass(frozen=True, slots=True)
class Took:
    """What a reply took. None is unknown, never zero. Money in millionths of a US dollar, times in milliseconds."""

    tokens_in: int | None
    tokens_out: int | None
    cost_micros: int | None
    first_token_ms: int | None
    total_ms: int | None


@dataclass(frozen=True, slots=True)
class About:
    """Who is behind a reply. `maker` and `asker` are Discord ids where they have one; no `model`: a greeting.

    `took` is for those it concerns: the asker, whoever began the conversation, and those who manage messages there.
    """

    character: str
    maker: int | None
    asker: int | None
    provider: str | None
    model: str | None
    was_stopped: bool
    may_delete: bool
    took: Took | None = None


class Replies:
    """What the small button under a reply leads to."""

    def __init__(self, database: Database, stage: Stage) -> None:
        self._database = database
        self._stage = stage

    async def about(self, turn_id: UUID, by: UUID, *, may_manage: bool = False) -> About:
        """Who made the character, who asked, and which model worded it. Raises `NotFound`."""
        conversation_id = await self._conversation(turn_id)
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            found = await _provenance(work, turn_id)
            row = await characters.by_id(work.session, found.character_id)
            if row is None:
                raise _gone()
            maker = await people.user(work.session, row.character.owner_id)
            asker = await people.user(work.session, found.asker_id)
            worded = await messages.chosen_variant(work.session, turn_id)
            concerned = may_manage or by in {found.asker_id, found.conversation_owner_id}
            return About(
                character=row.character.name,
                maker=maker.discord_id if maker else None,
                asker=asker.discord_id if asker else None,
                provider=worded.provider if worded else None,
                model=worded.model if worded else None,
                was_stopped=found.stopped,
                may_delete=concerned,
                took=_took(worded) if worded and concerned else None,
            )

    async def delete(self, turn_id: UUID, by: UUID, *, may_manage: bool = False) -> None:
        """Take a reply out of the channel and out of the history.

        For the asker, whoever began the conversation, and those who manage messages there. Raises `NotFound`,
        `NotAllowed` or `StageClosed`.
        """
        conversation_id = await self._conversation(turn_id)
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            found = await _provenance(work, turn_id)
            if not may_manage and by not in {found.asker_id, found.conversation_owner_id}:
                raise NotAllowed(
                    "not_your_reply",
                    N_("Only who asked, who began this conversation, or a moderator can delete this."),
                )
            row = await characters.by_id(work.session, found.character_id)
            known = await turns.part_ids(work.session, turn_id)
            await turns.end(work.session, turn_id, TurnState.CANCELLED, "deleted")
            await messages.unsay(work.session, turn_id)
        scene = Scene(
            turn_id=turn_id,
            place=Place(found.guild_id, found.channel_id, found.webhook_channel_id),
            face=Face(row.character.name if row else "", None),
            after_message_id=min(known.values(), default=1) - 1,
            known=known,
        )
        await self._stage.perform(scene, _NothingNew()).withdraw()

    async def _conversation(self, turn_id: UUID) -> UUID:
        async with self._database.work(Actor.job("reply")) as work:
            conversation_id = await functions.conversation_of_turn(work.session, turn_id)
        if conversation_id is None:
            raise _gone()
        return conversation_id


class _NothingNew:
    """A log for a performance that only takes back."""

    async def opening(self, number: int) -> None:
        raise AssertionError(f"part {number} was to be posted while taking a reply back")

    async def opened(self, part: object) -> None:
        raise AssertionError(f"{part} was posted while taking a reply back")


def _took(worded: MessageVariant) -> Took:
    return Took(worded.tokens_in, worded.tokens_out, worded.cost_micros, worded.first_token_ms, worded.total_ms)


async def _provenance(work: Work, turn_id: UUID) -> turns.Provenance:
    found = await turns.provenance(work.session, turn_id)
    if found is None:
        raise _gone()
    return found


def _gone() -> NotFound:
    return NotFound("no_such_reply", N_("This reply is not known any more."))
