"""Which sentences bear on a question: word overlap, rare words first. Pure; imports nothing of ours.

Used where a prompt has room for few facts only, and by the rehearsal. No model, so it works for any language that puts
spaces between words; English and Spanish endings and filler words are known.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"”»*)]*\s+|\n+")
# Words that say nothing about what a sentence is about.
_FILLER_WORDS = """
think feel mean sort kind a an the and or but if then so of to in on at by for from with as is are was were be been
being am do does did done have has had having i you he she it we they me him her us them my your his its our their
mine yours this that these those there here what which who whom whose when where why how not no yes can could will
would shall should may might must just very too also about into than some any all tell know please say said like get
got let really ever still more most dont don't im i'm you're it's that's what's who's where's how's thing things
something anything someone one much many el la los las un una unos unas y o pero si de del al a en por para con como
es son era eran ser fue soy eres somos estoy estas esta estan este esto ese eso hay he has ha tu tus mi mis su sus yo
ella nosotros ustedes me te se lo le les que quien cual cuando donde cuanto no ya muy mas tambien sobre algo puedes
puedo dime cuentame hola tienes tengo quiero favor gracias
"""
FILLERS = frozenset(_FILLER_WORDS.split())
# Words that go together in questions about somebody, so that "do you have a cat" finds "your pet".
_KIN = (
    {"pet", "cat", "dog", "animal", "mascota", "gato", "perro"},
    {"sister", "brother", "family", "sibling", "mother", "father", "hermana", "hermano", "familia", "madre", "padre"},
    {"job", "work", "living", "profession", "trabajo", "keeper", "courier", "gardener", "trabajas"},
    {"home", "place", "live", "house", "lugar", "casa", "vives", "world", "mundo"},
    {"fear", "afraid", "scared", "scare", "frighten", "miedo", "temes"},
    {"love", "favourite", "favorite", "enjoy", "gusta", "encanta", "favorito", "favorita"},
    {"hate", "dislike", "odias", "odio"},
    {"drink", "tea", "coffee", "beverage", "bebes", "bebida", "te"},
    {"eat", "food", "dumpling", "cook", "comes", "comida", "comer"},
    {"ship", "boat", "airship", "vessel", "barco", "nave"},
    {"friend", "friends", "amigo", "amiga"},
    {"rival", "enemy", "enemigo", "nemesis"},
    {"secret", "hide", "hidden", "never", "secreto"},
    {"look", "appearance", "wear", "wears", "aspecto", "llevas"},
    {"old", "age", "years", "edad", "anos"},
    {"lighthouse", "faro"},
    {"fog", "mist", "niebla"},
    {"storm", "thunder", "thunderhead", "rain", "weather", "tormenta", "lluvia", "tiempo"},
    {"sea", "mar", "ocean"},
    {"sky", "cielo"},
    {"island", "isla"},
    {"letter", "mail", "post", "carta", "correo"},
    {"parcel", "package", "paquete"},
    {"ear", "oreja"},
    {"engine", "motor"},
    {"map", "mapa"},
    {"tower", "torre"},
    {"stair", "escalera", "escalon"},
    {"jar", "frasco", "tarro"},
    {"lamp", "lantern", "light", "lampara", "farol", "luz"},
    {"book", "library", "archive", "libro", "biblioteca", "archivo"},
    {"memory", "remember", "recuerdo", "memoria", "recuerdas"},
    {"seed", "sprout", "semilla", "brote"},
    {"crew", "tripulacion"},
    {"letter", "write", "carta", "escribes"},
    {"room", "sala", "cuarto", "habitacion"},
    {"plant", "plants", "garden", "gardens", "flower", "flowers", "tree", "tomato", "planta", "plantas", "jardin"},
)


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order, without empty ones."""
    return [found.strip() for found in _SENTENCE.split(text) if found and found.strip()]


_IRREGULAR = {
    "came": "come", "went": "go", "lost": "lose", "wrote": "write", "written": "write", "heard": "hear", "flew": "fly",
    "kept": "keep", "found": "find", "met": "meet", "brought": "bring", "thought": "think", "saw": "see",
    "sank": "sink", "forgot": "forget", "forgotten": "forget", "slept": "sleep", "asleep": "sleep", "grew": "grow",
    "people": "person",
}  # fmt: skip


def stem(word: str) -> str:
    """A word without case, accents and the commonest endings of English and Spanish."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"['’]s$|['’]", "", plain)
    plain = _IRREGULAR.get(plain, plain)
    for ending in ("ingly", "edly", "ing", "ies", "ied", "ed", "es", "s"):
        if plain.endswith(ending) and len(plain) - len(ending) >= 3:
            return plain[: -len(ending)] + ("y" if ending in {"ies", "ied"} else "")
    return plain.rstrip("e") if len(plain) > 4 else plain


def terms(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order."""
    found = (stem(word) for word in _WORD.findall(text))
    return [word for word in found if word and word not in _FILLER_STEMS]


_FILLER_STEMS = frozenset(stem(word) for word in FILLERS) | FILLERS
_KIN_STEMS = tuple(frozenset(stem(word) for word in group) for group in _KIN)


def kin(words: set[str]) -> frozenset[str]:
    """Words that often go together with these, without these."""
    return frozenset[str]().union(*(group for group in _KIN_STEMS if group & words)) - words


def coverage(question: str, candidate: str) -> float:
    """Which part of what a question is about a text touches, 0 to 1; kin counts half."""
    asked = set(terms(question))
    found = set(terms(candidate))
    if not asked:
        return 0.0
    touched = sum(1.0 if word in found else 0.5 if kin({word}) & found else 0.0 for word in asked)
    return touched / len(asked)


def rank(question: str, candidates: Sequence[str]) -> list[tuple[float, int]]:
    """(score, index) of the candidates that share anything with the question, best first; ties keep their order."""
    asked = set(terms(question))
    if not asked:
        return []
    related = kin(asked)
    bags = [Counter(terms(candidate)) for candidate in candidates]
    seen_in = Counter(word for bag in bags for word in bag)
    scored: list[tuple[float, int]] = []
    for index, bag in enumerate(bags):
        # Exact sums: the order of a set differs from process to process, and with it how a plain sum is rounded.
        score = math.fsum(_weight(word, seen_in, len(bags)) for word in asked & bag.keys())
        score += 0.45 * math.fsum(_weight(word, seen_in, len(bags)) for word in related & bag.keys())
        if score > 0:
            scored.append((score / (1 + 0.02 * sum(bag.values())), index))
    return sorted(scored, key=lambda item: (-item[0], item[1]))


def _weight(word: str, seen_in: Counter[str], total: int) -> float:
    return math.log(1 + total / seen_in[word])
