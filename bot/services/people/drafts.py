"""Personas and profiles as somebody typed them, and what is kept of that. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar
from zoneinfo import available_timezones

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.drafts import clean_text
from bot.services.characters.names import clean_name
from bot.texts import N_, Text

_T = TypeVar("_T")

_SEPARATORS = re.compile(r"[\n,;，、；]")
_MINUS = "-\u2010\u2011\u2012\u2013\u2014\u2212"

_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class PersonaDraft:
    """The form of a persona as it was typed; nothing is cleaned yet. `topics` holds both kinds, see `parse_topics`."""

    name: str
    description: str = ""
    appearance: str = ""
    topics: str = ""
    custom_instructions: str = ""


@dataclass(frozen=True, slots=True)
class CheckedPersona:
    """A draft that may be kept."""

    name: str
    description: str
    appearance: str
    preferred_topics: tuple[str, ...]
    avoided_topics: tuple[str, ...]
    custom_instructions: str


@dataclass(frozen=True, slots=True)
class ProfileDraft:
    """The form of a profile as it was typed; nothing is cleaned yet. Empty fields say nothing."""

    name: str = ""
    nickname: str = ""
    custom_pronouns: str = ""
    description: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class CheckedProfile:
    """A draft that may be kept. `time_zone` is an IANA name as it is written there."""

    name: str
    nickname: str
    custom_pronouns: str
    description: str
    time_zone: str | None


def check_persona(draft: PersonaDraft) -> CheckedPersona:
    """The draft cleaned. Raises `InvalidInput` naming the first field at fault, in the form's order, and the limit."""
    name = clean_name(draft.name)
    description = clean_text(
        "description", N_("Description"), draft.description, limits.PERSONA_DESCRIPTION_MAX, required=True
    )
    appearance = clean_text("appearance", N_("Appearance"), draft.appearance, limits.PERSONA_APPEARANCE_MAX)
    preferred, avoided = parse_topics(draft.topics)
    return CheckedPersona(
        name=name,
        description=description,
        appearance=appearance,
        preferred_topics=preferred,
        avoided_topics=avoided,
        custom_instructions=clean_text(
            "custom_instructions", N_("Wishes"), draft.custom_instructions, limits.INSTRUCTIONS_MAX
        ),
    )


def check_profile(draft: ProfileDraft) -> CheckedProfile:
    """The draft cleaned. Raises `InvalidInput` naming the first field at fault, in the form's order, and the limit."""
    return CheckedProfile(
        name=_called(draft.name, "name", N_("The name")),
        nickname=_called(draft.nickname, "nickname", N_("The nickname")),
        custom_pronouns=clean_pronouns(draft.custom_pronouns),
        description=clean_text("description", N_("About you"), draft.description, limits.ABOUT_ME_MAX),
        time_zone=clean_time_zone(draft.time_zone),
    )


def parse_topics(typed: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Preferred and avoided topics: one a line or parted by commas, with a minus before what is to be avoided.

    Each topic stands once, where it was named first. Raises `InvalidInput` for too many or too long ones.
    """
    text = clean_text("topics", N_("Topics"), typed, limits.FORM_FIELD_MAX)
    wanted: dict[str, str] = {}
    avoided: dict[str, str] = {}
    for piece in _SEPARATORS.split(text):
        bare = piece.strip()
        topic = " ".join(bare.lstrip(_MINUS).split())
        if not topic:
            continue
        if len(topic) > limits.TOPIC_MAX:
            raise _topics(
                "topic_too_long",
                N_("Topics: “{topic}…” has {length} characters; a topic may have at most {maximum}. Shorten it."),
                topic=topic[:20],
                length=len(topic),
                maximum=int(limits.TOPIC_MAX),
            )
        folded = topic.casefold()
        if folded not in wanted and folded not in avoided:
            (avoided if bare[0] in _MINUS else wanted)[folded] = topic
    for kind, topics in ((N_("liked"), wanted), (N_("avoided"), avoided)):
        if len(topics) > limits.TOPICS_MAX:
            raise _topics(
                "too_many_topics",
                N_("Topics: at most {maximum} may be {kind}; you wrote {length}. Keep the ones that matter most."),
                kind=kind,
                length=len(topics),
                maximum=int(limits.TOPICS_MAX),
            )
    return tuple(wanted.values()), tuple(avoided.values())


def written_topics(preferred: tuple[str, ...], avoided: tuple[str, ...]) -> str:
    """Topics as `parse_topics` reads them: what a form shows of them."""
    return "\n".join((*preferred, *(f"- {topic}" for topic in avoided)))


def clean_age(typed: str) -> int | None:
    """An age in years, None where nothing was typed. Raises `InvalidInput`."""
    text = typed.strip()
    if not text:
        return None
    age = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    if not 1 <= age <= limits.PERSONA_AGE_MAX:
        raise InvalidInput(
            "age_out_of_range",
            N_("Age: write a whole number from 1 to {maximum}, or leave it empty."),
            field="age",
            maximum=int(limits.PERSONA_AGE_MAX),
        )
    return age


def clean_pronouns(typed: str) -> str:
    """Pronouns in a person's own words, on one line. Raises `InvalidInput`."""
    text = clean_text("custom_pronouns", N_("Pronouns"), typed, limits.PRONOUNS_MAX)
    return " ".join(text.split())


def clean_time_zone(typed: str) -> str | None:
    """The IANA name of a time zone, however it is capitalised; None where nothing was typed. Raises `InvalidInput`.

    Names: https://www.iana.org/time-zones.
    """
    wanted = typed.strip().replace(" ", "_").casefold()
    if not wanted:
        return None
    zones = _zones()
    if wanted in zones:
        return zones[wanted]
    # `Madrid` alone is what people type, and one place of the world has that name.
    by_city = [name for folded, name in zones.items() if folded.rpartition("/")[2] == wanted]
    if len(by_city) == 1:
        return by_city[0]
    near = by_city or [name for folded, name in zones.items() if len(wanted) >= 3 and wanted in folded]
    if near:
        raise InvalidInput(
            "time_zone_unknown",
            N_("There is no time zone “{typed}”. Did you mean {suggestions}?"),
            field="time_zone",
            typed=typed.strip()[:40],
            suggestions=", ".join(sorted(near)[:_SUGGESTIONS]),
        )
    raise InvalidInput(
        "time_zone_unknown",
        N_("There is no time zone “{typed}”. Write one like Europe/Madrid, America/New_York or UTC."),
        field="time_zone",
        typed=typed.strip()[:40],
    )


def _called(typed: str, field: str, label: Text) -> str:
    """What characters call a person, by the rules of names, or empty."""
    if not typed.strip():
        return ""
    return _relabelled(lambda: clean_name(typed), field, label)


def _relabelled(clean: Callable[[], _T], field: str, label: Text) -> _T:
    try:
        return clean()
    except InvalidInput as error:
        raise InvalidInput(error.code, error.message, field=field, **{**error.values, "label": label}) from error


def _topics(code: str, message: Text, /, **values: object) -> InvalidInput:
    return InvalidInput(code, message, field="topics", **values)


@cache
def _zones() -> dict[str, str]:
    """Every time zone by its folded name. Old aliases without a continent (`EST5EDT`) count too; `UTC` is one."""
    return {name.casefold(): name for name in sorted(available_timezones()) if not name.startswith(("posix", "right"))}
