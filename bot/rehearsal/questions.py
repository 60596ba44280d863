"""Answers to questions: about a character who is here, about oneself, about taste, about anything the card knows."""

from __future__ import annotations

import re

from bot.rehearsal import topics
from bot.rehearsal.turn import Turn
from bot.services.talk import person, relevance

_YES_NO = re.compile(
    r"^(?:and |but |so )?(?:are|do|did|have|can|could|would|will|were) you (?!know\b|remember\b)", re.IGNORECASE
)
_OF_ME = re.compile(r"\b(?:I|my|me|mine|mi|mis|yo)\b", re.IGNORECASE)
_FAVOURITE = re.compile(r"\bfavou?rite (?P<what>[\w'’-]+)", re.IGNORECASE)


def answer(turn: Turn) -> str | None:
    """The best answer there is, down to owning up to not knowing."""
    return (
        about_character_here(turn)
        or _about_self(turn)
        or _about_taste(turn)
        or _known(turn)
        or (turn.with_fact("ask_self") if _YES_NO.search(turn.meaning.text) else None)
        or turn.say("unknown", topic=turn.topic(), fact=turn.lines.new_fact())
    )


def about_character_here(turn: Turn) -> str | None:
    """A line that names another character who is in the scene."""
    for other in turn.scene.others:
        if not re.search(rf"\b{re.escape(other.split()[0])}\b", turn.meaning.text, re.IGNORECASE):
            continue
        quotes = [said.text for said in turn.scene.history if said.speaker == other]
        quote = relevance.sentences(re.sub(r"\*[^*]*\*", "", quotes[-1]))[:1] if quotes else []
        said = turn.say("other_said", other=other, quote=quote[0]) if quote else None
        return said or turn.say("other_here", other=other)
    return None


def _known(turn: Turn) -> str | None:
    know, lines = turn.know, turn.lines
    found = know.about(turn.meaning.text)
    if _YES_NO.search(turn.meaning.text):
        found = [index for index in found if _OF_ME.search(know.facts[index].text)]
    if not found:
        return None
    fact = lines.fact(found[:3])
    if fact is None:
        rest = [i for i, known in enumerate(know.facts) if known.line == know.facts[found[0]].line]
        fact = lines.fact([*found[3:], *rest])
        return turn.say("tell_again", fact=fact) or turn.say("told_all")
    told_before = not lines.is_fresh(know.passage(found[0]))
    return turn.say("tell_again" if told_before else "tell", fact=fact) or fact


def _about_self(turn: Turn) -> str | None:
    """Questions about the character that share no word with its card."""
    wanted = topics.asked_of_self(turn.meaning.text)
    know, lines = turn.know, turn.lines
    if wanted == "age":
        return turn.say("age", age=know.age) or turn.say("age_unknown")
    if wanted == "do_here":
        return turn.say("do_here")
    if wanted == "doing":
        return turn.say("doing", fact=lines.fact(know.work) or lines.new_fact())
    if wanted in {"work", "place", "people"}:
        indexes = {"work": know.work, "place": know.places, "people": know.people}[wanted]
        return turn.say("tell", fact=lines.fact(indexes))
    for kind, values in (("loves", know.loves), ("hates", know.hates), ("fears", know.fears)):
        if wanted == kind:
            return _feelings(turn, kind, values)
    return None


def _feelings(turn: Turn, kind: str, values: tuple[str, ...]) -> str | None:
    """What it loves, hates or fears; an honest way out where the card tells nothing of the kind asked for."""
    favourite = _FAVOURITE.search(turn.meaning.text)
    if favourite and not any(favourite["what"].casefold() in fact.text.casefold() for fact in turn.know.facts):
        return turn.say("favourite_unknown", topic=favourite["what"]) or turn.say("loves_unknown")
    if favourite:
        return None
    fact = next((fact.text for fact in turn.know.facts if values and values[0] in fact.text), None)
    return turn.say(kind, fact=topics.clause(fact, values[0])) if fact else turn.say(f"{kind}_unknown")


def _about_taste(turn: Turn) -> str | None:
    """Whether the character likes or hates something it was asked about by name."""
    asked = topics.asked_taste(turn.meaning.text)
    if not asked:
        return None
    loved, thing = asked
    for index in turn.know.about(thing, enough=0.5):
        clause = topics.clause(turn.know.facts[index].text, thing)
        feeling = topics.feeling(clause)
        if feeling is not None:
            return turn.say("like_yes" if feeling is loved else "like_no", clause=clause)
    if turn.know.about(thing, enough=0.9):
        return None
    return turn.say("like_unknown", topic=topics.lowered(person.as_second(thing, turn.spanish)))
