"""What a line is about: the thing asked for, in few words, and questions about oneself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.rehearsal.knowledge import Knowledge
from bot.services.talk import person, relevance

_I = re.IGNORECASE
_SELF: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("age", re.compile(r"\bhow old\b|\byour age\b|\b(cuántos años|qué edad)\b", _I)),
    (
        "do_here",
        re.compile(
            r"\bwhat (can|should|could|do) (we|i|one) (do|talk about|ask)\b|\bwhat now\b|"
            r"\bqué (puedo|podemos|se puede) (hacer|preguntar)",
            _I,
        ),
    ),
    (
        "doing",
        re.compile(
            r"\bwhat (are|were) you (doing|up to|reading|working on|writing|making)\b|\bwhat did you do\b|"
            r"\bwhat have you been\b|\bqué (haces|estás haciendo|hiciste)\b",
            _I,
        ),
    ),
    (
        "work",
        re.compile(
            r"\bwhat do you do\b|\b(your|a) (job|work|living|profession)\b|\ba qué te dedicas\b|\btu trabajo\b", _I
        ),
    ),
    (
        "place",
        re.compile(
            r"\bwhere (am i|are we|are you|do you live|is this|do you come from)\b|\bwhat('?s| is) (this|"
            r"that) (place|world)\b|"
            r"\b(dónde (estoy|estamos|estás|vives)|qué es este (lugar|sitio|mundo)|qué lugar)\b",
            _I,
        ),
    ),
    (
        "people",
        re.compile(
            r"\bwho (else )?(lives|is|works) here\b|\bany(one|body) else\b|"
            r"\bquién(es)? (más )?(vive|está|hay)\b",
            _I,
        ),
    ),
    ("loves", re.compile(r"\bwhat do you (like|love|enjoy)\b|\byour (favou?rite|hobb)|\bqué te gusta\b", _I)),
    ("hates", re.compile(r"\bwhat do(n'?t)? you (hate|dislike|like least)\b|\bwhat annoys\b|\bqué odias\b", _I)),
    ("fears", re.compile(r"\b(afraid|scared|fear|frightens?|scares?)\b|\b(miedo|asusta|temes)\b", _I)),
)
_TASTE = re.compile(
    r"\b(?:do|did|would|don'?t) you (?:really |also )?(?P<verb>like|love|enjoy|hate|"
    r"dislike)(?: to)? (?P<thing>[^?!.,]{2,50})|"
    r"\bte (?P<verb2>gustan?|encantan?) (?P<thing2>[^?!.,]{2,50})",
    _I,
)
_POSITIVE = re.compile(r"\b(love|like|enjoy|adore|drink|collect|favou?rite|gusta|encanta)\b", _I)
_NEGATIVE = re.compile(r"\b(hate|dislike|loathe|afraid|cannot stand|odio|miedo|detesto)\b", _I)
_LEAD = re.compile(
    r"^(?:(?:and|but|so|ok|okay|well|then|y|pero|entonces)[, ]+)*(?:(?:can|could|would|will) you )?(?:please )?"
    r"(?:tell me |explain |describe |do you know |have you (?:ever )?heard )?(?:(?:about|of) )?"
    r"(?:(?:what|who|where|which)(?:'s| is| are| was| were| do you (?:think|know)(?: about| of)?)?|what about|"
    r"how about|what do you (?:think|know) (?:about|of)|"
    r"(?:qué|quién|dónde|cuál) (?:es|son|está|era|piensas de|sabes de|opinas de)|háblame de|cuéntame de|"
    r"dime) ?(?:about |of )?",
    _I,
)
# What is left of a question that is no thing: "time is it", "you are doing".
_CLAUSE = re.compile(r"^(?:you|i|we|to)\b|\b(?:is|are|do|does|did|was) (?:it|you|he|she|they|we|that)\b", _I)
_PHRASE = re.compile(
    r"\b(?:the|a|an|my|your|this|these|our|el|la|los|las|un|una|mi|"
    r"tu) [\w'’-]+(?: [\w'’-]+)?(?=[\s?!.,]*$)",
    _I,
)


def asked_of_self(text: str) -> str | None:
    """Which thing about the character a question wants: age, work, place, people, loves, hates, fears, do_here."""
    return next((name for name, pattern in _SELF if pattern.search(text)), None)


def asked_taste(text: str) -> tuple[bool, str] | None:
    """(asked whether it likes rather than hates, the thing), for "do you like …?"."""
    match = _TASTE.search(text)
    if not match:
        return None
    verb = (match["verb"] or match["verb2"]).casefold()
    return verb not in {"hate", "dislike"}, (match["thing"] or match["thing2"]).strip()


def clause(fact: str, thing: str) -> str:
    """The clause of a sentence that speaks of a thing, as a sentence of its own."""
    clauses = re.split(r"(?:,|;) (?:and |but )?(?=I )| and (?=I )", fact.rstrip("."))
    best = relevance.rank(thing, clauses)
    chosen = clauses[best[0][1]] if best else clauses[0]
    return f"{chosen[:1].upper()}{chosen[1:].rstrip('.')}."


def feeling(text: str) -> bool | None:
    """True where a clause speaks of liking, False where of hating or fear, None where of neither."""
    if not re.search(r"\bI\b|\bme\b", text):
        return None
    if _NEGATIVE.search(text):
        return False
    return True if _POSITIVE.search(text) else None


def topic(text: str, *, spanish: bool) -> str | None:
    """What a line is about, in at most five words, as one says it back."""
    first = relevance.sentences(text)
    bare = re.sub(r"(?: like)?[?!.…,;:\"*\s]+$", "", (first[-1] if first else text) + "?").strip(" ¿¡")
    lead = _LEAD.match(bare)
    rest = bare[lead.end() :] if lead and lead.end() else ""
    if rest and len(rest.split()) <= 5 and relevance.terms(rest) and not _CLAUSE.search(rest):
        return lowered(person.as_second(rest, spanish))
    phrase = _PHRASE.search(bare)
    if phrase and relevance.terms(phrase[0]):
        return lowered(person.as_second(phrase[0], spanish))
    words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", bare) if relevance.terms(word)]
    return words[-1] if words else None


def lowered(text: str) -> str:
    """A text as it stands inside a sentence: its first word small, unless it is a name."""
    first = text.split(" ", 1)[0]
    is_name = first.casefold() not in relevance.FILLERS | {"yours", "you've", "you'll"}
    return text if is_name else text[:1].lower() + text[1:]


def last_told(know: Knowledge, own_lines: Sequence[str]) -> int | None:
    """Index of the fact that the character told last."""
    for line in reversed(own_lines):
        told = [i for i, fact in enumerate(know.facts) if fact.text in line]
        if told:
            return told[-1]
    return None
