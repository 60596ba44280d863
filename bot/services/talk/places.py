"""What admins decide for a server, a channel, or a character there: known in memory, kept in the database.

A value comes from the nearest level that has one: the house's own, the server's, the channel's (a thread first takes
its parent channel's), the character's on that server. `Places` answers without waiting, since it is asked about every
message that is written anywhere; changes reach every process by NOTIFY.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bot import limits
from bot.errors import InvalidInput, NotAllowed, NotFound
from bot.ports import Delivery, Place, Rights
from bot.services.talk.notices import Notices
from bot.texts import N_, Text, available_languages
from db.models import AdultRule, DeliveryMode, Listen, PlaceValues, Summoners
from db.queries.talk import places as queries
from db.queries.talk.places import LevelRow
from db.work import Actor, Database

__all__ = [
    "FLOORS",
    "HOUSE",
    "AdultRule",
    "DeliveryMode",
    "Level",
    "Listen",
    "PlaceRules",
    "PlaceValues",
    "Places",
    "Ruling",
    "Summoners",
    "check",
    "may_summon",
    "resolve",
]

CHANNEL = "places"
"""The NOTIFY channel; its payload is the server's id."""

_KNOWN_MOST = 4_096
"""How many resolved places are kept per server, so that one with thousands of threads does not fill the memory."""


class Level(StrEnum):
    """Where a value comes from. Later ones go before earlier ones."""

    HOUSE = "house"
    SERVER = "server"
    CHANNEL = "channel"
    CHARACTER = "character"


@dataclass(frozen=True, slots=True)
class Ruling:
    """One value that holds, and the level it comes from."""

    value: object
    level: Level


@dataclass(frozen=True, slots=True)
class PlaceRules:
    """What holds in a place, every value resolved; the defaults are the house's own.

    `banter` is how many character lines may follow each other without a person. `replies_per_minute` counts for each
    person in each channel. `language` is a catalogue's tag, None where everybody's own goes. The five of `FLOORS` are
    None where the server has no floor under its members' own limits. `origin` names for each field the level its value
    comes from.
    """

    may_speak: bool = True
    summoners: Summoners = Summoners.EVERYONE
    summoner_role_ids: tuple[int, ...] = ()
    adult: AdultRule = AdultRule.AGE_RESTRICTED
    listen: Listen = Listen.ADDRESSED
    chance_percent: int = int(limits.CHANCE_PERCENT_USUAL)
    answers_bots: bool = False
    banter: int = 0
    replies_per_minute: int = int(limits.REPLIES_PER_MINUTE)
    default_character_id: UUID | None = None
    language: str | None = None
    delivery: Delivery = Delivery.STREAMED
    minutes_a_day: int | None = None
    night_from: int | None = None
    night_to: int | None = None
    break_after: int | None = None
    time_zone: str | None = None
    origin: Mapping[str, Level] = field(default_factory=dict[str, Level], compare=False)

    def ruling(self, name: str) -> Ruling:
        """One field's value with the level it comes from."""
        return Ruling(getattr(self, name), self.origin.get(name, Level.HOUSE))


FIELDS: tuple[str, ...] = tuple(PlaceValues.model_fields)
"""The settings by name, as levels and rules both have them."""

HOUSE = PlaceRules(origin=MappingProxyType(dict.fromkeys(FIELDS, Level.HOUSE)))
"""What holds where nobody decided anything, direct messages among them."""

FLOORS = ("minutes_a_day", "night_from", "night_to", "break_after", "time_zone")
"""What a server may set under its members' own limits: for the whole server, and nothing narrower."""

_NOT_FOR_CHARACTERS = frozenset({"default_character_id"})

_RANGES: Mapping[str, tuple[Text, int, limits.Limit]] = {
    "chance_percent": (N_("Chance"), 1, limits.CHANCE_PERCENT_MAX),
    "banter": (N_("Lines in a row"), 0, limits.BANTER_MAX),
    "replies_per_minute": (N_("Replies a minute"), 1, limits.REPLIES_PER_MINUTE_MAX),
    "minutes_a_day": (N_("Minutes a day"), 1, limits.LIMIT_DAY_MINUTES_MAX),
    "break_after": (N_("Minutes until a break"), int(limits.LIMIT_BREAK_AFTER_MIN), limits.LIMIT_BREAK_AFTER_MAX),
}


def resolve(levels: Sequence[tuple[Level, PlaceValues]]) -> PlaceRules:
    """What holds where these levels apply, the last that has a value going first. Pure."""
    values: dict[str, object] = {}
    origin = dict.fromkeys(FIELDS, Level.HOUSE)
    for level, given in levels:
        for name in FIELDS:
            value: object = getattr(given, name)
            if value is not None:
                values[name] = Delivery(value) if name == "delivery" else value
                origin[name] = level
    return PlaceRules(**values, origin=MappingProxyType(origin))  # pyright: ignore[reportArgumentType]


def check(values: PlaceValues, *, character: bool = False, narrow: bool = False) -> None:
    """Raise `InvalidInput` naming field and limit where a value makes no sense.

    `character` for a character's level, `narrow` for a channel's.
    """
    if (character or narrow) and any(getattr(values, name) is not None for name in FLOORS):
        raise InvalidInput(
            "floor_of_a_part",
            N_("Limits for members are set for the whole server, not for a channel or a character."),
            field="minutes_a_day",
        )
    if (values.night_from is None) is not (values.night_to is None):
        raise InvalidInput(
            "half_a_night", N_("A night has a beginning and an end, such as 23:00-07:00."), field="night_from"
        )
    for name, (label, least, most) in _RANGES.items():
        value: int | None = getattr(values, name)
        if value is not None and not least <= value <= most:
            raise InvalidInput(
                f"{name}_out_of_range",
                N_("{label}: choose a whole number from {minimum} to {maximum}; you chose {value}."),
                field=name,
                **{"label": label, "minimum": least, "maximum": int(most), "value": value},
            )
    if values.language is not None and values.language not in available_languages():
        raise InvalidInput(
            "language_unknown",
            N_("There is no language “{language}” here. Choose one of: {languages}."),
            field="language",
            language=values.language[:40],
            languages=", ".join(available_languages()),
        )
    _check_summoners(values)
    if character and any(getattr(values, name) is not None for name in _NOT_FOR_CHARACTERS):
        raise InvalidInput(
            "default_of_a_character",
            N_("Who comes when nobody is here is decided for a server or a channel, not for a single character."),
            field="default_character_id",
        )


def may_summon(rules: PlaceRules, rights: Rights) -> bool:
    """Whether somebody with these rights may ask characters in. Pure."""
    match rules.summoners:
        case Summoners.EVERYONE:
            return True
        case Summoners.ROLES:
            return rights.may_administer or bool(rights.role_ids & set(rules.summoner_role_ids))
        case Summoners.MANAGERS:
            return rights.may_manage or rights.may_administer


def _check_summoners(values: PlaceValues) -> None:
    roles = values.summoner_role_ids or ()
    if values.summoners is Summoners.ROLES and not roles:
        raise InvalidInput(
            "roles_missing",
            N_("Choose at least one role that may summon, or let everyone or managers do it."),
            field="summoner_role_ids",
        )
    if len(roles) > limits.SUMMONER_ROLES_MAX:
        raise InvalidInput(
            "too_many_roles",
            N_("At most {maximum} roles may summon; you chose {length}."),
            field="summoner_role_ids",
            maximum=int(limits.SUMMONER_ROLES_MAX),
            length=len(roles),
        )


@dataclass(slots=True)
class _Server:
    """One server's levels, and what was made of them so far."""

    levels: dict[tuple[int | None, UUID | None], PlaceValues]
    known: dict[tuple[int, int, UUID | None], PlaceRules] = field(
        default_factory=dict[tuple[int, int, UUID | None], PlaceRules]
    )


class Places:
    """What admins decided, in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._servers: dict[int, _Server] = {}
        self._notices = Notices(database, CHANNEL, load=self.load, look=self._look)

    # -------------------------------------------------------------------------------------------- asking

    def rules(self, place: Place, character_id: UUID | None = None) -> PlaceRules:
        """What holds in a place, for a character there where one is named. From memory; never waits."""
        server = None if place.guild_id is None else self._servers.get(place.guild_id)
        if server is None:
            return HOUSE
        key = (place.webhook_channel_id, place.channel_id, character_id)
        found = server.known.get(key)
        if found is None:
            if len(server.known) >= _KNOWN_MOST:
                server.known.clear()
            found = server.known[key] = resolve(tuple(_levels(server, place, character_id)))
        return found

    def admit(self, place: Place, character_id: UUID, rights: Rights) -> None:
        """Raise `NotAllowed` where somebody with these rights may not ask this character in."""
        if not may_summon(self.rules(place, character_id), rights):
            raise NotAllowed(
                "may_not_summon",
                N_("The admins of this server decided who may ask characters in here. Ask one of them to do it."),
            )

    def levels(self, place: Place, character_id: UUID | None = None) -> tuple[tuple[Level, PlaceValues], ...]:
        """The levels that apply in a place and say something, the widest first."""
        server = None if place.guild_id is None else self._servers.get(place.guild_id)
        return () if server is None else tuple(_levels(server, place, character_id))

    def exceptions(self, guild_id: int) -> tuple[tuple[int | None, UUID | None], ...]:
        """The channels and characters of a server that have settings of their own."""
        server = self._servers.get(guild_id)
        return () if server is None else tuple(key for key in server.levels if key != (None, None))

    # -------------------------------------------------------------------------------------------- changing

    async def change(
        self,
        by: UUID,
        guild_id: int,
        values: PlaceValues,
        *,
        channel_id: int | None = None,
        character_id: UUID | None = None,
    ) -> PlaceValues:
        """Set at one level the fields that `values` names (None: as the level above), and keep the others.

        Holds in this process when it returns, in the others a moment later. Returns what the level says now. Raises
        `InvalidInput`, or `NotFound` where there is no such character.
        """
        check(values, character=character_id is not None, narrow=channel_id is not None)
        named = {name: getattr(values, name) for name in values.model_fields_set}
        try:
            async with self._database.work(Actor.job(CHANNEL)) as work:
                now = await queries.change(
                    work.session, guild_id, named, channel_id=channel_id, character_id=character_id, by=by
                )
                await work.notify(CHANNEL, str(guild_id))
        except IntegrityError as error:
            raise NotFound(
                "no_such_character", N_("There is no such character. Pick one from the suggestions.")
            ) from error
        await self.refresh(guild_id)
        return now

    async def reset(self, guild_id: int, *, channel_id: int | None = None, character_id: UUID | None = None) -> bool:
        """Let a level say nothing any more. False where it said nothing."""
        async with self._database.work(Actor.job(CHANNEL)) as work:
            was_set = await queries.remove(work.session, guild_id, channel_id=channel_id, character_id=character_id)
            await work.notify(CHANNEL, str(guild_id))
        await self.refresh(guild_id)
        return was_set

    async def look_around(self, is_member: Callable[[int], bool | None]) -> None:
        """Write down which servers with settings the bot left, and to which it came back.

        `is_member` knows by a server's id; None where it does not. What was decided for a server outlives the bot's
        absence for `retention.PLACES_KEPT`.
        """
        async with self._database.work(Actor.job(CHANNEL)) as work:
            known = await queries.servers(work.session)
            changed = {
                guild_id: is_member(guild_id) for guild_id, was_gone in known.items() if is_member(guild_id) is was_gone
            }
            for is_gone in (True, False):
                if news := [guild_id for guild_id, is_here in changed.items() if is_here is not is_gone]:
                    await queries.note_left(work.session, news, is_gone=is_gone)

    # -------------------------------------------------------------------------------------------- keeping up

    async def start(self) -> None:
        """Know what admins decided, and hear of every change from now on."""
        await self._notices.start()

    async def close(self) -> None:
        """Stop listening."""
        await self._notices.close()

    async def load(self) -> None:
        """Know every server's settings."""
        async with self._notices.turn:
            async with self._database.work(Actor.job(CHANNEL)) as work:
                rows = await queries.every(work.session)
            servers: dict[int, list[LevelRow]] = {}
            for row in rows:
                servers.setdefault(row.guild_id, []).append(row)
            self._servers = {guild_id: _server(found) for guild_id, found in servers.items()}

    async def refresh(self, guild_id: int) -> None:
        """Look again at one server."""
        async with self._notices.turn:
            async with self._database.work(Actor.job(CHANNEL)) as work:
                rows = await queries.of_server(work.session, guild_id)
            if rows:
                self._servers[guild_id] = _server(rows)
            else:
                self._servers.pop(guild_id, None)

    async def _look(self, payload: str) -> None:
        await self.refresh(int(payload))


def _server(rows: Sequence[LevelRow]) -> _Server:
    return _Server({(row.channel_id, row.character_id): row.values for row in rows})


def _levels(server: _Server, place: Place, character_id: UUID | None) -> Iterable[tuple[Level, PlaceValues]]:
    keys: list[tuple[Level, tuple[int | None, UUID | None]]] = [
        (Level.SERVER, (None, None)),
        (Level.CHANNEL, (place.webhook_channel_id, None)),
    ]
    if place.channel_id != place.webhook_channel_id:
        keys.append((Level.CHANNEL, (place.channel_id, None)))
    if character_id is not None:
        keys.append((Level.CHARACTER, (None, character_id)))
    for level, key in keys:
        values = server.levels.get(key)
        if values is not None:
            yield level, values
