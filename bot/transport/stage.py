"""The `bot.ports.Stage` of a Discord with webhooks."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import TypeVar

import structlog

from bot.clock import Clock
from bot.ports import PartLog, Performance, Place, Scene
from bot.texts import Say
from bot.transport.chunking import split
from bot.transport.executor import Call, Done, Executor, Unsure
from bot.transport.harmless import harmless
from bot.transport.lookback import Lookback
from bot.transport.performance import Props, WebhookPerformance
from bot.transport.speaker import NO_MENTIONS, Speaker
from bot.transport.stores import FaceAddresses
from bot.transport.tempo import Tempo

TYPING_SECONDS = 9.0
"""Typing shows for about ten seconds; asking more often earns 429s and shows nothing more."""

_SUPPRESS_EMBEDS, _SILENT = 1 << 2, 1 << 12
_KEPT_CHANNELS = 5_000
Value = TypeVar("Value")

log = structlog.get_logger(__name__)


class WebhookStage:
    """A way to speak in channels as somebody. Holds nothing that must outlive the process."""

    def __init__(
        self,
        *,
        executor: Executor,
        speaker: Speaker,
        faces: FaceAddresses,
        clock: Clock,
        say: Say | None = None,
    ) -> None:
        """`say` labels the Stop button."""
        self._executor = executor
        self._clock = clock
        label = (say or Say())("Stop")
        self._props = Props(speaker, Lookback(executor, speaker), faces, clock, label)
        self._tempos: OrderedDict[int, Tempo] = OrderedDict()
        self._typed_at: OrderedDict[int, float] = OrderedDict()
        self._remarked: OrderedDict[int, str] = OrderedDict()

    async def typing(self, place: Place) -> None:
        """Show that an answer is on its way, at most every nine seconds per channel. Failures are ignored."""
        now = self._clock.monotonic()
        if now - self._typed_at.get(place.channel_id, float("-inf")) < TYPING_SECONDS:
            return
        _keep(self._typed_at, place.channel_id, now)
        ids = {"channel_id": place.channel_id}
        await self._executor.request(Call("POST", "/channels/{channel_id}/typing", ids, patient=False))

    def perform(self, scene: Scene, log: PartLog) -> Performance:
        """Begin to show a reply. Posts nothing before the first `show` or `finish`."""
        channel_id = scene.place.webhook_channel_id
        tempo = self._tempos.get(channel_id) or Tempo(self._clock)
        _keep(self._tempos, channel_id, tempo)
        self._remarked.pop(scene.place.channel_id, None)
        return WebhookPerformance(scene, log, self._props, tempo)

    async def remark(self, place: Place, text: str, *, key: str) -> None:
        """A quiet line of the application's own: small, silent, without pings. Failures are logged.

        The same `key` is shown once until something else is said in the channel.
        """
        if self._remarked.get(place.channel_id) == key:
            return
        _keep(self._remarked, place.channel_id, key)
        lines = (f"-# {line}" for line in harmless(text).splitlines() if line.strip())
        body = {
            "content": (split("\n".join(lines)) or ["-# …"])[0],
            "flags": _SUPPRESS_EMBEDS | _SILENT,
            "allowed_mentions": NO_MENTIONS,
            # Discord drops a second message with the same nonce within some minutes: asking twice is safe below.
            "nonce": secrets.token_hex(12),
            "enforce_nonce": True,
        }
        call = Call("POST", "/channels/{channel_id}/messages", {"channel_id": place.channel_id}, body=body)
        outcome = await self._executor.request(call)
        if isinstance(outcome, Unsure):
            outcome = await self._executor.request(call)
        if not isinstance(outcome, Done):
            log.warning("remark_failed", channel_id=place.channel_id, key=key, outcome=repr(outcome)[:120])


def _keep(kept: OrderedDict[int, Value], channel_id: int, value: Value) -> None:
    """Remember, and forget the channel unused for longest when there are very many."""
    kept[channel_id] = value
    kept.move_to_end(channel_id)
    if len(kept) > _KEPT_CHANNELS:
        kept.popitem(last=False)
