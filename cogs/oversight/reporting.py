"""/report and the menu “Report”: telling staff of what should not be. Everything is for the reporter's eyes only."""

from __future__ import annotations

from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.lore.shown import May
from bot.services.oversight.reports import REASONS, STATES, MyReport, ReportDraft, ReportedKind, ReportReason
from bot.texts import N_, Say
from bot.transport.client import CafeClient
from bot.transport.views import MendableModal
from cogs.asking import Asked, caller_of, is_age_restricted, plain, say_for
from cogs.panels import Suggestions, answer, choice, in_time, short

_L = app_commands.locale_str

_MESSAGE_MAX = 2000
"""What Discord takes in one message."""

_REASON_CHOICES = [
    app_commands.Choice(name=_L("Harassment or hate"), value=ReportReason.HARASSMENT.value),
    app_commands.Choice(name=_L("Sexual, and not where it belongs"), value=ReportReason.SEXUAL.value),
    app_commands.Choice(name=_L("Endangers children or young people"), value=ReportReason.MINORS.value),
    app_commands.Choice(name=_L("Encourages self-harm"), value=ReportReason.SELF_HARM.value),
    app_commands.Choice(name=_L("Pretends to be somebody else"), value=ReportReason.IMPERSONATION.value),
    app_commands.Choice(name=_L("Somebody else's work"), value=ReportReason.COPYRIGHT.value),
    app_commands.Choice(name=_L("Spam or fraud"), value=ReportReason.SPAM.value),
    app_commands.Choice(name=_L("Something else"), value=ReportReason.OTHER.value),
]


def _reported(command: Any) -> Any:
    """The two options that every report has beside what it is about."""
    command = app_commands.rename(reason=_L("reason"), words=_L("words"))(command)
    command = app_commands.describe(reason=_L("What is wrong with it"), words=_L("In your own words; staff read them"))(
        command
    )
    return app_commands.choices(reason=_REASON_CHOICES)(command)


class ReportCog(
    commands.GroupCog, group_name=_L("report"), group_description=_L("Tell staff of something; only they see it")
):
    """The commands of /report."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe
        super().__init__()

    @app_commands.command(name=_L("character"), description=_L("Report a character to staff"))
    @app_commands.rename(character=_L("character"))
    @_reported
    @app_commands.describe(character=_L("Begin to type its name"))
    async def character(self, interaction: Asked, character: str, reason: str, words: str = "") -> None:
        """Report one that can be met."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            meant = await self.cafe.characters.chosen(work, user_id, character)
        await _file(interaction, self.cafe, ReportedKind.CHARACTER, str(meant), reason, words)

    @app_commands.command(name=_L("creator"), description=_L("Report a creator's page to staff"))
    @app_commands.rename(creator=_L("creator"))
    @_reported
    @app_commands.describe(creator=_L("Begin to type a name"))
    async def creator(self, interaction: Asked, creator: str, reason: str, words: str = "") -> None:
        """Report one whose page can be seen."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            meant = await self.cafe.creating.creators.named(work, user_id, creator)
        await _file(interaction, self.cafe, ReportedKind.CREATOR, str(meant.card.id), reason, words)

    @app_commands.command(name=_L("book"), description=_L("Report a lore book to staff"))
    @app_commands.rename(book=_L("book"))
    @_reported
    @app_commands.describe(book=_L("Begin to type its name"))
    async def book(self, interaction: Asked, book: str, reason: str, words: str = "") -> None:
        """Report one that can be read."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            meant = await self.cafe.lore.books.chosen(work, user_id, book)
        await _file(interaction, self.cafe, ReportedKind.BOOK, str(meant), reason, words)

    @app_commands.command(name=_L("mine"), description=_L("What you reported, and what came of it"))
    async def mine(self, interaction: Asked) -> None:
        """The last reports with their answers."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        say = say_for(interaction)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            found = await self.cafe.oversight.reports.mine(work, user_id)
        if not found:
            nothing = say("You reported nothing yet. Right-click a message, Apps, Report: that tells staff of it.")
            await answer(interaction, nothing)
            return
        await answer(interaction, short("\n".join(_line(one, say) for one in found), _MESSAGE_MAX))

    # ------------------------------------------------------------------------------------------------ suggestions

    @character.autocomplete("character")
    async def suggest_characters(self, interaction: Asked, typed: str) -> Suggestions:
        """Characters that can be met."""

        async def read() -> Suggestions:
            async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
                adults = is_age_restricted(interaction)
                found = await self.cafe.characters.find(work, user_id, typed, adults=adults, only_own=False)
            return [choice(one.name, one.id) for one in found]

        return await in_time(read())

    @creator.autocomplete("creator")
    async def suggest_creators(self, interaction: Asked, typed: str) -> Suggestions:
        """Creators whose pages can be seen."""

        async def read() -> Suggestions:
            async with self.cafe.people.at_work(caller_of(interaction)) as (_, work):
                found = await self.cafe.creating.creators.suggestions(work, typed)
            return [choice(f"{one.display_name} (@{one.username})", one.id) for one in found]

        return await in_time(read())

    @book.autocomplete("book")
    async def suggest_books(self, interaction: Asked, typed: str) -> Suggestions:
        """Books that can be read."""

        async def read() -> Suggestions:
            async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
                found = await self.cafe.lore.books.find(work, user_id, typed, may=May.READ)
            return [choice(one.label, one.id) for one in found]

        return await in_time(read())


class ReportMenu(commands.Cog):
    """“Report” on any message."""

    def __init__(self, client: CafeClient, cafe: Cafe) -> None:
        self._client = client
        self._cafe = cafe
        self._menu = app_commands.ContextMenu(name=_L("Report"), callback=self._report)

    async def cog_load(self) -> None:
        """Hand the menu to the tree: discord.py does not find it on a cog."""
        self._client.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it back."""
        self._client.tree.remove_command(self._menu.name, type=self._menu.type)

    async def _report(self, interaction: Asked, message: discord.Message) -> None:
        """Ask what is wrong with it."""
        if message.author.id == interaction.user.id:
            raise InvalidInput("own_message", N_("That is your own message: delete it, and nobody reads it any more."))
        await interaction.response.send_modal(ReportForm(self._cafe, message, say_for(interaction)))


class ReportForm(MendableModal):
    """What is wrong with a message. What it says goes along, as Discord showed it to who reports."""

    def __init__(self, cafe: Cafe, message: discord.Message, say: Say) -> None:
        super().__init__(title=say("Report this message")[:45])
        self._cafe = cafe
        self._draft = ReportDraft(
            ReportedKind.MESSAGE,
            str(message.author.id),
            ReportReason.OTHER,
            excerpt=message.content,
            link=message.jump_url,
            message_id=message.id,
        )
        self.reason = discord.ui.Select[Self](
            custom_id="reason",
            options=[discord.SelectOption(label=say(words)[:100], value=one.value) for one, words in REASONS.items()],
        )
        self.add_item(discord.ui.Label(text=say("What is wrong with it")[:45], component=self.reason))
        self.words = discord.ui.TextInput[Self](
            custom_id="words",
            style=discord.TextStyle.paragraph,
            required=False,
            max_length=int(limits.FORM_FIELD_MAX),
        )
        hint = say("Staff alone read it, up to {maximum} characters", maximum=int(limits.REPORT_WORDS_MAX))
        self.add_item(
            discord.ui.Label(text=say("In your own words")[:45], description=hint[:100], component=self.words)
        )

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Tell staff."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        chosen = self.reason.values[0] if self.reason.values else ReportReason.OTHER.value
        draft = self._draft
        await _file(
            interaction,
            self._cafe,
            draft.kind,
            draft.target_id,
            chosen,
            self.words.value,
            excerpt=draft.excerpt,
            link=draft.link,
            message_id=draft.message_id,
        )


async def _file(
    interaction: Asked,
    cafe: Cafe,
    kind: ReportedKind,
    target_id: str,
    reason: str,
    words: str,
    *,
    excerpt: str = "",
    link: str = "",
    message_id: int | None = None,
) -> None:
    try:
        why = ReportReason(reason)
    except ValueError as error:
        raise InvalidInput("no_such_choice", N_("Choose one of the reasons from the list."), field="reason") from error
    draft = ReportDraft(kind, target_id, why, words, excerpt, link, message_id)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        await cafe.oversight.reports.file(work, user_id, draft)
    say = say_for(interaction)
    await answer(interaction, say("Staff know of it now. Nobody else does; /report mine tells what came of it."))


def _line(one: MyReport, say: Say) -> str:
    at = f"<t:{int(one.created_at.timestamp())}:R>"
    told = f"- {at} · {say(REASONS[one.reason])}: **{say(STATES[one.state])}**"
    return f"{told}\n  > {short(plain(one.answer), 200)}" if one.answer else told
