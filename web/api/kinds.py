"""What an endpoint is, the base of every model, and the types that fields of models share."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from bot.services.people.tokens import Scope

if TYPE_CHECKING:
    from web.api.call import Call

__all__ = ["Scope"]

PREFIX = "/api/v1"

Made = TypeVar("Made", bound="Out")


class Area(StrEnum):
    """Chapters of the document."""

    ME = "me"
    PERSONAS = "personas"
    CHARACTERS = "characters"
    LORE = "lore"
    CONVERSATIONS = "conversations"
    MONEY = "money"
    CREATORS = "creators"
    STAFF = "staff"


class Standing(StrEnum):
    """Who may call an endpoint at all; each includes what stands before it."""

    MEMBER = "member"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Rate(StrEnum):
    """Which allowance a call is taken from."""

    READ = "read"
    WRITE = "write"


# ------------------------------------------------------------------------------------------------ models


class Out(BaseModel):
    """What is answered. Made of the services' plain values by field names."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True, use_attribute_docstrings=True)


class In(BaseModel):
    """What is sent. Strict: a number is no text, and a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    def given(self) -> dict[str, Any]:
        """The fields that were sent, by name; those left out stay as they are."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Query(BaseModel):
    """What stands behind the question mark."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Nothing(Query):
    """No parameters."""


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_SEPARATORS = re.compile(r"[\n\r,;，、；]")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_LEAP = re.compile(r":60(?=[.Z+-])")
_FLAGS = {"true": True, "false": False}


def uuid_in(typed: str) -> UUID | None:
    """The id in a text written the one way ids are written; None for anything else."""
    return UUID(typed) if _UUID.fullmatch(typed) else None


def _id(value: object) -> UUID:
    found = value if isinstance(value, UUID) else uuid_in(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("id", "write an id as 8-4-4-4-12 hexadecimal digits")
    return found


def _integer(value: object) -> int:
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("integer", "write a whole number")


def _whole(value: object) -> object:
    # For JSON Schema 5.0 is a whole number, as it is for JavaScript.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        with contextlib.suppress(ValueError, OverflowError):
            # A leap second is the moment after it; our clocks know none.
            found = datetime.fromisoformat(_LEAP.sub(":59", value.upper()).replace("Z", "+00:00"))
            found.astimezone(UTC)
            return found
    raise PydanticCustomError("moment", "write a moment as RFC 3339 does, such as 2026-05-04T12:00:00Z")


def _flag(value: object) -> bool:
    found = value if isinstance(value, bool) else _FLAGS.get(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("flag", "write true or false")
    return found


def _without_nul(text: str) -> str:
    # No text of ours can hold it, and Postgres takes none that does.
    return text.replace("\0", "")


def _on_one_line(text: str) -> str:
    return " ".join(_without_nul(text).splitlines())


def _without_separators(text: str) -> str:
    return " ".join(_SEPARATORS.sub(" ", _without_nul(text)).split())


Id = Annotated[UUID, BeforeValidator(_id), WithJsonSchema({"type": "string", "format": "uuid"})]
"""An id of ours."""
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
"""A moment as RFC 3339 writes it, with its time zone."""
WHOLE = BeforeValidator(_whole)
"""Beside a whole number's bounds in what is sent."""
AskedFlag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
"""True or false in a query."""
Words = Annotated[str, AfterValidator(_without_nul)]
"""Any text. What is kept of it is the service's to say."""
OneLine = Annotated[str, AfterValidator(_on_one_line)]
"""A text that is kept on one line: what breaks lines becomes a blank."""
Word = Annotated[str, AfterValidator(_without_separators)]
"""One of several words or names: what parts such in a form becomes a blank."""
Snowflake = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,19}$")]
"""An id of Discord's. A text, since JavaScript's numbers do not hold it."""
OutSnowflake = Annotated[str, BeforeValidator(str), StringConstraints(pattern=r"^[0-9]{1,20}$")]
"""The same in an answer."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

CURSOR = r"^[A-Za-z0-9_-]{1,1500}$"
LIST_MOST = 100
LIST_USUAL = 25


class ListQuery(Query):
    """Where a list begins, and how much of it is wanted."""

    limit: Annotated[int, Field(ge=1, le=LIST_MOST), BeforeValidator(_integer)] = LIST_USUAL
    """How many at most."""
    cursor: Annotated[str, StringConstraints(pattern=CURSOR)] | None = None
    """The `next` of the page before; without it the list begins at its beginning."""


class Listed(Out):
    """One page of a list. Each kind of list says what its `items` are."""

    next: str | None = None
    """The cursor of the next page; null where this is the last one."""


# ------------------------------------------------------------------------------------------------ endpoints


Handler = Callable[["Call"], Awaitable[Out | None]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One thing the API does.

    `path` is below `PREFIX`; a `{name_id}` in it is an id, any other name stands in `PARAMETERS`. Without `answer` it
    answers 204 and nothing. `makes` names the path parameter that the `id` of its answer fills. `refuses` are further
    statuses it may answer beside those that every endpoint has; with `is_once` it takes an Idempotency-Key, and the
    same key does the thing once.
    """

    method: str
    path: str
    handle: Handler
    area: Area
    summary: str
    answer: type[Out] | None
    scope: Scope = Scope.READ
    standing: Standing = Standing.MEMBER
    query: type[Query] = Nothing
    body: type[In] | None = None
    status: int = 200
    makes: str = ""
    refuses: tuple[int, ...] = ()
    is_once: bool = False

    @property
    def name(self) -> str:
        """Its name in the document, unique."""
        return getattr(self.handle, "__name__", "").strip("_")

    @property
    def rate(self) -> Rate:
        """From which allowance a call is taken: whatever changes something is dearer."""
        return Rate.READ if self.method == "GET" else Rate.WRITE

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in its path."""
        return tuple(re.findall(r"{(\w+)}", self.path))


PARAMETERS: dict[str, str] = {
    "username": r"^[a-z0-9_-]{1,32}$",
    "slug": r"^[^/]{1,100}$",
}
"""Names in paths that are no ids, and how they are written."""
