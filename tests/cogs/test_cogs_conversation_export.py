"""/conversation export, as people use it."""

import simcord

from bot import limits
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import last, words
from tests.cogs.test_cogs_conversation_recap import talked

__all__ = ["talked"]


async def export(town: Town, actor: simcord.MemberActor, **options: object) -> simcord.InteractionResult:
    return await actor.slash(town.channel, "conversation export", **options)


async def test_the_copy_comes_for_the_eyes_of_who_asks(talked: Town) -> None:
    shown = await export(talked, talked.robin)
    assert "A copy of **Conversation with Mira** with 2 lines" in words(shown)
    (file,) = last(shown).attachments
    assert file.filename.endswith(".zip")
    assert file.size > 0


async def test_fewer_lines_and_what_is_missing_then(talked: Town) -> None:
    shown = await export(talked, talked.robin, lines=1)
    assert "with 1 line:" in words(shown)
    assert "1 older line is not in it." in words(shown)
    assert "Lines: choose a whole number" in words(await export(talked, talked.robin, lines=0))
    assert "Lines: choose a whole number" in words(await export(talked, talked.robin, lines=limits.EXPORT_LINES + 1))


async def test_a_stranger_and_an_empty_channel_are_told_what_to_do(talked: Town) -> None:
    assert "You take no part in this conversation yet" in words(await export(talked, talked.sasha))
    other = talked.guild.create_text_channel("empty")
    await talked.settle()
    refused = await talked.robin.slash(other, "conversation export")
    assert "No conversation goes on in this channel" in words(refused)
