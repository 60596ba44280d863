"""What people read when an answer fails: what happened and what to do, without blame and without internals."""

from __future__ import annotations

from bot.errors import BadKey, Closed, ProviderError, RateLimited, Refused, Slow, StageClosed
from bot.texts import N_, Text

ANSWER_EMPTY = "empty_answer"
OUR_FAULT = "internal_error"
TOO_MANY_ATTEMPTS = "too_many_attempts"
QUEUE_FULL = "queue_full"
NOBODY_HERE = "nobody_here"
DIRECT_MESSAGE = "direct_message"
HELD_BACK = "held_back"

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
    HELD_BACK: N_("No answer to this one. The button tells whoever wrote it why, and nobody else."),
    Closed.INTERACTION_EXPIRED: N_(
        "{character} could not answer: where I am only installed for you, Discord takes six messages within "
        "15 minutes of a command, no more. What you said is kept. Ask again with /say."
    ),
    Closed.ARCHIVED: N_(
        "{character} cannot speak there: the thread is archived. Write something in it to open it again."
    ),
    Closed.LOCKED: N_(
        "{character} cannot speak there: the thread is locked. Somebody with Manage Threads can unlock it."
    ),
    Closed.PRIVATE_THREAD: N_(
        "{character} cannot speak there: it is a private thread and I am no member of it. Mention me in it once."
    ),
    Closed.UNKNOWN_CHANNEL: N_("{character} cannot speak there any more: the channel is gone. What was said is kept."),
    Closed.SERVER_LEFT: N_(
        "{character} cannot speak there any more: I am no longer in that server. An admin can add me again; what was "
        "said is kept."
    ),
    Closed.MISSING_PERMISSIONS: N_(
        "{character} cannot speak here: the bot needs the permission {permissions} in this channel."
    ),
    Closed.TOO_MANY_WEBHOOKS: N_(
        "{character} cannot speak here: this channel has as many webhooks as Discord allows. "
        "Remove one in the channel's settings under Integrations."
    ),
    Closed.UNKNOWN_WEBHOOK: N_(
        "{character} could not speak here: somebody removes the bot's webhook again and again. An admin finds it in "
        "the channel's settings under Integrations and can leave it there."
    ),
    Closed.SLOW_MODE: N_("{character} could not answer yet: this channel is in slow mode. Write again in a while."),
    Closed.BLOCKED: N_(
        "{character} could not say that: this server's AutoMod, or Discord, does not let the words through. "
        "Ask in other words, or ask an admin to look at AutoMod."
    ),
    Closed.REFUSED: N_(
        "{character} could not speak here: Discord refused it for a reason of its own. Write again; if it stays like "
        "this, tell whoever runs the bot."
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
