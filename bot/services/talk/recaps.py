"""Recaps: what was said so far in few words, for people who ask and for prompts that cannot hold every line.

A conversation has one recap. It is made when somebody asks, and by itself once lines no longer fit the prompts; it
takes in the one before it, so only what was said since is read. One at a time is made, across all processes. A recap
that tells of a line which is changed or taken back is forgotten in the same transaction and made afresh by a job.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from bot import limits
from bot.errors import Conflict, Down, NotFound, ProviderError, Refused
from bot.ports import Finished, ModelPool, ModelRequest, Models, Token, Usage
from bot.services.characters.drafts import clean_text
from bot.services.talk.compose_recap import first_part, kept
from bot.services.talk.compose_types import CharacterSheet, Snapshot
from bot.services.talk.conversations.seats import Asking, Deed, Opened, Seats, refuse_elsewhere
from bot.services.talk.replies import Took
from bot.services.talk.snapshot import SOMEBODY, line_of
from bot.texts import N_
from db.models import Conversation, MessageKind, ParticipantRole, Recap
from db.queries import characters, people
from db.queries.talk import conversations, recaps
from db.queries.talk.history import SaidLine, history
from db.work import Actor, Database, Work

_NOTHING = Usage(0, 0, 0)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """The recap of a conversation, '' where there is none, and how it came to be.

    `by` is a Discord id: who asked for it or, where no `model` is named, wrote it; None: it was made by itself. `since`
    counts the lines said after it. A fork has the recap of the conversation it left (`is_taken_along`) until it is made
    anew.
    """

    conversation_id: UUID
    text: str = ""
    made_at: datetime | None = None
    by: int | None = None
    provider: str | None = None
    model: str | None = None
    took: Took | None = None
    since: int = 0
    is_taken_along: bool = False
    may_change: bool = False


@dataclass(frozen=True, slots=True)
class _Matter:
    """What a recap is made of: the lines after the one so far."""

    conversation_id: UUID
    before: str
    lines: tuple[SaidLine, ...]
    snapshot: Snapshot
    models: Models

    def is_still_so(self, conversation: Conversation, said: Mapping[UUID, str]) -> bool:
        """Whether nothing of it was changed meanwhile."""
        return conversation.summary == self.before and all(
            said.get(one.message_id) == one.content for one in self.lines
        )


@dataclass(slots=True)
class _Made:
    """A recap that was just worded, with what all its parts took together; what is unknown of one is unknown of all."""

    text: str = ""
    provider: str = ""
    model: str = ""
    usage: Usage = _NOTHING
    total_ms: int = 0

    def add(self, text: str, end: Finished) -> None:
        """One more part was worded."""
        one, so_far = end.usage, self.usage
        self.text, self.provider, self.model = text, end.provider, end.model
        self.usage = Usage(
            _sum(so_far.tokens_in, one.tokens_in),
            _sum(so_far.tokens_out, one.tokens_out),
            _sum(so_far.cost_micros, one.cost_micros),
            one.price_source,
        )
        self.total_ms += end.total_ms


class Recaps:
    """Makes recaps, shows them, lets them be changed."""

    def __init__(self, database: Database, *, models: ModelPool) -> None:
        self._database = database
        self._models = models
        self._seats = Seats(database)

    async def look(self, asking: Asking, which: str | None = None) -> Told:
        """The recap as it stands. Raises `NotFound` or `NotAllowed`."""
        async with self._seats.opened(asking, Deed.LOOK, which) as opened:
            refuse_elsewhere(opened.conversation, asking.place)
            return await _told(opened)

    async def make(self, asking: Asking, which: str | None = None, *, afresh: bool = False) -> Told:
        """Have a recap made that tells of everything said by now, and hand it back.

        Where nothing was said since the last one, that one is handed back. `afresh` takes nothing over from it. Raises
        `NotFound` (also where nothing was said yet), `NotAllowed`, or `Conflict` where one is being made or no model
        answers.
        """
        async with self._seats.opened(asking, Deed.ARRANGE if afresh else Deed.LOOK, which) as opened:
            refuse_elsewhere(opened.conversation, asking.place)
            conversation_id = opened.conversation.id
        async with self._in_hand(conversation_id) as is_mine:
            if not is_mine:
                raise _being_made()
            await self._make_now(conversation_id, asking.by, afresh=afresh)
        return await self.look(asking, str(conversation_id))

    async def edit(self, asking: Asking, typed: str, which: str | None = None) -> Told:
        """Change the recap by hand: characters remember what it says from now on; empty forgets it.

        Raises `InvalidInput`, `NotFound` or `NotAllowed`.
        """
        text = self.check(typed)
        async with self._seats.opened(asking, Deed.ARRANGE, which) as opened:
            one, session = opened.conversation, opened.work.session
            refuse_elsewhere(one, asking.place)
            if text != one.summary:
                _, newest = await recaps.since(session, one.id, None)
                await recaps.put(session, one.id, text, one.summarized_through or newest or one.id)
                await recaps.add(session, Recap(conversation_id=one.id, made_by=asking.by, lines=0))
                await session.refresh(one)
            return await _told(opened)

    def check(self, typed: str) -> str:
        """A recap changed by hand, as it is kept. Raises `InvalidInput`."""
        return clean_text("recap", N_("Recap"), typed, limits.RECAP_TEXT_MAX)

    async def run(self, payload: Mapping[str, str]) -> None:
        """The job: bring a conversation's recap up to the lines that prompts may still hold word for word.

        Raises `ProviderError` where no model answers: then it is tried again.
        """
        conversation_id = UUID(payload["conversation"])
        async with self._in_hand(conversation_id) as is_mine:
            if is_mine:
                await self._make(conversation_id, None)

    # -------------------------------------------------------------------------------------------- making

    async def _make_now(self, conversation_id: UUID, by: UUID, *, afresh: bool) -> None:
        try:
            await self._make(conversation_id, by, afresh=afresh)
        except ProviderError as error:
            _log.warning("recap_failed", conversation_id=str(conversation_id), detail=str(error))
            raise Conflict(
                "recap_failed",
                N_("No recap was made: the language model did not answer. Nothing was changed. Try again in a moment."),
            ) from error

    async def _make(self, conversation_id: UUID, by: UUID | None, *, afresh: bool = False) -> None:
        matter = await self._read(conversation_id, by, afresh=afresh)
        if matter is None:
            return
        made = await self._worded(matter)
        async with self._database.work(Actor.turn(conversation_id)) as work:
            conversation = await conversations.lock(work.session, conversation_id)
            first, last = matter.lines[0].message_id, matter.lines[-1].message_id
            said = await recaps.contents(work.session, conversation_id, first, last)
            if conversation is None or not matter.is_still_so(conversation, said):
                # What it tells of is not what was said any more. Whoever asked may ask again.
                raise _changed_meanwhile()
            await recaps.put(work.session, conversation_id, made.text, last)
            await recaps.add(
                work.session,
                Recap(
                    conversation_id=conversation_id,
                    made_by=by,
                    lines=len(matter.lines),
                    provider=made.provider,
                    model=made.model,
                    tokens_in=made.usage.tokens_in,
                    tokens_out=made.usage.tokens_out,
                    cost_micros=made.usage.cost_micros,
                    price_source=made.usage.price_source,
                    total_ms=made.total_ms,
                ),
            )

    async def _read(self, conversation_id: UUID, by: UUID | None, *, afresh: bool) -> _Matter | None:
        """What is to be told; None where there is nothing to add. Raises `NotFound` where nothing was said at all.

        Where nobody asked for it, the newest lines are left to be said as they are.
        """
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            conversation = await conversations.by_id(work.session, conversation_id)
            if conversation is None:
                return None
            said = await _lines(work, conversation_id)
            through = None if afresh else conversation.summarized_through
            lines = [one for one in said if through is None or one.message_id > through]
            if not said and by is not None:
                raise _nothing_said()
            snapshot, models = await self._scene(work, conversation)
        if by is None:
            lines = lines[: len(lines) - kept([line_of(one) for one in lines], models)]
        if not lines:
            return None
        snapshot = replace(
            snapshot,
            user_name=next((one.speaker for one in reversed(lines) if one.kind is MessageKind.USER), "") or SOMEBODY,
            history=tuple(line_of(one) for one in lines),
            recap="" if afresh else conversation.summary,
        )
        return _Matter(conversation_id, conversation.summary, tuple(lines), snapshot, models)

    async def _scene(self, work: Work, conversation: Conversation) -> tuple[Snapshot, Models]:
        """Whose conversation it is, and the model it speaks with."""
        present = await conversations.present(work.session, conversation.id)
        first = next((one for one in present if one.role is ParticipantRole.PRIMARY), next(iter(present), None))
        row = None if first is None else await characters.by_id(work.session, first.character_id)
        settings = conversation.settings
        chosen = settings if settings.model or row is None else row.character
        owner = await people.user(work.session, conversation.owner_id)
        snapshot = Snapshot(
            character=CharacterSheet(name=row.character.name if row else ""),
            user_name="",
            history=(),
            others=tuple(one.name for one in present if one is not first),
            language=owner.locale if owner else None,
            conversation_id=conversation.id,
        )
        return snapshot, self._models.pick(chosen.provider, chosen.model)

    async def _worded(self, matter: _Matter) -> _Made:
        """Asks the model, in as many parts as it takes. Raises `ProviderError`."""
        made, left = _Made(), matter.snapshot
        while left.history:
            # In a thread: counting the tokens of a long history is felt on the event loop.
            asked, told = await asyncio.to_thread(first_part, left, matter.models)
            text, end = await _answered(matter.models, asked)
            made.add(text, end)
            left = replace(left, history=left.history[told:], recap=text)
        return made

    @asynccontextmanager
    async def _in_hand(self, conversation_id: UUID) -> AsyncGenerator[bool]:
        """Whether it is ours to make this conversation's recap; nobody else does meanwhile."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            is_mine = await recaps.claim(
                work.session, conversation_id, at_most=timedelta(seconds=int(limits.RECAP_SECONDS))
            )
        try:
            yield is_mine
        finally:
            if is_mine:
                async with self._database.work(Actor.turn(conversation_id)) as work:
                    await recaps.release(work.session, conversation_id)


async def _answered(models: Models, asked: ModelRequest) -> tuple[str, Finished]:
    """The words of one answer and how it ended. Raises `ProviderError`."""
    text, end = "", None
    stream = models.stream(asked)
    try:
        async for item in stream:
            if isinstance(item, Token):
                text += item.text
            else:
                end = item
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
    text = text.strip()[: limits.RECAP_TEXT_MAX]
    if end is None or not text:
        raise Down("no recap in the answer", provider=models.provider)
    if end.reason == "filtered":
        raise Refused("the recap was filtered", provider=models.provider)
    return text, end


async def _lines(work: Work, conversation_id: UUID) -> tuple[SaidLine, ...]:
    return tuple(await history(await work.direct(), conversation_id, limit=int(limits.RECAP_LINES)))


async def _told(opened: Opened) -> Told:
    one, session = opened.conversation, opened.work.session
    count, _ = await recaps.since(session, one.id, one.summarized_through)
    told = Told(one.id, since=count, may_change=opened.seat.may(Deed.ARRANGE))
    if not one.summary:
        return told
    told = replace(told, text=one.summary, made_at=one.summarized_at)
    how = await recaps.last(session, one.id)
    if how is None:
        return replace(told, is_taken_along=True)
    by = None if how.made_by is None else await people.user(session, how.made_by)
    took = Took(how.tokens_in, how.tokens_out, how.cost_micros, None, how.total_ms)
    return replace(
        told,
        by=by.discord_id if by else None,
        provider=how.provider,
        model=how.model,
        took=took if how.model is not None and told.may_change else None,
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _being_made() -> Conflict:
    return Conflict(
        "recap_being_made",
        N_("A recap of this conversation is being made at this moment. Look again in a minute; it will stand here."),
    )


def _changed_meanwhile() -> Conflict:
    return Conflict(
        "recap_outrun",
        N_("Something it tells of was changed while the recap was made, so it was not kept. Try again."),
    )


def _nothing_said() -> NotFound:
    return NotFound("nothing_to_recap", N_("Nothing was said in this conversation yet, so there is nothing to sum up."))
