"""What people who are new to /lore ran into, each kept from coming back."""

from __future__ import annotations

from uuid import uuid4

import discord

from cogs.lore.sharing import PeopleSelect
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create as create_character
from tests.cogs.test_cogs_characters import last, words
from tests.cogs.test_cogs_lore import change, make_book, make_entry, panel
from tests.services.test_services_turns import rows


async def test_words_put_in_another_order_are_a_change(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin, content="Red, then green, then blue")
    changed = await change(town, town.robin, "words", {"content": "then blue, Red, then green"})
    assert "then blue, Red, then green" in panel(changed)
    renamed = await change(town, town.robin, "words", {"name": "quay, old"})
    assert "quay, old" in panel(renamed)
    again = await change(town, town.robin, "words", {"name": "old,  quay"}, entry="quay, old")
    assert "old, quay" in panel(again)


async def test_a_field_to_set_is_asked_for(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    refused = await town.robin.slash(town.channel, "lore entry bulk", book="Harbour Town", do="set", value="3")
    assert words(refused) == "Choose in the option field which field to set. Nothing was changed."


async def test_a_long_folder_is_listed(town: Town) -> None:
    folder = "Places of the old harbour below the flood line, by day"
    await make_book(town, town.robin)
    for number in range(12):
        await make_entry(town, town.robin, name=f"Entry {number:02}", folder=folder)
    listed = await town.robin.slash(town.channel, "lore entry list", book="Harbour Town", folder=folder)
    first = panel(listed)
    assert f"folder {folder}" in first
    assert "12 entries" in first
    await town.robin.click(last(listed), label="Next")
    assert "Entry 11" in panel(listed)
    await town.robin.click(last(listed), label="Back")
    assert panel(listed) == first


async def test_a_long_search_is_searched_whole(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    sought = "nobody lands there since the flood came unicorn"
    found = await town.robin.slash(town.channel, "lore entry search", words=sought)
    assert "None fits that." in panel(found)


async def test_a_list_is_narrowed_by_all_that_was_chosen(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin, name="On", folder="places")
    await make_entry(town, town.robin, name="Off", folder="places")
    await make_entry(town, town.robin, name="Elsewhere", folder="past")
    for name in ("Off", "Elsewhere"):
        await town.robin.slash(town.channel, "lore entry enable", entry=name, on=False)
    listed = panel(
        await town.robin.slash(town.channel, "lore entry list", book="Harbour Town", folder="places", off=True)
    )
    assert "Off" in listed
    assert "1 entry" in listed
    assert "On" not in listed.replace("Off", "")


async def test_what_is_set_for_many_is_offered_and_told_in_words(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    given = {"book": "Harbour Town", "do": "set"}
    fields = await town.robin.autocomplete(town.channel, "lore entry bulk", "field", "keys", **given)
    assert not {"keys", "secondary"} & {one["value"] for one in fields}, "what cannot be set is not offered"
    (always,) = await town.robin.autocomplete(town.channel, "lore entry bulk", "value", "alw", **given, field="mode")
    assert (always["name"], always["value"]) == ("Always", "constant")
    asked = await town.robin.slash(town.channel, "lore entry bulk", **given, field="mode", value="constant")
    assert words(asked) == "Set Comes in to **Always** in 1 entry?"
    folders = await town.robin.autocomplete(
        town.channel, "lore entry bulk", "value", "", book="Harbour Town", do="folder"
    )
    assert [one["value"] for one in folders] == ["places"]
    await create_character(town, town.robin)
    given["field"] = "characters_only"
    offered = await town.robin.autocomplete(town.channel, "lore entry bulk", "value", "", **given)
    mira = next(one for one in offered if one["name"] == "Mira")
    asked = await town.robin.slash(town.channel, "lore entry bulk", **given, value=mira["value"])
    assert words(asked) == "Set Only characters to **Mira** in 1 entry?"


async def test_everybody_who_was_let_in_can_be_sent_away() -> None:
    people = [discord.SelectOption(label=f"Guest {number}", value=f"{number}") for number in range(100)]
    menus = PeopleSelect.of(uuid4(), "revoke", people, "Take the way in from…")
    assert [one.value for menu in menus for one in menu.item.options] == [one.value for one in people]
    assert all(len(menu.item.options) <= 25 for menu in menus)
    found = [menu.template.fullmatch(menu.custom_id) for menu in menus]
    assert all(one is not None and one["what"] == "revoke" for one in found)
    assert len({menu.custom_id for menu in menus}) == len(menus)


async def test_a_name_in_a_refusal_pings_nobody_and_hides_no_link(town: Town) -> None:
    await make_book(town, town.robin, name="**Free** @everyone [gift](https://a.example)")
    await make_entry(town, town.robin, book="**Free** @everyone [gift](https://a.example)")
    ((code,),) = await rows(town.program, "SELECT code FROM lore_books")
    opened = await town.robin.slash(town.channel, "lore book share", book=str(code))
    form = await town.robin.click(last(opened), label="Share by code")
    await town.robin.submit_modal(form, {})
    await town.sasha.slash(town.channel, "lore book open", book=str(code))
    refused = await town.sasha.slash(town.channel, "lore entry edit", entry="The old harbour")
    said = words(refused)
    assert said.startswith("You can read ")
    assert "@everyone" not in said
    assert "**Free**" not in said.replace("\\*", "")
    assert "\\[gift" in said


async def test_a_deleted_entry_is_found_without_its_book(town: Town) -> None:
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    await make_entry(town, town.robin, name="The mole")
    gone = await town.robin.slash(town.channel, "lore entry delete", entry="The old harbour")
    assert "is deleted" in panel(gone)
    offered = await town.robin.autocomplete(town.channel, "lore entry undo", "entry", "old harb")
    assert "#1 The old harbour (Harbour Town)" in {one["name"] for one in offered}
    assert await town.sasha.autocomplete(town.channel, "lore entry undo", "entry", "old harb") == []
    hidden = await town.sasha.slash(town.channel, "lore entry undo", entry="The old harbour")
    assert words(hidden).startswith("There is no such lore entry.")
    back = await town.robin.slash(town.channel, "lore entry undo", entry="the old harbour")
    assert "### #1 The old harbour" in panel(back)
    again = await town.robin.slash(town.channel, "lore entry delete", entry="The old harbour")
    await town.robin.click(last(again), label="Undo")
    assert "### #1 The old harbour" in panel(again)
