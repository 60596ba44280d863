"""The pieces of a system message: what may stand in it, under which heading, and who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.ports import Role, Whose
from bot.services.characters.examples import read_examples
from bot.services.lore.engine.book import Position
from bot.services.talk import compose_lore, compose_rules, compose_traits, sections
from bot.services.talk.compose_budget import Piece
from bot.services.talk.compose_lines import is_own, typed, written
from bot.services.talk.compose_names import Names
from bot.services.talk.compose_types import Example, LoreText, Snapshot
from bot.services.talk.macros import Macros

PieceOf = Callable[[str, str, str, Whose], Piece]
"""Makes a counted piece of kind, label, text and whose."""


AT_THE_END = -1
"""Deeper than nothing: after whatever else stands at the end."""


@dataclass(slots=True)
class Slot:
    """A place that a piece may fill: in the system message or, with a `depth`, that many lines before the end.

    `remark` is what the account says of it where it stands.
    """

    heading: str
    piece: Piece
    as_entry: bool = True
    depth: int | None = None
    role: Role = Role.SYSTEM
    remark: str = ""

    def leave_out(self) -> None:
        """Take the piece out again."""
        self.piece = self.piece.left_out()

    def put_in(self, piece: Piece) -> None:
        """Take the piece along, perhaps shortened."""
        shortened = self.remark if piece.text == self.piece.text else piece.reason
        self.piece = replace(piece, included=True, reason=shortened)

    @property
    def shown(self) -> str:
        """The piece as it stands in its section."""
        return sections.entry(self.piece.text) if self.as_entry else self.piece.text


class Slots:
    """All slots of a snapshot, in the order in which they are read. Each text is expanded once."""

    def __init__(self, snapshot: Snapshot, names: Names, macros: Macros, piece: PieceOf) -> None:
        self._snapshot, self._names, self._macros, self._piece = snapshot, names, macros, piece

    def all(self) -> list[Slot]:
        """Every slot that has something to say."""
        # The creators' texts first: what they ban belongs to the rules above them.
        character, examples, beside = list(self._character()), list(self._examples()), list(self._beside())
        lore = {position: list(self._lore(position)) for position in Position if position is not Position.OUTLET}
        memories = list(self._memories())
        slots = [
            *lore[Position.SYSTEM_TOP],
            *self._rules(),
            *lore[Position.BEFORE_CHARACTER],
            *character,
            *lore[Position.AFTER_CHARACTER],
            *lore[Position.BEFORE_EXAMPLES],
            *examples,
            *lore[Position.AFTER_EXAMPLES],
            self._present(),
            *self._asker(),
            self._mood(),
            *self._recap(),
            *memories,
            *lore[Position.SYSTEM_BOTTOM],
            *lore[Position.AT_DEPTH],
            *beside,
        ]
        return [slot for slot in slots if slot.piece.text.strip()]

    def _own(self, text: str, *, original: str = "") -> str:
        return written(text, self._macros, original=original)

    def _rules(self) -> Iterable[Slot]:
        names, snapshot = self._names, self._snapshot
        of_asker = compose_rules.language_name(snapshot.person.language) is not None
        yield Slot(
            sections.RULES,
            self._piece("rules", "house rules", compose_rules.full_rules(names, snapshot), Whose.HOUSE),
            as_entry=False,
        )
        yield Slot(
            sections.RULES,
            self._piece(
                "rules",
                "language",
                compose_rules.language_rule(snapshot),
                Whose.ASKER if of_asker else Whose.HOUSE,
            ),
        )
        banned = sections.neutral(compose_rules.banned_rule([typed(word) for word in self._macros.banned]))
        yield Slot(sections.RULES, self._piece("rules", "words to avoid", banned, Whose.CREATOR))

    def _character(self) -> Iterable[Slot]:
        sheet, name = self._snapshot.character, self._names.character
        prompt = self._own(sheet.system_prompt, original=compose_rules.original_prompt(self._names))
        definition = self._own(sheet.definition)
        yield Slot(sections.CHARACTER, self._piece("character", name, prompt, Whose.CREATOR), as_entry=False)
        yield Slot(sections.CHARACTER, self._piece("definition", name, definition, Whose.CREATOR), as_entry=False)
        for label, fact in compose_traits.facts(sheet):
            yield Slot(sections.FACTS, self._piece("about", label, typed(fact), Whose.CREATOR))
        for label, told in compose_traits.manner(sheet.traits):
            yield Slot(sections.MANNER, self._piece("trait", label.lower(), told, Whose.CREATOR))
        personality = self._own(sheet.personality)
        yield Slot(sections.PERSONALITY, self._piece("personality", name, personality, Whose.CREATOR), as_entry=False)
        description = self._own(sheet.description)
        yield Slot(sections.DESCRIPTION, self._piece("description", name, description, Whose.CREATOR), as_entry=False)
        for number, phrase in enumerate(sheet.phrases, 1):
            yield Slot(sections.SAYINGS, self._piece("phrase", f"phrase {number}", self._own(phrase), Whose.CREATOR))
        scenario = self._own(sheet.scenario)
        yield Slot(sections.SCENARIO, self._piece("scenario", name, scenario, Whose.CREATOR), as_entry=False)

    def _beside(self) -> Iterable[Slot]:
        """What the character's maker wants said among the lines, and after them."""
        sheet, name = self._snapshot.character, self._names.character
        note = self._piece("note", name, self._own(sheet.note.text), Whose.CREATOR)
        yield _deep(Slot(sections.NOTE, note, as_entry=False), sheet.note.depth, Role(sheet.note.role))
        told = self._own(sheet.last_instructions, original=compose_rules.original_reminder(self._names))
        last = self._piece("last instructions", name, told, Whose.CREATOR)
        yield Slot(sections.LAST, last, as_entry=False, depth=AT_THE_END)

    def _examples(self) -> Iterable[Slot]:
        sheet = self._snapshot.character
        for number, example in enumerate(sheet.examples, 1):
            text = self._example(example)
            yield Slot(sections.EXAMPLES, self._piece("example", f"example {number}", text, Whose.CREATOR))
        if sheet.greeting and not self._greeted():
            greeting = sections.turn(self._names.character, self._own(sheet.greeting))
            yield Slot(sections.EXAMPLES, self._piece("greeting", "first words", greeting, Whose.CREATOR))

    def _example(self, example: Example) -> str:
        asked = sections.turn("Somebody", self._own(example.user))
        return f"{asked}\n{sections.turn(self._names.character, self._own(example.character))}"

    def _greeted(self) -> bool:
        """Whether the history holds the greeting, or another one of its own, and so needs no second one."""
        greeting = typed(self._macros.preview(self._snapshot.character.greeting))
        return any(
            (line.is_greeting and is_own(line, self._names)) or (line.is_character and typed(line.text) == greeting)
            for line in self._snapshot.history
        )

    def _present(self) -> Slot:
        text = compose_rules.present(self._names, self._snapshot.place)
        return Slot(sections.PRESENT, self._piece("present", "who is here", text, Whose.SHARED), as_entry=False)

    def _asker(self) -> Iterable[Slot]:
        for label, told in compose_rules.about_asker(self._snapshot.person):
            yield Slot(sections.ASKER, self._piece("asker", label, typed(told), Whose.ASKER))

    def _mood(self) -> Slot:
        # Whole or not at all, and on one line: what is kept of the prompt leaves exactly this text out.
        return Slot(sections.MOOD, self._piece("check-in", "how you are", typed(self._snapshot.mood), Whose.ASKER))

    def _recap(self) -> Iterable[Slot]:
        text = typed(self._snapshot.recap)
        yield Slot(sections.RECAP, self._piece("recap", "what was said before", text, Whose.SHARED), as_entry=False)

    def _memories(self) -> Iterable[Slot]:
        # Memories are private to whom they are about; that they are the asker's own is all that is known here.
        for number, text in enumerate(self._snapshot.memories, 1):
            piece = self._piece("memory", f"memory {number}", self._own(text), Whose.ASKER)
            yield Slot(sections.MEMORIES, piece)

    # -------------------------------------------------------------------------------------------- lore

    def _lore(self, position: Position) -> Iterable[Slot]:
        for one in self._snapshot.lore:
            if one.position is position:
                slot = self._of_lore(one)
                is_deep = position is Position.AT_DEPTH
                yield _deep(slot, one.depth, compose_lore.ROLES[one.role]) if is_deep else slot

    def _of_lore(self, one: LoreText) -> Slot:
        """An entry under its heading. One that stands at the examples and is an example goes with them."""
        text = self._own(one.text)
        spoken = self._spoken(text) if one.position in _AT_EXAMPLES else ""
        piece = self._piece(compose_lore.KIND, one.name, spoken or text, Whose.LORE)
        heading = sections.EXAMPLES if spoken else sections.LORE
        return Slot(heading, replace(piece, lore=one), as_entry=not spoken)

    def _spoken(self, text: str) -> str:
        """A text as examples of speech; empty where it is none."""
        names = self._names
        exchanges = read_examples(text, names.character, (names.user, names.called))
        return "\n".join(sections.entry(_exchange(one.user, one.character, names)) for one in exchanges)


_AT_EXAMPLES = frozenset({Position.BEFORE_EXAMPLES, Position.AFTER_EXAMPLES})


def _deep(slot: Slot, depth: int, role: Role) -> Slot:
    """The slot among the lines. Own words cannot be the last: several servers refuse them, others go on from them."""
    if role is Role.ASSISTANT and depth < 1:
        return replace(slot, depth=1, role=role, remark=compose_lore.NOT_LAST)
    return replace(slot, depth=max(depth, 0), role=role)


def _exchange(asked: str, answer: str, names: Names) -> str:
    said = sections.turn(names.character, answer)
    return f"{sections.turn('Somebody', asked)}\n{said}" if asked else said
