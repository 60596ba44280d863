"""Where Discord's specification differs from what Discord documents and does: corrected, each with a reason.

These are no exceptions for the project's sake; the sandbox and the bot are held to the corrected text.
"""

from __future__ import annotations

from typing import Any

#: (what is corrected, why)
CORRECTIONS: tuple[tuple[str, str], ...] = (
    (
        "error trees: the `code` of a field's error is a text",
        "documentation (Reference, Error Messages) and service answer names such as BASE_TYPE_REQUIRED; the "
        "specification reuses the numeric code of whole answers",
    ),
    (
        "answers with 429: no numeric `code` is needed",
        "documentation (Rate Limits, Rate Limit Response Structure) has it as optional, for some limits only",
    ),
    (
        "the answer to a thread's start may hold a `message`",
        "documentation (Start Thread in Forum or Media Channel): the channel, with a nested message object",
    ),
    (
        "requests: an id may be a JSON number",
        "the service coerces ids; discord.py sends them as numbers (allowed_mentions, message_reference, attachments)",
    ),
    (
        "requests: a bit set of permissions may be a text",
        "documentation (Permissions) has them as texts, the specification as numbers; the service takes both",
    ),
    (
        "entitlements: their `type` may be any of 1 to 8",
        "documentation (Entitlement Types): one-time purchases have 1; the specification names subscriptions alone",
    ),
)


def correct_for_responses(schemas: dict[str, Any]) -> None:
    """Correct the schemas that answers and events are held against (in place)."""
    _name_inner_codes(schemas)
    schemas["CreatedThreadResponse"]["properties"]["message"] = {"$ref": "#/components/schemas/MessageResponse"}
    limited = schemas["RatelimitedResponse"]["allOf"]
    limited[0] = {**schemas["Error"], "required": ["message"]}
    kinds = schemas["EntitlementTypes"]["oneOf"]
    schemas["EntitlementTypes"]["oneOf"] = [*kinds, *({"const": number} for number in range(1, 8))]


def correct_for_requests(schemas: dict[str, Any]) -> None:
    """Correct the schemas that requests are held against (in place)."""
    schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]}
    for name, fields in {
        "CreateRoleRequest": ("permissions",),
        "UpdateRoleRequestPartial": ("permissions",),
        "ChannelPermissionOverwriteRequest": ("allow", "deny"),
        "ApplicationCommandCreateRequest": ("default_member_permissions",),
        "ApplicationCommandUpdateRequest": ("default_member_permissions",),
        "ApplicationCommandPatchRequestPartial": ("default_member_permissions",),
    }.items():
        for field in fields:
            described = schemas[name]["properties"][field]
            schemas[name]["properties"][field] = described | {
                "type": ["integer", "string", "null"],
                "pattern": r"^\d+$",
            }


def _name_inner_codes(schemas: dict[str, Any]) -> None:
    inner = {
        "type": "object",
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        "required": ["code", "message"],
        "additionalProperties": False,
    }
    schemas["InnerErrors"]["properties"]["_errors"]["items"] = inner
