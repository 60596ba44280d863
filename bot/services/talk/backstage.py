"""What stands behind an answer besides its words: who goes on after it, what keeps it from being shown, by what way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

from bot.clock import Clock
from bot.errors import Closed, StageClosed, StageError
from bot.ports import ForMe, Part, Stage
from bot.services.money.metering import UnpaidReply
from bot.services.talk import failures, tokens
from bot.services.talk.banter import Follower, Spoken, follower
from bot.services.talk.departures import Departures
from bot.services.talk.gates import Gates
from bot.services.talk.heed import Hearing
from bot.services.talk.snapshot import Cast, place_of
from bot.services.talk.tokens import AnswerTokens
from bot.services.talk.troubles import GONE, Troubles, lasts, may_write
from bot.services.wellbeing.presence import Presence
from bot.texts import N_, Say
from db.models import ConversationVia, Priority, TurnKind
from db.queries.talk.turns import Standing

_log = structlog.get_logger(__name__)

_FOR_ME = N_("For me")

Begin = Callable[[int, UUID, UUID, Priority, UUID | None], None]
"""Lines a claimed turn up: its channel, its id, its conversation's, its priority, its character."""

HasRoom = Callable[[int, Priority], bool]
"""Whether a channel's queue still takes something of a priority."""


class Backstage:
    """Asked by `Answering` around every answer."""

    def __init__(
        self,
        *,
        hearing: Hearing,
        gates: Gates,
        troubles: Troubles,
        departures: Departures,
        answer_tokens: AnswerTokens,
        stage: Stage,
        clock: Clock,
        language: str,
        begin: Begin,
        has_room: HasRoom,
        presence: Presence | None = None,
    ) -> None:
        self._hearing = hearing
        self._gates = gates
        self._troubles = troubles
        self._departures = departures
        self._tokens = answer_tokens
        self._stage = stage
        self._clock = clock
        self._language = language
        self._begin = begin
        self._has_room = has_room
        self._presence = presence

    # -------------------------------------------------------------------------------------------- who goes on

    def follower_of(self, turn: Standing, text: str, *, stopped: bool = False) -> Follower | None:
        """Who answers a reply that is about to be finished: its turn is claimed in the same work (`TurnRows.sent`).

        Nobody answers a reply that was worded again, or goes on before somebody for whom characters rest by now.
        """
        if self._presence is not None and self._presence.resting(turn.asker_id, place_of(turn), self._clock.now()):
            return None
        if turn.rewording is not None or not self._has_room(turn.channel_id, Priority.LOW):
            return None
        room = self._hearing.room_of(turn.conversation_id)
        line = Spoken(turn.character_id, text, turn.chain, turn.trigger_message_id, stopped)
        return follower(line, room, self._gates)

    async def shown(
        self, turn: Standing, parts: Sequence[Part], following: tuple[Follower, UUID] | None = None
    ) -> None:
        """The reply stands in the channel; `following` is who goes on, with the turn claimed for it."""
        self._hearing.spoke(
            turn.channel_id,
            turn.character_id,
            (part.message_id for part in parts),
            conversation_id=turn.conversation_id,
        )
        if following is not None:
            room = self._hearing.room_of(turn.conversation_id)
            if room is not None:
                room.chain = max(room.chain, following[0].chain - 1)
            who = following[0].character_id
            self._begin(turn.channel_id, following[1], turn.conversation_id, Priority.LOW, who)
        await self._troubles.worked(turn.channel_id)

    # -------------------------------------------------------------------------------------------- by what way

    def token_of(self, turn: Standing) -> str | None:
        """The interaction through which a turn's answer goes out, where the bot is no member."""
        return self._tokens.open(turn.trigger_message_id, turn.answer_token_sealed)

    def is_too_late(self, turn: Standing) -> bool:
        """Whether the interaction an answer needs is over."""
        return turn.via is ConversationVia.INTERACTION and tokens.is_over(turn.claimed_at, self._clock.now())

    # -------------------------------------------------------------------------------------------- what is in the way

    async def tell(self, turn: Standing, cast: Cast, error: StageClosed) -> None:
        """Say once what an admin must do: in the channel, or to who asked where nothing can be written there.

        Who asked by a command where the bot is no member is told each time, and alone: a card of theirs waits.
        """
        reason = error.reason
        if reason in GONE:
            whole_server = reason is Closed.SERVER_LEFT
            await self._departures.place_gone(turn.guild_id, None if whole_server else turn.channel_id)
        detail = failures.permissions_of(error) if reason is Closed.MISSING_PERMISSIONS else ""
        text, token = failures.remark_on(reason), self.token_of(turn)
        is_new = not lasts(error) or await self._troubles.met(turn.channel_id, reason, detail)
        if text is None or not (is_new or token):
            return
        spoken = self._gates.rules(place_of(turn)).language or cast.locale
        words = Say(spoken, self._language)(text, character=cast.face.name, permissions=detail)
        try:
            if token is not None and reason is not Closed.INTERACTION_EXPIRED:
                await self._stage.remark(place_of(turn), words, key=reason, token=token)
            elif may_write(error) and turn.via is not ConversationVia.INTERACTION:
                await self._stage.remark(place_of(turn), words, key=reason)
            elif cast.asker_discord_id is not None:
                await self._stage.tell(cast.asker_discord_id, words)
        except StageError as closed:
            _log.info("trouble_untold", channel_id=turn.channel_id, reason=reason, detail=str(closed))

    async def unpaid(self, turn: Standing, cast: Cast, error: UnpaidReply) -> None:
        """A neutral line for who is not answered, now and then: why is for their eyes only (`HeldBack`).

        Who asked by a command where the bot is no member reads the reason itself, alone. Where nobody spoke to the
        character, nothing is said.
        """
        spoken = self._gates.rules(place_of(turn)).language or cast.locale
        say, token = Say(spoken, self._language), self.token_of(turn)
        try:
            if token is not None:
                words = say(error.sentence, **error.values)
                await self._stage.remark(place_of(turn), words, key=error.reason, token=token)
            elif self._is_remarked(turn, cast):
                text = say(failures.remark_on(failures.HELD_BACK) or "")
                key = f"{failures.HELD_BACK} {cast.asker_discord_id}"
                for_me = ForMe(turn.trigger_message_id, say(_FOR_ME))
                await self._stage.remark(place_of(turn), text, key=key, for_me=for_me)
        except StageError as closed:
            _log.info("unpaid_untold", channel_id=turn.channel_id, detail=str(closed))

    def _is_remarked(self, turn: Standing, cast: Cast) -> bool:
        if turn.kind is not TurnKind.REPLY or turn.stands is not None or cast.asker_discord_id is None:
            return False
        return self._gates.rates.may_remark(turn.channel_id, cast.asker_discord_id)
