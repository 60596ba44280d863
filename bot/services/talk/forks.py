"""Forks: a conversation that goes on from one reply as if nothing had been said after it, beside the one it leaves.

In a server a fork is a thread (in a forum a post) of its own; in direct messages it takes the channel over, and the
conversation before it is kept. It remembers what was said up to that reply in the chosen wordings, has the same
characters and settings, and says the reply once more, so that it can be worded anew there. Nothing is shown in a wider
place than it was said in: lines from a narrower one stay behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from bot import limits
from bot.errors import Conflict, NotAllowed
from bot.ports import Caller, Place, Rights, Sensitivity, Stage, Surroundings, Via
from bot.services.talk.listening import Listening, announce
from bot.services.talk.places import Places
from bot.services.talk.replies import May, Replies, busy, place_of
from bot.services.talk.rows import deleted
from bot.services.talk.turns import Turns
from bot.services.wellbeing.acts import Part
from bot.texts import N_, SOURCE_LANGUAGE, Say
from db import functions
from db.ids import new_id
from db.models import Conversation, MessageSensitivity, MessageVariant, TurnKind
from db.queries import people
from db.queries.talk import conversations, forks, messages, turns
from db.queries.talk.conversations import PresentCharacter
from db.queries.talk.forks import History
from db.queries.talk.turns import Provenance
from db.work import Actor, Database, Work

_WIDEST_FIRST = tuple(MessageSensitivity(one.value) for one in Sensitivity)
_LAST_CHAIN = int(limits.BANTER_MAX)
"""A line that is said once more is nobody's cue: no character goes on after it by itself."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants a fork, where they stand, and by which interaction: it names the turn that says the reply again."""

    user_id: UUID
    caller: Caller
    rights: Rights
    around: Surroundings
    interaction_id: int


@dataclass(frozen=True, slots=True)
class Forked:
    """A fork: where it goes on, how many lines it remembers, and how many stayed behind as said where fewer hear."""

    conversation_id: UUID
    place: Place
    lines: int
    left_behind: int


@dataclass(frozen=True, slots=True)
class _Taken:
    """What goes along."""

    part: Part | None
    source: Conversation
    found: Provenance
    link: str
    present: tuple[PresentCharacter, ...]
    history: History
    left_behind: int
    worded: MessageVariant | None
    persona: tuple[UUID | None, ...]


class Forks:
    """Makes them. `language` is the house's, for people and places whose own is not known."""

    def __init__(
        self,
        database: Database,
        *,
        replies: Replies,
        places: Places,
        listening: Listening,
        turns: Turns,
        stage: Stage,
        boot_id: UUID,
        language: str = SOURCE_LANGUAGE,
    ) -> None:
        self._database = database
        self._replies = replies
        self._places = places
        self._listening = listening
        self._turns = turns
        self._stage = stage
        self._boot_id = boot_id
        self._language = language

    async def fork(self, turn_id: UUID, wish: Wish) -> Forked:
        """A conversation of its own that goes on from this reply.

        Raises `NotFound`, `NotAllowed`, `Conflict`, `LimitReached` where characters rest for who asks, and
        `StageClosed` where no thread can be opened: then nothing was changed.
        """
        taken = await self._take(turn_id, wish)
        self._turns.taking.entered(taken.part)
        conversation_id, here = new_id(), place_of(taken.found)
        place = here if here.via is Via.BOT else await self._thread(taken, wish)
        async with self._database.work(Actor.turn(conversation_id, wish.user_id)) as work:
            left = await self._leave(work, place) if place == here else None
            again = await self._write(work, conversation_id, taken, wish, place)
            await announce(work, conversation_id, place.channel_id)
        if left is not None:
            await self._listening.refresh(left, place.channel_id)
            self._turns.hush(left)
        if place == here:
            await self._mark(taken, wish)
        await self._listening.refresh(conversation_id, place.channel_id)
        self._turns.begin(place.channel_id, again, conversation_id)
        return Forked(conversation_id, place, len(taken.history.lines), taken.left_behind)

    async def _take(self, turn_id: UUID, wish: Wish) -> _Taken:
        """Read what goes along. Raises where it may not."""
        async with self._replies.opened(turn_id, wish.user_id, wish.rights, May.FORK) as (work, found):
            if found.is_at_work:
                raise busy()
            source = await conversations.by_id(work.session, found.conversation_id)
            whole = await forks.history(work.session, found.conversation_id, turn_id, int(limits.FORK_LINES))
            if source is None or not whole.lines:
                raise deleted()
            self._admit(found, wish)
            history = whole.within(heard_in(wish.around.sensitivity))
            if not history.lines or history.lines[-1]["id"] != whole.lines[-1]["id"]:
                raise _said_in_private()
            parts = await turns.part_ids(work.session, turn_id)
            part = await self._turns.taking.enter(work, wish.user_id, place_of(found))
            return _Taken(
                part=part,
                source=source,
                found=found,
                link=_link(found, min(parts.values(), default=0)),
                present=tuple(await conversations.present(work.session, found.conversation_id)),
                history=history,
                left_behind=len(whole.lines) - len(history.lines),
                worded=await messages.chosen_variant(work.session, turn_id),
                persona=tuple(await people.choices(work.session, wish.user_id, found.conversation_id))[:1],
            )

    def _admit(self, found: Provenance, wish: Wish) -> None:
        """A thread with characters in it is for those whom Discord lets open one, and admins let ask characters in."""
        if found.guild_id is None:
            return
        if not wish.rights.may_open_threads:
            raise NotAllowed(
                "may_not_open_threads",
                N_(
                    "A fork opens a thread, and you may not open threads in this channel. Ask an admin for that "
                    "permission, or somebody who has it to fork this reply for you."
                ),
            )
        self._places.admit(place_of(found), found.character_id, wish.rights)

    async def _thread(self, taken: _Taken, wish: Wish) -> Place:
        """Where a fork goes on in a server; its first line says what it is. Raises `StageClosed`."""
        say, names = self._say(taken, wish), _names(taken)
        first = say(
            "**A fork** of {link}, made by {person}, with {characters}. What was said up to there is remembered here, "
            "and nothing after it.",
            link=taken.link,
            person=f"<@{wish.caller.discord_id}>",
            characters=names,
        )
        return await self._stage.open_thread(
            place_of(taken.found),
            say("Fork: {title}", title=taken.source.title or names),
            first=first,
            is_private=wish.around.is_private_thread,
            members=(wish.caller.discord_id,),
        )

    async def _mark(self, taken: _Taken, wish: Wish) -> None:
        """In direct messages a quiet line says that a fork begins."""
        told = self._say(taken, wish)(
            "A fork of {link} begins here, with {characters}: what was said up to there is remembered, and nothing "
            "after it.",
            link=taken.link,
            characters=_names(taken),
        )
        await self._stage.remark(place_of(taken.found), told, key=f"fork {wish.interaction_id}")

    def _say(self, taken: _Taken, wish: Wish) -> Say:
        rules = self._places.rules(place_of(taken.found), taken.found.character_id)
        return Say(rules.language or wish.caller.locale, self._language)

    async def _leave(self, work: Work, place: Place) -> UUID | None:
        """In direct messages one conversation goes on at a time: the one so far is kept, archived. Returns which."""
        current = await functions.conversation_at(work.session, place.channel_id)
        if current is None:
            return None
        actor = work.actor
        await work.become(Actor.turn(current, actor.user_id))
        await conversations.archive(work.session, current)
        await announce(work, current, place.channel_id)
        await work.become(actor)
        return current

    async def _write(self, work: Work, conversation_id: UUID, taken: _Taken, wish: Wish, place: Place) -> UUID:
        """The whole fork in one work; the turn that says its last line again. Raises `Conflict`."""
        session, found, by = work.session, taken.found, wish.user_id
        begun = await forks.begin(
            session,
            taken.source,
            conversation_id=conversation_id,
            owner_id=by,
            guild_id=place.guild_id,
            channel_id=place.channel_id,
            webhook_channel_id=place.webhook_channel_id,
        )
        if not begun:
            raise Conflict("conversation_changed", N_("Something changed here in the same moment. Try again."))
        elsewhere = None if place.channel_id == found.channel_id else found.channel_id
        ids = await forks.put(session, conversation_id, taken.history, said_in=elsewhere)
        if taken.history.heard <= heard_in(wish.around.sensitivity):
            await forks.put_recap(session, taken.source, conversation_id, ids)
        await conversations.join_user(session, conversation_id, by)
        await forks.add_characters(session, conversation_id, taken.present, invited_by=by)
        await conversations.settle_kind(session, conversation_id)
        for persona_id in taken.persona:
            await people.choose(session, by, conversation_id, persona_id)
        return await self._say_again(work, conversation_id, taken, wish, ids)

    async def _say_again(
        self, work: Work, conversation_id: UUID, taken: _Taken, wish: Wish, ids: Mapping[UUID, UUID]
    ) -> UUID:
        last, found = taken.history.lines[-1], taken.found
        return await forks.say_again(
            work.session,
            ids[last["id"]],
            taken.worded,
            kind=TurnKind.GREETING if found.kind is TurnKind.GREETING else TurnKind.REPLY,
            conversation_id=conversation_id,
            character_id=found.character_id,
            asker_id=wish.user_id,
            trigger_message_id=wish.interaction_id,
            boot_id=self._boot_id,
            text=last["content"],
            chain=_LAST_CHAIN,
        )


def heard_in(around: Sensitivity) -> frozenset[MessageSensitivity]:
    """The kinds of places whose words may be shown in a place of this kind: those as wide or wider. Pure."""
    return frozenset(_WIDEST_FIRST[: _WIDEST_FIRST.index(MessageSensitivity(around.value)) + 1])


def _link(found: Provenance, message_id: int) -> str:
    return f"https://discord.com/channels/{found.guild_id or '@me'}/{found.channel_id}/{message_id}"


def _names(taken: _Taken) -> str:
    return ", ".join(one.name for one in taken.present)


def _said_in_private() -> NotAllowed:
    return NotAllowed(
        "said_in_private",
        N_(
            "This was said when fewer people could read here, so it is not shown again where more can. Fork from a "
            "later reply."
        ),
    )
