"""Builds the services of lore: a part of `bot.app`, which alone calls it."""

from __future__ import annotations

from collections.abc import Callable

from bot.clock import Clock
from bot.ports import ModelPool
from bot.ports.embedding import Embedder
from bot.services.cafe import Lore
from bot.services.lore.attaching import LoreAttachments
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.meanings.chunks import Chunks
from bot.services.lore.meanings.recall import Recall
from bot.services.lore.replies.activating import LoreActivations
from bot.services.lore.replies.loading import LoreDecks
from bot.services.lore.replies.tracing import LoreTraces
from bot.services.lore.sharing import LoreSharing
from bot.services.lore.transfer.exporting import LoreExports
from bot.services.lore.transfer.importing import LoreImports
from bot.services.money.limits_of import Limits
from bot.services.talk.heed import Hearing
from bot.services.talk.replies import Replies
from bot.services.talk.snapshot import Snapshots
from db.work import Database


class LoreParts:
    """What lore is made of in one program. `count` gives a text's tokens; close `decks` at the end."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        embedder: Embedder | None,
        count: Callable[[str], int],
        plan_limits: Limits | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self.books, self.entries = LoreBooks(clock), LoreEntries(count)
        self.imports = LoreImports(database, self.books, self.entries, clock, plan_limits=plan_limits)
        self.exports = LoreExports(database, self.books)
        self.chunks = Chunks(database, embedder)
        self.decks = LoreDecks(database)
        self.activations = LoreActivations(database, self.decks, clock=clock, recall=Recall(embedder))

    def lore(self, *, replies: Replies, models: ModelPool, hearing: Hearing) -> Lore:
        """What faces may call."""
        snapshots = Snapshots(self._database, hearing=hearing, clock=self._clock, lore=self.activations)
        return Lore(
            books=self.books,
            entries=self.entries,
            sharing=LoreSharing(self._clock),
            attachments=LoreAttachments(self._database),
            traces=LoreTraces(
                self._database,
                replies=replies,
                snapshots=snapshots,
                lore=self.activations,
                models=models,
                hearing=hearing,
            ),
            imports=self.imports,
            exports=self.exports,
            chunks=self.chunks,
        )
