"""Takes secrets out of text before anybody reads it: bot tokens, webhook addresses, API keys, database passwords.

Pure functions over strings, used by `bot.logs` on everything logged and by `bot.doctor` on everything it prints. A
secret is known by its shape (patterns) or because it is one of our own settings (its value, in every usual escaping).
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST_SECRET = 8
"""Settings shorter than this are not hunted for literally: they would blank out ordinary words."""

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Discord's webhook addresses, absolute or as discord.py logs them: /webhooks/<id>/<token>. Keep the id, it helps.
    (re.compile(r"(/webhooks/\d{15,22}/)[\w\-.%]+"), rf"\1{HIDDEN}"),
    # Interaction callbacks carry a token in the same place.
    (re.compile(r"(/interactions/\d{15,22}/)[\w\-.%]+"), rf"\1{HIDDEN}"),
    # A bot token: base64 of the application id, a timestamp, a signature.
    (re.compile(r"\b[A-Za-z\d_-]{23,28}\.[A-Za-z\d_-]{6,7}\.[A-Za-z\d_-]{27,45}"), HIDDEN),
    # Provider keys: OpenAI, Anthropic, OpenRouter, Groq, Google, Hugging Face, xAI.
    (re.compile(r"\b(?:sk|rk|pk)-[A-Za-z\d_-]{12,}"), HIDDEN),
    (re.compile(r"\b(?:gsk_|hf_|xai-|AIza)[A-Za-z\d_-]{16,}"), HIDDEN),
    # A password in an address: postgresql://user:password@host. Up to the last @: passwords may hold one.
    (re.compile(r"([a-z][a-z\d+.-]*://[^\s:/@'\"]*:)[^\s/'\"]+(@)", re.IGNORECASE), rf"\1{HIDDEN}\2"),
    # Authorization headers, however they were printed.
    (
        re.compile(r"(\bauthorization\W{1,4}\s*(?:(?:Bot|Bearer|Basic)\s+)?)[^\s'\",}]{6,}", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(\b(?:Bot|Bearer|Basic)\s+)[A-Za-z\d_\-.~+/=]{20,}"), rf"\1{HIDDEN}"),
    # Anything that calls itself a secret: token=…, "password": "…", api_key='…'.
    (
        re.compile(
            r"(\b(?:[\w-]*(?:token|password|passwd|secret|api[_-]?key))\\?['\"]?\s*[:=]\s*\\?['\"]?)"
            r"(?!\s|None\b|null\b|\*\*\*)[^\s'\",;&)}\]\\]{4,}",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
)

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Redactor:
    """Blanks out secrets. Holds the literal ones so that they are found wherever they turn up."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """`secrets` are whole values; each is also found URL-quoted, JSON-escaped and base64-encoded."""
        forms = {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in _forms(secret)}
        # Longest first, so that a secret that contains another goes whole.
        self._literals = re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True)))) if forms else None

    def __call__(self, text: str) -> str:
        """The text without its secrets."""
        if self._literals is not None:
            text = self._literals.sub(HIDDEN, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text


def _forms(secret: str) -> Iterable[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    for shift in range(3):  # base64 depends on where in a longer text the secret began
        encoded = b64encode(b"\0" * shift + secret.encode()).decode().rstrip("=")
        whole = encoded[(0, 2, 3)[shift] : -1]
        if len(whole) >= SHORTEST_SECRET:
            yield whole


def one_line(text: str) -> str:
    """The text with line breaks, terminal escapes and direction marks written out, so that it cannot forge a line."""
    return _CONTROL.sub(lambda match: match.group().encode("unicode_escape").decode(), text)
