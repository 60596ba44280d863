"""What became of a request: told apart by one attempt each."""

import asyncio
import json
import socket

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.transport.allowance import INVALID_CEILING, REQUESTS_PER_SECOND, Allowance, Route
from bot.transport.executor import Call, Done, Executor, Outcome, Refused, Unsent, Unsure
from bot.transport.pointing import pointed_at
from tests.transport.double import Answer, double, hang_up, reply
from tests.transport.timekeeping import HandClock

SECRET = "verysecrettoken"
SPEAK = Call(
    "POST",
    "/webhooks/{webhook_id}/{token}",
    {"webhook_id": 42, "token": SECRET},
    {"wait": "1"},
    {"content": "hi"},
    as_bot=False,
)
HASTY = Call(
    "PATCH",
    "/webhooks/{webhook_id}/{token}/x",
    {"webhook_id": 42, "token": SECRET},
    body={},
    as_bot=False,
    patient=False,
)


async def outcome_of(*answers: Answer, call: Call = SPEAK) -> tuple[Outcome, int, HandClock]:
    clock = HandClock(self_winding=True)
    async with double(*answers) as server:
        executor = Executor("bot-token", clock)
        try:
            return await executor.request(call), len(server.seen), clock
        finally:
            await executor.close()


async def test_an_answer_is_done() -> None:
    outcome, count, _ = await outcome_of(reply(200, '{"id": "7"}'))
    assert outcome == Done({"id": "7"})
    assert count == 1


async def test_no_content_is_done() -> None:
    assert (await outcome_of(reply(204, "")))[0] == Done(None)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 524])
async def test_a_failing_server_is_asked_once(status: int) -> None:
    outcome, count, _ = await outcome_of(reply(status, "<html>", kind="text/html"))
    assert outcome == Unsure(f"HTTP {status}")
    assert count == 1


async def test_a_broken_connection_is_unsure() -> None:
    outcome, count, _ = await outcome_of(hang_up)
    assert isinstance(outcome, Unsure)
    assert count == 1


async def test_silence_is_unsure() -> None:
    never = asyncio.Event()

    async def silent(_: object) -> aiohttp.web.StreamResponse:
        await never.wait()
        return aiohttp.web.Response()

    async with double(silent) as server:
        executor = Executor("t", HandClock(self_winding=True), timeout=aiohttp.ClientTimeout(total=0.2))
        assert isinstance(await executor.request(SPEAK), Unsure)
        await executor.close()
        never.set()
    assert len(server.seen) == 1


async def test_no_connection_is_surely_unsent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pointed_at(f"http://127.0.0.1:{port}"):
        clock = HandClock(self_winding=True)
        executor = Executor("t", clock)
        assert isinstance(await executor.request(SPEAK), Unsent)
        assert isinstance(await executor.request(HASTY), Unsent)
        await executor.close()
    assert clock.slept == [0.5, 2.0]


@pytest.mark.parametrize(("status", "code"), [(404, 10015), (403, 50013), (400, 30007), (400, 50035), (401, 50027)])
async def test_a_refusal_carries_discords_code(status: int, code: int) -> None:
    outcome, count, _ = await outcome_of(reply(status, json.dumps({"code": code, "message": "no"})))
    assert outcome == Refused(status, code, "no")
    assert count == 1


async def test_a_refusal_without_json_is_a_refusal() -> None:
    assert (await outcome_of(reply(403, "<html>", kind="text/html")))[0] == Refused(403, 0)


async def test_too_many_requests_is_waited_out() -> None:
    limited = reply(429, '{"message": "slow", "retry_after": 1.5, "global": false}', Via="1.1 x")
    outcome, count, clock = await outcome_of(limited, limited, reply(200, "{}"))
    assert outcome == Done({})
    assert count == 3
    assert clock.slept == [1.5, 1.5]


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "7"}])
async def test_too_many_requests_without_json_is_waited_out(headers: dict[str, str]) -> None:
    outcome, _, clock = await outcome_of(reply(429, "<html>", kind="text/html", **headers), reply(200, "{}"))
    assert outcome == Done({})
    assert clock.slept == [float(headers.get("Retry_After", 5))]


async def test_a_hasty_call_is_told_at_once_and_then_holds_back() -> None:
    clock = HandClock()
    async with double(reply(429, '{"retry_after": 3, "global": false}')) as server:
        executor = Executor("t", clock)
        first = await executor.request(HASTY)
        second = await executor.request(HASTY)
        await executor.close()
    assert isinstance(first, Refused)
    assert first.retry_after_seconds == 3
    assert second == Refused(429, 0, "no room", 3.0)
    assert len(server.seen) == 1


async def test_a_very_long_wait_is_handed_back() -> None:
    outcome, count, clock = await outcome_of(reply(429, '{"retry_after": 4000, "global": true}'))
    assert isinstance(outcome, Refused)
    assert outcome.retry_after_seconds == 4000
    assert (count, clock.slept) == (1, [])


async def test_an_empty_bucket_is_waited_for_before_asking() -> None:
    bucket = {
        "X_RateLimit_Bucket": "b",
        "X_RateLimit_Limit": "2",
        "X_RateLimit_Remaining": "0",
        "X_RateLimit_Reset_After": "2.0",
    }
    clock = HandClock(self_winding=True)
    async with double(reply(200, "{}", **bucket)):
        executor = Executor("t", clock)
        await executor.request(SPEAK)
        assert executor.room(SPEAK).remaining == 0
        other = Call("POST", "/webhooks/{webhook_id}/{token}", {"webhook_id": 43, "token": "x"}, as_bot=False)
        assert executor.room(other).remaining is None
        await executor.request(SPEAK)
        await executor.close()
    assert clock.slept == [2.0]


async def test_only_a_bots_calls_carry_its_token_and_no_log_carries_any() -> None:
    with capture_logs() as logs:
        async with double(reply(429, '{"retry_after": 0.1}'), reply(404, '{"code": 10015}')) as server:
            executor = Executor("bot-token", HandClock(self_winding=True))
            await executor.request(SPEAK)
            await executor.request(Call("GET", "/channels/{channel_id}/webhooks", {"channel_id": 1}))
            await executor.close()
    assert "Authorization" not in server.seen[0][3]
    assert server.seen[-1][3]["Authorization"] == "Bot bot-token"
    assert logs
    assert SECRET not in repr(logs) + repr(SPEAK)


async def test_at_most_45_requests_leave_in_a_second() -> None:
    clock = HandClock()
    allowance = Allowance(clock)
    route = Route("GET /x")
    left: list[float] = []

    async def leave() -> None:
        await allowance.take(route)
        left.append(clock.monotonic())

    tasks = [asyncio.create_task(leave()) for _ in range(200)]
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0)
        clock.skip()
    assert len(left) == 200
    for at in left:
        assert sum(at <= other < at + 1 for other in left) <= REQUESTS_PER_SECOND


async def test_who_waits_longest_leaves_first_and_who_can_wait_finds_no_room_meanwhile() -> None:
    clock = HandClock()
    allowance = Allowance(clock)
    route = Route("GET /x")
    assert allowance.room(route).remaining is None
    left: list[int] = []

    async def leave(number: int) -> None:
        await allowance.take(route)
        left.append(number)

    tasks = [asyncio.create_task(leave(number)) for number in range(100)]
    for _ in range(500):
        await asyncio.sleep(0)
    assert len(left) == REQUESTS_PER_SECOND
    room = allowance.room(route)
    assert room.remaining == 0
    assert 0 < room.seconds_to_reset <= 1
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0)
        clock.skip()
    assert left == sorted(left)


async def test_a_bucket_is_never_overdrawn_by_many_at_once() -> None:
    """Twenty callers wake when the window resets; the server counts at most its limit in each window."""
    clock = HandClock()
    allowance = Allowance(clock)
    route = Route("POST /hook", "1")
    window = {"ends": clock.monotonic() + 2, "used": 0, "most": 0}

    async def speak() -> None:
        await allowance.take(route)
        await asyncio.sleep(0)
        if clock.monotonic() >= window["ends"]:
            window.update(ends=clock.monotonic() + 2, used=0)
        window["used"] += 1
        window["most"] = max(window["most"], window["used"])
        left = {"X-RateLimit-Bucket": "b", "X-RateLimit-Limit": "5", "X-RateLimit-Remaining": str(5 - window["used"])}
        allowance.settle(route, left | {"X-RateLimit-Reset-After": str(window["ends"] - clock.monotonic())})

    await speak()
    tasks = [asyncio.create_task(speak()) for _ in range(20)]
    while not all(task.done() for task in tasks):
        for _ in range(5):
            await asyncio.sleep(0)
        clock.skip()
    assert window["most"] <= 5


async def test_nothing_is_sent_when_a_ban_is_near() -> None:
    clock = HandClock(self_winding=True)
    async with double(reply(403, '{"code": 50013}')) as server:
        executor = Executor("t", clock)
        for _ in range(INVALID_CEILING - 1):
            executor.allowance.count_invalid()
        await executor.request(SPEAK)
        assert isinstance(await executor.request(SPEAK), Refused)
        assert len(server.seen) == 1
        clock.advance(601)
        await executor.request(SPEAK)
        assert len(server.seen) == 2
        await executor.close()


async def test_shared_limits_do_not_count_towards_a_ban() -> None:
    async with double(reply(429, '{"retry_after": 100}', X_RateLimit_Scope="shared")):
        executor = Executor("t", HandClock(self_winding=True))
        await executor.request(SPEAK)
        assert executor.allowance.invalid_requests == 0
        await executor.close()
