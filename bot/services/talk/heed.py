"""Who is spoken to? Decided in memory, without a database, for every message that is written anywhere.

`Hearing` knows which characters are present in which channel. It is filled from the database at boot and told of
changes (`bot.services.talk.listening`); a message in a channel without characters costs one dictionary look-up.
"""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from bot import limits
from bot.ports import Heard, Place

_REMEMBERED_LINES = 20_000
"""How many of the characters' own messages are remembered by id: a reply to one finds its speaker for certain."""

_NOT_SPEECH = re.compile(
    r"""```.*?(?:```|\Z)          # code blocks
      | `[^`\n]*`                 # code
      | ^>\ [^\n]*                # quotes of what others said
      | \w+://\S+                 # links
      | <(?:a?:\w+|@[!&]?|\#|/[^:>]*:|t):?[\w:]*>   # emojis, mentions, channels, commands, times
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)

_TITLES = frozenset(
    """the a an der die das el la los las le les il lo o os as of de von van mr mrs ms dr sir lady lord king queen
    prince princess captain professor doctor old little big saint miss mister uncle aunt father mother brother
    sister count countess""".split()  # noqa: SIM905 - fifty lines of one word each read worse
)
"""First words of names that do not stand for anybody."""

_SHORT_NAME_MIN = 3


@dataclass(frozen=True, slots=True)
class Present:
    """A character that listens in a channel."""

    character_id: UUID
    name: str
    is_primary: bool = False
    picture_sha256: str | None = None


@dataclass(slots=True)
class Room:
    """A channel with an active conversation, its characters in the order they came."""

    conversation_id: UUID
    place: Place
    characters: tuple[Present, ...]
    last_speaker: UUID | None = None
    calls: tuple[tuple[UUID, re.Pattern[str]], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        """Prepare the patterns that find the characters' names."""
        self.calls = tuple(_calls(self.characters))


class Hearing:
    """Which characters listen where, and who spoke last."""

    def __init__(self) -> None:
        self._rooms: dict[int, Room] = {}
        self._lines: OrderedDict[int, UUID] = OrderedDict()

    def replace(self, rooms: Iterable[Room]) -> None:
        """Know exactly these rooms."""
        old = self._rooms
        self._rooms = {}
        for room in rooms:
            self._put(room, old.get(room.place.channel_id))

    def put(self, channel_id: int, room: Room | None) -> None:
        """Know this room, or that nobody listens in the channel any more."""
        old = self._rooms.pop(channel_id, None)
        if room is not None:
            self._put(room, old)

    def room(self, channel_id: int) -> Room | None:
        """Who listens in a channel."""
        return self._rooms.get(channel_id)

    def rooms(self) -> tuple[Room, ...]:
        """Every channel in which somebody listens."""
        return tuple(self._rooms.values())

    def spoke(self, channel_id: int, character_id: UUID, message_ids: Iterable[int] = ()) -> None:
        """Remember who spoke last in a channel, and in which messages."""
        room = self._rooms.get(channel_id)
        if room is not None:
            room.last_speaker = character_id
        for message_id in message_ids:
            self._lines[message_id] = character_id
            if len(self._lines) > _REMEMBERED_LINES:
                self._lines.popitem(last=False)

    def addressed(self, heard: Heard) -> tuple[UUID, ...]:
        """The characters a message speaks to, in the order it does, at most `limits.SPEAKERS_PER_MESSAGE`.

        By name (whole words, whatever the case); else by replying to one of their messages; else, where only the
        application is mentioned, whoever spoke last, the primary character, or the only one. Never anybody when a bot
        or a webhook wrote it.
        """
        room = self._rooms.get(heard.place.channel_id)
        if room is None or heard.author_is_bot or heard.webhook_id is not None:
            return ()
        named = _named(heard.content[: limits.HEARD_TEXT_MAX], room)
        if named:
            return named[: limits.SPEAKERS_PER_MESSAGE]
        answered = self._replied_to(heard, room)
        if answered is None and heard.mentions_us:
            answered = _nearest(room)
        return () if answered is None else (answered,)

    def _put(self, room: Room, old: Room | None) -> None:
        present = {character.character_id for character in room.characters}
        if old is not None and old.last_speaker in present:
            room.last_speaker = old.last_speaker
        if room.characters:
            self._rooms[room.place.channel_id] = room

    def _replied_to(self, heard: Heard, room: Room) -> UUID | None:
        reply = heard.reply_to
        if reply is None:
            return None
        present = {character.character_id for character in room.characters}
        known = self._lines.get(reply.message_id)
        if known is not None:
            return known if known in present else None
        if reply.webhook_id is None or reply.author_name is None:
            return None
        name = reply.author_name.casefold()
        return next((one.character_id for one in room.characters if one.name.casefold() == name), None)


def _nearest(room: Room) -> UUID | None:
    """Who answers when nobody in particular was asked."""
    present = [character.character_id for character in room.characters]
    if room.last_speaker in present:
        return room.last_speaker
    primary = next((one.character_id for one in room.characters if one.is_primary), None)
    return primary or (present[0] if present else None)


def _named(content: str, room: Room) -> tuple[UUID, ...]:
    if not content:
        return ()
    text = unicodedata.normalize("NFKC", _NOT_SPEECH.sub(" ", content)).casefold()
    found: dict[UUID, int] = {}
    for character_id, pattern in room.calls:
        position = _first_call(pattern, text)
        if position is not None:
            found[character_id] = min(position, found.get(character_id, position))
    return tuple(sorted(found, key=lambda character_id: found[character_id]))


def _first_call(pattern: re.Pattern[str], text: str) -> int | None:
    for match in pattern.finditer(text):
        if _ends_word(text, match.start() - 1, match.start()) and _ends_word(text, match.end(), match.end() - 1):
            return match.start()
    return None


def _calls(characters: tuple[Present, ...]) -> Iterable[tuple[UUID, re.Pattern[str]]]:
    """How each character is called: its name, and the first telling word of it where no other character shares it."""
    words = [set(_words(character.name)) for character in characters]
    for index, character in enumerate(characters):
        full = " ".join(_words(character.name))
        yield character.character_id, _pattern(full)
        if (bare := _without_marks(full)) != full:
            # Many keyboards cannot type Zoë. The other way round, an accent that the name lacks makes another word.
            yield character.character_id, _pattern(bare)
        short = next((word for word in _words(character.name) if word not in _TITLES), "")
        shared = any(short in others for other, others in enumerate(words) if other != index)
        if short != full and len(short) >= _SHORT_NAME_MIN and not shared:
            yield character.character_id, _pattern(short)


def _words(name: str) -> list[str]:
    return unicodedata.normalize("NFKC", name).casefold().split()


def _without_marks(text: str) -> str:
    """The text without accents, for scripts where a letter without its accent is still the same name."""
    bare = "".join(char for char in unicodedata.normalize("NFD", text) if not _is_accent(char))
    return unicodedata.normalize("NFC", bare)


def _is_accent(char: str) -> bool:
    # Combining Diacritical Marks only: vowel signs of other scripts are no ornament.
    return "\u0300" <= char <= "\u036f"


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(re.escape(word) for word in name.split()))


def _ends_word(text: str, outside: int, inside: int) -> bool:
    """Whether a word ends between the name's edge at `inside` and its neighbour at `outside`."""
    if not 0 <= outside < len(text):
        return True
    edge, neighbour = text[inside], text[outside]
    if unicodedata.category(neighbour)[0] not in "LMN" and neighbour != "_":
        return True
    script = _unspaced_script(edge)
    if script == "hangul":
        return outside > inside or _unspaced_script(neighbour) != "hangul"  # particles are written after the name
    if script == "katakana":
        return _unspaced_script(neighbour) != "katakana"
    return script != ""


def _unspaced_script(char: str) -> str:
    """The script of a letter where words are not set apart by spaces, or ''."""
    code = ord(char)
    if 0x30A0 <= code <= 0x30FF:
        return "katakana"
    if 0xAC00 <= code <= 0xD7A3:
        return "hangul"
    ranges = (
        (0x3041, 0x309F),
        (0x3400, 0x4DBF),
        (0x4E00, 0x9FFF),
        (0x20000, 0x3FFFF),
        (0x0E00, 0x0EFF),
        (0x1000, 0x109F),
    )
    return "unspaced" if any(low <= code <= high for low, high in (*ranges, (0x1780, 0x17FF))) else ""
