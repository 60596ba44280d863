"""What faces may call: the services of one running program, wired by `bot.app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.services.characters import Characters
from bot.services.characters.exporting import CardExports
from bot.services.characters.farewells import Farewells
from bot.services.characters.importing import CardImports
from bot.services.lore.attaching import LoreAttachments
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.meanings.chunks import Chunks
from bot.services.lore.ratings import BookRatings
from bot.services.lore.replies.tracing import LoreTraces
from bot.services.lore.sharing import LoreSharing
from bot.services.lore.transfer.exporting import LoreExports
from bot.services.lore.transfer.importing import LoreImports
from bot.services.money.allowances import Allowances
from bot.services.money.gifts import Gifts
from bot.services.money.ledger import Ledger
from bot.services.money.limits_of import Limits
from bot.services.money.packages import Packages
from bot.services.money.paying import Paying
from bot.services.money.plans import Plans
from bot.services.money.wallets import Wallets
from bot.services.oversight.blocked import Blocked
from bot.services.oversight.rules import OversightRules
from bot.services.oversight.switches import Switches
from bot.services.people import People
from bot.services.people.creating import Creating
from bot.services.people.personas import Personas
from bot.services.people.profiles import Profiles
from bot.services.talk.control import Control
from bot.services.talk.conversations import Conversations
from bot.services.talk.exports import Exports
from bot.services.talk.forks import Forks
from bot.services.talk.places import Places
from bot.services.talk.posts import Posts
from bot.services.talk.recaps import Recaps
from bot.services.talk.replies import Replies
from bot.services.talk.turns import Turns
from bot.services.talk.why import Why
from bot.services.wellbeing.active import ActiveMinutes
from bot.services.wellbeing.limiting import Limiting
from bot.services.wellbeing.limits import SelfLimits
from bot.services.wellbeing.moods import Moods
from bot.services.wellbeing.reminders import Reminders
from bot.services.wellbeing.usage import Usage


@dataclass(frozen=True, slots=True)
class Lore:
    """The rules of lore."""

    books: LoreBooks
    entries: LoreEntries
    sharing: LoreSharing
    attachments: LoreAttachments
    traces: LoreTraces
    imports: LoreImports
    exports: LoreExports
    chunks: Chunks
    ratings: BookRatings = field(default_factory=BookRatings)


@dataclass(frozen=True, slots=True)
class Money:
    """The rules of money."""

    ledger: Ledger
    limits: Limits
    plans: Plans
    packages: Packages
    gifts: Gifts
    allowances: Allowances
    wallets: Wallets


@dataclass(frozen=True, slots=True)
class Cafe:
    """The rules, as commands and pages reach them. `site` tells where the web app is reached, "" where it is not."""

    people: People
    profiles: Profiles
    personas: Personas
    places: Places
    characters: Characters
    card_imports: CardImports
    card_exports: CardExports
    farewells: Farewells
    conversations: Conversations
    turns: Turns
    replies: Replies
    control: Control
    forks: Forks
    recaps: Recaps
    exports: Exports
    posts: Posts
    why: Why
    lore: Lore
    money: Money
    paying: Paying
    oversight: OversightRules
    creating: Creating
    moods: Moods
    self_limits: SelfLimits
    active: ActiveMinutes
    reminders: Reminders
    limiting: Limiting
    site: Callable[[], str]
    usage: Usage = field(default_factory=Usage)

    @property
    def blocked(self) -> Blocked:
        """Who is suspended or banned, from memory."""
        return self.oversight.blocked

    @property
    def switches(self) -> Switches:
        """Which parts of the house are open, from memory."""
        return self.oversight.switches
