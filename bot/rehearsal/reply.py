"""The rehearsal's answer to a scene: understand the last line, say something fitting out of what the prompt holds."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable

from bot.rehearsal import topics
from bot.rehearsal.hearing import Intent, Meaning, is_spanish, understand
from bot.rehearsal.knowledge import Knowledge
from bot.rehearsal.lines import Lines
from bot.rehearsal.recollect import Recollection
from bot.rehearsal.scene import Scene
from bot.rehearsal.tales import Tales
from bot.services.talk import person, relevance

_Plan = Callable[[], str | None]

# How often a reply gets a small action, one of the character's phrases, a question of its own, or a reminder.
_BEAT, _SAYING, _ASK, _REMIND = 0.4, 0.22, 0.5, 0.3
# A text that already wants an answer.
_ASKS = re.compile(
    r"\?[*\"”\s]*$|\b(?:tell me|ask me|go on|say a little more|take your time|cuéntame|sigue)\b", re.IGNORECASE
)
# These stand alone: nothing is added to them.
_BARE = frozenset(
    {Intent.CRISIS, Intent.IS_AI, Intent.STORY, Intent.LONG, Intent.LIST, Intent.POEM, Intent.SAD, Intent.FAREWELL}
)
# Examples whose question has the same intent fit, whatever the words.
_SAME_INTENT = frozenset({Intent.HOW_ARE_YOU, Intent.WHO_ARE_YOU, Intent.JOKE})
_EXAMPLE_COVERAGE = 0.6
_LONG_STATEMENT_WORDS = 16
_SHORT_ANSWER_WORDS = 14


def answer(scene: Scene, seed: int | None = None) -> str:
    """What the character says next. The same scene and seed give the same words."""
    return _Player(scene, seed).reply()


class _Player:
    """The character at work on one answer."""

    def __init__(self, scene: Scene, seed: int | None) -> None:
        self._scene = scene
        self._rng = random.Random(_seed(scene, seed))  # noqa: S311  (a shuffle, not a secret)
        line = scene.last.text
        self._spanish = is_spanish(line, scene.user_lines, scene.fallback_language)
        self._meaning = understand(line, scene.character, spanish=self._spanish)
        self._know = Knowledge(scene)
        self._recall = Recollection(scene, spanish=self._spanish)
        speaker = scene.last.speaker or scene.user
        user = speaker if scene.answered_character else self._recall.name or speaker
        self._lines = Lines(scene, self._know, self._rng, spanish=self._spanish, user=user)
        self._tales = Tales(scene, self._know, self._lines, self._rng)
        self._plans: dict[Intent, _Plan] = {
            Intent.CRISIS: lambda: self._say("crisis"),
            Intent.IS_AI: lambda: self._say("is_ai"),
            Intent.MY_NAME: self._named,
            Intent.RECALL: self._recalled,
            Intent.STORY: lambda: self._tales.story(self._meaning.text),
            Intent.LONG: self._tales.everything,
            Intent.LIST: lambda: self._tales.listed(self._meaning.text),
            Intent.POEM: lambda: self._say("poem"),
            Intent.JOKE: lambda: self._say("joke"),
            Intent.THANKS: lambda: self._say("thanks"),
            Intent.FAREWELL: lambda: self._say("farewell"),
            Intent.SAD: self._sad,
            Intent.HAPPY: lambda: self._say("happy"),
            Intent.AFFECTION: lambda: self._say("affection"),
            Intent.RUDE: lambda: self._say("rude"),
            Intent.SORRY: lambda: self._say("sorry"),
            Intent.HOW_ARE_YOU: lambda: self._say("how", fact=self._lines.new_fact()) or self._say("how"),
            Intent.WHO_ARE_YOU: lambda: self._say("who", identity=self._identity()),
            Intent.MORE: self._more,
            Intent.WHY: lambda: self._continued("why"),
            Intent.YES: self._yes,
            Intent.NO: lambda: self._say("no", fact=self._lines.new_fact()) or self._say("no"),
            Intent.UNSURE: lambda: self._say("unsure", fact=self._lines.new_fact()) or self._say("unsure"),
            Intent.LAUGH: lambda: self._say("laugh"),
            Intent.LIKES: lambda: self._liked("likes"),
            Intent.DISLIKES: lambda: self._liked("dislikes"),
            Intent.ACTION: self._action,
            Intent.LETS: self._lets,
            Intent.GREETING: self._greeting,
            Intent.QUESTION: self._question,
            Intent.STATEMENT: self._statement,
            Intent.NOTHING: lambda: self._say("nothing"),
        }

    def reply(self) -> str:
        """The words, dressed."""
        text = self._main() or self._statement() or self._question() or self._last_resort()
        return self._dressed(text)

    def _main(self) -> str | None:
        if self._meaning.intent is Intent.CRISIS:
            return self._plans[Intent.CRISIS]()
        if self._scene.answered_character:
            return self._to_character(self._scene.answered_character)
        if self._meaning.intent not in {Intent.IS_AI, Intent.RECALL, Intent.MY_NAME, Intent.LONG, Intent.LIST}:
            example = self._example()
            if example:
                return example
        return self._plans[self._meaning.intent]()

    def _say(self, kind: str, **slots: str | None) -> str | None:
        return self._lines.say(kind, **slots)

    def _last_resort(self) -> str:
        fact = self._lines.new_fact()
        return self._say("unknown", topic=self._topic(), fact=fact) or fact or "..."

    # -------------------------------------------------------------------------------------------- questions

    def _question(self) -> str | None:
        return (
            self._about_character_here()
            or self._about_self()
            or self._about_taste()
            or self._known()
            or self._say("unknown", topic=self._topic(), fact=self._lines.new_fact())
        )

    def _known(self) -> str | None:
        found = self._know.about(self._meaning.text)
        if not found:
            return None
        fact = self._lines.fact(found[:3])
        if fact is None:
            rest = [i for i, known in enumerate(self._know.facts) if known.line == self._know.facts[found[0]].line]
            fact = self._lines.fact([*found[3:], *rest])
            return self._say("tell_again", fact=fact) or self._say("told_all")
        told_before = any(not self._lines.is_fresh(self._know.passage(i)) for i in found[:1])
        return self._say("tell_again" if told_before else "tell", fact=fact) or fact

    def _about_self(self) -> str | None:
        """Questions about the character that share no word with its card."""
        wanted = topics.asked_of_self(self._meaning.text)
        know = self._know
        if wanted == "age":
            return self._say("age", age=know.age) or self._say("age_unknown")
        if wanted == "do_here":
            return self._say("do_here")
        if wanted == "work":
            return self._say("tell", fact=self._lines.fact(know.work))
        if wanted == "place":
            return self._say("tell", fact=self._lines.fact(know.places))
        if wanted == "people":
            return self._say("tell", fact=self._lines.fact(know.people))
        for kind, values in (("loves", know.loves), ("hates", know.hates), ("fears", know.fears)):
            if wanted == kind:
                fact = next((fact.text for fact in know.facts if values and values[0] in fact.text), None)
                return self._say(kind, fact=topics.clause(fact, values[0])) if fact else self._say(f"{kind}_unknown")
        return None

    def _about_taste(self) -> str | None:
        """Whether the character likes or hates something it was asked about by name."""
        asked = topics.asked_taste(self._meaning.text)
        if not asked:
            return None
        loved, thing = asked
        for index in self._know.about(thing, enough=0.5):
            clause = topics.clause(self._know.facts[index].text, thing)
            feeling = topics.feeling(clause)
            if feeling is not None:
                return self._say("like_yes" if feeling is loved else "like_no", clause=clause)
        if self._know.about(thing, enough=0.9):
            return None
        return self._say("like_unknown", topic=person.as_second(thing, self._spanish).casefold())

    def _about_character_here(self) -> str | None:
        """A question that names another character who is in the scene."""
        for other in self._scene.others:
            if re.search(rf"\b{re.escape(other.split()[0])}\b", self._meaning.text, re.IGNORECASE):
                quotes = [said.text for said in self._scene.history if said.speaker == other]
                quote = relevance.sentences(re.sub(r"\*[^*]*\*", "", quotes[-1]))[:1] if quotes else []
                said = self._say("other_said", other=other, quote=quote[0]) if quote else None
                return said or self._say("other_here", other=other)
        return None

    # -------------------------------------------------------------------------------------------- statements

    def _statement(self) -> str | None:
        if self._named_here():
            return self._about_character_here()
        text = self._meaning.text
        if len(text.split()) > _LONG_STATEMENT_WORDS:
            return self._say("statement_long", topic=self._topic())
        said_back = self._said_back()
        if self._was_asked():
            kind = "answer_about" if re.search(r"\b(you|your|tu|tus)\b", said_back or "", re.IGNORECASE) else "answer"
            return self._say(kind, said_back=said_back)
        linked = self._know.about(text, enough=0.5)
        if linked and self._rng.random() < 0.7:
            fact = self._lines.fact(linked[:2])
            linked_line = self._say("statement_linked", topic=self._topic(), fact=fact) if fact else None
            if linked_line:
                return linked_line
        return self._say("statement", said_back=said_back) or self._say("answer_about", said_back=said_back)

    def _named_here(self) -> bool:
        return any(re.search(rf"\b{re.escape(other.split()[0])}\b", self._meaning.text) for other in self._scene.others)

    def _said_back(self) -> str | None:
        sentences = relevance.sentences(self._meaning.text)
        told = person.as_second(sentences[0], self._spanish) if sentences else ""
        return topics.lowered(told) or None

    def _was_asked(self) -> bool:
        """Whether the character's last words were a question that this may answer."""
        own = self._scene.own_lines
        asked = bool(own) and re.sub(r"[*_\"”»\s]+$", "", own[-1]).endswith("?")
        return asked and len(self._meaning.text.split()) <= _SHORT_ANSWER_WORDS

    def _liked(self, kind: str) -> str | None:
        told = topics.lowered(person.as_second(self._meaning.caught, self._spanish))
        liked = re.sub(r"^(?:\w+ )?(?:is|are) ", "", told)
        linked = self._know.about(liked, enough=0.5)
        if linked and (fact := self._lines.fact(linked[:1])):
            return self._say("statement_linked", topic=liked, fact=fact)
        it = "them" if re.search(r"\b\w+[^s]s$", liked) else "it"
        return self._say(kind, liked=liked, liked_it=it)

    def _named(self) -> str | None:
        """Take in a name, and what came along with it."""
        welcome = self._say("name_told", told=self._recall.name)
        rest = re.split(rf"\b{re.escape(self._meaning.caught)}\b", self._meaning.text, maxsplit=1)[-1]
        rest = re.sub(r"^[\s,.!;:]*(?:and |y )?", "", rest)
        if welcome and len(rest.split()) >= 3 and "?" not in rest:
            said_back = topics.lowered(person.as_second(relevance.sentences(rest)[0], self._spanish))
            return f"{welcome} {self._say('answer_about', said_back=said_back) or ''}".strip()
        return welcome

    def _recalled(self) -> str | None:
        text = self._meaning.text
        if re.search(r"\b(my name|who am i|me llamo|mi nombre|quién soy)\b", text, re.IGNORECASE):
            return self._say("recall_name", told=self._recall.name or self._scene.last.speaker)
        recalled = self._recall.best(text) or self._recall.recent(2)
        if recalled is None:
            memories = [fact.text for fact in self._know.facts if fact.source == "memory"]
            found = relevance.rank(text, memories)
            recalled = memories[found[0][1]] if found else None
        return self._say("recall", recalled=recalled) or self._say("recall_nothing")

    # -------------------------------------------------------------------------------------------- turns of talk

    def _greeting(self) -> str | None:
        greeted = any(
            understand(line, self._scene.character, spanish=self._spanish).intent is Intent.GREETING
            for line in self._scene.user_lines[-6:]
        )
        return self._say("greeting_again" if greeted else "greeting") or self._say("greeting")

    def _sad(self) -> str | None:
        kind = self._say("sad")
        return f"{kind} {ask}" if kind and (ask := self._say("sad_ask")) else kind

    def _identity(self) -> str | None:
        first = self._know.facts[0].text if self._know.facts else ""
        return first or self._scene.description or None

    def _more(self) -> str | None:
        return self._continued("more")

    def _continued(self, kind: str) -> str | None:
        """Go on from the fact told last: its line, then what follows it in the card."""
        last = topics.last_told(self._know, self._scene.own_lines)
        if last is None:
            return self._say(kind, fact=self._lines.new_fact())
        size = len(self._know.facts)
        same = [i for i in range(size) if self._know.facts[i].line == self._know.facts[last].line and i != last]
        after = [(last + step) % size for step in range(1, size)]
        order = [*same, *self._know.about(self._know.facts[last].text), *after]
        return self._say(kind, fact=self._lines.fact([i for i in order if i]))

    def _yes(self) -> str | None:
        own = self._scene.own_lines
        asked = [text for text in relevance.sentences(own[-1]) if text.endswith("?")] if own else []
        fact = self._lines.fact(self._know.about(asked[-1])) if asked else None
        return self._say("yes", fact=fact or self._lines.new_fact()) or self._say("yes_plain")

    def _action(self) -> str | None:
        found = self._know.about(self._meaning.caught)
        fact = self._lines.fact(found[:2]) if found else None
        beat = self._say("action")
        return f"{beat} {self._spoken(fact)}" if beat and fact else beat or fact

    def _lets(self) -> str | None:
        found = self._know.about(self._meaning.text)
        fact = self._lines.fact(found[:3]) if found else None
        thing = next((name for name in self._know.things if fact and name in fact), None)
        if fact:
            return self._say("lets", fact=fact, thing=thing) if thing else self._say("tell", fact=fact)
        if topics.asked_of_self(self._meaning.text) == "do_here":
            return self._say("do_here")
        return self._say("lets_plain") or self._say("yes_plain")

    def _to_character(self, other: str) -> str | None:
        found = self._know.about(self._meaning.text)
        fact = self._lines.fact(found[:3]) if found else None
        return self._say("answer_other", other=other, fact=fact or self._lines.new_fact())

    def _example(self) -> str | None:
        """An example's own answer, where its question is the one that was asked."""
        if self._lines.quotes:
            return None
        text, best = self._meaning.text, (0.0, "")
        for example in self._scene.examples:
            if not example.asked:
                continue
            intent = understand(example.asked, self._scene.character, spanish=self._spanish).intent
            if intent is self._meaning.intent and intent in _SAME_INTENT:
                return self._lines.first(example.answer)
            both = min(relevance.coverage(text, example.asked), relevance.coverage(example.asked, text) + 0.2)
            best = max(best, (both, example.answer))
        return self._lines.first(best[1]) if best[0] >= _EXAMPLE_COVERAGE else None

    # -------------------------------------------------------------------------------------------- dressing

    def _spoken(self, fact: str) -> str:
        return f"«{fact}»" if self._lines.quotes else fact

    def _topic(self) -> str | None:
        return topics.topic(self._meaning.text, spanish=self._spanish)

    def _dressed(self, text: str) -> str:
        intent, rng, lines = self._meaning.intent, self._rng, self._lines
        if intent in _BARE or "\n" in text:
            return text
        beat, saying, ask, remind = (rng.random() for _ in range(4))
        if beat < _BEAT and "*" not in text:
            action = (None if lines.quotes else lines.pick(self._know.beats)) or self._say("beat")
            text = f"{action} {text}" if action else text
        settled = intent in {Intent.QUESTION, Intent.MORE, Intent.STATEMENT, Intent.LIKES}
        if remind < _REMIND and settled and len(self._recall.told) > 1 and "?" not in text:
            told = self._recall.told[rng.randrange(len(self._recall.told) - 1)]
            text = f"{text} {line}" if (line := self._say("remind", recalled=f"{topics.lowered(told)}.")) else text
        elif saying < _SAYING and not lines.quotes and (phrase := lines.pick(self._scene.sayings)):
            text = f"{text} {phrase}"
        if ask < _ASK and not _ASKS.search(text) and intent not in {Intent.THANKS, Intent.YES}:
            own = None if lines.quotes or rng.random() < 0.5 else lines.pick(self._know.own_questions)
            question = own or self._say("ask")
            text = f"{text} {question}" if question else text
        return text


def _seed(scene: Scene, seed: int | None) -> int:
    """A number that depends on everything said, so that the same line at another time is answered differently."""
    said = "\x1f".join(f"{line.speaker}\x1e{line.text}" for line in scene.history)
    digest = hashlib.sha256(f"{seed}\x1d{scene.character}\x1d{said}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big")


def understood(scene: Scene) -> Meaning:
    """How the last line of a scene was read (for tests and the curious)."""
    spanish = is_spanish(scene.last.text, scene.user_lines, scene.fallback_language)
    return understand(scene.last.text, scene.character, spanish=spanish)
