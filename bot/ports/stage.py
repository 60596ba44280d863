"""How replies come to be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from bot.ports.places import Place, RepliedTo


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


@dataclass(frozen=True, slots=True)
class ForMe:
    """The button under a neutral line by which whoever wrote a message learns, alone, why it was not answered."""

    message_id: int
    label: str


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
    `token` is the interaction's, where words go out by `Via.INTERACTION`, and `character_id` whom a button under the
    words answers there. A reply that is worded again `replaces` what its known messages show: until `finish` they keep
    their words if nothing new comes.
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
    character_id: UUID | None = None
    replaces: bool = False


class Stage(Protocol):
    """A way to speak in channels as somebody."""

    async def typing(self, place: Place) -> None:
        """Show that an answer is on its way. Failures are ignored."""
        ...

    def perform(self, scene: Scene, log: PartLog) -> Performance:
        """Begin to show a reply. Posts nothing before the first `show` or `finish`."""
        ...

    async def remark(
        self, place: Place, text: str, *, key: str, token: str | None = None, for_me: ForMe | None = None
    ) -> None:
        """A quiet line of the application's own (not a character's). The same `key` is never shown twice in a row.

        `token` is the interaction's, where words go out by `Via.INTERACTION`; without it nothing can be said there.
        `for_me` puts a button under it.
        """
        ...

    async def strip(self, place: Place, message_id: int) -> bool:
        """Take the button from under an earlier reply: only the last one in a channel has it.

        False where there is no time for that now, and it may be tried again; failures are ignored.
        """
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
