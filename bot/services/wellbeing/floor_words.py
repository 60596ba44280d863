"""What a server's admins set under their members' own limits, in words. Pure."""

from __future__ import annotations

from bot.services.talk.places import PlaceRules
from bot.services.wellbeing.typed_limits import clock_shown
from bot.texts import Say


def floor_lines(rules: PlaceRules, say: Say, used: int | None = None) -> list[str]:
    """Each of them in a line; none where there is none. `used` are the reader's own minutes there today."""
    lines: list[str] = []
    if rules.minutes_a_day is not None:
        lines.append(say.plural("At most {n} minute a day here", "At most {n} minutes a day here", rules.minutes_a_day))
        if used is not None:
            lines[-1] += " · " + say.plural("you had {n} minute of it today", "you had {n} minutes of it today", used)
    if rules.night_from is not None and rules.night_to is not None:
        begins, ends = clock_shown(rules.night_from), clock_shown(rules.night_to)
        lines.append(say("Characters rest from {begins} to {ends}", begins=begins, ends=ends))
    if rules.break_after is not None:
        lines.append(
            say.plural(
                "A break is suggested after {n} minute here",
                "A break is suggested after {n} minutes here",
                rules.break_after,
            )
        )
    if lines:
        zone = rules.time_zone or "UTC"
        lines.append(
            "-# " + say("By the clock of {zone}. Of these and your own limits the stricter counts.", zone=zone)
        )
    return lines
