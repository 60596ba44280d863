"""The `resolved` part of an interaction: full objects for the ids that a person chose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sandbox import permissions
from sandbox.errors import InvalidForm
from sandbox.render import messages as render_messages
from sandbox.render import people, places
from sandbox.rules.options import OptionType
from sandbox.rules.parts import Kind
from sandbox.world.models import Attachment, Channel, Json, Message
from sandbox.world.world import World

#: Which kinds of thing an option or select may name.
USERS = (OptionType.USER, OptionType.MENTIONABLE)
ROLES = (OptionType.ROLE, OptionType.MENTIONABLE)
SELECT_KINDS: dict[int, OptionType] = {
    int(Kind.USER_SELECT): OptionType.USER,
    int(Kind.ROLE_SELECT): OptionType.ROLE,
    int(Kind.MENTIONABLE_SELECT): OptionType.MENTIONABLE,
    int(Kind.CHANNEL_SELECT): OptionType.CHANNEL,
}
#: Fields of a channel that resolved data carry.
_CHANNEL_FIELDS = (
    "id",
    "name",
    "type",
    "parent_id",
    "position",
    "flags",
    "nsfw",
    "topic",
    "last_message_id",
    "rate_limit_per_user",
    "guild_id",
    "thread_metadata",
)


class Resolver:
    """Gathers objects for one interaction."""

    def __init__(self, world: World, channel: Channel, asker_id: str, application_id: str) -> None:
        self._world = world
        self._channel = channel
        self._asker_id = asker_id
        self._application_id = application_id
        self.found: Json = {}

    def add(self, kind: OptionType, chosen: str, path: str) -> None:
        """Add what an id of this kind names; 50035 at `path` when it names nothing here."""
        if kind in USERS and chosen in self._world.users:
            self.add_user(chosen)
        elif kind in ROLES and self._is_role(chosen):
            self._into("roles", chosen, people.role(self._world.role(self._channel.guild_id or "", chosen)))
        elif kind is OptionType.CHANNEL and self._is_channel(chosen):
            self._into("channels", chosen, self._channel_body(self._world.channel(chosen)))
        else:
            raise InvalidForm.field(path, "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID", "Unknown value")

    def add_user(self, user_id: str) -> None:
        """A user, and their membership here with what they may do."""
        self._into("users", user_id, people.user(self._world.user(user_id)))
        member = self._world.membership(self._channel.guild_id, user_id)
        if member is not None:
            body = people.member(self._world, member, with_user=False)
            del body["deaf"], body["mute"]
            body["permissions"] = str(permissions.in_channel(self._world, self._channel, user_id))
            self._into("members", user_id, body)

    def add_message(self, message: Message) -> None:
        """The message a context menu was opened on."""
        self._into("messages", message.id, render_messages.message(self._world, message, self._application_id))

    def add_attachments(self, attachments: Iterable[Attachment]) -> None:
        """Files sent along."""
        for one in attachments:
            self._into("attachments", one.id, render_messages.attachment(self._world, self._channel.id, one))

    def add_selected(self, component: Json, chosen: Sequence[Any], path: str) -> None:
        """What was chosen in a user, role, mentionable or channel select."""
        kind = SELECT_KINDS.get(component["type"])
        if kind is not None:
            for value in chosen:
                self.add(kind, str(value), path)

    def _into(self, group: str, key: str, body: Json) -> None:
        self.found.setdefault(group, {})[key] = body

    def _is_role(self, chosen: str) -> bool:
        role = self._world.roles.get(chosen)
        return role is not None and role.guild_id == self._channel.guild_id

    def _is_channel(self, chosen: str) -> bool:
        channel = self._world.channels.get(chosen)
        return channel is not None and channel.guild_id is not None and channel.guild_id == self._channel.guild_id

    def _channel_body(self, channel: Channel) -> Json:
        whole = places.channel(self._world, channel)
        body = {key: whole[key] for key in _CHANNEL_FIELDS if key in whole}
        body["permissions"] = str(permissions.in_channel(self._world, channel, self._asker_id))
        return body
