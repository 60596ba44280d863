"""What the button under a reply tells."""

from dataclasses import replace

from bot.services.talk.replies import About, Took
from bot.texts import Say
from cogs.talk.words import NOTHING_KNOWN, told

STOPPED = About("Juno", None, 1, "rehearsal", "rehearsal", was_stopped=True, took=NOTHING_KNOWN)


def test_a_stopped_reply_does_not_count_what_nobody_counted() -> None:
    assert "unknown" not in told(STOPPED, Say())
    assert "Somebody stopped it" in told(STOPPED, Say())


def test_a_reply_that_is_gone_says_so() -> None:
    assert "deleted meanwhile" in told(replace(STOPPED, is_gone=True), Say())
    assert "deleted meanwhile" not in told(STOPPED, Say())


def test_what_is_known_in_part_is_told_and_the_rest_said_to_be_unknown() -> None:
    words = told(replace(STOPPED, took=Took(12, None, None, 300, None)), Say())
    assert "12 tokens in and unknown out, 0.3 s to the first word" in words
