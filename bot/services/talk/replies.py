"""Replies that stand in a channel: who is behind one, what a person may do with it, taking one back, rating one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot import limits
from bot.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.ports import NO_RIGHTS, Face, Place, Rights, Scene, Stage, Via
from bot.services.characters.drafts import clean_text
from bot.services.talk import retelling
from bot.services.talk.rows import deleted
from bot.texts import N_
from db import functions
from db.models import ConversationVia, EditReason, MessageVariant, TurnKind, TurnState
from db.queries import people
from db.queries.talk import messages, turns, variants
from db.queries.talk.turns import Provenance
from db.work import Actor, Database, Work


class May(StrEnum):
    """What a person may do with a reply."""

    REGENERATE = "regenerate"
    CONTINUE = "continue"
    CHOOSE = "choose"
    EDIT = "edit"
    DELETE = "delete"
    FORK = "fork"
    WHY = "why"
    EARLIER = "earlier"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Took:
    """What a reply took. None is unknown, never zero. Money in millionths of a US dollar, times in milliseconds."""

    tokens_in: int | None
    tokens_out: int | None
    cost_micros: int | None
    first_token_ms: int | None
    total_ms: int | None


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of a reply by hand, or by going on with it. `by` is a Discord id, None where nobody knows."""

    by: int | None
    at: datetime
    reason: EditReason


@dataclass(frozen=True, slots=True)
class About:
    """Who is behind a reply and what may be done with it. People by Discord id; no `model`: a greeting.

    `took` is for those it concerns: the asker, whoever began the conversation, and those who manage messages there.
    `variant` counts from 0, of `variants`; `content` is what it says, for those who may change it.
    """

    character: str
    maker: int | None
    asker: int | None
    provider: str | None
    model: str | None
    was_stopped: bool
    took: Took | None = None
    changes: tuple[Changed, ...] = ()
    may: frozenset[May] = frozenset()
    variant: int = 0
    variants: int = 0
    content: str = ""
    stars: int | None = None
    words: str = ""
    is_at_work: bool = False
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """A wording a reply had before: a variant not chosen (`number`, from 0), or what was changed by hand."""

    content: str
    at: datetime
    number: int | None = None
    reason: EditReason | None = None


def allowed(found: Provenance, by: UUID, rights: Rights) -> frozenset[May]:
    """What a person may do with a reply that stands. Pure.

    The asker, whoever began or moderates the conversation and those who manage messages there may do all that can be;
    the character's maker may take its words back and ask why; whoever takes part may ask why and rate.
    """
    if found.state not in {TurnState.SENT, *turns.UNFINISHED}:
        return frozenset()
    concerned = rights.may_manage or found.moderates or by in {found.asker_id, found.conversation_owner_id}
    may: set[May] = set()
    if concerned or found.takes_part:
        may |= {May.WHY, May.EARLIER, May.RATE}
    if by == found.maker_id:
        may |= {May.WHY, May.DELETE}
    if concerned:
        may |= {May.DELETE, May.EDIT, May.CHOOSE}
        if found.is_present:
            may.add(May.FORK)
        if found.kind is not TurnKind.GREETING and found.is_active and found.is_present:
            may |= {May.REGENERATE, May.CONTINUE}
    if found.via is ConversationVia.INTERACTION:
        # What was said there can be changed with the command's own token only, and that is spent.
        may -= {May.DELETE, May.EDIT, May.CHOOSE, May.REGENERATE, May.CONTINUE, May.FORK}
    return frozenset(may)


class Replies:
    """What the small button under a reply, and the menu on it, lead to."""

    def __init__(self, database: Database, stage: Stage) -> None:
        self._database = database
        self._stage = stage

    async def turn_at(self, message_id: int) -> UUID:
        """The turn that a Discord message is part of. Raises `NotFound` for what no character said."""
        async with self._database.work(Actor.job("reply")) as work:
            turn_id = await functions.turn_of_message(work.session, message_id)
        if turn_id is None:
            raise NotFound(
                "not_a_characters",
                N_("No character said this, or it was deleted since. Choose a character's message."),
            )
        return turn_id

    async def about(self, turn_id: UUID, by: UUID, rights: Rights = NO_RIGHTS) -> About:
        """Who made the character, who asked, which model worded it, what may be done. Raises `NotFound`."""
        conversation_id = await self.conversation_of(turn_id)
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            found = await provenance(work, turn_id, by)
            may = allowed(found, by, rights)
            worded = await messages.chosen_variant(work.session, turn_id)
            stands = await variants.stands(work.session, turn_id)
            about = About(
                character=found.character_name,
                maker=await _discord_id(work, found.maker_id),
                asker=await _discord_id(work, found.asker_id),
                provider=worded.provider if worded else None,
                model=worded.model if worded else None,
                was_stopped=worded is not None and worded.finish_reason == "stopped",
                took=_took(worded) if worded and May.EDIT in may else None,
                changes=await _changes(work, turn_id),
                may=may if stands is not None else frozenset(),
                variant=stands.chosen if stands else 0,
                variants=stands.count if stands else 0,
                content=stands.content if stands and May.EDIT in may else "",
                is_at_work=found.is_at_work,
                is_gone=found.state is TurnState.CANCELLED,
            )
        return about if May.RATE not in may else await self._with_rating(about, turn_id, by)

    async def earlier(self, turn_id: UUID, by: UUID, rights: Rights = NO_RIGHTS) -> tuple[Earlier, ...]:
        """Every wording the reply had or could have, oldest first. Raises `NotFound` or `NotAllowed`."""
        async with self.opened(turn_id, by, rights, May.EARLIER) as (work, _):
            edits = await variants.edits(work.session, turn_id)
            worded = await variants.variants(work.session, turn_id)
        found = [Earlier(one.content, one.created_at, number=one.number) for one in worded]
        found += [Earlier(one.previous, one.edited_at, reason=one.reason) for one in edits]
        return tuple(sorted(found, key=lambda one: one.at))

    async def rate(self, turn_id: UUID, by: UUID, rights: Rights, stars: int, words: str | None = None) -> None:
        """One person's opinion, in place of an earlier one; `words` None leaves those of before.

        Raises `NotFound`, `NotAllowed` or `InvalidInput`.
        """
        if not 1 <= stars <= limits.STARS_MAX:
            raise InvalidInput(
                "stars_out_of_range", N_("Choose 1 to {maximum} stars."), field="stars", maximum=int(limits.STARS_MAX)
            )
        if words is not None:
            words = clean_text("words", N_("Words"), words, limits.RATING_WORDS_MAX)
        async with self.opened(turn_id, by, rights, May.RATE) as (_, found):
            character_id = found.character_id
        async with self._database.work(Actor.user(by)) as work:
            await variants.rate(
                work.session, turn_id=turn_id, character_id=character_id, user_id=by, stars=stars, words=words
            )

    async def delete(self, turn_id: UUID, by: UUID, rights: Rights = NO_RIGHTS) -> None:
        """Take a reply out of the channel and out of the history.

        Raises `NotFound`, `NotAllowed`, `Conflict` (it is being written) or `StageClosed`.
        """
        async with self.opened(turn_id, by, rights, May.DELETE) as (work, found):
            known = await turns.part_ids(work.session, turn_id)
            if not await turns.cancel_sent(work.session, turn_id, "deleted"):
                raise busy()
            await retelling.changing(work, found.conversation_id, turn_id=turn_id)
            await messages.unsay(work.session, turn_id)
        scene = Scene(
            turn_id=turn_id,
            place=place_of(found),
            face=Face(found.character_name, None),
            after_message_id=min(known.values(), default=1) - 1,
            known=known,
        )
        await self._stage.perform(scene, _NothingNew()).withdraw()

    @asynccontextmanager
    async def opened(
        self, turn_id: UUID, by: UUID, rights: Rights, what: May
    ) -> AsyncGenerator[tuple[Work, Provenance]]:
        """A work on behalf of somebody who may do `what` with a reply. Raises `NotFound` or `NotAllowed`."""
        conversation_id = await self.conversation_of(turn_id)
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            found = await provenance(work, turn_id, by)
            if found.state is TurnState.CANCELLED:
                raise deleted()
            if what not in allowed(found, by, rights):
                raise _refusal(found, what)
            yield work, found

    async def conversation_of(self, turn_id: UUID) -> UUID:
        """The conversation a turn belongs to. Raises `NotFound`."""
        async with self._database.work(Actor.job("reply")) as work:
            conversation_id = await functions.conversation_of_turn(work.session, turn_id)
        if conversation_id is None:
            raise gone()
        return conversation_id

    async def _with_rating(self, about: About, turn_id: UUID, by: UUID) -> About:
        async with self._database.work(Actor.user(by)) as work:
            rating = await variants.rating(work.session, turn_id, by)
        return about if rating is None else replace(about, stars=rating.stars, words=rating.words)


def place_of(found: Provenance) -> Place:
    """Where a reply stands."""
    return Place(found.guild_id, found.channel_id, found.webhook_channel_id, Via(found.via.value))


async def provenance(work: Work, turn_id: UUID, looks: UUID) -> Provenance:
    """Who is behind a reply. Raises `NotFound`."""
    found = await turns.provenance(work.session, turn_id, looks)
    if found is None:
        raise gone()
    return found


def gone() -> NotFound:
    """There is no such reply."""
    return NotFound("no_such_reply", N_("This reply is not known any more."))


def busy() -> Conflict:
    """Somebody was first."""
    return Conflict(
        "reply_at_work",
        N_("This reply is being written at this moment; nothing was changed. Look again when it stands."),
    )


class _NothingNew:
    """A log for a performance that only takes back."""

    async def opening(self, number: int) -> None:
        raise AssertionError(f"part {number} was to be posted while taking a reply back")

    async def opened(self, part: object) -> None:
        raise AssertionError(f"{part} was posted while taking a reply back")


def _refusal(found: Provenance, what: May) -> NotAllowed:
    """Who may, for those who may not; and where nobody may, why."""
    if found.via is ConversationVia.INTERACTION:
        return NotAllowed(
            "not_changeable_here",
            N_("Where the bot is not a member, nothing can be changed once it was said. Say it again with /say."),
        )
    if what in {May.REGENERATE, May.CONTINUE} and found.kind is TurnKind.GREETING:
        return NotAllowed(
            "greeting_is_fixed", N_("A greeting is written by the character's maker; no model can word it again.")
        )
    goes_on = found.is_present and (found.is_active or what is May.FORK)
    if what in {May.REGENERATE, May.CONTINUE, May.FORK} and not goes_on:
        return NotAllowed(
            "not_listening_any_more",
            N_("{name} does not listen here any more. Ask it in again with /character summon."),
            name=found.character_name,
        )
    if what is May.DELETE:
        return NotAllowed(
            "not_your_reply",
            N_("Only who asked, who began this conversation, who made {name}, or a moderator can delete this."),
            name=found.character_name,
        )
    if what in {May.WHY, May.EARLIER, May.RATE}:
        return NotAllowed(
            "not_taking_part", N_("Only those who take part in this conversation, or a moderator, can do that.")
        )
    return NotAllowed(
        "not_your_reply", N_("Only who asked, who began this conversation, or a moderator can change this reply.")
    )


def _took(worded: MessageVariant) -> Took:
    return Took(worded.tokens_in, worded.tokens_out, worded.cost_micros, worded.first_token_ms, worded.total_ms)


async def _discord_id(work: Work, user_id: UUID) -> int | None:
    user = await people.user(work.session, user_id)
    return user.discord_id if user else None


async def _changes(work: Work, turn_id: UUID) -> tuple[Changed, ...]:
    return tuple(
        [
            Changed(await _discord_id(work, one.edited_by) if one.edited_by else None, one.edited_at, one.reason)
            for one in await variants.edits(work.session, turn_id)
        ]
    )
