"""A bot's first answer to an interaction, and what each kind of answer does (docs: Interaction Callback Type)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from sandbox.acts import commands
from sandbox.acts import interactions as acts
from sandbox.acts import messages as message_acts
from sandbox.bodies import objects
from sandbox.core import Core
from sandbox.errors import ApiError, InvalidForm, unknown
from sandbox.render import messages as render_messages
from sandbox.render import people
from sandbox.rules.components import number_components
from sandbox.rules.messages import WEBHOOK_PARSE, check_message
from sandbox.rules.modals import check_modal
from sandbox.rules.options import check_autocomplete
from sandbox.uploads import Upload
from sandbox.world.models import Interaction, Json, Message, MessageFlag, MessageType


class Callback(IntEnum):
    """Kinds of first answer."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    AUTOCOMPLETE = 8
    MODAL = 9


_ALLOWED: dict[int, tuple[Callback, ...]] = {
    acts.COMMAND: (Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.MODAL),
    acts.COMPONENT: (
        Callback.MESSAGE,
        Callback.DEFERRED_MESSAGE,
        Callback.DEFERRED_UPDATE,
        Callback.UPDATE,
        Callback.MODAL,
    ),
    acts.AUTOCOMPLETE: (Callback.AUTOCOMPLETE,),
    acts.MODAL_SUBMIT: (Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.DEFERRED_UPDATE, Callback.UPDATE),
}


def answer(core: Core, interaction: Interaction, form: Json, uploads: Sequence[Upload]) -> Json:
    """Carry out a first answer and tell what came of it.

    Raises 10062 when it comes late, 40060 when there was one, 50035 for a kind that does not fit or a bad body.
    """
    if interaction.acknowledged:
        raise ApiError(400, 40060, "Interaction has already been acknowledged.")
    if acts.is_late(core, interaction) or not acts.is_alive(core, interaction):
        raise unknown("interaction")
    allowed = _ALLOWED[interaction.type]
    kind = form.get("type")
    if kind not in allowed or (kind == Callback.UPDATE and interaction.message_id is None):
        choices = ", ".join(str(int(one)) for one in allowed)
        raise InvalidForm.field("type", "BASE_TYPE_CHOICES", f"Value must be one of ({choices}).")
    data: Json = form.get("data") or {}
    message = _DEEDS[Callback(kind)](core, interaction, data, uploads)
    return _told(interaction, Callback(kind), message, core)


def post(
    core: Core,
    interaction: Interaction,
    data: Json,
    uploads: Sequence[Upload],
    *,
    flags: int = 0,
    followup: bool = False,
) -> Message:
    """Post a message in answer: to everybody, or as a whisper to the person who asked."""
    if acts.must_whisper(core, interaction):
        flags |= MessageFlag.EPHEMERAL
    draft = message_acts.Draft(
        core.world.channel(interaction.channel_id),
        interaction.application_id,
        data,
        uploads,
        type=_type_of(interaction, followup=followup),
        flags=flags,
        default_parse=WEBHOOK_PARSE,
    )
    draft.extra = {
        "webhook_id": interaction.application_id,
        "application_id": interaction.application_id,
        "interaction": acts.metadata(core, interaction, followup=followup),
        "only_for": interaction.user_id if flags & MessageFlag.EPHEMERAL else None,
    }
    answered = interaction.original_id if followup else interaction.message_id
    if answered is not None and draft.type == MessageType.REPLY:
        draft.extra = {**draft.extra, "reference": _reference(interaction, answered)}
    message = message_acts.write(core, draft)
    interaction.message_ids.append(message.id)
    core.world.interactions.put(interaction)
    return message


def message_of(core: Core, message_id: str | None) -> Message:
    """A message that belongs to an interaction, wherever it is kept; 10008 when it is gone."""
    message = core.world.messages.get(message_id) or core.world.whispers.get(message_id)
    if message is None:
        raise unknown("message")
    return message


def edit(core: Core, message: Message, data: Json, uploads: Sequence[Upload]) -> Message:
    """Edit a message of an interaction under the rules for interactions."""
    return message_acts.edit(core, message, data, uploads, default_parse=WEBHOOK_PARSE)


# ---------------------------------------------------------------------------------------------------- the deeds


def _message(core: Core, interaction: Interaction, data: Json, uploads: Sequence[Upload]) -> Message:
    check_message(data, files=[upload.info for upload in uploads])
    flags = (data.get("flags") or 0) & MessageFlag.EPHEMERAL
    message = post(core, interaction, data, uploads, flags=flags)
    interaction.original_id = message.id
    acts.acknowledge(core, interaction)
    return message


def _deferred_message(core: Core, interaction: Interaction, data: Json, uploads: Sequence[Upload]) -> Message:
    flags = (data.get("flags") or 0) & MessageFlag.EPHEMERAL | MessageFlag.LOADING
    message = post(core, interaction, {}, (), flags=flags)
    interaction.original_id = message.id
    interaction.deferred = True
    acts.acknowledge(core, interaction)
    return message


def _deferred_update(core: Core, interaction: Interaction, data: Json, uploads: Sequence[Upload]) -> None:
    interaction.original_id = interaction.message_id
    acts.acknowledge(core, interaction)


def _update(core: Core, interaction: Interaction, data: Json, uploads: Sequence[Upload]) -> Message:
    message = edit(core, message_of(core, interaction.message_id), data, uploads)
    interaction.original_id = message.id
    acts.acknowledge(core, interaction)
    return message


def _autocomplete(core: Core, interaction: Interaction, data: Json, uploads: Sequence[Upload]) -> None:
    check_autocomplete(data, interaction.focused_type)
    acts.acknowledge(core, interaction, quietly=True)
    body = {"choices": objects(data.get("choices")), "nonce": interaction.nonce}
    core.hub.to_users("APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE", [interaction.user_id], body, people_only=True)


def _modal(core: Core, interaction: Interaction, data: Json, uploads: Sequence[Upload]) -> None:
    check_modal(data)
    modal: Json = {**data, "components": number_components(data["components"])}
    interaction.modal = modal
    acts.acknowledge(core, interaction, quietly=True)
    application = core.world.application(interaction.application_id)
    body: Json = {
        "id": interaction.id,
        "nonce": interaction.nonce,
        "channel_id": interaction.channel_id,
        "custom_id": modal["custom_id"],
        "title": modal["title"],
        "components": modal["components"],
        "application": {**people.application(application), "bot": people.user(core.world.user(application.id))},
    }
    core.hub.to_users("INTERACTION_MODAL_CREATE", [interaction.user_id], body, people_only=True)


_Deed = Callable[[Core, Interaction, Json, Sequence[Upload]], Message | None]
_DEEDS: dict[Callback, _Deed] = {
    Callback.MESSAGE: _message,
    Callback.DEFERRED_MESSAGE: _deferred_message,
    Callback.DEFERRED_UPDATE: _deferred_update,
    Callback.UPDATE: _update,
    Callback.AUTOCOMPLETE: _autocomplete,
    Callback.MODAL: _modal,
}


def _type_of(interaction: Interaction, *, followup: bool) -> int:
    if followup:
        return MessageType.REPLY if interaction.original_id is not None else MessageType.DEFAULT
    if interaction.type == acts.COMMAND:
        return MessageType.COMMAND if interaction.command_type == commands.CHAT_INPUT else MessageType.CONTEXT_MENU
    return MessageType.REPLY if interaction.message_id is not None else MessageType.DEFAULT


def _reference(interaction: Interaction, message_id: str) -> Json:
    reference: Json = {"type": 0, "channel_id": interaction.channel_id, "message_id": message_id}
    if interaction.guild_id is not None:
        reference["guild_id"] = interaction.guild_id
    return reference


def _told(interaction: Interaction, kind: Callback, message: Message | None, core: Core) -> Json:
    about: Json = {"id": interaction.id, "type": interaction.type}
    answer: Json = {"interaction": about}
    if message is not None:
        about["response_message_id"] = message.id
        about["response_message_loading"] = bool(message.flags & MessageFlag.LOADING)
        about["response_message_ephemeral"] = bool(message.flags & MessageFlag.EPHEMERAL)
        if kind == Callback.DEFERRED_MESSAGE:
            return answer  # docs: a resource comes with answers 4 and 7 only
        shown: Any = render_messages.message(core.world, message, interaction.application_id)
        answer["resource"] = {"type": int(kind), "message": shown}
    return answer
