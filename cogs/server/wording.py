"""Settings of places in words."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services.talk.places import AdultRule, DeliveryMode, Level, Listen, PlaceRules, Summoners
from bot.texts import LANGUAGE_NAMES, N_, Say, Text

SUMMONERS: Mapping[Summoners, Text] = {
    Summoners.EVERYONE: N_("everyone"),
    Summoners.ROLES: N_("certain roles"),
    Summoners.MANAGERS: N_("who may manage messages"),
}
ADULT: Mapping[AdultRule, Text] = {
    AdultRule.NEVER: N_("nowhere"),
    AdultRule.AGE_RESTRICTED: N_("in age-restricted channels"),
}
LISTEN: Mapping[Listen, Text] = {
    Listen.ADDRESSED: N_("what is said to them"),
    Listen.ALWAYS: N_("every message"),
    Listen.CHANCE: N_("what is said to them, and others by chance"),
}
DELIVERY: Mapping[DeliveryMode, Text] = {
    DeliveryMode.STREAMED: N_("one message that grows"),
    DeliveryMode.PARAGRAPHS: N_("finished paragraphs, one after another"),
}
LEVELS: Mapping[Level, Text] = {
    Level.HOUSE: N_("as usual"),
    Level.SERVER: N_("this server"),
    Level.CHANNEL: N_("this channel"),
    Level.CHARACTER: N_("this character"),
}

LABELS: Mapping[str, Text] = {
    "may_speak": N_("Characters may speak"),
    "summoners": N_("Who may summon"),
    "adult": N_("Characters for adults"),
    "listen": N_("What they answer"),
    "answers_bots": N_("They answer other bots"),
    "banter": N_("Lines to each other"),
    "replies_per_minute": N_("Answers a minute"),
    "default_character_id": N_("Who comes when I am mentioned"),
    "language": N_("Language of notices"),
    "delivery": N_("How answers appear"),
}
"""Every setting that is shown. The roles stand with who may summon, the percentage with what they answer."""


def lines(rules: PlaceRules, say: Say, *, first: str | None) -> list[str]:
    """Each setting with its value and where that comes from. `first` names the character that answers first."""
    return [
        say(
            "**{setting}:** {value} · *{level}*",
            setting=say(label),
            value=value_of(name, rules, say, first=first),
            level=say(LEVELS[rules.ruling(name).level]),
        )
        for name, label in LABELS.items()
    ]


def value_of(name: str, rules: PlaceRules, say: Say, *, first: str | None = None) -> str:
    """What one setting is, in words."""
    match name:
        case "may_speak" | "answers_bots":
            return say("yes") if getattr(rules, name) else say("no")
        case "summoners":
            return _summoners(rules, say)
        case "adult":
            return say(ADULT[rules.adult])
        case "listen":
            return _listen(rules, say)
        case "banter":
            return str(rules.banter) if rules.banter else say("none")
        case "replies_per_minute":
            return say("{n} for each person in each channel", n=rules.replies_per_minute)
        case "default_character_id":
            return first or say("nobody")
        case "language":
            return language(rules.language, say)
        case _:
            return say(DELIVERY[DeliveryMode(rules.delivery)])


def language(tag: str | None, say: Say) -> str:
    """A language by its own name."""
    return say("everybody's own") if tag is None else LANGUAGE_NAMES.get(tag, tag)


def _summoners(rules: PlaceRules, say: Say) -> str:
    if rules.summoners is not Summoners.ROLES:
        return say(SUMMONERS[rules.summoners])
    return ", ".join(f"<@&{role_id}>" for role_id in rules.summoner_role_ids) or say("who may manage messages")


def _listen(rules: PlaceRules, say: Say) -> str:
    if rules.listen is not Listen.CHANCE:
        return say(LISTEN[rules.listen])
    return say("what is said to them, and {percent} of 100 other messages", percent=rules.chance_percent)
