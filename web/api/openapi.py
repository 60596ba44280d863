"""The API's document (OpenAPI 3.1), made from the table of endpoints and the models they use. Nothing in it is written
by hand but the words here: what an endpoint takes and answers is read from its models, what it may refuse from what it
takes."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from web.api.kinds import PARAMETERS, PREFIX, Area, Endpoint, Nothing, Rate, Standing
from web.api.problems import CONTENT_TYPE, Problem

Schema = dict[str, Any]

_TEMPLATE = "#/components/schemas/{model}"
_ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": (
        "Made up by you for this deed alone. Sent again with the same key and the same body, the deed is done once and "
        "answered the same; with another body it is refused."
    ),
    "schema": {"type": "string", "pattern": "^[!-~]{8,100}$"},
}
_AREAS: Mapping[Area, str] = {
    Area.ME: "Who you are here, what your plan holds, and your tokens.",
    Area.PERSONAS: "Masks you wear towards characters. Nobody but you sees them.",
    Area.CHARACTERS: "Your characters, and those that everybody may meet.",
    Area.LORE: "Lore books and their entries.",
    Area.CONVERSATIONS: "Conversations you take part in, and what was said where you may read it from afar.",
    Area.MONEY: "Your wallet, and gifts. Tokens are whole numbers.",
    Area.CREATORS: "People who make characters and show them.",
    Area.STAFF: "For moderators and admins, with a token made for that. Who looked at what is written down.",
}
# ruff: noqa: E501 - below is Markdown
_INTRODUCTION = """\
Everything here follows the same rules as Discord and the dashboard do, in the name of whoever made the token.

* **Tokens.** Make one in the dashboard, under *API tokens*, and send it as `Authorization: Bearer …`. It may `read`, `write`
  or, for moderators and admins, do `staff` work; it is shown once and can be taken back at any time. Cookies are not read.
* **Refusals** are `application/problem+json` (RFC 9457). `code` is for programs, `detail` for people, in the language of
  `Accept-Language`. 400: not of the form documented here. 401: no token. 403: not allowed, or a limit stands in the way.
  404: not there, or not for you: both look the same. 409: changed, taken or done meanwhile. 422: refused by a rule.
  429: too often; `Retry-After` says when to ask again. Whatever is refused changed nothing.
* **Lists** have `items` and `next`. Ask with `cursor` set to `next` until it is null.
* **Changing** is done with PATCH: fields that are left out stay as they are, a field set to null is emptied.
* **Rates.** `RateLimit-Policy` and `RateLimit` tell how much is left of an allowance.
* Times are RFC 3339 in UTC, Discord's ids are texts of digits.
"""


@lru_cache(maxsize=4)
def document(endpoints: tuple[Endpoint, ...]) -> bytes:
    """The document as JSON. Made once for the same endpoints: it takes a quarter of a second."""
    return orjson.dumps(described(endpoints))


def described(endpoints: Sequence[Endpoint]) -> Schema:
    """The document as values."""
    schemas = _schemas(endpoints)
    queries = {endpoint.query for endpoint in endpoints}
    asked = {kind: _parameters_of(schemas.pop(kind.__name__)) for kind in queries if kind is not Nothing}
    schemas.pop(Nothing.__name__, None)
    paths: dict[str, Schema] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, asked.get(endpoint.query, []), endpoints)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "BotCafé",
            "version": "1",
            "summary": "Characters, lore, conversations and money, for programs.",
            "description": _INTRODUCTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": PREFIX}],
        "tags": [{"name": area.value, "description": words} for area, words in _AREAS.items()],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A personal token, made in the dashboard under API tokens.",
                }
            },
            "headers": _HEADERS,
            "responses": {str(status): _problem(status) for status in sorted(_REFUSED)},
        },
    }


# ---------------------------------------------------------------------------------------------------- models


def _schemas(endpoints: Sequence[Endpoint]) -> dict[str, Schema]:
    taken: dict[type[BaseModel], str] = {Problem: "serialization"}
    for endpoint in endpoints:
        if endpoint.answer is not None:
            taken[endpoint.answer] = "serialization"
        if endpoint.body is not None:
            taken[endpoint.body] = "validation"
        taken[endpoint.query] = "validation"
    modes: Any = sorted(taken.items(), key=lambda one: one[0].__name__)
    _, made = models_json_schema(modes, ref_template=_TEMPLATE)
    found: dict[str, Schema] = made["$defs"]
    for schema in found.values():
        _tidy(schema)
    return found


def _tidy(schema: Schema) -> None:
    """Take out what only repeats a field's name, and lay out the words of docstrings."""
    schema.pop("title", None)
    if "description" in schema:
        schema["description"] = inspect.cleandoc(str(schema["description"]))
    for one in schema.get("properties", {}).values():
        one.pop("title", None)
        if "patternProperties" in one:
            # The names of such a mapping are all of that pattern; pydantic leaves that unsaid.
            one["additionalProperties"] = False


def _parameters_of(schema: Schema) -> list[Schema]:
    """What stands behind the question mark, one by one."""
    required = set(schema.get("required", ()))
    found: list[Schema] = []
    for name, one in schema.get("properties", {}).items():
        field: Schema = {key: value for key, value in one.items() if key != "description"}
        if "anyOf" in field:
            # What is left out is null in the model; nobody can write a null into an address.
            kinds = [kind for kind in field.pop("anyOf") if kind.get("type") != "null"]
            field = {**field, **kinds[0]} if len(kinds) == 1 else {**field, "anyOf": kinds}
        if field.get("default", 0) is None:
            del field["default"]
        parameter: Schema = {"name": name, "in": "query", "required": name in required, "schema": field}
        if "description" in one:
            parameter["description"] = one["description"]
        found.append(parameter)
    return found


# ---------------------------------------------------------------------------------------------------- operations


def _operation(endpoint: Endpoint, asked: list[Schema], endpoints: Iterable[Endpoint]) -> Schema:
    words = [inspect.getdoc(endpoint.handle) or "", _needs(endpoint)]
    operation: Schema = {
        "operationId": endpoint.name,
        "tags": [endpoint.area.value],
        "summary": endpoint.summary,
        "description": "\n\n".join(word for word in words if word),
        "parameters": [*_path_parameters(endpoint), *asked, *([_ONCE] if endpoint.is_once else [])],
        "responses": _responses(endpoint, endpoints),
    }
    if endpoint.body is not None:
        schema = {"$ref": _TEMPLATE.format(model=endpoint.body.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _needs(endpoint: Endpoint) -> str:
    scope = f"Needs a token with `{endpoint.scope.value}`"
    whose = {Standing.MODERATOR: ", of a moderator or admin", Standing.ADMIN: ", of an admin"}
    return f"{scope}{whose.get(endpoint.standing, '')}."


def _path_parameters(endpoint: Endpoint) -> list[Schema]:
    kinds = {
        name: {"type": "string", "pattern": PARAMETERS[name]}
        if name in PARAMETERS
        else {"type": "string", "format": "uuid"}
        for name in endpoint.parameters
    }
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name, schema in kinds.items()]


def _responses(endpoint: Endpoint, endpoints: Iterable[Endpoint]) -> Schema:
    status = 204 if endpoint.answer is None else endpoint.status
    done: Schema = {"description": HTTPStatus(status).phrase, "headers": _RATED}
    if endpoint.answer is not None:
        schema = {"$ref": _TEMPLATE.format(model=endpoint.answer.__name__)}
        done["content"] = {"application/json": {"schema": schema}}
    if endpoint.makes:
        done["links"] = _links(endpoint.makes, endpoints)
    refused = {400, 401, 403, 429, 500, *endpoint.refuses}
    refused |= {404} if endpoint.parameters else set()
    refused |= {413, 415, 422, 404, 409} if endpoint.body is not None else set()
    refused |= {422} if "cursor" in endpoint.query.model_fields else set()
    refused |= {409} if endpoint.method != "GET" else set()
    problems = {str(one): {"$ref": f"#/components/responses/{one}"} for one in sorted(refused)}
    return {str(status): done, **problems}


def _links(name: str, endpoints: Iterable[Endpoint]) -> Schema:
    """What can be done next with what was made: every endpoint whose path needs nothing but its id."""
    return {
        other.name: {"operationId": other.name, "parameters": {name: "$response.body#/id"}}
        for other in endpoints
        if other.parameters == (name,)
    }


# ---------------------------------------------------------------------------------------------------- refusals

_REFUSED: Mapping[int, str] = {
    400: "Not of the documented form; `faults` say where.",
    401: "No token, or one that is not known or has ended.",
    403: "Not allowed: the token's scope, somebody else's, a suspended account, a limit of plan or house.",
    404: "Not there, or not for you.",
    409: "Changed, taken or done meanwhile.",
    413: "Larger than what is taken.",
    415: "Not JSON.",
    422: "Of the documented form, and refused by a rule; `field` says which field.",
    429: "Too often.",
    500: "Something broke on our side.",
}
_RATED: Schema = {name: {"$ref": f"#/components/headers/{name}"} for name in ("RateLimit-Policy", "RateLimit")}
_HEADERS: Schema = {
    "RateLimit-Policy": {
        "description": "What your allowance is: its name, `q` calls in `w` seconds.",
        "required": True,
        "schema": {"type": "string", "pattern": f'^"({"|".join(Rate)})";q=[0-9]+;w=[0-9]+$'},
    },
    "RateLimit": {
        "description": "What is left of it: `r` calls; in `t` seconds it is whole again.",
        "required": True,
        "schema": {"type": "string", "pattern": f'^"({"|".join(Rate)})";r=[0-9]+;t=[0-9]+$'},
    },
    "Retry-After": {
        "description": "In how many seconds to ask again.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "WWW-Authenticate": {
        "description": "How to say who you are.",
        "required": True,
        "schema": {"type": "string"},
    },
}


def _problem(status: int) -> Schema:
    schema = {"$ref": _TEMPLATE.format(model=Problem.__name__)}
    response: Schema = {"description": _REFUSED[status], "content": {CONTENT_TYPE: {"schema": schema}}}
    named = {401: "WWW-Authenticate", 429: "Retry-After"}.get(status)
    if named is not None:
        response["headers"] = {named: {"$ref": f"#/components/headers/{named}"}}
    return response
