"""The pieces of a system message: what may stand in it, under which heading, and who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.ports import Whose
from bot.services.talk import compose_rules, compose_traits, sections
from bot.services.talk.compose_budget import Piece
from bot.services.talk.compose_lines import typed, written
from bot.services.talk.compose_names import Names
from bot.services.talk.compose_types import Example, Snapshot
from bot.services.talk.macros import Macros

PieceOf = Callable[[str, str, str, Whose], Piece]
"""Makes a counted piece of kind, label, text and whose."""


@dataclass(slots=True)
class Slot:
    """A place in the system message that a piece may fill."""

    heading: str
    piece: Piece
    as_entry: bool = True

    def leave_out(self) -> None:
        """Take the piece out again."""
        self.piece = self.piece.left_out()

    def put_in(self, piece: Piece) -> None:
        """Take the piece along, perhaps shortened."""
        shortened = "" if piece.text == self.piece.text else piece.reason
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
        # The creator's texts first: what they ban belongs to the rules above them.
        of_creator = [*self._character(), *self._examples()]
        background = list(self._background())
        slots = [*self._rules(), *of_creator, self._present(), *self._asker(), *self._recap(), *background]
        return [slot for slot in slots if slot.piece.text.strip()]

    def _own(self, text: str) -> str:
        return written(text, self._macros)

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
        yield Slot(
            sections.CHARACTER,
            self._piece("character", name, self._own(sheet.system_prompt), Whose.CREATOR),
            as_entry=False,
        )
        for label, fact in compose_traits.facts(sheet):
            yield Slot(sections.FACTS, self._piece("about", label, typed(fact), Whose.CREATOR))
        for label, told in compose_traits.manner(sheet.traits):
            yield Slot(sections.MANNER, self._piece("trait", label.lower(), told, Whose.CREATOR))
        yield Slot(
            sections.DESCRIPTION,
            self._piece("description", name, self._own(sheet.description), Whose.CREATOR),
            as_entry=False,
        )
        for number, phrase in enumerate(sheet.phrases, 1):
            yield Slot(sections.SAYINGS, self._piece("phrase", f"phrase {number}", self._own(phrase), Whose.CREATOR))

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
        """Whether the history begins with the greeting, and so needs no second one."""
        greeting = typed(self._macros.preview(self._snapshot.character.greeting))
        return any(line.is_character and typed(line.text) == greeting for line in self._snapshot.history)

    def _present(self) -> Slot:
        text = compose_rules.present(self._names, self._snapshot.place)
        return Slot(sections.PRESENT, self._piece("present", "who is here", text, Whose.SHARED), as_entry=False)

    def _asker(self) -> Iterable[Slot]:
        for label, told in compose_rules.about_asker(self._snapshot.person):
            yield Slot(sections.ASKER, self._piece("asker", label, typed(told), Whose.ASKER))

    def _recap(self) -> Iterable[Slot]:
        text = typed(self._snapshot.recap)
        yield Slot(sections.RECAP, self._piece("recap", "what was said before", text, Whose.SHARED), as_entry=False)

    def _background(self) -> Iterable[Slot]:
        # Memories are private to whom they are about; that they are the asker's own is all that is known here.
        for kind, heading, texts, whose in (
            ("lore", sections.LORE, self._snapshot.lore, Whose.CREATOR),
            ("memory", sections.MEMORIES, self._snapshot.memories, Whose.ASKER),
        ):
            for number, text in enumerate(texts, 1):
                yield Slot(heading, self._piece(kind, f"{kind} {number}", self._own(text), whose))
