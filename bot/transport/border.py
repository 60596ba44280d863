"""Where errors end: a refusal becomes a sentence for the person, anything else a bug with an id.

The only places of transport with `except Exception` call this. An interaction is always answered, in the person's
language and for their eyes only; the same bug writes its traceback to the log once a minute.
"""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable
from dataclasses import dataclass

import discord
import structlog
from discord import app_commands, utils

from bot.clock import Clock
from bot.errors import Closed, StageClosed, UserError
from bot.texts import N_, Say, Text

QUIET_SECONDS = 60.0
_UNKNOWN_INTERACTION, _ALREADY_ANSWERED = 10062, 40060
_KEPT_BUGS = 500

log = structlog.get_logger(__name__)

_STAGE_SENTENCES: dict[Closed, Text] = {
    Closed.MISSING_PERMISSIONS: N_(
        "I may not speak in {channel}: I need the permission {permissions} there. Ask an admin for it and try again."
    ),
    Closed.UNKNOWN_CHANNEL: N_("That channel is gone. Choose another one and try again."),
    Closed.TOO_MANY_WEBHOOKS: N_(
        "The channel already has 15 webhooks, which is all Discord allows. Ask an admin to delete one in the channel's "
        "settings under Integrations, then try again."
    ),
    Closed.UNKNOWN_WEBHOOK: N_(
        "Somebody keeps deleting the webhook that I speak through in {channel}. Ask an admin to leave the one named "
        "BotCafé in the channel's settings under Integrations, then try again."
    ),
    Closed.ARCHIVED: N_("This thread is archived. Write something in it to open it again, then try again."),
    Closed.LOCKED: N_(
        "This thread is locked. Ask a moderator to unlock it (right-click the thread, Unlock Thread), then try again."
    ),
    Closed.PRIVATE_THREAD: N_(
        "I am no member of this private thread. Mention me in it (@ and my name) so that Discord adds me, then try "
        "again. If Discord does not offer me, an admin must give me View Channel in the channel it belongs to."
    ),
    Closed.SLOW_MODE: N_(
        "Slow mode lets me write in {channel} only now and then. Wait a little and try again, or ask an admin to give "
        "me the permission Bypass Slowmode."
    ),
    Closed.TAG_REQUIRED: N_(
        "This forum wants a tag on every post, and there is none that I may use. Ask an admin to add a tag that is "
        "not for moderators only, then try again."
    ),
    Closed.TOO_MANY_THREADS: N_(
        "This server has as many open threads as Discord allows. Close one (right-click, Close Thread), then try again."
    ),
    Closed.NO_DIRECT_MESSAGES: N_(
        "You do not take direct messages from me. Allow them in this server's privacy settings, then try again."
    ),
    Closed.INTERACTION_EXPIRED: N_(
        "Discord lets me answer a command for 15 minutes and with six messages. Use the command again to go on."
    ),
    Closed.BLOCKED: N_(
        "This server's AutoMod, or Discord itself, did not let these words through. Try it in other words."
    ),
    Closed.SERVER_LEFT: N_("I am no longer in that server. An admin can add me again; everything said is kept."),
    Closed.FILE_GONE: N_("The file is no longer there. Send it again."),
    Closed.TOO_LARGE: N_("The file is larger than I read. Try a smaller one."),
    Closed.REMOVED: N_("The reply was deleted meanwhile, so there is nothing left to change. Ask the character again."),
    Closed.UNREACHABLE: N_("Discord cannot be reached right now. Try again in a minute."),
    Closed.RATE_LIMITED: N_("Discord asks us to slow down. Try again in a few minutes."),
    Closed.REFUSED: N_(
        "Discord did not let me do this in {channel}. Try again; if it stays, ask an admin to use /doctor there."
    ),
}


@dataclass(slots=True)
class _Bug:
    logged_at: float
    repeats: int = 0


class Border:
    """Answers interactions that failed and writes bugs down. One per client."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bugs: dict[str, _Bug] = {}
        self.chosen_language: Callable[[int], str | None] | None = None

    def say_for(self, interaction: discord.Interaction) -> Say:
        """In the language of who asks: the one they chose for themselves, where that is known, else their Discord's."""
        chosen = self.chosen_language(interaction.user.id) if self.chosen_language is not None else None
        return Say(chosen or str(interaction.locale))

    async def answer(self, interaction: discord.Interaction, error: BaseException) -> None:
        """Tell the person what happened. Never raises for an interaction that can no longer be answered."""
        say = self.say_for(interaction)
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


def told(error: UserError, say: Say) -> str:
    """A refusal as Discord shows it: what people gave a name looks like no ping in it, and hides no link."""
    return say(error.message, **{name: _calmed(value) for name, value in error.values.items()})


def _calmed(value: object) -> object:
    if not isinstance(value, str) or isinstance(value, Text):
        return value
    return utils.escape_mentions(utils.escape_markdown(value) if "](" in value else value)


def refusal(error: BaseException, say: Say) -> str | None:
    """The sentence for an error that is nobody's bug, or None."""
    if isinstance(error, UserError):
        return told(error, say)
    if isinstance(error, StageClosed):
        return stage_sentence(error, say)
    return _command_refusal(error, say) if isinstance(error, app_commands.AppCommandError) else None


def stage_sentence(error: StageClosed, say: Say) -> str:
    """Why a channel is closed to us, and what helps."""
    channel = say("this channel") if error.channel_id is None else f"<#{error.channel_id}>"
    return say(_STAGE_SENTENCES[error.reason], channel=channel, permissions=_permissions(error.permissions, say))


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
