"""Both sides of an interaction: people begin one (POST /interactions), bots answer it (…/callback)."""

from __future__ import annotations

from typing import Any

from sandbox import permissions
from sandbox.acts import callbacks, commands, files, options
from sandbox.acts import interactions as acts
from sandbox.acts.resolved import Resolver
from sandbox.bodies import objects, values
from sandbox.errors import ApiError, InvalidForm, missing_access, missing_permissions, unknown
from sandbox.permissions import Permission
from sandbox.rest.call import Call
from sandbox.rest.routes import ANYBODY, Routes
from sandbox.rules.modals import check_submission
from sandbox.rules.options import OptionType
from sandbox.rules.parts import walk
from sandbox.snowflake import as_id
from sandbox.uploads import Upload
from sandbox.world.models import Attachment, Channel, Command, Interaction, Json, Message

routes = Routes()

_SELECTS = (3, 5, 6, 7, 8)
_FILE_UPLOAD = 19


@routes.on("POST", "/interactions", limited=False)
async def begin(call: Call) -> None:
    """A person uses a command, a component, an autocomplete or a modal."""
    if call.caller.kind != "user":
        raise ApiError(403, 20002, "Only bots can use this endpoint")
    form, uploads = await call.upload()
    channel = call.world.channel(as_id(form.get("channel_id")) or "")
    permissions.need_in_channel(call.world, channel, call.user.id, Permission.VIEW_CHANNEL)
    application = call.world.application(as_id(form.get("application_id")) or "")
    owners = commands.installations(call.world, application.id, call.user.id, channel)
    if not owners:
        raise missing_access()
    interaction = Interaction(
        id=call.world.new_id(),
        token=acts.new_token(),
        type=form.get("type") or 0,
        application_id=application.id,
        user_id=call.user.id,
        channel_id=channel.id,
        guild_id=channel.guild_id,
        made_at=call.core.clock.now(),
        nonce=form.get("nonce"),
        locale=call.locale,
        owners=owners,
    )
    data: Json = form.get("data") or {}
    begun = _Begun(call, channel, interaction, data, uploads)
    match interaction.type:
        case acts.COMMAND | acts.AUTOCOMPLETE:
            body, message = begun.command(), None
        case acts.COMPONENT:
            body, message = begun.component(as_id(form.get("message_id")) or "")
        case acts.MODAL_SUBMIT:
            body, message = begun.modal()
        case _:
            raise InvalidForm.field("type", "BASE_TYPE_CHOICES", "Value must be one of {2, 3, 4, 5}.")
    acts.begin(call.core, interaction, call.user, body, message)


@routes.on("POST", "/interactions/{interaction_id}/{interaction_token}/callback", callers=ANYBODY, limited=False)
async def answer(call: Call) -> Json | None:
    """Create Interaction Response."""
    interaction = call.world.interactions.get(call.text("interaction_token"))
    if interaction is None or interaction.id != call.id("interaction_id"):
        raise unknown("interaction")
    form, uploads = await call.upload()
    body = callbacks.answer(call.core, interaction, form, uploads)
    return body if call.asks("with_response") else None


class _Begun:
    """What a person sent, turned into the `data` the bot gets."""

    def __init__(
        self, call: Call, channel: Channel, interaction: Interaction, data: Json, uploads: list[Upload]
    ) -> None:
        self._call = call
        self._channel = channel
        self._interaction = interaction
        self._data = data
        self._uploads = uploads
        self._resolver = Resolver(call.world, channel, call.user.id, interaction.application_id)

    # -------------------------------------------------------------------------------------------- commands

    def command(self) -> Json:
        """`data` of a command or autocomplete; 10063, 50013 or 50035 when it cannot be used so."""
        command = self._command()
        interaction = self._interaction
        interaction.command_name = " ".join([command.body["name"], *options.path_of(self._data)])
        interaction.command_type = command.body["type"]
        interaction.owners = commands.owners_for(self._call.world, command, self._call.user.id, self._channel)
        body: Json = {"id": command.id, "name": command.body["name"], "type": command.body["type"]}
        if command.guild_id is not None:
            body["guild_id"] = command.guild_id
        if command.body["type"] == commands.CHAT_INPUT:
            given = self._options(command)
            if given:
                body["options"] = given
        else:
            body["target_id"] = interaction.target_id = self._target(command)
        return self._with_resolved(body)

    def _command(self) -> Command:
        command = self._call.world.commands.get(as_id(self._data.get("id")))
        if command is None or command.application_id != self._interaction.application_id:
            raise unknown("command")
        if self._data.get("type") not in (None, command.body["type"]):
            raise unknown("command")
        if not commands.may_use(self._call.world, command, self._call.user, self._channel):
            raise missing_permissions()
        return command

    def _options(self, command: Command) -> list[Json]:
        typing = self._interaction.type == acts.AUTOCOMPLETE
        given = objects(self._data.get("options"))
        options.check_given(command.body["options"], given, typing=typing)
        tidy = options.tidied(command.body["options"], given)
        if typing:
            focused = [option for option in options.values(tidy) if option.get("focused")]
            if len(focused) != 1:
                raise InvalidForm.field("data.options", "BASE_TYPE_REQUIRED", "One option must be focused")
            self._interaction.focused_type = focused[0]["type"]
            return tidy
        kept = self._kept_uploads()
        for option in options.values(tidy):
            kind = OptionType(option["type"])
            if kind is OptionType.ATTACHMENT:
                option["value"] = self._attached(kept, option["value"])
            elif kind in options.MENTIONS:
                self._resolver.add(kind, option["value"], "data.options")
        return tidy

    def _target(self, command: Command) -> str:
        target = as_id(self._data.get("target_id")) or ""
        if command.body["type"] == commands.USER_MENU:
            self._resolver.add_user(self._call.world.user(target).id)
        else:
            self._resolver.add_message(self._call.world.message(self._channel.id, target))
        return target

    # -------------------------------------------------------------------------------------------- components

    def component(self, message_id: str) -> tuple[Json, Message]:
        """`data` of a button or select, and its message."""
        message = self._message(message_id)
        custom_id = self._data.get("custom_id")
        found = next((one for one in walk(message.components) if one.get("custom_id") == custom_id), None)
        if custom_id is None or found is None or found.get("disabled"):
            raise InvalidForm.field("data.custom_id", "COMPONENT_VALIDATION_FAILED", "Component validation failed")
        self._interaction.custom_id = custom_id
        self._interaction.message_id = message.id
        body: Json = {"custom_id": custom_id, "component_type": found["type"], "id": found["id"]}
        if found["type"] in _SELECTS:
            body["values"] = self._selected(found)
        return self._with_resolved(body), message

    def _message(self, message_id: str) -> Message:
        whisper = self._call.world.whispers.get(message_id)
        message = whisper if whisper and whisper.only_for == self._call.user.id else None
        message = message or self._call.world.message(self._channel.id, message_id)
        if message.channel_id != self._channel.id:
            raise unknown("message")
        if self._interaction.application_id not in (message.application_id, message.author_id):
            raise unknown("message")
        return message

    def _selected(self, component: Json) -> list[str]:
        chosen = [str(value) for value in values(self._data.get("values"))]
        low, high = component.get("min_values", 1), component.get("max_values", 1)
        offered = {option["value"] for option in objects(component.get("options"))}
        bad = component["type"] == _SELECTS[0] and not offered.issuperset(chosen)
        if bad or not low <= len(chosen) <= high or len(set(chosen)) != len(chosen):
            raise InvalidForm.field("data.values", "COMPONENT_VALIDATION_FAILED", "Component validation failed")
        self._resolver.add_selected(component, chosen, "data.values")
        return chosen

    # -------------------------------------------------------------------------------------------- modals

    def modal(self) -> tuple[Json, Message | None]:
        """`data` of a submitted modal, and the message whose component opened it."""
        opened_id = as_id(self._data.get("id"))
        opener = next((one for one in self._call.world.interactions if one.id == opened_id), None)
        modal = opener.modal if opener else None
        if opener is None or modal is None or opener.user_id != self._call.user.id:
            raise unknown("interaction")
        if modal["custom_id"] != self._data.get("custom_id") or not acts.is_alive(self._call.core, opener):
            raise unknown("interaction")
        components = objects(self._data.get("components"))
        check_submission(modal, components)
        self._interaction.custom_id = modal["custom_id"]
        self._interaction.message_id = opener.message_id
        self._interaction.owners = dict(opener.owners)
        self._interaction.opened_by = acts.metadata(self._call.core, opener)["interaction_metadata"]
        self._settle(components, modal)
        body = self._with_resolved({"custom_id": modal["custom_id"], "components": components})
        world = self._call.world
        message = world.messages.get(opener.message_id) or world.whispers.get(opener.message_id)
        return body, message

    def _settle(self, components: list[Json], modal: Json) -> None:
        """Give every answer its type and number, and put stored files in place of uploads."""
        asked = {one["custom_id"]: one for one in walk(modal["components"]) if one.get("custom_id")}
        kept = self._kept_uploads()
        for answered in walk(components):
            question = asked.get(answered.get("custom_id") or "")
            if question is None:
                continue
            answered |= {"type": question["type"], "id": question["id"]}
            if question["type"] == _FILE_UPLOAD:
                answered["values"] = [self._attached(kept, value) for value in values(answered.get("values"))]
            else:
                self._resolver.add_selected(question, values(answered.get("values")), "data.components")

    # -------------------------------------------------------------------------------------------- files

    def _kept_uploads(self) -> dict[str, Attachment]:
        if not self._uploads:
            return {}
        described = self._data.get("attachments")
        kept = files.keep_uploads(self._call.core, self._channel.id, self._uploads, described, ephemeral=True)
        return {str(upload.index): one for upload, one in zip(self._uploads, kept, strict=True)}

    def _attached(self, kept: dict[str, Attachment], index: Any) -> str:
        attachment = kept.get(str(index))
        if attachment is None:
            raise InvalidForm.field("data", "ATTACHMENT_NOT_FOUND", f"Attachment {index} not found")
        self._resolver.add_attachments([attachment])
        return attachment.id

    def _with_resolved(self, body: Json) -> Json:
        return {**body, "resolved": self._resolver.found} if self._resolver.found else body
