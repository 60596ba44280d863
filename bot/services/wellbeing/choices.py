"""What a check-in can be made of: moods on a scale of five steps, activities, weather. Pure.

There are the house's and one's own. An entry keeps the name and the score that its mood had then, so that whatever
becomes of a choice later, old entries say what they said.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot import limits
from bot.errors import InvalidInput, LimitReached, NotFound
from bot.services.characters.drafts import clean_text
from bot.texts import N_, Text

LOWEST, HIGHEST = 1, 5

STEPS: Mapping[int, Text] = {
    5: N_("very good"),
    4: N_("good"),
    3: N_("so-so"),
    2: N_("low"),
    1: N_("very low"),
}
"""The scale: what each step is called. Every mood, the house's or one's own, stands on one of them."""


class Weather(StrEnum):
    """What it was like outside."""

    SUN = "sun"
    CLOUDS = "clouds"
    RAIN = "rain"
    STORM = "storm"
    SNOW = "snow"
    FOG = "fog"
    WIND = "wind"
    HEAT = "heat"
    COLD = "cold"


WEATHERS: Mapping[Weather, tuple[Text, str]] = {
    Weather.SUN: (N_("sunny"), "☀️"),
    Weather.CLOUDS: (N_("cloudy"), "☁️"),
    Weather.RAIN: (N_("rainy"), "🌧️"),
    Weather.STORM: (N_("stormy"), "⛈️"),
    Weather.SNOW: (N_("snowy"), "❄️"),
    Weather.FOG: (N_("foggy"), "🌫️"),
    Weather.WIND: (N_("windy"), "💨"),
    Weather.HEAT: (N_("hot"), "🥵"),
    Weather.COLD: (N_("cold"), "🥶"),
}
"""How each is called and drawn."""


@dataclass(frozen=True, slots=True)
class MoodOption:
    """A mood to choose. `name` is a `Text` where it is the house's, so that `Say` translates it.

    `is_hidden`: the person does not want to be offered it.
    """

    id: str
    name: str
    emoji: str
    score: int
    is_own: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class ActivityOption:
    """An activity to choose, and the group under which it is offered; both `Text` where they are the house's."""

    id: str
    name: str
    emoji: str
    group: str
    is_own: bool = False
    is_hidden: bool = False


# At most five of the house's on a step: with all of one's own on it too, a Discord select holds them.
MOODS: tuple[MoodOption, ...] = (
    MoodOption("very_good", N_("Very good"), "😄", 5),
    MoodOption("happy", N_("Happy"), "😊", 5),
    MoodOption("excited", N_("Excited"), "🤩", 5),
    MoodOption("grateful", N_("Grateful"), "🙏", 5),
    MoodOption("proud", N_("Proud"), "🏅", 5),
    MoodOption("good", N_("Good"), "🙂", 4),
    MoodOption("content", N_("Contented"), "😌", 4),
    MoodOption("calm", N_("Calm"), "🍃", 4),
    MoodOption("hopeful", N_("Hopeful"), "🌱", 4),
    MoodOption("okay", N_("So-so"), "😐", 3),
    MoodOption("neutral", N_("Neutral"), "😶", 3),
    MoodOption("mixed", N_("Mixed"), "🌗", 3),
    MoodOption("tired", N_("Tired"), "😴", 3),
    MoodOption("bored", N_("Bored"), "🥱", 3),
    MoodOption("low", N_("Low"), "🙁", 2),
    MoodOption("sad", N_("Sad"), "😢", 2),
    MoodOption("anxious", N_("Anxious"), "😰", 2),
    MoodOption("angry", N_("Angry"), "😠", 2),
    MoodOption("lonely", N_("Lonely"), "🥺", 2),
    MoodOption("very_low", N_("Very low"), "😞", 1),
    MoodOption("overwhelmed", N_("Overwhelmed"), "😵", 1),
    MoodOption("hopeless", N_("Hopeless"), "🌑", 1),
    MoodOption("afraid", N_("Afraid"), "😨", 1),
)
"""The house's moods, best first; the first of each step is the step itself."""

PLAIN: Mapping[int, str] = {5: "very_good", 4: "good", 3: "okay", 2: "low", 1: "very_low"}
"""The mood that says no more than its step: what one button chooses."""

_PEOPLE, _BODY, _DAY, _JOY = N_("People"), N_("Body"), N_("The day"), N_("Joy")

ACTIVITIES: tuple[ActivityOption, ...] = (
    ActivityOption("family", N_("Family"), "🏠", _PEOPLE),
    ActivityOption("friends", N_("Friends"), "🧑‍🤝‍🧑", _PEOPLE),
    ActivityOption("partner", N_("Partner"), "💞", _PEOPLE),
    ActivityOption("alone", N_("Time alone"), "🛋️", _PEOPLE),
    ActivityOption("exercise", N_("Exercise"), "🏃", _BODY),
    ActivityOption("walk", N_("A walk"), "🚶", _BODY),
    ActivityOption("good_meal", N_("A good meal"), "🍲", _BODY),
    ActivityOption("ill", N_("Ill"), "🤒", _BODY),
    ActivityOption("work", N_("Work"), "💼", _DAY),
    ActivityOption("study", N_("Study"), "📖", _DAY),
    ActivityOption("chores", N_("Chores"), "🧹", _DAY),
    ActivityOption("travel", N_("On the way"), "🚆", _DAY),
    ActivityOption("reading", N_("Reading"), "📚", _JOY),
    ActivityOption("music", N_("Music"), "🎵", _JOY),
    ActivityOption("gaming", N_("Gaming"), "🎮", _JOY),
    ActivityOption("outside", N_("Outside"), "🌳", _JOY),
    ActivityOption("screen", N_("Film or series"), "🎬", _JOY),
    ActivityOption("making", N_("Making things"), "🎨", _JOY),
)
"""The house's activities. An entry keeps the name, so one's own words and an import's stand beside them."""

_BUILT_IN_NAMES: Mapping[str, Text] = {str(one.name): Text(one.name) for one in (*MOODS, *ACTIVITIES)}


def shown_name(name: str) -> str:
    """A kept name as faces show it: a `Text`, and so translated, where it is the house's own word."""
    return _BUILT_IN_NAMES.get(name, name)


class OwnMood(BaseModel):
    """A mood of one's own as it is kept (sealed)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str
    name: str
    emoji: str = ""
    score: int


class OwnActivity(BaseModel):
    """An activity of one's own as it is kept (sealed). `group` may be one of the house's or one's own word."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str
    name: str
    emoji: str = ""
    group: str = ""


class OwnChoices(BaseModel):
    """All of one's own choices as they are kept; `hidden` holds the ids of what one does not want to be offered."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    moods: tuple[OwnMood, ...] = ()
    activities: tuple[OwnActivity, ...] = ()
    hidden: tuple[str, ...] = ()


NOTHING_OWN = OwnChoices()


@dataclass(frozen=True, slots=True)
class MoodChoices:
    """Everything a person can choose from: moods best first, activities by group, hidden ones included (marked)."""

    moods: tuple[MoodOption, ...]
    activities: tuple[ActivityOption, ...]

    @property
    def offered(self) -> tuple[MoodOption, ...]:
        """The moods that are not hidden, best first."""
        return tuple(one for one in self.moods if not one.is_hidden)

    @property
    def own_moods(self) -> tuple[MoodOption, ...]:
        """One's own."""
        return tuple(one for one in self.moods if one.is_own)

    @property
    def own_activities(self) -> tuple[ActivityOption, ...]:
        """One's own."""
        return tuple(one for one in self.activities if one.is_own)

    def on_step(self, score: int) -> tuple[MoodOption, ...]:
        """The moods offered on one step of the scale: at most 25, as many as a Discord select holds."""
        return tuple(one for one in self.offered if one.score == score)

    def mood(self, mood_id: str) -> MoodOption | None:
        """One by its id."""
        return next((one for one in self.moods if one.id == mood_id), None)

    def named(self, name: str) -> MoodOption | None:
        """One by its name, however it is capitalised; one's own before the house's."""
        wanted = fold(name)
        found = [one for one in self.moods if wanted in (fold(one.name), fold(one.id))]
        return next((one for one in found if one.is_own), found[0] if found else None)

    def groups(self) -> tuple[tuple[str, tuple[ActivityOption, ...]], ...]:
        """The activities offered, by group, in the order in which groups first appear."""
        found: dict[str, list[ActivityOption]] = {}
        for one in self.activities:
            if not one.is_hidden:
                found.setdefault(one.group, []).append(one)
        return tuple((group, tuple(some)) for group, some in found.items())


def fold(name: str) -> str:
    """A name as it is compared: without capitals, accents' forms and doubled spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def all_choices(own: OwnChoices = NOTHING_OWN) -> MoodChoices:
    """The house's and one's own."""
    hidden = frozenset(own.hidden)
    mine = [MoodOption(one.id, one.name, one.emoji, one.score, is_own=True) for one in own.moods]
    moods = sorted((*MOODS, *mine), key=lambda one: -one.score)
    extra = [ActivityOption(one.id, one.name, one.emoji, shown_group(one.group), is_own=True) for one in own.activities]
    return MoodChoices(
        tuple(replace(one, is_hidden=one.id in hidden) for one in moods),
        tuple(replace(one, is_hidden=one.id in hidden) for one in (*ACTIVITIES, *extra)),
    )


_GROUPS: Mapping[str, Text] = {str(group): group for group in (_PEOPLE, _BODY, _DAY, _JOY)}
_OWN_GROUP = N_("My own")


def shown_group(group: str) -> str:
    """A kept group as faces show it; without one, "My own"."""
    return _GROUPS.get(group, group or _OWN_GROUP)


# ------------------------------------------------------------------------------------------------ changing them


def with_mood(own: OwnChoices, mood_id: str, *, name: str, emoji: str, score: int) -> OwnChoices:
    """One's own mood of this id added or changed. Raises `InvalidInput`, `LimitReached`."""
    made = OwnMood(
        id=mood_id,
        name=_named(name, {fold(one.name) for one in (*MOODS, *own.moods) if one.id != mood_id}),
        emoji=_emoji(emoji),
        score=a_score(score),
    )
    if any(one.id == mood_id for one in own.moods):
        return own.model_copy(update={"moods": tuple(made if one.id == mood_id else one for one in own.moods)})
    if len(own.moods) >= limits.OWN_MOODS_MAX:
        raise _too_many(N_("moods"), limits.OWN_MOODS_MAX)
    return own.model_copy(update={"moods": (*own.moods, made)})


def with_activity(own: OwnChoices, activity_id: str, *, name: str, emoji: str, group: str) -> OwnChoices:
    """One's own activity of this id added or changed. Raises `InvalidInput`, `LimitReached`."""
    made = OwnActivity(
        id=activity_id,
        name=_named(name, {fold(one.name) for one in (*ACTIVITIES, *own.activities) if one.id != activity_id}),
        emoji=_emoji(emoji),
        group=" ".join(clean_text("group", N_("Group"), group, limits.MOOD_NAME_MAX).split()),
    )
    if any(one.id == activity_id for one in own.activities):
        changed = tuple(made if one.id == activity_id else one for one in own.activities)
        return own.model_copy(update={"activities": changed})
    if len(own.activities) >= limits.OWN_ACTIVITIES_MAX:
        raise _too_many(N_("activities"), limits.OWN_ACTIVITIES_MAX)
    return own.model_copy(update={"activities": (*own.activities, made)})


def without(own: OwnChoices, choice_id: str) -> OwnChoices:
    """One's own mood or activity taken away; entries that chose it keep what they said. Raises `NotFound`."""
    moods = tuple(one for one in own.moods if one.id != choice_id)
    activities = tuple(one for one in own.activities if one.id != choice_id)
    if len(moods) + len(activities) == len(own.moods) + len(own.activities):
        raise choice_gone()
    hidden = tuple(one for one in own.hidden if one != choice_id)
    return OwnChoices(moods=moods, activities=activities, hidden=hidden)


def with_hidden(own: OwnChoices, choice_id: str, *, is_hidden: bool) -> OwnChoices:
    """A mood or activity offered no more, or again. A step of the scale itself stays. Raises as `without`."""
    every = all_choices(own)
    if choice_id not in {one.id for one in (*every.moods, *every.activities)}:
        raise choice_gone()
    if is_hidden and choice_id in PLAIN.values():
        raise InvalidInput(
            "step_stays",
            N_("This mood is a step of the scale and stays. You can hide every other one."),
            field="mood",
        )
    rest = tuple(one for one in own.hidden if one != choice_id)
    return own.model_copy(update={"hidden": (*rest, choice_id) if is_hidden else rest})


def a_score(score: int) -> int:
    """A step of the scale. Raises `InvalidInput`."""
    if not LOWEST <= score <= HIGHEST:
        raise InvalidInput(
            "score_out_of_range",
            N_("The scale goes from {lowest} (very low) to {highest} (very good); you wrote {typed}."),
            field="score",
            lowest=LOWEST,
            highest=HIGHEST,
            typed=str(score)[:20],
        )
    return score


def choice_gone() -> NotFound:
    """There is no such mood or activity of one's own."""
    return NotFound("choice_gone", N_("There is no such mood or activity any more. Nothing was changed."))


def _named(typed: str, taken: Sequence[str] | set[str]) -> str:
    name = " ".join(clean_text("name", N_("Name"), typed, limits.MOOD_NAME_MAX, required=True).split())
    if "|" in name:
        raise InvalidInput(
            "name_with_bar",
            N_("A name cannot hold a “|”: files of diaries put it between two names. Choose another sign."),
            field="name",
        )
    if fold(name) in taken:
        raise InvalidInput(
            "name_taken",
            N_("There is one called “{name}” already. Choose another name, or change that one."),
            field="name",
            name=name,
        )
    return name


def _emoji(typed: str) -> str:
    text = "".join(clean_text("emoji", N_("Emoji"), typed, limits.MOOD_EMOJI_MAX).split())
    if text and (text.isascii() or any(char.isalpha() for char in text)):
        raise InvalidInput(
            "no_emoji",
            N_("“{typed}” is no emoji. Paste one from your keyboard (such as 🙂), or leave it empty."),
            field="emoji",
            typed=text,
        )
    return text


def _too_many(what: Text, maximum: int) -> LimitReached:
    return LimitReached(
        "too_many_choices",
        N_(
            "You have {maximum} {what} of your own, which is all there can be. Remove one first; old check-ins keep it."
        ),
        maximum=int(maximum),
        what=what,
    )
