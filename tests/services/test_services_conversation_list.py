"""One's list of conversations: pages, search, pins, cards."""

import pytest

from bot.errors import NotAllowed
from bot.ports import Caller, Place
from bot.services.talk.conversations.shelf import Search, Which, folded
from db.models import ConversationKind, ParticipantRole
from tests.services.stagecraft import ROBIN, SASHA, Program, make, summon
from tests.services.test_services_conversations import KIM, MANAGER, asking, say, tavern
from tests.services.test_services_turns import rows


async def titled(program: Program, *titles: str, by: Caller = ROBIN) -> None:
    """One conversation for each title, the last one active last."""
    mira = await make(program, by=by)
    for number, title in enumerate(titles):
        place = Place(1, 3000 + number, 3000 + number)
        await summon(program, mira, by=by, place=place)
        await program.conversations.arrangements.entitle(await asking(program, by, place), title)


async def test_a_long_list_is_read_page_by_page_both_ways(program: Program) -> None:
    await titled(program, *(f"Evening {number:02}" for number in range(20)))
    robin, shelf = await asking(program), program.conversations.shelf
    names = [f"Evening {number:02}" for number in reversed(range(20))]
    first = await shelf.page(robin.by, Search())
    assert ([one.title for one in first.rows], first.before, first.total) == (names[:8], None, 20)
    second = await shelf.page(robin.by, Search(), first.after)
    assert [one.title for one in second.rows] == names[8:16]
    third = await shelf.page(robin.by, Search(), second.after)
    assert ([one.title for one in third.rows], third.after) == (names[16:], None)
    back = await shelf.page(robin.by, Search(), third.before, upwards=True)
    assert [one.title for one in back.rows] == names[8:16]
    top = await shelf.page(robin.by, Search(), back.before, upwards=True)
    assert ([one.title for one in top.rows], top.before) == (names[:8], None)


async def test_a_page_begins_where_the_one_before_ended_whatever_moved_meanwhile(program: Program) -> None:
    await titled(program, *(f"Evening {number:02}" for number in range(12)))
    robin, shelf = await asking(program), program.conversations.shelf
    first = await shelf.page(robin.by, Search())
    await rows(program, "UPDATE conversations SET last_activity_at = now() WHERE title = 'Evening 04' RETURNING 1")
    second = await shelf.page(robin.by, Search(), first.after)
    assert [one.title for one in second.rows] == [f"Evening {number:02}" for number in reversed(range(4))]


async def test_pinned_ones_come_first_in_ones_own_list_alone(program: Program) -> None:
    await titled(program, "One", "Two", "Three")
    place = Place(1, 3000, 3000)
    await say(program, "Mira?", SASHA, place)
    shelf, robin, sasha = program.conversations.shelf, await asking(program, place=place), await asking(program, SASHA)
    await shelf.pin(robin, is_pinned=True)
    listed = await shelf.page(robin.by, Search())
    assert [(one.title, one.is_pinned) for one in listed.rows] == [("One", True), ("Three", False), ("Two", False)]
    assert [one.title for one in (await shelf.page(robin.by, Search(Which.PINNED))).rows] == ["One"]
    assert [one.is_pinned for one in (await shelf.page(sasha.by, Search())).rows] == [False]
    await shelf.pin(robin, is_pinned=False)
    assert (await shelf.page(robin.by, Search(Which.PINNED))).total == 0
    for stranger in (await asking(program, KIM, place), await asking(program, KIM, place, MANAGER)):
        with pytest.raises(NotAllowed, match="You take no part"):
            await shelf.pin(stranger, is_pinned=True)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(words="LANTERN"), {"The Lantern Archive"}),
        (Search(words="cafe"), {"Das Café"}),
        (Search(words="mira"), {"The Lantern Archive", "Das Café", "100%_done"}),
        (Search(words="archive mira"), {"The Lantern Archive"}),
        (Search(words="archive juno"), set()),
        (Search(words="quiet-hours"), {"Das Café"}),
        (Search(tag="Quiet Hours"), {"Das Café"}),
        (Search(tag="quiet"), set()),
        (Search(words="%"), {"The Lantern Archive", "Das Café", "100%_done"}),
        (Search(words="' OR 1=1 --"), set()),
        (Search(words="x" * 6000), set()),
        (Search(Which.ARCHIVED), {"100%_done"}),
        (Search(Which.ACTIVE, "mira"), {"The Lantern Archive", "Das Café"}),
    ],
)
async def test_conversations_are_found_by_title_tag_and_character(
    program: Program, search: Search, found: set[str]
) -> None:
    await titled(program, "The Lantern Archive", "Das Café", "100%_done")
    await program.conversations.arrangements.tag(await asking(program, place=Place(1, 3001, 3001)), "quiet hours")
    await program.conversations.lives.archive(await asking(program, place=Place(1, 3002, 3002)))
    page = await program.conversations.shelf.page((await asking(program)).by, search)
    assert {one.title for one in page.rows} == found
    assert page.total == len(found)


async def test_nobody_finds_what_they_take_no_part_in(program: Program) -> None:
    await titled(program, "Secret")
    sasha = await asking(program, SASHA)
    assert (await program.conversations.shelf.page(sasha.by, Search())).total == 0
    assert await program.conversations.shelf.find(sasha.by, "") == ()
    await say(program, "Mira?", SASHA, Place(1, 3000, 3000))
    # A private character of somebody else's is named to those it speaks with.
    (found,) = await program.conversations.shelf.find(sasha.by, "secr")
    assert found.characters == ("Mira",)


async def test_a_fork_names_its_source_to_those_who_may_know_it(program: Program) -> None:
    await titled(program, "Root", "Branch")
    await rows(
        program,
        "UPDATE conversations SET forked_from = (SELECT id FROM conversations WHERE title = 'Root')"
        " WHERE title = 'Branch' RETURNING 1",
    )
    place, shelf = Place(1, 3001, 3001), program.conversations.shelf
    await say(program, "Mira?", SASHA, place)
    assert (await shelf.card(await asking(program, place=place))).fork_of == "Root"
    assert (await shelf.card(await asking(program, SASHA, place))).fork_of == ""
    assert (await shelf.card(await asking(program, place=Place(1, 3000, 3000)))).fork_of is None
    robin = await asking(program)
    assert [one.is_fork for one in (await shelf.page(robin.by, Search())).rows] == [True, False]


async def test_ones_tags_are_suggested(program: Program) -> None:
    await titled(program, "One", "Two")
    for number, tags in enumerate(("quiet, lanterns", "quiet")):
        place = Place(1, 3000 + number, 3000 + number)
        await program.conversations.arrangements.tag(await asking(program, place=place), tags)
    shelf, robin, sasha = program.conversations.shelf, await asking(program), await asking(program, SASHA)
    assert await shelf.tags(robin.by, "") == ("quiet", "lanterns")
    assert await shelf.tags(robin.by, "La") == ("lanterns",)
    assert await shelf.tags(sasha.by, "") == ()


async def test_a_card_tells_who_is_there_and_what_it_took(program: Program) -> None:
    await tavern(program, "Mira", "Juno")
    await say(program, "Mira?", SASHA)
    robin = await asking(program)
    await program.conversations.arrangements.appoint(robin, SASHA.discord_id, moderates=True)
    card = await program.conversations.shelf.card(robin)
    assert [(one.name, one.discord_id, one.role) for one in card.takes_part] == [
        (None, ROBIN.discord_id, ParticipantRole.PRIMARY),
        ("Mira", None, ParticipantRole.PRIMARY),
        ("Juno", None, ParticipantRole.SECONDARY),
        (None, SASHA.discord_id, ParticipantRole.MODERATOR),
    ]
    assert (card.kind, card.owner_id) == (ConversationKind.GROUP, robin.by)
    sums = card.sums
    assert (sums.messages, sums.wordings, sums.tokens_in, sums.tokens_out) == (4, 1, 10, 5)
    assert (sums.tokens_unknown, sums.cost_unknown) == (0, 1)
    ((one,),) = await rows(program, "SELECT id FROM conversations")
    await rows(
        program,
        "INSERT INTO recaps (id, conversation_id, lines, provider, model, tokens_in, cost_micros)"
        f" VALUES (gen_random_uuid(), '{one}', 4, 'scripted', 'parrot', 100, 7),"
        f" (gen_random_uuid(), '{one}', 4, NULL, NULL, NULL, NULL) RETURNING 1",
    )
    sums = (await program.conversations.shelf.card(robin)).sums
    assert (sums.wordings, sums.tokens_in, sums.tokens_unknown, sums.cost_micros, sums.cost_unknown) == (
        2,
        110,
        1,
        7,
        1,
    )
    with pytest.raises(NotAllowed, match="You take no part"):
        await program.conversations.shelf.card(await asking(program, KIM))


def test_words_are_folded_as_the_database_folds_them() -> None:
    assert folded("  Ça va: Ünïcode? 100%_x ") == "ca va unicode 100 x"
    assert len(folded("ﷺ" * 100)) <= 24
    assert folded("🏮🏮") == ""
