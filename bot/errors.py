"""The one tree of errors.

A `UserError` is safe to show: it carries a code, a catalogue message (marked with `N_`) and the values that fill it,
and says what happened, what was kept and what to do next. A `ProviderError` is what a model's server did to us. A
`StageError` is what Discord did to a post. Anything else is a bug: it is logged under an id and the id is shown.
"""

from __future__ import annotations

from enum import StrEnum


class BotCafeError(Exception):
    """The root; never raised itself."""


class UserError(BotCafeError):
    """A refusal a person may read.

    `code` is stable and machine-readable (snake_case). `message` is a catalogue text in English whose `{fields}` are
    filled when it is shown, in the reader's language. `field` names the form field at fault, where there is one, so
    that the face can offer to mend it.
    """

    def __init__(self, code: str, message: str, /, *, field: str | None = None, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.values = values

    def __str__(self) -> str:
        """The English sentence, for logs and the command line."""
        return self.message.format(**self.values)


class NotFound(UserError):
    """There is no such thing, or none this person may know of."""


class NotAllowed(UserError):
    """The person may know of it but not do this."""


class LimitReached(UserError):
    """A number in `bot.limits`, a plan or a person's own limit stands in the way."""


class Conflict(UserError):
    """It was changed, taken or done meanwhile."""


class InvalidInput(UserError):
    """What was typed cannot be used as it is."""


class ProviderError(BotCafeError):
    """A model's server did not give an answer. `retry_after_seconds` is its own wish, where it named one."""

    def __init__(self, detail: str, /, *, provider: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.provider = provider
        self.retry_after_seconds = retry_after_seconds


class Slow(ProviderError):
    """A deadline passed: connecting, first token, between tokens, or in all."""


class RateLimited(ProviderError):
    """Too many requests, or the quota is used up."""


class Refused(ProviderError):
    """It understood and will not: content policy, a request too long, an unknown model."""


class Down(ProviderError):
    """It cannot be reached, broke off, or answers nonsense."""


class BadKey(ProviderError):
    """The key is missing, wrong or has no credit."""


class StageError(BotCafeError):
    """Discord did not show what we wanted shown."""


class Closed(StrEnum):
    """Why nothing can be shown somewhere. Every reason Discord gives is one of these."""

    MISSING_PERMISSIONS = "missing_permissions"
    """The bot lacks the permissions that `StageClosed.permissions` names."""
    UNKNOWN_CHANNEL = "unknown_channel"
    """The channel or thread is gone."""
    TOO_MANY_WEBHOOKS = "too_many_webhooks"
    """The channel has fifteen webhooks of others."""
    UNKNOWN_WEBHOOK = "unknown_webhook"
    """The channel's webhook was removed again while it was mended."""
    ARCHIVED = "archived"
    """The thread is archived and may not be opened again by the bot."""
    LOCKED = "locked"
    """The thread is locked: only moderators write there."""
    PRIVATE_THREAD = "private_thread"
    """The bot is no member of the private thread."""
    SLOW_MODE = "slow_mode"
    """The channel lets the bot itself (not its webhooks) write only now and then."""
    TAG_REQUIRED = "tag_required"
    """The forum wants a tag on every post and has none that the bot may use."""
    TOO_MANY_THREADS = "too_many_threads"
    """The server has as many open threads as Discord allows."""
    NO_DIRECT_MESSAGES = "no_direct_messages"
    """The person takes no direct messages from the bot."""
    INTERACTION_EXPIRED = "interaction_expired"
    """More than 15 minutes after the command, or more than six messages."""
    BLOCKED = "blocked"
    """The server's AutoMod, or Discord, does not let these words through."""
    SERVER_LEFT = "server_left"
    """The bot is no longer in the server."""
    FILE_GONE = "file_gone"
    """What came with a message is no longer there."""
    TOO_LARGE = "too_large"
    """A file is larger than is read."""
    REMOVED = "removed"
    """Somebody deleted the whole reply while it was written; it is not forced on them."""
    UNREACHABLE = "unreachable"
    """No connection to Discord."""
    RATE_LIMITED = "rate_limited"
    """Discord asks for patience longer than is waited."""
    REFUSED = "refused"
    """Anything else; the log has Discord's own code."""

    @property
    def is_passing(self) -> bool:
        """Whether it goes by itself, so that trying later is right."""
        return self in (Closed.UNREACHABLE, Closed.RATE_LIMITED)


class StageClosed(StageError):
    """Nothing can be shown there until somebody acts, or (`reason.is_passing`) until later.

    `permissions` names what is missing (by discord.py's names), where that is known, and `channel_id` where.
    """

    def __init__(
        self, reason: Closed | str, /, *, permissions: tuple[str, ...] = (), channel_id: int | None = None
    ) -> None:
        """Raises ValueError for a reason that is none."""
        self.reason = Closed(reason)
        super().__init__(self.reason.value)
        self.permissions = permissions
        self.channel_id = channel_id


class StageUnsure(StageError):
    """A post may or may not have happened and the channel's history could not tell."""
