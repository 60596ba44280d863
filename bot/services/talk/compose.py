"""Prompt assembly: a pure function of a snapshot under a token budget.

Nothing is dropped silently: every piece that could have gone in stands in `Prompt.parts`, with its size and, where it
was left out or shortened, the reason. What people typed can never pose as another speaker, as a section or as the
system (`compose_names`, `sections`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.ports import Profile, Prompt, PromptMessage, PromptPart, Role
from bot.services.talk import compose_compact, compose_rules, sections
from bot.services.talk.compose_budget import (
    ANSWER_PRIMING_TOKENS,
    MESSAGE_TOKENS,
    Piece,
    Room,
    prompt_budget,
    prompt_tokens,
    shorten,
)
from bot.services.talk.compose_lines import history_messages, older_lines, render_line, written
from bot.services.talk.compose_names import Names
from bot.services.talk.compose_types import CharacterSheet, Count, Example, Line, Snapshot

__all__ = ["CharacterSheet", "Example", "Line", "Snapshot", "compose", "prompt_budget"]

# The newest lines that go in before lore, memories and examples do: without them an answer misses the point.
_RECENT_LINES = 4
# What lore, memories and examples may take together of the room left by then, so that history is never starved.
_BACKGROUND_SHARE = 0.6
# One line may take this part of the budget; a longer earlier one is shortened rather than shutting out all before it.
_LINE_SHARE = 0.25
# A character's own text is not cut below this part of the budget while the last line can still be cut.
_CHARACTER_SHARE = 0.4
# Joining pieces can cost a token or two more than the pieces alone.
_JOIN_TOKENS = 2


def compose(snapshot: Snapshot, *, profile: Profile, budget_tokens: int, count: Count) -> Prompt:
    """The prompt for one answer.

    `budget_tokens` is what the prompt may hold (`prompt_budget` keeps the answer's room free); `count` gives a text's
    tokens. The budget is kept unless rules, character and last line alone are larger; these are shortened first, with
    account. Order of history is kept, its last line is always present, and equal input gives equal output.
    """
    names = Names.of(snapshot)
    if profile is Profile.COMPACT:
        return compose_compact.compose(snapshot, names, budget_tokens=budget_tokens, count=count)
    return _Full(snapshot, names, budget_tokens, count).prompt()


@dataclass(slots=True)
class _Slot:
    """A place in the system message that a piece may fill."""

    heading: str
    piece: Piece
    as_entry: bool = True


class _Full:
    """One assembly for a model that can hold everything in mind."""

    def __init__(self, snapshot: Snapshot, names: Names, budget: int, count: Count) -> None:
        self._snapshot = snapshot
        self._names = names
        self._budget = budget
        self._count = count
        self._history: list[Piece] = []  # newest first while filling
        self._taken: list[_Slot | None] = []  # what went in, in order of importance; None is a line of history
        self._slots = self._system_slots()

    def prompt(self) -> Prompt:
        """Fill by importance, then hold the finished messages against the budget."""
        room = Room(self._budget - self._mandatory())
        self._take_slots(room, {sections.PRESENT, sections.DESCRIPTION, sections.SAYINGS})
        self._take_history(room, _RECENT_LINES)
        background = Room(int(room.free * _BACKGROUND_SHARE))
        before = background.free
        for heading in (sections.LORE, sections.MEMORIES, sections.EXAMPLES):
            self._take_slots(background, {heading})
        room.take(before - background.free)
        self._take_history(room, len(self._snapshot.history))
        return self._finished()

    # -------------------------------------------------------------------------------------------- pieces

    def _piece(self, kind: str, label: str, text: str) -> Piece:
        return Piece(kind, label, text, self._count(text) + _JOIN_TOKENS)

    def _system_slots(self) -> list[_Slot]:
        sheet, names = self._snapshot.character, self._names

        def own(text: str) -> str:
            return written(text, names)

        slots = [
            _Slot(
                sections.RULES,
                self._piece("rules", "house rules", compose_rules.full_rules(names, self._snapshot.language)),
                as_entry=False,
            ),
            _Slot(
                sections.CHARACTER, self._piece("character", names.character, own(sheet.system_prompt)), as_entry=False
            ),
            _Slot(
                sections.DESCRIPTION,
                self._piece("description", names.character, own(sheet.description)),
                as_entry=False,
            ),
        ]
        slots += [_Slot(sections.SAYINGS, self._piece("phrase", phrase, own(phrase))) for phrase in sheet.phrases]
        slots += [
            _Slot(sections.EXAMPLES, self._piece("example", f"example {number}", self._example(example)))
            for number, example in enumerate(sheet.examples, 1)
        ]
        if sheet.greeting and not self._greeted():
            greeting = sections.turn(names.character, own(sheet.greeting))
            slots.append(_Slot(sections.EXAMPLES, self._piece("greeting", "first words", greeting)))
        slots.append(
            _Slot(sections.PRESENT, self._piece("present", "who is here", compose_rules.present(names)), as_entry=False)
        )
        for kind, heading, texts in (
            ("lore", sections.LORE, self._snapshot.lore),
            ("memory", sections.MEMORIES, self._snapshot.memories),
        ):
            slots += [_Slot(heading, self._piece(kind, f"{kind} {n}", own(text))) for n, text in enumerate(texts, 1)]
        return [slot for slot in slots if slot.piece.text]

    def _example(self, example: Example) -> str:
        asked = sections.turn("Somebody", written(example.user, self._names))
        return f"{asked}\n{sections.turn(self._names.character, written(example.character, self._names))}"

    def _greeted(self) -> bool:
        greeting = self._snapshot.character.greeting.strip()
        return any(line.is_character and line.text.strip() == greeting for line in self._snapshot.history)

    # -------------------------------------------------------------------------------------------- filling

    def _mandatory(self) -> int:
        """Rules, character and the last line, shortened where they alone are too large; returns what they take."""
        always = {sections.RULES, sections.CHARACTER}
        headings = {slot.heading for slot in self._slots}
        used = ANSWER_PRIMING_TOKENS + 3 * MESSAGE_TOKENS + self._count(sections.OPENING)
        used += sum(self._count(heading) + _JOIN_TOKENS for heading in headings)
        used += sum(slot.piece.tokens for slot in self._slots if slot.heading == sections.RULES)
        free = max(self._budget - used, 0)
        last = self._line_piece(self._snapshot.history[-1]) if self._snapshot.history else None
        for slot in self._slots:
            if slot.heading == sections.CHARACTER:
                kept = max(free - (last.tokens if last else 0), int(free * _CHARACTER_SHARE))
                slot.piece = shorten(slot.piece, kept, self._count)
                free -= slot.piece.tokens
        if last:
            last = shorten(last, max(free, int(self._budget * _LINE_SHARE), 1), self._count)
            self._history.append(last)
            used += last.tokens
        for slot in self._slots:
            if slot.heading not in always:
                slot.piece = slot.piece.left_out()
        return used + sum(slot.piece.tokens for slot in self._slots if slot.heading == sections.CHARACTER)

    def _take_slots(self, room: Room, headings: set[str]) -> None:
        for slot in self._slots:
            if slot.heading in headings and room.take(slot.piece.tokens):
                slot.piece = replace(slot.piece, included=True, reason="")
                self._taken.append(slot)

    def _take_history(self, room: Room, most: int) -> None:
        """Earlier lines, newest first, without gaps, until `most` stand there or one does not fit."""
        lines = self._snapshot.history
        while len(self._history) < min(most, len(lines)):
            piece = self._line_piece(lines[-1 - len(self._history)])
            piece = shorten(piece, max(int(self._budget * _LINE_SHARE), 1), self._count)
            if not room.take(piece.tokens + MESSAGE_TOKENS):
                return
            self._history.append(piece)
            self._taken.append(None)

    def _line_piece(self, line: Line) -> Piece:
        label = f"{self._names.character if line.is_character else line.speaker}"
        text = render_line(line, self._names)
        return self._piece("history", f"{label} · {line.message_id}" if line.message_id else label, text)

    # -------------------------------------------------------------------------------------------- finishing

    def _finished(self) -> Prompt:
        messages = self._messages()
        while (tokens := prompt_tokens(messages, self._count)) > self._budget and self._give_up_one(
            tokens - self._budget
        ):
            messages = self._messages()
        return Prompt(messages, self._names.stops, self._account(), tokens)

    def _give_up_one(self, excess: int) -> bool:
        """Leave out the least important piece that went in, or shorten the mandatory ones; False when nothing is
        left."""
        if self._taken:
            slot = self._taken.pop()
            if slot is None:
                self._history.pop()
            else:
                slot.piece = slot.piece.left_out()
            return True
        return any(self._shorten_mandatory(heading, excess) for heading in (sections.CHARACTER, sections.RULES, ""))

    def _shorten_mandatory(self, heading: str, excess: int) -> bool:
        """Shorten one mandatory piece (the empty heading is the last line) by `excess` tokens; False if it cannot
        shrink."""
        slot = next((slot for slot in self._slots if slot.heading == heading), None)
        piece = slot.piece if slot else (self._history[0] if not heading and self._history else None)
        if piece is None:
            return False
        shorter = shorten(piece, max(self._count(piece.text) - excess, 1), self._count)
        if len(shorter.text) >= len(piece.text):
            return False
        if slot:
            slot.piece = shorter
        else:
            self._history[0] = shorter
        return True

    def _messages(self) -> tuple[PromptMessage, ...]:
        blocks: dict[str, list[str]] = {}
        for slot in self._slots:
            if slot.piece.included:
                text = sections.entry(slot.piece.text) if slot.as_entry else slot.piece.text
                blocks.setdefault(slot.heading, []).append(text)
        system = "\n\n".join(sections.section(heading, "\n".join(texts)) for heading, texts in blocks.items())
        # The system message's name tells who answers.
        head = PromptMessage(Role.SYSTEM, system, self._names.character)
        return (head, *history_messages(self._shown_lines(), self._names))

    def _shown_lines(self) -> list[tuple[Line, str]]:
        kept = len(self._history)
        lines = self._snapshot.history[len(self._snapshot.history) - kept :]
        return list(zip(lines, (piece.text for piece in reversed(self._history)), strict=True))

    def _account(self) -> tuple[PromptPart, ...]:
        missing = self._snapshot.history[: len(self._snapshot.history) - len(self._history)]
        return (
            *(slot.piece.part() for slot in self._slots),
            *older_lines(missing),
            *(piece.part() for piece in reversed(self._history)),
        )
