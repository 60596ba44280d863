"""/lore book and /lore entry, as people use them. All of it is for the eyes of who asks."""

import re
from collections.abc import Iterator
from typing import Any

import simcord

from bot.services.lore.publishing import Publishing
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create as create_character
from tests.cogs.test_cogs_characters import last, summon, words
from tests.services.test_services_turns import rows

ENTITY_SELECTS = {5, 6, 7, 8}
TEXT = 10

BOOK = {
    "name": "Harbour Town",
    "description": "What everybody knows there",
    "tags": "sea, fog",
    "category": ["general"],
}
ENTRY = {
    "name": "The old harbour",
    "content": "Nobody lands there since the flood.",
    "keys": "harbour, old quay",
    "mode": ["keyword"],
    "folder": "places",
}


def pieces(components: Any) -> Iterator[dict[str, Any]]:
    """Every component of a message, those inside of others too."""
    for one in components:
        yield one
        yield from pieces(one.get("components", ()))
        if "accessory" in one:
            yield one["accessory"]


def panel(result: simcord.InteractionResult) -> str:
    """The words of the panel in the last answer, which only who asked can see."""
    assert last(result).ephemeral
    return "\n".join(one["content"] for one in pieces(last(result).components) if one["type"] == TEXT)


def controls(result: simcord.InteractionResult) -> set[str]:
    """The labels of buttons and the placeholders of menus."""
    found = pieces(last(result).components)
    return {one.get("label") or one.get("placeholder") or "" for one in found if one["type"] in {2, 3}}


def filled(modal: dict[str, Any]) -> dict[str, Any]:
    """What a form shows when it opens: words, or the values that are chosen."""
    shown: dict[str, Any] = {}
    for label in modal["components"]:
        one = label["component"]
        if "options" in one:
            shown[one["custom_id"]] = [each["value"] for each in one["options"] if each.get("default")]
        elif one["type"] in ENTITY_SELECTS:
            shown[one["custom_id"]] = [str(each["id"]) for each in one.get("default_values", ())]
        else:
            shown[one["custom_id"]] = one.get("value", "")
    return shown


async def make_book(town: Town, actor: simcord.MemberActor, **fields: Any) -> simcord.InteractionResult:
    form = await actor.slash(town.channel, "lore book create")
    assert form.modal is not None
    return await actor.submit_modal(form, {**filled(form.modal), **BOOK, **fields})


async def make_entry(
    town: Town, actor: simcord.MemberActor, book: str = "Harbour Town", **fields: Any
) -> simcord.InteractionResult:
    form = await actor.slash(town.channel, "lore entry add", book=book)
    assert form.modal is not None, words(form)
    return await actor.submit_modal(form, {**ENTRY, **fields})


async def change(
    town: Town, actor: simcord.MemberActor, form: str, values: dict[str, Any], entry: str = "The old harbour"
) -> simcord.InteractionResult:
    """Fill one of the forms of an entry, and hand back the panel under which it stands."""
    opened = await actor.slash(town.channel, "lore entry edit", entry=entry)
    modal = await actor.select(last(opened), [form], custom_id=menu_of(opened, ":form"))
    assert modal.modal is not None
    sent = await actor.submit_modal(modal, {**filled(modal.modal), **values})
    return opened if not sent.followups else sent


def menu_of(result: simcord.InteractionResult, ending: str) -> str:
    """The custom_id of the menu that ends so."""
    return next(
        one["custom_id"] for one in pieces(last(result).components) if one.get("custom_id", "").endswith(ending)
    )


# ------------------------------------------------------------------------------------------------ books


async def test_a_book_is_made_filled_and_listed(town: Town) -> None:
    made = await make_book(town, town.robin)
    assert "### Harbour Town" in panel(made)
    assert "0 entries · 0 tokens · yours · #sea · #fog · code `" in panel(made)
    assert {"Entries", "Add an entry", "Share…", "Delete…", "Change something…"} <= controls(made)
    entry = await make_entry(town, town.robin)
    assert "### #1 The old harbour" in panel(entry)
    assert "Harbour Town · places · on · " in panel(entry)
    assert "**Keys:** harbour · old quay" in panel(entry)
    listed = panel(await town.robin.slash(town.channel, "lore book list"))
    assert "**Harbour Town**" in listed
    assert "1 entry" in listed
    assert "1 book · " in listed
    entries = panel(await town.robin.slash(town.channel, "lore entry list", book="Harbour Town"))
    assert "**#1** The old harbour" in entries
    assert "By its keys · harbour, old quay · places" in entries
    assert "-# 1 entry · " in entries


async def test_a_books_panel_counts_what_is_in_it(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    await make_entry(town, town.robin, name="Always", mode=["constant"], keys="", content="One two three.", folder="")
    await make_entry(town, town.robin, name="Off", folder="past")
    await town.robin.slash(town.channel, "lore entry enable", entry="Off", on=False)
    told = panel(await town.robin.slash(town.channel, "lore book edit", book="Harbour Town"))
    assert "3 entries · " in told
    assert "1 entry is switched off." in told
    assert "**Always in the prompt:** 3 tokens" in told
    assert "**Folders:** past (1), places (1)" in told


async def test_a_list_leads_to_panels(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    books = await town.robin.slash(town.channel, "lore book list")
    ((book_id,),) = await rows(town.program, "SELECT id FROM lore_books")
    opened = await town.robin.select(last(books), [str(book_id)], custom_id="lorebooks:look")
    assert "### Harbour Town" in panel(opened)
    entries = await town.robin.click(last(opened), label="Entries")
    ((entry_id,),) = await rows(town.program, "SELECT id FROM lore_entries")
    shown = await town.robin.select(last(entries), [str(entry_id)], custom_id="lores:look")
    assert "### #1 The old harbour" in panel(shown)
    form = await town.robin.click(last(opened), label="Add an entry")
    assert form.modal is not None


async def test_every_field_of_a_book_is_changed_in_its_panel(town: Town) -> None:
    opened = await make_book(town, town.robin)
    told = {
        "words": ({"name": "Salt Town"}, "### Salt Town"),
        "scan": ({"scan_depth": "7", "ticks": ["is_compatible"]}, "**Scan depth:** 7\n"),
        "meaning": ({"query_depth": "4"}, "**Messages compared by meaning:** 4"),
        "waking": ({"steps": "2", "groups": "kings: 2"}, "**Rules of groups:** kings: 2"),
        "room": ({"token_budget": "900"}, "**Budget in tokens:** 900"),
    }
    for form, (values, sentence) in told.items():
        modal = await town.robin.select(last(opened), [form], custom_id=menu_of(opened, ":form"))
        assert modal.modal is not None
        await town.robin.submit_modal(modal, {**filled(modal.modal), **values})
        assert sentence in panel(opened), form
    assert "**As SillyTavern does it:** yes" in panel(opened)
    assert "**Entries wake each other:**" not in panel(opened)


async def test_a_panel_is_never_more_than_discord_takes(town: Town) -> None:
    # Every sign is escaped, so that what is shown is twice as long as what was typed.
    await make_book(town, town.robin, name="a*" * 40, description="*" * 300, tags="")
    for number in range(8):
        stars = "*" * 60
        keys = "\n".join(f"{stars}{each}{number}" for each in range(30))
        made = await make_entry(
            town, town.robin, "a*" * 40, name="_" * 80, content="*" * 3900, folder=f"{number}" + "_" * 40, keys=keys
        )
        assert "### " in panel(made)
        assert len(panel(made)) <= 4000
    listed = panel(await town.robin.slash(town.channel, "lore entry list", book="a*" * 40))
    assert 1000 < len(listed) <= 4000
    assert len(panel(await town.robin.slash(town.channel, "lore book edit", book="a*" * 40))) <= 4000


async def test_a_deleted_book_comes_back(town: Town) -> None:
    await make_book(town, town.robin)
    asked = await town.robin.slash(town.channel, "lore book delete", book="Harbour Town")
    assert "Delete **Harbour Town** with 0 entries?" in words(asked)
    await town.robin.click(last(asked), label="Keep it")
    assert words(asked) == "Nothing was changed."
    asked = await town.robin.slash(town.channel, "lore book delete", book="Harbour Town")
    await town.robin.click(last(asked), label="Delete Harbour Town")
    assert "**Harbour Town** is deleted." in words(asked)
    assert "There is none yet." in panel(await town.robin.slash(town.channel, "lore book list"))
    (choice,) = await town.robin.autocomplete(town.channel, "lore book restore", "book", "harb")
    back = await town.robin.slash(town.channel, "lore book restore", book=choice["value"])
    assert words(back) == "**Harbour Town** is back as it was, with 0 entries."
    asked = await town.robin.slash(town.channel, "lore book delete", book="Harbour Town")
    await town.robin.click(last(asked), label="Delete Harbour Town")
    await town.robin.click(last(asked), label="Undo")
    assert "is back as it was" in words(asked)


async def test_pages_of_books_are_turned(town: Town) -> None:
    for number in range(12):
        await make_book(town, town.robin, name=f"Book {number:02}")
    listed = await town.robin.slash(town.channel, "lore book list")
    first = panel(listed)
    assert "12 books" in first
    await town.robin.click(last(listed), label="Next")
    assert panel(listed) != first
    await town.robin.click(last(listed), label="Back")
    assert panel(listed) == first
    found = panel(await town.robin.slash(town.channel, "lore book list", words="book 07"))
    assert "Book 07" in found
    assert "Book 06" not in found


async def test_a_book_of_somebody_else_is_not_there(town: Town) -> None:
    await make_book(town, town.sasha)
    ((book_id,),) = await rows(town.program, "SELECT id FROM lore_books")
    nothing = ("nothing", "x" * 6000, "\u200b", "00000000-0000-0000-0000-000000000000", str(book_id), "Harbour Town")
    for command in ("edit", "open", "share", "fork", "delete", "attach"):
        told = "No shared lore book has this code." if command == "open" else "There is no such lore book."
        for typed in nothing[: 5 if command == "open" else None]:
            refused = await town.robin.slash(town.channel, f"lore book {command}", book=typed)
            assert words(refused).startswith(told), (command, typed)
        assert await town.robin.autocomplete(town.channel, f"lore book {command}", "book", "") == []
    # Whoever goes on guessing codes is stopped.
    refused = await town.robin.slash(town.channel, "lore book open", book="Harbour Town")
    assert words(refused).startswith("Those were too many wrong codes or passwords.")


# ------------------------------------------------------------------------------------------------ entries


async def test_an_entry_that_cannot_be_kept_is_mended(town: Town) -> None:
    await make_book(town, town.robin)
    refused = await make_entry(town, town.robin, keys="/(a+/")
    assert "(a+" in words(refused)
    again = await town.robin.click(last(refused), label="Mend")
    assert again.modal is not None
    assert filled(again.modal) == {**ENTRY, "keys": "/(a+/"}
    assert "### #1 The old harbour" in panel(await town.robin.submit_modal(again, ENTRY))


async def test_a_change_that_cannot_be_kept_is_mended(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    refused = await change(town, town.robin, "time", {"probability": "lots", "sticky": "3"})
    assert "Chance in percent: write a number from 0 to 100; you wrote lots." in words(refused)
    again = await town.robin.click(last(refused), label="Mend")
    assert again.modal is not None
    assert filled(again.modal) == {"probability": "lots", "sticky": "3", "cooldown": "0", "delay": "0"}
    mended = await town.robin.submit_modal(again, {**filled(again.modal), "probability": "40"})
    assert "**Chance in percent:** 40" in panel(mended)
    assert "**Stays:** 3" in panel(mended)


CHANGES: list[tuple[str, dict[str, Any], str]] = [
    ("words", {"name": "The flood"}, "### #1 The flood"),
    ("words", {"content": "It came at night."}, "It came at night."),
    ("words", {"folder": "past"}, "Harbour Town · past"),
    ("words", {"tags": "water"}, "#water"),
    ("keys", {"mode": ["constant"]}, "**Comes in:** Always"),
    ("keys", {"keys": "flood [case]\n/fl+ood/i"}, "**Keys:** flood [case] · /fl+ood/i"),
    ("keys", {"secondary": "night"}, "**Second keys:** night"),
    ("keys", {"logic": ["not_any"]}, "**Second keys decide:** No second key may be there"),
    ("keys", {"ticks": ["case_sensitive", "whole_words"]}, "**Keys:** harbour [case] · old quay [case]"),
    ("keys", {"ticks": []}, "**Keys:** harbour [part] · old quay [part]"),
    ("scan", {"scan_depth": "9"}, "**Scan depth:** 9"),
    ("scan", {"sources": ["user"]}, "**Looks in:** What people say"),
    ("scan", {"speakers": "Robin"}, "**Only said by:** Robin"),
    ("meaning", {"threshold": "0.4"}, "**Nearness:** 0.4"),
    ("meaning", {"results": "2"}, "**Among the nearest:** 2"),
    ("meaning", {"blend": ["and"]}, "**Keys and meaning:** Keys and meaning"),
    ("meaning", {"weight": "0.9"}, "**Weight of the meaning:** 0.9"),
    ("place", {"position": ["at_depth"]}, "**Position:** Between the messages, at a depth"),
    ("place", {"depth": "1"}, "**Depth:** 1"),
    ("place", {"role": ["user"]}, "**As whose message:** A person's"),
    ("place", {"outlet": "news"}, "**Outlet:** news"),
    ("place", {"order": "5"}, "**Order:** 5"),
    ("time", {"probability": "50"}, "**Chance in percent:** 50"),
    ("time", {"sticky": "3"}, "**Stays:** 3"),
    ("time", {"cooldown": "4"}, "**Rests:** 4"),
    ("time", {"delay": "2"}, "**Not before turn:** 2"),
    ("only", {"tags_only": "sailor"}, "**Only characters tagged:** sailor"),
    ("never", {"tags_never": "child"}, "**Never characters tagged:** child"),
    ("where", {"occasions": ["regenerate"]}, "**Only when:** Answering anew"),
    ("groups", {"groups": "weather"}, "**Groups:** weather"),
    ("groups", {"group_weight": "20"}, "**Weight in its groups:** 20"),
    ("groups", {"ticks": ["group_first"]}, "**Goes before its groups:** yes"),
    ("waking", {"level": "1"}, "**Not before wave:** 1"),
    ("waking", {"wakes_only": "#1"}, "**Wakes only:** #1"),
    ("waking", {"woken_only_by": "#1"}, "**Woken only by:** #1"),
    ("waking", {"ticks": ["is_woken"]}, "**Its words wake others:** no"),
    ("waking", {"ticks": ["wakes"]}, "**Others' words wake it:** no"),
    ("room", {"priority": "7"}, "**Priority:** 7"),
    ("room", {"max_tokens": "60"}, "**At most so many tokens:** 60"),
    ("room", {"ticks": ["ignores_budget"]}, "**Comes in even without room:** yes"),
]


async def test_each_field_of_an_entry_is_changed_alone_and_undone(town: Town) -> None:
    await make_book(town, town.robin)
    before = panel(await make_entry(town, town.robin))
    ((entry_id,),) = await rows(town.program, "SELECT id FROM lore_entries")
    for form, values, told in CHANGES:
        assert told not in before
        after = panel(await change(town, town.robin, form, values, entry=str(entry_id)))
        assert told in after, (form, values)
        others = [one for one in after.splitlines() if one not in before.splitlines() and one.startswith("**")]
        assert len(others) <= 1, others
        back = await town.robin.slash(town.channel, "lore entry undo", entry=str(entry_id))
        assert panel(back) == before, (form, values)


async def test_whom_and_where_an_entry_is_for_is_chosen_from_menus(town: Town) -> None:
    await create_character(town, town.robin)
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    role = town.guild.create_role("Sailors")
    ((mira,),) = await rows(town.program, "SELECT id FROM characters")
    values = {"characters_only": [str(mira)], "channels_only": [town.channel], "roles_only": [role]}
    after = await change(town, town.robin, "only", values)
    assert "**Only characters:** Mira" in panel(after)
    assert f"**Only channels:** <#{town.channel.id}>" in panel(after)
    assert f"**Only roles:** <@&{role.id}>" in panel(after)
    modal = await town.robin.select(last(after), ["only"], custom_id=menu_of(after, ":form"))
    assert modal.modal is not None
    shown = filled(modal.modal)
    assert shown["characters_only"] == [str(mira)]
    assert shown["channels_only"] == [str(town.channel.id)]
    after = await change(town, town.robin, "where", {"servers_never": [str(town.guild.id)]})
    assert "**Never servers:** The Copper Kettle" in panel(after)


async def test_an_entry_is_switched_off_and_on(town: Town) -> None:
    await make_book(town, town.robin)
    made = await make_entry(town, town.robin)
    await town.robin.click(last(made), label="Switch off")
    assert " · off · " in panel(made)
    off = panel(await town.robin.slash(town.channel, "lore entry list", book="Harbour Town", off=True))
    assert "The old harbour (off)" in off
    on = await town.robin.slash(town.channel, "lore entry enable", entry="The old harbour")
    assert words(on) == "**#1 The old harbour** is on."
    off = words(await town.robin.slash(town.channel, "lore entry enable", entry="The old harbour", on=False))
    assert off == "**#1 The old harbour** is off: no character hears of it."


async def test_what_was_changed_is_told_and_taken_back(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    await change(town, town.robin, "words", {"content": "Ships land again."})
    told = await town.robin.slash(town.channel, "lore entry history", entry="The old harbour")
    assert "**2** changed by robin" in panel(told)
    assert "-# Content" in panel(told)
    assert "**1** written by robin" in panel(told)
    back = await town.robin.slash(town.channel, "lore entry undo", entry="The old harbour")
    assert "Nobody lands there" in panel(back)
    told = await town.robin.slash(town.channel, "lore entry history", entry="The old harbour")
    forth = await town.robin.select(last(told), ["2"], custom_id=menu_of(told, ":back"))
    assert "Ships land again." in panel(forth)


async def test_a_deleted_entry_comes_back(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    gone = await town.robin.slash(town.channel, "lore entry delete", entry="The old harbour")
    assert panel(gone) == "**#1 The old harbour** is deleted. /lore entry undo brings it back."
    assert "There is no entry" in panel(await town.robin.slash(town.channel, "lore entry list", book="Harbour Town"))
    (choice,) = await town.robin.autocomplete(town.channel, "lore entry undo", "entry", "", book="Harbour Town")
    back = await town.robin.slash(town.channel, "lore entry undo", entry=choice["value"], book="Harbour Town")
    assert "### #1 The old harbour" in panel(back)


async def test_the_panel_deletes_undoes_and_tells_versions(town: Town) -> None:
    await make_book(town, town.robin)
    made = await make_entry(town, town.robin)
    assert {"Switch off", "Delete"} <= controls(made)
    assert not {"Undo", "Versions"} & controls(made)
    changed = await change(town, town.robin, "words", {"content": "Ships land again."})
    told = await town.robin.click(last(changed), label="Versions")
    assert "### Versions of #1 The old harbour" in panel(told)
    await town.robin.click(last(changed), label="Undo")
    assert "Nobody lands there" in panel(changed)
    await town.robin.click(last(changed), label="Delete")
    assert panel(changed) == "**#1 The old harbour** is deleted. /lore entry undo brings it back."
    assert await rows(town.program, "SELECT count(*) FROM lore_entries") == [(0,)]
    await town.robin.click(last(changed), label="Undo")
    assert "### #1 The old harbour" in panel(changed)


async def test_many_are_changed_at_once(town: Town) -> None:
    await make_book(town, town.robin)
    for number in range(3):
        await make_entry(town, town.robin, name=f"Entry {number}", folder="places" if number else "past")
    bulk = {"book": "Harbour Town", "folder": "places"}
    asked = await town.robin.slash(town.channel, "lore entry bulk", do="disable", **bulk)
    assert words(asked) == "Switch off 2 entries? They are kept, and no character hears of them."
    await town.robin.click(last(asked), label="Do it")
    assert words(asked) == "2 entries are changed."
    asked = await town.robin.slash(town.channel, "lore entry bulk", do="set", field="order", value="7", **bulk)
    assert words(asked) == "Set Order to **7** in 2 entries?"
    await town.robin.click(last(asked), label="Not now")
    assert words(asked) == "Nothing was changed."
    wrong = await town.robin.slash(town.channel, "lore entry bulk", do="set", field="order", value="many", **bulk)
    assert "Order: write a number" in words(wrong)
    none = await town.robin.slash(town.channel, "lore entry bulk", book="Harbour Town", do="delete", tag="fog")
    assert words(none) == "No entry fits that, so nothing is changed."
    assert {
        one["value"] for one in await town.robin.autocomplete(town.channel, "lore entry bulk", "field", "depth")
    } == {
        "scan_depth",
        "depth",
    }


async def test_entries_are_found_and_pages_turned(town: Town) -> None:
    await make_book(town, town.robin)
    for number in range(12):
        await make_entry(town, town.robin, name=f"Entry {number:02}", content=f"The {number:02}th lantern.")
    listed = await town.robin.slash(town.channel, "lore entry list", book="Harbour Town")
    first = panel(listed)
    assert "12 entries · " in first
    await town.robin.click(last(listed), label="Next")
    assert "Entry 11" in panel(listed)
    await town.robin.click(last(listed), label="Back")
    assert panel(listed) == first
    found = panel(await town.robin.slash(town.channel, "lore entry search", words="07th"))
    assert "### Entries with “07th”" in found
    assert "Entry 07" in found
    assert "Entry 06" not in found
    (choice,) = await town.robin.autocomplete(town.channel, "lore entry show", "entry", "entry 03")
    assert choice["name"].startswith("#4 Entry 03")
    assert "### #4 Entry 03" in panel(await town.robin.slash(town.channel, "lore entry show", entry=choice["value"]))


async def test_an_entry_is_moved(town: Town) -> None:
    await make_book(town, town.robin)
    await make_book(town, town.robin, name="Elsewhere")
    await make_entry(town, town.robin, name="First")
    await make_entry(town, town.robin, name="Second")
    moved = await town.robin.slash(town.channel, "lore entry move", entry="Second", before="First", folder="-")
    assert "Harbour Town · on" in panel(moved)
    listed = panel(await town.robin.slash(town.channel, "lore entry list", book="Harbour Town"))
    assert listed.index("Second") < listed.index("First")
    moved = await town.robin.slash(town.channel, "lore entry move", entry="Second", book="Elsewhere")
    assert "-# Elsewhere" in panel(moved)


async def test_long_content_comes_and_goes_as_a_file(town: Town) -> None:
    await make_book(town, town.robin)
    text = "The tide turns. " * 400
    form = await town.robin.slash(town.channel, "lore entry add", book="Harbour Town", file=("tide.txt", text.encode()))
    assert form.modal is not None
    made = await town.robin.submit_modal(form, {one: value for one, value in ENTRY.items() if one != "content"})
    whole = await town.robin.click(last(made), label="All of its words")
    assert [one.filename for one in last(whole).attachments] == ["entry-1.txt"]
    modal = await town.robin.select(last(made), ["words"], custom_id=menu_of(made, ":form"))
    assert modal.modal is not None
    assert "content" not in filled(modal.modal)
    await town.robin.submit_modal(modal, {"name": "Tides", "file": ("new.txt", b"Short now.")})
    assert "### #1 Tides" in panel(made)
    assert "Short now." in panel(made)


async def test_an_entry_of_somebody_else_is_not_there(town: Town) -> None:
    await make_book(town, town.sasha)
    await make_entry(town, town.sasha)
    ((entry_id,),) = await rows(town.program, "SELECT id FROM lore_entries")
    for command in ("show", "edit", "move", "enable", "delete", "history", "undo"):
        for typed in (str(entry_id), "The old harbour", "#1", "​"):
            refused = await town.robin.slash(town.channel, f"lore entry {command}", entry=typed)
            assert "There is no such lore entry" in words(refused), command
        assert await town.robin.autocomplete(town.channel, f"lore entry {command}", "entry", "") == []
    found = panel(await town.robin.slash(town.channel, "lore entry search", words="flood"))
    assert "None fits that." in found


async def test_lore_is_written_in_direct_messages_too(town: Town) -> None:
    robin = town.robin.user
    form = await robin.slash("lore book create")
    assert form.modal is not None
    made = await robin.submit_modal(form, {**filled(form.modal), **BOOK})
    form = await robin.click(last(made), label="Add an entry")
    assert form.modal is not None
    entry = await robin.submit_modal(form, ENTRY)
    modal = await robin.select(last(entry), ["only"], custom_id=menu_of(entry, ":form"))
    assert modal.modal is not None
    # There are no channels and roles to choose from.
    assert set(filled(modal.modal)) == {"tags_only"}
    await robin.submit_modal(modal, {"tags_only": "sailor"})
    assert "**Only characters tagged:** sailor" in panel(entry)
    here = panel(await robin.slash("lore book here"))
    assert "None yet." in here
    refused = await robin.slash("lore book attach", book="Harbour Town", where="server")
    assert "There is no server here." in words(refused)


async def test_suggestions_are_none_where_the_book_typed_before_is_not_there(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    for option in ("entry", "book"):
        found = await town.robin.autocomplete(town.channel, "lore entry show", option, "x", book="nothing")
        assert found == []
    assert await town.robin.autocomplete(town.channel, "lore entry show", "entry", "", book="Harbour Town") != []


# ------------------------------------------------------------------------------------------------ in force


async def test_a_book_is_put_in_force_and_taken_out(town: Town) -> None:
    await make_book(town, town.owner)
    attached = await town.owner.slash(town.channel, "lore book attach", book="Harbour Town", depth=6, waking=False)
    assert words(attached) == f"**Harbour Town** is in force: <#{town.channel.id}> (depth 6, no waking)."
    here = await town.owner.slash(town.channel, "lore book here")
    assert f"**Harbour Town** · <#{town.channel.id}> (depth 6, no waking)" in panel(here)
    ((attachment,),) = await rows(town.program, "SELECT id FROM lore_attachments")
    theirs = await town.sasha.slash(town.channel, "lore book here")
    assert "**Harbour Town**" in panel(theirs)
    assert "Change one here…" not in controls(theirs)
    form = await town.owner.select(last(here), [str(attachment)], custom_id="lore:here")
    assert form.modal is not None
    shown = filled(form.modal)
    assert shown == {
        "scan_depth": "6", "token_budget": "", "recursion": ["no"], "place": "0", "ticks": ["is_enabled"]
    }  # fmt: skip
    wrong = await town.owner.submit_modal(form, {**shown, "token_budget": "plenty"})
    again = await town.owner.click(last(wrong), label="Mend")
    assert again.modal is not None
    await town.owner.submit_modal(again, {**shown, "token_budget": "300", "ticks": []})
    told = panel(await town.owner.slash(town.channel, "lore book here"))
    assert "(depth 6, 300 tokens at most, no waking, off)" in told
    (choice,) = await town.owner.autocomplete(town.channel, "lore book detach", "book", "harbour")
    gone = await town.owner.slash(town.channel, "lore book detach", book=choice["value"])
    assert words(gone).startswith("**Harbour Town** is no longer in force: ")
    assert "None yet." in panel(await town.owner.slash(town.channel, "lore book here"))


async def test_who_may_not_manage_attaches_to_their_own(town: Town) -> None:
    await make_book(town, town.robin)
    for where in ("channel", "server"):
        refused = await town.robin.slash(town.channel, "lore book attach", book="Harbour Town", where=where)
        assert "anage" in words(refused)
    await create_character(town, town.robin)
    done = await town.robin.slash(town.channel, "lore book attach", book="Harbour Town", character="Mira")
    assert words(done) == "**Harbour Town** is in force: the character Mira."
    await summon(town, town.robin)
    assert "the character Mira" in panel(await town.robin.slash(town.channel, "lore book here"))
    done = await town.robin.slash(town.channel, "lore book attach", book="Harbour Town", where="conversation")
    assert "**Harbour Town** is in force: " in words(done)
    missing = await town.robin.slash(town.channel, "lore book attach", book="Harbour Town", where="character")
    assert words(missing) == "Say which one in the option character; nothing was attached."
    await make_book(town, town.sasha)
    refused = await town.sasha.slash(town.channel, "lore book attach", book="Harbour Town", character="Mira")
    assert "There is no such character" in words(refused)


# ------------------------------------------------------------------------------------------------ sharing


async def shared(town: Town, **code: str) -> str:
    """Robin's book, shared by its code."""
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    opened = await town.robin.slash(town.channel, "lore book share", book="Harbour Town")
    assert "Only you and those you invite can read it." in panel(opened)
    form = await town.robin.click(last(opened), label="Share by code")
    assert form.modal is not None
    await town.robin.submit_modal(form, code)
    ((found,),) = await rows(town.program, "SELECT code FROM lore_books")
    assert f"`{found}`" in panel(opened)
    return str(found)


async def test_what_the_house_says_of_a_book_and_when_it_was_looked_at_is_told(town: Town) -> None:
    code = await shared(town)
    before = panel(await town.sasha.slash(town.channel, "lore book open", book=code))
    assert "Chosen by the house" not in before
    await Publishing(town.program.database).publish(code, is_curated=True, notes="Begin *here*.")
    opened = panel(await town.sasha.slash(town.channel, "lore book open", book=code))
    assert "**Chosen by the house**: Begin \\*here\\*." in opened
    seen = panel(await town.robin.slash(town.channel, "lore book open", book="Harbour Town"))
    assert re.search(r"looked at \d+ times?, <t:\d+:R>", seen)


async def test_a_book_is_opened_by_its_code(town: Town) -> None:
    code = await shared(town)
    opened = await town.sasha.slash(town.channel, "lore book open", book=code)
    assert "you may read it · by robin" in panel(opened)
    assert "Change something…" not in controls(opened)
    assert "Add an entry" not in controls(opened)
    entries = await town.sasha.click(last(opened), label="Entries")
    assert "The old harbour" in panel(entries)
    refused = await town.sasha.slash(town.channel, "lore entry edit", entry="The old harbour")
    assert words(refused).startswith("You can read Harbour Town, but not change it.")
    assert await town.sasha.autocomplete(town.channel, "lore entry add", "book", "") == []
    left = await town.sasha.click(last(opened), label="Leave it")
    assert "no longer in your list" in words(left)
    state = await town.robin.slash(town.channel, "lore book share", book="Harbour Town")
    await town.robin.click(last(state), label="Stop sharing by code")
    refused = await town.sasha.slash(town.channel, "lore book open", book=code)
    assert "No shared lore book has this code" in words(refused)


async def test_a_password_is_asked_for(town: Town) -> None:
    code = await shared(town, password="kelpie", days="7")
    told = panel(await town.robin.slash(town.channel, "lore book share", book="Harbour Town"))
    assert "They need its password as well." in told
    assert "Until <t:" in told
    for wrong in ({}, {"password": "sea"}):
        refused = await town.sasha.slash(town.channel, "lore book open", book=code, **wrong)
        assert "password" in words(refused)
    opened = await town.sasha.slash(town.channel, "lore book open", book=code, password="kelpie")
    assert "### Harbour Town" in panel(opened)


async def test_days_that_are_none_are_mended(town: Town) -> None:
    await make_book(town, town.robin)
    opened = await town.robin.slash(town.channel, "lore book share", book="Harbour Town")
    form = await town.robin.click(last(opened), label="Share by code")
    refused = await town.robin.submit_modal(form, {"password": "kelpie", "days": "soon"})
    assert words(refused) == "Days: write a whole number from 1 to 3650, or leave it empty."
    again = await town.robin.click(last(refused), label="Mend")
    assert again.modal is not None
    assert filled(again.modal) == {"password": "kelpie", "days": "soon"}


async def test_somebody_is_invited_and_sent_away(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    opened = await town.robin.slash(town.channel, "lore book share", book="Harbour Town")
    form = await town.robin.click(last(opened), label="Invite…")
    assert form.modal is not None
    await town.robin.submit_modal(form, {"person": [town.sasha.user], "permission": ["write"], "days": "3"})
    assert f"<@{town.sasha.id}>: may write in it, until <t:" in panel(opened)
    (choice,) = await town.sasha.autocomplete(town.channel, "lore entry add", "book", "")
    made = await make_entry(town, town.sasha, choice["value"], name="By Sasha")
    assert "### #2 By Sasha" in panel(made)
    refused = await town.sasha.slash(town.channel, "lore book share", book="Harbour Town")
    assert last(refused).components == []
    ((sasha,),) = await rows(town.program, "SELECT user_id FROM grants")
    await town.robin.select(last(opened), [str(sasha)], custom_id=menu_of(opened, ":revoke"))
    assert "Nobody is in yet." in panel(opened)
    assert await town.sasha.autocomplete(town.channel, "lore entry add", "book", "") == []


async def test_somebody_asks_and_is_answered(town: Town) -> None:
    code = await shared(town)
    state = await town.robin.slash(town.channel, "lore book share", book="Harbour Town")
    form = await town.robin.click(last(state), label="Rules…")
    assert form.modal is not None
    await town.robin.submit_modal(form, {"ticks": ["allow_fork", "allow_collaboration", "accepts_requests"]})
    assert "People may ask to write in it: yes" in panel(state)
    opened = await town.sasha.slash(town.channel, "lore book open", book=code)
    asked = await town.sasha.click(last(opened), label="Ask to write in it")
    assert "You asked to write in **Harbour Town**." in words(asked)
    state = await town.robin.slash(town.channel, "lore book share", book="Harbour Town")
    assert f"**Asking to write in it**\n<@{town.sasha.id}>" in panel(state)
    ((sasha,),) = await rows(town.program, "SELECT user_id FROM grants")
    await town.robin.select(last(state), [f"{sasha}:write"], custom_id=menu_of(state, ":answer"))
    assert f"<@{town.sasha.id}>: may write in it" in panel(state)
    again = await town.sasha.slash(town.channel, "lore book ask", book="Harbour Town", words="Tides?")
    assert words(again).startswith("You may write in Harbour Town already.")
    copied = await town.sasha.slash(town.channel, "lore book fork", book="Harbour Town", name="Mine")
    assert "### Mine" in panel(copied)
    assert "yours" in panel(copied)


async def test_a_book_that_may_not_be_copied_is_not(town: Town) -> None:
    code = await shared(town)
    opened = await town.sasha.slash(town.channel, "lore book open", book=code)
    assert "Copy it" not in controls(opened)
    refused = await town.sasha.slash(town.channel, "lore book fork", book="Harbour Town")
    assert last(refused).components == []
    assert await rows(town.program, "SELECT count(*) FROM lore_books") == [(1,)]


# ------------------------------------------------------------------------------------------------ saving


async def test_a_message_is_saved_to_lore(town: Town) -> None:
    await town.owner.send(town.channel, "The lighthouse burned in the year of the comet.")
    message = town.channel.last_message
    assert message is not None
    refused = await town.robin.context_menu(town.channel, "Save to lore", message)
    assert words(refused).startswith("You have no lore book to save it to.")
    await make_book(town, town.robin)
    form = await town.robin.context_menu(town.channel, "Save to lore", message)
    assert form.modal is not None
    assert filled(form.modal)["content"] == "The lighthouse burned in the year of the comet."
    ((book_id,),) = await rows(town.program, "SELECT id FROM lore_books")
    typed = {**filled(form.modal), "name": "The lighthouse", "keys": "/(/", "book": [str(book_id)]}
    refused = await town.robin.submit_modal(form, typed)
    again = await town.robin.click(last(refused), label="Mend")
    assert again.modal is not None
    assert filled(again.modal)["name"] == "The lighthouse"
    saved = await town.robin.submit_modal(again, {**typed, "keys": "lighthouse"})
    assert "### #1 The lighthouse" in panel(saved)
    assert "year of the comet" in panel(saved)
    assert f"**Saved from a message of alexandra:** <{message.jump_url}>" in panel(saved)
