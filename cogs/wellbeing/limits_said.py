"""What somebody reads when they changed a limit: what holds now, what comes tomorrow, and why it waits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.services.cafe import Cafe
from bot.services.wellbeing.limit_rules_words import LABELS, WHY_TOMORROW, value
from bot.services.wellbeing.limit_words import SHORT, discord_time
from bot.services.wellbeing.limits import Changed, Standing
from bot.services.wellbeing.rules import Rest, RestKind
from bot.services.wellbeing.spending import Spending, Spent
from bot.texts import Say
from cogs.asking import Asked, say_for
from cogs.panels import bar, grouped, panel, row, show, words
from cogs.wellbeing.limits_parts import LimitsButton

_SETTING = {"break_after": "breaks", "break_minutes": "breaks", "is_paused": "pause", "paused_until": "pause"}
_OF_TIME = frozenset({"daily_minutes", "weekly_minutes", "nights", "daily_tokens", "monthly_tokens", "pause"})
"""Settings that are counted by somebody's own clock."""


async def tell_changed(
    interaction: Asked,
    cafe: Cafe,
    changed: Changed | None,
    standing: Standing,
    fields: Iterable[str],
    spending: Spending | None = None,
) -> None:
    """Answer a deferred interaction with what became of a change, for who asked only; None: nothing was asked for."""
    say, asked = say_for(interaction), settings_of(fields)
    lines = [] if changed is None else changed_lines(changed, standing, asked, say)
    if spending is not None:
        lines += spent_lines(spending, say, is_charged=cafe.money.wallets.is_charged)
    buttons = [LimitsButton("show", say("All limits"))]
    if changed is not None and any(waits(name, changed, say) for name in asked):
        buttons.append(LimitsButton("keep", say("Leave it as it is now")))
    await show(interaction, panel(words("\n".join(lines)), row(*buttons)))


def settings_of(fields: Iterable[str]) -> tuple[str, ...]:
    """The settings, as people know them, that these fields belong to; in the order in which they are shown."""
    asked = {_SETTING.get(one, one) for one in fields}
    return tuple(name for name in LABELS if name in asked)


def waits(name: str, changed: Changed, say: Say) -> bool:
    """Whether something else of this setting begins later."""
    return changed.pending is not None and value(name, changed.pending, say) != value(name, changed.held, say)


def changed_lines(changed: Changed, standing: Standing, asked: tuple[str, ...], say: Say) -> list[str]:
    """The same in lines. Pure."""
    lines: list[str] = []
    for name in asked:
        now = value(name, changed.held, say)
        if changed.pending is None or changed.pending_from is None or not waits(name, changed, say):
            lines.append(say("**{setting}:** {value}, from now on.", setting=say(LABELS[name]), value=now))
        else:
            later = value(name, changed.pending, say)
            lines.append(
                say(
                    "**{setting}:** {value}; from {when} on: {later}.",
                    setting=say(LABELS[name]),
                    value=now,
                    when=discord_time(changed.pending_from),
                    later=later,
                )
            )
    if any(waits(name, changed, say) for name in asked):
        lines.append(f"-# {say(WHY_TOMORROW)}")
    lines += _left(standing, asked, say)
    if _OF_TIME & set(asked) and not standing.is_zone_chosen:
        lines.append(f"-# {unknown_zone(say)}")
    return lines


def unknown_zone(say: Say) -> str:
    """That somebody's clock is not known."""
    return say(
        "Your time zone is not known here, so your days are counted in UTC. Tell it with the option zone of /limits "
        "daily, such as Europe/Madrid."
    )


def rest_line(rest: Rest, say: Say) -> str:
    """Why characters rest now, and until when."""
    why = say(SHORT[rest.over or rest.kind] if rest.kind is RestKind.COOL_DOWN else SHORT[rest.kind])
    if rest.until is None:
        return say("Characters rest for you now: {why}, until you end it.", why=why)
    return say("Characters rest for you now: {why}, until {until}.", why=why, until=discord_time(rest.until))


def in_time(moment: datetime) -> str:
    """In how long, as Discord shows it."""
    return f"<t:{int(moment.timestamp())}:R>"


def used_line(used: int, most: int | None, ends: str, of_day: bool, say: Say) -> str:
    """How many minutes of a day or a week are used, at a glance."""
    if most is None:
        return (
            say.plural("**Today:** {n} minute", "**Today:** {n} minutes", used)
            if of_day
            else say.plural("**This week:** {n} minute", "**This week:** {n} minutes", used)
        )
    values = {"used": used, "most": most, "left": max(most - used, 0), "when": ends}
    told = (
        say("**Today:** {used} of {most} minutes, {left} left · anew {when}", **values)
        if of_day
        else say("**This week:** {used} of {most} minutes, {left} left · anew {when}", **values)
    )
    return f"{told}\n{bar(used, most)}"


def spent_lines(spending: Spending, say: Say, *, is_charged: bool) -> list[str]:
    """What was spent, of the caps there are; `is_charged`: replies cost tokens in this house."""
    of_day, of_month = say("**Tokens today:**"), say("**Tokens this month:**")
    lines = [_spent(of_day, spending.day, say), _spent(of_month, spending.month, say)]
    return lines if is_charged else [*lines, "-# " + say("Replies cost no tokens in this house now.")]


def _spent(label: str, spent: Spent, say: Say) -> str:
    if spent.most is None or spent.ends_at is None:
        return f"{label} {grouped(spent.used)}"
    values = {"used": grouped(spent.used), "most": grouped(spent.most), "when": in_time(spent.ends_at)}
    return f"{label} {say('{used} of {most} · anew {when}', **values)}\n{bar(spent.used, spent.most)}"


def _left(standing: Standing, asked: tuple[str, ...], say: Say) -> list[str]:
    lines: list[str] = []
    if "daily_minutes" in asked and standing.held.daily_minutes is not None:
        ends = in_time(standing.day_ends_at)
        lines.append(used_line(standing.minutes_today, standing.held.daily_minutes, ends, True, say))
    if "weekly_minutes" in asked and standing.held.weekly_minutes is not None:
        ends = in_time(standing.week_ends_at)
        lines.append(used_line(standing.minutes_week, standing.held.weekly_minutes, ends, False, say))
    if standing.rest is not None:
        lines.append(rest_line(standing.rest, say))
    return lines
