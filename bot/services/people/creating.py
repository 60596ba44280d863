"""Everything of creators in one place, for faces to call: profiles, follows, verification, programs, shares."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock
from bot.services.characters.pictures import Pictures
from bot.services.lore.books import LoreBooks
from bot.services.lore.sharing import LoreSharing
from bot.services.money.limits_of import Limits
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
    """The rules of creators. `public_url` is where their pages are reached from outside, "" where they are not."""

    creators: Creators
    follows: Follows
    verifications: Verifications
    statistics: Statistics
    programs: Programs
    shares: Shares
    public_url: str = ""


def creating_of(
    database: Database,
    pictures: Pictures,
    books: LoreBooks,
    lore: LoreSharing,
    clock: Clock,
    *,
    oversight: Oversight | None = None,
    gate: OpenGate | None = None,
    plan_limits: Limits | None = None,
    public_url: str = "",
) -> Creating:
    """Put them together. `gate` raises where programs are switched off."""
    watched = oversight or Oversight(database)
    bounds = plan_limits or Limits(clock)
    creators = Creators(pictures, clock=clock, plan_limits=bounds)
    return Creating(
        creators=creators,
        follows=Follows(creators),
        verifications=Verifications(creators, watched, clock),
        statistics=Statistics(creators, clock, plan_limits=bounds),
        programs=Programs(creators, watched, clock, gate=gate),
        shares=Shares(database, books, lore, clock),
        public_url=public_url.rstrip("/"),
    )
