"""The one tree of errors.

A `UserError` is safe to show: it carries a code, a catalogue message (marked with `N_`) and the values that fill it,
and says what happened, what was kept and what to do next. A `ProviderError` is what a model's server did to us. A
`StageError` is what Discord did to a post. Anything else is a bug: it is logged under an id and the id is shown.
"""

from __future__ import annotations


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


class StageClosed(StageError):
    """Nothing can be shown there until an admin acts: no permission, channel gone, webhooks full.

    `reason` is a short code (`missing_permissions`, `unknown_channel`, `too_many_webhooks`, `archived`), and
    `permissions` names what is missing, where that is known.
    """

    def __init__(self, reason: str, /, *, permissions: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permissions = permissions


class StageUnsure(StageError):
    """A post may or may not have happened and the channel's history could not tell."""
