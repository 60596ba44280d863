"""Whose names characters cannot take: staff in whatever letters they write themselves, in every server they are in."""

from __future__ import annotations

import discord
import pytest

from cogs.naming import beginnings
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import FILLED, create, last, summon, words

STAFF = discord.Permissions(kick_members=True)


ALIKE = [
    ("мarigold", "Marigold"),
    ("_dahlia", "Dahlia"),
    (".viola", "VIOLA"),
    ("rnargo", "Margo"),
    ("morgan", "rnorgan"),
    ("vvilma", "Wilma"),
    ("аlехеi", "Alexei"),
    ("οlga", "Olga"),
    ("1van", "Ivan"),
    ("0scar", "Oscar"),
    ("lsolde", "Isolde"),
]


async def test_staff_is_found_whatever_letters_their_names_begin_with(town: Town) -> None:
    role = town.guild.create_role("Guard", permissions=STAFF)
    for staff, name in ALIKE:
        assert "is ready" in words(await create(town, town.sasha, name=name, examples="")), "the control"
        town.guild.add_member(town.env.create_user(staff), roles=[role])
        refused = words(await create(town, town.robin, name=name, examples=""))
        assert f"would look like “{staff}”" in refused


def test_a_search_asks_for_few_beginnings() -> None:
    every = [chr(letter) + rest for letter in range(ord("a"), ord("z") + 1) for rest in ("a", "lara", "vv")]
    assert all(1 <= len(beginnings(name)) <= 12 for name in every)
    assert beginnings("") == set()


async def elsewhere(town: Town) -> str:
    """Mira stands in another server too, whose guard is called Marigold."""
    other = town.env.create_guild("The Other Kettle", owner=town.env.create_user("olivia"))
    channel = other.create_text_channel("parlour")
    role = other.create_role("Guard", permissions=STAFF)
    other.add_member(town.env.create_user("marigold"), roles=[role])
    member = other.add_member(town.robin.user)
    await town.env.settle()
    (choice,) = await member.autocomplete(channel, "character summon", "character", "mir")
    await member.slash(channel, "character summon", character=choice["value"])
    await town.settle()
    return choice["value"]


@pytest.mark.parametrize("name", ["Marigold", "Olivia"])
async def test_a_new_name_is_looked_at_in_every_server_the_character_is_in(town: Town, name: str) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    mira = await elsewhere(town)
    form = await town.robin.slash(town.channel, "character edit", character=mira)
    assert form.modal is not None
    refused = await town.robin.submit_modal(form, {**FILLED, "name": name, "examples": ""})
    assert f"would look like “{name.lower()}”" in words(refused)
    again = await town.robin.click(last(refused), label="Mend")
    assert again.modal is not None
    assert "is changed" in words(await town.robin.submit_modal(again, {**FILLED, "name": "Mirabel", "examples": ""}))


async def test_control_where_the_character_is_not_nobody_is_in_the_way(town: Town) -> None:
    await create(town, town.robin)
    other = town.env.create_guild("The Other Kettle", owner=town.env.create_user("olivia"))
    other.add_member(town.env.create_user("marigold"), roles=[other.create_role("Guard", permissions=STAFF)])
    other.add_member(town.robin.user)
    await town.env.settle()
    form = await town.robin.slash(town.channel, "character edit", character="Mira")
    changed = await town.robin.submit_modal(form, {**FILLED, "name": "Marigold", "examples": ""})
    assert "is changed" in words(changed)
