"""What somebody limited, in words: each setting's value, what changed between two versions, and the rule. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot import limits
from bot.services.wellbeing.limit_words import When, discord_time
from bot.services.wellbeing.typed_limits import nights_shown
from bot.texts import N_, Say, Text
from db.models import LimitEventKind, SelfRules, Strictness

RULE = N_(
    "A minute counts if in it you did something that a character answers: a message, or a command or button that makes "
    "one speak. Between two such minutes at most {gap} apart, those between count too. Each counts once, in whatever "
    "server, direct message or device; reading alone does not count, nor what characters say unasked."
)
"""By which minutes are counted; the same words in /limits show, on the web and in the docs."""
RULE_VALUES: Mapping[str, object] = {"gap": int(limits.ACTIVE_GAP_MINUTES)}

WHY_TOMORROW = N_(
    "What makes a limit tighter holds at once. What makes it looser waits until tomorrow, so that a weak moment does "
    "not decide."
)

LABELS: Mapping[str, Text] = {
    "daily_minutes": N_("A day"),
    "weekly_minutes": N_("A week"),
    "strictness": N_("When they are used up"),
    "breaks": N_("Breaks"),
    "nights": N_("Night"),
    "daily_tokens": N_("Tokens a day"),
    "monthly_tokens": N_("Tokens a month"),
    "pause": N_("Pause"),
    "time_zone": N_("Time zone"),
}
"""Every setting, in the order in which they are shown."""

STRICTNESS: Mapping[Strictness, Text] = {
    Strictness.WARN: N_("I am told, and go on"),
    Strictness.COOL_DOWN: N_("Characters rest for a while, now and then"),
    Strictness.STOP: N_("Characters rest until it begins anew"),
}
EVENTS: Mapping[LimitEventKind, Text] = {
    LimitEventKind.WARNED: N_("You were told that minutes run out"),
    LimitEventKind.COOLED_DOWN: N_("Characters rested for a while"),
    LimitEventKind.STOPPED: N_("Characters rested: minutes used up"),
    LimitEventKind.NIGHT: N_("Characters rested: night"),
    LimitEventKind.PAUSED: N_("Characters rested: your pause"),
    LimitEventKind.BREAK: N_("A break was due"),
    LimitEventKind.SPENDING: N_("Your cap on spending was reached"),
    LimitEventKind.FLOOR: N_("A server's own rule was reached"),
    LimitEventKind.TRIGGER: N_("Something came true that you asked to be told of"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting before and after."""

    name: str
    label: str
    before: str
    after: str


def value(name: str, rules: SelfRules, say: Say, when: When = discord_time) -> str:
    """What one setting is."""
    match name:
        case "daily_minutes" | "weekly_minutes":
            return minutes(_number(rules, name), say)
        case "strictness":
            return say(STRICTNESS[rules.strictness])
        case "breaks":
            return _breaks(rules, say)
        case "nights":
            return nights_shown(rules.nights) or say("none")
        case "daily_tokens" | "monthly_tokens":
            most = _number(rules, name)
            return say("no cap") if most is None else say.plural("{n} token", "{n} tokens", most)
        case "pause":
            return pause(rules, say, when)
        case _:
            return rules.time_zone


def minutes(most: int | None, say: Say) -> str:
    """So many minutes, or no limit."""
    return say("no limit") if most is None else say.plural("{n} minute", "{n} minutes", most)


def pause(rules: SelfRules, say: Say, when: When = discord_time) -> str:
    """Whether, and until when."""
    if not rules.is_paused:
        return say("none")
    if rules.paused_until is None:
        return say("until you end it")
    return say("until {when}", when=when(rules.paused_until))


def set_ones(rules: SelfRules) -> tuple[str, ...]:
    """The settings that limit something."""
    has_minutes = rules.daily_minutes is not None or rules.weekly_minutes is not None
    told: Mapping[str, bool] = {
        "daily_minutes": rules.daily_minutes is not None,
        "weekly_minutes": rules.weekly_minutes is not None,
        "strictness": has_minutes,
        "breaks": rules.break_after is not None,
        "nights": bool(rules.nights),
        "daily_tokens": rules.daily_tokens is not None,
        "monthly_tokens": rules.monthly_tokens is not None,
        "pause": rules.is_paused,
    }
    return tuple(name for name in LABELS if told.get(name))


def differences(before: SelfRules, after: SelfRules, say: Say, when: When = discord_time) -> tuple[Difference, ...]:
    """What is not the same in two versions."""
    found: list[Difference] = []
    for name, label in LABELS.items():
        was, now = _of(name, before), _of(name, after)
        if was != now:
            found.append(Difference(name, say(label), value(name, before, say, when), value(name, after, say, when)))
    return tuple(found)


def _of(name: str, rules: SelfRules) -> object:
    match name:
        case "breaks":
            return (rules.break_after, rules.break_minutes if rules.break_after is not None else 0)
        case "pause":
            return (rules.is_paused, rules.paused_until if rules.is_paused else None)
        case _:
            return getattr(rules, name)


def _number(rules: SelfRules, name: str) -> int | None:
    found: int | None = getattr(rules, name)
    return found


def _breaks(rules: SelfRules, say: Say) -> str:
    if rules.break_after is None:
        return say("none")
    if not rules.break_minutes:
        return say("after {after} minutes I am told", after=rules.break_after)
    rest = minutes(rules.break_minutes, say)
    return say("after {after} minutes characters rest for {rest}", after=rules.break_after, rest=rest)
