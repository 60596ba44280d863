"""What the character says to what came with a line: pictures, text files, stickers, reactions."""

from __future__ import annotations

import re

from bot.rehearsal.turn import Turn
from bot.services.talk import relevance, sections

_PICTURE = re.compile(
    rf"{sections.PICTURE} (?P<name>.+?)(?: \((?P<size>[^)]*)\))?(?:, described as: (?P<alt>.+))?", re.DOTALL
)
_TEXT_FILE = re.compile(rf"{sections.TEXT_FILE} (?P<name>.+?)(?: \([^)]*\))?:\n(?P<words>.*)", re.DOTALL)
_FILE = re.compile(rf"{sections.FILE} (?P<name>.+?)(?: \([^)]*\))?, which you cannot open", re.DOTALL)
_STICKER = re.compile(rf"{sections.STICKER}: (?P<name>[^,]+)")
_REACTION = re.compile(r"(?P<emoji>\S+) from (?P<who>[^,;]+)")
_LONGEST_QUOTE = 300


def answer(turn: Turn) -> str | None:
    """A reply to what came with the last line, if anything did."""
    for note in turn.scene.last.notes:
        if told := _of_note(turn, note):
            return told
    return None


def _of_note(turn: Turn, note: str) -> str | None:
    if file := _TEXT_FILE.fullmatch(note):
        quote = _quote(turn.meaning.text, file["words"])
        return turn.say("file", name_of_file=file["name"], quote=quote)
    if picture := _PICTURE.fullmatch(note):
        about = picture["alt"] or ", ".join(part for part in (picture["name"], picture["size"]) if part)
        return turn.say("picture", shown=about)
    if sticker := _STICKER.match(note):
        return turn.say("sticker", shown=sticker["name"])
    if closed := _FILE.match(note):
        return turn.say("file_closed", name_of_file=closed["name"])
    return turn.say("voice") if note.startswith(sections.VOICE) else None


def _quote(question: str, words: str) -> str | None:
    """The sentence of a text file that bears on the question, or its first one."""
    told = relevance.sentences(words)
    best = relevance.rank(question, told)
    chosen = told[best[0][1]] if best else next(iter(told), None)
    return chosen[:_LONGEST_QUOTE] if chosen else None


def reaction(turn: Turn) -> str | None:
    """A word about who reacted to what the character said last."""
    found = _REACTION.search(turn.scene.reactions)
    return turn.say("reaction", emoji=found["emoji"], who=found["who"].strip()) if found else None
