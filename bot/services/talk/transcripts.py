"""A conversation as a page to read: Markdown in which nobody's words can be anything but words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from bot.services.talk.exported import ExportedConversation, ExportedMessage
from bot.texts import Say

# Whatever means something to a Markdown reader, GitHub's extensions and raw HTML included.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#|~&!$^=@:])")
_LEADING = re.compile(r"^(\d{1,9})([.)])|^([-+])")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]{0,20})")
_TICKS = re.compile(r"`+")


def head(told: ExportedConversation, title: str, say: Say) -> Iterator[str]:
    """The page up to the first line: what it is, and the recap."""
    yield from (f"# {plain(title)}", "", *_about(told, say))
    if told.recap is not None:
        yield from ("", f"## {say('Recap')}", "", *quoted(told.recap.text))
    yield from ("", f"## {say('What was said')}")


def plain(text: str) -> str:
    """Words on one line that are shown as they stand."""
    return _escaped(" ".join(text.split()))


def quoted(text: str) -> Iterator[str]:
    """Words as a quotation that ends where they end. What was written as code stays code."""
    fence, code = "", list[str]()
    for line in text.splitlines():
        marks = _FENCE.match(line)
        if fence:
            if marks and marks[1].startswith(fence) and not marks[2]:
                yield from _code(code)
                fence, code = "", []
            else:
                code.append(line)
        elif marks:
            fence = marks[1]
        else:
            # Two blanks at its end keep a line from running into the next.
            yield f"> {_escaped(line.strip())}  " if line.strip() else ">"
    if fence:
        yield from _code(code)


def _code(lines: list[str]) -> Iterator[str]:
    longest = max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"> {fence}"
    yield from (f"> {line}" for line in lines)
    yield f"> {fence}"


def _escaped(line: str) -> str:
    shown = "".join(char for char in line if char.isprintable() or char in "\u200c\u200d")
    return _LEADING.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", _SPECIAL.sub(r"\\\1", shown))


def _about(told: ExportedConversation, say: Say) -> Iterator[str]:
    names = ", ".join(plain(one.name) for one in told.characters)
    people = ", ".join(plain(one.name) for one in told.people)
    yield f"- {say('Characters: {names}', names=names or '–')}"
    yield f"- {say('People: {names}', names=people or '–')}"
    yield f"- {say('Began: {at}', at=_when(told.started_at))}"
    yield f"- {say('Copied: {at}', at=_when(told.exported_at))}"
    if told.tags:
        yield f"- {say('Tags: {tags}', tags=', '.join(plain(tag) for tag in told.tags))}"
    if told.forked_from:
        yield f"- {say('A fork of conversation {id}', id=told.forked_from)}"
    if told.older_lines:
        yield f"- {say('Older lines that are not in it: {count}', count=told.older_lines)}"
    if told.withheld_lines:
        yield f"- {say('Lines said in private before you took part, not in it: {count}', count=told.withheld_lines)}"


def line(one: ExportedMessage, say: Say) -> Iterator[str]:
    """One message, in the words that stand."""
    yield ""
    changed = f" · {say('changed')}" if one.edits else ""
    yield f"**{plain(one.speaker) or '–'}** · {_when(one.said_at)}{changed}"
    yield ""
    yield from quoted(one.content)
    for file in one.attachments:
        yield f"> 📎 {plain(file.name)} ({plain(file.kind)}, {file.size_bytes})  "
    if one.reactions:
        counts: dict[str, int] = {}
        for reaction in one.reactions:
            counts[reaction.emoji] = counts.get(reaction.emoji, 0) + 1
        yield ">"
        yield "> " + " ".join(f"{plain(emoji)} {count}" for emoji, count in counts.items())


def _when(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
