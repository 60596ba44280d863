"""What a character knows, taken from its card, lore and memories, in the character's own mouth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from bot.rehearsal.hearing import is_spanish
from bot.rehearsal.scene import Scene
from bot.services.talk import person, relevance

# Sentences that direct an actor rather than tell of a world; nobody says these aloud.
_DIRECTION = re.compile(
    r"^(?:always|never|do not|don't|avoid|respond|reply|speak|write|use|act|stay|remember to|keep your|answer|"
    r"make sure|be |pretend|"
    r"siempre|nunca|no uses|responde|habla|escribe|usa|actúa)\b|\b(?:must|should|roleplay|role-play|ooc|"
    r"system prompt|markdown|"
    r"paragraphs?|in character)\b",
    re.IGNORECASE,
)
# A sentence that leans on the one before it.
_LEANING = re.compile(
    r"^(?:he|she|it|they|his|her|its|their|this|that|these|those|below|above|inside|beside|one of|"
    r"i have never told|él|ella|ellos|"
    r"ellas|esto|eso)\b",
    re.IGNORECASE,
)
_PROPER = re.compile(r"(?:\b[Tt]he )?\b[A-ZÁÉÍÓÚÑ][\w'’]*(?:(?: (?:of|of the|de|del|de la))? [A-ZÁÉÍÓÚÑ][\w'’]*)*")
_NOT_A_THING_WORDS = """
you your the a an he she it they his her its their i my we our this that these those there here at in on below above
every each last when where while if so and but or as for from with by to of what who why how no not one two three four
five six seven once many most some all inside today yes ships people monday tuesday wednesday thursday friday saturday
sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays january february march april may june july
august september october november december english spanish ai discord tú tu el la los las un una su sus
"""
_NOT_A_THING = frozenset(_NOT_A_THING_WORDS.split())
_PROP = re.compile(r"\bthe ([a-z]{3,12})\b(?=[.,;!?*]| (?:on|in|at|is|over|and|by|near)\b)")
_NOT_A_PROP_WORDS = """
same rest best most worst people word words time times day days night year years month months season seasons name
names address way other others end truth world reader beginning part parts point job fastest oldest first last second
third pause last one person weather page crew sky post gossip ice hull patch
"""
_NOT_A_PROP = frozenset(_NOT_A_PROP_WORDS.split())
# "She flicks it": what it is stood in the sentence before.
_POINTS_BACK = re.compile(r"\b(?:it|them|him|that|lo|la)[.!]?$")
_BEAT = re.compile(r"\*([^*\n]{4,160})\*")
_LOVES = re.compile(
    r"\b(?:love|loves|like|likes|enjoy|enjoys|adore|adores) (?!to say\b|that\b|it\b|him\b|her\b|"
    r"them\b)([^,.;:]+?)(?= and (?:I|hate|cannot|am)\b|[,.;:]|$)"
)
_HATES = re.compile(r"\b(?:hate|hates|dislike|dislikes|loathe|cannot stand|can't stand) ([^,.;:]+)")
_FEARS = re.compile(r"\b(?:afraid of|scared of|fear|fears|dread|dreads) ([^,.;:]+)")
_AGE = re.compile(
    r"\bI am ((?:[a-z]+ty|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|ten|eleven|"
    r"twelve)(?:-[a-z]+)?|\d{1,4})\b(?! \w+ years ago)|"
    r"\b((?:\w+ )?(?:hundred|thousand)?\s?\w+) years old\b"
)
_HOW_MANY = re.compile(r"\bhow (?:many|much|old|long)\b|\bcuánt", re.IGNORECASE)
_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|"
    r"thousand|dos|tres|"
    r"cuatro|cinco|seis|siete|ocho|nueve|diez|cien|mil)\b",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"\b(?:called|named|rival|sister|brother|friend|mother|father|master|teacher|llama|hermana|hermano|amig[oa])\b|"
    r"\b(?:is|rival) (?:Captain|Doctor)|\b(?:Madame|Captain|Old|Doctor|Sir|Lady|Queen|King|Aunt|Uncle|Master|"
    r"Sister|Brother) [A-Z]"
)
_DOES = re.compile(
    r"\bI (?:keep|tend|look after|carry|fly|write|guard|teach|sell|make|build|repair|study|run|work|serve|hunt|"
    r"heal|paint|cook|brew|collect|"
    r"measure|name|mend|sail|watch)\b"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence, as the character says it. `line` is the line of the card it stands in."""

    text: str
    line: int
    source: str = "card"


class Knowledge:
    """The facts of a scene, and ways to find them."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.is_spanish = is_spanish(scene.card, [], None)
        self.facts = tuple(self._read())
        self._texts = [fact.text for fact in self.facts]

    def _read(self) -> list[Fact]:
        scene = self._scene
        facts: list[Fact] = []
        for number, line in enumerate(scene.card.splitlines()):
            for sentence in relevance.sentences(line):
                if len(sentence) > 8 and not _DIRECTION.search(sentence):
                    facts.append(Fact(_ended(person.as_first(sentence, scene.character, self.is_spanish)), number))
        number = len(scene.card.splitlines())
        for entry in scene.lore:
            number += 1
            facts += [
                Fact(_ended(person.as_first(text, scene.character, self.is_spanish)), number, "lore")
                for text in relevance.sentences(entry)
            ]
        for memory in scene.memories:
            number += 1
            told = person.remembered(memory, scene.character, scene.user)
            facts += [Fact(_ended(text), number, "memory") for text in relevance.sentences(told)]
        return facts

    # -------------------------------------------------------------------------------------------- finding

    def about(self, question: str, enough: float = 0.34) -> list[int]:
        """Indexes of facts that bear on a question, best first."""
        # The character's own name stands in half of its card and tells nothing.
        own = "|".join(re.escape(part) for part in self._scene.character.split())
        asked = re.sub(rf"\b(?:{own})\b(?!['’]s)", " ", question, flags=re.IGNORECASE)
        bonus = [self._weight(fact.text, asked) for fact in self.facts]
        found = sorted((-score * bonus[i], i) for score, i in relevance.rank(asked, self._texts))
        return [i for _, i in found if relevance.coverage(asked, self._with_line(i)) >= enough]

    def _weight(self, text: str, asked: str) -> float:
        """More for a sentence with a number where one is asked for, and for one that says what a thing is."""
        if _HOW_MANY.search(asked):
            return 1.6 if _NUMBER.search(text) else 1.0
        called = [re.escape(word) for word in re.findall(r"[\w'’]+", asked) if relevance.terms(word)]
        says_what = rf"\b(?:{'|'.join(called)})(?:, (?:an?|the) |\.? (?:is|are|has) )|\bcalled (?:{'|'.join(called)})"
        return 1.4 if called and re.search(says_what, text, re.IGNORECASE) else 1.0

    def passage(self, index: int, most: int = 2) -> str:
        """A fact with the sentence it leans on, or the one that leans on it."""
        first = index
        while first > 0 and _LEANING.match(self._texts[first]) and self.facts[first - 1].line == self.facts[first].line:
            first -= 1
        chosen = self._texts[first : index + 1]
        after = index + 1
        while (
            len(chosen) < most
            and after < len(self.facts)
            and self.facts[after].line == self.facts[index].line
            and (_LEANING.match(self._texts[after]) or self._speaks_of(self._texts[after], chosen[-1]))
        ):
            chosen.append(self._texts[after])
            after += 1
        return " ".join(chosen)

    def _speaks_of(self, sentence: str, before: str) -> bool:
        """Whether a sentence begins with the name that the one before ended on."""
        name = sentence.split(" ", 1)[0]
        return (
            name[:1].isupper()
            and name.casefold() not in _NOT_A_THING
            and bool(re.search(rf"\b{re.escape(name)}\W*$", before))
        )

    def lines(self) -> list[str]:
        """The card's and lore's lines, as told."""
        numbers = dict.fromkeys(fact.line for fact in self.facts if fact.source != "memory")
        return [" ".join(fact.text for fact in self.facts if fact.line == number) for number in numbers]

    def _with_line(self, index: int) -> str:
        before = self._texts[index - 1] if index and self.facts[index - 1].line == self.facts[index].line else ""
        return f"{before} {self._texts[index]}" if _LEANING.match(self._texts[index]) else self._texts[index]

    # -------------------------------------------------------------------------------------------- what there is

    @cached_property
    def things(self) -> tuple[str, ...]:
        """Names of people, places and things of the world, in order of appearance, as one says them inside a
        sentence."""
        own = {part.casefold() for part in self._scene.character.split()}
        taken: dict[str, str] = {}
        texts = [fact.text for fact in self.facts if fact.source != "memory"]
        everywhere = " ".join(texts)
        for text in texts:
            for match in _PROPER.finditer(text):
                name = self._thing(match, text, everywhere, own)
                if name:
                    taken.setdefault(name.removeprefix("the ").casefold(), name)
        return tuple(taken.values())

    def _thing(self, match: re.Match[str], text: str, everywhere: str, own: set[str]) -> str | None:
        name = re.sub(r"['’]s$", "", match[0])
        words = name.split()
        if words[0] in {"The", "the"}:
            words[0] = "the"
        while words and words[0].casefold() in _NOT_A_THING and words[0] != "the":
            words = words[1:]
        bare = [word for word in words if word != "the"]
        if not bare or any(word.casefold() in own for word in bare) or bare[0].casefold() in _NOT_A_THING:
            return None
        if words[0] != "the" and f" the {' '.join(bare)}" in f" {everywhere}":
            words = ["the", *bare]
        begins = match.start() == 0
        if begins and len(bare) == 1 and not re.search(rf"(?<=[a-z,] ){re.escape(bare[0])}\b", everywhere):
            return None
        return " ".join(words)

    @cached_property
    def props(self) -> tuple[str, ...]:
        """Ordinary things at hand, for looking at or leaning on."""
        texts = [exchange.answer for exchange in self._scene.examples] + list(self._texts)
        seen = dict.fromkeys(word for text in texts for word in _PROP.findall(text) if word not in _NOT_A_PROP)
        return tuple(f"the {word}" for word in seen if not word.endswith(("ly", "ing", "est")))

    @cached_property
    def beats(self) -> tuple[str, ...]:
        """Small actions out of the examples, with their asterisks."""
        answers = [exchange.answer for exchange in self._scene.examples]
        found = (beat for answer in answers for beat in _BEAT.findall(answer) if not _POINTS_BACK.search(beat))
        return tuple(dict.fromkeys(f"*{beat}*" for beat in found))

    @cached_property
    def own_questions(self) -> tuple[str, ...]:
        """Questions the character asks in its examples."""
        answers = [exchange.answer for exchange in self._scene.examples]
        spoken = (text for answer in answers for text in relevance.sentences(_BEAT.sub("", answer)))
        asked = (text for text in spoken if text.endswith("?"))
        return tuple(dict.fromkeys(text for text in asked if 3 <= len(text.split()) <= 14))

    @cached_property
    def loves(self) -> tuple[str, ...]:
        """What it loves."""
        return self._objects(_LOVES)

    @cached_property
    def hates(self) -> tuple[str, ...]:
        """What it hates."""
        return self._objects(_HATES)

    @cached_property
    def fears(self) -> tuple[str, ...]:
        """What it is afraid of."""
        return self._objects(_FEARS)

    @cached_property
    def age(self) -> str | None:
        """How old it is, in words or figures."""
        for fact in self.facts:
            match = _AGE.search(fact.text)
            if match and fact.source == "card":
                return (match[1] or match[2]).strip()
        return None

    @cached_property
    def work(self) -> tuple[int, ...]:
        """Facts that say what it does all day."""
        return tuple(i for i, fact in enumerate(self.facts) if fact.source == "card" and _DOES.search(fact.text))

    @cached_property
    def people(self) -> tuple[int, ...]:
        """Facts that name somebody."""
        return tuple(
            i for i, fact in enumerate(self.facts) if i and fact.source != "memory" and _SOMEBODY.search(fact.text)
        )

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Facts that say where it is."""
        told = re.compile(
            r"^(?:The [A-Z]|[A-Z]\w+ [A-Z]).*\b(?:is|circles|stands|floats|drifts)\b.*\b(?:in|on|of|"
            r"inside|full|around|planet)\b|^(?:Below|Above|Beneath|Around)\b"
        )
        return tuple(i for i, fact in enumerate(self.facts) if fact.source != "memory" and told.search(fact.text) and i)

    def _objects(self, pattern: re.Pattern[str]) -> tuple[str, ...]:
        mine = [fact.text for fact in self.facts if re.search(r"\bI\b", fact.text) and fact.source == "card"]
        return tuple(dict.fromkeys(found.strip() for text in mine for found in pattern.findall(text)))


def _ended(sentence: str) -> str:
    return sentence if sentence[-1:] in '.!?…*"”' else f"{sentence}."
