"""Who is spoken to? Decided in memory, without a database, for every message that is written anywhere.

`Hearing` knows which characters are present in which channel. It is filled from the database at boot and told of
changes (`bot.services.talk.listening`); a message in a channel without characters costs one dictionary look-up.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from bot import limits
from bot.ports import Heard, Place, Surroundings, Via
from bot.services.talk.calling import Calls, Named
from bot.services.talk.dice import joins_in
from bot.services.talk.places import PlaceRules
from db.models import Listen, Priority, TurnKind

_REMEMBERED_LINES = 20_000
"""How many of the characters' own messages are remembered by id: a reply to one finds its speaker for certain."""

_REMEMBERED_PEOPLE = 20_000
"""How many people's roles are remembered: a reply to them that is worded again later asks for them too."""

RulesOf = Callable[[Place, UUID | None], PlaceRules]
"""What holds in a place, for one character or for all (`Places.rules`). Asked for every message: from memory."""


class How(StrEnum):
    """By what a message speaks to characters."""

    NAMED = "named"
    REPLIED = "replied"
    MENTIONED = "mentioned"
    DIRECT = "direct"
    """In direct messages everything is."""
    ALWAYS = "always"
    """Nobody was spoken to, but the place lets a character answer everything."""
    CHANCE = "chance"
    """Nobody was spoken to; the die fell."""
    ASKED = "asked"
    """A command said whom."""


@dataclass(frozen=True, slots=True)
class Call:
    """Whom a message speaks to, in the order in which they answer, and by what."""

    to: tuple[UUID, ...]
    how: How

    @property
    def is_uninvited(self) -> bool:
        """Whether nobody was spoken to: then silence is no answer missed."""
        return self.how in {How.ALWAYS, How.CHANCE}

    @property
    def kind(self) -> TurnKind:
        """What makes the characters speak."""
        return TurnKind.CHANCE if self.is_uninvited else TurnKind.REPLY

    @property
    def priority(self) -> Priority:
        """What waits when the channel is busy, and what is left out."""
        if self.how is How.ASKED:
            return Priority.HIGH
        return Priority.LOW if self.how is How.CHANCE else Priority.NORMAL


NOBODY = Call((), How.NAMED)


@dataclass(frozen=True, slots=True)
class Present:
    """A character that listens in a channel. `nickname` is empty where it has none."""

    character_id: UUID
    name: str
    is_primary: bool = False
    picture_sha256: str | None = None
    nickname: str = ""
    is_adult: bool = False
    is_moderator: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What it listens to."""
        return (self.name, self.nickname) if self.nickname else (self.name,)


@dataclass(slots=True)
class Room:
    """A channel with an active conversation, its characters in the order they came.

    `owner_discord_id` is who began it. `around` is what the place was like when somebody last spoke there. `chain`
    counts the lines characters said to each other since a person spoke (`person_message_id`), `bot_lines` the lines of
    other bots they answered.
    """

    conversation_id: UUID
    place: Place
    characters: tuple[Present, ...]
    last_speaker: UUID | None = None
    owner_discord_id: int | None = None
    is_muted: bool = False
    allow_files: bool = True
    around: Surroundings = field(default_factory=Surroundings)
    chain: int = 0
    bot_lines: int = 0
    person_message_id: int = 0
    calls: Calls = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Prepare what finds the characters' names."""
        self.calls = Calls([Named(one.character_id, one.names) for one in self.characters])

    def character(self, character_id: UUID) -> Present | None:
        """One of those present."""
        return next((one for one in self.characters if one.character_id == character_id), None)


class Hearing:
    """Which characters listen where, and who spoke last. `rules` tells what a place allows beyond being spoken to."""

    def __init__(self, rules: RulesOf | None = None) -> None:
        self.rules = rules
        self._rooms: dict[int, Room] = {}
        # Where the bot is no member, each person talks with characters of their own.
        self._alone: dict[tuple[int, int], Room] = {}
        self._by_conversation: dict[UUID, Room] = {}
        self._lines: OrderedDict[int, UUID] = OrderedDict()
        self._roles: OrderedDict[tuple[int | None, int], frozenset[int]] = OrderedDict()
        self.forgotten_to = 0
        """Of messages up to this id the characters' own may be forgotten."""

    # -------------------------------------------------------------------------------------------- who is where

    def replace(self, rooms: Iterable[Room]) -> None:
        """Know exactly these rooms."""
        old = self._by_conversation
        earlier = self._rooms
        self._rooms, self._alone, self._by_conversation = {}, {}, {}
        for room in rooms:
            self._put(room, old.get(room.conversation_id) or earlier.get(room.place.channel_id))

    def put(self, channel_id: int, room: Room | None) -> None:
        """Know this room, or that nobody listens in the channel any more."""
        old = self._rooms.get(channel_id)
        if room is None:
            if old is not None:
                self.forget(old.conversation_id)
            return
        known = self._by_conversation.get(room.conversation_id)
        if known is not None:
            self.forget(known.conversation_id)
        self._put(room, known or old)

    def forget(self, conversation_id: UUID) -> None:
        """Nobody listens in this conversation any more."""
        room = self._by_conversation.pop(conversation_id, None)
        if room is None:
            return
        key = (room.place.channel_id, room.owner_discord_id or 0)
        if self._rooms.get(room.place.channel_id) is room:
            del self._rooms[room.place.channel_id]
        elif self._alone.get(key) is room:
            del self._alone[key]

    def room(self, channel_id: int, discord_id: int | None = None) -> Room | None:
        """Who listens in a channel; where the bot is no member, to this person."""
        room = self._rooms.get(channel_id)
        if room is None and discord_id is not None and self._alone:
            room = self._alone.get((channel_id, discord_id))
        return room

    def room_of(self, conversation_id: UUID) -> Room | None:
        """The room in which a conversation goes on."""
        return self._by_conversation.get(conversation_id)

    def rooms(self) -> tuple[Room, ...]:
        """Every channel in which somebody listens and messages can be read."""
        return tuple(self._rooms.values())

    def rooms_within(self, guild_id: int | None, channel_id: int | None) -> tuple[Room, ...]:
        """The rooms of a channel and its threads; without a channel, all of a server that we are in as a member.

        Where only a person brought us along, our own coming and going changes nothing.
        """

        def is_within(place: Place) -> bool:
            if channel_id is not None:
                return channel_id in {place.channel_id, place.webhook_channel_id}
            return guild_id is not None and place.guild_id == guild_id and place.via is not Via.INTERACTION

        return tuple(room for room in self._by_conversation.values() if is_within(room.place))

    # -------------------------------------------------------------------------------------------- what was said

    def spoke(
        self,
        channel_id: int,
        character_id: UUID,
        message_ids: Iterable[int] = (),
        *,
        conversation_id: UUID | None = None,
    ) -> None:
        """Remember who spoke last in a channel, and in which messages."""
        room = self._by_conversation.get(conversation_id) if conversation_id else self._rooms.get(channel_id)
        if room is not None:
            room.last_speaker = character_id
        for message_id in sorted(message_ids):
            self._lines[message_id] = character_id
            if len(self._lines) > _REMEMBERED_LINES:
                forgotten, _ = self._lines.popitem(last=False)
                self.forgotten_to = max(self.forgotten_to, forgotten + 1)

    def speaker(self, message_id: int) -> UUID | None:
        """The character whose line a message is, as far as is remembered."""
        return self._lines.get(message_id)

    def person_spoke(self, heard: Heard) -> None:
        """A person said something in a channel: characters may talk to each other anew."""
        room = self.room(heard.place.channel_id, heard.author.discord_id)
        if room is not None and not heard.author_is_bot and heard.webhook_id is None:
            self.has_roles(heard.place.guild_id, heard.author.discord_id, heard.rights.role_ids)
            room.around = heard.around
            room.chain = room.bot_lines = 0
            room.person_message_id = max(room.person_message_id, heard.message_id)

    def has_roles(self, guild_id: int | None, discord_id: int, role_ids: frozenset[int]) -> None:
        """A person has these roles in a server, as Discord just told."""
        self._roles[guild_id, discord_id] = role_ids
        self._roles.move_to_end((guild_id, discord_id))
        if len(self._roles) > _REMEMBERED_PEOPLE:
            self._roles.popitem(last=False)

    def roles_of(self, guild_id: int | None, discord_id: int | None) -> frozenset[int]:
        """The roles a person had in a server when they last spoke there; none, where that is not remembered."""
        return frozenset() if discord_id is None else self._roles.get((guild_id, discord_id), frozenset())

    # -------------------------------------------------------------------------------------------- who is spoken to

    def concerns(self, channel_id: int, *, author_is_bot: bool = False) -> bool:
        """Whether a message in a channel can matter to anybody who listens there."""
        room = self._rooms.get(channel_id)
        if room is None or not author_is_bot:
            return room is not None
        return self.rules is not None and self.rules(room.place, None).answers_bots

    def addressed(self, heard: Heard) -> tuple[UUID, ...]:
        """The characters that are to answer a message, in order, at most `limits.SPEAKERS_PER_MESSAGE`."""
        return self.heed(heard).to

    def heed(self, heard: Heard) -> Call:
        """Whom a message speaks to.

        By name (whole words, whatever the case); else by replying to one of their messages; else, where only the
        application is mentioned or in direct messages, whoever spoke last, the primary character, or the only one. Else
        the place may let one join in always or by chance. Never anybody when a webhook wrote it; where another bot did,
        only those that the place lets answer bots, and only if it speaks to them. A muted conversation hears nothing.

        A moderator among the characters answers last, joins in only where two others answer, and never by chance.
        """
        if heard.webhook_id is not None:
            return NOBODY
        room = self.room(heard.place.channel_id, heard.author.discord_id)
        if room is None or room.is_muted:
            return NOBODY
        call = self._spoken_to(heard, room)
        if heard.author_is_bot:
            return Call(self._those_who_answer_bots(call.to, room), call.how)
        if not call.to and not heard.content_withheld:
            call = self._uninvited(heard, room)
        return Call(_moderated(call.to[: limits.SPEAKERS_PER_MESSAGE], room), call.how) if call.to else call

    def _spoken_to(self, heard: Heard, room: Room) -> Call:
        named = room.calls.named(heard.content[: limits.HEARD_TEXT_MAX])
        if named:
            return Call(named, How.NAMED)
        answered = self._replied_to(heard, room) if heard.reply_to is not None else None
        if answered is not None:
            return Call((answered,), How.REPLIED)
        if heard.mentions_us or room.place.guild_id is None:
            nearest = _nearest(room, room.characters)
            how = How.MENTIONED if heard.mentions_us else How.DIRECT
            return NOBODY if nearest is None else Call((nearest,), how)
        return NOBODY

    def _those_who_answer_bots(self, to: tuple[UUID, ...], room: Room) -> tuple[UUID, ...]:
        if self.rules is None or not to:
            return ()
        rules = self.rules
        return tuple(one for one in to if rules(room.place, one).answers_bots)[: limits.SPEAKERS_PER_MESSAGE]

    def _uninvited(self, heard: Heard, room: Room) -> Call:
        if self.rules is None or room.place.via is Via.INTERACTION or not (heard.content or heard.attached):
            return NOBODY
        always: list[Present] = []
        chances: list[tuple[UUID, int]] = []
        for one in room.characters:
            rules = self.rules(room.place, one.character_id)
            if rules.listen is Listen.ADDRESSED or one.is_moderator:
                continue
            if rules.listen is Listen.ALWAYS:
                always.append(one)
            else:
                chances.append((one.character_id, rules.chance_percent))
        nearest = _nearest(room, always) if always else None
        if nearest is not None:
            return Call((nearest,), How.ALWAYS)
        joining = joins_in(heard.message_id, chances) if chances else None
        return NOBODY if joining is None else Call((joining,), How.CHANCE)

    def _replied_to(self, heard: Heard, room: Room) -> UUID | None:
        reply = heard.reply_to
        if reply is None:
            return None
        known = self._lines.get(reply.message_id)
        if known is not None:
            return known if room.character(known) else None
        if reply.webhook_id is None or reply.author_name is None:
            return None
        name = reply.author_name.casefold()
        names = ((one, own.casefold()) for one in room.characters for own in one.names)
        return next((one.character_id for one, own in names if own == name), None)

    def _put(self, room: Room, old: Room | None) -> None:
        if old is not None:
            if room.character(old.last_speaker) if old.last_speaker else None:
                room.last_speaker = old.last_speaker
            room.around, room.chain, room.bot_lines = old.around, old.chain, old.bot_lines
            room.person_message_id = old.person_message_id
            self.forget(old.conversation_id)
        if not room.characters:
            return
        self._by_conversation[room.conversation_id] = room
        if room.place.via is Via.INTERACTION:
            self._alone[room.place.channel_id, room.owner_discord_id or 0] = room
        else:
            self._rooms[room.place.channel_id] = room


def _nearest(room: Room, among: Iterable[Present]) -> UUID | None:
    """Who answers when nobody in particular was asked; a moderator only where there is nobody else."""
    present = list(among)
    present = [one for one in present if not one.is_moderator] or present
    if any(one.character_id == room.last_speaker for one in present):
        return room.last_speaker
    primary = next((one for one in present if one.is_primary), None)
    return (primary or present[0]).character_id if present else None


def _moderated(to: tuple[UUID, ...], room: Room) -> tuple[UUID, ...]:
    """Moderators answer last; one that was not called has the last word where two others speak."""
    moderators = [one.character_id for one in room.characters if one.is_moderator]
    if not moderators:
        return to
    others = tuple(one for one in to if one not in moderators)
    called = tuple(one for one in to if one in moderators)
    if not called and 1 < len(others) < limits.SPEAKERS_PER_MESSAGE:
        called = (moderators[0],)
    return others + called
