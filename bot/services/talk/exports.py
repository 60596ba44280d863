"""A copy of a conversation for somebody who takes part: a page to read, and everything as JSON, in one zip.

In it is what was said and what came of it. Not in it is what is another person's own: their personas and profiles,
their ratings, the prompts their answers were made from. Words said where not everybody could hear go only to those who
took part by then. The files are packed in a thread.
"""

from __future__ import annotations

import asyncio
import io
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.errors import InvalidInput, LimitReached, NotFound
from bot.services.money.limits_of import Limits
from bot.services.talk import transcripts
from bot.services.talk.conversations.arrangements import Named, named
from bot.services.talk.conversations.seats import Asking, Deed, Seat, Seats, refuse_elsewhere
from bot.services.talk.exported import (
    ExportedAttachment,
    ExportedCharacter,
    ExportedConversation,
    ExportedEdit,
    ExportedMaking,
    ExportedMessage,
    ExportedPerson,
    ExportedRating,
    ExportedReaction,
    ExportedRecap,
    ExportedTurn,
    ExportedVariant,
)
from bot.texts import N_, Say
from db.models import Conversation, Message, MessageKind, MessageSensitivity, Participant, Rating, Turn
from db.queries.talk import exports
from db.queries.talk.exports import Held
from db.work import Actor, Database

PAGE, DATA = "conversation.md", "conversation.json"
_LETTERS = re.compile(r"[^a-z0-9]+")
_FILE_NAME = 40
_NO_MESSAGES = '"messages":[]'
"""Where the messages go in the JSON; within a text its quotation marks would be escaped."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A packed copy. `lines` is how many it holds, `older` and `withheld` how many it does not.

    `beyond` of the older ones are older than the reader's plan reaches back.
    """

    named: Named
    file_name: str
    data: bytes
    lines: int
    older: int
    withheld: int
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who the copy is for."""

    user_id: UUID
    seat: Seat
    since: datetime | None

    def may_read(self, one: Message) -> bool:
        """What everybody could hear, what they said themselves, and what was said once they took part."""
        is_open = one.sensitivity is MessageSensitivity.PUBLIC or one.author_id == self.user_id
        return is_open or self.may_read_since(one.created_at)

    def may_read_since(self, moment: datetime) -> bool:
        """Whatever was said from then on."""
        return self.seat.is_owner or self.seat.manages or (self.since is not None and self.since <= moment)


class Exports:
    """Makes copies."""

    def __init__(self, database: Database, clock: Clock, *, plan_limits: Limits | None = None) -> None:
        self._database = database
        self._clock = clock
        self._plan_limits = plan_limits or Limits(clock)
        self._seats = Seats(database)

    async def export(
        self, asking: Asking, title: str, say: Say, which: str | None = None, *, most: int | None = None
    ) -> Exported:
        """A copy of the newest `most` lines, in the language of who asks; `title` for where it has none.

        Raises `InvalidInput`, `NotFound` (also where nothing was said), `NotAllowed`, or `LimitReached` where the files
        are larger than Discord takes.
        """
        most = _checked(most)
        async with self._seats.opened(asking, Deed.LOOK, which) as opened:
            one = opened.conversation
            refuse_elsewhere(one, asking.place)
            name = await named(opened)
            held = await exports.held(opened.work.session, one.id, limit=most)
            reader = _Reader(asking.by, opened.seat, _since(held.participants, asking.by))
        if not held.messages:
            raise NotFound(
                "nothing_to_export", N_("Nothing was said in this conversation yet: there is nothing to copy.")
            )
        async with self._database.work(Actor.user(asking.by)) as work:
            ratings = await exports.own_ratings(work.session, one.id)
            held, beyond = _within(held, await self._plan_limits.history_since(work, asking.by))
        now = self._clock.now()
        # In a thread: thousands of lines are felt on the event loop.
        lines, data = await asyncio.to_thread(_packed, one, held, ratings, reader, name.title or title, say, now)
        if len(data) > limits.EXPORT_BYTES_MAX:
            raise _too_large(len(data), lines)
        withheld = len(held.messages) - lines
        return Exported(name, _file_name(name.title, now), data, lines, held.older, withheld, beyond)


def _within(held: Held, since: datetime | None) -> tuple[Held, int]:
    """What was said since then, and how many lines are older."""
    if since is None:
        return held, 0
    kept = [one for one in held.messages if one.created_at >= since]
    beyond = len(held.messages) - len(kept)
    return replace(held, messages=kept, older=held.older + beyond), beyond


def _packed(
    conversation: Conversation,
    held: Held,
    ratings: Sequence[Rating],
    reader: _Reader,
    title: str,
    say: Say,
    now: datetime,
) -> tuple[int, bytes]:
    """How many lines there are in it, and the zip. Message by message: never is all of it in memory twice."""
    names = _Names(held, reader.user_id)
    readable = [message for message in held.messages if reader.may_read(message)]
    # A recap tells of every line, so it is for those who may read all of them: also those too old for the copy.
    tells_all = held.narrow_since is None or reader.may_read_since(held.narrow_since)
    told = _about(conversation, held, names, len(readable), now, with_recap=tells_all)
    page, packed = list(transcripts.head(told, title, say)), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(_entry(DATA, now), "w") as data:
            begin, end = told.model_dump_json().split(_NO_MESSAGES)
            data.write(f"{begin}{_NO_MESSAGES[:-1]}".encode())
            for number, one in enumerate(_messages(conversation, held, readable, ratings, names)):
                data.write(f"{',' if number else ''}\n{one.model_dump_json()}".encode())
                page.extend(transcripts.line(one, say))
            data.write(f"\n]{end}\n".encode())
        archive.writestr(_entry(PAGE, now), "\n".join(page) + "\n")
    return len(readable), packed.getvalue()


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, now.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _about(
    one: Conversation, held: Held, names: _Names, readable: int, now: datetime, *, with_recap: bool
) -> ExportedConversation:
    """Everything in the copy but what was said."""
    return ExportedConversation(
        exported_at=now,
        id=str(one.id),
        title=one.title,
        tags=tuple(one.tags),
        kind=one.kind.value,
        status=one.status.value,
        via=one.via.value,
        is_muted=one.is_muted,
        discord_server_id=_text(one.guild_id),
        discord_channel_id=str(one.channel_id),
        forked_from=_text(one.forked_from),
        settings=one.settings.model_dump(mode="json"),
        started_at=one.started_at,
        last_activity_at=one.last_activity_at,
        people=tuple(_people(held, names)),
        characters=tuple(_characters(held)),
        recap=_recap(one, held, names) if one.summary and with_recap else None,
        messages=(),
        older_lines=held.older,
        withheld_lines=len(held.messages) - readable,
    )


class _Names:
    """Who is called what in a copy: of others only what Discord shows of them."""

    def __init__(self, held: Held, reader: UUID) -> None:
        self._held = held
        self.reader = reader

    def person(self, user_id: UUID | None) -> str | None:
        """What Discord calls somebody; None where their account is gone."""
        user = None if user_id is None else self._held.users.get(user_id)
        return None if user is None else user.display_name

    def discord_id(self, user_id: UUID | None) -> str | None:
        """Somebody's id at Discord."""
        user = None if user_id is None else self._held.users.get(user_id)
        return None if user is None else _text(user.discord_id)

    def speaker(self, one: Message) -> str:
        """The name a line was said under."""
        if _is_a_characters(one):
            return (self._held.characters.get(one.character_id) if one.character_id else "") or one.speaker_name
        own = one.speaker_name if one.author_id == self.reader else ""
        return own or self.person(one.author_id) or ""


def _people(held: Held, names: _Names) -> Iterable[ExportedPerson]:
    for one in held.participants:
        if one.user_id is not None:
            yield ExportedPerson(
                discord_id=names.discord_id(one.user_id),
                name=names.person(one.user_id) or "",
                role=one.role.value,
                joined_at=one.joined_at,
                left_at=one.left_at,
            )


def _characters(held: Held) -> Iterable[ExportedCharacter]:
    for one in held.participants:
        if one.character_id is not None:
            yield ExportedCharacter(
                id=str(one.character_id),
                name=held.characters.get(one.character_id, ""),
                role=one.role.value,
                joined_at=one.joined_at,
                left_at=one.left_at,
            )


def _recap(one: Conversation, held: Held, names: _Names) -> ExportedRecap:
    return ExportedRecap(
        text=one.summary,
        made_at=one.summarized_at,
        through=_text(one.summarized_through),
        makings=tuple(
            ExportedMaking(
                by=names.person(made.made_by),
                lines=made.lines,
                provider=made.provider,
                model=made.model,
                tokens_in=made.tokens_in,
                tokens_out=made.tokens_out,
                cost_micros=made.cost_micros,
                price_source=made.price_source,
                total_ms=made.total_ms,
                at=made.created_at,
            )
            for made in held.recaps
        ),
    )


def _messages(
    conversation: Conversation, held: Held, readable: Sequence[Message], ratings: Sequence[Rating], names: _Names
) -> Iterable[ExportedMessage]:
    files, reactions = _by_message(held.attachments), _by_message(held.reactions)
    edits, variants = _by_message(held.edits), _by_message(held.variants)
    turns = {one.id: one for one in held.turns}
    rated = {one.turn_id: one for one in ratings}
    for one in readable:
        turn, rating = turns.get(one.turn_id or one.id), rated.get(one.turn_id or one.id)
        yield ExportedMessage(
            id=str(one.id),
            kind=one.kind.value,
            type=one.type.value,
            speaker=names.speaker(one),
            author_discord_id=names.discord_id(one.author_id),
            character_id=_text(one.character_id),
            content=one.content,
            said_at=one.created_at,
            edited_at=one.edited_at,
            sensitivity=one.sensitivity.value,
            discord_channel_id=str(one.said_in or conversation.channel_id),
            discord_message_id=_text(one.discord_message_id),
            reply_to=_text(one.reply_to_id),
            attachments=tuple(_attachment(file) for file in files[one.id]),
            reactions=tuple(
                ExportedReaction(emoji=it.emoji, by=names.person(it.user_id) or "", at=it.created_at)
                for it in reactions[one.id]
            ),
            edits=tuple(_edit(it, one, names) for it in edits[one.id]),
            variants=tuple(_variant(it, one.chosen_variant) for it in variants[one.id]),
            turn=None if turn is None else _turn(turn, names),
            my_rating=None if rating is None else ExportedRating(stars=rating.stars, words=rating.words),
        )


def _attachment(one: Any) -> ExportedAttachment:
    fields: dict[str, Any] = {name: getattr(one, name) for name in ExportedAttachment.model_fields}
    return ExportedAttachment.model_validate({**fields, "discord_id": str(one.discord_id), "kind": one.kind.value})


def _edit(row: Any, one: Message, names: _Names) -> ExportedEdit:
    # What another person took back by changing it, Discord shows nobody either.
    is_readable = _is_a_characters(one) or one.author_id == names.reader
    return ExportedEdit(
        previous=row.previous if is_readable else None,
        reason=row.reason.value,
        by=names.person(row.edited_by),
        at=row.edited_at,
    )


def _variant(row: Any, chosen: int) -> ExportedVariant:
    fields: dict[str, Any] = {name: getattr(row, name) for name in ExportedVariant.model_fields if name != "is_chosen"}
    return ExportedVariant(is_chosen=row.number == chosen, **fields)


def _turn(one: Turn, names: _Names) -> ExportedTurn:
    return ExportedTurn(
        id=str(one.id),
        kind=one.kind.value,
        state=one.state.value,
        priority=one.priority.value,
        asker=names.person(one.asker_id) or "",
        trigger_message_id=str(one.trigger_message_id),
        was_stopped=one.stopped,
        claimed_at=one.claimed_at,
        generated_at=one.generated_at,
        finished_at=one.finished_at,
    )


def _is_a_characters(one: Message) -> bool:
    return one.kind in {MessageKind.CHARACTER, MessageKind.GREETING}


def _by_message(rows: Iterable[Any]) -> Mapping[UUID, list[Any]]:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.message_id].append(row)
    return found


def _since(participants: Sequence[Participant], user_id: UUID) -> datetime | None:
    """Since when somebody takes part; None where they do not."""
    here = [one.joined_at for one in participants if one.user_id == user_id and one.left_at is None]
    return min(here, default=None)


def _checked(most: int | None) -> int:
    allowed = int(limits.EXPORT_LINES)
    if most is None:
        return allowed
    if not 1 <= most <= allowed:
        raise InvalidInput(
            "lines_out_of_range",
            N_("Lines: choose a whole number from 1 to {maximum}; you chose {lines}."),
            field="lines",
            maximum=allowed,
            lines=most,
        )
    return most


def _too_large(size: int, lines: int) -> LimitReached:
    return LimitReached(
        "export_too_large",
        N_(
            "The copy has {size} MB; Discord takes at most {maximum} MB here. Ask for fewer of its {lines} lines with "
            "the option lines."
        ),
        size=f"{size / 1_000_000:.1f}",
        maximum=f"{limits.EXPORT_BYTES_MAX / 1_000_000:.0f}",
        lines=lines,
    )


def _file_name(title: str, now: datetime) -> str:
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = _LETTERS.sub("-", ascii_only).strip("-")[:_FILE_NAME].strip("-")
    return f"{slug or 'conversation'}-{now:%Y-%m-%d}.zip"


def _text(value: object) -> str | None:
    return None if value is None else str(value)
