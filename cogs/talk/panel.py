"""The one panel of a reply, for the eyes of who opened it: by ⋯ under a reply, or by its context menu."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Self
from uuid import UUID

import discord

from bot import limits
from bot.errors import UserError
from bot.services.cafe import Cafe
from bot.services.talk.control import too_long_to_edit
from bot.services.talk.forks import Wish
from bot.services.talk.replies import About, Earlier, EditReason, May
from bot.services.talk.running import Outcome
from bot.texts import Say
from bot.transport import marks
from bot.transport.surroundings import around_asked
from bot.transport.views import CafeView, MendableModal, TurnButton
from cogs.asking import Asked, caller_of, rights_of, say_for
from cogs.talk.say import cafe_of
from cogs.talk.why import explain
from cogs.talk.words import branched, told

NO_PINGS = discord.AllowedMentions.none()
PANEL_SECONDS = 840.0
"""Discord takes changes of an ephemeral answer for 15 minutes."""

_EARLIER_SHOWN = 900
Act = Callable[[UUID], Awaitable[Outcome]]


class StopButton(TurnButton, template=marks.STOP_TEMPLATE):
    """Breaks an answer off; what was said so far stays."""

    async def pressed(self, interaction: Asked) -> None:
        """Stop."""
        await interaction.response.defer()
        cafe = cafe_of(interaction)
        user_id = await cafe.people.arrive(caller_of(interaction))
        await cafe.turns.stop(self.mark.turn_id, user_id, may_manage=rights_of(interaction).may_manage)


class MoreButton(TurnButton, template=marks.MORE_TEMPLATE):
    """Opens the panel of the reply above it."""

    async def pressed(self, interaction: Asked) -> None:
        """Show it to who asked only."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await open_panel(cafe_of(interaction), interaction, self.mark.turn_id)


async def open_panel(cafe: Cafe, interaction: Asked, turn_id: UUID) -> None:
    """The panel as a new ephemeral answer to a deferred interaction."""
    panel = await Panel.of(cafe, interaction, turn_id)
    await interaction.followup.send(panel.text, view=panel, ephemeral=True, allowed_mentions=NO_PINGS)


class _Button(discord.ui.Button["Panel"]):
    """A button that does one thing."""

    def __init__(
        self,
        label: str,
        press: Callable[[Asked], Awaitable[None]],
        *,
        style: discord.ButtonStyle,
        row: int,
        disabled: bool,
    ) -> None:
        super().__init__(label=label, style=style, row=row, disabled=disabled)
        self._press = press

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it."""
        await self._press(interaction)


class Panel(CafeView):
    """Who is behind a reply, and what this person may do with it."""

    def __init__(self, cafe: Cafe, turn_id: UUID, about: About, say: Say) -> None:
        super().__init__(timeout=PANEL_SECONDS)
        self.cafe = cafe
        self.turn_id = turn_id
        self.about = about
        self.text = told(about, say)
        if May.EDIT not in about.may and not about.is_at_work and not about.is_gone:
            self.text += "\n" + say("Only who asked, who began this conversation, or a moderator can change it.")
        if not about.is_at_work:
            self._add_wordings(say)
            self._add_changes(say)
        self._add_rating(say)

    @classmethod
    async def of(cls, cafe: Cafe, interaction: Asked, turn_id: UUID) -> Self:
        """The panel as things are now. Raises `NotFound`."""
        user_id = await cafe.people.arrive(caller_of(interaction))
        about = await cafe.replies.about(turn_id, user_id, rights_of(interaction))
        return cls(cafe, turn_id, about, say_for(interaction))

    def _button(
        self,
        what: May,
        label: str,
        press: Callable[[Asked], Awaitable[None]],
        *,
        row: int,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        disabled: bool = False,
    ) -> None:
        if what not in self.about.may:
            return
        self.add_item(_Button(label, press, style=style, row=row, disabled=disabled))

    def _add_wordings(self, say: Say) -> None:
        about = self.about
        if about.variants > 1:
            self._button(May.CHOOSE, "◀", self._previous, row=0, disabled=about.variant == 0)
            self._button(May.CHOOSE, f"{about.variant + 1}/{about.variants}", self._next, row=0, disabled=True)
            self._button(May.CHOOSE, "▶", self._next, row=0, disabled=about.variant + 1 == about.variants)
        self._button(May.REGENERATE, say("Word it anew"), self._regenerate, row=0, style=discord.ButtonStyle.primary)
        self._button(May.CONTINUE, say("Continue"), self._go_on, row=0)

    def _add_changes(self, say: Say) -> None:
        self._button(May.EDIT, say("Edit"), self._edit, row=1)
        if self.about.variants > 1 or self.about.changes:
            self._button(May.EARLIER, say("Earlier wordings"), self._earlier, row=1)
        self._button(May.WHY, say("Why"), self._why, row=1)
        self._button(May.FORK, say("Fork from here"), self._fork, row=1)
        self._button(May.DELETE, say("Delete"), self._ask_to_delete, row=1, style=discord.ButtonStyle.danger)

    def _add_rating(self, say: Say) -> None:
        if May.RATE not in self.about.may:
            return
        stars = discord.ui.Select[Self](
            placeholder=say("How do you like this reply?"),
            options=[
                discord.SelectOption(label="★" * number, value=str(number), default=number == self.about.stars)
                for number in range(int(limits.STARS_MAX), 0, -1)
            ],
            row=2,
        )

        async def chosen(interaction: Asked) -> None:
            await self._rate(interaction, int(stars.values[0]))

        stars.callback = chosen
        self.add_item(stars)
        if self.about.stars is not None:
            self._button(May.RATE, say("Say why"), self._say_why, row=3)

    # -------------------------------------------------------------------------------------------- what is pressed

    async def _regenerate(self, interaction: Asked) -> None:
        rights = rights_of(interaction)
        await self._change(interaction, lambda by: self.cafe.control.regenerate(self.turn_id, by, rights))

    async def _go_on(self, interaction: Asked) -> None:
        rights = rights_of(interaction)
        await self._change(interaction, lambda by: self.cafe.control.go_on(self.turn_id, by, rights))

    async def _previous(self, interaction: Asked) -> None:
        await self._choose(interaction, self.about.variant - 1)

    async def _next(self, interaction: Asked) -> None:
        await self._choose(interaction, self.about.variant + 1)

    async def _choose(self, interaction: Asked, number: int) -> None:
        rights = rights_of(interaction)
        await self._change(interaction, lambda by: self.cafe.control.choose(self.turn_id, by, rights, number))

    async def _change(self, interaction: Asked, act: Act) -> None:
        """Do it while the panel waits; then show how things are, and what went wrong."""
        await interaction.response.defer()
        await self.change(interaction, act)

    async def change(self, interaction: Asked, act: Act) -> None:
        """As `_change`, for an interaction that was deferred already. What cannot be done is told in the panel."""
        say = say_for(interaction)
        user_id = await self.cafe.people.arrive(caller_of(interaction))
        try:
            await self._show_waiting(interaction, say)
            outcome = await act(user_id)
        except UserError as error:
            await self.refresh(interaction, say.error(error))
            return
        wrong = None if outcome.sentence is None else say(outcome.sentence, **outcome.values)
        await self.refresh(interaction, wrong)

    async def refresh(self, interaction: Asked, note: str | None = None) -> None:
        """Show how things are now, with what there is to say about it."""
        try:
            panel = await Panel.of(self.cafe, interaction, self.turn_id)
        except UserError as error:
            await interaction.edit_original_response(content=say_for(interaction).error(error), view=None)
            return
        text = panel.text if note is None else f"{note}\n\n{panel.text}"
        await interaction.edit_original_response(content=text, view=panel, allowed_mentions=NO_PINGS)

    async def _show_waiting(self, interaction: Asked, say: Say) -> None:
        text = say("One moment: {name} is at it.", name=self.about.character)
        await interaction.edit_original_response(content=text, view=None, allowed_mentions=NO_PINGS)

    async def _edit(self, interaction: Asked) -> None:
        if len(self.about.content) > limits.REPLY_EDIT_MAX:
            raise too_long_to_edit()
        await interaction.response.send_modal(EditForm(self, say_for(interaction)))

    async def _ask_to_delete(self, interaction: Asked) -> None:
        view = _Removal(self, say_for(interaction))
        await interaction.response.edit_message(view=view)

    async def _why(self, interaction: Asked) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await explain(self.cafe, interaction, self.turn_id)

    async def _fork(self, interaction: Asked) -> None:
        await interaction.response.defer()
        caller, say = caller_of(interaction), say_for(interaction)
        user_id = await self.cafe.people.arrive(caller)
        wish = Wish(user_id, caller, rights_of(interaction), around_asked(interaction), interaction.id)
        await self.refresh(interaction, branched(await self.cafe.forks.fork(self.turn_id, wish), say))

    async def _earlier(self, interaction: Asked) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        user_id = await self.cafe.people.arrive(caller_of(interaction))
        found = await self.cafe.replies.earlier(self.turn_id, user_id, rights_of(interaction))
        embed = listed(found, self.about, say_for(interaction))
        await interaction.followup.send(embed=embed, ephemeral=True, allowed_mentions=NO_PINGS)

    async def _rate(self, interaction: Asked, stars: int, words: str | None = None) -> None:
        await interaction.response.defer()
        user_id = await self.cafe.people.arrive(caller_of(interaction))
        await self.cafe.replies.rate(self.turn_id, user_id, rights_of(interaction), stars, words)
        await self.refresh(interaction, say_for(interaction)("Your rating is kept: {stars}.", stars="★" * stars))

    async def _say_why(self, interaction: Asked) -> None:
        await interaction.response.send_modal(RatingForm(self, say_for(interaction)))

    async def rate_with_words(self, interaction: Asked, words: str) -> None:
        """Keep what a person wrote beside their stars."""
        await self._rate(interaction, self.about.stars or 1, words)


class EditForm(MendableModal):
    """A reply's words, to be changed by hand."""

    def __init__(self, panel: Panel, say: Say) -> None:
        super().__init__(title=say("Change the words"))
        self._panel = panel
        self.text = discord.ui.TextInput[Self](
            custom_id="text",
            style=discord.TextStyle.paragraph,
            default=panel.about.content,
            max_length=int(limits.FORM_FIELD_MAX),
        )
        self.add_item(discord.ui.Label(text=say("What it says"), component=self.text))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Change them. The form is opened again where they cannot be used."""
        panel = self._panel
        rights, text = rights_of(interaction), self.text.value
        panel.cafe.control.check(text)
        await interaction.response.defer()
        await panel.change(interaction, lambda by: panel.cafe.control.edit(panel.turn_id, by, rights, text))


class RatingForm(MendableModal):
    """Why a person likes a reply, or does not."""

    def __init__(self, panel: Panel, say: Say) -> None:
        super().__init__(title=say("Your rating"))
        self._panel = panel
        self.words = discord.ui.TextInput[Self](
            custom_id="words",
            style=discord.TextStyle.paragraph,
            default=panel.about.words,
            required=False,
            max_length=int(limits.FORM_FIELD_MAX),
        )
        hint = say("Nobody but you reads it, up to {maximum} characters", maximum=int(limits.RATING_WORDS_MAX))
        self.add_item(discord.ui.Label(text=say("In words"), description=hint[:100], component=self.words))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep them."""
        await self._panel.rate_with_words(interaction, self.words.value)


class _Removal(CafeView):
    """Asks before a reply is deleted."""

    def __init__(self, panel: Panel, say: Say) -> None:
        super().__init__(timeout=PANEL_SECONDS)
        self._panel = panel
        for label, style, press in (
            (say("Delete this reply"), discord.ButtonStyle.danger, self._delete),
            (say("Keep it"), discord.ButtonStyle.secondary, self._keep),
        ):
            button = discord.ui.Button[_Removal](label=label, style=style)
            button.callback = press
            self.add_item(button)

    async def _delete(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        cafe, say = self._panel.cafe, say_for(interaction)
        user_id = await cafe.people.arrive(caller_of(interaction))
        await cafe.replies.delete(self._panel.turn_id, user_id, rights_of(interaction))
        await interaction.edit_original_response(content=say("The reply is deleted."), view=None)

    async def _keep(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        await self._panel.refresh(interaction)


def listed(found: tuple[Earlier, ...], about: About, say: Say) -> discord.Embed:
    """Every wording a reply had, shortened, oldest first; as many as an embed holds."""
    embed = discord.Embed(title=say("Wordings of this reply"))
    for one in found[-6:]:
        at = f"<t:{int(one.at.timestamp())}:R>"
        embed.add_field(name=_title(one, about, say), value=f"{at}\n{_shortened(one.content)}", inline=False)
    return embed


def _title(one: Earlier, about: About, say: Say) -> str:
    if one.number is None:
        return say("Before it was continued") if one.reason is EditReason.CONTINUED else say("Before it was changed")
    if one.number == about.variant:
        return say("Wording {number}, which stands", number=one.number + 1)
    return say("Wording {number}", number=one.number + 1)


def _shortened(text: str) -> str:
    return text if len(text) <= _EARLIER_SHOWN else f"{text[: _EARLIER_SHOWN - 1]}…"
