"""One assembly for a model that can hold everything in mind.

Order of importance, most important first; what comes later gives way first:

1. the house's rules, the character's own prompt and the line to answer (never left out, shortened at need)
2. its maker's last instructions and note, what the asker tells of themselves and of how they are, the character's
   facts and manner
3. lore that ignores its budget; who is here, how others describe the character, its phrases, what is going on
4. the newest lines of history
5. lore, in the order in which it was given room (`compose_lore.lore_budget` bounds it beforehand)
6. the newest pictures, the recap of what was said before
7. memories, examples of speech (together at most a part of what is left)
8. earlier lines of history, newest first
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from bot import limits
from bot.ports import Prompt, PromptMessage, PromptPart, Role, Whose
from bot.services.talk import compose_lore, sections
from bot.services.talk.compose_budget import (
    ANSWER_PRIMING_TOKENS,
    MESSAGE_TOKENS,
    PICTURE_TOKENS,
    Piece,
    Room,
    prompt_tokens,
    shorten,
)
from bot.services.talk.compose_lines import (
    Rendered,
    cut_line,
    history_messages,
    join,
    older_lines,
    reactions_to_own,
    render_line,
    speaker,
)
from bot.services.talk.compose_names import Names, clean_name
from bot.services.talk.compose_slots import AT_THE_END, Slot, Slots
from bot.services.talk.compose_types import Count, Line, Snapshot, Task
from bot.services.talk.macros import Macros

# The newest lines that go in before lore, memories and examples do: without them an answer misses the point.
_RECENT_LINES = 4
# What memories and examples may take together of the room left by then, so that history is never starved.
_BACKGROUND_SHARE = 0.6
# One line may take this part of the budget; a longer earlier one is shortened rather than shutting out all before it.
_LINE_SHARE = 0.25
# What one piece about the asker, and the recap, may take of the budget.
_ASKER_SHARE = 0.12
_RECAP_SHARE = 0.2
# A character's own text is not cut below this part of the budget while the last line can still be cut.
_CHARACTER_SHARE = 0.4
# A text longer than anybody types into a form (cards hold such) may take this part of the budget.
_TYPED = int(limits.FORM_FIELD_MAX)
_LONG_SHARE = 0.5
# What personality, scenario, note and last instructions may take each: this part of the budget, and one part in this
# many of what is free by then, so that a card's long texts leave room for what was said.
_EXTRA_SHARE = 0.15
_EXTRA_PARTS = 3
# A text cut to fewer tokens than this says nothing any more.
_WORTH_SAYING = 40
# More pictures than this are never looked at at once.
_PICTURES = 4
# Joining pieces can cost a token or two more than the pieces alone.
_JOIN_TOKENS = 2
_ALWAYS = frozenset({sections.RULES, sections.CHARACTER})
_ROLES = {Role.SYSTEM: 0, Role.USER: 1, Role.ASSISTANT: 2}


class Full:
    """One assembly; `prompt` may be called once."""

    def __init__(self, snapshot: Snapshot, names: Names, macros: Macros, budget: int, count: Count) -> None:
        self._snapshot = snapshot
        self._names = names
        self._budget = budget
        self._count = count
        self._slots = Slots(snapshot, names, macros, self._piece).all()
        self._uses_persona = macros.uses_persona
        shown = [slot.piece.lore for slot in self._slots if slot.piece.lore]
        self._rest = compose_lore.account_of_rest(snapshot, macros, shown)
        self._history: list[Piece] = []  # newest first while filling
        self._pictures: dict[int, list[Piece]] = {}  # by how many lines from the end
        self._taken: list[Callable[[], None]] = []  # how to leave out again what went in, in order of importance

    def prompt(self) -> Prompt:
        """Fill by importance, then hold the finished messages against the budget."""
        kept_for_lore = self._reserved()
        room = Room(self._budget - self._mandatory(kept_for_lore))
        kept_for_lore = max(min(kept_for_lore, room.free // 2), 0)
        room.free -= kept_for_lore
        self._take_slots(room, {sections.LAST, sections.NOTE}, share=_EXTRA_SHARE)
        self._take_slots(room, {sections.ASKER}, share=_ASKER_SHARE)
        self._take_slots(room, {sections.MOOD})
        self._take_slots(room, {sections.FACTS, sections.MANNER})
        self._take_slots(room, {sections.PERSONALITY}, share=_EXTRA_SHARE)
        room.free += kept_for_lore
        self._take_lore(room, beside_budget=True)
        kept_for_lore = min(kept_for_lore, self._lore_tokens(beside_budget=False))
        room.free -= kept_for_lore
        self._take_slots(room, {sections.PRESENT, sections.DESCRIPTION, sections.SAYINGS})
        self._take_slots(room, {sections.SCENARIO}, share=_EXTRA_SHARE)
        self._take_history(room, _RECENT_LINES)
        room.free += kept_for_lore
        self._take_lore(room, beside_budget=False)
        self._take_pictures(room)
        self._take_slots(room, {sections.RECAP}, share=_RECAP_SHARE)
        background = Room(int(room.free * _BACKGROUND_SHARE))
        before = background.free
        for heading in (sections.MEMORIES, sections.EXAMPLES):
            self._take_slots(background, {heading})
        room.take(before - background.free)
        self._take_history(room, len(self._snapshot.history))
        return self._finished()

    def _piece(self, kind: str, label: str, text: str, whose: Whose) -> Piece:
        return Piece(kind, label, text, self._count(text) + _JOIN_TOKENS, whose=whose)

    # -------------------------------------------------------------------------------------------- filling

    def _lore_tokens(self, *, beside_budget: bool) -> int:
        slots = (slot.piece for slot in self._slots if slot.piece.lore)
        return sum(one.tokens for one in slots if one.lore and one.lore.ignores_budget is beside_budget)

    def _reserved(self) -> int:
        """What is kept free for lore, which was given as much room before: long texts of a card do not take it."""
        wanted = self._lore_tokens(beside_budget=False) + self._lore_tokens(beside_budget=True)
        return min(wanted, int(self._budget * compose_lore.SHARE))

    def _mandatory(self, kept_free: int) -> int:
        """Rules, character and the last line, shortened where they alone are too large; returns what they take."""
        headings = [heading for heading, _ in groupby(slot.heading for slot in self._slots)]
        used = ANSWER_PRIMING_TOKENS + 3 * MESSAGE_TOKENS + self._count(sections.OPENING)
        if self._snapshot.task is Task.CONTINUE:
            used += MESSAGE_TOKENS + self._count(sections.CONTINUE)
        used += sum(self._count(heading) + _JOIN_TOKENS for heading in headings)
        used += MESSAGE_TOKENS * len({(slot.depth, slot.role) for slot in self._slots if slot.depth is not None})
        used += sum(slot.piece.tokens for slot in self._slots if slot.heading == sections.RULES)
        free = max(self._budget - used, 0)
        sheet = self._snapshot.character
        typed = {"character": sheet.system_prompt, "definition": sheet.definition}
        last = self._line_piece(self._snapshot.history[-1]) if self._snapshot.history else None
        for slot in self._slots:
            if slot.heading == sections.CHARACTER:
                kept = max(free - (last.tokens if last else 0), int(free * _CHARACTER_SHARE))
                if len(typed[slot.piece.kind]) > _TYPED:
                    kept = min(kept, int((self._budget - kept_free) * _LONG_SHARE))
                slot.piece = shorten(slot.piece, kept, self._count)
                free -= slot.piece.tokens
                used += slot.piece.tokens
        if last:
            last = shorten(last, max(free, int(self._budget * _LINE_SHARE), 1), self._count, cut_line)
            self._history.append(last)
            used += last.tokens
        for slot in self._slots:
            if slot.heading not in _ALWAYS:
                slot.leave_out()
        return used

    def _take_slots(self, room: Room, headings: set[str], *, share: float | None = None) -> None:
        for slot in self._slots:
            if slot.heading not in headings or slot.piece.lore:
                continue
            piece = slot.piece
            if share is not None:
                most = int(self._budget * share)
                if share == _EXTRA_SHARE:
                    most = min(most, max(room.free // _EXTRA_PARTS, _WORTH_SAYING))
                piece = shorten(piece, max(most, 1), self._count)
            if room.take(piece.tokens):
                slot.put_in(piece)
                self._taken.append(slot.leave_out)

    def _take_lore(self, room: Room, *, beside_budget: bool) -> None:
        """Entries by their rank; one that does not fit leaves room for what does."""
        found = [(slot.piece.lore.rank, slot) for slot in self._slots if slot.piece.lore]
        for _, slot in sorted(found, key=lambda one: one[0]):
            lore = slot.piece.lore
            if lore and lore.ignores_budget is beside_budget and room.take(slot.piece.tokens):
                slot.put_in(slot.piece)
                self._taken.append(slot.leave_out)

    def _take_history(self, room: Room, most: int) -> None:
        """Earlier lines, newest first, without gaps, until `most` stand there or one does not fit."""
        lines = self._snapshot.history
        while len(self._history) < min(most, len(lines)):
            piece = self._line_piece(lines[-1 - len(self._history)])
            piece = shorten(piece, max(int(self._budget * _LINE_SHARE), 1), self._count, cut_line)
            if not room.take(piece.tokens + MESSAGE_TOKENS):
                return
            self._history.append(piece)
            self._taken.append(self._leave_out_oldest_line)

    def _take_pictures(self, room: Room) -> None:
        """The newest pictures of the lines that went in."""
        count = 0
        for back in range(len(self._history)):
            for shown in self._snapshot.history[-1 - back].attached:
                if shown.picture is None:
                    continue
                label = clean_name(shown.name)
                piece = Piece("picture", label, "", PICTURE_TOKENS, picture=shown.picture)
                if count >= _PICTURES:
                    piece = piece.left_out(f"only the newest {_PICTURES} pictures are looked at")
                elif room.take(piece.tokens):
                    count += 1
                    self._taken.append(lambda back=back: self._leave_out_picture(back))
                else:
                    piece = piece.left_out()
                self._pictures.setdefault(back, []).append(piece)

    def _line_piece(self, line: Line) -> Piece:
        label = speaker(line, self._names)
        text = render_line(line, self._names)
        piece = self._piece("history", f"{label} · {line.message_id}" if line.message_id else label, text, Whose.SHARED)
        after = reactions_to_own(line, self._names)
        return replace(piece, tokens=piece.tokens + self._count(after) + MESSAGE_TOKENS) if after else piece

    # -------------------------------------------------------------------------------------------- giving up

    def _leave_out_oldest_line(self) -> None:
        self._history.pop()
        self._pictures.pop(len(self._history), None)

    def _leave_out_picture(self, back: int) -> None:
        pieces = self._pictures.get(back, [])
        for number in range(len(pieces) - 1, -1, -1):
            if pieces[number].included:
                pieces[number] = pieces[number].left_out()
                return

    def _give_up_one(self, excess: int) -> bool:
        """Leave out the least important piece that went in, or shorten the mandatory ones; False when nothing is
        left."""
        if self._taken:
            self._taken.pop()()
            return True
        return any(self._shorten_mandatory(heading, excess) for heading in (sections.CHARACTER, sections.RULES, ""))

    def _shorten_mandatory(self, heading: str, excess: int) -> bool:
        """Shorten one mandatory piece (the empty heading is the last line) by `excess` tokens; False if it cannot
        shrink."""
        slots = [slot for slot in self._slots if slot.heading == heading]
        # Of a character what was typed is kept longest; of the rules only the first, longest one is cut.
        for slot in reversed(slots) if heading == sections.CHARACTER else slots[:1]:
            if cut := self._cut(slot.piece, excess):
                slot.piece = cut
                return True
        if not heading and self._history and (cut := self._cut(self._history[0], excess)):
            self._history[0] = cut
            return True
        return False

    def _cut(self, piece: Piece, excess: int) -> Piece | None:
        cut = shorten(piece, max(self._count(piece.text) - excess, 1), self._count)
        return cut if len(cut.text) < len(piece.text) else None

    # -------------------------------------------------------------------------------------------- finishing

    def _finished(self) -> Prompt:
        messages = self._messages()
        while (tokens := prompt_tokens(messages, self._count)) > self._budget and self._give_up_one(
            tokens - self._budget
        ):
            messages = self._messages()
        return Prompt(messages, self._names.stops, self._account(), tokens)

    def _messages(self) -> tuple[PromptMessage, ...]:
        lines = self._shown_lines()
        beside = self._beside(len(lines))
        system = _sections(slot for slot in self._slots if slot.depth is None)
        while beside.get(0) and beside[0][0].role is Role.SYSTEM:
            system = f"{system}\n\n{beside[0].pop(0).content}"
        # The system message's name tells who answers.
        head = PromptMessage(Role.SYSTEM, system, self._names.character)
        messages = [head, *history_messages(lines, self._names, beside)]
        if self._snapshot.task is Task.CONTINUE:
            goes_on = PromptMessage(Role.USER, sections.CONTINUE)
            join(messages, goes_on) if beside else messages.append(goes_on)
        return tuple(messages)

    def _beside(self, lines: int) -> dict[int, list[PromptMessage]]:
        """What stands among the lines, by how many of them come before it: one message for each depth and role.

        At one depth the system's come first, then the user's, then the character's own.
        """
        deep = sorted(
            (slot for slot in self._slots if slot.depth is not None and slot.piece.included),
            key=lambda slot: (-(AT_THE_END if slot.depth is None else slot.depth), _ROLES[slot.role]),
        )
        found: dict[int, list[PromptMessage]] = {}
        for (depth, role), slots in groupby(deep, key=lambda slot: (slot.depth or 0, slot.role)):
            before = lines if depth == AT_THE_END else max(lines - depth, 0)
            found.setdefault(before, []).append(self._message(role, list(slots)))
        return found

    def _message(self, role: Role, slots: Sequence[Slot]) -> PromptMessage:
        if role is Role.SYSTEM:
            return PromptMessage(role, _sections(slots))
        if role is Role.USER:
            return PromptMessage(role, "\n".join(sections.aside(slot.piece.text) for slot in slots))
        return PromptMessage(role, "\n".join(slot.piece.text for slot in slots), self._names.character)

    def _shown_lines(self) -> list[Rendered]:
        lines = self._snapshot.history
        shown: list[Rendered] = []
        for back in range(len(self._history) - 1, -1, -1):
            line = lines[-1 - back]
            pictures = tuple(
                piece.picture for piece in self._pictures.get(back, []) if piece.included and piece.picture
            )
            shown.append(Rendered(line, self._history[back].text, pictures, reactions_to_own(line, self._names)))
        return shown

    def _account(self) -> tuple[PromptPart, ...]:
        missing = self._snapshot.history[: len(self._snapshot.history) - len(self._history)]
        quoted = PromptPart("asker", "quoted in the character's own text", 0, whose=Whose.ASKER)
        return (
            *(slot.piece.part() for slot in self._slots),
            *self._rest,
            *((quoted,) if self._uses_persona else ()),
            *older_lines(missing),
            *(piece.part() for piece in reversed(self._history)),
            *(piece.part() for back in sorted(self._pictures, reverse=True) for piece in self._pictures[back]),
        )


def _sections(slots: Iterable[Slot]) -> str:
    """Sections as a system message holds them; neighbours of one heading share it."""
    shown = groupby((slot for slot in slots if slot.piece.included), key=lambda slot: slot.heading)
    return "\n\n".join(sections.section(heading, "\n".join(slot.shown for slot in some)) for heading, some in shown)
