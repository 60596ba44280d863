"""The demo's lore book: the town that the cast has in common, an example of most things an entry can do."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from bot.services.lore.engine.book import Entry, Key, Logic, Mode, Position, Waking

NAME = "Halden Harbour"
DESCRIPTION = "The town below the Lantern Archive: who lives there, what it costs, and what the fog does."
TAGS = ("cozy", "fantasy", "town")
_HOUSE = UUID("7c0a4f1e-3d51-5b0e-9a67-2f5f7b1d9c44")
"""From which the entries' ids come, so that seeding again finds them."""


@dataclass(frozen=True, slots=True)
class DemoEntry:
    """An entry, the folder it lies in, and the names of the cast's members it is for (none: for everyone)."""

    entry: Entry
    folder: str
    only_for: tuple[str, ...] = ()


def _id(name: str) -> UUID:
    return uuid5(_HOUSE, name)


def _keys(*texts: str) -> tuple[Key, ...]:
    return tuple(Key(text) for text in texts)


_RUMOUR_KEYS = _keys("rumour", "rumours", "rumor", "rumors", "gossip", "any news", "what is new")

TOWN: tuple[DemoEntry, ...] = (
    DemoEntry(
        Entry(
            _id("town"),
            "Halden Harbour",
            "Halden Harbour is the town at the foot of Halden Rock: forty crooked houses, one crane, and two bakeries "
            "that do not speak to each other. Its ships sail on the Hush, which is fog and not water.",
            49,
            mode=Mode.CONSTANT,
            order=10,
            waking=Waking(wakes=False),
        ),
        "Places",
        only_for=("Mira", "Juno", "Tock"),
    ),
    DemoEntry(
        Entry(
            _id("bell"),
            "The Salt Bell",
            "The Salt Bell hangs in the harbour gate and has no rope. It rings by itself, seven strokes, one hour "
            "before the Hush takes a ship. It was cast from the anchor of the Marguerite.",
            45,
            keys=_keys("Salt Bell", "bell", "bells"),
            priority=200,
        ),
        "Places",
    ),
    DemoEntry(
        Entry(
            _id("marguerite"),
            "The Marguerite",
            "The Marguerite was Isolde Vale's ship, a two-master with a green lamp. She left Halden Harbour eleven "
            "years ago with nine people and a piano, and only her anchor came back.",
            43,
            keys=_keys("Marguerite", "Isolde"),
            order=120,
        ),
        "Ships",
        only_for=("Mira",),
    ),
    DemoEntry(
        Entry(
            _id("ferry"),
            "Fenwick's ferry",
            "Old Fenwick's ferry is the Borrowed Penny. She crosses on Thursdays, and the fare is one secret, "
            "whispered into the lantern at her bow. Fenwick never repeats one; the lantern sometimes does.",
            48,
            keys=_keys("Fenwick", "ferry", "ferryman", "Borrowed Penny"),
        ),
        "Ships",
    ),
    DemoEntry(
        Entry(
            _id("inn"),
            "The Gull and Thimble",
            "The inn at the quay is the Gull and Thimble. Perpetua Brask keeps it: fish pie on Fridays, a bed for two "
            "pennies, and no questions before breakfast. Room Four is never let.",
            43,
            keys=_keys("Gull and Thimble", "inn", "Perpetua", "place to sleep", "somewhere to sleep"),
        ),
        "Places",
    ),
    DemoEntry(
        Entry(
            _id("room"),
            "Room Four",
            "In Room Four of the Gull and Thimble the clock runs, but only while nobody looks at it. A guest went in "
            "nine winters ago, and the plate outside the door is still emptied every night.",
            46,
            keys=_keys("Room Four"),
            order=110,
        ),
        "Places",
    ),
    DemoEntry(
        Entry(
            _id("oil"),
            "What lamp oil costs",
            "Lamp oil costs four pennies the flask at Tarn's on the quay, and six in the week before a fog tide. The "
            "Archive has burned it on credit since the winter of the broken mast.",
            43,
            keys=_keys("lamp", "lamps", "oil", "lantern"),
            secondary=_keys("cost", "costs", "price", "buy", "penny", "pennies", "expensive", "how much"),
            logic=Logic.AND_ANY,
            waking=Waking(is_woken=False),
        ),
        "Prices",
    ),
    DemoEntry(
        Entry(
            _id("tide"),
            "A fog tide",
            "In a fog tide the Hush rises over the quay to the second floor of the houses. People go about by the blue "
            "ropes between the doors, count their children aloud, and leave a lamp for whoever is still out.",
            51,
            keys=(
                *_keys("fog tide", "blue rope", "blue ropes"),
                Key(r"\bfog\b[^.!?]{0,30}\b(rises|rising|comes in)\b", True),
            ),
            sticky=4,
            position=Position.AT_DEPTH,
            depth=3,
        ),
        "The Hush",
    ),
    DemoEntry(
        Entry(
            _id("master"),
            "The harbourmaster",
            "Ilse Tarn is harbourmaster and sells lamp oil. She has a wooden hand, writes everything down twice, and "
            "has been wrong once, about a goat.",
            35,
            keys=_keys("harbourmaster", "harbour master", "harbormaster", "Ilse", "Tarn"),
        ),
        "People",
    ),
    DemoEntry(
        Entry(
            _id("bakeries"),
            "The two bakeries",
            "Odile's bakery makes rye with fennel, and Odo's makes honey twists. They are brother and sister and have "
            "not spoken since the wedding cake of the year with two springs.",
            42,
            keys=_keys("bakery", "bakeries", "bread", "baker", "Odile", "Odo"),
        ),
        "People",
    ),
    DemoEntry(
        Entry(
            _id("post"),
            "The sky post",
            "Sky couriers tie up at the crane for one hour and pay in stories. Juno Quill has tied up there nineteen "
            "times, once on purpose, and owes the crane keeper eleven dumplings.",
            43,
            keys=_keys("courier", "couriers", "airship", "sky post", "the crane"),
        ),
        "People",
    ),
    DemoEntry(
        Entry(
            _id("star"),
            "The Gardener",
            "The light that crosses the sky above the harbour every evening is called the Gardener. Children say that "
            "somebody up there waters the clouds; Tock, who is up there, says it is mostly tomatoes.",
            48,
            keys=_keys("the Gardener", "evening star", "moving star", "light in the sky", "Long Afternoon"),
        ),
        "The sky",
    ),
    DemoEntry(
        Entry(
            _id("rumour-lamp"),
            "Rumour: the green lamp",
            "This week they say that a green lamp was seen out on the Hush, on three nights, at the same hour.",
            25,
            keys=_RUMOUR_KEYS,
            groups=frozenset({"rumour"}),
            group_weight=60,
            waking=Waking(wakes=False),
        ),
        "Rumours",
    ),
    DemoEntry(
        Entry(
            _id("rumour-cat"),
            "Rumour: the cat on the ferry",
            "This week they say that a grey cat rode on the Borrowed Penny, paid the fare, and got off laughing.",
            25,
            keys=_RUMOUR_KEYS,
            groups=frozenset({"rumour"}),
            group_weight=100,
            waking=Waking(wakes=False),
        ),
        "Rumours",
    ),
    DemoEntry(
        Entry(
            _id("rumour-map"),
            "Rumour: the man with the chain",
            "This week they say that a man of the Guild of Still Maps measured the quay, and asked what it is tied to.",
            27,
            keys=_RUMOUR_KEYS,
            groups=frozenset({"rumour"}),
            group_weight=100,
            waking=Waking(wakes=False),
        ),
        "Rumours",
    ),
)
"""In the order in which they are listed."""
