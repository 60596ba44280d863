"""What can go wrong with a model's server, put into our error tree.

Nothing a server wrote reaches an error's text: servers echo keys and prompts. A machine-readable code of theirs is kept
where it looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

import openai

from bot.errors import BadKey, Down, ProviderError, RateLimited, Refused, Slow

_CODE = re.compile(r"[a-z][a-z_]{2,40}")
# A server that asks for more than a day is mistaken or wants us gone; either way we come back and see.
_LONGEST_RETRY_AFTER = 86_400.0
_KINDS_BY_WORD: tuple[tuple[str, type[ProviderError]], ...] = (
    ("rate_limit", RateLimited),
    ("too_many_requests", RateLimited),
    ("quota", RateLimited),
    ("resource_exhausted", RateLimited),
    ("overloaded", Down),
    ("unavailable", Down),
    ("timeout", Slow),
    ("api_key", BadKey),
    ("authentication", BadKey),
    ("unauthorized", BadKey),
    ("credit", BadKey),
    ("billing", BadKey),
    ("content", Refused),
    ("policy", Refused),
    ("moderation", Refused),
    ("flagged", Refused),
    ("safety", Refused),
    ("context_length", Refused),
    ("invalid_request", Refused),
    ("not_found", Refused),
)
_SAID: dict[type[ProviderError], str] = {
    Slow: "took too long",
    RateLimited: "has had too many requests or its quota is used up",
    Refused: "refused the request",
    Down: "cannot answer",
    BadKey: "does not accept the key, or its credit is used up",
}


def from_status(error: openai.APIStatusError, provider: str, now: datetime | None = None) -> ProviderError:
    """An HTTP refusal."""
    code = clean_code(error.code) or clean_code(error.type)
    return failure(
        _kind_of_status(error.status_code, code),
        provider,
        f"HTTP {error.status_code}",
        code,
        retry_after=retry_after(error.response.headers, now or datetime.now(UTC)),
    )


def from_body(body: object, provider: str) -> ProviderError:
    """An `error` object inside an answer that began well."""
    values = cast(Mapping[object, object], body if isinstance(body, Mapping) else {})
    status = values.get("code") or values.get("status")
    code = clean_code(values.get("code")) or clean_code(values.get("type"))
    if isinstance(status, int) and 300 <= status < 600:
        return failure(_kind_of_status(status, code), provider, f"error {status} within the answer", code)
    return failure(_kind_of_code(code) or Down, provider, "an error within the answer", code)


def failure(
    kind: type[ProviderError], provider: str, how: str, code: str | None = None, *, retry_after: float | None = None
) -> ProviderError:
    """An error with a sentence of our own: which provider, what it means, how it showed."""
    detail = f"{provider} {_SAID[kind]} ({', '.join(part for part in (how, code) if part)})"
    return kind(detail, provider=provider, retry_after_seconds=retry_after)


def clean_code(code: object) -> str | None:
    """A server's error code, if it is a plain lower-case word; keys, sentences and numbers are not."""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds a server asks us to wait (RFC 9110 10.2.3: seconds or a date; OpenAI adds milliseconds)."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return min(milliseconds / 1000, _LONGEST_RETRY_AFTER)
    wish = headers.get("retry-after")
    seconds = _number(wish)
    if seconds is None and wish:
        try:
            date = parsedate_to_datetime(wish)
        except ValueError:
            return None
        seconds = max((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now.timestamp(), 0.0)
    return None if seconds is None else min(seconds, _LONGEST_RETRY_AFTER)


def _number(text: str | None) -> float | None:
    return float(text) if text and re.fullmatch(r"\d{1,12}(?:\.\d{1,6})?", text.strip()) else None


def _kind_of_status(status: int, code: str | None) -> type[ProviderError]:
    by_code = _kind_of_code(code)
    if status in {401, 402, 407}:
        return BadKey
    if status == 403:  # OpenRouter answers 403 for moderated input
        return Refused if by_code is Refused else BadKey
    if status == 429:
        return RateLimited
    if status in {408, 504, 524}:
        return Slow
    if status == 409 or status >= 500 or status < 400:
        return Down
    return by_code if by_code in {RateLimited, BadKey} and by_code else Refused


def _kind_of_code(code: str | None) -> type[ProviderError] | None:
    return next((kind for word, kind in _KINDS_BY_WORD if code and word in code), None)
