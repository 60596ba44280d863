"""What pages may call: the services of a program that serves the web, wired by `bot.app_web`.

A process of the role `web` has no Discord and speaks for no character, so what is here needs neither. Whoever adds a
service adds a field here and its making in `bot.app_web.desk_of`.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from bot.clock import Clock
from bot.ports import ModelPool
from bot.services.characters import Characters
from bot.services.characters.exporting import CardExports
from bot.services.characters.farewells import Leaving
from bot.services.characters.importing import CardImports
from bot.services.characters.pictures import Pictures
from bot.services.characters.whole import WholeCharacters
from bot.services.lore.attaching import LoreAttachments
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.meanings.chunks import Chunks
from bot.services.lore.ratings import BookRatings
from bot.services.lore.replies.trying import LoreTrials
from bot.services.lore.sharing import LoreSharing
from bot.services.lore.transfer.exporting import LoreExports
from bot.services.lore.transfer.importing import LoreImports
from bot.services.lore.whole import LoreForms
from bot.services.money.allowances import Allowances
from bot.services.money.entitlements import Entitlements
from bot.services.money.gifts import Gifts
from bot.services.money.ledger import Ledger
from bot.services.money.limits_of import Limits
from bot.services.money.packages import Packages
from bot.services.money.paying import Paying
from bot.services.money.payments import Payments
from bot.services.money.plans import Plans
from bot.services.money.subscriptions import Subscriptions
from bot.services.money.wallets import Wallets
from bot.services.oversight.accounts import Accounts
from bot.services.oversight.auditing import AuditLog
from bot.services.oversight.blocked import Blocked
from bot.services.oversight.rules import OversightRules
from bot.services.oversight.standings import Standings
from bot.services.oversight.switches import Switches
from bot.services.people import People
from bot.services.people.creating import Creating
from bot.services.people.creators import Creators
from bot.services.people.creators.follows import Follows
from bot.services.people.grants import Shares
from bot.services.people.logins import SignIns
from bot.services.people.personas import Personas
from bot.services.people.profiles import Profiles
from bot.services.people.sessions import Sessions
from bot.services.people.tokens import ApiTokens
from bot.services.programs import Programs
from bot.services.talk.conversations.reading import Readings
from bot.services.wellbeing.active import ActiveMinutes
from bot.services.wellbeing.limiting import Limiting
from bot.services.wellbeing.limits import SelfLimits
from bot.services.wellbeing.moods import Moods
from bot.services.wellbeing.reminders import Reminders
from bot.services.wellbeing.usage import Usage
from db.work import Actor, Database, Work

__all__ = ["Desk", "LoreDesk", "Work"]


@dataclass(frozen=True, slots=True)
class LoreDesk:
    """The rules of lore that need no conversation."""

    books: LoreBooks
    entries: LoreEntries
    sharing: LoreSharing
    attachments: LoreAttachments
    imports: LoreImports
    exports: LoreExports
    chunks: Chunks
    ratings: BookRatings
    trials: LoreTrials
    forms: LoreForms


@dataclass(frozen=True, slots=True)
class Desk:
    """The rules, as pages reach them."""

    database: Database
    clock: Clock
    pictures: Pictures
    people: People
    profiles: Profiles
    personas: Personas
    sessions: Sessions
    sign_ins: SignIns
    models: ModelPool
    characters: Characters
    whole: WholeCharacters
    farewells: Leaving
    card_imports: CardImports
    card_exports: CardExports
    lore: LoreDesk
    readings: Readings
    tokens: ApiTokens
    ledger: Ledger
    limits: Limits
    plans: Plans
    packages: Packages
    gifts: Gifts
    allowances: Allowances
    wallets: Wallets
    paying: Paying
    creating: Creating
    oversight: OversightRules
    usage: Usage
    moods: Moods
    self_limits: SelfLimits
    active: ActiveMinutes
    reminders: Reminders
    limiting: Limiting

    @property
    def payments(self) -> Payments:
        """What is paid, and what became of it."""
        return self.paying.payments

    @property
    def entitlements(self) -> Entitlements:
        """What people buy at Discord."""
        return self.paying.entitlements

    @property
    def subscriptions(self) -> Subscriptions:
        """Who takes which plan, and how that changes."""
        return self.paying.subscriptions

    @property
    def standings(self) -> Standings:
        """Who is staff, who is kept out, whose limits are their own."""
        return self.oversight.standings

    @property
    def accounts(self) -> Accounts:
        """Accounts as staff see them."""
        return self.oversight.accounts

    @property
    def audit_log(self) -> AuditLog:
        """The audit log, as admins search it."""
        return self.oversight.log

    @property
    def blocked(self) -> Blocked:
        """Who is suspended or banned, from memory."""
        return self.oversight.blocked

    @property
    def switches(self) -> Switches:
        """Which parts of the house are open, from memory."""
        return self.oversight.switches

    @property
    def creators(self) -> Creators:
        """Creators' profiles, their pages and the directory."""
        return self.creating.creators

    @property
    def follows(self) -> Follows:
        """Who follows whom."""
        return self.creating.follows

    @property
    def programs(self) -> Programs:
        """What the house offers creators."""
        return self.creating.programs

    @property
    def shares(self) -> Shares:
        """Who may what with a character or a lore book."""
        return self.creating.shares

    def at_work(self, user_id: UUID | None) -> AbstractAsyncContextManager[Work]:
        """A unit of work in a person's name (None: a browser nobody signed in with), committed at the end."""
        return self.database.work(Actor.visitor() if user_id is None else Actor.user(user_id))
