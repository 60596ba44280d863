"""Turning sentences around: what a card says about "you" as the character says it about "I", and what a person says
about "I" as one says it back to them. English throughout, Spanish for the commonest forms.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’][A-Za-z]+)?|[^A-Za-zÀ-ÿ]+")
# After these, "you" is somebody something happens to.
_OBJECT_AFTER = """
to for with at of about from on by near behind beside beneath above below around than like against without upon tell
tells told give gives gave call calls called see sees saw love loves hate hates follow follows followed bring brings
brought teach taught show shows showed let lets make makes made ask asks asked help helps helped meet meets met need
needs trust trusts know knows knew keep keeps kept wake wakes remind reminds left leave leaves raised
"""
_GIVERS = """
thank brings made got buy bought baked tell tells told give gives gave show shows showed bring brings brought teach
taught ask asks asked
"""
_AFTERS = "to a an the in on at with from for of by as into out up down about when while if every"
_BEFORE_OBJECT = frozenset(_OBJECT_AFTER.split())
_GIVING = frozenset(_GIVERS.split())
_AFTER_OBJECT = frozenset(_AFTERS.split())
_TO_FIRST = {
    "your": "my", "yours": "mine", "yourself": "myself", "yourselves": "ourselves", "you're": "I'm", "you've": "I've",
    "you'll": "I'll", "you'd": "I'd",
}  # fmt: skip
_TO_SECOND = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "i'm": "you are", "i've": "you have",
    "i'll": "you will", "i'd": "you would", "am": "are", "we": "you", "our": "your", "us": "you", "im": "you are",
    "ive": "you have", "wasn't": "weren't",
}  # fmt: skip
_ES_TO_FIRST = {
    "eres": "soy", "estás": "estoy", "tienes": "tengo", "vives": "vivo", "tu": "mi", "tus": "mis", "te": "me",
    "ti": "mí", "sabes": "sé", "puedes": "puedo", "quieres": "quiero", "haces": "hago", "cuidas": "cuido",
    "llevas": "llevo", "guardas": "guardo", "trabajas": "trabajo", "hablas": "hablo", "amas": "amo", "odias": "odio",
    "buscas": "busco", "recuerdas": "recuerdo", "has": "he", "vas": "voy", "contigo": "conmigo", "tuyo": "mío",
    "tuya": "mía", "tú": "yo", "conoces": "conozco", "escribes": "escribo", "bebes": "bebo", "vuelas": "vuelo",
    "temes": "temo", "eras": "era",
}  # fmt: skip
_ES_TO_SECOND = {
    "soy": "eres", "estoy": "estás", "tengo": "tienes", "vivo": "vives", "mi": "tu", "mis": "tus", "me": "te",
    "mí": "ti", "he": "has", "quiero": "quieres", "puedo": "puedes", "trabajo": "trabajas", "voy": "vas",
    "amo": "amas", "odio": "odias", "yo": "tú", "conmigo": "contigo", "mío": "tuyo", "mía": "tuya",
    "siento": "sientes", "creo": "crees", "hago": "haces", "prefiero": "prefieres", "era": "eras", "fui": "fuiste",
}  # fmt: skip
_VERB_S = {"is": "am", "was": "was", "has": "have", "does": "do", "goes": "go"}


def as_first(sentence: str, character: str, spanish: bool = False) -> str:
    """A card's sentence in the character's own mouth."""
    if spanish:
        return _capital(_mapped(sentence, _ES_TO_FIRST))
    return _capital(_you_to_i(_name_to_i(sentence, character)))


def as_second(sentence: str, spanish: bool = False) -> str:
    """What a person said about themselves, said back to them, without its final mark."""
    said = sentence.strip(" .!?¿¡…")
    turned = _mapped(said, _ES_TO_SECOND) if spanish else _both_ways(said)
    if not spanish:
        turned = re.sub(r"\byou was\b", "you were", turned, flags=re.IGNORECASE)
        turned = re.sub(r"\b(it|that|this|he|she|what) are\b", r"\1 is", turned, flags=re.IGNORECASE)
    return _capital(turned)


def remembered(memory: str, character: str, user: str) -> str:
    """A memory that speaks of the character and a person by name, as the character tells it to that person."""
    turned = re.sub(rf"\b{re.escape(user)}['’]s\b", "your", _name_to_i(memory, character))
    turned = re.sub(rf"\b{re.escape(user)} (is|was|has|does)\b", lambda m: f"you {_plural(m[1])}", turned)
    turned = re.sub(rf"\b{re.escape(user)} ([a-z]+)\b", lambda m: f"you {_plural(m[1])}", turned)
    return _capital(re.sub(rf"\b{re.escape(user)}\b", "you", turned))


def _plural(verb: str) -> str:
    forms = {"is": "are", "was": "were", "has": "have", "does": "do"}
    return forms.get(verb) or _bare(verb)


def _bare(verb: str) -> str:
    """A third-person verb without its ending."""
    if verb.endswith("ies") and len(verb) > 4:
        return verb[:-3] + "y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zes", "oes")):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") and not verb.endswith(("ss", "us", "is")) else verb


def _name_to_i(sentence: str, character: str) -> str:
    """A sentence that speaks of the character by name."""
    first = re.escape(character.split()[0])
    full = rf"\b{first}(?: [A-Z][\w'’-]+)?"
    if re.match(rf"(?:You are|I am|My name is|Your name is|This is) {first}", sentence):
        return sentence
    turned = re.sub(rf"{full}['’]s\b", "my", sentence)

    def subject(match: re.Match[str]) -> str:
        verb = match[1]
        if verb in _VERB_S:
            return f"I {_VERB_S[verb]}"
        return f"I {_bare(verb)}" if verb.endswith("s") else match[0]

    return re.sub(rf"{full} ([a-z]+)\b", subject, turned)


def _you_to_i(sentence: str) -> str:
    words = _WORD.findall(sentence)
    out: list[str] = []
    for index, word in enumerate(words):
        small = word.casefold().replace("’", "'")
        if small == "you":
            out.append("me" if _is_object(words, index) else "I")
        elif small in {"are", "were", "aren't", "weren't"} and _beside_you(words, index):
            out.append({"are": "am", "were": "was", "aren't": "am not", "weren't": "wasn't"}[small])
        else:
            out.append(_cased(_TO_FIRST[small], word) if small in _TO_FIRST else word)
    return "".join(out)


def _both_ways(sentence: str) -> str:
    """I and you exchanged."""
    words = _WORD.findall(sentence)
    out: list[str] = []
    for index, word in enumerate(words):
        small = word.casefold().replace("’", "'")
        if small == "you":
            out.append("me" if _is_object(words, index) else "I")
        elif small in {"are", "were"} and _beside_you(words, index):
            out.append("am" if small == "are" else "was")
        else:
            table = _TO_FIRST if small in _TO_FIRST else _TO_SECOND
            out.append(_cased(table[small], word) if small in table else word)
    return "".join(out)


def _neighbour(words: list[str], index: int, step: int) -> tuple[str, str]:
    """What stands between, and the next word in a direction."""
    near = words[index + step] if 0 <= index + step < len(words) else ""
    far = words[index + 2 * step] if 0 <= index + 2 * step < len(words) else ""
    return near, far.casefold()


def _is_object(words: list[str], index: int) -> bool:
    gap, before = _neighbour(words, index, -1)
    after_gap, after = _neighbour(words, index, 1)
    if not before or gap.strip():
        return False
    if not after or after_gap.strip():
        return before not in {"and", "but", "that", "are", "do", "can"}
    if before in _GIVING:
        return True
    return before in _BEFORE_OBJECT and (after in _AFTER_OBJECT or before in {"to", "for", "with", "of", "at", "from"})


def _beside_you(words: list[str], index: int) -> bool:
    gap, before = _neighbour(words, index, -1)
    after_gap, after = _neighbour(words, index, 1)
    return (before == "you" and not gap.strip()) or (after == "you" and not after_gap.strip())


def _mapped(text: str, table: dict[str, str]) -> str:
    def turned(word: str) -> str:
        found = table.get(word.casefold().replace("’", "'"))
        return word if found is None else found if word.isupper() and len(word) < 3 else _cased(found, word)

    return "".join(turned(word) for word in _WORD.findall(text))


def _cased(new: str, old: str) -> str:
    is_capital = old[:1].isupper() and old != "I" and not old.startswith(("I'", "I’"))
    return new[:1].upper() + new[1:] if is_capital else new


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
