"""What to say to what somebody tells: of themselves, of the world, of the character, or as an answer."""

from __future__ import annotations

import re

from bot.rehearsal import questions, topics
from bot.rehearsal.turn import Turn
from bot.services.talk import person, relevance

_LONG_WORDS = 16
_SHORT_ANSWER_WORDS = 14
_BARE_ANSWER_WORDS = 3
_LINK_CHANCE = 0.7
_OF_THEM = re.compile(r"\b(?:i|i'm|my|we|our|me|yo|mi|mis|nosotros|soy|tengo|estoy|vivo|trabajo)\b", re.IGNORECASE)
_GREETED = re.compile(
    r"^\W*(?:\w+\W+)?(?:hi+|hey+|hello+|hiya|good (?:morning|evening|afternoon)|hola|buenas|buenos días)\b",
    re.IGNORECASE,
)
_OF_ME = re.compile(r"\b(?:you|your|you're|tú|tu|eres)\b", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?!called|named|married|tired|bored)(?:\w{3,}ed|went|had|was|were|got|saw|did|came|made|took|told|said|"
    r"lost|found|met|felt|fui|estuve|vi|hice|"
    r"tuve)\b"
)


def answer(turn: Turn) -> str | None:
    """A fitting reply to a statement."""
    text = turn.meaning.text
    if named := questions.about_character_here(turn):
        return named
    if len(text.split()) > _LONG_WORDS:
        return turn.say("statement_long", topic=turn.topic())
    back = said_back(turn)
    of_them = bool(_OF_THEM.search(text))
    if was_asked(turn) and (of_them or len(text.split()) <= _BARE_ANSWER_WORDS):
        return turn.say("answer_about" if of_them else "answer", said_back=back)
    return _linked(turn) or _plain(turn, back)


def _linked(turn: Turn) -> str | None:
    """Something of the character's own that bears on it, most of the time."""
    linked = turn.know.about(turn.meaning.text, enough=0.5)
    if not linked or turn.rng.random() > _LINK_CHANCE:
        return None
    fact = turn.lines.fact(linked[:2])
    return turn.say("statement_linked", topic=turn.topic(), fact=fact) if fact else None


def _plain(turn: Turn, back: str | None) -> str | None:
    text = turn.meaning.text
    if _OF_THEM.search(text):
        kind = "statement_past" if _PAST.search(text) else "statement"
        return turn.say(kind, said_back=back) or turn.say("answer_about", said_back=back)
    of_me = _OF_ME.search(text) or turn.scene.character.split()[0].casefold() in text.casefold()
    kind = "statement_of_me" if of_me else "statement_world"
    return turn.say(kind, said_back=back, fact=turn.lines.new_fact())


def said_back(turn: Turn) -> str | None:
    """The first sentence, turned around, as it stands inside a sentence."""
    sentences = relevance.sentences(turn.meaning.text)
    told = person.as_second(sentences[0], turn.spanish) if sentences else ""
    return topics.lowered(told) or None


def was_asked(turn: Turn) -> bool:
    """Whether the character's last words were a question that this may answer."""
    own = turn.scene.own_lines
    asked = bool(own) and re.sub(r"[*_\"”»\s]+$", "", own[-1]).endswith("?")
    return asked and len(turn.meaning.text.split()) <= _SHORT_ANSWER_WORDS


def liked(turn: Turn, kind: str) -> str | None:
    """A reply to a liking or a dislike."""
    told = topics.lowered(person.as_second(turn.meaning.caught, turn.spanish))
    thing = re.sub(r"^(?:\w+ )?(?:is|are) ", "", told)
    linked = turn.know.about(thing, enough=0.5)
    if linked and (fact := turn.lines.fact(linked[:1])):
        return turn.say("statement_linked", topic=thing, fact=fact)
    return turn.say(kind, liked=thing, liked_it="them" if re.search(r"\b\w+[^s]s$", thing) else "it")


def named(turn: Turn) -> str | None:
    """Take in a name, and what came along with it."""
    kind = "name_greeted" if _GREETED.search(turn.scene.last.text) else "name_told"
    welcome = turn.say(kind, told=turn.recall.name)
    rest = re.split(rf"\b{re.escape(turn.meaning.caught)}\b", turn.meaning.text, maxsplit=1)[-1]
    rest = re.sub(r"^[\s,.!;:]*(?:and |y )?", "", rest)
    if welcome and len(rest.split()) >= 3 and "?" not in rest:
        back = topics.lowered(person.as_second(relevance.sentences(rest)[0], turn.spanish))
        return f"{welcome} {turn.say('answer_about', said_back=back) or ''}".strip()
    return welcome


def recalled(turn: Turn) -> str | None:
    """What the person told before, or that they told nothing."""
    text = turn.meaning.text
    if re.search(r"\b(my name|who am i|me llamo|mi nombre|quién soy)\b", text, re.IGNORECASE):
        return turn.say("recall_name", told=turn.recall.name or turn.scene.last.speaker)
    told = turn.recall.best(text) or turn.recall.recent(2)
    if told is None:
        memories = [fact.text for fact in turn.know.facts if fact.source == "memory"]
        found = relevance.rank(text, memories)
        told = memories[found[0][1]] if found else None
    return turn.say("recall", recalled=told) or turn.say("recall_nothing")
