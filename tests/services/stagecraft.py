"""A stage and a model for tests of the rules: channels outlive the program, and the model says what it is told."""

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from bot.errors import StageClosed, StageError
from bot.ports import (
    Caller,
    Face,
    Finished,
    ForMe,
    Heard,
    ModelRequest,
    Offer,
    Part,
    PartLog,
    Place,
    Profile,
    RepliedTo,
    Scene,
    Token,
    Usage,
)
from bot.services.characters import CharacterDraft, Characters
from bot.services.characters.farewells import Farewells
from bot.services.keys.vault import Vault
from bot.services.lore.meanings.recall import Recall
from bot.services.lore.replies.activating import LoreActivations
from bot.services.lore.replies.loading import LoreDecks
from bot.services.lore.replies.tracing import LoreTraces
from bot.services.money.limits_of import Limits
from bot.services.money.metering import Metering
from bot.services.oversight.blocked import Blocked
from bot.services.people import People
from bot.services.talk.control import Control
from bot.services.talk.conversations import Conversations
from bot.services.talk.exports import Exports
from bot.services.talk.forks import Forks
from bot.services.talk.heed import Hearing
from bot.services.talk.listening import Listening
from bot.services.talk.places import Places
from bot.services.talk.posts import Posts
from bot.services.talk.recaps import Recaps
from bot.services.talk.replies import Replies
from bot.services.talk.snapshot import Snapshots
from bot.services.talk.turns import Turns
from bot.services.talk.why import Why
from bot.services.wellbeing.limited import Limited
from bot.services.wellbeing.presence import Presence
from bot.texts import Say
from db.ids import new_id
from db.work import Database
from tests.fakes.eventually import eventually

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ROBIN = Caller(101, "robin", "Robin")
SASHA = Caller(102, "sasha", "Sasha", "es-ES")
TAVERN = Place(1, 500, 500)
PARLOUR = Place(1, 501, 501)
PART_LENGTH = 2000


class Crash(BaseException):
    """The program dies here, as far as it can tell."""


@dataclass
class Posted:
    message_id: int
    turn_id: UUID
    part: int
    name: str
    text: str


@dataclass
class Opened:
    """A thread that was opened, and what its first message says."""

    place: Place
    name: str
    first: str
    is_private: bool
    members: tuple[int, ...]


@dataclass
class Channels:
    """What stands in Discord. Outlives every stage."""

    posts: list[Posted] = field(default_factory=list)
    remarks: list[tuple[int, str, str]] = field(default_factory=list)
    stripped: list[int] = field(default_factory=list)
    short_for: int = 0
    buttons: list[ForMe] = field(default_factory=list)
    told: list[tuple[int, str]] = field(default_factory=list)
    files: dict[int, bytes] = field(default_factory=dict)
    threads: list["Opened"] = field(default_factory=list)
    ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(900_000))

    def texts(self) -> list[tuple[str, str]]:
        """(who, words) of every reply, its parts joined."""
        whole: dict[UUID, tuple[str, str]] = {}
        for post in sorted(self.posts, key=lambda post: post.message_id):
            name, words = whole.get(post.turn_id, (post.name, ""))
            whole[post.turn_id] = (name, words + post.text)
        return list(whole.values())


class FakePerformance:
    def __init__(self, channels: Channels, scene: Scene, log: PartLog, stage: "FakeStage") -> None:
        self.channels, self.scene, self.log, self.stage = channels, scene, log, stage
        self.standing: dict[int, Posted] = {}
        self.shown: list[str] = []

    def show(self, text: str) -> None:
        self.shown.append(text)
        self.stage.shown.append(text)

    async def stream(self) -> None:
        """Post what was shown so far, as the real one does while words come."""
        if self.shown:
            await self._write(self.shown[-1][:PART_LENGTH], 0)

    async def finish(self, text: str) -> tuple[Part, ...]:
        if self.stage.trouble:
            raise self.stage.trouble.pop(0)
        self._look()
        parts = [text[at : at + PART_LENGTH] for at in range(0, len(text), PART_LENGTH)]
        for number, words in enumerate(parts):
            await self._write(words, number)
        surplus = {post.message_id for number, post in self.standing.items() if number >= len(parts)}
        self.channels.posts = [post for post in self.channels.posts if post.message_id not in surplus]
        if self.scene.replaces and not any(one.turn_id == self.scene.turn_id for one in self.channels.posts):
            raise StageClosed("removed")
        return tuple(Part(number, self.standing[number].message_id) for number in range(len(parts)))

    async def withdraw(self) -> None:
        if self.scene.replaces:
            return
        self._look()
        mine = {post.message_id for post in self.standing.values()}
        self.channels.posts = [post for post in self.channels.posts if post.message_id not in mine]

    def _look(self) -> None:
        wanted = set(self.scene.known.values())
        for post in self.channels.posts:
            unsure = post.turn_id == self.scene.turn_id and post.part in self.scene.unsure
            if post.message_id in wanted or unsure:
                self.standing.setdefault(post.part, post)

    async def _write(self, words: str, number: int) -> None:
        self._look()
        if number in self.standing:
            self.standing[number].text = words
            return
        if self.scene.replaces and number in self.scene.known:
            raise StageClosed("removed")
        await self.log.opening(number)
        post = Posted(next(self.channels.ids), self.scene.turn_id, number, self.scene.face.name, words)
        self.channels.posts.append(post)
        self.standing[number] = post
        if self.stage.dies_after_posting:
            self.stage.dies_after_posting = False
            raise Crash
        await self.log.opened(Part(number, post.message_id))


class FakeStage:
    """`bot.ports.Stage` over `Channels`."""

    def __init__(self, channels: Channels) -> None:
        self.channels = channels
        self.trouble: list[StageError] = []
        self.shown: list[str] = []
        self.performances: list[FakePerformance] = []
        self.dies_after_posting = False

    async def typing(self, place: Place) -> None:
        return None

    def perform(self, scene: Scene, log: PartLog) -> FakePerformance:
        performance = FakePerformance(self.channels, scene, log, self)
        self.performances.append(performance)
        return performance

    async def remark(
        self, place: Place, text: str, *, key: str, token: str | None = None, for_me: ForMe | None = None
    ) -> None:
        self.channels.remarks.append((place.channel_id, key, text))
        if for_me is not None:
            self.channels.buttons.append(for_me)

    async def strip(self, place: Place, message_id: int) -> bool:
        if self.channels.short_for > 0:
            self.channels.short_for -= 1
            return False
        self.channels.stripped.append(message_id)
        return True

    async def open_thread(
        self,
        place: Place,
        name: str,
        *,
        first: str,
        is_private: bool = False,
        face: Face | None = None,
        members: tuple[int, ...] = (),
    ) -> Place:
        if self.trouble:
            raise self.trouble.pop(0)
        opened = replace(place, channel_id=next(self.channels.ids))
        self.channels.threads.append(Opened(opened, name, first, is_private, members))
        return opened

    async def tell(self, discord_id: int, text: str) -> bool:
        self.channels.told.append((discord_id, text))
        return True

    async def read(self, place: Place, message_id: int, attachment_id: int, *, most_bytes: int) -> bytes:
        """`bot.ports.Files`: what came with messages."""
        data = self.channels.files.get(attachment_id)
        if data is None or len(data) > most_bytes:
            raise StageError(f"attachment {attachment_id} cannot be read")
        return data


Act = str | Exception | Callable[[], Awaitable[object]] | Finished
"""A piece of text, a failure, something to wait for, or an end of one's own."""


def finished(reason: str = "stop") -> Finished:
    return Finished(reason, Usage(10, 5, None), "scripted", "parrot", 12, 34)  # type: ignore[arg-type]


class FakeModels:
    """`bot.ports.Models` that plays its script: one list of acts per question, then echoes."""

    provider, model, profile, context_tokens = "scripted", "parrot", Profile.FULL, 8000
    sees = False

    def __init__(self, *script: list[Act]) -> None:
        self.script = list(script)
        self.asked: list[ModelRequest] = []
        self.counted_in: set[int] = set()

    def count(self, text: str) -> int:
        self.counted_in.add(threading.get_ident())
        return len(text.split())

    async def stream(self, request: ModelRequest) -> AsyncIterator[Token | Finished]:
        self.asked.append(request)
        for act in self.script.pop(0) if self.script else ["Well met."]:
            if isinstance(act, str):
                yield Token(act)
            elif isinstance(act, Exception):
                raise act
            elif isinstance(act, Finished):
                yield act
                return
            else:
                await act()
        yield finished()


class FakePool:
    """`bot.ports.ModelPool` of one model; remembers what was chosen."""

    def __init__(self, models: FakeModels) -> None:
        self.models = models
        self.picked: list[tuple[str | None, str | None]] = []

    def offers(self) -> tuple[Offer, ...]:
        return (Offer(self.models.provider, self.models.model, self.models.sees),)

    def pick(self, provider: str | None = None, model: str | None = None) -> FakeModels:
        self.picked.append((provider, model))
        return self.models


class StillClock:
    """A clock that never waits."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


@dataclass
class Program:
    """One run of the program over a database and a Discord that outlive it."""

    database: Database
    stage: FakeStage
    models: FakeModels
    people: People
    hearing: Hearing
    listening: Listening
    turns: Turns
    conversations: Conversations
    characters: Characters
    replies: Replies
    clock: StillClock
    places: Places
    boot_id: UUID
    lore: LoreActivations
    blocked: Blocked
    presence: Presence
    plan_limits: Limits | None = None

    @property
    def traces(self) -> LoreTraces:
        snapshots = Snapshots(self.database, hearing=self.hearing, clock=self.clock, lore=self.lore)
        return LoreTraces(
            self.database,
            replies=self.replies,
            snapshots=snapshots,
            lore=self.lore,
            models=FakePool(self.models),
            hearing=self.hearing,
        )

    @property
    def channels(self) -> Channels:
        return self.stage.channels

    @property
    def control(self) -> Control:
        return Control(self.replies, self.turns, boot_id=self.boot_id)

    @property
    def forks(self) -> Forks:
        return Forks(
            self.database,
            replies=self.replies,
            places=self.places,
            listening=self.listening,
            turns=self.turns,
            stage=self.stage,
            boot_id=self.boot_id,
        )

    @property
    def exports(self) -> Exports:
        return Exports(self.database, self.clock, plan_limits=self.plan_limits)

    @property
    def recaps(self) -> Recaps:
        return Recaps(self.database, models=FakePool(self.models))

    @property
    def why(self) -> Why:
        return Why(self.database, self.replies)

    @property
    def farewells(self) -> Farewells:
        return Farewells(self.database, self.characters, self.conversations, self.stage, say=Say("en"))

    @property
    def posts(self) -> Posts:
        return Posts(self.database, conversations=self.conversations, stage=self.stage, gates=self.turns.gates)

    async def crash(self) -> None:
        """Stop as a killed process does: nothing is finished, nothing is written any more."""
        await self.listening.close()
        await self.turns.close(within_seconds=0)


_message_ids = itertools.count(10_000)


def said(
    content: str,
    *,
    by: Caller = ROBIN,
    place: Place = TAVERN,
    message_id: int | None = None,
    reply_to: RepliedTo | None = None,
    mentions_us: bool = False,
    **more: object,
) -> Heard:
    return Heard(
        message_id if message_id is not None else next(_message_ids),
        place,
        by,
        content,
        NOON,
        reply_to=reply_to,
        mentions_us=mentions_us,
        **more,  # type: ignore[arg-type]
    )


def draft(name: str = "Mira", greeting: str = "Hello, {{user}}.", **more: str) -> CharacterDraft:
    return CharacterDraft(name, "Keeper of lanterns", f"You are {name}.", greeting, **more)


def build(
    database: Database,
    channels: Channels,
    models: FakeModels,
    characters: Characters,
    passing: Callable[[object], None] = lambda point: None,
    language: str = "en",
    recall: Recall | None = None,
    meter: Metering | None = None,
) -> Program:
    """A program, not yet started."""
    places = Places(database)
    clock, stage, hearing, boot_id = StillClock(), FakeStage(channels), Hearing(places.rules), new_id()
    people, listening = People(database), Listening(database, hearing)
    lore = LoreActivations(database, LoreDecks(database), clock=clock, recall=recall or Recall(None))
    blocked = Blocked(database, clock)
    limited = Limited(database, clock, places.rules)
    presence = Presence(database, clock, limited)
    turns = Turns(
        database,
        people=people,
        hearing=hearing,
        models=FakePool(models),
        stage=stage,
        clock=clock,
        boot_id=boot_id,
        passing=passing,
        language=language,
        files=stage,
        vault=Vault([b"k" * 32]),
        lore=lore,
        blocks=blocked.discord,
        meter=meter,
        presence=presence,
    )
    conversations = Conversations(
        database,
        listening=listening,
        turns=turns,
        boot_id=boot_id,
        offers=FakePool(models).offers,
        plan_limits=characters.plan_limits,
    )
    turns.welcome.summon = partial(conversations.summon, greets=False)
    replies = Replies(database, stage)
    return Program(
        database,
        stage,
        models,
        people,
        hearing,
        listening,
        turns,
        conversations,
        characters,
        replies,
        clock,
        places,
        boot_id,
        lore,
        blocked,
        presence,
    )


async def make(program: Program, by: Caller = ROBIN, **fields: str) -> UUID:
    """A character's id."""
    async with program.people.at_work(by) as (user_id, work):
        return (await program.characters.create(work, user_id, draft(**fields))).id


async def summon(program: Program, character_id: UUID, by: Caller = ROBIN, place: Place = TAVERN) -> None:
    """The character stands in the channel, its greeting said."""
    user_id = await program.people.arrive(by)
    await program.conversations.summon(user_id, place, character_id, interaction_id=next(_message_ids))
    await program.turns.idle()


async def until(condition: Callable[[], object]) -> None:
    """Let others run until it is so."""
    await eventually(condition, within=60)
