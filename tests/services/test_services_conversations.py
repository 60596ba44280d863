"""Conversations: how they are named, kept, ended, begun afresh and found, on a real Postgres."""

import asyncio
from uuid import UUID

import pytest

from bot.errors import Conflict, NotAllowed, NotFound
from bot.ports import NO_RIGHTS, Caller, Place, Rights, Via
from bot.services.people.personas import PersonaDraft, Personas
from bot.services.talk.conversations import Asking, lives
from bot.services.talk.conversations.shelf import Search, Which
from db import functions
from db.models import ParticipantRole
from db.queries.talk import conversations
from db.work import Actor
from tests.services.stagecraft import PARLOUR, ROBIN, SASHA, TAVERN, Program, make, said, summon, until
from tests.services.test_services_turns import rows

KIM = Caller(103, "kim", "Kim")
DIRECT = Place(None, 700, 700, Via.BOT)
MANAGER = Rights(may_manage=True)
ADMIN = Rights(may_administer=True)


async def asking(program: Program, who: Caller = ROBIN, place: Place = TAVERN, rights: Rights = NO_RIGHTS) -> Asking:
    return Asking(await program.people.arrive(who), place, rights)


async def say(program: Program, words: str, who: Caller = ROBIN, place: Place = TAVERN) -> None:
    await program.turns.hear(said(words, by=who, place=place))
    await program.turns.idle()


async def tavern(program: Program, *names: str, place: Place = TAVERN) -> None:
    for name in names or ("Mira",):
        await summon(program, await make(program, name=name), place=place)


async def prompted(program: Program, words: str, **more: object) -> str:
    """What a model is told when that is said."""
    await program.turns.hear(said(words, **more))  # type: ignore[arg-type]
    await program.turns.idle()
    return "\n".join(one.content for one in program.models.asked[-1].prompt.messages)


async def here(program: Program, place: Place = TAVERN) -> UUID:
    found = program.turns.room(place.channel_id)
    assert found is not None
    return found.conversation_id


# ------------------------------------------------------------------------------------------------ beginning afresh


@pytest.mark.parametrize("place", [TAVERN, DIRECT], ids=["server", "direct messages"])
async def test_a_conversation_begins_afresh_and_the_old_one_is_kept(program: Program, place: Place) -> None:
    await tavern(program, "Mira", "Juno", place=place)
    await say(program, "Mira, my name is Quill.", place=place)
    old = await here(program, place)
    renewed = await program.conversations.lives.renew(
        await asking(program, place=place), "  The second\nevening ", interaction_id=77
    )
    await program.turns.idle()
    assert renewed.named.title == "The second evening"
    assert renewed.before.named.id == old != await here(program, place)
    assert program.channels.texts()[-2:] == [("Mira", "Hello, Robin."), ("Juno", "Hello, Robin.")]
    await say(program, "Mira, what is my name?", place=place)
    prompt = "\n".join(message.content for message in program.models.asked[-1].prompt.messages)
    assert "Quill" not in prompt
    assert await rows(program, "SELECT status, title FROM conversations ORDER BY id") == [
        ("archived", ""),
        ("active", "The second evening"),
    ]
    shelf = await program.conversations.shelf.page((await asking(program)).by, Search())
    assert [(one.title, one.is_active, list(one.characters)) for one in shelf.rows] == [
        ("The second evening", True, ["Mira", "Juno"]),
        ("", False, ["Mira", "Juno"]),
    ]


async def test_what_was_being_said_is_not_said_in_the_new_one(program: Program) -> None:
    await tavern(program)
    old, never = await here(program), asyncio.Event()
    program.models.script = [["Half of", never.wait, " it"]]
    await program.turns.hear(said("Mira?"))
    await until(lambda: program.models.asked)
    await program.conversations.lives.renew(await asking(program), interaction_id=78)
    await program.turns.idle()
    assert [words for _, words in program.channels.texts()] == ["Hello, Robin.", "Hello, Robin."]
    assert await rows(program, f"SELECT content FROM messages WHERE conversation_id <> '{old}'") == [("Hello, Robin.",)]


async def test_roles_settings_and_trust_are_taken_over(program: Program) -> None:
    await tavern(program, "Mira", "Juno", "Tock")
    await say(program, "Mira?", SASHA)
    await say(program, "Mira?", KIM)
    of = program.conversations.arrangements
    robin, sasha = await asking(program), await asking(program, SASHA)
    await of.cast(robin, "Tock", ParticipantRole.MODERATOR)
    await of.cast(robin, "juno", ParticipantRole.PRIMARY)
    await of.appoint(robin, SASHA.discord_id, moderates=True)
    await of.set_files(robin, None, allowed=False)
    await of.tag(robin, "lanterns")
    await program.conversations.lives.renew(sasha, interaction_id=79)
    await program.turns.idle()
    new = await here(program)
    assert await rows(
        program,
        "SELECT c.name, p.role FROM participants AS p JOIN characters AS c ON c.id = p.character_id"
        f" WHERE p.conversation_id = '{new}' ORDER BY p.id",
    ) == [("Mira", "secondary"), ("Juno", "primary"), ("Tock", "moderator")]
    assert await rows(
        program,
        "SELECT u.username, p.role FROM participants AS p JOIN users AS u ON u.id = p.user_id"
        f" WHERE p.conversation_id = '{new}' ORDER BY u.username",
    ) == [("robin", "moderator"), ("sasha", "primary")]
    ((settings, tags),) = await rows(program, f"SELECT settings, tags FROM conversations WHERE id = '{new}'")
    assert (settings["allow_files"], tags) == (False, [])  # type: ignore[index]


async def test_who_left_is_not_brought_back(program: Program) -> None:
    await tavern(program)
    await say(program, "Mira?", SASHA)
    robin, sasha = await asking(program), await asking(program, SASHA)
    await program.conversations.arrangements.appoint(robin, SASHA.discord_id, moderates=True)
    await program.turns.member_left(1, ROBIN.discord_id)
    await program.conversations.lives.renew(sasha, interaction_id=80)
    new = await here(program)
    assert await rows(
        program, f"SELECT user_id FROM participants WHERE conversation_id = '{new}' AND user_id IS NOT NULL"
    ) == [(sasha.by,)]


async def test_where_nothing_goes_on_nothing_begins_afresh(program: Program) -> None:
    with pytest.raises(NotFound, match="No conversation goes on"):
        await program.conversations.lives.renew(await asking(program), interaction_id=1)


async def test_of_several_who_begin_afresh_at_once_each_leaves_one_conversation(program: Program) -> None:
    await tavern(program)
    robin, lives = await asking(program), program.conversations.lives
    ended = await asyncio.gather(
        *(lives.renew(robin, interaction_id=400 + number) for number in range(6)), return_exceptions=True
    )
    await program.turns.idle()
    assert [one for one in ended if isinstance(one, BaseException) and not isinstance(one, Conflict)] == []
    assert any(not isinstance(one, BaseException) for one in ended)
    assert await rows(program, "SELECT count(*) FROM conversations WHERE status = 'active'") == [(1,)]
    ((now,),) = await rows(program, "SELECT id FROM conversations WHERE status = 'active'")
    assert await here(program) == UUID(str(now))


async def test_twelve_conversations_begin_on_one_connection(program: Program) -> None:
    """A prepared statement, planned for any values after some uses, still finds the index that it must not break."""
    robin = await asking(program)
    async with program.database.work(Actor.user(robin.by)) as work:
        for number in range(12):
            place = {"guild_id": 1, "channel_id": 2000 + number, "webhook_channel_id": 2000 + number}
            begun = await conversations.begin(work.session, owner_id=robin.by, **place)
            assert begun is not None
            assert await conversations.begin(work.session, owner_id=robin.by, **place) is None
            for is_new in (True, False):
                assert await conversations.join_user(work.session, begun, robin.by) is is_new
    assert await rows(program, "SELECT count(*) FROM conversations") == [(12,)]


# ------------------------------------------------------------------------------------------------ ending and reopening


async def test_an_archived_conversation_is_silent_found_and_goes_on_where_it_was(program: Program) -> None:
    await tavern(program)
    await say(program, "Mira, my name is Quill.")
    lives, robin = program.conversations.lives, await asking(program)
    first = await here(program)
    ended = await lives.archive(robin)
    assert (ended.named.characters, ended.is_forgotten) == (("Mira",), False)
    await say(program, "Mira?")
    assert len(program.channels.texts()) == 2
    with pytest.raises(Conflict, match="archived already"):
        await lives.archive(robin, str(first))
    await tavern(program, "Juno")
    second = await here(program)
    (found,) = await program.conversations.shelf.find(robin.by, "mir", Which.ARCHIVED, channel_id=TAVERN.channel_id)
    back = await lives.reopen(robin, str(found.id), lambda _: None)
    assert (back.characters, back.ended and back.ended.named.id) == (("Mira",), second)
    await say(program, "Mira, what is my name?")
    assert "my name is Quill" in "\n".join(one.content for one in program.models.asked[-1].prompt.messages)
    assert await here(program) == first


async def test_the_last_to_leave_comes_back(program: Program) -> None:
    mira, juno = await make(program), await make(program, name="Juno")
    robin = await asking(program)
    for one in (mira, juno):
        await summon(program, one)
    first = await here(program)
    for one in (mira, juno):
        await program.conversations.dismiss(robin.by, TAVERN, one)
    assert (await program.conversations.lives.reopen(robin, str(first), lambda _: None)).characters == ("Juno",)
    await say(program, "Anybody? Juno!")
    assert program.channels.texts()[-1] == ("Juno", "Well met.")


async def test_who_is_deleted_does_not_come_back(program: Program) -> None:
    mira, juno = await make(program), await make(program, name="Juno")
    robin, lives = await asking(program), program.conversations.lives
    for one in (mira, juno):
        await summon(program, one)
    first = str(await here(program))
    for one, back in ((mira, ("Juno",)), (juno, None)):
        await lives.archive(robin)
        async with program.database.work(Actor.user(robin.by)) as work:
            await program.characters.delete(work, robin.by, one)
        if back is not None:
            assert (await lives.reopen(robin, first, lambda _: None)).characters == back
    with pytest.raises(NotFound, match="Ask a character in"):
        await lives.reopen(robin, first, lambda _: None)
    assert await rows(program, "SELECT status FROM conversations") == [("archived",)]


async def test_a_conversation_goes_on_only_where_it_was_and_only_once(program: Program) -> None:
    await tavern(program)
    robin, there = await asking(program), await asking(program, place=PARLOUR)
    first = str(await here(program))
    with pytest.raises(Conflict, match="goes on already, in <#500>"):
        await program.conversations.lives.reopen(there, first, lambda _: None)
    await program.conversations.lives.archive(robin)
    with pytest.raises(Conflict, match="was held in <#500>"):
        await program.conversations.lives.reopen(there, first, lambda _: None)


async def test_who_begins_anew_in_the_same_moment_goes_before_who_reopens(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tavern(program)
    robin, first = await asking(program), str(await here(program))
    await program.conversations.lives.archive(robin)
    await tavern(program, "Juno")

    async def nothing_yet(*_: object) -> None:
        return None

    monkeypatch.setattr(lives, "active", nothing_yet)
    with pytest.raises(Conflict, match="in the same moment"):
        await program.conversations.lives.reopen(robin, first, lambda _: None)
    assert sorted(await rows(program, "SELECT status FROM conversations")) == [("active",), ("archived",)]


async def test_who_may_not_ask_characters_in_does_not_reopen(program: Program) -> None:
    await tavern(program)
    robin = await asking(program)
    first = await here(program)
    await program.conversations.lives.archive(robin)

    def refuse(character_id: UUID) -> None:
        raise NotAllowed("may_not_summon", "No.")

    with pytest.raises(NotAllowed, match=r"^No\."):
        await program.conversations.lives.reopen(robin, str(first), refuse)
    assert await rows(program, "SELECT status FROM conversations") == [("archived",)]


async def test_nobody_joins_a_conversation_that_ended_in_the_same_moment(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tavern(program)
    juno, robin = await make(program, name="Juno"), await asking(program)
    found = program.conversations._conversation

    async def ends_meanwhile(*arguments: object) -> UUID:
        conversation_id = await found(*arguments)  # type: ignore[arg-type]
        await program.conversations.lives.archive(robin)
        return conversation_id

    monkeypatch.setattr(program.conversations, "_conversation", ends_meanwhile)
    with pytest.raises(Conflict, match="in the same moment"):
        await program.conversations.summon(robin.by, TAVERN, juno, interaction_id=5)
    assert program.turns.listeners(TAVERN.channel_id) == ()


# ------------------------------------------------------------------------------------------------ elsewhere


async def test_where_the_bot_is_no_member_each_person_has_their_own(program: Program) -> None:
    place = Place(9, 900, 900, Via.INTERACTION)
    for who in (ROBIN, SASHA):
        await summon(program, await make(program, by=who), by=who, place=place)
    robin, sasha = await asking(program, place=place), await asking(program, SASHA, place)
    await program.conversations.arrangements.entitle(robin, "Robin's")
    renewed = await program.conversations.lives.renew(sasha, "Sasha's", interaction_id=93)
    assert renewed.named.title == "Sasha's"
    assert await rows(program, "SELECT title, status FROM conversations ORDER BY id") == [
        ("Robin's", "active"),
        ("", "archived"),
        ("Sasha's", "active"),
    ]
    assert program.channels.texts() == []


async def test_nobodys_mask_falls_where_somebody_begins_afresh(program: Program) -> None:
    await tavern(program)
    personas = Personas(program.characters.pictures)
    made: dict[str, UUID] = {}
    for who, name in ((ROBIN, "Captain Quill"), (SASHA, "The Grey Lady"), (SASHA, "Somebody Else")):
        async with program.people.at_work(who) as (user_id, work):
            made[name] = (await personas.create(work, user_id, PersonaDraft(name, "A mask"))).id
            await personas.use(work, user_id, TAVERN.channel_id, made[name])
    async with program.people.at_work(SASHA) as (user_id, work):
        await personas.use(work, user_id, TAVERN.channel_id, made["The Grey Lady"])
    await program.conversations.lives.renew(await asking(program), interaction_id=94)
    assert "Captain Quill" in await prompted(program, "Mira, who am I?")
    assert "The Grey Lady" in await prompted(program, "Mira, and who am I?", by=SASHA)
    # What is chosen after that holds.
    async with program.people.at_work(SASHA) as (user_id, work):
        await personas.use(work, user_id, TAVERN.channel_id, made["Somebody Else"])
    await prompted(program, "Mira, and now?", by=SASHA)
    assert await rows(program, "SELECT speaker_name FROM messages WHERE kind = 'user' ORDER BY id") == [
        ("Captain Quill",),
        ("The Grey Lady",),
        ("Somebody Else",),
    ]


async def test_masks_are_carried_within_one_channel_only(program: Program) -> None:
    await tavern(program)
    await tavern(program, "Juno", place=PARLOUR)
    personas = Personas(program.characters.pictures)
    async with program.people.at_work(ROBIN) as (user_id, work):
        quill = await personas.create(work, user_id, PersonaDraft("Captain Quill", "A mask"))
        await personas.use(work, user_id, TAVERN.channel_id, quill.id)
    source = await here(program)
    async with program.database.work(Actor.turn(await here(program, PARLOUR))) as work:
        assert await functions.carry_personas(work.session, source) == 0
    async with program.database.work(Actor.user(user_id)) as work:
        assert await functions.carry_personas(work.session, source) == 0
