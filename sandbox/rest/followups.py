"""What an interaction's token opens: the original answer and followups (docs: Receiving and Responding)."""

from __future__ import annotations

from sandbox.acts import callbacks
from sandbox.acts import interactions as acts
from sandbox.acts import messages as message_acts
from sandbox.errors import ApiError, unknown
from sandbox.render import messages as render
from sandbox.rest.call import Call
from sandbox.rules.messages import check_message
from sandbox.world.models import Interaction, Json, Message, MessageFlag

#: docs: followups to an interaction of an application that only the person installed; code 40094.
MOST_FOR_USER_INSTALLS = 5
ORIGINAL = "@original"


def is_interaction(call: Call) -> bool:
    """Whether the path names an application: then its token can only be an interaction's."""
    return call.text("webhook_id") in call.world.applications


async def create(call: Call) -> Json:
    """Create Followup Message; the first one behind a deferral edits the original (kept for older clients)."""
    interaction = _interaction(call)
    form, uploads = await call.upload()
    if interaction.deferred:
        # A deferred answer that was deleted stands in nobody's way (discord-api-docs issue 2739).
        original_id = interaction.original_id
        original = call.world.messages.get(original_id) or call.world.whispers.get(original_id)
        if original is not None and original.flags & MessageFlag.LOADING:
            _settle(call, interaction)
            form = {key: value for key, value in form.items() if key not in ("nonce", "enforce_nonce")}
            edited = callbacks.edit(call.core, original, form, uploads)
            return render.message(call.world, edited, interaction.application_id)
    check_message(form, files=[upload.info for upload in uploads])
    if acts.only_installed_by_user(interaction):
        if interaction.followups >= MOST_FOR_USER_INSTALLS:
            raise ApiError(
                400, 40094, "This interaction has reached the maximum number of follow-up messages that can be sent"
            )
        interaction.followups += 1
    flags = (form.get("flags") or 0) & MessageFlag.EPHEMERAL
    message = callbacks.post(call.core, interaction, form, uploads, flags=flags, followup=True)
    return render.message(call.world, message, interaction.application_id)


async def read(call: Call) -> Json:
    """Get Original Interaction Response, or a followup."""
    interaction = _interaction(call)
    return render.message(call.world, _message(call, interaction), interaction.application_id)


async def edit(call: Call) -> Json:
    """Edit Original Interaction Response, or a followup."""
    interaction = _interaction(call)
    message = _message(call, interaction)
    form, uploads = await call.upload()
    edited = callbacks.edit(call.core, message, form, uploads)
    if message.id == interaction.original_id:
        _settle(call, interaction)
    return render.message(call.world, edited, interaction.application_id)


async def delete(call: Call) -> None:
    """Delete Original Interaction Response, or a followup."""
    interaction = _interaction(call)
    message_acts.delete(call.core, _message(call, interaction))


def _interaction(call: Call) -> Interaction:
    interaction = call.world.interactions.get(call.text("webhook_token"))
    if interaction is None or interaction.application_id != call.text("webhook_id"):
        raise ApiError(401, 50027, "Invalid Webhook Token")
    if not acts.is_alive(call.core, interaction):
        raise ApiError(401, 50027, "Invalid Webhook Token")
    if not interaction.acknowledged:
        raise unknown("webhook")
    return interaction


def _message(call: Call, interaction: Interaction) -> Message:
    asked = call.text("message_id")
    message_id = interaction.original_id if asked == ORIGINAL else call.id("message_id")
    # @original is nobody's message behind a deferred update of a modal that a command opened.
    if message_id is None or message_id not in {*interaction.message_ids, interaction.original_id}:
        raise unknown("message")
    return callbacks.message_of(call.core, message_id)


def _settle(call: Call, interaction: Interaction) -> None:
    interaction.deferred = False
    call.world.interactions.put(interaction)
