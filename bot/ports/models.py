"""What a model is asked and what it answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID


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
    LORE = "lore"
    """An entry of a lore book: those who may read every book the answer drew on."""
    ASKER = "asker"
    """What the person who asked told of themselves (persona, profile): that person alone."""
    SHARED = "shared"
    """What was said in the conversation: those who take part in it."""


@dataclass(frozen=True, slots=True)
class PromptPart:
    """What one piece of a prompt cost and whether it went in; the raw material of /why.

    `label` never holds words of an `ASKER` part: others read labels. Of lore, the ids tell which entry it is.
    """

    kind: str
    label: str
    tokens: int
    included: bool = True
    reason: str = ""
    whose: Whose = Whose.SHARED
    entry_id: UUID | None = None
    book_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """A finished prompt: messages in order, stop strings, and an account of its parts.

    `withheld` are texts in it that the model reads and nobody keeps.
    """

    messages: tuple[PromptMessage, ...]
    stop: tuple[str, ...] = ()
    parts: tuple[PromptPart, ...] = ()
    tokens: int = 0
    withheld: tuple[str, ...] = ()


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
