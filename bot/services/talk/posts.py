"""Forum posts that a character begins: its greeting opens the post, and it listens there from then on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bot import limits
from bot.errors import InvalidInput
from bot.ports import Face, Place, Stage
from bot.services.characters import not_found
from bot.services.talk.conversations import Conversations
from bot.services.talk.gates import Gates, Held, Silence, refusal
from bot.services.talk.snapshot import greeting_of
from bot.texts import N_
from db.models import User
from db.queries import characters, people
from db.queries.characters import CharacterRow
from db.work import Actor, Database


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants a character to begin a post, in which forum, under which title. `interaction_id` is the command's."""

    by: UUID
    discord_id: int
    forum: Place
    title: str
    interaction_id: int


class Posts:
    """Begins them. `gates` knows what admins decided, and how many answers a person had within the minute."""

    def __init__(self, database: Database, *, conversations: Conversations, stage: Stage, gates: Gates) -> None:
        self._database = database
        self._conversations = conversations
        self._stage = stage
        self._gates = gates

    async def begin(self, character_id: UUID, wish: Wish) -> Place:
        """The new post. A post counts as an answer of the minute.

        Raises `NotFound`, `NotAllowed`, `InvalidInput` (the character has no greeting), `LimitReached` where characters
        rest for who asks, and `StageClosed` where no post can be begun: then nothing was changed.
        """
        self._pass_gates(wish)
        greeting, face = await self._opening(character_id, wish)
        post = await self._stage.open_thread(wish.forum, wish.title, first=greeting, face=face)
        self._gates.rates.spend(wish.forum.channel_id, wish.discord_id, 1)
        # Discord gives a post and the message that opens it one id.
        await self._conversations.summon(
            wish.by, post, character_id, interaction_id=wish.interaction_id, stands=post.channel_id
        )
        return post

    def _pass_gates(self, wish: Wish) -> None:
        rules = self._gates.rules(wish.forum)
        if not rules.may_speak:
            raise refusal(Held(Silence.MAY_NOT_SPEAK))
        wait = self._gates.rates.wait_seconds(wish.forum.channel_id, wish.discord_id, rules.replies_per_minute)
        if wait:
            raise refusal(Held(Silence.RATE, {"maximum": rules.replies_per_minute, "seconds": wait}))

    async def _opening(self, character_id: UUID, wish: Wish) -> tuple[str, Face]:
        taking = self._conversations.taking
        async with self._database.work(Actor.user(wish.by)) as work:
            part = await taking.enter(work, wish.by, wish.forum)
            row = await characters.by_id(work.session, character_id)
            person = await people.user(work.session, wish.by)
            words = self._first_words(row, person)
        taking.entered(part)
        return words

    def _first_words(self, row: CharacterRow | None, person: User | None) -> tuple[str, Face]:
        if row is None:
            raise not_found()
        character = row.character
        greeting = greeting_of(
            character.greeting,
            character=character.nickname.strip() or character.name,
            person=person.display_name if person else "",
        )
        if not greeting:
            raise InvalidInput(
                "no_greeting",
                N_("{name} has no greeting to begin a post with. Whoever made it can write one: /character greeting."),
                field="character",
                name=character.name,
            )
        if len(greeting) > limits.POST_OPENING_MAX:
            raise InvalidInput(
                "greeting_too_long",
                N_("The greeting of {name} is too long to begin a post: {length} characters, {maximum} at most."),
                field="character",
                name=character.name,
                length=len(greeting),
                maximum=int(limits.POST_OPENING_MAX),
            )
        return greeting, Face(character.name, row.picture_sha256)
