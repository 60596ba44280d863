"""The rehearsal's answer to a scene: understand the last line, say something fitting out of what the prompt holds."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable

from bot.rehearsal import noticed, questions, recapping, shaping, statements, topics
from bot.rehearsal.hearing import Intent, Meaning, is_spanish, understand
from bot.rehearsal.knowledge import Knowledge
from bot.rehearsal.lines import Lines
from bot.rehearsal.recollect import Recollection
from bot.rehearsal.scene import Scene
from bot.rehearsal.tales import Tales
from bot.rehearsal.turn import Turn
from bot.services.talk import relevance, sections

_Plan = Callable[[], str | None]

# How often a reply gets a small action, one of the character's phrases, a question of its own, or a reminder.
_BEAT, _SAYING, _ASK, _REMIND = 0.4, 0.18, 0.45, 0.3
_THANK = 0.75
# A text that already wants an answer.
_ASKS = re.compile(
    r"\?[*\"”\s]*$|\b(?:tell me|ask me|go on|say a little more|take your time|cuéntame|sigue)\b", re.IGNORECASE
)
# These stand alone: nothing is added to them.
_BARE = frozenset(
    {Intent.CRISIS, Intent.IS_AI, Intent.STORY, Intent.LONG, Intent.LIST, Intent.POEM, Intent.SAD, Intent.FAREWELL}
)
# No manner changes these: they are about safety and the truth.
_UNSHAPED = frozenset({Intent.CRISIS, Intent.IS_AI})
_NO_QUESTION_AFTER = frozenset({Intent.THANKS, Intent.YES, Intent.EXCLAIM, Intent.MORE})
_NO_PHRASE_AFTER = frozenset({Intent.GREETING, Intent.RUDE, Intent.SORRY, Intent.AFFECTION, Intent.MY_NAME})
_SETTLED = frozenset({Intent.QUESTION, Intent.MORE, Intent.STATEMENT, Intent.LIKES})
# Examples do not speak for these.
_NOT_BY_EXAMPLE = frozenset({Intent.IS_AI, Intent.RECALL, Intent.MY_NAME, Intent.LONG, Intent.LIST})
# Examples whose question has the same intent fit, whatever the words.
_SAME_INTENT = frozenset({Intent.HOW_ARE_YOU, Intent.WHO_ARE_YOU, Intent.JOKE})
_EXAMPLE_COVERAGE = 0.6


def answer(scene: Scene, seed: int | None = None) -> str:
    """What the character says next, or the recap that is wanted. The same scene and seed give the same words."""
    if scene.wants_recap:
        return recapping.recap(scene)
    player = _Player(scene, seed)
    return player.further() if scene.goes_on else player.reply()


class _Player:
    """The character at work on one answer."""

    def __init__(self, scene: Scene, seed: int | None) -> None:
        self._turn = turn = _turn(scene, seed)
        self._tales = tales = Tales(scene, turn.know, turn.lines, turn.rng)
        text = turn.meaning.text
        self._plans: dict[Intent, _Plan] = {
            Intent.MY_NAME: lambda: statements.named(turn),
            Intent.RECALL: lambda: statements.recalled(turn),
            Intent.STORY: lambda: tales.story(text),
            Intent.LONG: tales.everything,
            Intent.LIST: lambda: tales.listed(text),
            Intent.SAD: self._sad,
            Intent.HOW_ARE_YOU: lambda: turn.with_fact("how"),
            Intent.WHO_ARE_YOU: lambda: turn.say("who", identity=self._identity()),
            Intent.MORE: lambda: self._continued("more"),
            Intent.SURPRISE: lambda: turn.say("more", fact=turn.lines.new_fact()),
            Intent.WHY: lambda: self._continued("why"),
            Intent.YES: self._yes,
            Intent.NO: lambda: turn.with_fact("no"),
            Intent.UNSURE: lambda: turn.with_fact("unsure"),
            Intent.EXCLAIM: lambda: turn.with_fact("exclaim"),
            Intent.CONFUSED: lambda: turn.with_fact("confused"),
            Intent.HELP: lambda: turn.say("do_here"),
            Intent.GIFT: lambda: turn.say("gift", liked=turn.meaning.caught),
            Intent.LIKES: lambda: statements.liked(turn, "likes"),
            Intent.DISLIKES: lambda: statements.liked(turn, "dislikes"),
            Intent.ACTION: self._action,
            Intent.LETS: self._lets,
            Intent.GREETING: self._greeting,
            Intent.QUESTION: lambda: questions.answer(turn),
            Intent.STATEMENT: lambda: statements.answer(turn),
        }

    def reply(self) -> str:
        """The words, dressed."""
        turn = self._turn
        text = self._main() or statements.answer(turn) or questions.answer(turn) or self._last_resort()
        text = self._dressed(text)
        return text if turn.meaning.intent in _UNSHAPED else shaping.shaped(turn, text)

    def further(self) -> str:
        """What follows the character's own unfinished words."""
        turn = self._turn
        return turn.say("go_on", fact=turn.lines.new_fact()) or turn.say("go_on_plain") or "…"

    def _main(self) -> str | None:
        turn, intent = self._turn, self._turn.meaning.intent
        if intent is Intent.CRISIS:
            return turn.say("crisis")
        if turn.scene.answered_character:
            return self._to_character(turn.scene.answered_character)
        if seen := noticed.answer(turn):
            return seen
        if intent not in _NOT_BY_EXAMPLE and (example := self._example()):
            return example
        # What has no plan of its own has lines of its own name.
        plan = self._plans.get(intent)
        return plan() if plan else turn.say(intent.value)

    def _last_resort(self) -> str:
        turn = self._turn
        fact = turn.lines.new_fact()
        told = turn.say("unknown", topic=turn.topic(), fact=fact) or fact
        return told or turn.say("small_talk") or turn.lines.any_line("small_talk")

    # -------------------------------------------------------------------------------------------- turns of talk

    def _greeting(self) -> str | None:
        scene = self._turn.scene
        greeted = any(
            understand(line, scene.character, spanish=self._turn.spanish).intent is Intent.GREETING
            for line in scene.user_lines[-6:]
        )
        return self._turn.say("greeting_again" if greeted else "greeting") or self._turn.say("greeting")

    def _sad(self) -> str | None:
        kind = self._turn.say("sad")
        return f"{kind} {ask}" if kind and (ask := self._turn.say("sad_ask")) else kind

    def _identity(self) -> str | None:
        facts = self._turn.know.facts
        return (facts[0].text if facts else "") or self._turn.scene.description or None

    def _continued(self, kind: str) -> str | None:
        """Go on from the fact told last: its line, then what follows it in the card."""
        turn, know = self._turn, self._turn.know
        last = topics.last_told(know, turn.scene.own_lines)
        if last is None:
            return turn.say(kind, fact=turn.lines.new_fact())
        size = len(know.facts)
        same = [i for i in range(size) if know.facts[i].line == know.facts[last].line and i != last]
        after = [(last + step) % size for step in range(1, size)]
        order = [*same, *know.about(know.facts[last].text), *after]
        return turn.say(kind, fact=turn.lines.fact([i for i in order if i]))

    def _yes(self) -> str | None:
        turn, own = self._turn, self._turn.scene.own_lines
        asked = [text for text in relevance.sentences(own[-1]) if text.endswith("?")] if own else []
        fact = turn.lines.fact(turn.know.about(asked[-1])) if asked else None
        return turn.say("yes", fact=fact or turn.lines.new_fact()) or turn.say("yes_plain")

    def _action(self) -> str | None:
        turn = self._turn
        found = turn.know.about(turn.meaning.caught)
        fact = turn.lines.fact(found[:2]) if found else None
        beat = turn.say("action")
        return f"{beat} {turn.lines.quoted(fact)}" if beat and fact else beat or fact

    def _lets(self) -> str | None:
        turn = self._turn
        found = turn.know.about(turn.meaning.caught, enough=0.3)
        fact = turn.lines.fact(found[:3]) if found else None
        thing = next((name for name in turn.know.things if fact and name in fact), None)
        if fact:
            return turn.say("lets", fact=fact, thing=thing) if thing else turn.say("tell", fact=fact)
        if topics.asked_of_self(turn.meaning.text) == "do_here":
            return turn.say("do_here")
        return turn.say("lets_plain") or turn.say("yes_plain")

    def _to_character(self, other: str) -> str | None:
        turn = self._turn
        found = turn.know.about(turn.meaning.text)
        fact = turn.lines.fact(found[:3]) if found else None
        return turn.say("answer_other", other=other, fact=fact or turn.lines.new_fact())

    def _example(self) -> str | None:
        """An example's own answer, where its question is the one that was asked."""
        turn = self._turn
        if turn.lines.quotes:
            return None
        text, best = turn.meaning.text, (0.0, "")
        for example in turn.scene.examples:
            if not example.asked:
                continue
            intent = understand(example.asked, turn.scene.character, spanish=turn.spanish).intent
            if intent is turn.meaning.intent and intent in _SAME_INTENT:
                return turn.lines.first(example.answer)
            both = min(relevance.coverage(text, example.asked), relevance.coverage(example.asked, text) + 0.2)
            best = max(best, (both, example.answer))
        return turn.lines.first(best[1]) if best[0] >= _EXAMPLE_COVERAGE else None

    # -------------------------------------------------------------------------------------------- dressing

    def _dressed(self, text: str) -> str:
        turn, intent = self._turn, self._turn.meaning.intent
        if intent in _BARE or "\n" in text:
            return text
        beat, saying, ask, remind, thank = (turn.rng.random() for _ in range(5))
        if thank < _THANK and (thanks := noticed.reaction(turn)):
            text = f"{thanks} {text}"
        if beat < _BEAT and "*" not in text:
            action = (None if turn.lines.quotes else turn.lines.pick(turn.know.beats)) or turn.say("beat")
            text = f"{action} {text}" if action else text
        told = turn.recall.said
        if remind < _REMIND and intent in _SETTLED and len(told) > 1 and "?" not in text:
            reminded = topics.lowered(told[turn.rng.randrange(len(told) - 1)])
            text = f"{text} {line}" if (line := turn.say("remind", recalled=f"{reminded}.")) else text
        elif saying < _SAYING and intent not in _NO_PHRASE_AFTER and not turn.lines.quotes:
            text = f"{text} {phrase}" if (phrase := turn.lines.pick(turn.scene.sayings)) else text
        if ask < _ASK and intent not in _NO_QUESTION_AFTER and not _ASKS.search(text):
            own = None if turn.lines.quotes or turn.rng.random() < 0.5 else turn.lines.pick(turn.know.own_questions)
            liked = turn.scene.asker.get(sections.LIKES, "").split(", ")[0]
            question = (turn.say("liked_topic", topic=liked) if liked else None) or own or turn.say("ask")
            text = f"{text} {question}" if question else text
        return text


def _turn(scene: Scene, seed: int | None) -> Turn:
    rng = random.Random(_seed(scene, seed))  # noqa: S311  (a shuffle, not a secret)
    meaning = understood(scene)
    know, recall = Knowledge(scene), Recollection(scene, spanish=meaning.spanish)
    speaker = scene.last.speaker or scene.user
    user = speaker if scene.answered_character else recall.name or speaker
    lines = Lines(scene, know, rng, spanish=meaning.spanish, user=user)
    return Turn(scene, meaning, know, recall, lines, rng, meaning.spanish)


def _seed(scene: Scene, seed: int | None) -> int:
    """A number that depends on everything said, so that the same line at another time is answered differently."""
    said = "\x1f".join(f"{line.speaker}\x1e{line.text}" for line in scene.history)
    digest = hashlib.sha256(f"{seed}\x1d{scene.character}\x1d{said}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big")


def understood(scene: Scene) -> Meaning:
    """How the last line of a scene is read."""
    spanish = is_spanish(scene.last.text, scene.user_lines, scene.fallback_language)
    if scene.chosen_language in {"English", "Spanish"}:
        spanish = scene.chosen_language == "Spanish"
    return understand(scene.last.text, scene.character, spanish=spanish)
