"""Direct messages by REST alone: opened once, written once, and told apart by what Discord answers."""

import json

import pytest

from bot.ports.letters import Letter, LetterButton, LetterLink, Posted
from bot.transport.executor import Executor
from bot.transport.letters import DirectLetters
from tests.transport.double import Answer, double, hang_up, reply
from tests.transport.timekeeping import HandClock

OPENED = reply(200, '{"id": "77"}')
WRITTEN = reply(200, '{"id": "78"}')
LETTER = Letter(
    "You asked to be reminded, @everyone.",
    (LetterButton("Check in", "mood:begin"), LetterLink("On the web", "https://cafe.example/mood")),
)


async def sent(*answers: Answer, times: int = 1) -> tuple[list[Posted], list[tuple[str, object]]]:
    """What became of letters to one person, and what was asked of Discord."""
    async with double(*answers) as server:
        executor = Executor("bot-token", HandClock(self_winding=True))
        try:
            letters = DirectLetters(executor)
            became = [await letters.send(501, LETTER) for _ in range(times)]
        finally:
            await executor.close()
        return became, [(path, json.loads(body)) for _, path, body, _ in server.seen]


async def test_a_conversation_is_opened_once_and_nobody_is_pinged() -> None:
    became, asked = await sent(OPENED, WRITTEN, WRITTEN, times=2)
    assert became == [Posted.SENT, Posted.SENT]
    assert [path.removeprefix("/api/v10") for path, _ in asked] == [
        "/users/@me/channels",
        "/channels/77/messages",
        "/channels/77/messages",
    ]
    assert asked[0][1] == {"recipient_id": "501"}
    _, body = asked[1]
    assert isinstance(body, dict)
    assert body["allowed_mentions"] == {"parse": []}
    assert body["components"][0]["components"] == [
        {"type": 2, "style": 2, "label": "Check in", "custom_id": "mood:begin"},
        {"type": 2, "style": 5, "label": "On the web", "url": "https://cafe.example/mood"},
    ]


@pytest.mark.parametrize(
    ("answers", "became"),
    [
        ((OPENED, reply(403, '{"code": 50007}')), Posted.REFUSED),
        ((OPENED, reply(403, '{"code": 50278}')), Posted.REFUSED),
        ((reply(403, '{"code": 50007}'),), Posted.REFUSED),
        ((reply(400, '{"code": 10013}'),), Posted.REFUSED),
        ((reply(403, '{"code": 20026}'),), Posted.AWAY),
        ((OPENED, reply(400, '{"code": 50035}')), Posted.AWAY),
        ((OPENED, hang_up), Posted.UNSURE),
        ((OPENED, reply(502, "")), Posted.UNSURE),
        ((reply(502, ""),), Posted.AWAY),
    ],
)
async def test_what_discord_answers_is_told_apart(answers: tuple[Answer, ...], became: Posted) -> None:
    """A post is made once, whatever becomes of it; only what surely did not leave may be sent again."""
    found, asked = await sent(*answers)
    assert found == [became]
    assert len([path for path, _ in asked if path.endswith("/messages")]) <= 1


async def test_a_conversation_that_is_gone_is_opened_anew() -> None:
    became, asked = await sent(OPENED, WRITTEN, reply(404, '{"code": 10003}'), OPENED, WRITTEN, times=2)
    assert became == [Posted.SENT, Posted.SENT]
    assert len(asked) == 5
