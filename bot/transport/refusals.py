"""What Discord's refusals mean for whoever wanted to speak, in one place.

Codes: Discord's "Opcodes and Status Codes" page, section JSON error codes.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.errors import Closed, StageClosed, StageUnsure
from bot.ports import Place
from bot.transport.executor import Done, Outcome, Refused, Unsent, Unsure

UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_CHANNEL, BAD_WEBHOOK_TOKEN = 10008, 10015, 10003, 50027
MISSING_ACCESS, MISSING_PERMISSIONS, ARCHIVED, LOCKED, FOLLOWUPS_SPENT = 50001, 50013, 50083, 160005, 40094

_REASONS = {
    UNKNOWN_CHANNEL: Closed.UNKNOWN_CHANNEL,
    10004: Closed.SERVER_LEFT,
    UNKNOWN_MESSAGE: Closed.REMOVED,
    UNKNOWN_WEBHOOK: Closed.UNKNOWN_WEBHOOK,
    BAD_WEBHOOK_TOKEN: Closed.UNKNOWN_WEBHOOK,
    20009: Closed.BLOCKED,
    20016: Closed.SLOW_MODE,
    30007: Closed.TOO_MANY_WEBHOOKS,
    40067: Closed.TAG_REQUIRED,
    50007: Closed.NO_DIRECT_MESSAGES,
    50278: Closed.NO_DIRECT_MESSAGES,
    ARCHIVED: Closed.ARCHIVED,
    LOCKED: Closed.LOCKED,
    160006: Closed.TOO_MANY_THREADS,
    200000: Closed.BLOCKED,
    240000: Closed.BLOCKED,
}

Missing = Callable[[Place], tuple[str, ...]]
"""Which of the permissions we want are missing in a place, as far as the gateway told; none where it is not known."""

log = structlog.get_logger(__name__)


def nothing_known(place: Place) -> tuple[str, ...]:
    """A `Missing` for where no gateway tells."""
    return ()


def is_thread(place: Place) -> bool:
    """Whether a place is a thread (or a forum's post): somebody else's webhook speaks there."""
    return place.channel_id != place.webhook_channel_id


def closed(refusal: Refused, needed: str, place: Place | None = None, missing: Missing = nothing_known) -> StageClosed:
    """What a refusal means. `needed` is the permission the call needs besides seeing; `missing` may know better."""
    where = None if place is None else place.channel_id
    if refusal.code in (MISSING_ACCESS, MISSING_PERMISSIONS):
        known = () if place is None else missing(place)
        if refusal.code == MISSING_ACCESS:
            if place is not None and is_thread(place) and "view_channel" not in known and missing is not nothing_known:
                return StageClosed(Closed.PRIVATE_THREAD, channel_id=where)
            known = ("view_channel",)
        return StageClosed(Closed.MISSING_PERMISSIONS, permissions=known or (needed,), channel_id=where)
    reason = _REASONS.get(refusal.code)
    if reason is None:
        reason = Closed.RATE_LIMITED if refusal.status == 429 else Closed.REFUSED
        log.error("discord_refused", status=refusal.status, code=refusal.code, detail=refusal.detail)
    return StageClosed(reason, channel_id=where)


def answered(outcome: Outcome, needed: str, place: Place | None = None, missing: Missing = nothing_known) -> object:
    """The body of an answer. Raises `StageClosed`, or `StageUnsure` where it may have happened all the same."""
    match outcome:
        case Done(body):
            return body
        case Refused():
            raise closed(outcome, needed, place, missing)
        case Unsent():
            raise StageClosed(Closed.UNREACHABLE)
        case Unsure(cause):
            raise StageUnsure(cause)
