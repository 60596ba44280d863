"""Why a reply came out as it did: what went into its prompt, what was left out, what it took, and from which model.

Words a person told of themselves are theirs: others read only that there were some and how many tokens they took. What
a maker wrote is the maker's: others read its kind and tokens. Lore is for those who may read its book. The whole prompt
is for who may read every part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.errors import NotFound
from bot.ports import NO_RIGHTS, Rights, Whose
from bot.services.talk.replies import May, Replies, Took
from bot.texts import N_
from db import functions
from db.models import MessageVariant, PromptMessageRecord, PromptPartRecord
from db.queries import people
from db.queries.lore import runs
from db.queries.talk import conversations, messages, turns, variants
from db.queries.talk.turns import Provenance
from db.work import Actor, Database, Work


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a prompt as a person may see it; `label` is None where its words are not theirs to read."""

    kind: str
    label: str | None
    tokens: int
    included: bool
    reason: str
    whose: Whose


@dataclass(frozen=True, slots=True)
class Reasons:
    """What stands behind one wording. `number` counts from 0; `prompt` is the whole of it, for who may read it.

    No `model`: a greeting, which its maker wrote word for word.
    """

    turn_id: UUID
    character: str
    provider: str | None = None
    model: str | None = None
    finish_reason: str | None = None
    price_source: str | None = None
    took: Took | None = None
    number: int = 0
    pieces: tuple[Piece, ...] = ()
    prompt: str | None = None


class Why:
    """Answers /why."""

    def __init__(self, database: Database, replies: Replies) -> None:
        self._database = database
        self._replies = replies

    async def of(self, turn_id: UUID, by: UUID, rights: Rights = NO_RIGHTS) -> Reasons:
        """What stands behind a reply. Raises `NotFound` or `NotAllowed`."""
        async with self._replies.opened(turn_id, by, rights, May.WHY) as (work, found):
            worded = await messages.chosen_variant(work.session, turn_id)
            if worded is None:
                return Reasons(turn_id, found.character_name)
            is_house = await _is_the_houses(work, found.maker_id)
        lore = {part.book_id for part in worded.prompt_parts if part.whose == Whose.LORE}
        open_books = await self._readable([book_id for book_id in lore if book_id is not None], by)
        may_read_all = by == found.asker_id and (by == found.maker_id or is_house) and lore <= open_books
        return Reasons(
            turn_id=turn_id,
            character=found.character_name,
            provider=worded.provider,
            model=worded.model,
            finish_reason=worded.finish_reason,
            price_source=worded.price_source,
            took=Took(worded.tokens_in, worded.tokens_out, worded.cost_micros, worded.first_token_ms, worded.total_ms),
            number=worded.number,
            pieces=tuple(
                seen(part, found, by, rights, is_house=is_house, open_books=open_books) for part in worded.prompt_parts
            ),
            prompt=await self._prompt(worded, by) if may_read_all else None,
        )

    async def last(self, channel_id: int, by: UUID) -> UUID:
        """The last reply in a channel; where the bot is no member, of this person's own. Raises `NotFound`."""
        conversation_id = await conversation_here(self._database, channel_id, by)
        turn_id = None
        if conversation_id is not None:
            async with self._database.work(Actor.turn(conversation_id, by)) as work:
                turn_id = await turns.last_sent(work.session, conversation_id)
        if turn_id is None:
            raise NotFound("nothing_said_here", N_("No character has said anything here yet that could be explained."))
        return turn_id

    async def _readable(self, book_ids: Sequence[UUID], by: UUID) -> frozenset[UUID]:
        if not book_ids:
            return frozenset()
        # In their own name: the turn itself reads every book that is in force in it.
        async with self._database.work(Actor.user(by)) as work:
            return await runs.readable_books(work.session, book_ids)

    async def _prompt(self, worded: MessageVariant, by: UUID) -> str | None:
        async with self._database.work(Actor.user(by)) as work:
            kept = await variants.prompt_of(work.session, worded.id)
        return None if kept is None else "\n\n".join(_written(one) for one in kept.messages)


async def conversation_here(database: Database, channel_id: int, by: UUID) -> UUID | None:
    """The conversation that goes on in a channel; where the bot is no member, this person's own."""
    async with database.work(Actor.user(by)) as work:
        found = await functions.conversation_at(work.session, channel_id)
        return found or await conversations.own_active(work.session, by, channel_id)


def seen(
    part: PromptPartRecord,
    found: Provenance,
    by: UUID,
    rights: Rights,
    *,
    is_house: bool,
    open_books: frozenset[UUID] = frozenset(),
) -> Piece:
    """One part as a person may see it who may read these lore books. Pure; what is not known is nobody's to read."""
    whose = Whose(part.whose)
    readable = {
        Whose.HOUSE: True,
        Whose.CREATOR: by == found.maker_id or is_house,
        Whose.LORE: part.book_id in open_books,
        Whose.ASKER: by == found.asker_id,
        Whose.SHARED: found.takes_part or rights.may_manage or by in {found.asker_id, found.conversation_owner_id},
    }[whose]
    return Piece(part.kind, part.label if readable else None, part.tokens, part.included, part.reason, whose)


async def _is_the_houses(work: Work, maker_id: UUID) -> bool:
    maker = await people.user(work.session, maker_id)
    return maker is not None and maker.discord_id is None


def _written(message: PromptMessageRecord) -> str:
    head = f"[{message.role}]" if message.name is None else f"[{message.role}: {message.name}]"
    pictures = "".join(f"\n(picture: {name})" for name in message.pictures)
    return f"{head}\n{message.content}{pictures}"
