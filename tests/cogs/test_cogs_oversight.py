"""Reporting from Discord, and being kept out of it: commands, buttons, forms and suggestions answer alone, and nothing
else happens."""

import pytest

from bot.services.oversight.reports import ReportReason, ReportState
from bot.services.oversight.standings import UserRole
from db.work import Actor
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create, last, summon
from tests.cogs.test_cogs_lore import make_book, make_entry
from tests.services.test_services_turns import rows


async def admin_of(town: Town):  # type: ignore[no-untyped-def]
    """An admin: the server's owner."""
    standings = town.oversight.standings
    await standings.crown(town.owner.user.id, UserRole.ADMIN)
    ((found,),) = await rows(town.program, f"SELECT id FROM users WHERE discord_id = {town.owner.user.id}")
    return found


async def id_of(town: Town, actor) -> object:  # type: ignore[no-untyped-def]
    ((found,),) = await rows(town.program, f"SELECT id FROM users WHERE discord_id = {actor.user.id}")
    return found


async def ban(town: Town, actor) -> None:  # type: ignore[no-untyped-def]
    await actor.slash(town.channel, "me show")
    admin, user_id = await admin_of(town), await id_of(town, actor)
    await town.oversight.standings.ban(admin, user_id, reason="Spam", withdraws=False, seen=None)
    await town.program.blocked.refresh(user_id)


async def test_a_message_is_reported_with_its_words_and_who_made_it(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    message = await town.robin.send(town.channel, "You are all worth nothing")
    form = await town.sasha.context_menu(town.channel, "Report", message)
    assert form.modal is not None
    told = await town.sasha.submit_modal(form, {"reason": [ReportReason.HARASSMENT.value], "words": "Please look"})
    await town.settle()
    assert last(told).ephemeral
    assert "Staff know of it now." in str(last(told).content)
    admin = await admin_of(town)
    (report,) = await town.oversight.reports.search(admin, limit=9)
    assert report.excerpt == "You are all worth nothing"
    assert report.words == "Please look"
    assert report.reason is ReportReason.HARASSMENT
    assert report.about_user_id == await id_of(town, town.robin)
    assert "discord.com/channels/" in report.link


async def test_who_reported_learns_what_came_of_it(town: Town) -> None:
    await create(town, town.robin)
    await town.robin.slash(town.channel, "character publish", character="Mira")
    ((mira,),) = await rows(town.program, "SELECT id FROM characters")
    async with town.program.database.work(Actor.user(await id_of(town, town.robin))) as work:  # type: ignore[arg-type]
        await town.program.characters.publish(work, work.actor.user_id, mira, is_adult=False)  # type: ignore[arg-type]
    await town.sasha.slash(town.channel, "report character", character=str(mira), reason="copyright", words="Mine")
    admin = await admin_of(town)
    (report,) = await town.oversight.reports.search(admin, limit=9)
    looked = await town.oversight.reports.look(admin, report.id)
    assert looked.character is not None
    assert looked.character.name == "Mira"
    await town.oversight.reports.close(admin, report.id, was_right=False, answer="It is **hers**, too. @everyone")
    told = await town.sasha.slash(town.channel, "report mine")
    words = str(last(told).content)
    assert "nothing was found" in words
    assert "@everyone" not in words.replace("@\u200beveryone", "")
    assert report.state is ReportState.OPEN


async def test_a_book_is_asked_to_be_published_and_nothing_changes_until_it_is(town: Town) -> None:
    await make_book(town, town.robin)
    empty = await town.robin.slash(town.channel, "lore book publish", book="Harbour Town")
    assert "no entries yet" in str(last(empty).content)
    await make_entry(town, town.robin)
    asked = await town.robin.slash(town.channel, "lore book publish", book="Harbour Town", words="For all")
    assert "Asked." in str(last(asked).content)
    again = await town.robin.slash(town.channel, "lore book publish", book="Harbour Town")
    assert "asked already" in str(last(again).content)
    ((visibility,),) = await rows(town.program, "SELECT visibility FROM lore_books")
    assert visibility == "private"


@pytest.mark.parametrize("command", ["help", "character create", "me show", "wallet", "report mine"])
async def test_who_is_banned_is_turned_away_by_every_command(town: Town, command: str) -> None:
    await ban(town, town.sasha)
    answer = last(await town.sasha.slash(town.channel, command))
    assert answer.ephemeral
    assert "banned" in str(answer.content)
    assert "Spam." in str(answer.content)
    # The control: nobody else is.
    assert "banned" not in str(last(await town.robin.slash(town.channel, "help")).content)


async def test_buttons_and_forms_are_turned_away_as_well(town: Town) -> None:
    await create(town, town.robin)
    form = await town.robin.slash(town.channel, "character create")
    message = await town.sasha.send(town.channel, "Hello")
    menu = await town.robin.context_menu(town.channel, "Report", message)
    assert form.modal is not None
    assert menu.modal is not None
    await ban(town, town.robin)
    told = await town.robin.submit_modal(menu, {"reason": ["spam"], "words": "x"})
    await town.settle()
    assert "banned" in str(last(told).content)
    assert await rows(town.program, "SELECT id FROM reports") == []
