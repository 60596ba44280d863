"""What is told of a conversation, and what its choices are called."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services.talk.conversations.arrangements import ConversationKind, ConversationSettings, ParticipantRole
from bot.services.talk.conversations.shelf import Card, Sums, Taking
from bot.texts import N_, Say, Text
from cogs.asking import plain

ROLES: Mapping[ParticipantRole, Text] = {
    ParticipantRole.PRIMARY: N_("answers first"),
    ParticipantRole.SECONDARY: N_("joins in"),
    ParticipantRole.MODERATOR: N_("moderates"),
}
KINDS: Mapping[ConversationKind, Text] = {
    ConversationKind.SINGLE: N_("one person with one character"),
    ConversationKind.MULTI: N_("one person with several characters"),
    ConversationKind.GROUP: N_("several people"),
}
_PEOPLE_SHOWN = 12
_RECAP_SHOWN = 700


def state_of(card: Card, say: Say) -> str:
    """Where it goes on, or that it does not."""
    where = say("direct messages") if card.guild_id is None else f"<#{card.channel_id}>"
    told = say("Goes on in {place}.", place=where) if card.is_active else say("Archived; held in {place}.", place=where)
    lines = [told]
    if card.is_muted:
        lines.append(say("Muted: nobody answers."))
    if card.is_pinned:
        lines.append(say("Pinned: at the top of your list."))
    if card.fork_of is not None:
        source = plain(card.fork_of) or say("another conversation")
        lines.append(say("Branched off from {conversation}.", conversation=source))
    return " ".join(lines)


def characters_of(card: Card, say: Say) -> str:
    """Who of the characters is there, and what each is."""
    return ", ".join(f"{plain(one.name)} ({say(ROLES[one.role])})" for one in card.takes_part if one.name is not None)


def people_of(card: Card, say: Say) -> str:
    """Who of the people takes part."""
    people = [one for one in card.takes_part if one.name is None]
    told = [_person(one, card, say) for one in people[:_PEOPLE_SHOWN]]
    if len(people) > _PEOPLE_SHOWN:
        told.append(say("and {n} more", n=len(people) - _PEOPLE_SHOWN))
    return ", ".join(told)


def _person(one: Taking, card: Card, say: Say) -> str:
    mention = say("somebody") if one.discord_id is None else f"<@{one.discord_id}>"
    if one.user_id == card.owner_id:
        return say("{person} (began it)", person=mention)
    return say("{person} (moderates)", person=mention) if one.role is ParticipantRole.MODERATOR else mention


def sums_in_words(sums: Sums, say: Say) -> str:
    """How much was said and what it took; what is not known is said to be unknown."""
    told = [say.plural("{n} message", "{n} messages", sums.messages)]
    if sums.wordings == 0:
        return told[0]
    if sums.tokens_unknown == sums.wordings:
        told.append(say("tokens unknown"))
    else:
        tokens = say("{tokens_in} tokens in and {tokens_out} out", tokens_in=sums.tokens_in, tokens_out=sums.tokens_out)
        told.append(say("at least {amount}", amount=tokens) if sums.tokens_unknown else tokens)
    if sums.cost_unknown == sums.wordings:
        told.append(say("cost unknown"))
    else:
        cost = f"${sums.cost_micros / 1_000_000:.4f}"
        told.append(say("at least {amount}", amount=cost) if sums.cost_unknown else cost)
    return " · ".join(told)


def settings_in_words(settings: ConversationSettings, say: Say) -> str:
    """How it is kept."""
    days = settings.retention_days
    kept = say("until deleted") if days is None else say.plural("{n} day", "{n} days", days)
    if settings.model is None:
        model = say("each character's own")
    else:
        model = f"{plain(settings.model)} ({plain(settings.provider or '')})"
    return "\n".join(
        (
            say("**Model:** {model}", model=model),
            say("**Pictures and files:** {value}", value=say("taken in") if settings.allow_files else say("left out")),
            say("**Messages are kept:** {value}", value=kept),
            say(
                "**After the end:** {value}",
                value=say("kept, to go on with") if settings.keeps_history else say("forgotten at once"),
            ),
        )
    )


def recap_of(card: Card) -> str:
    """The recap, as much of it as a card holds."""
    text = plain(card.summary)
    return text if len(text) <= _RECAP_SHOWN else f"{text[: _RECAP_SHOWN - 1]}…"
