"""/conversation, as people use it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import discord
import pytest
import simcord
from hypothesis import example, given
from hypothesis import strategies as st

from bot.services.talk.conversations.shelf import Mark, Search, Which
from cogs.talk.conversation.listing import PAGE, PageButton, asked, read, written
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_bad_input import typed_in
from tests.cogs.test_cogs_characters import create, last, summon, words
from tests.services.test_services_turns import rows


async def conversation(town: Town, actor: simcord.MemberActor, command: str, /, **options: Any) -> str:
    """What somebody is told, who alone reads it."""
    return words(await actor.slash(town.channel, f"conversation {command}", **options))


async def begin(town: Town, *names: str) -> None:
    """Robin's characters stand in the tavern."""
    for name in names or ("Mira",):
        await create(town, town.robin, name=name, examples="")
        await summon(town, town.robin, name)


async def test_a_conversation_is_named_and_tagged(town: Town) -> None:
    await begin(town)
    assert await conversation(town, town.robin, "title", title="The  *Lantern*\nArchive") == (
        "It is called **The \\*Lantern\\* Archive** from now on."
    )
    assert await conversation(town, town.robin, "tags", tags="Lanterns, Night Watch") == (
        "**The \\*Lantern\\* Archive** has these tags now: #lanterns #night-watch"
    )
    assert await rows(town.program, "SELECT title, tags FROM conversations") == [
        ("The *Lantern* Archive", ["lanterns", "night-watch"])
    ]
    assert (await conversation(town, town.robin, "title")).startswith("It has no title any more")
    assert await conversation(town, town.robin, "tags") == "**Conversation with Mira** has no tags."
    assert await rows(town.program, "SELECT title, tags FROM conversations") == [("", [])]


async def test_a_muted_conversation_is_silent_until_it_is_unmuted(town: Town) -> None:
    await begin(town)
    said = len(town.program.channels.texts())
    assert "is muted: its characters stay" in await conversation(town, town.robin, "mute")
    await town.robin.send(town.channel, "Mira?")
    await town.settle()
    assert len(town.program.channels.texts()) == said
    refused = await town.robin.slash(town.channel, "say", character="Mira", text="Hello?")
    assert "This conversation is muted" in words(refused)
    assert await conversation(town, town.robin, "unmute") == "**Conversation with Mira** may speak again."
    await town.robin.slash(town.channel, "say", character="Mira", text="Hello?")
    await town.settle()
    assert len(town.program.channels.texts()) == said + 1


# ------------------------------------------------------------------------------------------------ begin, end, go on


async def card(town: Town, actor: simcord.MemberActor, **options: Any) -> simcord.InteractionResult:
    return await actor.slash(town.channel, "conversation show", **options)


def buttons(result: simcord.InteractionResult) -> list[discord.Button]:
    rows_of = last(result).message.components
    return [one for row in rows_of for one in row.children if isinstance(one, discord.Button)]  # type: ignore[union-attr]


def text_of(result: simcord.InteractionResult) -> str:
    """What an answer shows by now: buttons change it in place."""
    return str(last(result).embeds[0].to_dict())


async def test_new_begins_afresh_with_greetings(town: Town) -> None:
    await begin(town, "Mira", "Juno")
    told = await conversation(town, town.robin, "new", title="Second evening")
    await town.settle()
    assert told.startswith("A new conversation has begun: **Second evening**. Its characters remember nothing")
    assert "The one before, **Conversation with Mira, Juno**, is archived" in told
    assert [name for name, _ in town.program.channels.texts()] == ["Mira", "Juno", "Mira", "Juno"]
    assert await rows(town.program, "SELECT status FROM conversations ORDER BY id") == [("archived",), ("active",)]


async def test_new_works_in_direct_messages(town: Town) -> None:
    await create(town, town.robin)
    robin = town.robin.user
    await robin.slash("character summon", character="Mira")
    told = words(await robin.slash("conversation new"))
    await town.settle()
    assert told.startswith("A new conversation has begun: **Conversation with Mira**.")
    assert [name for name, _ in town.program.channels.texts()] == ["Mira", "Mira"]
    listed = await robin.slash("conversation list")
    assert text_of(listed).count("direct messages") == 2


async def test_archive_and_reopen(town: Town) -> None:
    await begin(town)
    await conversation(town, town.robin, "title", title="First")
    assert (await conversation(town, town.robin, "archive")).startswith("**First** is archived:")
    assert town.program.turns.listeners(town.channel.id) == ()
    await begin(town, "Juno")
    (choice,) = await town.robin.autocomplete(town.channel, "conversation reopen", "conversation", "fir")
    assert choice["name"] == "First (Mira) · archived"
    told = await conversation(town, town.robin, "reopen", conversation=choice["value"])
    assert told.startswith("**First** goes on. These listen again: Mira.\nThe one before, **Conversation with Juno**,")
    assert [one.name for one in town.program.turns.listeners(town.channel.id)] == ["Mira"]


async def test_where_admins_let_nobody_summon_nobody_reopens(town: Town) -> None:
    await begin(town)
    await conversation(town, town.robin, "archive")
    ((first,),) = await rows(town.program, "SELECT id FROM conversations")
    await town.owner.slash(town.channel, "server summoning", who="managers")
    told = await conversation(town, town.robin, "reopen", conversation=str(first))
    assert told.startswith("The admins of this server decided who may ask")
    assert (await conversation(town, town.owner, "reopen", conversation=str(first))).startswith("There is no such")


# ------------------------------------------------------------------------------------------------ finding and looking


async def test_the_list_is_turned_searched_and_looked_into(town: Town) -> None:
    for number in range(10):
        await begin(town, f"Mira{number}")
        await conversation(town, town.robin, "title", title=f"Evening {number}")
        if number == 4:
            await conversation(town, town.robin, "tags", tags="lanterns")
        await conversation(town, town.robin, "archive")
    shown = await town.robin.slash(town.channel, "conversation list")
    assert "Evening 9" in text_of(shown)
    assert "Evening 1'" not in text_of(shown)
    assert "10 conversations" in text_of(shown)
    await town.robin.click(last(shown), label="Next")
    assert "Evening 1'" in text_of(shown)
    assert "Evening 9" not in text_of(shown)
    await town.robin.click(last(shown), label="Back")
    assert "Evening 9" in text_of(shown)
    found = await town.robin.slash(town.channel, "conversation list", search="evening 7", show="archived")
    assert "Evening 7" in text_of(found)
    assert "1 conversation'" in text_of(found)
    (tag,) = await town.robin.autocomplete(town.channel, "conversation list", "tag", "Lan")
    tagged = await town.robin.slash(town.channel, "conversation list", tag=tag["value"])
    assert "Evening 4" in text_of(tagged)
    ((fourth,),) = await rows(town.program, "SELECT id FROM conversations WHERE title = 'Evening 4'")
    looked = await town.robin.select(last(tagged), [str(fourth)])
    assert last(looked).ephemeral
    assert "Archived; held in" in text_of(looked)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "There is none yet. Ask a character in"),
        ({"show": "pinned"}, "None is pinned. /conversation pin puts one"),
        ({"search": "x" * 6000}, "None fits that. Try fewer or other words"),
        ({"search": "<@1> ' --", "tag": "\u202e"}, "None fits that"),
    ],
)
async def test_an_empty_list_says_what_to_do(town: Town, options: dict[str, Any], sentence: str) -> None:
    assert sentence in text_of(await town.robin.slash(town.channel, "conversation list", **options))


async def test_the_card_shows_who_is_there_and_does_things(town: Town) -> None:
    await begin(town, "Mira", "Juno")
    shown = await card(town, town.robin)
    for piece in ("Mira (answers first), Juno (joins in)", f"<@{town.robin.id}> (began it)", "2 messages"):
        assert piece in text_of(shown)
    await town.robin.click(last(shown), label="Pin")
    assert "Pinned: at the top of your list." in text_of(shown)
    await town.robin.click(last(shown), label="Mute")
    assert "Muted: nobody answers." in text_of(shown)
    form = await town.robin.click(last(shown), label="Title and tags")
    assert form.modal is not None
    await town.robin.submit_modal(form, {"title": "Lanterns", "tags": "quiet, dusk"})
    assert "#quiet #dusk" in text_of(shown)
    await town.robin.click(last(shown), label="Archive")
    assert "Archived; held in" in text_of(shown)
    assert await rows(town.program, "SELECT title, tags, is_muted, status FROM conversations") == [
        ("Lanterns", ["quiet", "dusk"], True, "archived")
    ]


async def test_a_form_that_cannot_be_used_is_kept_and_can_be_mended(town: Town) -> None:
    await begin(town)
    form = await town.robin.click(last(await card(town, town.robin)), label="Title and tags")
    refused = await town.robin.submit_modal(form, {"title": "x" * 101, "tags": "quiet"})
    assert words(refused) == "Title: at most 100 characters are allowed; you wrote 101."
    reopened = await town.robin.click(last(refused), label="Mend")
    assert reopened.modal is not None
    assert typed_in(reopened.modal) == {"title": "x" * 101, "tags": "quiet"}
    await town.robin.submit_modal(reopened, {"title": "Short", "tags": "quiet"})
    assert await rows(town.program, "SELECT title, tags FROM conversations") == [("Short", ["quiet"])]


async def test_who_takes_part_sees_the_card_without_the_buttons_of_the_owner(town: Town) -> None:
    await begin(town)
    assert "You take no part in this conversation yet" in words(
        await town.sasha.slash(town.channel, "conversation show")
    )
    await town.sasha.slash(town.channel, "say", character="Mira", text="Hello!")
    await town.settle()
    shown = await card(town, town.sasha)
    assert [button.label for button in buttons(shown)] == ["Pin"]


async def test_pinned_stands_first_until_unpinned(town: Town) -> None:
    for title in ("First", "Second"):
        await begin(town, f"Mira of the {title}")
        await conversation(town, town.robin, "title", title=title)
        await conversation(town, town.robin, "archive")
    ((first,),) = await rows(town.program, "SELECT id FROM conversations WHERE title = 'First'")

    async def names() -> list[str | None]:
        listed = await town.robin.slash(town.channel, "conversation list")
        return [field.name for field in last(listed).embeds[0].fields]

    assert await names() == ["📦 Second", "📦 First"]
    told = await conversation(town, town.robin, "pin", conversation=str(first))
    assert told.startswith("**First** stands at the top of your /conversation list from now on.")
    assert await names() == ["📌 First", "📦 Second"]
    assert await conversation(town, town.robin, "unpin", conversation=str(first)) == "**First** is not pinned."
    assert await names() == ["📦 Second", "📦 First"]


# ------------------------------------------------------------------------------------------------ settings and roles


async def test_every_setting_is_chosen_in_the_panel(town: Town) -> None:
    await begin(town)

    async def kept() -> dict[str, Any]:
        ((found,),) = await rows(town.program, "SELECT settings FROM conversations")
        return found  # type: ignore[return-value]

    panel = await town.robin.slash(town.channel, "conversation settings")
    assert "**Model:** each character's own" in text_of(panel)
    await town.robin.select(last(panel), ["scripted/parrot"], custom_id=await menu(town, "model"))
    assert (await kept())["model"] == "parrot"
    await town.robin.select(last(panel), ["30"], custom_id=await menu(town, "days"))
    assert (await kept())["retention_days"] == 30
    await town.robin.click(last(panel), label="Leave pictures and files out")
    await town.robin.click(last(panel), label="Forget all at the end")
    text = text_of(panel)
    for piece in ("parrot (scripted)", "left out", "30 days", "forgotten at once"):
        assert piece in text
    assert await kept() == {
        "allow_files": False,
        "retention_days": 30,
        "keeps_history": False,
        "provider": "scripted",
        "model": "parrot",
    }
    assert "forgotten, as its settings say" in await conversation(town, town.robin, "archive")


async def menu(town: Town, field: str) -> str:
    ((which,),) = await rows(town.program, "SELECT id FROM conversations")
    return f"talk:{which}:set:{field}"


async def test_roles_are_given(town: Town) -> None:
    await begin(town, "Mira", "Juno")
    (choice,) = await town.robin.autocomplete(town.channel, "conversation role", "character", "jun")
    told = await conversation(town, town.robin, "role", character=choice["value"], role="primary")
    assert told == "**Juno** answers from now on when nobody in particular is spoken to."
    told = await conversation(town, town.robin, "role", character="Mira", role="moderator")
    assert told.startswith("**Mira** moderates from now on")
    assert "Mira (moderates), Juno (answers first)" in text_of(await card(town, town.robin))


async def test_a_moderator_is_chosen_and_may_change_replies(town: Town) -> None:
    await begin(town)
    refused = await conversation(town, town.robin, "moderator", person=town.sasha.user)
    assert refused.startswith("That person takes no part in this conversation yet.")
    await town.sasha.slash(town.channel, "say", character="Mira", text="Hello!")
    await town.settle()
    told = await conversation(town, town.robin, "moderator", person=town.sasha.user)
    assert told.startswith(f"<@{town.sasha.id}> moderates this conversation")
    assert "is muted" in await conversation(town, town.sasha, "mute")
    told = await conversation(town, town.robin, "moderator", person=town.sasha.user, allowed="no")
    assert told == f"<@{town.sasha.id}> does not moderate this conversation."
    assert "Nothing was changed." in await conversation(town, town.sasha, "unmute")


# ------------------------------------------------------------------------------------------------ refusals, bad input


COMMANDS: dict[str, dict[str, Any]] = {
    "new": {},
    "title": {"title": "Mine"},
    "tags": {"tags": "mine"},
    "mute": {},
    "unmute": {},
    "archive": {},
    "role": {"character": "Mira", "role": "primary"},
    "settings": {},
}


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_stranger_is_refused_and_told_why(town: Town, command: str) -> None:
    await begin(town)
    told = await conversation(town, town.sasha, command, **COMMANDS[command])
    assert told.startswith("Only who began this conversation, whoever they made a moderator")
    assert told.endswith("Nothing was changed.")
    assert await rows(town.program, "SELECT title, tags, is_muted, status FROM conversations") == [
        ("", [], False, "active")
    ]


@pytest.mark.parametrize("command", [*COMMANDS, "show", "pin", "unpin"])
async def test_where_nothing_goes_on_it_says_so(town: Town, command: str) -> None:
    told = await conversation(town, town.robin, command, **COMMANDS.get(command, {}))
    assert told == "No conversation goes on in this channel. Ask a character in with /character summon to begin one."


@pytest.mark.parametrize("command", [one for one in COMMANDS if one not in {"new", "role"}] + ["reopen", "pin", "show"])
async def test_a_conversation_that_is_not_there(town: Town, command: str) -> None:
    for typed in ("nobody", "x" * 6000, "\u200b", "<@1>", "00000000-0000-0000-0000-000000000000"):
        told = await conversation(town, town.robin, command, **{**COMMANDS.get(command, {}), "conversation": typed})
        assert told.startswith("There is no such conversation of yours.")


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("title", {"title": "x" * 101}, "Title: at most 100 characters are allowed; you wrote 101."),
        ("title", {"title": "\u200b"}, "Title: nothing can be seen there."),
        ("title", {"title": "Mi\u202era"}, "Title: there is a hidden character (U+202E)"),
        ("new", {"title": "x" * 6000}, "Title: at most 100 characters are allowed; you wrote 6000."),
        ("tags", {"tags": ", ".join(f"tag{n}" for n in range(9))}, "Tags: at most 8 are allowed; you wrote 9."),
        ("tags", {"tags": "x" * 25}, "must have 2 to 24 letters or digits"),
        ("role", {"character": "nobody", "role": "primary"}, "No such character is in this conversation."),
    ],
)
async def test_nonsense_is_refused_with_field_and_limit(
    town: Town, command: str, options: dict[str, Any], sentence: str
) -> None:
    await begin(town)
    assert sentence in await conversation(town, town.robin, command, **options)
    assert await rows(town.program, "SELECT title, tags, status FROM conversations") == [("", [], "active")]


HOSTILE = "@everyone <@123456789012345678> **x** [y](https://z) <#1> `code`"


async def test_hostile_titles_ping_and_format_nothing(town: Town) -> None:
    await begin(town)
    told = await conversation(town, town.robin, "title", title=HOSTILE)
    assert "@everyone" not in told.replace("@\u200beveryone", "")
    assert "**x**" not in told
    for command in ("pin", "mute", "list", "show", "settings", "archive"):
        await town.robin.slash(town.channel, f"conversation {command}")
    sent = [one for one in town.env.http_requests if "everyone" in str(one.json) and isinstance(one.json, dict)]
    assert sent
    for entry in sent:
        assert entry.json is not None
        data = entry.json.get("data", entry.json)
        assert data["allowed_mentions"] == {"parse": []}, entry.path


@example(False, 0, UUID(int=7), Which.ALL, "𝐀 İ ẞ", "")
@given(
    st.booleans(),
    st.integers(0, 10**16),
    st.uuids(),
    st.sampled_from(Which),
    st.text(),
    st.text(),
)
def test_a_button_carries_any_page_of_any_search(
    is_pinned: bool, microseconds: int, name: UUID, which: Which, words: str, tag: str
) -> None:
    mark = Mark(is_pinned, datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds), name)
    assert read(written(mark)) == mark
    search = asked(Search(which, words, tag))
    button = PageButton.to(mark, search, "Next", upwards=False)
    assert len(button.custom_id) <= 100
    assert re.fullmatch(PAGE, button.custom_id)
    assert asked(search) == search
