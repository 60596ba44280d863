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


@dataclass(frozen=True, slots=True)
class Place:
    """Where words are shown. Discord ids.

    `channel_id` is the channel or thread the reader sees; `webhook_channel_id` is the channel whose webhook speaks
    there (the parent, for a thread). `guild_id` is None in direct messages.
    """

    guild_id: int | None
    channel_id: int
    webhook_channel_id: int


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
class PromptMessage:
    """One message of a prompt. `name` is the speaker's own name, where the role alone does not tell."""

    role: Role
    content: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PromptPart:
    """What one piece of a prompt cost and whether it went in; the raw material of /why."""

    kind: str
    label: str
    tokens: int
    included: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A finished prompt: messages in order, stop strings, and an account of its parts."""

    messages: tuple[PromptMessage, ...]
    stop: tuple[str, ...] = ()
    parts: tuple[PromptPart, ...] = ()
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a model is asked. `max_tokens` bounds the answer; `seed` makes rehearsals repeatable."""

    prompt: Prompt
    max_tokens: int
    temperature: float | None = None
    seed: int | None = None


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
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may hold together."""
        ...

    def count(self, text: str) -> int:
        """Tokens of a text for this model: tiktoken's count times the factor learnt from the provider's own figures."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[Token | Finished]:
        """The answer as it comes, closed by one `Finished`. Raises a `bot.errors.ProviderError`."""
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


@dataclass(frozen=True, slots=True)
class Scene:
    """What a performance must know: which turn, where, who, after which message, and what is already there.

    After a crash `known` holds parts whose message id was recorded, and `unsure` those that were `opening`: they are
    looked for in the channel's history, by the custom_id that names turn and part, before anything is posted.
    """

    turn_id: UUID
    place: Place
    face: Face
    after_message_id: int
    known: Mapping[int, int] = field(default_factory=dict[int, int])
    unsure: frozenset[int] = frozenset()


class Stage(Protocol):
    """A way to speak in channels as somebody."""

    async def typing(self, place: Place) -> None:
        """Show that an answer is on its way. Failures are ignored."""
        ...

    def perform(self, scene: Scene, log: PartLog) -> Performance:
        """Begin to show a reply. Posts nothing before the first `show` or `finish`."""
        ...

    async def remark(self, place: Place, text: str, *, key: str) -> None:
        """A quiet line of the application's own (not a character's). The same `key` is never shown twice in a row."""
        ...
