"""A trace in words: one sentence for each entry and warning, and the whole of it as a file. Pure.

Entries' names and keys are people's words: a face that formats text takes care of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import orjson

from bot.services.lore.replies.trace import Found, Trace, TracedBook, TraceLine, Warned
from bot.texts import N_, Say, Text

_SOURCES: Mapping[str, Text] = {
    "system": N_("the character's instructions"),
    "description": N_("the character's description"),
    "personality": N_("the character's personality"),
    "scenario": N_("the scenario"),
    "persona": N_("the persona"),
    "notes": N_("the creator's notes"),
}

_METHODS: Mapping[str, Text] = {
    "constant": N_("always there"),
    "sticky": N_("it runs on from before"),
    "manual": N_("called in by hand"),
    "vector": N_("near in meaning"),
    "keyword": N_("by its keys"),
}

_PLACES: Mapping[str, Text] = {
    "system_top": N_("at the very top"),
    "before_character": N_("before the character"),
    "after_character": N_("after the character"),
    "before_examples": N_("before the examples"),
    "after_examples": N_("after the examples"),
    "system_bottom": N_("below everything about the character"),
}

_REASONS: Mapping[str, Text] = {
    "disabled": N_("it is switched off"),
    "occasion": N_("it is for another kind of reply (answer, continue, regenerate)"),
    "character": N_("it is for other characters"),
    "persona": N_("it is for other personas"),
    "channel": N_("it is for other channels"),
    "server": N_("it is for other servers"),
    "role": N_("it is for people with another role"),
    "tag": N_("it is for characters with other tags"),
    "nowhere": N_("this prompt has no place for it"),
    "forbidden_later": N_("another entry brought a key that it forbids"),
    "waker_left": N_("who woke it was taken out again"),
}
"""What keeps an entry out, where the reason needs no number and no name."""

_SECOND: Mapping[str, Text] = {
    "and_any": N_("none of its second keys is there: {keys}"),
    "and_all": N_("not all of its second keys are there: {keys}"),
    "not_any": N_("a key is there that must be missing: {keys}"),
    "not_all": N_("keys are there that must not all be there: {keys}"),
}
"""What second keys asked for and did not get."""

_WARNINGS: Mapping[str, Text] = {
    "meaning_no_model": N_("Entries found by meaning were not looked for: this house has no embedding model."),
    "meaning_slow": N_("Entries found by meaning were not looked for: the embedding model took too long."),
    "meaning_down": N_("Entries found by meaning were not looked for: the embedding model did not answer."),
    "old_overflow": N_(
        "Books that run as in SillyTavern filled their room: there, nothing that comes after the first refusal goes in."
    ),
    "key_broken": N_("{entry}: the pattern {detail} cannot be used and is not looked for."),
    "key_empty": N_("{entry}: nothing is left of the key {detail} once its macros are filled in."),
    "never_woken": N_("{entry} waits for a later wave than its book ever comes to."),
    "outlet_unnamed": N_("{entry} stands in an outlet that has no name."),
    "nowhere": N_("{entry}: no text of this character asks for its outlet, so it stands nowhere."),
    "no_words": N_("{entry} came in and says nothing."),
    "shortened": N_("{entry} is longer than it may be: {detail} tokens of it were left out."),
    "text_cut": N_("A very long text was read in part: keys were not looked for in its last {detail} characters."),
}


def sentence(line: TraceLine, say: Say, books: Sequence[TracedBook]) -> str:
    """Why an entry is in, and where; or why it is not."""
    book = f" ({books[line.book].name})" if len(books) > 1 else ""
    if not line.is_in:
        return say("out: {reason}", reason=_why_out(line, say)) + book
    return say("in: {reason}; it stands {place}", reason=_why_in(line, say), place=_stands(line, say)) + book


def warning(one: Warned, say: Say, books: Sequence[TracedBook]) -> str:
    """What could not be done as it was meant."""
    name = one.name or (say("An entry of {book}", book=books[one.book].name) if one.book is not None else "…")
    return say(_WARNINGS[one.code], entry=name, detail=one.detail)


def _why_in(line: TraceLine, say: Say) -> str:
    if line.method == "keyword" and line.key:
        told = say("the key “{key}” in {where}", key=line.key, where=_where(line.found, say))
    elif line.method == "sticky" and line.left is not None:
        told = say("it runs on from before ({left} more, this one included)", left=line.left)
    elif line.method == "vector" and line.score is not None:
        told = say("near in meaning ({score})", score=f"{line.score:.2f}")
    else:
        told = say(_METHODS[line.method or "keyword"])
    if line.parents:
        told = say("{reason}, woken by {entries}", reason=told, entries=", ".join(line.parents))
    return told


def _where(found: Found | None, say: Say) -> str:
    if found is None:
        return say("what was said")
    if found.message is not None:
        return _in_message(found, say)
    if found.source is not None and found.source in _SOURCES:
        return say(_SOURCES[found.source])
    return say("the words of {entry}", entry=found.parent) if found.parent else say("the words of another entry")


def _in_message(found: Found, say: Say) -> str:
    back = found.message or 0
    if found.in_name:
        return say("the name of {speaker}", speaker=found.speaker)
    if back == 0:
        return say("the newest message, by {speaker}", speaker=found.speaker)
    return say.plural(
        "the message before the newest, by {speaker}",
        "the message {n} before the newest, by {speaker}",
        back,
        speaker=found.speaker,
    )


def _stands(line: TraceLine, say: Say) -> str:
    if line.position == "at_depth":
        return say("{depth} messages before the end, as {role}", depth=line.depth, role=line.role)
    if line.position == "outlet":
        return say("in the outlet {outlet}", outlet=line.outlet)
    return say(_PLACES[line.position]) if line.position in _PLACES else line.position


def _why_out(line: TraceLine, say: Say) -> str:
    reason = line.reason or ""
    if reason in _REASONS:
        return say(_REASONS[reason])
    told = _why_out_by_number(line, say) or _why_out_by_other(line, say)
    return told or line.note or reason


def _why_out_by_number(line: TraceLine, say: Say) -> str | None:
    match line.reason:
        case "budget":
            return say.plural(
                "{n} token short of what lore may take", "{n} tokens short of what lore may take", line.short or 0
            )
        case "book_budget":
            return say.plural(
                "{n} token short of what its book may take",
                "{n} tokens short of what its book may take",
                line.short or 0,
            )
        case "cooldown":
            return say("it came in lately and must wait ({left} more, this one included)", left=line.left)
        case "delay":
            return say("the conversation is too short for it ({left} more to come)", left=line.left)
        case "die":
            return say("the die fell on {points}", points=f"{line.die or 0:.0f} %")
        case "similarity":
            if line.score is None:
                return say("nothing is known of its meaning yet")
            return say("not near enough in meaning ({score})", score=f"{line.score:.2f}")
        case "results":
            return say("others are nearer in meaning (it is number {nth})", nth=line.nth)
        case _:
            return None


def _why_out_by_other(line: TraceLine, say: Say) -> str | None:
    other = line.other or say("another entry")
    match line.reason:
        case "secondary":
            return say(_SECOND.get(line.logic, _SECOND["and_any"]), keys=", ".join(line.keys))
        case "requires":
            return say("it needs {entry}, which is not in", entry=other)
        case "excluded":
            return say("it may not stand beside {entry}", entry=other)
        case "group":
            return say("{entry} was chosen from the group {group}", entry=other, group=line.group)
        case "prompt_room":
            return say("the finished prompt had no place for it")
        case _:
            return None


# ------------------------------------------------------------------------------------------------ as files


def as_text(trace: Trace, say: Say) -> str:
    """The whole trace to read."""
    return "\n".join(_told(trace, say)) + "\n"


def _told(trace: Trace, say: Say) -> Iterator[str]:
    title = say("A trial: nothing was said or kept") if trace.is_dry else say("Lore in one reply")
    yield from (title, "=" * len(title), "")
    yield say("Character: {name}", name=trace.character)
    if trace.at is not None:
        yield say("Decided: {when}", when=trace.at.isoformat(timespec="seconds"))
    for book in trace.books:
        yield say(
            "Book: {book}, version {version}, {entries} in", book=book.name, version=book.version, entries=book.entries
        )
    yield say(
        "Tokens: {spent} of {budget}, {beside} beside the budget",
        spent=trace.spent,
        budget=trace.budget,
        beside=trace.beside,
    )
    if trace.model is not None and trace.threshold is not None:
        near = f"{trace.threshold:.2f}"
        yield say("Meaning: {model}, near from {threshold} on", model=trace.model, threshold=near)
    yield say("Decided in {milliseconds} ms", milliseconds=f"{trace.took_us / 1000:.1f}")
    if trace.hidden:
        yield say.plural("{n} entry of books you may not read", "{n} entries of books you may not read", trace.hidden)
    yield ""
    yield from (f"! {warning(one, say, trace.books)}" for one in trace.warnings)
    for line in trace.lines:
        number = "" if line.number is None else f"#{line.number} "
        yield f"{'+' if line.is_in else '-'} {number}{line.name} [{line.tokens}] {sentence(line, say, trace.books)}"
        if line.note:
            yield f"    {line.note}"


def as_json(trace: Trace) -> bytes:
    """The whole trace for programs: every field under the name it has in `bot.services.lore.replies.trace`."""
    told: dict[str, Any] = {one.name: getattr(trace, one.name) for one in fields(trace)}
    told["lines"] = [asdict(line) | {"named_books": sorted(line.named_books)} for line in trace.lines]
    return orjson.dumps(told, default=str, option=orjson.OPT_INDENT_2)
