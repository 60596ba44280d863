"""What is let pass although the specification does not know it, each with the reason; none is the project's doing."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from tests.conformance.spec import Side, Violation


@dataclass(frozen=True)
class Exempt:
    """A kind of violation that is let pass."""

    side: Side
    #: A regular expression for the operation or event, and one for the pointer.
    subject: str
    pointer: str
    keyword: str
    whose: Literal["discord.py", "specification", "gateway"]
    reason: str

    def covers(self, violation: Violation) -> bool:
        """Whether this is the reason a violation is let pass."""
        return (
            violation.side == self.side
            and violation.keyword == self.keyword
            and re.fullmatch(self.subject, violation.subject) is not None
            and re.fullmatch(self.pointer, violation.pointer) is not None
        )


_POST_MESSAGE = r"(POST|PATCH|PUT) .*(messages|webhooks|callback|threads).*"

EXEMPT: tuple[Exempt, ...] = (
    Exempt(
        "request",
        _POST_MESSAGE,
        r"(/data|/message)?/embeds/\d+/flags",
        "additionalProperties",
        "discord.py",
        "Embed.to_dict sends the flags of every embed; the service passes over it",
    ),
    Exempt(
        "request",
        r"PATCH .*/messages/.*|POST .*/callback|POST .*/threads",
        r"(/data|/message)?/tts",
        "additionalProperties",
        "discord.py",
        "edits send tts like new messages do; the service passes over it",
    ),
    Exempt(
        "query",
        r"POST /channels/\{channel_id\}/threads",
        r"/use_nested_fields",
        "additionalProperties",
        "discord.py",
        "HTTPClient.start_thread_in_forum asks for what is the only form by now; the service passes over it",
    ),
    Exempt(
        "request",
        r"POST /channels/\{channel_id\}/threads",
        r"/type",
        "additionalProperties",
        "discord.py",
        "ForumChannel.create_thread sends the one type a forum's post can have; the service passes over it",
    ),
    Exempt(
        "request",
        r"POST /users/@me/channels",
        r"/recipients",
        "additionalProperties",
        "specification",
        "a conversation of several people is begun by people's own client, which the specification leaves out",
    ),
    Exempt(
        "request",
        r"PATCH /users/@me",
        r"/username",
        "required",
        "specification",
        "documented as optional (Modify Current User); discord.py sends only what changes",
    ),
    Exempt(
        "request",
        r"(PUT|POST|PATCH) /applications/.*commands.*",
        r"(/\d+)?/nsfw",
        "additionalProperties",
        "discord.py",
        "Command.to_dict sends nsfw; it is documented (Application Command Object), only the specification lacks it",
    ),
    Exempt(
        "request",
        r"PUT /channels/\{channel_id\}/permissions/\{overwrite_id\}",
        r"/(allow|deny)",
        "type",
        "specification",
        "documented as texts (Permissions); the specification has numbers, the service takes both",
    ),
    Exempt(
        "request",
        r"PUT /channels/\{channel_id\}/permissions/\{overwrite_id\}",
        r"/id",
        "additionalProperties",
        "discord.py",
        "HTTPClient.edit_channel_permissions repeats the id of the path in the body",
    ),
)

#: Routes that the specification does not describe, and who documents them. Judged by nothing, counted.
UNDESCRIBED_ROUTES: tuple[tuple[str, str, str], ...] = (
    ("POST", r"/interactions", "the user's side of an interaction: Discord's own client, no public API"),
    ("GET", r"/channels/\d+/application-commands/search", "the user's side of a command: Discord's own client"),
    ("POST", r"/oauth2/token(/revoke)?", "documented (OAuth2), answered by another service than the HTTP API"),
    ("(GET|POST)", r"/oauth2/authorize", "documented (OAuth2), a page"),
    ("GET", r"/applications/\d+/skus", "documented (SKU Resource, List SKUs); the specification leaves it out"),
)


class Used:
    """How often each exception was needed."""

    def __init__(self) -> None:
        self.counts: Counter[Exempt] = Counter()

    def remaining(self, violations: list[Violation]) -> list[Violation]:
        """Those that no exception covers."""
        left: list[Violation] = []
        for violation in violations:
            exempt = next((one for one in EXEMPT if one.covers(violation)), None)
            if exempt is None:
                left.append(violation)
            else:
                self.counts[exempt] += 1
        return left


def is_undescribed(method: str, path: str) -> bool:
    """Whether a route is known to be outside the specification."""
    return any(re.fullmatch(one, method) and re.fullmatch(pattern, path) for one, pattern, _ in UNDESCRIBED_ROUTES)
