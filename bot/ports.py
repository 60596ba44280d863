"""The plain types and Protocols that cross rooms. Imports nothing of ours.

Rules (`bot.services`) need effects: a channel to speak in, a model to ask. They take one of these Protocols; transport
and providers implement it. Every type here is a frozen value.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID

# ------------------------------------------------------------------------------------------------ where and who


class Via(StrEnum):
    """By which way characters speak somewhere."""

    WEBHOOK = "webhook"
    """In a server the bot is a member of: with a name and a face of their own."""
    BOT = "bot"
    """In direct messages: the bot's own message, as a card with the character's name and face."""
    INTERACTION = "interaction"
    """Where the bot is only installed by a user: answers to that user's commands, at most five within 15 minutes."""


class Sensitivity(StrEnum):
    """Who could hear what was said in a place: what was said in a narrower one is never shown in a wider one."""

    PUBLIC = "public"
    """Everybody in the server may read there."""
    PRIVATE = "private"
    """Some may: a channel hidden from @everyone, a private thread; also whatever is not known."""
    CONFIDENTIAL = "confidential"
    """Only the person and the character: direct messages."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where words are shown. Discord ids.

    `channel_id` is the channel or thread the reader sees; `webhook_channel_id` is the channel whose webhook speaks
    there (the parent, for a thread). `guild_id` is None in direct messages. `via` says how words get there.
    """

    guild_id: int | None
    channel_id: int
    webhook_channel_id: int
    via: Via = Via.WEBHOOK


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a place is like, as far as Discord tells. Unknown is never taken for public or for age-restricted."""

    sensitivity: Sensitivity = Sensitivity.PRIVATE
    is_age_restricted: bool = False
    is_thread: bool = False
    is_forum_post: bool = False


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do in the place they ask from, by Discord's permissions there.

    `may_manage` is Manage Messages in the channel, `may_administer` Manage Server.
    """

    role_ids: frozenset[int] = frozenset()
    may_manage: bool = False
    may_administer: bool = False


NO_RIGHTS = Rights()


@dataclass(frozen=True, slots=True)
class Caller:
    """The person at the other end of a command or message, as Discord describes them."""

    discord_id: int
    username: str
    display_name: str
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class RepliedTo:
    """The message that a heard message answers, as far as the event tells."""

    message_id: int
    author_id: int | None = None
    author_name: str | None = None
    webhook_id: int | None = None
    excerpt: str = ""


class AttachedKind(StrEnum):
    """What came with a message, by how a character can take it in."""

    IMAGE = "image"
    """A picture a model that sees may look at."""
    TEXT = "text"
    """A text file whose words are read in."""
    VOICE = "voice"
    """A voice message; only that there is one, and how long."""
    FILE = "file"
    """Anything else: known by name and size only."""
    STICKER = "sticker"
    """A sticker, by its name."""


@dataclass(frozen=True, slots=True)
class Attached:
    """Something that came with a message. Addresses at Discord expire, so none is kept: `Files` reads by ids.

    `attachment_id` is Discord's (a sticker's own id). `alt` is the description its sender gave. Sizes in bytes, sides
    in pixels.
    """

    attachment_id: int
    kind: AttachedKind
    name: str
    mime: str | None = None
    size_bytes: int = 0
    width: int | None = None
    height: int | None = None
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A message somebody wrote, as plain data. `content` is empty where Discord withholds it (`content_withheld`)."""

    message_id: int
    place: Place
    author: Caller
    content: str
    sent_at: datetime
    author_is_bot: bool = False
    webhook_id: int | None = None
    mentions_us: bool = False
    reply_to: RepliedTo | None = None
    content_withheld: bool = False
    attached: tuple[Attached, ...] = ()
    around: Surroundings = Surroundings()
    rights: Rights = NO_RIGHTS


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody put an emoji under a message, or took it away. `emoji` is the character itself or `:name:`."""

    place: Place
    message_id: int
    author: Caller | None
    discord_id: int
    emoji: str
    is_added: bool


class Files(Protocol):
    """Reads what came with messages, by ids."""

    async def read(self, place: Place, message_id: int, attachment_id: int, *, most_bytes: int) -> bytes:
        """The bytes of an attachment. Raises `StageError` where it is gone, too large or cannot be had."""
        ...


# ------------------------------------------------------------------------------------------------ the model


class Role(StrEnum):
    """Who speaks in a prompt."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Profile(StrEnum):
    """How a prompt is laid out: everything, or only what a very small model can hold in mind."""

    FULL = "full"
    COMPACT = "compact"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a prompt, for models that see. `data` is a PNG, JPEG, WebP or GIF of a bounded size."""

    mime: str
    data: bytes = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of a prompt. `name` is the speaker's own name, where the role alone does not tell."""

    role: Role
    content: str
    name: str | None = None
    pictures: tuple[Picture, ...] = ()


class Whose(StrEnum):
    """Who wrote a part of a prompt, and so who may read its words."""

    HOUSE = "house"
    """BotCafé's own rules: anybody."""
    CREATOR = "creator"
    """What the character's maker wrote: the maker."""
    ASKER = "asker"
    """What the person who asked told of themselves (persona, profile): that person alone."""
    SHARED = "shared"
    """What was said in the conversation: those who take part in it."""


@dataclass(frozen=True, slots=True)
class PromptPart:
    """What one piece of a prompt cost and whether it went in; the raw material of /why.

    `label` never holds words of an `ASKER` part: others read labels.
    """

    kind: str
    label: str
    tokens: int
    included: bool = True
    reason: str = ""
    whose: Whose = Whose.SHARED


@dataclass(frozen=True, slots=True)
class Prompt:
    """A finished prompt: messages in order, stop strings, and an account of its parts."""

    messages: tuple[PromptMessage, ...]
    stop: tuple[str, ...] = ()
    parts: tuple[PromptPart, ...] = ()
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a model is asked. `max_tokens` bounds the answer; `seed` makes rehearsals repeatable.

    Sampling settings are the OpenAI API's own (Chat Completions); None leaves the provider's default. A provider that
    knows one of them not at all is asked without it.
    """

    prompt: Prompt
    max_tokens: int
    temperature: float | None = None
    seed: int | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost. Money in millionths of a US dollar; None is unknown, never zero."""

    tokens_in: int | None
    tokens_out: int | None
    cost_micros: int | None
    price_source: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an answer, in order."""

    text: str


FinishReason = Literal["stop", "length", "filtered"]


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a whole answer. Always the last item of a stream that did not raise."""

    reason: FinishReason
    usage: Usage
    provider: str
    model: str
    first_token_ms: int
    total_ms: int


class Models(Protocol):
    """A language model behind its deadlines."""

    @property
    def provider(self) -> str:
        """Short name of the provider, as shown to people (`openai`, `rehearsal`, `local model`, …)."""
        ...

    @property
    def model(self) -> str:
        """The model's own name."""
        ...

    @property
    def profile(self) -> Profile:
        """How prompts for it are laid out."""
        ...

    @property
    def sees(self) -> bool:
        """Whether it takes pictures. False where that is not known."""
        ...

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may hold together."""
        ...

    def count(self, text: str) -> int:
        """Tokens of a text for this model: tiktoken's count times the factor learnt from the provider's own figures."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[Token | Finished]:
        """The answer as it comes, closed by one `Finished`. Raises a `bot.errors.ProviderError`."""
        ...


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that a character or a conversation may choose."""

    provider: str
    model: str
    sees: bool = False


class ModelPool(Protocol):
    """The models of this house."""

    def offers(self) -> tuple[Offer, ...]:
        """What may be chosen; the first is the house's own choice."""
        ...

    def pick(self, provider: str | None = None, model: str | None = None) -> Models:
        """The chosen model, or the house's own where none is chosen or the chosen one is not offered any more."""
        ...


# ------------------------------------------------------------------------------------------------ the stage


@dataclass(frozen=True, slots=True)
class Face:
    """How a character is seen: its name and, where there is one, the sha-256 of its picture."""

    name: str
    picture_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One Discord message of a reply, numbered from 0."""

    number: int
    message_id: int


class PartLog(Protocol):
    """Where a performance writes down, durably, what it is about to post and what it posted.

    Both return only after the row is committed: `opening` before the request leaves, `opened` once its id is known.
    """

    async def opening(self, number: int) -> None:
        """Part `number` is about to be posted."""
        ...

    async def opened(self, part: Part) -> None:
        """Part `number` stands in the channel under this id."""
        ...


class Performance(Protocol):
    """One reply on its way into a channel."""

    def show(self, text: str) -> None:
        """The whole text so far. Never waits; the latest text wins; shown when the send limits leave room."""
        ...

    async def finish(self, text: str) -> tuple[Part, ...]:
        """Make the channel show exactly this text, split as needed, and say which messages hold it.

        Raises `StageClosed` or `StageUnsure`. A final write never waits behind a streamed edit.
        """
        ...

    async def withdraw(self) -> None:
        """Take back what was shown so far (nothing was said in the end). Never raises for a message already gone."""
        ...


class Delivery(StrEnum):
    """How a reply is shown while it is written."""

    STREAMED = "streamed"
    """One message that grows by edits."""
    PARAGRAPHS = "paragraphs"
    """Finished paragraphs, each a message of its own, as a person would type them."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a performance must know: which turn, where, who, after which message, and what is already there.

    After a crash `known` holds parts whose message id was recorded, and `unsure` those that were `opening`: they are
    looked for in the channel's history, by the custom_id that names turn and part, before anything is posted.
    `answering` is the message referred to above the reply, where others wrote in between (webhooks cannot reply).
    `token` is the interaction's, where words go out by `Via.INTERACTION`. A reply that is worded again `replaces` what
    its known messages show: until `finish` they keep their words if nothing new comes.
    """

    turn_id: UUID
    place: Place
    face: Face
    after_message_id: int
    known: Mapping[int, int] = field(default_factory=dict[int, int])
    unsure: frozenset[int] = frozenset()
    delivery: Delivery = Delivery.STREAMED
    answering: RepliedTo | None = None
    token: str | None = field(default=None, repr=False)
    replaces: bool = False


class Stage(Protocol):
    """A way to speak in channels as somebody."""

    async def typing(self, place: Place) -> None:
        """Show that an answer is on its way. Failures are ignored."""
        ...

    def perform(self, scene: Scene, log: PartLog) -> Performance:
        """Begin to show a reply. Posts nothing before the first `show` or `finish`."""
        ...

    async def remark(self, place: Place, text: str, *, key: str, token: str | None = None) -> None:
        """A quiet line of the application's own (not a character's). The same `key` is never shown twice in a row.

        `token` is the interaction's, where words go out by `Via.INTERACTION`; without it nothing can be said there.
        """
        ...

    async def strip(self, place: Place, message_id: int) -> None:
        """Take the button from under an earlier reply: only the last one in a channel has it. Failures are ignored."""
        ...

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
        """A new thread beside this place (in a forum, a new post) whose first message says `first`.

        By the application itself, or by `face`. `members` (Discord ids) are added: a private thread is seen by nobody
        else. Raises `StageClosed` or `StageUnsure`.
        """
        ...

    async def tell(self, discord_id: int, text: str) -> bool:
        """A direct message from the application to one person. False where they do not take any."""
        ...
