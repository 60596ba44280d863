"""Each field of a conversation, changed alone: another prompt, reply, permission or page."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.errors import InvalidInput
from bot.ports import Attached, AttachedKind
from bot.services.oversight.retention import Retention
from bot.services.talk.conversations.shelf import Search
from db.models import Conversation, ConversationSettings
from tests.services import test_services_conversation_seats as seats
from tests.services.stagecraft import PARLOUR, TAVERN, FakePool, Program, said, until
from tests.services.test_services_conversations import asking, here, prompted, say, tavern
from tests.services.test_services_turns import rows


async def test_files_are_taken_in_or_left_out(program: Program) -> None:
    await tavern(program)
    program.channels.files[5] = b"The third stair creaks."
    attached = (Attached(5, AttachedKind.TEXT, "stairs.txt", "text/plain", 24),)
    assert "third stair creaks" in await prompted(program, "Mira, read this", attached=attached)
    robin = await asking(program)
    await program.conversations.arrangements.set_files(robin, None, allowed=False)
    await program.conversations.lives.renew(robin, interaction_id=92)
    assert "third stair creaks" not in await prompted(program, "Mira, read this", attached=attached)


async def test_the_model_of_a_conversation_goes_before_its_characters_own(program: Program) -> None:
    await tavern(program)
    pool, robin = program.turns._answering._models, await asking(program)  # the scripted pool itself
    assert isinstance(pool, FakePool)
    await say(program, "Mira?")
    assert pool.picked[-1] == (None, None)
    await program.conversations.arrangements.set_model(robin, None, "PARROT")
    await say(program, "Mira?")
    assert pool.picked[-1] == ("scripted", "parrot")
    await program.conversations.arrangements.set_model(robin, None, None)
    await say(program, "Mira?")
    assert pool.picked[-1] == (None, None)
    with pytest.raises(InvalidInput, match="choose one of these: scripted/parrot"):
        await program.conversations.arrangements.set_model(robin, None, "gpt-99")


async def test_messages_are_forgotten_after_the_days_that_were_chosen(program: Program) -> None:
    await tavern(program)
    await say(program, "Mira, my name is Quill.")
    robin, sweep = await asking(program), Retention(program.database, program.clock)
    await rows(program, "UPDATE messages SET created_at = now() - interval '8 days' RETURNING 1")
    assert (await sweep.run()).messages == 0
    await program.conversations.arrangements.set_retention(robin, None, 7)
    assert (await sweep.run()).messages == 3
    assert "Quill" not in await prompted(program, "Mira, what is my name?")
    for days in (0, -1, 3651, 2**40):
        with pytest.raises(InvalidInput, match=f"from 1 to 3650; you chose {days}"):
            await program.conversations.arrangements.set_retention(robin, None, days)


@pytest.mark.parametrize("keeps", [True, False])
async def test_what_was_said_is_kept_after_the_end_or_forgotten(program: Program, keeps: bool) -> None:
    await tavern(program)
    await say(program, "Mira, my name is Quill.")
    await rows(program, "UPDATE conversations SET summary = 'Quill came.' RETURNING 1")
    robin, first = await asking(program), await here(program)
    await program.conversations.arrangements.set_history(robin, None, keeps=keeps)
    ended = await program.conversations.lives.archive(robin)
    assert ended.is_forgotten is not keeps
    assert await rows(program, "SELECT summary FROM conversations") == [("Quill came." if keeps else "",)]
    await program.conversations.lives.reopen(robin, str(first), lambda _: None)
    assert ("Quill" in await prompted(program, "Mira, what is my name?")) is keeps


async def test_a_muted_conversation_says_nothing_more(program: Program) -> None:
    await tavern(program)
    never, robin = asyncio.Event(), await asking(program)
    program.models.script = [["Half of", never.wait, " it"]]
    await program.turns.hear(said("Mira?"))
    await until(lambda: program.models.asked)
    await program.conversations.arrangements.mute(robin, is_muted=True)
    await program.turns.idle()
    await say(program, "Mira? Mira!")
    await tavern(program, "Juno")  # comes, and keeps quiet
    assert program.channels.texts() == [("Mira", "Hello, Robin.")]
    await program.conversations.arrangements.mute(robin, is_muted=False)
    await say(program, "Mira?")
    assert program.channels.texts()[-1] == ("Mira", "Well met.")


async def test_a_title_and_tags_are_what_it_is_found_by(program: Program) -> None:
    await tavern(program)
    robin, shelf = await asking(program), program.conversations.shelf
    for search in (Search(words="lanterns"), Search(tag="dusk")):
        assert (await shelf.page(robin.by, search)).total == 0
    await program.conversations.arrangements.entitle(robin, "Lanterns")
    assert [one.title for one in (await shelf.page(robin.by, Search(words="lanterns"))).rows] == ["Lanterns"]
    await program.conversations.arrangements.tag(robin, "dusk")
    assert (await shelf.page(robin.by, Search(tag="dusk"))).total == 1


async def test_a_pin_is_ones_own_order(program: Program) -> None:
    for place in (TAVERN, PARLOUR):
        await tavern(program, f"Mira{place.channel_id}", place=place)
    robin, shelf = await asking(program), program.conversations.shelf
    before = [one.id for one in (await shelf.page(robin.by, Search())).rows]
    await shelf.pin(robin, is_pinned=True)
    assert [one.id for one in (await shelf.page(robin.by, Search())).rows] == before[::-1]


FIELDS: dict[str, Callable[..., Awaitable[None]]] = {
    "title": test_a_title_and_tags_are_what_it_is_found_by,
    "tags": test_a_title_and_tags_are_what_it_is_found_by,
    "is_muted": test_a_muted_conversation_says_nothing_more,
    "is_pinned": test_a_pin_is_ones_own_order,
    "settings.allow_files": test_files_are_taken_in_or_left_out,
    "settings.retention_days": test_messages_are_forgotten_after_the_days_that_were_chosen,
    "settings.keeps_history": test_what_was_said_is_kept_after_the_end_or_forgotten,
    "settings.provider": test_the_model_of_a_conversation_goes_before_its_characters_own,
    "settings.model": test_the_model_of_a_conversation_goes_before_its_characters_own,
    "role of a character": seats.test_the_primary_answers_when_nobody_is_named,
    "role of a person": seats.test_only_the_owner_and_managers_choose_moderators,
}
"""Every field a person can set of a conversation, and the test that changes only it."""

NOT_SET = {
    "id", "owner_id", "guild_id", "channel_id", "webhook_channel_id", "via", "kind", "status", "variables",
    "summary", "summarized_at", "summarized_through", "recap_begun_at", "forked_from", "started_at",
    "last_activity_at", "settings",
}  # fmt: skip
"""Columns that follow from what happens, or that other commands write (/conversation archive, recap; fork)."""


def test_every_field_that_can_be_set_is_in_the_table() -> None:
    columns = {column.name for column in Conversation.__table__.columns} - NOT_SET
    settings = {f"settings.{name}" for name in ConversationSettings.model_fields}
    assert set(FIELDS) == columns | settings | {"is_pinned", "role of a character", "role of a person"}
