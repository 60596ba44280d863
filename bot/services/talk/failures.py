"""What people read when an answer fails: what happened and what to do, without blame and without internals."""

from __future__ import annotations

from bot.errors import BadKey, ProviderError, RateLimited, Refused, Slow, StageClosed
from bot.texts import N_, Text

ANSWER_EMPTY = "empty_answer"
OUR_FAULT = "internal_error"
TOO_MANY_ATTEMPTS = "too_many_attempts"
QUEUE_FULL = "queue_full"
NOBODY_HERE = "nobody_here"
DIRECT_MESSAGE = "direct_message"
HELD_BACK = "held_back"
INTERACTION_OVER = "expired"

_REMARKS: dict[str, Text] = {
    "model_slow": N_("{character} could not answer: the language model took too long. Write again in a moment."),
    "model_busy": N_("{character} could not answer: the language model is busy. Wait a minute and write again."),
    "model_refused": N_("{character} could not answer: the language model declined. Try it in other words."),
    "model_key": N_(
        "{character} could not answer: the language model does not accept this bot's key. "
        "Please tell whoever runs the bot."
    ),
    "model_down": N_(
        "{character} could not answer: the language model cannot be reached. Write again in a moment; "
        "if it stays like this, tell whoever runs the bot."
    ),
    ANSWER_EMPTY: N_("{character} found no words: the language model sent an empty answer. Write again."),
    TOO_MANY_ATTEMPTS: N_(
        "{character} could not answer this message, although it was tried several times. Write again."
    ),
    OUR_FAULT: N_("{character} could not answer: something went wrong in the bot (error {error_id}). Write again."),
    QUEUE_FULL: N_("So much was said here that some messages stay unanswered. Give the characters a moment."),
    NOBODY_HERE: N_("Nobody listens in this channel yet. Ask a character in with /character summon; /help tells more."),
    DIRECT_MESSAGE: N_("Nobody listens here yet. Ask a character in with /character summon; /help tells more."),
    HELD_BACK: N_("No answer to this one. /doctor tells you why, and nobody else."),
    INTERACTION_OVER: N_(
        "{character} took longer than the 15 minutes Discord gives for an answer where the bot is only installed for "
        "you. What you said is kept. Ask again with /say."
    ),
    "archived": N_(
        "{character} cannot speak there: the thread is archived. Somebody with Manage Threads can open it again."
    ),
    "locked": N_("{character} cannot speak there: the thread is locked. Somebody with Manage Threads can unlock it."),
    "not_a_member": N_(
        "{character} cannot speak there: it is a private thread and the bot is no member. Mention the bot in it once."
    ),
    "unknown_channel": N_("{character} cannot speak there any more: the channel is gone. Nothing else was lost."),
    "missing_permissions": N_(
        "{character} cannot speak here: the bot needs the permission {permissions} in this channel."
    ),
    "too_many_webhooks": N_(
        "{character} cannot speak here: this channel has as many webhooks as Discord allows. "
        "Remove one in the channel's settings under Integrations."
    ),
}


def reason_of(error: ProviderError) -> str:
    """The short code under which a provider's failure is recorded and remarked on."""
    match error:
        case Slow():
            return "model_slow"
        case RateLimited():
            return "model_busy"
        case Refused():
            return "model_refused"
        case BadKey():
            return "model_key"
        case _:
            return "model_down"


def remark_on(reason: str) -> Text | None:
    """The text for a reason, its fields open; None where there is nothing to say, or nowhere to say it."""
    return _REMARKS.get(reason)


def permissions_of(error: StageClosed) -> str:
    """The missing permissions as people know them from Discord's settings."""
    return ", ".join(name.replace("_", " ").title() for name in error.permissions) or "Manage Webhooks"
