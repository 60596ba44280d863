"""Why characters rest for somebody, in words for that person alone: kind, with when it ends, and that nothing is lost.

Nothing here is ever said publicly, and no character says it. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.errors import LimitReached
from bot.services.wellbeing.rules import Rest, RestKind
from bot.texts import N_, Text

When = Callable[[datetime], str]
"""How a moment is written."""

_OWN: Mapping[RestKind, Text] = {
    RestKind.DAY: N_(
        "Your {most} minutes of today are used up, and you asked me to stop there. Characters rest for you until "
        "{until}. Nothing you wrote is lost, and nobody else is told why. /limits show tells more."
    ),
    RestKind.WEEK: N_(
        "Your {most} minutes of this week are used up, and you asked me to stop there. Characters rest for you until "
        "{until}. Nothing you wrote is lost, and nobody else is told why. /limits show tells more."
    ),
    RestKind.BREAK: N_(
        "You were here for {most} minutes without a break, and you asked for one. Characters rest for you until "
        "{until}. Nothing you wrote is lost, and nobody else is told why."
    ),
    RestKind.NIGHT: N_(
        "It is night by the hours you set, so characters rest for you until {until}. Nothing you wrote is lost, and "
        "nobody else is told why. /limits show tells more."
    ),
    RestKind.PAUSE: N_(
        "You paused, so characters rest for you until {until}. Nothing you wrote is lost, and nobody else is told why. "
        "/limits show tells more."
    ),
}
_FOR_GOOD = N_(
    "You paused until you say otherwise, so characters rest for you. Nothing you wrote is lost, and nobody else is "
    "told why. In /limits show you can end the pause; they are back the day after."
)
_COOLING: Mapping[RestKind, Text] = {
    RestKind.DAY: N_(
        "Your {most} minutes of today are used up, so characters rest for a while, as you asked: until {until}. After "
        "that they are here for a little longer. Nothing you wrote is lost, and nobody else is told why."
    ),
    RestKind.WEEK: N_(
        "Your {most} minutes of this week are used up, so characters rest for a while, as you asked: until {until}. "
        "After that they are here for a little longer. Nothing you wrote is lost, and nobody else is told why."
    ),
}
_SERVERS: Mapping[RestKind, Text] = {
    RestKind.DAY: N_(
        "In this server everybody can talk with characters for {most} minutes a day, and yours are used up. Here they "
        "rest for you until {until}; elsewhere they do not. Nothing you wrote is lost, and nobody else is told why."
    ),
    RestKind.NIGHT: N_(
        "In this server characters rest at night: until {until}. Elsewhere they do not. It is the server's rule and "
        "the same for everybody. Nothing you wrote is lost."
    ),
}

SHORT: Mapping[RestKind, Text] = {
    RestKind.PAUSE: N_("a pause"),
    RestKind.NIGHT: N_("night"),
    RestKind.DAY: N_("today's minutes are used up"),
    RestKind.WEEK: N_("this week's minutes are used up"),
    RestKind.COOL_DOWN: N_("a rest after the limit"),
    RestKind.BREAK: N_("a break"),
}
"""Why characters rest, in a few words."""


def discord_time(moment: datetime) -> str:
    """A moment as Discord shows it, by the reader's own clock, with how long it takes until then."""
    stamp = int(moment.timestamp())
    return f"<t:{stamp}:f> (<t:{stamp}:R>)"


def words(rest: Rest, when: When = discord_time) -> tuple[Text, dict[str, object]]:
    """What the person reads, and what fills it; `when` writes the moment at which it ends."""
    values: dict[str, object] = {}
    if rest.most is not None:
        values["most"] = rest.most
    if rest.until is not None:
        values["until"] = when(rest.until)
    return _text(rest), values


def refusal(rest: Rest, when: When = discord_time) -> LimitReached:
    """The rest as a refusal, for whoever asks a character for something by a command."""
    text, values = words(rest, when)
    error = LimitReached(f"resting_{rest.kind.value}", text)
    error.values.update(values)
    return error


def _text(rest: Rest) -> Text:
    if rest.until is None:
        return _FOR_GOOD
    if rest.is_servers:
        return _SERVERS.get(rest.kind, _SERVERS[RestKind.DAY])
    if rest.kind is RestKind.COOL_DOWN:
        return _COOLING[rest.over or RestKind.DAY]
    return _OWN[rest.kind]
