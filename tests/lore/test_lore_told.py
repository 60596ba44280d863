"""The table of keys in docs/lore.md, held to what happens: what it says is found is found, what is not is not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest

from bot.services.lore.engine.activation import activate
from bot.services.lore.engine.book import Book, Entry, Key
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.scene import Said, Scene, Speaker
from bot.services.lore.fields import ENTRY_FIELDS, read

PAGE = (Path(__file__).parents[2] / "docs" / "lore.md").read_text()
TOLD = {
    "harbour": (("harbour", "Harbour", "HARBOUR", "the harbour."), ("harbourmaster",)),
    "red keep": (("red keep", "Red  Keep"), ("redkeep", "red keeper")),
    "Rose [case]": (("a woman, Rose", "Rose"), ("a rose", "ROSE")),
    "drag [part]": (("drag", "dragon", "bedraggled"), ("dra",)),
    "/drag(on|ons)/i": (("dragon", "DRAGONS"), ("drag",)),
    "/drag(on|ons)/": (("dragon",), ("Dragon",)),
}


def test_every_key_of_the_page_is_tried_here() -> None:
    table = PAGE.split("| written | found |")[1].split("\n\n")[0]
    written = [one.replace("\\|", "|") for one in re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE)]
    assert written == [one for one in TOLD if one != "/drag(on|ons)/"]


@pytest.mark.parametrize("typed", TOLD)
def test_a_key_finds_what_the_page_says(typed: str) -> None:
    keys = cast("tuple[Key, ...]", read(ENTRY_FIELDS["keys"], typed))
    entry = Entry(UUID(int=1), "entry", "content", 10, keys=keys)
    deck = Deck([Book(UUID(int=9), 1, "book", (entry,))])
    found, missed = TOLD[typed]
    for text, is_in in [*((one, True) for one in found), *((one, False) for one in missed)]:
        scene = Scene(UUID(int=77), (Said(1000, Speaker.USER, "Ann", text),))
        assert bool(activate(deck, scene, 1000).active) is is_in, text
