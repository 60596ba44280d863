"""What somebody means by a line: one intent each, by patterns in English and Spanish, most telling first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    """What a line wants."""

    CRISIS = "crisis"
    IS_AI = "is_ai"
    MY_NAME = "my_name"
    RECALL = "recall"
    STORY = "story"
    LONG = "long"
    LIST = "list"
    JOKE = "joke"
    POEM = "poem"
    SURPRISE = "surprise"
    HELP = "help"
    GIFT = "gift"
    EXCLAIM = "exclaim"
    CONFUSED = "confused"
    THANKS = "thanks"
    FAREWELL = "farewell"
    SAD = "sad"
    HAPPY = "happy"
    AFFECTION = "affection"
    RUDE = "rude"
    SORRY = "sorry"
    HOW_ARE_YOU = "how_are_you"
    WHO_ARE_YOU = "who_are_you"
    MORE = "more"
    WHY = "why"
    UNSURE = "unsure"
    YES = "yes"
    NO = "no"
    LAUGH = "laugh"
    LIKES = "likes"
    DISLIKES = "dislikes"
    ACTION = "action"
    LETS = "lets"
    GREETING = "greeting"
    QUESTION = "question"
    STATEMENT = "statement"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Meaning:
    """An intent, the words it was read from (without being addressed), and what the pattern caught."""

    intent: Intent
    text: str
    spanish: bool = False
    caught: str = ""


_I = re.IGNORECASE
_RULES: tuple[tuple[Intent, str], ...] = (
    (
        Intent.CRISIS,
        r"\b(kill(ing)? myself|suicid\w*|end (my|it all) ?(life)?$|want to die|hurt(ing)? myself|self.?harm|"
        r"cut(ting)? myself|"
        r"don'?t want to (live|be alive)|better off dead|matarme|suicidar\w*|quiero morir|no quiero vivir|"
        r"hacerme daño)\b",
    ),
    (
        Intent.IS_AI,
        r"\b(are you|r u|you'?re)\b.{0,20}\b(an? )?(ai|a\.i\.|bots?|robot|real|human|person|chat ?gpt|machine|"
        r"language model|llm)\b|" r"\b(is|am i talking (to|with)) (this )?(an? )?(ai|bot|real person|human)\b|"
        r"\beres\b.{0,20}\b(una? )?(ia|inteligencia artificial|bot|robot|real|humana?|persona|máquina)\b",
    ),
    (
        Intent.MY_NAME,
        r"\b(?:my name(?: is|'s)|call me|they call me|i am called|i go by|me llamo|mi nombre es|llámame|"
        r"puedes llamarme)\s+" r"(?P<caught>[^\W\d_][\w'’-]{0,30}(?:(?-i: [A-ZÁÉÍÓÚÑ])[\w'’-]{1,30})?)|"
        # "I'm Robin.": only a capital tells a name from a mood, so it must stand alone and be no nation or faith.
        r"^(?:i am|i['’]m|soy)\s+(?!\w+(?:ish|ese|ican|adian)\b|(?:french|german|dutch|greek|swiss|italian|russian|"
        r"indian|european|catholic|muslim|christian)\b)"
        r"(?P<caught2>(?-i:[A-ZÁÉÍÓÚÑ][a-záéíóúñü])[\w'’-]{0,30}(?:(?-i: [A-ZÁÉÍÓÚÑ])[\w'’-]{1,30})?)"
        r"(?=\s*(?:$|[.,!;])|\s+(?:and|y)\b)",
    ),
    (
        Intent.RECALL,
        r"\bwhat(?:'s| is| was) my\b|\b(do|can|did) you (still )?remember (me|my|what i|that i|when i)\b|\bwho am i\b|"
        r"\bwhat (do|did|have) i (like|love|hate|say|said|tell|told|told you|mention)\b|\bwhat do you (know|"
        r"remember) about me\b|"
        r"\b(cómo me llamo|cuál es mi|qué (te )?(dije|conté)|te acuerdas de (mí|mi|lo que)|qué sabes de mí|"
        r"recuerdas (mi|lo que|cómo)" r"|qué me gusta)\b",
    ),
    (
        Intent.LONG,
        r"\b(tell me|write|give me|say|explain)?.{0,25}\b(everything|as long as|very long|really long|in (great |"
        r"full )?detail|"
        r"a long (story|tale|answer|text|letter)|whole story|long version)\b|\b(cuéntame|dime|escribe).{0,25}"
        r"\b(todo|muy larg[oa]|con detalle|historia larga|largo y tendido)\b",
    ),
    (
        Intent.STORY,
        r"\b(tell|give|share|know|have|spin|got|write|want|hear|like)\b.{0,40}\b(story|stories|tale|legend|"
        r"adventure|myth)\b|"
        r"^(a )?story\b|\bonce upon\b|\b(cuéntame|dime|sabes|cuenta|quiero|escribe).{0,30}\b(historia|cuento|"
        r"leyenda|aventura)s?\b",
    ),
    (
        Intent.LIST,
        r"\b(list|name|top) (me )?(?P<caught>\d+|three|four|five|six|seven|ten|some|all|your|the)\b|"
        r"\bgive me (a list|\d+|three|"
        r"four|five|some|a few)\b|\b(make|write) (me )?a list\b|^list\b|\bwhat (three|four|five|\d+) things\b|"
        r"\b(haz|dame|escribe)(me)? (una lista|\d+|tres|cuatro|cinco)\b|\blista de\b|\b(tres|cuatro|cinco|\d+) cosas\b",
    ),
    (
        Intent.SURPRISE,
        r"\b(say|tell me|show me) something\b|^surprise me\b|\b(i'?m|so|i am) bored\b|\bentertain me\b|^what'?s new\b|"
        r"^talk to me\b|\b(di|dime|cuéntame) algo\b|\bsorpréndeme\b|\bme aburro\b",
    ),
    (Intent.HELP, r"^(can you )?(please )?help( me)?[\s!.?]*$|^(what (should|can) (i|we) (do|ask|say))|"
                  r"^ayuda(me)?\b|^what now\b"),
    (
        Intent.GIFT,
        r"\bi(?:'ve)? (?:brought|got|made|bought|baked|have) (?:you|something for you)\b ?(?P<caught>[^.!?]{0,50})|"
        r"\bthis is for you\b|\bte (?:traje|he traído|regalo) (?P<caught2>[^.!?]{2,50})",
    ),
    (
        Intent.EXCLAIM,
        r"^(oh,? |ah,? )*(wow+|cool|nice|great|neat|amazing|awesome|interesting|lovely|beautiful|oh+|ah+|hm+|mm+|"
        r"ooh+|aww?|omg|"
        r"whoa|genial|qué (guay|bonito|bien|interesante|chulo)|vaya|guau|oh)[\s!.…]*$|"
        r"^(that'?s|that is|this is|how|so) (so |very |really |pretty )?(sad|cool|nice|great|amazing|awesome|"
        r"beautiful|lovely|sweet|"
        r"funny|weird|strange|interesting|scary|creepy|cute|good|wonderful|fascinating)[\s!.…]*$",
    ),
    (
        Intent.CONFUSED,
        r"^(huh|what|eh|sorry|pardon|come again|qué|cómo)[\s?!.]*$|\bi don'?t (understand|get it|follow)\b|"
        r"\bwhat do you mean\b|\bno (te )?entiendo\b|\bqué quieres decir\b",
    ),
    (Intent.JOKE, r"\b(joke|make me laugh|something funny|pun|chiste|hazme reír|algo gracioso)\b"),
    (Intent.POEM, r"\b(poem|poetry|haiku|verse|sing (me|us|something)|a song|rhyme|poema|poesía|canción|"
                  r"canta(me)?|verso)\b"), (
        Intent.FAREWELL,
        r"^(ok(ay)?,? ?|well,? ?|alright,? ?)?(good ?)?(bye|night|byebye|cya|see (you|ya)|farewell|gtg|g2g|later|"
        r"so long)\b|"
        r"\b(i (have|need|must|should|gotta|got) (to )?(go|leave|sleep|run)( now)?|good ?night|goodbye|"
        r"talk (to you )?(later|soon|tomorrow)"
        r"|heading (out|off|to bed)|going to (bed|sleep))\b|\b(adiós|hasta (luego|mañana|pronto)|buenas noches|"
        r"me (tengo que ir|voy)" r"|tengo que irme|nos vemos|chao)\b",
    ),
    (Intent.THANKS, r"\b(thank(s| you)|thx|ty|cheers|appreciate (it|that|you)|gracias)\b"),
    (
        Intent.SAD,
        r"\b(i'?m|i am|i feel|i'?ve been|feeling|been feeling|makes me|made me)\b.{0,25}\b(sad|lonely|alone|"
        r"depressed|down|tired|exhausted|"
        r"anxious|scared|afraid|worried|stressed|awful|terrible|lost|broken|hurt|upset|miserable|empty|"
        r"heartbroken|overwhelmed)\b|"
        r"\b((bad|rough|hard|awful|terrible|long|horrible|worst) (day|week|night|time|year)|broke up|passed away|"
        r"i miss|died|"
        r"lost my|got fired|failed my|can'?t sleep|crying|i cried)\b|"
        r"\b(estoy|me siento|ando)\b.{0,20}\b(triste|sol[oa]|cansad[oa]|agotad[oa]|ansios[oa]|asustad[oa]|"
        r"preocupad[oa]|mal|fatal|perdid[oa])\b|"
        r"\b(mal día|día (malo|horrible|duro)|ha muerto|murió|echo de menos|extraño a|he suspendido|"
        r"me han despedido|no puedo dormir)\b",
    ),
    (
        Intent.HAPPY,
        r"\b(i'?m|i am|i feel|feeling|so)\b.{0,15}\b(happy|excited|glad|proud|great|amazing|wonderful|thrilled|"
        r"over the moon)\b|"
        r"\b(i (got|passed|won|made it|did it|finished)|good news|best day|great day|got engaged|got the job)\b|"
        r"\b(estoy|me siento)\b.{0,12}\b(feliz|content[oa]|emocionad[oa]|orgullos[oa]|genial)\b|"
        r"\b(buenas noticias|he (aprobado|ganado|conseguido))\b",
    ),
    (
        Intent.AFFECTION,
        r"\b(i (love|adore|like) you|you'?re (so |very |really |such )?(an? )?(cute|sweet|lovely|kind|great|"
        r"amazing|awesome|adorable|cool|"
        r"funny|nice|wonderful|the best|beautiful|wise)|marry me|hug|good (bot|girl|boy)|te (quiero|amo|adoro)|"
        r"eres (muy )?(maj[oa]|lind[oa]|"
        r"genial|dulce|increíble|adorable|graci\w+)|un abrazo)\b",
    ),
    (
        Intent.RUDE,
        r"\b(shut up|you suck|stupid|idiot|dumb|i hate you|boring|useless|annoying|fuck (you|off)|go away|"
        r"you'?re (bad|ugly|terrible)|" r"cállate|tont[oa]|idiota|aburrid[oa]|inútil|te odio|pesad[oa]|vete)\b",
    ),
    (Intent.SORRY, r"^(i'?m |i am )?(so |very )?sorry\b|\b(my apologies|i apologi[sz]e|forgive me|perdón|perdona|"
                   r"lo siento)\b"), (
        Intent.HOW_ARE_YOU,
        r"\bhow (are|r) (you|u|things|ya)\b|\bhow('?s| is) (it going|your (day|night|evening|morning|week)|life|"
        r"everything|business)\b|"
        r"\bhow (have you been|do you feel|are things)\b|\b(what'?s up|wassup|sup)\b|\b(cómo (estás|te va|andas|"
        r"va)|qué tal|cómo te sientes)\b",
    ),
    (
        Intent.WHO_ARE_YOU,
        r"\bwho (are|r) (you|u)\b|\bwhat('?s| is) your name\b|\b(introduce|describe) yourself\b|\bwhat are you\b\??$|"
        r"\btell me (a bit |a little |more |something )?about (yourself|you)\b|\b(quién eres|cómo te llamas|"
        r"háblame de ti|preséntate|qué eres)\b",
    ),
    (
        Intent.MORE,
        r"^(and |ok(ay)?,? |wow,? |oh,? |please,? |yes,? )*(tell me more|more( please)?|go on|continue|"
        r"and( then)?|what (else|then|happened( next| then)?)"
        r"|keep going|then what|really|is that so|interesting|elaborate|how so|next)\b[\s?!.…]*$|\btell me more\b|"
        r"\bgo on\b|"
        r"\b(cuéntame más|sigue|continúa|y (luego|después|entonces)|qué más|de verdad|en serio|más)[\s?!.]*$",
    ),
    (Intent.WHY, r"^(but |and |so |oh,? )*(why|how come|what for|por qué|para qué|y por qué)( not| is that|"
                 r" so)?[\s?!.]*$"), (
        Intent.UNSURE,
        r"^(hm+,? |well,? |oh,? )*(i (don'?t|do not) know|i'?m not sure|not sure|no idea|maybe|perhaps|dunno|idk|"
        r"no (lo )?sé|quizás?|" r"tal vez|ni idea)\b.{0,40}$",
    ),
    (
        Intent.YES,
        r"^(oh |well |hmm,? )*(yes|yeah|yep|yup|sure|ok(ay)?|of course|please( do)?|alright|absolutely|definitely|"
        r"gladly|i (do|am|would|can|will|have)(?=[\s!.]*$)|"
        r"sounds good|deal|why not|sí|claro|vale|por supuesto|de acuerdo|bueno|venga)\b(?P<caught>.{0,60})$",
    ),
    (
        Intent.NO,
        r"^(oh |well |hmm,? )*(no+|nope|nah|not (really|yet|at all|now)|never|i (don'?t|do not|can'?t|won'?t|"
        r"haven'?t)(?=[\s!.]*$)|no thanks|nunca|" r"para nada|todavía no|ahora no|qué va)\b(?P<caught>.{0,60})$",
    ),
    (Intent.LAUGH, r"^(?:(?:ha|he|ja|je){2,}\w*|lol+|lmao|rofl|xd+|haha\w*|jaja\w*|😂+|🤣+)[\s!.😂🤣]*$"),
    (
        Intent.DISLIKES,
        r"\bi (?:really |just |absolutely )?(?:hate|dislike|can'?t stand|don'?t like|loathe|fear|"
        r"am afraid of) (?P<caught>[^.!?,;]{2,60})|"
        r"\b(?:odio|detesto|no me gustan?|no soporto) (?P<caught2>[^.!?,;]{2,60})",
    ),
    (
        Intent.LIKES,
        r"\bi (?:really |just |absolutely |also |do )?(?:love|like|enjoy|adore|prefer|"
        r"collect) (?P<caught>[^.!?,;]{2,60})|"
        r"\bmy favou?rite (?P<caught3>[^.!?;]{2,60})|\b(?:me (?:gustan?|encantan?)|adoro|"
        r"prefiero) (?P<caught2>[^.!?,;]{2,60})",
    ),
    (
        Intent.LETS,
        r"^(?:please )?(?:let'?s|let us|can we|could we|shall we|take me|show me|may i|can i|could i|bring me|"
        r"give me|i want to|"
        r"i'?d (?:like|love) to|could you|would you|can you|vamos|llévame|enséñame|muéstrame|puedo|podemos|quiero|"
        r"me gustaría)\b" r"\s*(?P<caught>.{2,80})",
    ),
    (
        Intent.GREETING,
        r"^\s*(?:hi+|hey+|hello+|hiya|howdy|yo|greetings|good (?:morning|evening|afternoon|day)|hola+|buenas|"
        r"buenos días|buenas tardes|saludos)\b" r"(?:\s+(?:there|again|all|everyone|friend|\w+))?[\s!.,👋😊?]*$",
    ),
)  # fmt: skip
_COMPILED = tuple((intent, re.compile(pattern, _I)) for intent, pattern in _RULES)
_ACTION = re.compile(r"^\s*[*_](?P<caught>[^*_]{2,200})[*_]\s*$")
_QUESTION = re.compile(
    r"\?|^(?:and |but |so |ok,? |oh,? )*(?:who|what|where|when|why|how|which|whose|do|does|did|is|are|was|were|"
    r"can|could|would|will|have"
    r"|has|should|tell me|describe|explain|qué|quién|dónde|cuándo|cómo|cuál|cuánt[oa]s?|por qué|háblame|cuéntame|"
    r"dime|describe)\b",
    _I,
)
# Short words that greet before something of more weight comes.
_OPENER = re.compile(
    r"^\s*(?:hi+|hey+|hello+|hiya|good (?:morning|evening|afternoon)|hola|buenas(?: tardes| noches)?|"
    r"buenos días)\b[\s,!.]*(?=\S{2}|i\s)",
    _I,
)
_SPANISH = re.compile(
    r"[¿¡ñ]|\b(?:el|los|las|una?|que|qué|de|del|es|está|estás|estoy|soy|eres|hola|gracias|por|para|con|mi|tu|me|"
    r"te|muy|pero|cómo|dónde|"
    r"quién|cuándo|cuál|cuéntame|dime|sí|yo|tengo|tienes|gusta|gustan|hay|buenas|buenos|adiós|vale|claro|también|"
    r"historia|quiero|puedes|"
    r"más|nada|todo|llamo|vives|día|noche)\b",
    _I,
)
_ENGLISH = re.compile(
    r"\b(?:the|an?|is|are|you|your|i|my|what|where|who|how|when|do|does|did|to|of|and|hello|hi|hey|thanks|this|"
    r"that|it|can|tell|have|in|"
    r"for|with|me|was|please|yes|not|about|like)\b",
    _I,
)


def is_spanish(line: str, before: list[str], fallback: str | None) -> bool:
    """Whether to answer in Spanish: by this line, else by what was said before, else by the reader's own language."""
    for text in (line, " ".join(before[-4:])):
        spanish, english = len(_SPANISH.findall(text)), len(_ENGLISH.findall(text))
        if spanish != english:
            return spanish > english
    return fallback == "Spanish"


def understand(line: str, character: str, *, spanish: bool) -> Meaning:
    """The meaning of a line said to a character."""
    text = without_address(line, character)
    action = _ACTION.match(text)
    if action:
        return Meaning(Intent.ACTION, text, spanish, action["caught"])
    if not re.search(r"\w", text):
        return Meaning(Intent.LAUGH if re.search("😂|🤣|😄|😆", text) else Intent.NOTHING, text, spanish)
    core = _OPENER.sub("", text) or text
    for candidate in dict.fromkeys((core, text)):
        for intent, pattern in _COMPILED:
            match = pattern.search(candidate)
            if match and not _misread(intent, candidate):
                return Meaning(intent, candidate, spanish, _caught(match))
    return Meaning(Intent.QUESTION if _QUESTION.search(core) else Intent.STATEMENT, core, spanish)


def _misread(intent: Intent, text: str) -> bool:
    """A pattern that fits a part of a line which is about something else."""
    asks = "?" in text
    if intent in {
        Intent.LIKES,
        Intent.DISLIKES,
        Intent.HAPPY,
        Intent.RUDE,
        Intent.FAREWELL,
        Intent.THANKS,
        Intent.SORRY,
    }:
        if intent is Intent.THANKS or not asks:
            return False
        return bool(re.match(r"\s*(?:do|what|why|who|how|are|is|can|qué|por)\b", text, _I))
    if intent in {Intent.YES, Intent.NO}:
        return asks or len(text.split()) > 9
    if intent is Intent.LETS:
        return bool(re.match(r"(?:could|would|can) you (?:tell|explain|describe)", text, _I))
    return intent is Intent.SAD and bool(re.match(r"\s*(?:do|are|were) you\b|\s*why\b", text, _I))


# After a name without a comma, what shows that it was called and not spoken of.
_CALLED_TO = (
    r"(?:tell|what|who|where|when|why|how|which|do|does|did|are|can|could|would|will|have|please|show|give|list|"
    r"write|sing|come|"
    r"help|i|i'm|my|let's|you|your|thank|thanks|hello|hi|hey|bye|good|yes|no|cuéntame|dime|qué|quién|dónde|cómo|"
    r"por|me|te|hola|"
    r"eres|estás|tienes|gracias|háblame)\b|is [^?]*\?"
)


def without_address(line: str, character: str) -> str:
    """The line without the character being called at its start or end, and without mentions."""
    name = re.escape(character.split()[0])
    text = re.sub(r"<@[!&]?\d+>", "", line).strip()
    called = rf"^(?:(?:hey|hi|hello|hola|oye|oh|ok|so) )?@?{name}\s*[,:!.…-]+\s*"
    text = re.sub(called, lambda match: _kept_greeting(match[0]), text, flags=_I)
    text = re.sub(rf"^@?{name} (?={_CALLED_TO})", "", text, flags=_I)
    text = re.sub(rf"^@?{name}(?P<end>\W*)$", r"\g<end>", text, flags=_I).strip()
    bare = re.sub(rf"[,\s]+@?{name}(?P<end>[\s?!.…]*)$", r"\g<end>", text, flags=_I).strip()
    return bare if re.search(r"\w", bare) else text


def _kept_greeting(address: str) -> str:
    first = address.split()[0].casefold().strip(",")
    return f"{first} " if first in {"hey", "hi", "hello", "hola"} else ""


def _caught(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return next((value.strip() for name in ("caught", "caught2", "caught3") if (value := groups.get(name))), "")
