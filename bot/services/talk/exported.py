"""What stands in a conversation's `conversation.json`. docs/exports.md tells each field; a test holds the two equal."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

FORMAT = "botcafe.conversation"
VERSION = 1


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExportedPerson(_Part):
    """A person as Discord shows them. `role` and the times: while they take part."""

    discord_id: str | None
    name: str
    role: str | None = None
    joined_at: datetime | None = None
    left_at: datetime | None = None


class ExportedCharacter(_Part):
    """A character that takes, or took, part."""

    id: str
    name: str
    role: str
    joined_at: datetime
    left_at: datetime | None = None


class ExportedAttachment(_Part):
    """Something that came with a message: what is known of it. The thing itself stays with Discord.

    `text` holds what was read of a text file.
    """

    discord_id: str
    kind: str
    name: str
    mime: str | None
    size_bytes: int
    width: int | None
    height: int | None
    alt: str | None
    text: str | None


class ExportedReaction(_Part):
    """An emoji under a message and who put it there."""

    emoji: str
    by: str
    at: datetime


class ExportedEdit(_Part):
    """What a message said before it was changed, how and by whom; of other people's own lines not what it said."""

    previous: str | None
    reason: str
    by: str | None
    at: datetime


class ExportedVariant(_Part):
    """One wording of a reply, and what it took. Null is unknown, never zero; money in millionths of a US dollar."""

    number: int
    is_chosen: bool
    content: str
    provider: str
    model: str
    tokens_in: int | None
    tokens_out: int | None
    cost_micros: int | None
    price_source: str | None
    finish_reason: str
    first_token_ms: int | None
    total_ms: int | None
    created_at: datetime


class ExportedTurn(_Part):
    """What a character's message answered, and how long that took."""

    id: str
    kind: str
    state: str
    priority: str
    asker: str
    trigger_message_id: str
    was_stopped: bool
    claimed_at: datetime
    generated_at: datetime | None
    finished_at: datetime | None


class ExportedRating(_Part):
    """How whoever made this copy likes a reply. Other people's ratings are theirs."""

    stars: int
    words: str


class ExportedMessage(_Part):
    """One line. `speaker` is the name it was said under; of other people it is the one Discord shows."""

    id: str
    kind: str
    type: str
    speaker: str
    author_discord_id: str | None
    character_id: str | None
    content: str
    said_at: datetime
    edited_at: datetime | None
    sensitivity: str
    discord_channel_id: str
    discord_message_id: str | None
    reply_to: str | None
    attachments: tuple[ExportedAttachment, ...] = ()
    reactions: tuple[ExportedReaction, ...] = ()
    edits: tuple[ExportedEdit, ...] = ()
    variants: tuple[ExportedVariant, ...] = ()
    turn: ExportedTurn | None = None
    my_rating: ExportedRating | None = None


class ExportedMaking(_Part):
    """How a recap came to be: by a model, or by hand where `model` is null."""

    by: str | None
    lines: int
    provider: str | None
    model: str | None
    tokens_in: int | None
    tokens_out: int | None
    cost_micros: int | None
    price_source: str | None
    total_ms: int | None
    at: datetime


class ExportedRecap(_Part):
    """What was said so far, in few words, up to the message `through`."""

    text: str
    made_at: datetime | None
    through: str | None
    makings: tuple[ExportedMaking, ...] = ()


class ExportedConversation(_Part):
    """The whole file. `older_lines` and `withheld_lines` count what is not in it: see docs/exports.md."""

    format: Literal["botcafe.conversation"] = FORMAT
    version: Literal[1] = VERSION
    exported_at: datetime
    id: str
    title: str
    tags: tuple[str, ...]
    kind: str
    status: str
    via: str
    is_muted: bool
    discord_server_id: str | None
    discord_channel_id: str
    forked_from: str | None
    settings: dict[str, object]
    started_at: datetime
    last_activity_at: datetime
    people: tuple[ExportedPerson, ...]
    characters: tuple[ExportedCharacter, ...]
    recap: ExportedRecap | None
    messages: tuple[ExportedMessage, ...]
    older_lines: int
    withheld_lines: int
