"""Who may do what with a conversation, and which character answers."""

import asyncio
from uuid import UUID

import pytest

from bot.errors import Conflict, NotAllowed, NotFound
from bot.ports import Rights
from bot.services.talk.replies import May
from bot.texts import Say
from db.models import ConversationKind, ParticipantRole
from db.queries import house
from db.work import Actor
from tests.services.stagecraft import PARLOUR, ROBIN, SASHA, TAVERN, Program, draft, said, until
from tests.services.test_services_conversations import ADMIN, DIRECT, KIM, MANAGER, asking, here, say, tavern
from tests.services.test_services_turns import rows

# ------------------------------------------------------------------------------------------------ who may


DEEDS = {
    "title": lambda of, who, which=None: of.arrangements.entitle(who, "A title", which),
    "tags": lambda of, who, which=None: of.arrangements.tag(who, "lanterns", which),
    "mute": lambda of, who, which=None: of.arrangements.mute(who, which, is_muted=True),
    "files": lambda of, who, which=None: of.arrangements.set_files(who, which, allowed=False),
    "retention": lambda of, who, which=None: of.arrangements.set_retention(who, which, 7),
    "history": lambda of, who, which=None: of.arrangements.set_history(who, which, keeps=False),
    "model": lambda of, who, which=None: of.arrangements.set_model(who, which, "scripted/parrot"),
    "settings": lambda of, who, which=None: of.arrangements.settings(who, which),
    "role": lambda of, who, which=None: of.arrangements.cast(who, "Mira", ParticipantRole.PRIMARY, which),
    "archive": lambda of, who, which=None: of.lives.archive(who, which),
    "new": lambda of, who, which=None: of.lives.renew(who, interaction_id=91),
}
"""What only those may do who may arrange a conversation."""


@pytest.mark.parametrize("deed", DEEDS)
async def test_who_may_arrange_a_conversation(program: Program, deed: str) -> None:
    await tavern(program)
    await say(program, "Mira?", SASHA)
    do, of = DEEDS[deed], program.conversations
    before = await rows(program, "SELECT * FROM conversations")
    elsewhere = str(await here(program))
    refused = [
        await asking(program, SASHA),  # takes part
        await asking(program, KIM),  # does not
        await asking(program, SASHA, rights=Rights()),
    ]
    for who in refused:
        with pytest.raises(NotAllowed):
            await do(of, who)
    if deed != "new":
        # Manage Messages is a right in its own channel only; whoever takes no part does not even learn of it.
        with pytest.raises(NotAllowed):
            await do(of, await asking(program, SASHA, PARLOUR, MANAGER), elsewhere)
        with pytest.raises(NotFound):
            await do(of, await asking(program, KIM, PARLOUR, ADMIN), elsewhere)
        with pytest.raises(NotFound):
            await do(of, await asking(program), "nonsense")
    assert await rows(program, "SELECT * FROM conversations") == before
    await of.arrangements.appoint(await asking(program), SASHA.discord_id, moderates=True)
    await do(of, await asking(program, SASHA))


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("rights", [MANAGER, ADMIN], ids=["manages messages", "manages the server"])
async def test_who_manages_the_place_may_arrange_what_goes_on_there(
    program: Program, deed: str, rights: Rights
) -> None:
    await tavern(program)
    await DEEDS[deed](program.conversations, await asking(program, KIM, rights=rights))


async def test_only_the_owner_and_managers_choose_moderators(program: Program) -> None:
    await tavern(program)
    await say(program, "Mira?", SASHA)
    of, robin, sasha = program.conversations.arrangements, await asking(program), await asking(program, SASHA)
    with pytest.raises(NotFound, match="takes no part"):
        await of.appoint(robin, KIM.discord_id, moderates=True)
    await of.appoint(await asking(program, KIM, rights=MANAGER), SASHA.discord_id, moderates=True)
    with pytest.raises(NotAllowed, match="choose its moderators"):
        await of.appoint(sasha, ROBIN.discord_id, moderates=False)
    await of.entitle(sasha, "Sasha's")
    await of.appoint(robin, SASHA.discord_id, moderates=False)
    with pytest.raises(NotAllowed):
        await of.entitle(sasha, "Still Sasha's")


async def test_what_the_house_began_is_arranged_by_whoever_takes_part(program: Program) -> None:
    """The demo's characters stand in their channels before anybody comes."""
    async with program.database.work(Actor.job("demo")) as work:
        house_id = await house.account(work.session, "the-house", "BotCafé")
    async with program.database.work(Actor.user(house_id)) as work:
        mira = (await program.characters.create(work, house_id, draft())).id
    await program.conversations.summon(house_id, TAVERN, mira, interaction_id=95)
    await program.turns.idle()
    robin = await asking(program)
    with pytest.raises(NotAllowed):
        await program.conversations.lives.renew(robin, interaction_id=96)
    await say(program, "Mira?")
    card = await program.conversations.shelf.card(robin)
    assert (card.kind, [one.discord_id for one in card.takes_part if one.name is None]) == (
        ConversationKind.SINGLE,
        [ROBIN.discord_id],
    )
    with pytest.raises(NotAllowed):
        await program.conversations.arrangements.appoint(robin, ROBIN.discord_id, moderates=True)
    await program.conversations.lives.renew(robin, interaction_id=97)
    assert await rows(
        program,
        "SELECT count(*) FROM conversations AS c JOIN users AS u ON u.id = c.owner_id"
        " WHERE c.status = 'active' AND u.username = 'robin'",
    ) == [(1,)]
    assert await rows(program, f"SELECT count(*) FROM participants WHERE user_id = '{house_id}'") == [(0,)]


async def test_a_moderator_may_dismiss(program: Program) -> None:
    await tavern(program)
    await say(program, "Mira?", SASHA)
    sasha, room = await asking(program, SASHA), program.turns.room(TAVERN.channel_id)
    assert room is not None
    mira = room.characters[0].character_id
    with pytest.raises(NotAllowed):
        await program.conversations.dismiss(sasha.by, TAVERN, mira)
    await program.conversations.arrangements.appoint(await asking(program), SASHA.discord_id, moderates=True)
    assert await program.conversations.dismiss(sasha.by, TAVERN, mira) == "Mira"


async def test_a_moderator_changes_and_stops_replies_like_who_began_it(program: Program) -> None:
    await tavern(program)
    await say(program, "Mira?", SASHA)
    ((reply,),) = await rows(program, "SELECT id FROM turns WHERE kind = 'greeting'")
    sasha, turn_id = await asking(program, SASHA), UUID(str(reply))
    assert May.EDIT not in (await program.replies.about(turn_id, sasha.by)).may
    never = asyncio.Event()
    program.models.script = [["Half of", never.wait, " it"]]
    await program.turns.hear(said("Mira?"))
    await until(lambda: program.stage.shown and program.stage.shown[-1] == "Half of")
    running = program.stage.performances[-1].scene.turn_id
    with pytest.raises(NotAllowed):
        await program.turns.stop(running, sasha.by)
    await program.conversations.arrangements.appoint(await asking(program), SASHA.discord_id, moderates=True)
    assert {May.EDIT, May.DELETE, May.CHOOSE} <= (await program.replies.about(turn_id, sasha.by)).may
    await program.turns.stop(running, sasha.by)
    await program.turns.idle()
    assert program.channels.texts()[-1] == ("Mira", "Half of")


# ------------------------------------------------------------------------------------------------ roles of characters


async def test_the_primary_answers_when_nobody_is_named(program: Program) -> None:
    await tavern(program, "Mira", "Juno", place=DIRECT)
    robin = await asking(program, place=DIRECT)
    await say(program, "good evening", place=DIRECT)
    room = program.turns.room(DIRECT.channel_id)
    assert room is not None
    room.last_speaker = None  # else whoever spoke last goes on
    assert program.channels.texts()[-1][0] == "Juno"
    await program.conversations.arrangements.cast(robin, "Juno", ParticipantRole.PRIMARY)
    assert [one.is_primary for one in program.turns.listeners(DIRECT.channel_id)] == [False, True]
    assert await program.conversations.arrangements.cast(robin, "Juno", ParticipantRole.SECONDARY) == (
        "Juno",
        ParticipantRole.SECONDARY,
    )
    assert [one.is_primary for one in program.turns.listeners(DIRECT.channel_id)] == [True, False]


async def test_a_moderator_has_the_last_word_where_two_answer(program: Program) -> None:
    await tavern(program, "Mira", "Juno", "Tock")
    await program.conversations.arrangements.cast(await asking(program), "Tock", ParticipantRole.MODERATOR)
    await say(program, "Juno and Mira?")
    assert [name for name, _ in program.channels.texts()][3:] == ["Juno", "Mira", "Tock"]


async def test_the_only_one_there_stays_first(program: Program) -> None:
    await tavern(program)
    robin = await asking(program)
    of = program.conversations.arrangements
    assert (await of.cast(robin, "mira", ParticipantRole.SECONDARY))[1] is ParticipantRole.PRIMARY
    with pytest.raises(NotFound, match="No such character"):
        await of.cast(robin, "Juno", ParticipantRole.PRIMARY)


async def test_what_was_said_in_a_channel_is_read_there_only(program: Program) -> None:
    await tavern(program)
    await say(program, "Mira?", SASHA)
    which = str(await here(program))
    await rows(program, "UPDATE conversations SET summary = 'They spoke of lanterns.' RETURNING 1")
    for who in (ROBIN, SASHA):
        there, away = await asking(program, who), await asking(program, who, PARLOUR)
        assert (await program.conversations.shelf.card(there, which)).summary == "They spoke of lanterns."
        # It may be that they cannot see that channel any more; the card shows that it is theirs, and none of its words.
        assert (await program.conversations.shelf.card(away, which)).summary == ""
        assert (await program.recaps.look(there, which)).text == "They spoke of lanterns."
        for reading in (
            program.recaps.look(away, which),
            program.recaps.make(away, which),
            program.exports.export(away, "t", Say("en"), which),
        ):
            with pytest.raises(Conflict) as caught:
                await reading
            assert caught.value.code == "held_elsewhere"
        assert (await program.exports.export(there, "t", Say("en"), which)).lines
    with pytest.raises(Conflict):
        await program.recaps.edit(await asking(program, ROBIN, PARLOUR), "Mine now.", which)
    assert await rows(program, "SELECT summary FROM conversations") == [("They spoke of lanterns.",)]
