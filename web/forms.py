"""What a person typed into one of our forms, and what such a form shows.

A form is shown filled (`Form.filled`), read back (`await form(request)`), and where something is refused shown again as
it was typed, with the refusal beside its field (`typed.failed(error)`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_request import FileField

from bot.errors import Conflict, InvalidInput, UserError
from bot.services.editing import SeveralWrong
from bot.texts import N_
from web.keys import FORM, PAGE

E = TypeVar("E", bound=StrEnum)

TOKEN_FIELD = "form_token"  # noqa: S105 - the name of a field
VERSION_FIELD = "version"
_WHOLE = re.compile(r"[+-]?\d{1,18}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent. Name and type are claims; look at the content."""

    name: str
    data: bytes
    claimed_type: str


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, by name, and the refusal that it met."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    files: Mapping[str, Upload] = field(default_factory=dict[str, Upload])
    trouble: UserError | None = None

    @classmethod
    def filled(cls, **values: object) -> Form:
        """A form as it is first shown. None is an empty field, a sequence several values, a bool a tick."""
        return cls({name: _shown(value) for name, value in values.items()})

    def failed(self, error: UserError) -> Form:
        """The same form, to be shown again with what stands in the way."""
        return Form(self.fields, self.files, error)

    # ------------------------------------------------------------------------------------------------ for templates

    def value(self, name: str) -> str:
        """What stands in a field."""
        found = self.fields.get(name, ())
        return found[0] if found else ""

    def values(self, name: str) -> tuple[str, ...]:
        """All that stands under one name: several ticks, a choice of several."""
        return tuple(self.fields.get(name, ()))

    @property
    def troubles(self) -> tuple[UserError, ...]:
        """All that stands in the way, in the order of the form."""
        match self.trouble:
            case None:
                return ()
            case SeveralWrong() as several:
                return several.errors
            case one:
                return (one,)

    def error(self, name: str) -> UserError | None:
        """The refusal of this field."""
        return next((one for one in self.troubles if one.field == name), None)

    # ------------------------------------------------------------------------------------------------ for handlers

    def text(self, name: str) -> str:
        """What was typed, without blanks at its ends."""
        return self.value(name).strip()

    def optional(self, name: str) -> str | None:
        """What was typed; None where nothing was."""
        return self.text(name) or None

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.fields.get(name))

    def lines(self, name: str) -> list[str]:
        """What was typed, a line each, without empty ones."""
        return [line.strip() for line in self.value(name).split("\n") if line.strip()]

    def listed(self, name: str) -> list[str]:
        """What was typed with commas between."""
        return [one.strip() for one in self.value(name).split(",") if one.strip()]

    def whole(self, name: str) -> int:
        """A whole number of at most 18 digits. Raises `InvalidInput`."""
        found = self.text(name)
        if not _WHOLE.fullmatch(found):
            raise InvalidInput(
                "not_a_whole_number",
                N_("“{value}” is no whole number that can be used here. Write it with digits alone, such as 25."),
                field=name,
                value=found[:40],
            )
        return int(found)

    def optional_whole(self, name: str) -> int | None:
        """As `whole`; None where the field is empty."""
        return self.whole(name) if self.text(name) else None

    def choice(self, name: str, choices: type[E]) -> E:
        """One of the choices. Raises `InvalidInput`."""
        found = self.text(name)
        if found not in {one.value for one in choices}:
            raise _no_choice(name, found)
        return choices(found)

    def optional_choice(self, name: str, choices: type[E]) -> E | None:
        """As `choice`; None where nothing is chosen."""
        return self.choice(name, choices) if self.text(name) else None

    def id(self, name: str) -> UUID:
        """A row's id. Raises `InvalidInput`; whether there is such a row is for the service to say."""
        try:
            return UUID(self.text(name))
        except ValueError:
            raise _no_choice(name, self.text(name)) from None

    def ids(self, name: str) -> list[UUID]:
        """The rows' ids under one name: several ticks. Raises `InvalidInput`."""
        try:
            return [UUID(one) for one in self.values(name)]
        except ValueError:
            raise _no_choice(name, ", ".join(self.values(name))) from None

    def file(self, name: str) -> Upload | None:
        """A file that was sent; None where none was."""
        return self.files.get(name)

    def only(self, names: Iterable[str]) -> None:
        """Refuse a form that brings fields its page does not have. Raises `InvalidInput`."""
        known = {*names, TOKEN_FIELD, VERSION_FIELD}
        for name in (*self.fields, *self.files):
            if name not in known:
                raise InvalidInput(
                    "field_unknown", N_("This form has no field “{name}”. Nothing was changed."), name=name[:40]
                )

    def saw(self, updated_at: datetime) -> bool:
        """Whether the form was filled from the row as it is now: its hidden `version` is the row's."""
        return self.value(VERSION_FIELD) == version_of(updated_at)

    def must_have_seen(self, updated_at: datetime) -> None:
        """Raises `Conflict` where the row was changed since the form was shown."""
        if not self.saw(updated_at):
            raise Conflict(
                "changed_meanwhile",
                N_(
                    "This was changed meanwhile, perhaps in another tab. Nothing of yours was saved yet: it stands "
                    "below as you typed it, beside what is there now. Save again to put yours in its place."
                ),
            )


def version_of(updated_at: datetime) -> str:
    """What a form carries to tell which state of a row it shows."""
    return updated_at.isoformat()


async def form(request: web.Request) -> Form:
    """What was sent. The gate has read it already, and found its token to be ours."""
    found = request.get(FORM)
    if found is None:
        found = await _read(request)
        request[FORM] = found
    return found


async def _read(request: web.Request) -> Form:
    page = request.get(PAGE)
    whole = request.clone(client_max_size=page.body_bytes) if page is not None else request
    try:
        posted = await whole.post()
    except (ValueError, LookupError, HttpProcessingError, web.RequestPayloadError) as error:
        # Broken multipart, an encoding nobody knows: nothing that one of our forms sends.
        raise web.HTTPBadRequest from error
    fields: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    for name, value in posted.items():
        if isinstance(value, FileField):
            with value.file as opened:
                files[name] = Upload(value.filename, opened.read(), value.content_type)
        elif isinstance(value, str):
            # Forms send line breaks as CR LF (HTML, section 4.10.21.7); a NUL no text of Postgres can hold.
            fields.setdefault(name, []).append(value.replace("\r\n", "\n").replace("\x00", ""))
    return Form(fields, files)


def _shown(value: object) -> tuple[str, ...]:
    match value:
        case None | False:
            return ()
        case True:
            return ("on",)
        case datetime():
            return (version_of(value),)
        case StrEnum():
            return (value.value,)
        case str():
            return (value,)
        case list() | tuple() | set() | frozenset():
            return tuple(str(one) for one in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case _:
            return (str(value),)


def _no_choice(name: str, found: str) -> InvalidInput:
    return InvalidInput(
        "no_such_choice", N_("“{value}” is none of the choices. Choose one of the list."), field=name, value=found[:40]
    )
