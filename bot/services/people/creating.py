"""Everything of creators in one place, for faces to call: profiles, follows, verification, programs, shares."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock
from bot.services.characters.pictures import Pictures
from bot.services.lore.books import LoreBooks
from bot.services.lore.sharing import LoreSharing
from bot.services.oversight.audit import Oversight
from bot.services.people.creators import Creators
from bot.services.people.creators.follows import Follows
from bot.services.people.creators.statistics import Statistics
from bot.services.people.creators.verification import Verifications
from bot.services.people.grants import Shares
from bot.services.programs import OpenGate, Programs
from db.work import Database


@dataclass(frozen=True, slots=True)
class Creating:
    """The rules of creators."""

    creators: Creators
    follows: Follows
    verifications: Verifications
    statistics: Statistics
    programs: Programs
    shares: Shares


def creating_of(
    database: Database,
    pictures: Pictures,
    books: LoreBooks,
    lore: LoreSharing,
    clock: Clock,
    *,
    oversight: Oversight | None = None,
    gate: OpenGate | None = None,
) -> Creating:
    """Put them together. `gate` raises where programs are switched off."""
    watched = oversight or Oversight(database)
    creators = Creators(pictures, clock=clock)
    return Creating(
        creators=creators,
        follows=Follows(creators),
        verifications=Verifications(creators, watched, clock),
        statistics=Statistics(creators, clock),
        programs=Programs(creators, watched, clock, gate=gate),
        shares=Shares(database, books, lore, clock),
    )
