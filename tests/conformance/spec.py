"""Discord's own HTTP specification as a judge: which operation a call is, and what is wrong with its two bodies.

The file is not part of the project; it lies beside it (`../shared/data/discord/openapi.json`). Where it is absent there
is nothing to judge by, and whoever asks is told so.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema_rs

from tests.conformance.corrections import correct_for_requests, correct_for_responses

PATH = Path(__file__).parents[3] / "shared" / "data" / "discord" / "openapi.json"
MISSING = "Discord's specification is not here (../shared/data/discord/openapi.json, beside the project)"

Side = Literal["request", "query", "response", "event"]
_PREFIX = re.compile(r"^/api(/v\d+)?(?=/)")
_ANY = "urn:discord:"


@dataclass(frozen=True)
class Violation:
    """One thing that is not as the specification says."""

    side: Side
    #: "POST /channels/{channel_id}/messages", or an event's name.
    subject: str
    #: Where in the body, as a JSON pointer ("" is the whole).
    pointer: str
    #: The JSON Schema keyword that failed, or "route", "status", "body".
    keyword: str
    message: str

    def __str__(self) -> str:
        return f"{self.subject} {self.side} {self.pointer or '(whole)'}: {self.keyword}: {self.message}"


@dataclass(frozen=True)
class Operation:
    """One method on one path of the specification."""

    method: str
    template: str
    data: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]

    @property
    def subject(self) -> str:
        """How it is named in tables and violations."""
        return f"{self.method} {self.template}"


class Specification:
    """The specification, its validators compiled when first needed and kept."""

    def __init__(self, path: Path = PATH) -> None:
        raw = json.loads(path.read_bytes())
        self.schemas: dict[str, Any] = raw["components"]["schemas"]
        self._raw = raw
        self._operations = list(_operations(raw["paths"]))
        self._registries = {
            "request": self._registry(correct_for_requests),
            "response": self._registry(correct_for_responses),
        }
        self._validators: dict[tuple[str, str], jsonschema_rs.Draft202012Validator] = {}

    def _registry(self, correct: Any) -> jsonschema_rs.Registry:
        document = copy.deepcopy(self._raw)
        _close(document["components"]["schemas"])
        correct(document["components"]["schemas"])
        return jsonschema_rs.Registry([(_ANY, document)])

    @property
    def operations(self) -> list[Operation]:
        """Every operation."""
        return self._operations

    def find(self, method: str, path: str) -> Operation | None:
        """The operation a call belongs to; `path` may begin with /api/v10 and carry a query. Literal parts win."""
        parts = _PREFIX.sub("", urlsplit(path).path).strip("/").split("/")
        best: Operation | None = None
        literal = -1
        for operation in self._operations:
            if operation.method != method:
                continue
            matched = _match(operation.template.strip("/").split("/"), parts)
            if matched is not None and matched > literal:
                best, literal = operation, matched
        return best

    def request(self, operation: Operation, path: str, body: Any) -> list[Violation]:
        """What is wrong with the query and body of a request."""
        found = list(self._query(operation, path))
        content = operation.data.get("requestBody", {}).get("content", {})
        schema = content.get("application/json") or content.get("multipart/form-data")
        if isinstance(body, Mapping) and set(body) == {"payload_json", "files"}:
            body = body["payload_json"]
        if schema is None:
            if body not in (None, {}):
                found.append(Violation("request", operation.subject, "", "body", "no body is expected here"))
        elif body is not None:
            found += self._check("request", "request", operation.subject, schema["schema"], body)
        elif operation.data["requestBody"].get("required"):
            found.append(Violation("request", operation.subject, "", "body", "a body is required"))
        return found

    def response(self, operation: Operation, status: int, body: Any) -> list[Violation]:
        """What is wrong with an answer."""
        responses = operation.data["responses"]
        described = responses.get(str(status)) or responses.get(f"{status // 100}XX")
        if described is None:
            known = ", ".join(sorted(responses))
            return [Violation("response", operation.subject, "", "status", f"{status} is not among {known}")]
        if "$ref" in described:
            described = self._raw["components"]["responses"][described["$ref"].rpartition("/")[2]]
        content = described.get("content", {}).get("application/json")
        if content is None:
            if body is not None:
                return [Violation("response", operation.subject, "", "body", f"{status} comes without a body")]
            return []
        return self._check("response", "response", operation.subject, content["schema"], body)

    def component(self, side: Side, subject: str, schema: str, value: Any, at: str = "") -> list[Violation]:
        """What is wrong with a value that should be of a named schema, found at the pointer `at`."""
        found = self._check(side, "response", subject, {"$ref": f"#/components/schemas/{schema}"}, value)
        return [Violation(one.side, one.subject, at + one.pointer, one.keyword, one.message) for one in found]

    def requested(self, schema: str, body: Any) -> list[Violation]:
        """What is wrong with a body that should be of a named schema."""
        return self._check("request", "request", schema, {"$ref": f"#/components/schemas/{schema}"}, body)

    def _query(self, operation: Operation, path: str) -> Iterator[Violation]:
        known = {one["name"]: one["schema"] for one in operation.parameters if one["in"] == "query"}
        for name, text in parse_qsl(urlsplit(path).query, keep_blank_values=True):
            if name not in known:
                yield Violation("query", operation.subject, f"/{name}", "additionalProperties", "unknown parameter")
                continue
            value = _as_json(text, known[name])
            yield from (
                Violation("query", one.subject, f"/{name}{one.pointer}", one.keyword, one.message)
                for one in self._check("query", "request", operation.subject, known[name], value)
            )

    def _check(self, side: Side, kind: str, subject: str, schema: Any, value: Any) -> list[Violation]:
        validator = self._validator(kind, schema)
        if validator.is_valid(value):
            return []
        faults: list[Violation] = []
        for error in validator.iter_errors(value):
            for pointer, keyword, message in explain(error):
                fault = Violation(side, subject, pointer, keyword, message)
                if fault not in faults:
                    faults.append(fault)
        return faults

    def _validator(self, kind: str, schema: Any) -> jsonschema_rs.Draft202012Validator:
        key = (kind, json.dumps(schema, sort_keys=True))
        if key not in self._validators:
            pointed = json.loads(key[1].replace('"#/components/', f'"{_ANY}#/components/'))
            self._validators[key] = jsonschema_rs.Draft202012Validator(
                pointed, registry=self._registries[kind], validate_formats=True
            )
        return self._validators[key]


@cache
def load() -> Specification | None:
    """The specification, read once; None where the file is not there."""
    return Specification() if PATH.is_file() else None


def _operations(paths: Mapping[str, Any]) -> Iterator[Operation]:
    for template, item in paths.items():
        shared = item.get("parameters", [])
        for method, data in item.items():
            if method != "parameters":
                yield Operation(method.upper(), template, data, (*shared, *data.get("parameters", [])))


def _match(template: list[str], parts: list[str]) -> int | None:
    """How many literal parts a path shares with a template; None when they do not fit."""
    if len(template) != len(parts):
        return None
    literal = 0
    for wanted, part in zip(template, parts, strict=True):
        if wanted.startswith("{"):
            continue
        if wanted != unquote(part):
            return None
        literal += 1
    return literal


def _close(schemas: dict[str, Any]) -> None:
    """Forbid fields that the specification does not know: OpenAPI leaves every object open, which would hide slips."""
    composed = {"Error", "ErrorResponse", "RatelimitedResponse"}
    for name, schema in schemas.items():
        if name not in composed:
            _close_objects(schema)
    for name in ("ErrorResponse", "RatelimitedResponse"):
        schemas[name]["unevaluatedProperties"] = False


def _close_objects(node: Any) -> None:
    if isinstance(node, list):
        for member in node:
            _close_objects(member)
    elif isinstance(node, dict):
        if "properties" in node and "additionalProperties" not in node:
            node["additionalProperties"] = False
        for key, value in node.items():
            if key == "properties":
                for inner in value.values():
                    _close_objects(inner)
            else:
                _close_objects(value)


def _as_json(text: str, schema: Mapping[str, Any]) -> Any:
    """A query's text as the kind of value its schema speaks of; Discord takes 1 and true alike."""
    kinds = schema.get("type", [])
    if "boolean" in kinds and text in {"1", "true", "True", "0", "false", "False"}:
        return text in {"1", "true", "True"}
    if "integer" in kinds and re.fullmatch(r"-?\d+", text):
        return int(text)
    if "array" in kinds:
        return [text]
    return text


def explain(error: jsonschema_rs.ValidationError) -> Iterator[tuple[str, str, str]]:
    """An error as (pointer, keyword, message), down to the branch of a union that was meant."""
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.OneOfNotValid | jsonschema_rs.ValidationErrorKind.AnyOf):
        depth = len(error.instance_path)
        branches = [branch for branch in kind.context if branch]
        if branches:
            meant = min(branches, key=lambda branch: (_is_other(branch, depth), _strange(branch, depth), len(branch)))
            if not _is_other(meant, depth):
                for inner in meant:
                    yield from explain(inner)
                return
    pointer = "".join(f"/{part}" for part in error.instance_path)
    if kind.name == "oneOf" and isinstance(error.instance, Mapping) and "type" in error.instance:
        yield f"{pointer}/type", "oneOf", f"{error.instance['type']} is none of the kinds foreseen here"
        return
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        for name in kind.unexpected:
            yield f"{pointer}/{name}", kind.name, "not in the specification"
        return
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
        yield f"{pointer}/{_unquoted(kind.property)}", kind.name, "missing"
        return
    yield pointer, kind.name, error.message[:300]


def _strange(branch: list[jsonschema_rs.ValidationError], depth: int) -> int:
    """How many of the value's own fields a branch does not know: the one meant knows most of them."""
    return sum(
        len(error.kind.unexpected)
        for error in branch
        if len(error.instance_path) == depth
        and isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties)
    )


def _unquoted(name: Any) -> str:
    return str(name).strip('"')


def _is_other(branch: list[jsonschema_rs.ValidationError], depth: int) -> bool:
    """Whether a branch of a union dislikes the very kind of the value, so that it was not the one meant."""
    for error in branch:
        below = error.instance_path[depth:]
        if not below and error.kind.name in {"type", "const"}:
            return True
        if below == ["type"] and error.kind.name in {"enum", "const", "oneOf"}:
            return True
    return False
