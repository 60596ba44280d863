"""Discord's error answers, as exceptions that the REST border turns into JSON.

Codes and texts: Discord's "Opcodes and Status Codes" page, section JSON error codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

#: A tree of field names that ends in ``{"_errors": [{"code": str, "message": str}]}``, as Discord answers it.
ErrorTree = dict[str, Any]


class ApiError(Exception):
    """An answer other than success: HTTP status, Discord's code, a message and perhaps a tree of field errors."""

    def __init__(self, status: int, code: int, message: str, errors: ErrorTree | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> dict[str, Any]:
        """The JSON object Discord sends for this error."""
        answer: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors is not None:
            answer["errors"] = self.errors
        return answer


class InvalidForm(ApiError):
    """50035, Invalid Form Body: one or several fields are wrong."""

    def __init__(self, errors: ErrorTree) -> None:
        super().__init__(400, 50035, "Invalid Form Body", errors)

    @classmethod
    def field(cls, path: str, code: str, message: str) -> InvalidForm:
        """One wrong field; `path` is dotted ("embeds.0.title"), "" is the form itself."""
        tree: ErrorTree = {"_errors": [{"code": code, "message": message}]}
        for part in reversed([part for part in path.split(".") if part]):
            tree = {part: tree}
        return cls(tree)

    @classmethod
    def merged(cls, several: Iterable[InvalidForm]) -> InvalidForm:
        """One error that names the fields of all of `several`."""
        tree: ErrorTree = {}
        for error in several:
            _graft(tree, error.errors or {})
        return cls(tree)

    def under(self, prefix: str) -> InvalidForm:
        """The same errors, one level or more deeper ("data", "components.0")."""
        tree = self.errors or {}
        for part in reversed([part for part in prefix.split(".") if part]):
            tree = {part: tree}
        return InvalidForm(tree)


def _graft(into: ErrorTree, branch: Mapping[str, Any]) -> None:
    for key, value in branch.items():
        if key == "_errors":
            cast("list[Any]", into.setdefault("_errors", [])).extend(value)
        else:
            _graft(cast("ErrorTree", into.setdefault(key, {})), cast("Mapping[str, Any]", value))


def unauthorized() -> ApiError:
    """401 for a missing or wrong token."""
    return ApiError(401, 0, "401: Unauthorized")


def route_not_found() -> ApiError:
    """404 for a route that does not exist here."""
    return ApiError(404, 0, "404: Not Found")


_UNKNOWN: dict[str, tuple[int, str]] = {
    "application": (10002, "Unknown Application"),
    "channel": (10003, "Unknown Channel"),
    "guild": (10004, "Unknown Guild"),
    "invite": (10006, "Unknown Invite"),
    "member": (10007, "Unknown Member"),
    "message": (10008, "Unknown Message"),
    "overwrite": (10009, "Unknown Overwrite"),
    "role": (10011, "Unknown Role"),
    "user": (10013, "Unknown User"),
    "sku": (10027, "Unknown SKU"),
    "entitlement": (10029, "Unknown Entitlement"),
    "emoji": (10014, "Unknown Emoji"),
    "webhook": (10015, "Unknown Webhook"),
    "session": (10020, "Unknown session"),
    "ban": (10026, "Unknown Ban"),
    "interaction": (10062, "Unknown interaction"),
    "sticker": (10060, "Unknown Sticker"),
    "tag": (10087, "Unknown tag"),
    "command": (10063, "Unknown application command"),
    "command permissions": (10066, "Unknown application command permissions"),
}


def unknown(thing: str) -> ApiError:
    """404 for a thing that does not exist; `thing` is one of Discord's nouns, such as "channel"."""
    code, message = _UNKNOWN[thing]
    return ApiError(404, code, message)


def missing_access() -> ApiError:
    """403 where the asker cannot see the channel or server at all."""
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    """403 where the asker sees the place but may not do this."""
    return ApiError(403, 50013, "Missing Permissions")


def thread_archived() -> ApiError:
    """400 for what cannot be done in an archived thread."""
    return ApiError(400, 50083, "Thread is archived")


def thread_locked() -> ApiError:
    """400 for speaking in a locked thread that is not archived."""
    return ApiError(400, 160005, "Thread is locked")


class RateLimited(ApiError):
    """429: wait `retry_after` seconds. `headers` say why and for whom."""

    def __init__(
        self, retry_after: float, *, everywhere: bool = False, headers: Mapping[str, str] | None = None, code: int = 0
    ) -> None:
        super().__init__(429, code, "You are being rate limited.")
        self.retry_after = retry_after
        self.everywhere = everywhere
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The JSON object Discord sends with a 429."""
        answer: dict[str, Any] = {
            "message": self.message,
            "retry_after": round(self.retry_after, 3),
            "global": self.everywhere,
        }
        if self.code:
            answer["code"] = self.code
        return answer
