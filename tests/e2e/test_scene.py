"""The scene of the transcript, in a short form before a scripted model; and that its page is the journal's alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.e2e.conftest import Open
from tests.e2e.guests import Town, visit
from tests.e2e.scene import Scene
from tests.e2e.telling import told
from tests.fakes.scripted_provider import Heard, Say

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


class Answers:
    """A model that numbers its answers, so that no two wordings are alike."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self, heard: Heard) -> Say:
        self.given += 1
        return Say(f"Answer number {self.given}.")


async def test_the_evening_can_be_read_in_the_journal_alone(opened: Open, browser: Browser) -> None:
    opened.provider.otherwise = Answers()
    town = Town(opened.sandbox.url, {one.name: one.id for one in opened.sandbox.world.channels})
    robin, sasha = [await visit(browser, town, who, "tavern") for who in ("member", "creator")]
    after = opened.sandbox.journal.last
    scene = Scene(robin, sasha)
    try:
        await scene.play_short()
    finally:
        await robin.page.context.close()
        await sasha.page.context.close()
    journal: list[dict[str, Any]] = [entry.json() for entry in opened.sandbox.journal.entries()]
    page = re.sub(r" <sub>written in \d+ steps</sub>", "", told(journal, after=after))
    for claim in (
        "**Sasha** uses `/character create`",
        "> Name: Orla",
        "**Orla** `APP`\n> Come in, the soup is hot",
        "**Robin** uses `/persona use` persona: **Wren Ashdown**",
        "*Only Robin sees:*",
        "Made by nobody here: it comes with the house.",
        "Only who asked, who began this conversation, or a moderator can change it.",
        "**Robin** in #tavern\n> Mira, what is in the jars on your stairs?",
        "**Robin** presses **Word it anew**",
        "*What Mira said now reads:*\n> Answer number 3.",
        "*What Mira said now reads:*\n> Answer number 4.",
        "**Robin** presses **◀**",
        "*What Mira said now reads:*\n> Answer number 1.",
        "**Robin** fills in the form *Change the words*",
        "The ninth jar hums.",
        "**Robin** changes that to\n> My favourite tea is juniper.",
        "**Robin** deletes “I hid the spare key",
        "**Why Mira said this**",
        "*A thread opens in #tavern:* **Fork: Orla, Mira, Juno**",
    ):
        assert claim in page, claim

    # What the model was asked says it too: the deleted line is forgotten, the changed one is remembered as it is now.
    heard = next(one for one in reversed(opened.provider.requests) if "do you remember what I like" in str(one.body))
    assert "juniper" in str(heard.body)
    assert "nettle" not in str(heard.body)
    assert "spare key" not in str(heard.body)
    assert "Wren Ashdown" in str(heard.body)

    # Control: nothing on the page is known from elsewhere.
    silent = [one for one in journal if one["method"] not in ("MESSAGE_CREATE", "MESSAGE_UPDATE")]
    assert "`APP`" in page
    assert "`APP`" not in told(silent, after=after)
