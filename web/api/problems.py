"""Refusals and failures as `application/problem+json` (RFC 9457), in the language that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web
from pydantic import ValidationError

from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound, UserError
from bot.services.editing import SeveralWrong
from bot.texts import N_, Say
from web.api.kinds import Out

CONTENT_TYPE = "application/problem+json"
_MOST_FAULTS = 20


class Fault(Out):
    """One thing wrong with a request."""

    at: str
    """Where: `body.name`, `query.limit`."""
    says: str
    """What is wrong with it: of a request's form in English, of a rule in the language asked for."""


class Problem(Out):
    """Why something was not done. Nothing was changed."""

    type: str
    """`urn:botcafe:` and the code: the same for the same reason, for good."""
    title: str
    """The status in words."""
    status: int
    detail: str
    """What happened and what to do next, for a person, in the language asked for with Accept-Language."""
    code: str
    """The reason, for a program."""
    field: str | None = None
    """The field at fault, where there is one."""
    request_id: str | None = None
    """What to tell an admin who is asked for help."""
    faults: tuple[Fault, ...] = ()
    """What is wrong with the request's form (400), or each field that a rule refuses (422) where several are."""


STATUS: Mapping[type[UserError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    LimitReached: 403,
    Conflict: 409,
    InvalidInput: 422,
}
"""How each kind of refusal is answered. 400 is for requests that are not of the documented form."""


class Refusal(Exception):
    """A request that no endpoint was reached with. `message` is a catalogue text."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        /,
        *,
        headers: Mapping[str, str] | None = None,
        faults: tuple[Fault, ...] = (),
        **values: object,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.values = status, code, message, values
        self.headers = dict(headers or {})
        self.faults = faults


def answer(
    status: int,
    code: str,
    detail: str,
    *,
    field: str | None = None,
    request_id: str | None = None,
    faults: tuple[Fault, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """A problem on its way."""
    problem = Problem(
        type=f"urn:botcafe:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        field=field,
        request_id=request_id,
        faults=faults,
    )
    body = problem.model_dump_json().encode()
    return web.Response(status=status, body=body, content_type=CONTENT_TYPE, headers=dict(headers or {}))


def of_user_error(error: UserError, say: Say, request_id: str | None) -> web.Response:
    """A refusal of a service's."""
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 422)
    several = error.errors if isinstance(error, SeveralWrong) else ()
    faults = tuple(Fault(at=f"body.{one.field}" if one.field else "body", says=say.error(one)) for one in several)
    return answer(status, error.code, say.error(error), field=error.field, request_id=request_id, faults=faults)


def of_refusal(refusal: Refusal, say: Say, request_id: str | None) -> web.Response:
    """A refusal before any endpoint."""
    return answer(
        refusal.status,
        refusal.code,
        say(refusal.message, **refusal.values),
        request_id=request_id,
        faults=refusal.faults,
        headers=refusal.headers,
    )


def not_of_the_form(where: str, error: ValidationError) -> Refusal:
    """What does not fit a model. Values are not repeated: they may be secrets, or megabytes."""
    listed = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_FAULTS]
    faults = tuple(
        Fault(at=".".join([where, *(str(step) for step in one["loc"])])[:200], says=one["msg"][:300]) for one in listed
    )
    first = faults[0] if faults else Fault(at=where, says="")
    return Refusal(
        400,
        "not_of_the_form",
        N_("The request is not of the form that is documented at {at}: {says}. Nothing was changed."),
        faults=faults,
        at=first.at,
        says=first.says,
    )


def of_http(error: web.HTTPException, say: Say, request_id: str | None) -> web.Response:
    """What the router or the reading of a body says."""
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    code, message = _OF_HTTP.get(error.status, ("refused", N_("This request cannot be answered.")))
    return answer(error.status, code, say(message), request_id=request_id, headers=headers)


_OF_HTTP: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", N_("The request could not be read. Nothing was changed.")),
    404: ("no_such_address", N_("The API has nothing at this address. /api/v1/openapi.json says what there is.")),
    405: ("no_such_method", N_("This address takes other methods; the Allow header names them.")),
    413: ("too_large", N_("The request is larger than what is taken. Nothing was changed.")),
}
