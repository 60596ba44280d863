"""What is told of a reply: who is behind it, what it took, what was changed."""

from __future__ import annotations

from bot.services.talk.forks import Forked
from bot.services.talk.replies import About, Changed, EditReason, Took
from bot.texts import Say
from cogs.asking import plain

NOTHING_KNOWN = Took(None, None, None, None, None)
"""A reply that was stopped: its provider never came to count. Five times “unknown” would tell nobody anything."""

_CHANGES_SHOWN = 5


def told(about: About, say: Say) -> str:
    """What the button under a reply tells of it."""
    lines = [say("**{name}** is a character: its words are written by a program.", name=plain(about.character))]
    if about.maker is not None:
        lines.append(say("Made by {person}.", person=f"<@{about.maker}>"))
    else:
        lines.append(say("Made by nobody here: it comes with the house."))
    if about.asker is not None:
        lines.append(say("Asked by {person}.", person=f"<@{about.asker}>"))
    if about.model is not None:
        lines.append(
            say("Worded by {model} ({provider}).", model=plain(about.model), provider=plain(about.provider or ""))
        )
    if about.variants > 1:
        lines.append(say("Wording {number} of {count}.", number=about.variant + 1, count=about.variants))
    lines += [_change(one, say) for one in about.changes[-_CHANGES_SHOWN:]]
    if about.took is not None and about.took != NOTHING_KNOWN:
        lines.append(taken(about.took, say))
    if about.was_stopped:
        lines.append(say("Somebody stopped it before it was finished."))
    if about.is_gone:
        lines.append(say("This reply was deleted meanwhile, so there is nothing to change any more."))
    if about.is_at_work:
        lines.append(say("It is being written at this moment."))
    return "\n".join(lines)


def branched(forked: Forked, say: Say) -> str:
    """Where a fork goes on, and what it remembers."""
    if forked.place.guild_id is None:
        text = say("The fork begins below. What was said here before it is kept: /conversation list shows it.")
    else:
        text = say("The fork goes on in {thread}.", thread=f"<#{forked.place.channel_id}>")
    lines = say.plural("It remembers {n} line.", "It remembers {n} lines.", forked.lines)
    if not forked.left_behind:
        return f"{text} {lines}"
    behind = say.plural(
        "{n} line was said when fewer people could read here; it stays behind.",
        "{n} lines were said when fewer people could read here; they stay behind.",
        forked.left_behind,
    )
    return f"{text} {lines} {behind}"


def _change(changed: Changed, say: Say) -> str:
    """Who changed the words, and when."""
    at = f"<t:{int(changed.at.timestamp())}:R>"
    person = f"<@{changed.by}>" if changed.by is not None else say("somebody")
    if changed.reason is EditReason.CONTINUED:
        return say("Continued at the wish of {person}, {at}.", person=person, at=at)
    return say("Changed by hand by {person}, {at}: these are not all the character's words.", person=person, at=at)


def taken(took: Took, say: Say) -> str:
    """What a reply took; what is not known is said to be unknown."""
    unknown = say("unknown")
    return say(
        "It took {tokens_in} tokens in and {tokens_out} out, {first} s to the first word and {total} s in all. "
        "Cost: {cost}.",
        tokens_in=unknown if took.tokens_in is None else took.tokens_in,
        tokens_out=unknown if took.tokens_out is None else took.tokens_out,
        first=unknown if took.first_token_ms is None else f"{took.first_token_ms / 1000:.1f}",
        total=unknown if took.total_ms is None else f"{took.total_ms / 1000:.1f}",
        cost=unknown if took.cost_micros is None else f"${took.cost_micros / 1_000_000:.4f}",
    )
