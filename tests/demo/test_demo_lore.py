"""The demo's lore: every entry can be heard of, and does what it is there to show."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from bot.demo.cast import CAST
from bot.demo.lore import TOWN, DemoEntry
from bot.providers.tokens import Tokenizer
from bot.services.lore.book import Book, Choice, Filters
from bot.services.lore.deck import Deck
from bot.services.lore.engine import activate
from bot.services.lore.reasons import Via
from bot.services.lore.scene import Said, Scene, Speaker

NUMBERS = {member.name: UUID(int=number) for number, member in enumerate(CAST, 1)}
NAMES = {one.entry.id: one.entry.name for one in TOWN}
ASKED = {
    "Halden Harbour": "Good evening.",
    "The Salt Bell": "When does the Salt Bell ring?",
    "The Marguerite": "Tell me about Isolde.",
    "Fenwick's ferry": "What does the ferry cost?",
    "The Gull and Thimble": "Is there an inn?",
    "Room Four": "Who sleeps in room four?",
    "What lamp oil costs": "How much is oil for a lamp?",
    "A fog tide": "The fog is rising!",
    "The harbourmaster": "Who is the harbourmaster?",
    "The two bakeries": "Where do I get bread?",
    "The sky post": "I am waiting for an airship.",
    "The Gardener": "What is that moving star?",
    "Rumour: the green lamp": "Any gossip?",
    "Rumour: the cat on the ferry": "Any gossip?",
    "Rumour: the man with the chain": "Any gossip?",
}


def for_whom(one: DemoEntry) -> Filters:
    return Filters(characters=Choice(only=frozenset(NUMBERS[name] for name in one.only_for)))


DECK = Deck([Book(UUID(int=99), 1, entries=tuple(replace(one.entry, filters=for_whom(one)) for one in TOWN))])


def heard(*newest_first: str, by: str = "Mira", die: int = 7) -> dict[str, Via]:
    """The entries that come in when somebody says this to a member of the cast, and by which way."""
    window = tuple(Said(100 - number, Speaker.USER, "Robin", text) for number, text in enumerate(newest_first))
    scene = Scene(UUID(int=die), window, character_id=NUMBERS[by])
    return {one.entry.name: one.cause.via for one in activate(DECK, scene, 2000).active}


@pytest.mark.parametrize("one", TOWN, ids=lambda one: one.entry.name)
def test_every_entry_can_be_heard_of(one: DemoEntry) -> None:
    assert one.folder
    assert one.entry.tokens == Tokenizer().count(one.entry.content) < 100
    tries = range(60) if one.entry.groups else (7,)
    assert any(one.entry.name in heard(ASKED[one.entry.name], die=die) for die in tries)
    # Control: what has nothing to do with it does not bring it.
    assert one.entry.name == "Halden Harbour" or one.entry.name not in heard("I like warm socks.")


def test_the_bell_wakes_the_ship_for_mira_only() -> None:
    assert heard("When does the Salt Bell ring?") == {
        "Halden Harbour": Via.CONSTANT,
        "The Salt Bell": Via.KEYWORD,
        "The Marguerite": Via.KEYWORD,
    }
    assert "The Marguerite" not in heard("When does the Salt Bell ring?", by="Juno")


def test_oil_is_priced_only_where_somebody_asks_for_the_price() -> None:
    assert "What lamp oil costs" in heard("What is the price of oil?")
    assert "What lamp oil costs" not in heard("The oil smells of fish.")


def test_one_rumour_at_a_time() -> None:
    told = [frozenset(name for name in heard("Any gossip?", die=die) if "Rumour" in name) for die in range(60)]
    assert {len(names) for names in told} == {1}
    assert len(set(told)) == 3


def test_the_ids_stay() -> None:
    """Seeding again finds what was seeded before."""
    assert len(NAMES) == len(TOWN)
    assert len(set(NAMES.values())) == len(TOWN)
    assert str(TOWN[1].entry.id) == "88350e66-a3a6-5835-a57d-7669a3ffbd2d"
