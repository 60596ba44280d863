"""Check-ins in words and menus, as Discord shows them to their owner. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.services.wellbeing.choices import WEATHERS, ActivityOption, MoodChoices, shown_name
from bot.services.wellbeing.entries import CheckIn
from bot.texts import N_, Say, Text
from cogs.asking import plain
from cogs.panels import short
from cogs.wellbeing.mood_parts import MoodSelect, option, time_of

NOTHING = "nothing"
"""The choice of a menu that takes back what was chosen."""

LEVELS: Mapping[str, tuple[Text, tuple[Text, ...]]] = {
    "energy": (N_("Energy"), (N_("none"), N_("little"), N_("some"), N_("much"), N_("plenty"))),
    "intensity": (N_("How strong"), (N_("hardly"), N_("a little"), N_("clearly"), N_("strongly"), N_("all through"))),
    "sleep_quality": (N_("Sleep"), (N_("very bad"), N_("bad"), N_("so-so"), N_("good"), N_("very good"))),
}
"""What the five levels of each are called, the lowest first."""

_CHUNK = 25


def shown(name: str, say: Say) -> str:
    """A mood's, activity's or group's name in the reader's language; one's own as it is."""
    known = shown_name(name)
    return say(known) if isinstance(known, Text) else name


def mood_named(entry: CheckIn, say: Say) -> str:
    """The mood with its emoji, as a menu shows it."""
    if not entry.is_readable:
        return say("cannot be read any more")
    return f"{entry.mood.emoji} {shown(entry.mood.name, say)}".strip()


def mood_told(entry: CheckIn, say: Say) -> str:
    """The mood with its emoji, among words."""
    return plain(mood_named(entry, say))


def entry_line(entry: CheckIn, say: Say) -> str:
    """One check-in in a list: when, what, and the beginning of its note."""
    facts = " · ".join((mood_told(entry, say), *facts_of(entry, say)))
    lines = [f"**{time_of(entry.felt_at)}** {facts}"]
    written = " — ".join(one for one in (entry.title, entry.note.replace("\n", " ")) if one)
    if written:
        lines.append(f"> {plain(short(written, 160))}")
    return "\n".join(lines)


def facts_of(entry: CheckIn, say: Say) -> Sequence[str]:
    """All that was said beside the mood, but the words."""
    facts: list[str] = []
    for name, (label, steps) in LEVELS.items():
        level = level_of(entry, name)
        if level is not None:
            facts.append(f"{say(label)}: {say(steps[level - 1])}")
    if entry.sleep_hours is not None:
        facts.append(say("{hours} h of sleep", hours=f"{entry.sleep_hours:g}"))
    if entry.weather is not None:
        name, emoji = WEATHERS[entry.weather]
        facts.append(f"{emoji} {say(name)}")
    if entry.activities:
        facts.append(plain(short(", ".join(shown(one, say) for one in entry.activities), 200)))
    facts += [f"#{plain(tag)}" for tag in entry.tags]
    if entry.triggers:
        facts.append(say("triggers: {what}", what=plain(", ".join(entry.triggers))))
    return facts


def level_of(entry: CheckIn, name: str) -> int | None:
    """One of the `LEVELS` of a check-in, 1 to 5."""
    return {"energy": entry.energy, "intensity": entry.intensity, "sleep_quality": entry.sleep_quality}[name]


def filled(entry: CheckIn, say: Say) -> str:
    """Which parts of a check-in are there, without what they say."""
    parts = [say(label) for name, (label, _) in LEVELS.items() if level_of(entry, name) is not None]
    for label, is_there in (
        (say("hours of sleep"), entry.sleep_hours is not None),
        (say("weather"), entry.weather is not None),
        (say("activities"), bool(entry.activities)),
        (say("tags"), bool(entry.tags)),
        (say("what set it off"), bool(entry.triggers)),
        (say("note"), bool(entry.note or entry.title)),
    ):
        parts += [label] if is_there else []
    return ", ".join(parts)


# ------------------------------------------------------------------------------------------------ menus


def word_menu(entry: CheckIn, choices: MoodChoices, say: Say, *, is_shown: bool) -> list[MoodSelect]:
    """Other moods of the same step: a better word for it."""
    options = [
        option(f"{one.emoji} {shown(one.name, say)}".strip(), one.id, chosen=is_shown and one.id == entry.mood.id)
        for one in choices.on_step(entry.score)
    ]
    return [MoodSelect.of(f"set:{entry.id}:mood", say("A better word for it"), options)] if len(options) > 1 else []


def level_menu(entry: CheckIn, name: str, say: Say, *, is_shown: bool) -> MoodSelect:
    """One of the levels from 1 to 5."""
    label, steps = LEVELS[name]
    chosen = level_of(entry, name)
    options = [
        option(f"{say(label)}: {number} · {say(step)}", str(number), chosen=is_shown and number == chosen)
        for number, step in enumerate(steps, 1)
    ]
    if chosen is not None:
        options.append(option(say("Take it back"), NOTHING))
    return MoodSelect.of(f"set:{entry.id}:{name}", _hint(say(label), chosen is not None, say), options)


def weather_menu(entry: CheckIn, say: Say, *, is_shown: bool) -> MoodSelect:
    """What it was like outside."""
    options = [
        option(f"{emoji} {say(name)}", one.value, chosen=is_shown and one is entry.weather)
        for one, (name, emoji) in WEATHERS.items()
    ]
    if entry.weather is not None:
        options.append(option(say("Take it back"), NOTHING))
    return MoodSelect.of(f"set:{entry.id}:weather", _hint(say("Weather"), entry.weather is not None, say), options)


def chunks_of(choices: MoodChoices) -> Sequence[Sequence[ActivityOption]]:
    """The activities offered, one's own first, in menus of as many as Discord holds."""
    every = [one for _, some in choices.groups() for one in some]
    every.sort(key=lambda one: not one.is_own)
    return [every[start : start + _CHUNK] for start in range(0, len(every), _CHUNK)]


def activity_menus(entry: CheckIn, choices: MoodChoices, say: Say, *, is_shown: bool) -> list[MoodSelect]:
    """Activities: several may be chosen. Where they are not shown, what is chosen comes on top of what is there."""
    menus: list[MoodSelect] = []
    for number, chunk in enumerate(chunks_of(choices)):
        options = [
            option(
                f"{one.emoji} {shown(one.name, say)}".strip(),
                one.id,
                chosen=is_shown and str(one.name) in entry.activities,
            )
            for one in chunk
        ]
        hint = _hint(say("Activities"), any(str(one.name) in entry.activities for one in chunk), say)
        what = f"set:{entry.id}:activities.{number}"
        menus.append(MoodSelect.of(what, hint, options, least=0 if is_shown else 1, most=len(options)))
    return menus[:3]


def _hint(label: str, is_filled: bool, say: Say) -> str:
    return say("{label} ✓ saved", label=label) if is_filled else say("{label} (may stay empty)", label=label)
