"""What faces may call: the services of one running program, wired by `bot.app`."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.characters import Characters
from bot.services.characters.exporting import CardExports
from bot.services.characters.farewells import Farewells
from bot.services.characters.importing import CardImports
from bot.services.lore.attaching import LoreAttachments
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.meanings.chunks import Chunks
from bot.services.lore.replies.tracing import LoreTraces
from bot.services.lore.sharing import LoreSharing
from bot.services.lore.transfer.exporting import LoreExports
from bot.services.lore.transfer.importing import LoreImports
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


@dataclass(frozen=True, slots=True)
class Cafe:
    """The rules, as commands and pages reach them."""

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
    creating: Creating
