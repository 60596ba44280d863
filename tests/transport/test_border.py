"""Errors end in a sentence for the person or an id for us; forms that fail can be mended. With simcord."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import discord
import pytest
import simcord
from discord import app_commands
from structlog.testing import capture_logs

from bot.errors import Closed, InvalidInput, LimitReached, StageClosed
from bot.texts import N_, Say
from bot.transport.border import Border, stage_sentence
from bot.transport.client import CafeClient
from bot.transport.marks import MORE_TEMPLATE, STOP_TEMPLATE, Mark, marks_in, parse
from bot.transport.views import DRAFT_SECONDS, CafeView, MendableModal, TurnButton
from tests.transport.timekeeping import HandClock


class Syncs:
    async def get(self, scope: str) -> str | None:
        return None

    async def put(self, scope: str, digest: str) -> None:
        return None


@dataclass
class Room:
    env: simcord.Env
    client: CafeClient
    clock: HandClock
    channel: simcord.ChannelHandle
    mira: simcord.MemberActor

    async def run(self, name: str = "try") -> simcord.InteractionResult:
        return await self.mira.slash(self.channel, name)


Callback = Callable[[discord.Interaction], Any]


@asynccontextmanager
async def room(callback: Callback, *items: Any) -> AsyncIterator[Room]:
    async def run_it(interaction: discord.Interaction) -> None:
        await callback(interaction)

    async def prepare(client: CafeClient) -> None:
        client.tree.add_command(app_commands.Command(name="try", description="Try it", callback=run_it))
        client.add_dynamic_items(*items)

    clock = HandClock()
    client = CafeClient(Syncs(), clock=clock, prepare=prepare, guild_ready_timeout=0.05)
    async with simcord.run(client, check_errors=False) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("tavern")
        await env.settle()
        yield Room(env, client, clock, channel, guild.add_member(env.create_user("mira")))


def raising(error: BaseException) -> Callback:
    async def callback(interaction: discord.Interaction) -> None:
        raise error

    return callback


def said(result: simcord.InteractionResult) -> str:
    assert result.response is not None
    assert result.response.ephemeral
    return result.response.content


async def test_a_refusal_is_a_sentence_for_the_persons_eyes_only() -> None:
    error = LimitReached("too_many", N_("You have {n} characters. Delete one first."), n=9)
    async with room(raising(error)) as here:
        with capture_logs() as logs:
            sentence = said(await here.run())
        assert sentence == "You have 9 characters. Delete one first."
        assert [line for line in logs if line["log_level"] == "error"] == []


async def test_a_closed_stage_names_what_is_missing() -> None:
    async with room(raising(StageClosed("missing_permissions", permissions=("manage_webhooks",)))) as here:
        assert "**Manage Webhooks**" in said(await here.run())


@pytest.mark.parametrize("reason", list(Closed))
def test_every_reason_has_a_sentence_that_says_what_to_do(reason: Closed) -> None:
    sentence = stage_sentence(StageClosed(reason), Say())
    assert "{" not in sentence
    assert any(word in sentence.lower() for word in ("try", "ask", "choose", "again"))


async def test_a_bug_shows_the_id_it_is_logged_under() -> None:
    async with room(raising(RuntimeError("secret detail"))) as here:
        with capture_logs() as logs:
            sentence = said(await here.run())
        (bug,) = [line for line in logs if line["event"] == "bug"]
        assert f"`{bug['bug_id']}`" in sentence
        assert "secret detail" not in sentence
        assert bug["where"] == "try"


async def test_the_same_bug_writes_one_traceback_a_minute_and_answers_every_time() -> None:
    async with room(raising(RuntimeError("again"))) as here:
        with capture_logs() as logs:
            for _ in range(5):
                said(await here.run())
            here.clock.advance(61)
            said(await here.run())
        assert [line["event"] for line in logs if line["event"].startswith("bug")] == ["bug", *["bug_again"] * 4, "bug"]


async def test_an_error_after_a_deferral_is_still_told() -> None:
    async def callback(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        raise InvalidInput("nonsense", N_("That is nothing I can use. Try another word."))

    async with room(callback) as here:
        assert said(await here.run()) == "That is nothing I can use. Try another word."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (app_commands.CommandOnCooldown(app_commands.Cooldown(1, 60), 7.4), "7 s"),
        (app_commands.MissingPermissions(["manage_guild"]), "**Manage Server**"),
        (app_commands.BotMissingPermissions(["embed_links"]), "**Embed Links**"),
        (app_commands.NoPrivateMessage(), "in a server only"),
        (app_commands.CheckFailure(), "may not use this here"),
    ],
)
async def test_discords_own_refusals_have_sentences_too(error: app_commands.AppCommandError, words: str) -> None:
    async with room(raising(error)) as here:
        assert words in said(await here.run())


async def test_errors_behind_views_are_answered() -> None:
    class Panel(CafeView):
        @discord.ui.button(label="Press")
        async def press(self, interaction: discord.Interaction, button: discord.ui.Button[Any]) -> None:
            raise InvalidInput("nonsense", N_("Not like this. Try it the other way."))

    async def callback(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("A panel", view=Panel(), ephemeral=True)

    async with room(callback) as here:
        shown = await here.run()
        assert shown.response is not None
        pressed = await here.mira.click(shown.response, label="Press")
        assert said(pressed) == "Not like this. Try it the other way."


class NameForm(MendableModal):
    accepted: list[str]

    def __init__(self) -> None:
        super().__init__(title="A name")
        self.accepted = []
        self.name: discord.ui.TextInput[Any] = discord.ui.TextInput(custom_id="name", max_length=100)
        kinds = [discord.SelectOption(label="Cat", value="cat"), discord.SelectOption(label="Owl", value="owl")]
        self.kind: discord.ui.Select[Any] = discord.ui.Select(custom_id="kind", options=kinds)
        self.add_item(discord.ui.Label(text="Name", component=self.name))
        self.add_item(discord.ui.Label(text="Kind", component=self.kind))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        if len(self.name.value) < 3:
            raise InvalidInput("too_short", N_("The name must have at least {n} letters."), field="name", n=3)
        self.accepted.append(f"{self.name.value} {self.kind.values}")
        await interaction.response.send_message("Thank you.", ephemeral=True)


def typed(modal: dict[str, Any] | None) -> tuple[str | None, list[str]]:
    assert modal is not None
    text, select = (label["component"] for label in modal["components"])
    return text.get("value"), [option["value"] for option in select["options"] if option.get("default")]


async def test_a_form_that_cannot_be_used_is_opened_again_as_it_was_typed() -> None:
    form = NameForm()

    async def callback(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(form)

    async with room(callback) as here:
        shown = await here.run()
        assert typed(shown.modal) == (None, [])
        for attempt in ("Mi", "M"):
            refused = await here.mira.submit_modal(shown, {"name": attempt, "kind": ["owl"]})
            assert said(refused) == "The name must have at least 3 letters."
            assert refused.response is not None
            shown = await here.mira.click(refused.response, label="Mend")
            assert typed(shown.modal) == (attempt, ["owl"])
        assert said(await here.mira.submit_modal(shown, {"name": "Mira", "kind": ["owl"]})) == "Thank you."
        assert form.accepted == ["Mira ['owl']"]


async def test_a_form_is_kept_for_a_quarter_of_an_hour_and_then_said_to_be_gone() -> None:
    async def callback(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(NameForm())

    async with room(callback) as here:
        refused = await here.mira.submit_modal(await here.run(), {"name": "M", "kind": ["cat"]})
        assert refused.response is not None
        here.clock.advance(DRAFT_SECONDS + 1)
        assert "no longer kept" in said(await here.mira.click(refused.response, label="Mend"))


class Stop(TurnButton, template=STOP_TEMPLATE):
    pressed_marks: list[Mark] = []  # noqa: RUF012

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        self.pressed_marks.append(self.mark)
        if self.mark.part:
            raise RuntimeError("a bug")
        await interaction.response.send_message("Stopped.", ephemeral=True)


async def test_a_turns_button_finds_its_turn_after_a_restart_and_its_bugs_are_answered() -> None:
    marks = [Mark(uuid4(), part, "stop") for part in (0, 1)]

    async def callback(interaction: discord.Interaction) -> None:
        view = discord.ui.View(timeout=None)
        for mark in marks:
            view.add_item(discord.ui.Button(label=f"Stop {mark.part}", custom_id=mark.custom_id))
        await interaction.response.send_message("A reply", view=view)
        view.stop()  # nothing in memory answers for these buttons

    Stop.pressed_marks.clear()
    async with room(callback, Stop) as here:
        shown = await here.run()
        assert shown.response is not None
        assert said(await here.mira.click(shown.response, label="Stop 0")) == "Stopped."
        assert "went wrong" in said(await here.mira.click(shown.response, label="Stop 1"))
    assert Stop.pressed_marks == marks


def test_marks_are_read_back_and_strangers_are_not() -> None:
    mark = Mark(uuid4(), 12, "more")
    assert parse(mark.custom_id) == mark
    assert len(mark.custom_id) <= 100
    for stranger in ("", "turn:", f"turn:{'g' * 32}:0:stop", f"{mark.custom_id} ", "turn:" + "a" * 32 + ":12345:stop"):
        assert parse(stranger) is None
    nested = [
        {"type": 17, "components": [{"type": 1, "components": [{"custom_id": mark.custom_id}, {"custom_id": 5}]}]}
    ]
    assert marks_in(nested) == [mark]
    assert marks_in(["text", None, {"components": "odd"}]) == []
    assert MORE_TEMPLATE != STOP_TEMPLATE


async def test_an_expired_interaction_is_no_bug() -> None:
    border = Border(HandClock())

    class Answer:
        status = 404
        reason = "Not Found"

    class Late:
        locale = "en-US"
        command = None
        data: dict[str, str] = {}  # noqa: RUF012
        type = discord.InteractionType.component

    error = discord.NotFound(Answer(), {"code": 10062, "message": "Unknown interaction"})  # pyright: ignore[reportArgumentType]
    with capture_logs() as logs:
        await border.answer(Late(), error)  # pyright: ignore[reportArgumentType]
    assert [line["event"] for line in logs] == ["interaction_expired"]
