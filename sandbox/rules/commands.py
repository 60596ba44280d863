"""Application commands (docs: Application Commands; limits of its structures, and 8000 characters a command)."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, cast

from sandbox.errors import ApiError, InvalidForm
from sandbox.rules.forms import Faults, Form, JsonObject, raise_forms
from sandbox.rules.options import check_options

MAX_CHARACTERS = 8000
#: Every permission there is room for in a command (the largest number of the HTTP specification).
MAX_PERMISSIONS = (1 << 54) - 1


class CommandType(IntEnum):
    """Where a command is found."""

    CHAT_INPUT = 1
    USER = 2
    MESSAGE = 3
    PRIMARY_ENTRY_POINT = 4


#: How many of each an application may have in one scope (global, or one server).
MAX_COMMANDS = {
    CommandType.CHAT_INPUT: 100,
    CommandType.USER: 15,
    CommandType.MESSAGE: 15,
    CommandType.PRIMARY_ENTRY_POINT: 1,
}

#: Locales that names and descriptions may be given in (docs: Locales).
# fmt: off
LOCALES = frozenset({
    "ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he", "hi", "hr", "hu", "id",
    "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW",
})
# fmt: on


def check_commands(commands: Sequence[Any]) -> None:
    """Check a whole list of commands, as a bulk overwrite sends it.

    Raises InvalidForm whose paths begin with the command's index, or ApiError 30032 for too many of one type.
    """
    faults: list[InvalidForm] = []
    seen: set[tuple[int, str]] = set()
    counted: Counter[int] = Counter()
    for index, command in enumerate(commands):
        try:
            check_command(command)
        except InvalidForm as error:
            faults.append(error.under(str(index)))
            continue
        key = (command.get("type") or CommandType.CHAT_INPUT, command["name"])
        counted[key[0]] += 1
        if key in seen:
            faults.append(
                InvalidForm.field(
                    str(index), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
                )
            )
        seen.add(key)
    raise_forms(faults)
    for kind, most in MAX_COMMANDS.items():
        if counted[kind] > most:
            raise ApiError(400, 30032, f"Maximum number of application commands reached ({most})")


def check_command(command: Mapping[str, Any], *, editing: bool = False) -> None:
    """Check one command; `editing` allows a part of one (a PATCH). Raises InvalidForm."""
    faults = Faults()
    form = Form(command, faults)
    kind = form.choice("type", {int(one) for one in CommandType}) or CommandType.CHAT_INPUT
    is_chat = kind == CommandType.CHAT_INPUT
    check_name(form, lower=is_chat, required=not editing)
    if is_chat or kind == CommandType.PRIMARY_ENTRY_POINT:
        check_described(form, required=is_chat and not editing)
    else:
        _refuse_chat_fields(form)
    if is_chat:
        check_options(form, check_named=_check_named)
    _check_settings(form)
    if not faults and characters(command) > MAX_CHARACTERS:
        form.fault("", "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MAX_CHARACTERS})")
    faults.raise_any()


def _check_named(form: Form) -> None:
    check_name(form, lower=True, required=True)
    check_described(form, required=True)


def _refuse_chat_fields(form: Form) -> None:
    """Context menus have a name and nothing else to read."""
    if form.data.get("description"):
        form.fault(
            "description",
            "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_CANNOT_BE_SET",
            "Context menu commands cannot have description",
        )
    if form.data.get("options"):
        form.fault(
            "options",
            "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_CANNOT_BE_SET",
            "Context menu commands cannot have options",
        )


def _check_settings(form: Form) -> None:
    form.whole("default_member_permissions", low=0, high=MAX_PERMISSIONS, digits=True)
    form.truth("dm_permission")
    form.truth("nsfw")
    for key, allowed in (("contexts", (0, 1, 2)), ("integration_types", (0, 1))):
        if form.data.get(key) is None:
            continue
        members = form.items(key, None, low=1)
        for index, member in enumerate(members):
            if isinstance(member, bool) or member not in allowed:
                listed = ", ".join(map(str, allowed))
                form.fault(f"{key}.{index}", "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
        if len({str(member) for member in members}) != len(members):
            form.fault(key, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")


def check_name(form: Form, *, lower: bool, required: bool) -> None:
    """Note what is wrong with `name` and its translations: 1 to 32; lower case and no blanks where `lower`."""
    form.text("name", 32, low=1, required=required)
    names = {"name": form.data.get("name")}
    names.update((f"name_localizations.{locale}", name) for locale, name in _translations(form, "name", 32))
    for key, name in names.items():
        if lower and isinstance(name, str) and name and not is_chat_name(name):
            form.fault(key, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def check_described(form: Form, *, required: bool) -> None:
    """Note what is wrong with `description` and its translations: 1 to 100."""
    form.text("description", 100, low=1 if required else 0, required=required)
    _translations(form, "description", 100)


def _translations(form: Form, key: str, high: int) -> list[tuple[str, str]]:
    translated = form.form(f"{key}_localizations")
    if translated is None:
        return []
    found: list[tuple[str, str]] = []
    for locale in translated.data:
        if locale not in LOCALES:
            translated.fault(locale, "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(sorted(LOCALES))}}}.")
            continue
        text = translated.text(locale, high, low=1, required=True)
        if text is not None:
            found.append((locale, text))
    return found


def is_chat_name(name: str) -> bool:
    """Whether a slash command or option may be called so: letters, digits, hyphen, underscore, apostrophe; lower case.

    Devanagari and Thai signs count as letters, as in Discord's own expression.
    """
    return len(name) <= 32 and name == name.lower() and all(map(_is_name_character, name))


def _is_name_character(character: str) -> bool:
    if character in "-_'":
        return True
    if unicodedata.category(character)[0] in "LN":
        return True
    return unicodedata.name(character, "").startswith(("DEVANAGARI", "THAI"))


def characters(command: Mapping[str, Any]) -> int:
    """The characters that count towards 8000: names, descriptions and values, each in its longest language."""
    total = _longest(command, "name") + _longest(command, "description")
    value = command.get("value")
    if isinstance(value, str):
        total += len(value)
    for key in ("options", "choices"):
        members = cast("list[Any]", command.get(key) or [])
        total += sum(characters(cast("JsonObject", member)) for member in members)
    return total


def _longest(command: Mapping[str, Any], key: str) -> int:
    translated = cast("Mapping[str, Any]", command.get(f"{key}_localizations") or {})
    return max(len(str(text)) for text in (command.get(key) or "", *translated.values()))
