"""The compact profile: for models of a few hundred million parameters.

Such a model loses a long system message and goes on with whatever it said before. What helps (tried on SmolLM2-135M):
a system message of a few sentences, the examples as turns of their own, one exchange of history, and the facts that
bear on the question right beside it, in the character's own mouth.
"""

from __future__ import annotations

from bot.ports import Prompt, PromptMessage, PromptPart, Role
from bot.services.talk import compose_rules, person, relevance
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
from bot.services.talk.compose_lines import history_messages, is_own, older_lines, render_line, written
from bot.services.talk.compose_names import Names
from bot.services.talk.compose_types import Count, Line, Snapshot

_FACTS = 2
_EXAMPLES = 2
_IDENTITY_SENTENCES = 2
_LINES = 2
# A small model quotes long lines back at length.
_LINE_TOKENS = 60
_LEFT_TO_FACTS = "only facts that bear on the question go in for a small model"
_SMALL = "a small model is shown few lines and examples"


def compose(snapshot: Snapshot, names: Names, *, budget_tokens: int, count: Count) -> Prompt:
    """The prompt for one answer of a small model; same promises as `compose.compose`."""
    history = snapshot.history
    last = history[-1] if history else None
    identity, others = _background(snapshot, names)
    question = last.text if last else snapshot.character.greeting
    chosen = _chosen(question, others)

    def piece(kind: str, label: str, text: str) -> Piece:
        return Piece(kind, label, text, count(text) + 2)

    rules = piece("rules", "house rules", compose_rules.compact_rules(names, snapshot.language))
    about = piece("character", names.character, " ".join(identity))
    ask = piece("history", last.speaker, render_line(last, names)) if last else None
    room = Room(budget_tokens - ANSWER_PRIMING_TOKENS - 3 * MESSAGE_TOKENS - rules.tokens - count(_note(names, "")) - 8)
    if ask:
        ask = shorten(ask, max(room.free * 3 // 4, budget_tokens // 4, 1), count)
        room.take(min(ask.tokens, max(room.free, 0)))
    about = shorten(about, max(room.free, 1), count)
    room.take(min(about.tokens, max(room.free, 0)))
    facts = [piece("fact", f"{kind}", text) for kind, text in others]
    facts = [
        fact
        if index in chosen and room.take(fact.tokens + 4)
        else fact.left_out(NO_ROOM if index in chosen else _LEFT_TO_FACTS)
        for index, fact in enumerate(facts)
    ]
    shown = [
        piece("example", f"example {number}", f"{written(example.user, names)}\n{written(example.character, names)}")
        for number, example in enumerate(snapshot.character.examples, 1)
    ]
    shown = [
        example.left_out(_SMALL)
        if number >= _EXAMPLES
        else example
        if room.take(example.tokens + 2 * MESSAGE_TOKENS)
        else example.left_out()
        for number, example in enumerate(shown)
    ]
    lines = _earlier(history[:-1], names, room, count)
    draft = _Draft(snapshot, names, rules, about, facts, shown, lines, ask)
    return draft.fitted(budget_tokens, count, history)


def _background(snapshot: Snapshot, names: Names) -> tuple[list[str], list[tuple[str, str]]]:
    """The sentences that say who the character is, and everything else that may become a fact, as (kind, sentence)."""
    sheet = snapshot.character
    told = relevance.sentences(written(sheet.system_prompt, names))
    identity = [*relevance.sentences(written(sheet.description, names))[:1], *told[:_IDENTITY_SENTENCES]]
    rest = [("character", text) for text in told]
    rest += [("lore", text) for entry in snapshot.lore for text in relevance.sentences(written(entry, names))]
    rest += [("memory", text) for entry in snapshot.memories for text in relevance.sentences(written(entry, names))]
    rest = [(kind, person.as_first(text, names.character)) for kind, text in rest]
    rest += [("phrase", written(phrase, names)) for phrase in sheet.phrases]
    return identity, rest


def _chosen(question: str, facts: list[tuple[str, str]]) -> set[int]:
    """Indexes of the facts that bear most on the question. Phrases serve the account only."""
    usable = [index for index, (kind, _) in enumerate(facts) if kind in {"character", "lore", "memory"}]
    ranked = relevance.rank(question, [facts[index][1] for index in usable])
    return {usable[index] for _, index in ranked[:_FACTS]}


def _earlier(lines: tuple[Line, ...], names: Names, room: Room, count: Count) -> list[tuple[Line, Piece]]:
    """The last few lines before the question, oldest first."""
    kept: list[tuple[Line, Piece]] = []
    for line in reversed(lines[-_LINES:]):
        text = head_and_tail(render_line(line, names), _LINE_TOKENS, count)
        piece = Piece("history", line.speaker, text, count(text) + 2)
        if not room.take(piece.tokens + MESSAGE_TOKENS):
            break
        kept.append((line, piece))
    return kept[::-1]


def _note(names: Names, facts: str) -> str:
    return f'(Answer as {names.character}. You know: "{facts}")'


class _Draft:
    """A compact prompt that can still lose its oldest line or its last fact."""

    def __init__(
        self,
        snapshot: Snapshot,
        names: Names,
        rules: Piece,
        about: Piece,
        facts: list[Piece],
        examples: list[Piece],
        lines: list[tuple[Line, Piece]],
        ask: Piece | None,
    ) -> None:
        self._snapshot, self._names, self._rules, self._about = snapshot, names, rules, about
        self._facts, self._examples, self._lines, self._ask = facts, examples, lines, ask

    def fitted(self, budget: int, count: Count, history: tuple[Line, ...]) -> Prompt:
        """The prompt, held against the budget as it will be sent."""
        messages = self._messages()
        while (tokens := prompt_tokens(messages, count)) > budget and self._give_up_one(tokens - budget, count):
            messages = self._messages()
        return Prompt(messages, self._names.stops, self._account(history), tokens)

    def _give_up_one(self, excess: int, count: Count) -> bool:
        if self._lines:
            self._lines.pop(0)
            return True
        for pieces in (self._examples, self._facts):
            for index in range(len(pieces) - 1, -1, -1):
                if pieces[index].included:
                    pieces[index] = pieces[index].left_out()
                    return True
        for name in ("_about", "_rules", "_ask"):
            piece: Piece | None = getattr(self, name)
            if piece is not None:
                shorter = shorten(piece, max(count(piece.text) - excess, 1), count)
                if len(shorter.text) < len(piece.text):
                    setattr(self, name, shorter)
                    return True
        return False

    def _messages(self) -> tuple[PromptMessage, ...]:
        names = self._names
        system = PromptMessage(Role.SYSTEM, f"{self._rules.text}\n{self._about.text}", names.character)
        examples: list[PromptMessage] = []
        for example, piece in zip(self._snapshot.character.examples, self._examples, strict=True):
            if piece.included:
                examples.append(PromptMessage(Role.USER, written(example.user, names)))
                examples.append(PromptMessage(Role.ASSISTANT, written(example.character, names), names.character))
        shown = [(line, piece.text) for line, piece in self._lines]
        if self._ask:
            last = self._snapshot.history[-1]
            shown.append((last, self._ask.text if is_own(last, names) else self._question(self._ask.text)))
        history = history_messages(shown, names)
        # After an example's answer a conversation may begin with anybody.
        return (system, *examples, *history)

    def _question(self, asked: str) -> str:
        facts = [fact.text for fact in self._facts if fact.included]
        return f"{asked}\n{_note(self._names, ' '.join(facts))}" if facts else asked

    def _account(self, history: tuple[Line, ...]) -> tuple[PromptPart, ...]:
        missing = history[: max(len(history) - 1 - len(self._lines), 0)]
        ask = [self._ask.part()] if self._ask else []
        return (
            self._rules.part(),
            self._about.part(),
            *(fact.part() for fact in self._facts),
            *(example.part() for example in self._examples),
            *(
                PromptPart(
                    part.kind,
                    part.label,
                    part.tokens,
                    part.included,
                    _SMALL if len(self._lines) == _LINES else part.reason,
                )
                for part in older_lines(missing)
            ),
            *(piece.part() for _, piece in self._lines),
            *ask,
        )
