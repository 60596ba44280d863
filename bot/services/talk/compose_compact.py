"""The compact profile: for models of a few hundred million parameters.

Such a model loses a long system message and goes on with whatever it said before. What helps (tried on SmolLM2-135M):
a system message of a few sentences, the examples as turns of their own, one exchange of history, and the facts that
bear on the question right beside it, in the character's own mouth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bot.ports import Prompt, PromptMessage, PromptPart, Role, Whose
from bot.services.lore.engine.book import Position
from bot.services.talk import compose_lore, compose_rules, compose_traits, person, relevance, sections
from bot.services.talk.compose_budget import (
    ANSWER_PRIMING_TOKENS,
    MESSAGE_TOKENS,
    NO_ROOM,
    Piece,
    Room,
    head_and_tail,
    prompt_tokens,
    shorten,
)
from bot.services.talk.compose_lines import Rendered, history_messages, is_own, older_lines, render_line, typed, written
from bot.services.talk.compose_names import Names
from bot.services.talk.compose_types import Count, Line, LoreText, Snapshot, Task
from bot.services.talk.macros import Macros

_FACTS = 2
_EXAMPLES = 2
_IDENTITY_SENTENCES = 2
_LINES = 2
# A small model quotes long lines back at length.
_LINE_TOKENS = 60
_LEFT_TO_FACTS = "only facts that bear on the question go in for a small model"
_SMALL = "a small model is shown few lines and examples"
_DEFINITION = "definition"
_USABLE = frozenset({"character", _DEFINITION, compose_lore.KIND, "memory", "recap"})
# What personality, scenario, note and last instructions may take each of the budget: one part in this many.
_EXTRA_PARTS = 10


@dataclass(frozen=True, slots=True)
class _Fact:
    """One sentence that may bear on the question."""

    kind: str
    text: str
    lore: LoreText | None = None


@dataclass(slots=True)
class _Background:
    """What a small model may be told: who it is, and single facts."""

    identity: list[str]
    facts: list[_Fact]


def compose(snapshot: Snapshot, names: Names, macros: Macros, *, budget_tokens: int, count: Count) -> Prompt:
    """The prompt for one answer of a small model; same promises as `compose.compose`."""
    return _Draft(snapshot, names, macros, budget_tokens, count).prompt()


def _background(snapshot: Snapshot, names: Names, macros: Macros) -> _Background:
    """The sentences that say who the character is, and everything else that may become a fact."""
    sheet = snapshot.character

    def told(text: str, *, original: str = "") -> list[str]:
        return relevance.sentences(written(text, macros, original=original))

    card = told(sheet.system_prompt, original=compose_rules.original_prompt(names))
    definition = told(sheet.definition)
    about = [typed(fact) for _, fact in compose_traits.facts(sheet)]
    identity = [*told(sheet.description)[:1], *(card or definition)[:_IDENTITY_SENTENCES], *about]
    rest = [_Fact("character", text) for text in card]
    rest += [_Fact(_DEFINITION, text) for text in definition]
    for one in sorted(snapshot.lore, key=lambda one: one.rank):
        if one.position is not Position.OUTLET:
            rest += [_Fact(compose_lore.KIND, text, one) for text in told(one.text)]
    rest += [_Fact("memory", text) for entry in snapshot.memories for text in told(entry)]
    rest = [replace(fact, text=person.as_first(fact.text, names.character)) for fact in rest]
    rest += [_Fact("recap", text) for text in relevance.sentences(typed(snapshot.recap))]
    rest += [_Fact("phrase", written(phrase, macros)) for phrase in sheet.phrases]
    return _Background(identity, rest)


def _of_asker(snapshot: Snapshot, names: Names) -> str:
    """What the asker tells of themselves, in few words."""
    told = [typed(entry) for _, entry in compose_rules.about_asker(snapshot.person)]
    return f"About {names.user}: {'. '.join(told)}." if told else ""


def _chosen(question: str, facts: Sequence[_Fact]) -> set[int]:
    """Indexes of the facts that bear most on the question. Phrases serve the account only.

    One of them is lore, where something called it in: what is said may have called it in other words than its own.
    """
    usable = [index for index, fact in enumerate(facts) if fact.kind in _USABLE]
    ranked = [usable[index] for _, index in relevance.rank(question, [facts[index].text for index in usable])]
    lore = [index for index in ranked if facts[index].lore]
    called = (index for index, fact in enumerate(facts) if fact.lore and fact.lore.is_called)
    first = lore[:1] or list(islice(called, 1))
    others = [index for index in ranked if index not in first]
    return {*first, *others[: _FACTS - len(first)]}


class _Draft:
    """A compact prompt while it is made; it can still lose its oldest line or its last fact."""

    def __init__(self, snapshot: Snapshot, names: Names, macros: Macros, budget: int, count: Count) -> None:
        self._snapshot, self._names, self._macros = snapshot, names, macros
        self._budget, self._count = budget, count
        self._last = snapshot.history[-1] if snapshot.history else None
        self._lines: list[tuple[Line, Piece]] = []
        background = _background(snapshot, names, macros)
        self._fill(background, Room(budget - ANSWER_PRIMING_TOKENS - 3 * MESSAGE_TOKENS - count(self._note("")) - 8))

    def prompt(self) -> Prompt:
        """The prompt, held against the budget as it will be sent."""
        messages = self._messages()
        while (tokens := prompt_tokens(messages, self._count)) > self._budget and self._give_up_one(
            tokens - self._budget
        ):
            messages = self._messages()
        return Prompt(messages, self._names.stops, self._account(), tokens)

    # -------------------------------------------------------------------------------------------- filling

    def _piece(self, kind: str, label: str, text: str, whose: Whose = Whose.CREATOR) -> Piece:
        return Piece(kind, label, text, self._count(text) + 2, whose=whose)

    def _fill(self, background: _Background, room: Room) -> None:
        snapshot, names, count = self._snapshot, self._names, self._count
        self._rules = self._piece("rules", "house rules", compose_rules.compact_rules(names, snapshot), Whose.HOUSE)
        room.free -= self._rules.tokens
        self._ask = self._asked(room)
        about = self._piece("character", names.character, " ".join(background.identity))
        self._about = shorten(about, max(room.free, 1), count)
        room.take(min(self._about.tokens, max(room.free, 0)))
        self._extras = [
            piece if room.take(piece.tokens) else piece.left_out() for piece in self._extra_pieces() if piece.text
        ]
        question = self._last.text if self._last else snapshot.character.greeting
        chosen = _chosen(question, background.facts)
        self._facts = [self._fact(fact, index in chosen, room) for index, fact in enumerate(background.facts)]
        self._examples = [self._example(number, room) for number in range(len(snapshot.character.examples))]
        self._take_earlier(room)

    def _asked(self, room: Room) -> Piece | None:
        if self._last is None:
            return None
        ask = self._piece("history", self._last.speaker, render_line(self._last, self._names), Whose.SHARED)
        ask = shorten(ask, max(room.free * 3 // 4, self._budget // 4, 1), self._count)
        room.take(min(ask.tokens, max(room.free, 0)))
        return ask

    def _extra_pieces(self) -> list[Piece]:
        """What stands below rules and character: manner, language, words to avoid, the asker, the place's company."""
        snapshot, names = self._snapshot, self._names
        manner = compose_traits.in_few_words(snapshot.character.traits)
        of_asker = compose_rules.language_name(snapshot.person.language) is not None
        asker = self._piece("asker", "about them", _of_asker(snapshot, names), Whose.ASKER)
        language = compose_rules.compact_language(snapshot)
        banned = compose_rules.banned_rule([typed(word) for word in self._macros.banned])
        return [
            self._piece("rules", "language", language, Whose.ASKER if of_asker else Whose.HOUSE),
            self._piece("trait", "manner", f"Your manner: {manner}." if manner else ""),
            self._piece("rules", "words to avoid", sections.neutral(banned)),
            shorten(asker, max(self._budget // 8, 1), self._count),
            self._piece("check-in", "how you are", typed(snapshot.mood), Whose.ASKER),
            *(shorten(piece, max(self._budget // _EXTRA_PARTS, 1), self._count) for piece in self._of_card()),
        ]

    def _of_card(self) -> list[Piece]:
        """What a card says besides; the places of note and last instructions are not kept for a small model."""
        sheet, name = self._snapshot.character, self._names.character
        reminder = compose_rules.original_reminder(self._names)
        texts = {
            "personality": self._one_line(sheet.personality),
            "scenario": self._one_line(sheet.scenario),
            "note": self._one_line(sheet.note.text),
            "last instructions": self._one_line(sheet.last_instructions, original=reminder),
        }
        return [self._piece(kind, name, text) for kind, text in texts.items()]

    def _one_line(self, text: str, *, original: str = "") -> str:
        return " ".join(written(text, self._macros, original=original).split())

    def _fact(self, fact: _Fact, is_chosen: bool, room: Room) -> Piece:
        kinds = {"memory": Whose.ASKER, "recap": Whose.SHARED, compose_lore.KIND: Whose.LORE}
        piece = self._piece("fact", fact.kind, fact.text, kinds.get(fact.kind, Whose.CREATOR))
        piece = replace(piece, lore=fact.lore)
        if not is_chosen:
            return piece.left_out(_LEFT_TO_FACTS)
        return piece if room.take(piece.tokens + 4) else piece.left_out(NO_ROOM)

    def _example(self, number: int, room: Room) -> Piece:
        example = self._snapshot.character.examples[number]
        text = f"{written(example.user, self._macros)}\n{written(example.character, self._macros)}"
        piece = self._piece("example", f"example {number + 1}", text)
        if number >= _EXAMPLES:
            return piece.left_out(_SMALL)
        return piece if room.take(piece.tokens + 2 * MESSAGE_TOKENS) else piece.left_out()

    def _take_earlier(self, room: Room) -> None:
        """The last few lines before the question, oldest first."""
        for line in reversed(self._snapshot.history[:-1][-_LINES:]):
            text = head_and_tail(render_line(line, self._names), _LINE_TOKENS, self._count)
            piece = self._piece("history", line.speaker, text, Whose.SHARED)
            if not room.take(piece.tokens + MESSAGE_TOKENS):
                break
            self._lines.insert(0, (line, piece))

    # -------------------------------------------------------------------------------------------- giving up

    def _give_up_one(self, excess: int) -> bool:
        if self._lines:
            self._lines.pop(0)
            return True
        for pieces in (self._examples, self._facts, self._extras):
            for index in range(len(pieces) - 1, -1, -1):
                if pieces[index].included:
                    pieces[index] = pieces[index].left_out()
                    return True
        for name in ("_about", "_rules", "_ask"):
            piece: Piece | None = getattr(self, name)
            if piece is not None:
                shorter = shorten(piece, max(self._count(piece.text) - excess, 1), self._count)
                if len(shorter.text) < len(piece.text):
                    setattr(self, name, shorter)
                    return True
        return False

    # -------------------------------------------------------------------------------------------- finishing

    def _messages(self) -> tuple[PromptMessage, ...]:
        names = self._names
        told = [self._rules.text, self._about.text, *(piece.text for piece in self._extras if piece.included)]
        system = PromptMessage(Role.SYSTEM, "\n".join(told), names.character)
        examples: list[PromptMessage] = []
        for example, piece in zip(self._snapshot.character.examples, self._examples, strict=True):
            if piece.included:
                examples.append(PromptMessage(Role.USER, written(example.user, self._macros)))
                answer = written(example.character, self._macros)
                examples.append(PromptMessage(Role.ASSISTANT, answer, names.character))
        shown = [Rendered(line, piece.text) for line, piece in self._lines]
        if self._ask and self._last:
            text = self._ask.text if is_own(self._last, names) else self._question(self._ask.text)
            shown.append(Rendered(self._last, text))
        history = history_messages(shown, names)
        if self._snapshot.task is Task.CONTINUE:
            history = (*history, PromptMessage(Role.USER, sections.CONTINUE))
        # After an example's answer a conversation may begin with anybody.
        return (system, *examples, *history)

    def _note(self, facts: str) -> str:
        return f'(Answer as {self._names.character}. You know: "{facts}")'

    def _question(self, asked: str) -> str:
        facts = [fact.text for fact in self._facts if fact.included]
        return f"{asked}\n{self._note(' '.join(facts))}" if facts else asked

    def _account(self) -> tuple[PromptPart, ...]:
        history = self._snapshot.history
        missing = history[: max(len(history) - 1 - len(self._lines), 0)]
        older = older_lines(missing, _SMALL) if len(self._lines) == _LINES else older_lines(missing)
        quoted = PromptPart("asker", "quoted in the character's own text", 0, whose=Whose.ASKER)
        return (
            self._rules.part(),
            self._about.part(),
            *(piece.part() for piece in self._extras),
            *((quoted,) if self._macros.uses_persona else ()),
            *self._account_of_facts(),
            *compose_lore.account_of_rest(
                self._snapshot, self._macros, [fact.lore for fact in self._facts if fact.lore]
            ),
            *(example.part() for example in self._examples),
            *older,
            *(piece.part() for _, piece in self._lines),
            *((self._ask.part(),) if self._ask else ()),
        )

    def _account_of_facts(self) -> Iterable[PromptPart]:
        """Each sentence by itself, but for lore, by entry, and what is left of a definition: that may be long."""
        left = [fact for fact in self._facts if fact.label == _DEFINITION and not fact.included]
        yield from (fact.part() for fact in self._facts if not fact.lore and fact not in left)
        if left:
            tokens = sum(fact.tokens for fact in left)
            yield replace(left[0], kind=_DEFINITION, label=self._names.character, tokens=tokens).part()
        for one in self._snapshot.lore:
            of_it = [fact for fact in self._facts if fact.lore is one]
            if of_it:
                told = [fact for fact in of_it if fact.included]
                reason = next((fact.reason for fact in of_it if not fact.included), "")
                tokens = sum(fact.tokens for fact in told or of_it)
                yield Piece(compose_lore.KIND, one.name, "", tokens, bool(told), reason, Whose.LORE, lore=one).part()
