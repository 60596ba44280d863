"""Where errors end: a refusal becomes a sentence for the person, anything else a bug with an id.

The only places of transport with `except Exception` call this. An interaction is always answered, in the person's
language and for their eyes only; the same bug writes its traceback to the log once a minute.
"""

from __future__ import annotations

import secrets
import traceback
from dataclasses import dataclass

import discord
import structlog
from discord import app_commands

from bot.clock import Clock
from bot.errors import StageClosed, UserError
from bot.texts import N_, Say

QUIET_SECONDS = 60.0
_UNKNOWN_INTERACTION, _ALREADY_ANSWERED = 10062, 40060
_KEPT_BUGS = 500

log = structlog.get_logger(__name__)

_STAGE_SENTENCES = {
    "missing_permissions": N_(
        "I may not speak in this channel: I need the permission {permissions} here. Ask an admin for it and try again."
    ),
    "unknown_channel": N_("That channel is gone. Choose another one and try again."),
    "too_many_webhooks": N_(
        "This channel already has 15 webhooks, which is all Discord allows. Ask an admin to delete one, then try again."
    ),
    "archived": N_("This thread is archived. Write something in it to open it again, then try again."),
    "direct_message": N_("Characters can speak in a server's channels, not in direct messages. Try this in a server."),
    "unreachable": N_("Discord cannot be reached right now. Try again in a minute."),
    "rate_limited": N_("Discord asks us to slow down. Try again in a few minutes."),
}
_STAGE_OTHERWISE = N_(
    "Discord did not let me speak here ({reason}). Try again, or ask whoever runs the bot to look at its doctor."
)


@dataclass(slots=True)
class _Bug:
    logged_at: float
    repeats: int = 0


class Border:
    """Answers interactions that failed and writes bugs down. One per client."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bugs: dict[str, _Bug] = {}

    async def answer(self, interaction: discord.Interaction, error: BaseException) -> None:
        """Tell the person what happened. Never raises for an interaction that can no longer be answered."""
        say = Say(str(interaction.locale))
        cause = _cause(error)
        if isinstance(cause, discord.NotFound | discord.HTTPException) and cause.code in (
            _UNKNOWN_INTERACTION,
            _ALREADY_ANSWERED,
        ):
            log.warning("interaction_expired", code=cause.code, command=_name_of(interaction))
            return
        sentence = refusal(cause, say)
        if sentence is None:
            bug_id = self.record(cause, where=_name_of(interaction), user_id=interaction.user.id)
            sentence = say(
                "Something went wrong on our side. Try again; if it stays, tell an admin this number: {bug_id}.",
                bug_id=f"`{bug_id}`",
            )
        await whisper(interaction, sentence)

    def record(self, error: BaseException, *, where: str, **about: object) -> str:
        """Write a bug to the log and hand back its id. The same bug within a minute goes without its traceback."""
        bug_id = secrets.token_hex(4)
        now = self._clock.monotonic()
        known = self._bugs.get(signature := _signature(error, where))
        if known is not None and now - known.logged_at < QUIET_SECONDS:
            known.repeats += 1
            log.error(
                "bug_again", bug_id=bug_id, where=where, error=type(error).__name__, repeats=known.repeats, **about
            )
            return bug_id
        if len(self._bugs) >= _KEPT_BUGS:
            self._bugs.clear()
        self._bugs[signature] = _Bug(now)
        log.error("bug", bug_id=bug_id, where=where, exc_info=error, **about)
        return bug_id


async def whisper(interaction: discord.Interaction, sentence: str, view: discord.ui.View | None = None) -> None:
    """Say something only this person sees, whether the interaction was answered before or not."""
    shown = discord.utils.MISSING if view is None else view
    try:
        if interaction.type is discord.InteractionType.autocomplete:
            return
        if interaction.response.is_done():
            await interaction.followup.send(sentence, ephemeral=True, view=shown)
        else:
            await interaction.response.send_message(sentence, ephemeral=True, view=shown)
    except (discord.HTTPException, OSError) as error:
        log.warning("whisper_failed", error=repr(error)[:120])


def refusal(error: BaseException, say: Say) -> str | None:
    """The sentence for an error that is nobody's bug, or None."""
    if isinstance(error, UserError):
        return say.error(error)
    if isinstance(error, StageClosed):
        return stage_sentence(error, say)
    return _command_refusal(error, say) if isinstance(error, app_commands.AppCommandError) else None


def stage_sentence(error: StageClosed, say: Say) -> str:
    """Why a channel is closed to us, and what helps."""
    message = _STAGE_SENTENCES.get(error.reason, _STAGE_OTHERWISE)
    return say(message, reason=error.reason, permissions=_permissions(error.permissions, say))


def _command_refusal(error: app_commands.AppCommandError, say: Say) -> str | None:
    match error:
        case app_commands.CommandOnCooldown():
            return say("That was a little fast. Try again in {seconds} s.", seconds=max(1, round(error.retry_after)))
        case app_commands.MissingPermissions():
            return say(
                "For this you need the permission {permissions} in this server. An admin can grant it.",
                permissions=_permissions(error.missing_permissions, say),
            )
        case app_commands.BotMissingPermissions():
            return say(
                "For this I need the permission {permissions} here. Ask an admin to grant it, then try again.",
                permissions=_permissions(error.missing_permissions, say),
            )
        case app_commands.NoPrivateMessage():
            return say("This works in a server only. Try it in one of a server's channels.")
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return say("This command has changed. Restart Discord (Ctrl+R on a computer) and use it again.")
        case app_commands.CheckFailure():
            return say("You may not use this here. Ask an admin of this server if you think you should.")
        case _:
            return None


def _permissions(names: list[str] | tuple[str, ...], say: Say) -> str:
    """Permissions as Discord's own settings name them (English: Discord translates them on its side)."""
    titles = [name.replace("_", " ").replace("guild", "server").title() for name in names]
    return ", ".join(f"**{title}**" for title in titles) or say("to speak here")


def _cause(error: BaseException) -> BaseException:
    """What really happened, under discord.py's wrapping."""
    if isinstance(error, app_commands.CommandInvokeError):
        return error.original
    if isinstance(error, app_commands.TransformerError) and error.__cause__ is not None:
        return error.__cause__
    return error


def _name_of(interaction: discord.Interaction) -> str:
    command = interaction.command
    if command is not None:
        return command.qualified_name
    data = interaction.data or {}
    return str(data.get("custom_id", interaction.type.name))[:60]


def _signature(error: BaseException, where: str) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    last = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{where} {type(error).__name__} {last}"
