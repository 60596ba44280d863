"""Changing a reply that stands: another wording, a longer one, one of those before, one by hand.

Each begins with one conditional UPDATE, so of two people who press at once one wins and the other is told. From there
on it is a turn like any other (`bot.services.talk.answering`): in its channel's lane, with Stop, and safe from crashes.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

from bot import limits
from bot.errors import InvalidInput, LimitReached, NotFound
from bot.ports import Rights
from bot.services.characters.drafts import clean_text
from bot.services.talk.replies import May, Replies, busy, place_of
from bot.services.talk.rows import deleted
from bot.services.talk.running import Outcome
from bot.services.talk.turns import Turns
from bot.texts import N_
from db.models import Rewording
from db.queries.talk import variants
from db.queries.talk.turns import Provenance
from db.queries.talk.variants import Stands
from db.work import Work

STILL_AT_IT = Outcome(is_well=False, sentence=N_("It still takes a while. Look at this reply again later."))


class Control:
    """What those may do whom a reply concerns. `boot_id` names this run of the program."""

    def __init__(self, replies: Replies, turns: Turns, *, boot_id: UUID) -> None:
        self._replies = replies
        self._turns = turns
        self._boot_id = boot_id

    async def regenerate(self, turn_id: UUID, by: UUID, rights: Rights) -> Outcome:
        """Have the reply worded anew; what it said stays a wording to go back to. Returns how it ended.

        Raises `NotFound`, `NotAllowed`, `Conflict` (somebody was first) or `LimitReached`, also where characters rest
        for who asks.
        """
        async with self._replies.opened(turn_id, by, rights, May.REGENERATE) as (work, found):
            _refuse_too_many(await _stands(work, found))
            part = await self._turns.taking.enter(work, by, place_of(found))
            await self._begin(work, found, Rewording.ANEW, by)
        self._turns.taking.entered(part)
        return await self._outcome(found)

    async def go_on(self, turn_id: UUID, by: UUID, rights: Rights) -> Outcome:
        """Have the character go on with what it said. As `regenerate`; raises `LimitReached` for a very long reply."""
        async with self._replies.opened(turn_id, by, rights, May.CONTINUE) as (work, found):
            stands = await _stands(work, found)
            _refuse_too_many(stands)
            if len(stands.content) >= limits.ANSWER_TEXT_MAX:
                raise LimitReached(
                    "reply_full",
                    N_("This reply has {maximum} characters, which is as long as one gets. Ask for more in a message."),
                    maximum=int(limits.ANSWER_TEXT_MAX),
                )
            part = await self._turns.taking.enter(work, by, place_of(found))
            await self._begin(work, found, Rewording.CONTINUED, by)
        self._turns.taking.entered(part)
        return await self._outcome(found)

    async def choose(self, turn_id: UUID, by: UUID, rights: Rights, number: int) -> Outcome:
        """Make one of its wordings (from 0) what the reply says, in the channel and to the character.

        Raises `NotFound`, `NotAllowed` or `Conflict`.
        """
        async with self._replies.opened(turn_id, by, rights, May.CHOOSE) as (work, found):
            stands = await _stands(work, found)
            worded = {one.number: one.content for one in await variants.variants(work.session, turn_id)}
            if number not in worded:
                raise NotFound("no_such_wording", N_("There is no such wording of this reply any more."))
            if number == stands.chosen:
                return Outcome(is_well=True)
            await self._begin(work, found, Rewording.CHOSEN, by, worded[number])
            await variants.choose(work.session, turn_id, number)
        return await self._outcome(found)

    def check(self, typed: str) -> str:
        """Words changed by hand, as they are kept. Raises `InvalidInput`."""
        return clean_text("text", N_("Words"), typed, limits.REPLY_EDIT_MAX, required=True)

    async def edit(self, turn_id: UUID, by: UUID, rights: Rights, typed: str) -> Outcome:
        """Change the reply's words by hand; what it said before is kept, with who changed it.

        Raises `InvalidInput`, `NotFound`, `NotAllowed` or `Conflict`.
        """
        text = self.check(typed)
        async with self._replies.opened(turn_id, by, rights, May.EDIT) as (work, found):
            stands = await _stands(work, found)
            if len(stands.content) > limits.REPLY_EDIT_MAX:
                raise too_long_to_edit()
            if text == stands.content:
                return Outcome(is_well=True)
            await self._begin(work, found, Rewording.EDITED, by, text)
        return await self._outcome(found)

    async def _begin(self, work: Work, found: Provenance, how: Rewording, by: UUID, text: str | None = None) -> None:
        begun = await variants.begin_rewording(
            work.session, found.turn_id, how, by=by, boot_id=self._boot_id, text=text
        )
        if not begun:
            raise busy()

    async def _outcome(self, found: Provenance) -> Outcome:
        """Line the turn up and wait for its end."""
        waiting = self._turns.outcome(found.turn_id)
        self._turns.begin(found.channel_id, found.turn_id, found.conversation_id)
        try:
            return await asyncio.wait_for(asyncio.shield(waiting), float(limits.REWORDING_WAIT_SECONDS))
        except TimeoutError:
            return STILL_AT_IT


def too_long_to_edit() -> InvalidInput:
    """A form does not hold the reply as it stands."""
    return InvalidInput(
        "reply_too_long_to_edit",
        N_("This reply is longer than the {maximum} characters a form holds. Have it worded anew instead."),
        maximum=int(limits.REPLY_EDIT_MAX),
    )


async def _stands(work: Work, found: Provenance) -> Stands:
    stands = await variants.stands(work.session, found.turn_id)
    if stands is None:
        raise busy() if found.is_at_work else deleted()
    return stands


def _refuse_too_many(stands: Stands) -> None:
    if stands.count >= limits.VARIANTS_MAX:
        raise LimitReached(
            "too_many_wordings",
            N_("There are {maximum} wordings of this reply, which is as many as are kept. Choose one of them."),
            maximum=int(limits.VARIANTS_MAX),
        )
