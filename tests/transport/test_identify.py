"""IDENTIFYs are spent as if each were the last."""

import contextlib

import discord
import pytest
from discord.app_commands import TranslationContext, TranslationContextLocation, locale_str
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.texts import Say
from bot.transport.identify import IdentifyBudget, IdentifyHeld
from bot.transport.pointing import current, local_home, point_at, pointed_at
from bot.transport.tree import CatalogueTranslator
from tests.transport.timekeeping import HandClock


async def test_ten_in_ten_minutes_five_seconds_apart() -> None:
    clock = HandClock(self_winding=True)
    budget = IdentifyBudget(clock)
    for _ in range(10):
        await budget.spend()
    assert clock.slept == [5.0] * 9
    with pytest.raises(IdentifyHeld):
        await budget.spend()
    clock.advance(600)
    await budget.spend()


async def test_a_day_of_crashes_stays_below_discords_thousand() -> None:
    """Every twenty seconds of a day something crashes and wants to identify again."""
    clock = HandClock(self_winding=True)
    budget = IdentifyBudget(clock)
    spent: list[float] = []
    end = clock.monotonic() + 24 * 3600
    while clock.monotonic() < end:
        with contextlib.suppress(IdentifyHeld):
            await budget.spend()
            spent.append(clock.monotonic())
        clock.advance(20)
    assert len(spent) <= 24 * 30 + 1
    assert all(sum(at <= other < at + 600 for other in spent) <= 10 for at in spent)


@pytest.mark.parametrize(("remaining", "held"), [(1000, False), (100, False), (99, True), (0, True)])
async def test_discords_last_tenth_is_left_alone(remaining: int, held: bool) -> None:
    budget = IdentifyBudget(HandClock(self_winding=True))
    if held:
        with pytest.raises(IdentifyHeld):
            await budget.spend(remaining=remaining, total=1000)
    else:
        await budget.spend(remaining=remaining, total=1000)


async def test_commands_speak_spanish_where_the_catalogue_does() -> None:
    translator = CatalogueTranslator()
    context = TranslationContext(TranslationContextLocation.command_description, None)  # pyright: ignore[reportArgumentType, reportCallIssue]
    spanish = Say("es-ES").known("Stop")
    assert spanish
    assert await translator.translate(locale_str("Stop"), discord.Locale.spain_spanish, context) == spanish
    assert await translator.translate(locale_str("Stop"), discord.Locale.latin_american_spanish, context) == spanish
    assert await translator.translate(locale_str("Stop"), discord.Locale.british_english, context) is None
    assert await translator.translate(locale_str("Not in the catalogue"), discord.Locale.spain_spanish, context) is None
    # A translated name that Discord would refuse is left out, rather than refuse the whole sync.
    name = TranslationContext(TranslationContextLocation.command_name, None)  # pyright: ignore[reportArgumentType, reportCallIssue]
    assert await translator.translate(locale_str("Stop"), discord.Locale.spain_spanish, name) is None


def test_pointing_moves_all_three_addresses_and_back() -> None:
    before = current()
    with pointed_at("http://127.0.0.1:3900/"):
        assert Route.BASE == "http://127.0.0.1:3900/api/v10"
        assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "ws://127.0.0.1:3900"
        assert Asset.BASE == "http://127.0.0.1:3900"
    assert current() == before
    point_at(None)
    assert current() == before


@pytest.mark.parametrize("origin", ["", "127.0.0.1:3900", "ftp://x", "http://"])
def test_what_is_no_address_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="not an http address"):
        local_home(origin)
