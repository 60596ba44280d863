"""Copies of conversations: whole, readable, and without what is another person's own."""

import io
import json
import re
import threading
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from bot import limits
from bot.clock import SystemClock
from bot.errors import InvalidInput, LimitReached, NotAllowed, NotFound
from bot.ports import NO_RIGHTS, Attached, AttachedKind, Caller, Rights, Sensitivity, Surroundings
from bot.services.money.limits_of import Limits
from bot.services.people.personas import PersonaDraft, Personas
from bot.services.talk import exported, transcripts
from bot.services.talk.conversations import Asking
from bot.services.talk.exports import Exported
from bot.texts import Say
from db.queries.talk import exports
from db.work import Actor
from tests.fakes.clock import FakeClock
from tests.services.moneycraft import mint
from tests.services.stagecraft import ROBIN, SASHA, TAVERN, Program, make, said, summon
from tests.services.test_services_forks import change
from tests.services.test_services_recaps import talked
from tests.services.test_services_turns import rows

OPEN = Surroundings(Sensitivity.PUBLIC)
DOCS = Path(__file__).parents[2] / "docs"


async def export(program: Program, by: Caller = ROBIN, rights: Rights = NO_RIGHTS, **more: Any) -> Exported:
    asking = Asking(await program.people.arrive(by), TAVERN, rights)
    return await program.exports.export(asking, "A conversation", Say("en"), **more)


def unpacked(made: Exported) -> tuple[str, dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        assert sorted(archive.namelist()) == ["conversation.json", "conversation.md"]
        return archive.read("conversation.md").decode(), json.loads(archive.read("conversation.json"))


async def test_everything_that_was_said_is_in_it_in_order(program: Program) -> None:
    await talked(program, "one", "two")
    made = await export(program)
    page, data = unpacked(made)
    assert [one["content"] for one in data["messages"]] == ["Mira, one", "Answer to one", "Mira, two", "Answer to two"]
    assert [one["speaker"] for one in data["messages"]] == ["Robin", "Mira", "Robin", "Mira"]
    assert page.index("Mira, one") < page.index("Answer to one") < page.index("Mira, two")
    assert (made.lines, made.older, made.withheld) == (4, 0, 0)
    assert re.fullmatch(r"conversation-\d{4}-\d\d-\d\d\.zip", made.file_name)
    exported.ExportedConversation.model_validate(data)


async def test_wordings_edits_reactions_files_tokens_ratings_and_the_recap_are_in_it(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    note = Attached(77, AttachedKind.TEXT, "notes.txt", "text/plain", 5, alt="a note")
    program.channels.files[77] = b"heron"
    program.models.script = [["First."], ["Second."], ["They met."]]
    heard = said("Mira, look", attached=(note,), around=OPEN)
    await program.turns.hear(heard)
    await program.turns.idle()
    robin = await program.people.arrive(ROBIN)
    ((turn,),) = await rows(program, "SELECT id FROM turns")
    turn_id = UUID(str(turn))
    await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    await program.control.edit(turn_id, robin, NO_RIGHTS, "Third.")
    await program.replies.rate(turn_id, robin, NO_RIGHTS, 5, "Warm.")
    await program.turns.trigger_edited(heard.message_id, "Mira, look here")
    ((conversation,),) = await rows(program, "SELECT id FROM conversations")
    await change(
        program,
        "INSERT INTO message_reactions (message_id, user_id, emoji)"
        f" SELECT id, '{robin}', '🦆' FROM messages WHERE kind = 'user'",
    )
    asking = Asking(robin, TAVERN)
    await program.recaps.make(asking)
    _, data = unpacked(await export(program))
    asked, reply = data["messages"]
    assert [(one["name"], one["text"], one["alt"]) for one in asked["attachments"]] == [
        ("notes.txt", "heron", "a note")
    ]
    assert [(one["emoji"], one["by"]) for one in asked["reactions"]] == [("🦆", "Robin")]
    assert [(one["previous"], one["reason"]) for one in asked["edits"]] == [("Mira, look", "author")]
    assert [(one["content"], one["is_chosen"]) for one in reply["variants"]] == [("First.", False), ("Third.", True)]
    assert {(one["tokens_in"], one["tokens_out"], one["cost_micros"]) for one in reply["variants"]} == {(10, 5, None)}
    assert [(one["previous"], one["by"]) for one in reply["edits"]] == [("Second.", "Robin")]
    assert reply["my_rating"] == {"stars": 5, "words": "Warm."}
    assert (reply["turn"]["state"], reply["turn"]["asker"]) == ("sent", "Robin")
    assert data["recap"]["text"] == "They met."
    assert [(one["by"], one["model"], one["tokens_in"]) for one in data["recap"]["makings"]] == [
        ("Robin", "parrot", 10)
    ]
    assert data["id"] == str(conversation)


async def test_more_than_a_page_is_read_whole_and_in_order(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.queries.talk.exports._PAGE", 3)
    await talked(program, "one", "two", "three", "four")
    _, data = unpacked(await export(program))
    assert [one["content"] for one in data["messages"]][::2] == ["Mira, one", "Mira, two", "Mira, three", "Mira, four"]
    assert all(one["turn"] and one["variants"] for one in data["messages"][1::2])
    _, data = unpacked(await export(program, most=5))
    assert data["messages"][0]["content"] == "Answer to two"
    assert data["older_lines"] == 3


async def test_a_title_that_looks_like_the_file_does_not_break_it(program: Program) -> None:
    await talked(program, "one")
    await change(program, """UPDATE conversations SET title = '"messages":[]'""")
    page, data = unpacked(await export(program))
    assert data["title"] == '"messages":[]'
    assert len(data["messages"]) == 2
    assert page.startswith('# "messages"')


async def test_what_others_told_of_themselves_is_not_in_it(program: Program) -> None:
    await talked(program, "one")
    async with program.people.at_work(SASHA) as (sasha, work):
        ada = PersonaDraft("Captain Ada", "A sailor with a SECRET", appearance="SCAR", custom_instructions="WISHES")
        persona = await Personas(program.characters.pictures).create(work, sasha, ada)
        await Personas(program.characters.pictures).default(work, sasha, persona.id)
    program.models.script = [["Aye."]]
    heard = said("Mira, and I?", by=SASHA)
    await program.turns.hear(heard)
    await program.turns.idle()
    ((turn,),) = await rows(program, "SELECT id FROM turns ORDER BY id DESC LIMIT 1")
    await program.replies.rate(UUID(str(turn)), sasha, NO_RIGHTS, 1, "MEAN")
    await program.turns.trigger_edited(heard.message_id, "Mira, and we?")
    made = unpacked(await export(program))
    whole = made[0] + json.dumps(made[1], ensure_ascii=False)
    for theirs in ("SECRET", "SCAR", "WISHES", "Captain Ada", "MEAN", "and I?", str(persona.id), "You are Mira"):
        assert theirs not in whole, theirs
    assert "and we?" in whole
    assert [one["speaker"] for one in made[1]["messages"]][2] == "Sasha"
    # The control: what is Sasha's own is in Sasha's copy, but for what was made of it.
    own = unpacked(await export(program, SASHA))
    whole = own[0] + json.dumps(own[1], ensure_ascii=False)
    assert all(mine in whole for mine in ("Captain Ada", "MEAN", "and I?"))
    assert not any(hidden in whole for hidden in ("SECRET", "SCAR", "WISHES", "You are Mira"))


async def test_what_was_said_in_private_goes_to_those_who_took_part_by_then(program: Program) -> None:
    await talked(program, "one")
    await program.turns.hear(said("Mira, hello everybody", by=SASHA, around=OPEN))
    await program.turns.idle()
    await change(
        program,
        "UPDATE participants SET joined_at = joined_at + interval '1 hour' WHERE user_id ="
        " (SELECT id FROM users WHERE discord_id = 102)",
    )
    program.models.script = [["They met."]]
    await program.recaps.make(Asking(await program.people.arrive(ROBIN), TAVERN))
    made = await export(program, SASHA)
    _, data = unpacked(made)
    assert [one["content"] for one in data["messages"]] == ["Mira, hello everybody", "Well met."]
    assert (made.lines, made.withheld, data["withheld_lines"]) == (2, 2, 2)
    assert data["recap"] is None
    # A recap tells of the lines that are too old for a copy as well.
    assert unpacked(await export(program, SASHA, most=1))[1]["recap"] is None
    # Who began it, and who moderates the place, get it whole.
    for whole in (await export(program), await export(program, SASHA, Rights(may_manage=True))):
        assert whole.lines == 4
        assert unpacked(whole)[1]["recap"]["text"] == "They met."


async def test_a_stranger_gets_none_and_of_nothing_there_is_no_copy(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    with pytest.raises(NotFound, match="nothing to copy"):
        await export(program)
    await talked(program, "one")
    with pytest.raises(NotAllowed):
        await export(program, SASHA)


async def test_only_so_many_of_the_newest_lines(program: Program) -> None:
    await talked(program, "one", "two")
    made = await export(program, most=2)
    page, data = unpacked(made)
    assert [one["content"] for one in data["messages"]] == ["Mira, two", "Answer to two"]
    assert (made.older, data["older_lines"]) == (2, 2)
    assert "Older lines that are not in it: 2" in page
    for wrong in (0, -1, int(limits.EXPORT_LINES) + 1):
        with pytest.raises(InvalidInput):
            await export(program, most=wrong)


async def test_what_is_too_large_for_discord_is_said_with_what_to_do(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talked(program, "one")
    monkeypatch.setattr(limits, "EXPORT_BYTES_MAX", 100)
    with pytest.raises(LimitReached, match="Ask for fewer of its 2 lines"):
        await export(program)


async def test_it_is_packed_off_the_loop(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    await talked(program, "one")
    packed_in: list[int] = []
    real = transcripts.line

    def noted(*arguments: Any) -> Any:
        packed_in.append(threading.get_ident())
        return real(*arguments)

    monkeypatch.setattr(transcripts, "line", noted)
    await export(program)
    assert packed_in
    assert threading.get_ident() not in packed_in


async def test_a_fork_tells_where_its_lines_were_said(program: Program) -> None:
    from tests.services.test_services_forks import fork, turn_of

    await talked(program, "one")
    forked = await fork(program, await turn_of(program, "Answer to one"))
    robin = await program.people.arrive(ROBIN)
    made = await program.exports.export(Asking(robin, forked.place), "A conversation", Say("en"))
    _, data = unpacked(made)
    assert data["forked_from"] is not None
    assert [one["discord_channel_id"] for one in data["messages"]] == ["500", str(forked.place.channel_id)]


async def test_a_copy_reads_the_names_of_its_own_characters_and_of_no_others(program: Program) -> None:
    await talked(program, "one")
    await make(program, by=SASHA, name="Zeno")
    await change(program, "UPDATE characters SET visibility = 'public', published_at = now()")
    ((conversation,),) = await rows(program, "SELECT id FROM conversations")
    by = Actor.turn(UUID(str(conversation)), await program.people.arrive(ROBIN))
    async with program.database.work(by) as work:
        found = await exports.held(work.session, UUID(str(conversation)), limit=10)
    assert set(found.characters.values()) == {"Mira"}


async def test_what_somebody_changed_stays_hidden_once_their_account_is_gone(program: Program) -> None:
    await talked(program, "one")
    heard = said("Mira, and I?", by=SASHA)
    await program.turns.hear(heard)
    await program.turns.idle()
    await program.turns.trigger_edited(heard.message_id, "Mira, and we?")
    await change(program, "UPDATE messages SET author_id = NULL WHERE content = 'Mira, and we?'")
    _, data = unpacked(await export(program))
    (edited,) = [one for one in data["messages"] if one["edits"]]
    assert [one["previous"] for one in edited["edits"]] == [None]


# ------------------------------------------------------------------------------------------------ the page


HOSTILE = [
    "# Not a heading",
    "- [ ] not a task",
    "1. not a list",
    "> not a quote",
    "![](https://evil.example/track.png)",
    "[click](javascript:alert(1))",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "| a | b |\n|---|---|",
    "```\nunclosed",
    "~~~python\n```\nprint()\n~~~",
    "text\n\n---\n\n**Mira** · 2026-01-01 00:00 UTC",
    "line\u2028separator\u0085next\x0bvertical",
    "a\n=====\nb\n-----",
    "    indented code\n\ttab",
    "&lt;b&gt; &#35;",
    "$x^2$ @someone :smile: ==mark==",
    "\\\\`*_{}[]()#+-.!",
    "\u202egnp.exe",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_no_words_are_more_than_words(words: str) -> None:
    outside = [line for line in transcripts.quoted(words) if not line.startswith(">")]
    assert outside == []
    for line in prose_of(words):
        bare = re.sub(r"\\.", "x", line)
        assert not re.search(r"[`*_\[\]<>#|!&$]", bare), line
        assert not re.match(r"\s*([-+]|\d+[.)])", bare), line


def prose_of(words: str) -> list[str]:
    """The quoted lines that are not code, without their quotation mark."""
    found: list[str] = []
    fence = ""
    for line in transcripts.quoted(words):
        text = line[1:].removeprefix(" ")
        if fence:
            fence = "" if text == fence else fence
        elif re.fullmatch(r"`{3,}", text):
            fence = text
        else:
            found.append(text)
    assert fence == ""
    return found


@given(st.lists(st.sampled_from([*"`~# ->\n\\[]()<!|x", "```", "~~~", "```py\n", "\u2028", "word"]), max_size=40))
def test_a_line_never_breaks_out_of_its_quotation(pieces: list[str]) -> None:
    words = "".join(pieces)
    assert all(line.startswith(">") for line in transcripts.quoted(words))
    prose_of(words)


def test_code_stays_code_whatever_stands_in_it() -> None:
    shown = list(transcripts.quoted("Look:\n~~~python\nprint('*a*')\n````\n~~~\nDone."))
    assert "> print('*a*')" in shown
    assert "> ````" in shown
    assert shown.count("> `````") == 2


# ------------------------------------------------------------------------------------------------ the documentation


def models() -> list[type[BaseModel]]:
    found = [one for one in vars(exported).values() if isinstance(one, type) and issubclass(one, BaseModel)]
    return [one for one in found if one.__name__.startswith("Exported")]


def test_every_field_of_the_file_is_documented_and_no_other() -> None:
    text = (DOCS / "exports.md").read_text("utf-8")
    documented = re.findall(r"^\| `([a-z_]+)`", text, re.MULTILINE)
    assert sorted(documented) == sorted(name for model in models() for name in model.model_fields)


async def test_times_are_in_utc(program: Program) -> None:
    await talked(program, "one")
    _, data = unpacked(await export(program))
    made = exported.ExportedConversation.model_validate(data)
    assert made.started_at.utcoffset() == timedelta(0)


async def test_what_a_plan_does_not_reach_back_to_is_kept_and_not_copied(program: Program, owner_url: str) -> None:
    await talked(program, "one", "two")
    house = await mint(program.database, FakeClock(), owner_url)
    program.plan_limits = Limits(SystemClock(), is_on=True)
    assert (await export(program)).lines == 4
    await house.as_owner("UPDATE messages SET created_at = now() - interval '31 days' WHERE content LIKE '%one'")
    made = await export(program)
    page, data = unpacked(made)
    assert (made.lines, made.older, made.beyond) == (2, 2, 2)
    assert [one["content"] for one in data["messages"]] == ["Mira, two", "Answer to two"]
    assert data["older_lines"] == 2
    assert "Mira, one" not in page
    await house.subscribe(await program.people.arrive(ROBIN), "starter")
    assert (await export(program)).lines == 4
