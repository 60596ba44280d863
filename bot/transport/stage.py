"""The `bot.ports.Stage` of a Discord with webhooks, direct messages and interactions."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeVar, cast

import structlog

from bot.clock import Clock
from bot.errors import StageError
from bot.ports import Face, ForMe, PartLog, Performance, Place, Scene, Via
from bot.texts import Say
from bot.transport.cards import body_of, has_rows, without_rows
from bot.transport.chunking import split
from bot.transport.executor import Call, Done, Executor, Outcome, Refused, Unsent
from bot.transport.harmless import harmless
from bot.transport.lookback import Lookback
from bot.transport.marks import held_row
from bot.transport.performance import LivePerformance
from bot.transport.reference import reference_line
from bot.transport.speaker import Speaker
from bot.transport.stores import FaceAddresses
from bot.transport.tempo import Tempo
from bot.transport.threads import Threads, post_as_bot
from bot.transport.voice import Gone, Orphaned, Voice
from bot.transport.voices import BotVoice, InteractionVoice, WebhookVoice, whisper_by_token
from bot.transport.wording import Wording

TYPING_SECONDS = 9.0
"""Typing shows for about ten seconds; asking more often earns 429s and shows nothing more."""

_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_SUPPRESS_EMBEDS, _SILENT = 1 << 2, 1 << 12
_KEPT_CHANNELS = 5_000
Value = TypeVar("Value")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Labels:
    """Words of the stage's own, in the house's language."""

    stop: str
    jump: str
    more: str
    answer: str


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
        """`say` words what the stage says of its own."""
        self._executor = executor
        self._speaker = speaker
        self._faces = faces
        self._clock = clock
        self._lookback = Lookback(executor, speaker)
        self._threads = Threads(executor, speaker, faces)
        say = say or Say()
        self._labels = _Labels(
            stop=say("Stop"),
            jump=say("jump there"),
            more=say("There is more than fits here: ask me to continue."),
            answer=say("Answer"),
        )
        self._tempos: OrderedDict[int, Tempo] = OrderedDict()
        self._typed_at: OrderedDict[int, float] = OrderedDict()
        self._remarked: OrderedDict[int, str] = OrderedDict()

    async def typing(self, place: Place) -> None:
        """Show that an answer is on its way, at most every nine seconds per channel. Failures are ignored."""
        now = self._clock.monotonic()
        if place.via is Via.INTERACTION or now - self._typed_at.get(place.channel_id, float("-inf")) < TYPING_SECONDS:
            return
        _keep(self._typed_at, place.channel_id, now)
        ids = {"channel_id": place.channel_id}
        await self._executor.request(Call("POST", "/channels/{channel_id}/typing", ids, patient=False))

    def perform(self, scene: Scene, log: PartLog) -> Performance:
        """Begin to show a reply. Posts nothing before the first `show` or `finish`."""
        place = scene.place
        tempo = self._tempos.get(place.webhook_channel_id) or Tempo(self._clock)
        _keep(self._tempos, place.webhook_channel_id, tempo)
        self._remarked.pop(place.channel_id, None)
        lead = "" if scene.answering is None else reference_line(scene.answering, place, self._labels.jump)
        return LivePerformance(
            scene,
            log,
            voice=self._voice(scene),
            wording=Wording(scene.delivery, lead, self._labels.more),
            tempo=tempo,
            clock=self._clock,
            stop_label=self._labels.stop,
        )

    async def remark(
        self, place: Place, text: str, *, key: str, token: str | None = None, for_me: ForMe | None = None
    ) -> None:
        """A quiet line of the application's own: small, silent, without pings. Failures are logged.

        The same `key` is shown once until something else is said in the channel. `token` is the interaction's, where
        words go out by `Via.INTERACTION`: only who asked sees the line, each time. `for_me` puts a button under it.
        """
        if place.via is not Via.INTERACTION:
            if self._remarked.get(place.channel_id) == key:
                return
            _keep(self._remarked, place.channel_id, key)
        lines = (f"-# {line}" for line in harmless(text).splitlines() if line.strip())
        content = (split("\n".join(lines)) or ["-# …"])[0]
        outcome: Outcome | None = None
        if place.via is not Via.INTERACTION:
            body: dict[str, object] = {"content": content, "flags": _SUPPRESS_EMBEDS | _SILENT}
            if for_me is not None:
                body["components"] = held_row(for_me.message_id, for_me.label)
            outcome = await post_as_bot(self._executor, place.channel_id, body)
        elif token is not None:
            outcome = await whisper_by_token(self._executor, self._speaker.application_id, token, content)
        if not isinstance(outcome, Done):
            log.warning("remark_failed", channel_id=place.channel_id, key=key, outcome=repr(outcome)[:120])

    async def strip(self, place: Place, message_id: int) -> bool:
        """Take the button from under an earlier reply: only the last one in a channel has it.

        False where the limits are short: words go first, so ask again later. Other failures are ignored. An
        interaction's answers keep their button: nothing opens them any more.
        """
        try:
            if place.via is Via.WEBHOOK:
                return not _is_short(await self._speaker.edit(place, message_id, None, [], patient=False))
            if place.via is Via.BOT:
                await self._strip_card(place, message_id)
        except (StageError, Gone, Orphaned) as error:
            log.info("strip_failed", channel_id=place.channel_id, error=str(error) or type(error).__name__)
        return True

    async def open_thread(
        self,
        place: Place,
        name: str,
        *,
        first: str,
        is_private: bool = False,
        face: Face | None = None,
        members: tuple[int, ...] = (),
    ) -> Place:
        """A new thread beside this place (in a forum, a new post) whose first message says `first`.

        By the application, or by `face`; `members` are added to it. Raises `StageClosed` or `StageUnsure`.
        """
        return await self._threads.open(place, name, first=first, is_private=is_private, face=face, members=members)

    async def tell(self, discord_id: int, text: str) -> bool:
        """A direct message from the application to one person. False where they take none, or it did not arrive."""
        call = Call("POST", "/users/@me/channels", body={"recipient_id": str(discord_id)})
        opened = await self._executor.request(call)
        if not isinstance(opened, Done) or not isinstance(opened.body, dict):
            log.info("direct_message_refused", outcome=repr(opened)[:80])
            return False
        channel_id = int(str(cast("dict[str, object]", opened.body)["id"]))
        for content in split(harmless(text)):
            outcome = await post_as_bot(self._executor, channel_id, {"content": content, "flags": _SUPPRESS_EMBEDS})
            if not isinstance(outcome, Done):
                log.info("direct_message_refused", outcome=repr(outcome)[:80])
                return False
        return True

    def _voice(self, scene: Scene) -> Voice:
        match scene.place.via:
            case Via.WEBHOOK:
                return WebhookVoice(scene, self._speaker, self._lookback, self._faces)
            case Via.BOT:
                return BotVoice(scene, self._executor, self._lookback, self._faces)
            case Via.INTERACTION:
                label = self._labels.answer
                return InteractionVoice(scene, self._executor, self._speaker, self._faces, answer_label=label)

    async def _strip_card(self, place: Place, message_id: int) -> None:
        ids = {"channel_id": place.channel_id, "message_id": message_id}
        outcome = await self._executor.request(Call("GET", _MESSAGE, ids))
        if not isinstance(outcome, Done) or not isinstance(outcome.body, dict):
            return
        components = cast("dict[str, object]", outcome.body).get("components")
        if has_rows(components):
            await self._executor.request(Call("PATCH", _MESSAGE, ids, body=body_of(without_rows(components))))


def _is_short(outcome: Outcome) -> bool:
    return isinstance(outcome, Unsent) or (isinstance(outcome, Refused) and outcome.status == 429)


def _keep(kept: OrderedDict[int, Value], channel_id: int, value: Value) -> None:
    """Remember, and forget the channel unused for longest when there are very many."""
    kept[channel_id] = value
    kept.move_to_end(channel_id)
    if len(kept) > _KEPT_CHANNELS:
        kept.popitem(last=False)
