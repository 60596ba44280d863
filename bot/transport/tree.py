"""The command tree: its translations, its errors, and telling Discord about it only when it changed."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import discord
import structlog
from discord import app_commands
from discord.app_commands.translator import TranslationContextLocation, TranslationContextTypes
from discord.http import Route

from bot.texts import Say
from bot.transport.stores import SyncStore

if TYPE_CHECKING:
    from bot.transport.client import CafeClient

_COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
_LONGEST_DESCRIPTION = 100
_BAD_REQUEST, _INVALID_FORM = 400, 50035
_NAMES = (
    TranslationContextLocation.command_name,
    TranslationContextLocation.group_name,
    TranslationContextLocation.parameter_name,
)

log = structlog.get_logger(__name__)


class CatalogueTranslator(app_commands.Translator):
    """Names and descriptions of commands from the one catalogue, for each language it has."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """The text in that language; None where it is the same, or where Discord would refuse it (logged)."""
        text = _say(locale).known(string.message)
        if text is None or _fits(text, context):
            return text
        log.error("command_translation_unfit", locale=locale.value, message=string.message, text=text)
        return None


@cache
def _say(locale: discord.Locale) -> Say:
    # One for each of Discord's languages, and not for each of some ten thousand words at every start.
    return Say(locale.value)


class CafeTree(app_commands.CommandTree["CafeClient"]):
    """Hands every error of a command to the client's border."""

    async def on_error(
        self, interaction: discord.Interaction[CafeClient], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer the person."""
        await interaction.client.border.answer(interaction, error)


async def sync_if_changed(tree: CafeTree, store: SyncStore) -> bool:
    """Tell Discord about our commands if it does not know them as they are. True if it was told.

    A hash of the whole payload is compared with the last one told to this application at this Discord, and the names
    with Discord's own list, since commands can be deleted from outside. Raises discord.py's errors.
    """
    payload = await _payload(tree)
    application_id = tree.client.application_id
    scope = f"{Route.BASE} {application_id}"
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if await store.get(scope) == digest and await _names_known(tree) == _names(payload):
        return False
    await _tell(tree, payload)
    await store.put(scope, digest)
    log.info("commands_synced", commands=len(payload))
    return True


async def _tell(tree: CafeTree, payload: list[dict[str, Any]]) -> None:
    # As `tree.sync()` does, which would translate everything once more: some fifty thousand words.
    if tree.client.application_id is None:
        raise app_commands.MissingApplicationID
    try:
        await tree.client.http.bulk_upsert_global_commands(tree.client.application_id, payload=payload)
    except discord.HTTPException as error:
        if error.status == _BAD_REQUEST and error.code == _INVALID_FORM:
            raise app_commands.CommandSyncFailure(error, tree.get_commands()) from None
        raise


async def _payload(tree: CafeTree) -> list[dict[str, Any]]:
    translator = tree.translator
    commands = tree.get_commands()
    if translator is None:
        return [command.to_dict(tree) for command in commands]
    return [await command.get_translated_payload(tree, translator) for command in commands]


async def _names_known(tree: CafeTree) -> set[tuple[int, str]]:
    return {(command.type.value, command.name) for command in await tree.fetch_commands()}


def _names(payload: list[dict[str, Any]]) -> set[tuple[int, str]]:
    return {(int(command.get("type", 1)), str(command["name"])) for command in payload}


def _fits(text: str, context: TranslationContextTypes) -> bool:
    if context.location in _NAMES and not isinstance(context.data, app_commands.ContextMenu):
        return _COMMAND_NAME.fullmatch(text) is not None and text == text.lower()
    return 1 <= len(text) <= _LONGEST_DESCRIPTION
