"""One REST call: who asks, what for, and with which body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import orjson
from aiohttp import BodyPartReader, web
from multidict import CIMultiDict

from sandbox.core import Core
from sandbox.errors import ApiError, InvalidForm, unauthorized
from sandbox.journal import NOBODY, Actor
from sandbox.snowflake import as_id
from sandbox.uploads import Upload
from sandbox.world.models import Application, Grant, Json, User
from sandbox.world.world import World

CallerKind = Literal["bot", "user", "bearer", "none"]
#: docs: Uploading Files: 25 MiB per request, and a little for the form around it.
LARGEST_REQUEST = 26 << 20
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z0-9]{2,3})?")
TRUE = frozenset({"1", "true", "True"})


@dataclass(frozen=True)
class Caller:
    """Who calls: a bot, a person, an application on a person's behalf (OAuth2), or nobody we know."""

    kind: CallerKind
    user: User | None = None
    grant: Grant | None = None

    @property
    def actor(self) -> Actor:
        """Who this is, for the journal."""
        if self.user is None:
            return NOBODY
        return Actor("bot" if self.kind == "bot" else "user", self.user.id)


STRANGER = Caller("none")


@dataclass(frozen=True)
class Answer:
    """A status with a JSON body, where 200 or 204 would be wrong."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass
class Call:
    """A REST call in progress."""

    core: Core
    request: web.Request
    caller: Caller
    #: The body as it is written into the journal.
    noted: Any = None
    _body: tuple[Json | list[Any], list[Upload]] | None = None
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict[str])
    #: What the journal should say beside request and response.
    remarks: list[str] = field(default_factory=list[str])

    @property
    def world(self) -> World:
        """The world."""
        return self.core.world

    @property
    def user(self) -> User:
        """The bot or person who calls, or 401."""
        if self.caller.user is None or self.caller.kind not in ("bot", "user"):
            raise unauthorized()
        return self.caller.user

    @property
    def application(self) -> Application:
        """The application whose bot calls; 20012 for people."""
        if self.caller.kind != "bot":
            raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
        return self.world.application(self.user.id)

    def note(self, text: str) -> None:
        """Add a remark to the call's journal entry, for what Discord would pass over in silence."""
        self.remarks.append(text)

    # ------------------------------------------------------------------------------------------------ path and query

    def id(self, name: str) -> str:
        """An id of the path; 50035 when it is none."""
        value = self.request.match_info[name]
        found = as_id(value)
        if found is None:
            raise InvalidForm.field(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        return found

    def text(self, name: str) -> str:
        """A part of the path that is no id."""
        return self.request.match_info[name]

    def asks(self, name: str) -> bool:
        """Whether a query flag is set (Discord takes 1 and true)."""
        return self.request.query.get(name) in TRUE

    def query(self, name: str) -> str | None:
        """A query parameter."""
        return self.request.query.get(name)

    def query_id(self, name: str) -> str | None:
        """A query parameter that must be an id when it is there."""
        value = self.request.query.get(name)
        if value is None:
            return None
        found = as_id(value)
        if found is None:
            raise InvalidForm.field(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        return found

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number of the query within bounds; 50035 outside."""
        raw = self.request.query.get(name)
        if raw is None:
            return default
        try:
            value = int(raw)
        except ValueError:
            raise InvalidForm.field(name, "NUMBER_TYPE_COERCE", f'Value "{raw}" is not int.') from None
        if value < low:
            raise InvalidForm.field(name, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
        if value > high:
            raise InvalidForm.field(name, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
        return value

    @property
    def locale(self) -> str:
        """The language of the person's client: it says so with every call, else the one of their account."""
        given = self.request.headers.get("X-Discord-Locale", "")
        return given if _LOCALE.fullmatch(given) else self.user.locale

    # ------------------------------------------------------------------------------------------------ body

    async def form(self) -> Json:
        """The body as a JSON object; an empty body is an empty object. 50109 for anything else."""
        body, _ = await self._read()
        if not isinstance(body, dict):
            raise ApiError(400, 50109, "The request body contains invalid JSON.")
        return body

    async def items(self) -> list[Any]:
        """The body as a JSON array."""
        body, _ = await self._read()
        if not isinstance(body, list):
            raise InvalidForm.field("", "BASE_TYPE_BAD_TYPE", "Only iterables may be used in a ListType")
        return body

    async def fields(self) -> dict[str, str]:
        """The body of an HTML form; other kinds of body are empty here (OAuth2 takes no JSON)."""
        if self.request.content_type != "application/x-www-form-urlencoded":
            return {}
        given = await self.request.post()
        fields = {key: value for key, value in given.items() if isinstance(value, str)}
        self.noted = fields
        return fields

    async def upload(self) -> tuple[Json, list[Upload]]:
        """The body as a JSON object, with the files beside it."""
        form = await self.form()
        _, files = await self._read()
        return form, files

    async def _read(self) -> tuple[Json | list[Any], list[Upload]]:
        if self._body is None:
            if (self.request.content_length or 0) > LARGEST_REQUEST:
                raise ApiError(413, 40005, "Request entity too large")
            if self.request.content_type.startswith("multipart/"):
                self._body = await self._read_parts()
            else:
                raw = await self.request.read()
                self._body = (_json(raw) if raw.strip() else {}, [])
            body, files = self._body
            names = [{"index": file.index, "filename": file.filename, "size": len(file.data)} for file in files]
            self.noted = {"payload_json": body, "files": names} if files else body
        return self._body

    async def _read_parts(self) -> tuple[Json | list[Any], list[Upload]]:
        body: Json | list[Any] = {}
        files: list[Upload] = []
        async for part in await self.request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            data = bytes(await part.read())
            name = part.name or ""
            if name == "payload_json":
                body = _json(data)
            elif part.filename is not None:
                index = name.removeprefix("files[").removesuffix("]")
                number = int(index) if index.isdecimal() else len(files)
                mime = part.headers.get("Content-Type", "application/octet-stream").partition(";")[0]
                files.append(Upload(number, part.filename, data, mime))
            elif isinstance(body, dict):
                body[name] = data.decode(errors="replace")
        return body, files


def _json(raw: bytes) -> Json | list[Any]:
    try:
        value: Any = orjson.loads(raw)
    except ValueError:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None
    return cast("Json | list[Any]", value)
