"""What a person is told before anything about how they are is kept, and what they said yes to.

Health data is kept only after an explicit yes to words of a version, which can be taken back at any time (GDPR,
articles 7 and 9). Whoever changes what these words promise raises `VERSION`: people are asked again before the next
check-in is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.errors import Conflict, NotAllowed
from bot.texts import N_, Text
from db.models import SaidIn

VERSION = 1

HEADING = N_("Check-ins: a diary of how you are, for you alone")

WORDS: tuple[Text, ...] = (
    N_("Off until you say yes. You choose what to write; everything but the mood can stay empty."),
    N_(
        "Where it is kept: in this house's own database. What you say is sealed with a key of your own; only when you "
        "checked in stands there in the open. It is shown to nobody else: no other member, no server's owner, no "
        "admin through any page or command. Whoever runs this house's machine has the key that "
        "opens yours: you trust them not to use it."
    ),
    N_("For how long: {days} days, unless you choose another time. Then it is gone by itself."),
    N_(
        "What you type or press in Discord passes through Discord, as everything there does. The web is the private "
        "way. Your notes and pictures are never sent back through Discord unless you say a second yes."
    ),
    N_(
        "It is in no log, no statistic and no public channel, and characters are told nothing of it, unless you switch "
        "that on yourself."
    ),
    N_("You can take your yes back at any time: then every check-in is deleted at once, with all that hangs on it."),
    N_("This is a diary, not medical advice. If you are in danger, call your local emergency number."),
)
"""The words of this version, a paragraph each; `{days}` is `KEEP_DAYS`."""

KEEP_DAYS = 90
"""How long check-ins are kept where a person chooses nothing."""

IN_DISCORD = N_(
    "Send my check-ins back through Discord: notes, lists and pictures, shown to me alone, pass through Discord's "
    "servers and may stay in its logs. Without this, Discord shows only how many there are, and a link to the web."
)
"""The second yes."""

IN_PROMPTS = N_(
    "Tell characters how I am: only in direct messages with this bot, and only while I wear no persona. The mood and "
    "the note of my newest check-in of the last two days, and how the last week went, then go to the language model "
    "with everything else that a character answers from. A character may speak of it in its answer, which passes "
    "through Discord."
)
"""The further switch."""


@dataclass(frozen=True, slots=True)
class MoodOptions:
    """What a person said yes to, and how they want their check-ins kept. Quiet hours are minutes after local midnight.

    `keep_days` None: until they delete them. `time_zone` is their profile's; where they chose none, UTC, and
    `has_zone` is False. `is_current` False: the words have changed since they said yes; nothing new is kept until they
    say yes again.
    """

    consent_version: int
    consented_at: datetime
    consented_in: SaidIn
    keep_days: int | None
    in_discord: bool
    in_prompts: bool
    quiet_from: int | None
    quiet_to: int | None
    updated_at: datetime
    time_zone: str = "UTC"
    has_zone: bool = False

    @property
    def is_current(self) -> bool:
        """Whether they said yes to the words of today."""
        return self.consent_version >= VERSION


def not_opted_in() -> NotAllowed:
    """Nothing is kept of somebody who did not say yes."""
    return NotAllowed(
        "no_check_ins",
        N_("You keep no check-ins, so nothing was saved. Switch them on first: /mood checkin tells what that means."),
    )


def asked_again() -> NotAllowed:
    """The words have changed since."""
    return NotAllowed(
        "consent_outdated",
        N_(
            "What is promised about check-ins has changed since you said yes. Nothing was saved; what you have is as "
            "it was. Read the new words with /mood checkin or on the web, then go on."
        ),
    )


def other_words() -> Conflict:
    """They said yes to words that are no longer these."""
    return Conflict(
        "consent_changed_meanwhile",
        N_("These words changed while you read them, so nothing was switched on. Read them once more."),
    )
