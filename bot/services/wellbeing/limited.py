"""Who limited something, known in memory: what rests by the clock, or is known to rest, is refused without asking.

Filled at boot and told of changes by NOTIFY, as `oversight.blocked`. What is refused here is refused by the database
too (`Presence`), which alone knows the minutes; what is not refused here may still be.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.clock import Clock
from bot.ports import Place, Via
from bot.services.talk.notices import Notices
from bot.services.talk.places import PlaceRules
from bot.services.wellbeing.minutes import minute_of
from bot.services.wellbeing.rules import Floor, Rest, resting
from db.models import NightWindow, SelfRules
from db.queries.wellbeing import limits as queries
from db.queries.wellbeing.limits import LimitedRow
from db.work import Actor, Database, Work

CHANNEL = "limits"
"""The NOTIFY channel; its payload is the user's id."""

_REMEMBERED = 20_000
"""How many rests are remembered: whoever writes on in one costs no work."""


@dataclass(frozen=True, slots=True)
class Version:
    """Rules that hold from a moment on. `set_at` is not later than `holds_from` where they were to hold at once."""

    id: UUID
    rules: SelfRules
    set_at: datetime
    holds_from: datetime

    def has_begun(self, now: datetime) -> bool:
        """Whether they hold, or held before others. What was to hold at once does, wherever the clock jumps."""
        return self.holds_from <= max(now, self.set_at)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who limited something, or wants to be told of something."""

    user_id: UUID
    discord_id: int | None
    versions: tuple[Version, ...]
    has_triggers: bool

    def held(self, now: datetime) -> Version | None:
        """The version that holds now."""
        return next((one for one in reversed(self.versions) if one.has_begun(now)), None)


class Limited:
    """Asking never waits. `place_rules` tells what a server's admins decided (`Places.rules`)."""

    def __init__(
        self, database: Database, clock: Clock, place_rules: Callable[[Place], PlaceRules] | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self.place_rules = place_rules
        self._people: dict[UUID, Person] = {}
        self._by_discord: dict[int, UUID] = {}
        self._rests: OrderedDict[tuple[UUID, int], tuple[UUID | None, Floor | None, Rest]] = OrderedDict()
        self._notices = Notices(database, CHANNEL, load=self.load, look=self._look)

    # -------------------------------------------------------------------------------------------- asking

    def person(self, user_id: UUID) -> Person | None:
        """What is known of somebody; None where they limited nothing and want to be told of nothing."""
        return self._people.get(user_id)

    def version(self, user_id: UUID) -> Version | None:
        """The version of somebody's limits that holds now."""
        person = self._people.get(user_id)
        return None if person is None else person.held(self._clock.now())

    def floor(self, place: Place) -> Floor | None:
        """What the server asks of everybody who is active there; None outside servers, and where it asks nothing."""
        if self.place_rules is None or not guild_of(place):
            return None
        found = floor_of(self.place_rules(place))
        return None if found.is_empty else found

    def resting_of(self, discord_id: int, place: Place, at: datetime) -> Rest | None:
        """As `resting`, of whoever has a Discord id."""
        user_id = self._by_discord.get(discord_id)
        return self.resting(user_id, place, at)

    def resting(self, user_id: UUID | None, place: Place, at: datetime) -> Rest | None:
        """The rest that is known to refuse what somebody does at a moment. None: the database knows."""
        now = self._clock.now()
        minute = minute_of(min(at, now))
        floor = self.floor(place)
        version = None if user_id is None else self.version(user_id)
        by_clock = resting(None if version is None else version.rules, floor, minute, now)
        if by_clock is not None or user_id is None:
            return by_clock
        for key, its_floor in ((user_id, 0), None), ((user_id, guild_of(place)), floor):
            known = self._rests.get(key)
            if known is None:
                continue
            if known[:2] != (None if version is None else version.id, its_floor) or _is_over(known[2], now):
                del self._rests[key]
            elif minute >= known[2].first:
                return known[2]
        return None

    # -------------------------------------------------------------------------------------------- knowing

    def remember(self, user_id: UUID, place: Place, rest: Rest, version: UUID | None) -> None:
        """Somebody was refused: until that is over nobody need be asked again."""
        key = (user_id, guild_of(place) if rest.is_servers else 0)
        self._rests[key] = (version, self.floor(place) if rest.is_servers else None, rest)
        self._rests.move_to_end(key)
        if len(self._rests) > _REMEMBERED:
            self._rests.popitem(last=False)

    def forget(self, user_id: UUID, place: Place) -> None:
        """Minutes were counted: no rest is known any more, of theirs or of that server's."""
        for guild in (0, guild_of(place)):
            self._rests.pop((user_id, guild), None)

    async def start(self) -> None:
        """Know everybody who limited something, and hear of every change from now on."""
        await self._notices.start()

    async def close(self) -> None:
        """Stop listening."""
        await self._notices.close()

    async def load(self) -> None:
        """Look again at everybody."""
        async with self._notices.turn:
            rows = await self._read(None)
            self._people, self._by_discord = {}, {}
            for person in _people(rows):
                self._put(person)

    async def refresh(self, user_id: UUID) -> None:
        """Look again at one. One look after the other: what was read first must not take the place of what is newer."""
        async with self._notices.turn:
            rows = await self._read(user_id)
            old = self._people.pop(user_id, None)
            if old is not None and old.discord_id is not None:
                self._by_discord.pop(old.discord_id, None)
            for person in _people(rows):
                self._put(person)

    def _put(self, person: Person) -> None:
        self._people[person.user_id] = person
        if person.discord_id is not None:
            self._by_discord[person.discord_id] = person.user_id

    async def _read(self, user_id: UUID | None) -> Sequence[LimitedRow]:
        async with self._database.work(Actor.job(CHANNEL)) as work:
            return await queries.limited_people(work.session, user_id)

    async def _look(self, payload: str) -> None:
        await self.refresh(UUID(payload))


async def announce(work: Work, user_id: UUID) -> None:
    """Tell every process, once this work is committed, that somebody's limits changed, or what they want to be told."""
    await work.notify(CHANNEL, str(user_id))


def guild_of(place: Place) -> int:
    """The server minutes are noted for; 0 outside servers, and where the bot is no member of one."""
    return 0 if place.guild_id is None or place.via is Via.INTERACTION else place.guild_id


def floor_of(rules: PlaceRules) -> Floor:
    """The part of a server's rules that is a floor under its members' own limits."""
    has_night = rules.night_from is not None and rules.night_to is not None
    return Floor(
        minutes_a_day=rules.minutes_a_day,
        night=NightWindow(begins=rules.night_from or 0, ends=rules.night_to or 0) if has_night else None,
        break_after=rules.break_after,
        zone=rules.time_zone or "UTC",
    )


def _is_over(rest: Rest, now: datetime) -> bool:
    return rest.until is not None and rest.until <= now


def _people(rows: Sequence[LimitedRow]) -> list[Person]:
    found: dict[UUID, Person] = {}
    for row in rows:
        known = found.get(row.user_id) or Person(row.user_id, row.discord_id, (), row.has_triggers)
        if row.version is not None and row.rules is not None and row.set_at and row.holds_from:
            version = Version(row.version, row.rules, row.set_at, row.holds_from)
            known = Person(known.user_id, known.discord_id, (*known.versions, version), known.has_triggers)
        found[row.user_id] = known
    return list(found.values())
