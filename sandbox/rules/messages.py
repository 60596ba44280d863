"""Message bodies: what may be sent, edited and executed, and 50006 for an empty one.

Source: docs, Message (Create Message, Edit Message) and Webhook (Execute Webhook).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sandbox.errors import ApiError
from sandbox.rules.channels import check_applied_tags
from sandbox.rules.components import MessageComponents
from sandbox.rules.embeds import check_embeds
from sandbox.rules.forms import Faults, Form
from sandbox.rules.mentions import MESSAGE_PARSE, WEBHOOK_PARSE, Mentioned, check_allowed_mentions, parse_mentions
from sandbox.rules.names import username_fault

__all__ = [
    "IS_COMPONENTS_V2",
    "MESSAGE_PARSE",
    "WEBHOOK_PARSE",
    "FileInfo",
    "Mentioned",
    "check_execute",
    "check_message",
    "is_empty",
    "is_v2",
    "parse_mentions",
]

MAX_CONTENT = 2000
MAX_NONCE = 25
MAX_STICKERS = 3
MAX_FILES = 10
#: Upload limits without boosts: one file, and a whole request (docs: Uploading Files).
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_REQUEST_BYTES = 25 * 1024 * 1024

SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
SUPPRESS_NOTIFICATIONS = 1 << 12
IS_VOICE_MESSAGE = 1 << 13
IS_COMPONENTS_V2 = 1 << 15

#: What a V2 message may not carry.
_LEGACY_FIELDS = ("content", "embeds", "poll", "sticker_ids")


@dataclass(frozen=True, slots=True)
class FileInfo:
    """An uploaded file: the number n of its form field `files[n]`, its name, size in bytes and type."""

    index: int
    filename: str
    size: int
    content_type: str = ""


def is_v2(payload: Mapping[str, Any]) -> bool:
    """Whether the body's own flags make it a Components V2 message."""
    flags = payload.get("flags")
    return isinstance(flags, int) and bool(flags & IS_COMPONENTS_V2)


def is_empty(payload: Mapping[str, Any], *, files: Sequence[FileInfo] = ()) -> bool:
    """Whether a message of this content would show nothing at all."""
    content = payload.get("content")
    if isinstance(content, str) and content.strip():
        return False
    shown = ("embeds", "components", "sticker_ids", "poll")
    if any(payload.get(key) for key in shown) or files:
        return False
    reference = payload.get("message_reference")
    # A forward (type 1) shows what it forwards.
    return not (isinstance(reference, Mapping) and cast("Mapping[str, Any]", reference).get("type") == 1)


def check_message(
    payload: Mapping[str, Any],
    *,
    files: Sequence[FileInfo] = (),
    editing: bool = False,
    v2: bool | None = None,
    application_owned: bool = True,
    attached: Sequence[str] = (),
) -> None:
    """Check the body of a message to be sent, or of an edit.

    `v2` says whether the message is (or already was) of Components V2; None asks the body's flags. `application_owned`
    is false for webhooks made by people. `attached` are the names of files an edited message already has. Raises
    InvalidForm (50035), ApiError 50006 for an empty message, 40005 for a file or request that is too large. An edit is
    not checked for emptiness: only whoever knows the message can tell (`is_empty` of the merged one).
    """
    if any(file.size > MAX_FILE_BYTES for file in files) or sum(file.size for file in files) > MAX_REQUEST_BYTES:
        raise ApiError(413, 40005, "Request entity too large")
    faults = Faults()
    form = Form(payload, faults)
    of_v2 = is_v2(payload) if v2 is None else v2
    _check_plain_fields(form)
    names = _check_attachments(form, files, editing=editing)
    check_embeds(form)
    check_allowed_mentions(form)
    if of_v2:
        _refuse_legacy_fields(form, editing=editing)
    MessageComponents(form, v2=of_v2, application_owned=application_owned, filenames=[*names, *attached]).check()
    faults.raise_any()
    if not editing and (payload.get("flags") or 0) & IS_VOICE_MESSAGE:
        _check_voice(payload, files)
    if not editing and is_empty(payload, files=files):
        raise ApiError(400, 50006, "Cannot send an empty message")


def _check_voice(payload: Mapping[str, Any], files: Sequence[FileInfo]) -> None:
    """docs: Message, Voice Messages: one sound file with its length and shape, and nothing beside it."""
    if any(payload.get(key) for key in ("content", "embeds", "components", "sticker_ids", "poll")):
        raise ApiError(400, 50159, "Voice messages do not support additional content")
    described = cast("list[Mapping[str, Any]]", payload.get("attachments") or [])
    if len(files) != 1 or not files[0].content_type.startswith("audio/"):
        raise ApiError(400, 50160, "Voice messages must have a single audio attachment")
    about: Mapping[str, Any] = described[0] if len(described) == 1 else {}
    if about.get("duration_secs") is None or not about.get("waveform"):
        raise ApiError(400, 50161, "Voice messages must have supporting metadata")


def _check_plain_fields(form: Form) -> None:
    form.text("content", MAX_CONTENT)
    nonce = form.data.get("nonce")
    if not isinstance(nonce, int) or isinstance(nonce, bool):
        form.text("nonce", MAX_NONCE)
    for key in ("tts", "enforce_nonce"):
        form.truth(key)
    form.whole("flags", low=0)
    for index, sticker in enumerate(form.items("sticker_ids", MAX_STICKERS)):
        Form({str(index): sticker}, form.faults, form.at("sticker_ids")).snowflake(str(index), required=True)
    reference = form.form("message_reference")
    if reference is not None:
        reference.snowflake("message_id", required=True)
        reference.snowflake("channel_id")
        reference.snowflake("guild_id")
        reference.truth("fail_if_not_exists")
        reference.choice("type", {0, 1})


def _refuse_legacy_fields(form: Form, *, editing: bool) -> None:
    for key in _LEGACY_FIELDS:
        if form.data.get(key):
            form.fault(
                key,
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )
    if not editing and not form.data.get("components"):
        form.fault("components", "BASE_TYPE_REQUIRED", "This field is required")


def _check_attachments(form: Form, files: Sequence[FileInfo], *, editing: bool) -> list[str]:
    """Note what is wrong with `attachments`; the names that `attachment://` may refer to."""
    by_index = {str(file.index): file for file in files}
    names = {str(file.index): file.filename for file in files}
    if len(files) > MAX_FILES:
        form.fault("files", "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_FILES} or fewer in length.")
    seen: set[str] = set()
    for attachment in form.forms("attachments", MAX_FILES):
        number = attachment.snowflake("id", required=True)
        filename = attachment.text("filename", 1024, low=1)
        for key in ("description", "title"):
            attachment.text(key, 1024)
        attachment.number("duration_secs", low=0)
        attachment.text("waveform", 400)
        attachment.truth("is_spoiler")
        if number is None:
            continue
        # While editing, an id that is no file's index is that of an attachment to keep.
        if number in seen or (number not in by_index and not editing):
            attachment.fault("id", "ATTACHMENT_NOT_FOUND", f"Attachment {number} not found")
        elif number in by_index and filename:
            names[number] = filename
        seen.add(number)
    return list(names.values())


def check_execute(
    payload: Mapping[str, Any],
    *,
    files: Sequence[FileInfo] = (),
    application_owned: bool = True,
) -> None:
    """Check the body of a webhook's execution: a message, and the name and face it is shown under.

    Raises what `check_message` raises.
    """
    faults = Faults()
    form = Form(payload, faults)
    username = form.text("username", 80, low=1)
    wrong = username_fault(username) if username else None
    if wrong:
        form.fault("username", *wrong)
    form.url("avatar_url", 2048)
    form.text("thread_name", 100)
    check_applied_tags(form)
    faults.raise_any()
    check_message(payload, files=files, application_owned=application_owned)
