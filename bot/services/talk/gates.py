"""May a character answer here and now? One order of reasons, for the road itself and for /doctor.

The gates stand between being spoken to and being claimed. All they ask is in memory.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.clock import Clock
from bot.errors import NotAllowed
from bot.ports import Place, Surroundings
from bot.services.talk.heed import Present, Room, RulesOf
from bot.services.talk.places import HOUSE, PlaceRules
from bot.texts import N_, Text
from db.models import AdultRule

WINDOW_SECONDS = 60.0
"""How long an answer counts towards a person's answers a minute."""

_WINDOWS_KEPT = 20_000


class Silence(StrEnum):
    """Why a character does not answer, in the order in which the gates stand."""

    NOBODY_HERE = "nobody_here"
    BLOCKED = "blocked"
    MUTED = "muted"
    MAY_NOT_SPEAK = "may_not_speak"
    ADULT_NEVER = "adult_never"
    ADULT_PLACE = "adult_place"
    RATE = "rate"
    LIMIT = "limit"
    """They rest by a limit of their own, or by the server's floor under it."""

    @property
    def is_remarked(self) -> bool:
        """Whether the person reads one neutral line. Where the owner or an admin wants silence, it is silent."""
        return self in {
            Silence.ADULT_NEVER,
            Silence.ADULT_PLACE,
            Silence.RATE,
            Silence.BLOCKED,
            Silence.LIMIT,
        }


@dataclass(frozen=True, slots=True)
class Held:
    """One gate that is closed; `values` fill its explanation."""

    reason: Silence
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    sentence: Text | None = None
    """What is said in place of the reason's usual explanation."""


_EXPLANATIONS: Mapping[Silence, Text] = {
    Silence.NOBODY_HERE: N_("Nobody listens in this channel. Ask a character in with /character summon."),
    Silence.BLOCKED: N_("You may not take part here for now."),
    Silence.MUTED: N_("This conversation is muted. Whoever began it can let it speak again (/conversation unmute)."),
    Silence.MAY_NOT_SPEAK: N_("An admin decided that characters do not speak here (/server speaking)."),
    Silence.ADULT_NEVER: N_(
        "{character} is for adults, and an admin decided that such characters do not speak on this server "
        "(/server adult)."
    ),
    Silence.ADULT_PLACE: N_(
        "{character} is for adults and speaks only in channels that Discord knows as age-restricted."
    ),
    Silence.RATE: N_(
        "You had {maximum} answers here within a minute, which is as many as this place allows. "
        "Write again in {seconds} seconds."
    ),
    Silence.LIMIT: N_("Characters rest for you now, as you asked. /limits show tells until when."),
}


def explanation(held: Held) -> Text:
    """What /doctor says of a closed gate; its fields are filled with `held.values`."""
    return held.sentence or _EXPLANATIONS[held.reason]


def refusal(held: Held) -> NotAllowed:
    """A closed gate as a refusal, for whoever asked by a command and alone reads the answer."""
    error = NotAllowed(f"held_{held.reason.value}", explanation(held))
    error.values.update(held.values)
    return error


def judged(room: Room | None, character: Present | None, rules: PlaceRules, around: Surroundings) -> tuple[Held, ...]:
    """Every gate but the rate that is closed for a character in a room, in order. Pure.

    Without a `character` only what goes for all of them. What is not known of a place counts against it: a channel is
    age-restricted only where Discord says so.
    """
    if room is None:
        return (Held(Silence.NOBODY_HERE),)
    held: list[Held] = []
    if room.is_muted:
        held.append(Held(Silence.MUTED))
    if not rules.may_speak:
        held.append(Held(Silence.MAY_NOT_SPEAK))
    if character is not None and character.is_adult:
        values = {"character": character.name}
        if rules.adult is AdultRule.NEVER:
            held.append(Held(Silence.ADULT_NEVER, values))
        elif not around.is_age_restricted:
            held.append(Held(Silence.ADULT_PLACE, values))
    return tuple(held)


class Rates:
    """How many answers each person had in each channel within the last minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answers: OrderedDict[tuple[int, int], deque[float]] = OrderedDict()
        self._remarked: OrderedDict[tuple[int, int], float] = OrderedDict()

    def left(self, channel_id: int, discord_id: int, per_minute: int) -> int:
        """How many answers a person may still have in a channel now."""
        return max(per_minute - len(self._window(channel_id, discord_id)), 0)

    def wait_seconds(self, channel_id: int, discord_id: int, per_minute: int) -> int:
        """How long until a person may have another answer; 0 where they may at once."""
        window = self._window(channel_id, discord_id)
        if len(window) < per_minute:
            return 0
        frees_at = window[len(window) - per_minute] + WINDOW_SECONDS
        return max(int(-(-(frees_at - self._clock.monotonic()) // 1)), 1)

    def spend(self, channel_id: int, discord_id: int, answers: int) -> None:
        """A person has these answers now."""
        window = self._answers.setdefault((channel_id, discord_id), deque())
        window.extend([self._clock.monotonic()] * answers)
        self._answers.move_to_end((channel_id, discord_id))
        if len(self._answers) > _WINDOWS_KEPT:
            self._answers.popitem(last=False)

    def may_remark(self, channel_id: int, discord_id: int) -> bool:
        """Whether a person who is held back is to read a line about it: once a window."""
        now, key = self._clock.monotonic(), (channel_id, discord_id)
        told = self._remarked.get(key)
        if told is not None and now - told < WINDOW_SECONDS:
            return False
        self._remarked[key] = now
        self._remarked.move_to_end(key)
        if len(self._remarked) > _WINDOWS_KEPT:
            self._remarked.popitem(last=False)
        return True

    def _window(self, channel_id: int, discord_id: int) -> deque[float]:
        window = self._answers.get((channel_id, discord_id))
        if window is None:
            return deque()
        oldest = self._clock.monotonic() - WINDOW_SECONDS
        while window and window[0] <= oldest:
            window.popleft()
        return window


class Blocking(Protocol):
    """Why somebody is kept out, in words."""

    @property
    def sentence(self) -> Text:
        """What they read."""
        ...

    @property
    def values(self) -> dict[str, object]:
        """What fills it."""
        ...


BlockOf = Callable[[int], Blocking | None]
"""The block of whoever has a Discord id."""

RestOf = Callable[[int, Place, datetime | None], Held | None]
"""The rest that is known to keep characters from answering whoever has a Discord id, in a place, at a moment (None:
now): by limits of their own, or by that server's floor under them."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Who of those spoken to may answer, and why the first that may not does not."""

    to: tuple[Present, ...]
    held: Held | None = None


class Gates:
    """What stands between being spoken to and answering. `rules` tells what holds in a place, from memory."""

    def __init__(
        self,
        clock: Clock,
        rules: RulesOf | None = None,
        blocks: BlockOf | None = None,
        rests: RestOf | None = None,
    ) -> None:
        """`blocks` tells who is suspended or banned, `rests` for whom characters rest; without them nobody and none."""
        self._rules = rules or _house
        self._blocks = blocks
        self._rests = rests
        self.rates = Rates(clock)

    def block(self, discord_id: int) -> Held | None:
        """Whether the house keeps a person out, and why; from memory."""
        block = None if self._blocks is None else self._blocks(discord_id)
        return None if block is None else Held(Silence.BLOCKED, block.values, block.sentence)

    def rest(self, discord_id: int, place: Place, at: datetime | None = None) -> Held | None:
        """Whether characters are known to rest for a person, and why; from memory. The database may know more."""
        return None if self._rests is None else self._rests(discord_id, place, at)

    def rules(self, place: Place, character: Present | None = None) -> PlaceRules:
        """What holds in a place."""
        return self._rules(place, None if character is None else character.character_id)

    def verdict(
        self,
        room: Room | None,
        character: Present | None,
        around: Surroundings,
        *,
        place: Place,
        discord_id: int | None = None,
        at: datetime | None = None,
    ) -> tuple[Held, ...]:
        """Every closed gate, in the order in which they stand; empty where the character may answer.

        With `discord_id`, also whether this person had all the answers a minute allows, and whether characters are
        known to rest for them; `at` is when they wrote, None for now.
        """
        rules = self.rules(place, character)
        held = judged(room, character, rules, around)
        if discord_id is None:
            return held
        block = self.block(discord_id)
        if block is not None:
            held = (block, *held)
        wait = self.rates.wait_seconds(place.channel_id, discord_id, rules.replies_per_minute)
        if wait:
            held = (*held, Held(Silence.RATE, {"maximum": rules.replies_per_minute, "seconds": wait}))
        rest = self.rest(discord_id, place, at)
        return held if rest is None else (*held, rest)

    def passed(
        self,
        room: Room,
        characters: tuple[Present, ...],
        around: Surroundings,
        discord_id: int | None = None,
        at: datetime | None = None,
    ) -> Passed:
        """Who of these may answer now. With `discord_id` the person's answers a minute are counted, in order."""
        may: list[Present] = []
        first: Held | None = None
        for one in characters:
            held = self.verdict(room, one, around, place=room.place, discord_id=discord_id, at=at)
            if not held and discord_id is not None:
                rules = self.rules(room.place, one)
                if self.rates.left(room.place.channel_id, discord_id, rules.replies_per_minute) <= len(may):
                    continue  # the earlier ones of the same message take what is left
            if held:
                first = first or held[0]
            else:
                may.append(one)
        return Passed(tuple(may), first)


def _house(place: Place, character_id: object) -> PlaceRules:
    return HOUSE
