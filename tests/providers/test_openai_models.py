"""The provider client against a scripted server over real sockets: every failure becomes the right error."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import AsyncIterator

import pytest

from bot.errors import BadKey, Down, ProviderError, RateLimited, Refused, Slow
from bot.ports import Finished, ModelRequest, Picture, Prompt, PromptMessage, Role, Token, Usage
from bot.providers.deadlines import Deadlines
from bot.providers.openai_models import OpenAIModels, Server
from bot.providers.tokens import Factors, Tokenizer
from tests.fakes.scripted_provider import (
    Act,
    Cut,
    Drip,
    ErrorEvent,
    Flood,
    Html,
    Json,
    Quiet,
    Raw,
    Say,
    ScriptedProvider,
    Status,
    Unfinished,
)

KEY = "sk-canary-0123456789abcdef"
PROMPT = Prompt(
    (PromptMessage(Role.SYSTEM, "You are Mira.", "Mira"), PromptMessage(Role.USER, "Alex: Hello", "Alex")),
    stop=("\nAlex:", "\nJuno:", "\nBo:", "\nTock:", "\nEve:"),
)
# Short, so that faults that last for ever are over soon; nothing here measures time.
SHORT = Deadlines(connect=0.5, first_token=0.3, idle=0.3, total=2.0)


@pytest.fixture
async def provider() -> AsyncIterator[ScriptedProvider]:
    async with ScriptedProvider.start() as running:
        yield running


@pytest.fixture
async def models(provider: ScriptedProvider) -> AsyncIterator[OpenAIModels]:
    made = OpenAIModels(Server("scripted", provider.base_url, "any", KEY), tokenizer=Tokenizer(), deadlines=SHORT)
    yield made
    await made.close()


async def answer(models: OpenAIModels, max_tokens: int = 300) -> tuple[str, Finished]:
    text, finished = "", None
    async for item in models.stream(ModelRequest(PROMPT, max_tokens)):
        if isinstance(item, Token):
            text += item.text
        else:
            finished = item
    assert finished is not None
    return text, finished


async def test_an_answer_streams_and_ends_with_its_figures(provider: ScriptedProvider, models: OpenAIModels) -> None:
    provider.will(Say("Mind the third stair.", usage=(21, 5)))
    text, finished = await answer(models)
    assert text == "Mind the third stair."
    assert finished.reason == "stop"
    assert finished.usage == Usage(21, 5, None, None)  # no table knows this server: unknown, not zero
    assert (finished.provider, finished.model) == ("scripted", "any")
    assert 0 <= finished.first_token_ms <= finished.total_ms
    body = provider.requests[0].body
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}
    assert body["messages"] == [
        {"role": "system", "content": "You are Mira."},
        {"role": "user", "content": "Alex: Hello"},
    ]
    assert body["stop"] == ["\nAlex:", "\nJuno:", "\nBo:", "\nTock:"]
    assert "temperature" not in body
    assert provider.requests[0].headers["Authorization"] == f"Bearer {KEY}"


FAULTS: list[tuple[str, Act, type[ProviderError]]] = [
    ("401", Status(401, {"message": f"Incorrect API key {KEY}", "code": "invalid_api_key"}), BadKey),
    ("402", Status(402, {"message": "pay"}), BadKey),
    ("403", Status(403, {"message": "no"}), BadKey),
    ("403 moderated", Status(403, {"message": "no", "code": "content_policy_violation"}), Refused),
    ("404", Status(404, {"message": "no such model", "code": "model_not_found"}), Refused),
    ("400", Status(400, {"message": "too long", "code": "context_length_exceeded"}), Refused),
    ("400 key", Status(400, {"message": "API key not valid", "code": "invalid_api_key"}), BadKey),
    ("429", Status(429, {"message": "slow down", "code": "rate_limit_exceeded"}), RateLimited),
    ("429 quota", Status(429, {"message": "no credit", "code": "insufficient_quota"}), RateLimited),
    ("500", Status(500, {"message": "oops"}), Down),
    ("502 html", Status(502, body="<html>bad gateway</html>"), Down),
    ("503", Status(503, {"message": "busy"}), Down),
    ("504", Status(504, {"message": "late"}), Slow),
    ("302", Status(302, headers={"Location": "http://127.0.0.1:1/"}), Down),
    ("html", Html(), Down),
    ("error event", ErrorEvent({"message": KEY, "code": 502}), Down),
    ("error event, rate", ErrorEvent({"message": "x", "code": "rate_limit_exceeded"}), RateLimited),
    ("error event, overloaded", ErrorEvent({"message": "x", "type": "overloaded_error"}, after="Mind"), Down),
    ("error json", Json({"error": {"message": "x", "code": 429}}), RateLimited),
    ("other json", Json({"hello": "there"}), Down),
    ("empty", Say("", pieces=()), Down),
    ("only spaces", Say("", pieces=(" \n ", "\n")), Down),
    ("filtered at once", Say("", pieces=(), finish="content_filter"), Refused),
    ("length at once", Say("", pieces=(), finish="length"), Down),
    ("cut at once", Cut(), Down),
    ("cut", Cut(after="Mind the"), Down),
    ("ends unfinished", Unfinished("Mind the"), Down),
    ("done unfinished", Unfinished("Mind the", done=True), Down),
    ("nothing", Unfinished(), Down),
    ("not json", Raw(b"data: {oops\n\n"), Down),
    ("not utf-8", Raw(b"data: \xff\xfe\n\n"), Down),
    ("not an object", Raw(b"data: 7\n\n"), Down),
    ("no headers", Quiet(even_headers=False), Slow),
    ("no first token", Quiet(), Slow),
    ("silence midway", Quiet(after="Mind the"), Slow),
    ("drip", Drip(), Slow),
]


@pytest.mark.parametrize(("fault", "expected"), [pytest.param(f, e, id=name) for name, f, e in FAULTS])
async def test_every_fault_has_its_error(
    provider: ScriptedProvider, models: OpenAIModels, fault: Act, expected: type[ProviderError]
) -> None:
    provider.will(fault)
    with pytest.raises(ProviderError) as caught:
        await answer(models)
    assert type(caught.value) is expected
    assert caught.value.provider == "scripted"
    assert len(provider.requests) == 1  # nothing is retried here
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(models)
    assert KEY not in told
    assert KEY[:12] not in told
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_a_server_that_is_not_there_is_down() -> None:
    models = OpenAIModels(Server("gone", "http://127.0.0.1:9/v1", "any"), tokenizer=Tokenizer(), deadlines=SHORT)
    with pytest.raises(Down, match="gone cannot answer"):
        await answer(models)
    await models.close()


async def test_the_whole_answer_has_a_deadline(provider: ScriptedProvider) -> None:
    limits = Deadlines(first_token=5, idle=5, total=0.3)
    models = OpenAIModels(Server("scripted", provider.base_url, "any"), tokenizer=Tokenizer(), deadlines=limits)
    provider.will(Say("word " * 400, pace_seconds=0.01))
    with pytest.raises(Slow, match="the whole answer took too long"):
        await answer(models)
    await models.close()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "Retry-After": "9"}, 1.5),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "99999999"}, 86400.0),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
async def test_retry_after_is_passed_on(
    provider: ScriptedProvider, models: OpenAIModels, headers: dict[str, str], seconds: float | None
) -> None:
    provider.will(Status(429, headers=headers))
    with pytest.raises(RateLimited) as caught:
        await answer(models)
    assert caught.value.retry_after_seconds == seconds


async def test_ten_megabytes_end_as_a_long_answer(provider: ScriptedProvider, models: OpenAIModels) -> None:
    provider.will(Flood(10))
    text, finished = await answer(models, max_tokens=300)
    assert len(text) == 3000
    assert finished.reason == "length"
    assert finished.usage == Usage(None, None, None, None)


@pytest.mark.parametrize(("finish", "reason"), [("length", "length"), ("content_filter", "filtered"), ("eos", "stop")])
async def test_why_it_ended_is_told(provider: ScriptedProvider, models: OpenAIModels, finish: str, reason: str) -> None:
    provider.will(Say("Mind the", finish=finish))
    assert (await answer(models))[1].reason == reason


async def test_an_event_without_end_is_cut_off(provider: ScriptedProvider) -> None:
    models = OpenAIModels(Server("scripted", provider.base_url, "any"), tokenizer=Tokenizer())
    provider.will(Flood(10, 10 * 1024 * 1024))
    with pytest.raises(Down):
        await answer(models)
    await models.close()


async def test_missing_figures_are_unknown(provider: ScriptedProvider, models: OpenAIModels) -> None:
    provider.will(Say("Hi.", usage=None))
    assert (await answer(models))[1].usage == Usage(None, None, None, None)


async def test_a_finished_answer_survives_a_hung_connection(provider: ScriptedProvider, models: OpenAIModels) -> None:
    chunk = {"choices": [{"index": 0, "delta": {"content": "Hi."}, "finish_reason": "stop"}]}
    provider.will(Raw(b"data: " + json.dumps(chunk).encode() + b"\n\n: still here"))
    assert (await answer(models))[0] == "Hi."


async def test_a_server_that_does_not_stream_is_understood(provider: ScriptedProvider, models: OpenAIModels) -> None:
    message = {"message": {"content": "Mira: Hi."}, "finish_reason": "stop"}
    provider.will(Json({"choices": [message], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}))
    text, finished = await answer(models)
    assert text == "Hi."
    assert finished.usage.tokens_in == 3


async def test_settings_a_model_refuses_by_name_are_left_out(provider: ScriptedProvider, models: OpenAIModels) -> None:
    provider.will(
        Status(400, {"message": "Unsupported parameter: 'max_tokens'", "param": "max_tokens"}),
        Status(400, {"message": "Unsupported parameter: 'stop' is not supported with this model."}),
        Say("Hi."),
        Say("Again."),
    )
    assert (await answer(models))[0] == "Hi."
    assert (await answer(models))[0] == "Again."
    first, _, third, fourth = (request.body for request in provider.requests)
    assert first["max_tokens"] == 300
    assert third["max_completion_tokens"] == fourth["max_completion_tokens"] == 300
    assert "stop" not in third
    assert "max_tokens" not in fourth


SAMPLING = {"temperature": 0.7, "top_p": 0.9, "presence_penalty": 0.4, "frequency_penalty": 0.2, "seed": 3}


async def sampled(models: OpenAIModels, prompt: Prompt = PROMPT) -> str:
    request = ModelRequest(prompt, 300, **SAMPLING)  # type: ignore[arg-type]
    return "".join([item.text async for item in models.stream(request) if isinstance(item, Token)])


async def test_sampling_settings_are_sent_where_they_are_set(provider: ScriptedProvider, models: OpenAIModels) -> None:
    await sampled(models)
    await answer(models)
    assert {name: provider.requests[0].body[name] for name in SAMPLING} == SAMPLING
    assert not SAMPLING.keys() & provider.requests[1].body.keys()


async def test_what_a_model_refuses_is_left_out_for_good(provider: ScriptedProvider, models: OpenAIModels) -> None:
    refusals = [
        Status(400, {"message": f"Unsupported value: '{name}' does not support this.", "param": name})
        for name in ("temperature", "top_p", "presence_penalty")
    ]
    plain = Status(400, {"message": "frequency_penalty: Extra inputs are not permitted"})
    provider.will(*refusals, plain, Say("Hello."), Say("Again."))
    assert await sampled(models) == "Hello."
    assert await sampled(models) == "Again."
    for heard in provider.requests[-2:]:
        assert SAMPLING.keys() & heard.body.keys() == {"seed"}
    assert len(provider.requests) == 6  # learnt once


async def test_calls_are_bounded_by_what_can_be_left_out(provider: ScriptedProvider, models: OpenAIModels) -> None:
    names = (*SAMPLING, "stop", "stream_options", "max_tokens", "max_completion_tokens")
    provider.will(*(Status(400, {"param": name}) for name in names), *(Status(400, {"param": "model"}),) * 9)
    with pytest.raises(Refused):
        await sampled(models)
    assert len(provider.requests) == len(names) + 1


SIGHT = Prompt(
    (
        PromptMessage(Role.SYSTEM, "You are Mira.", "Mira"),
        PromptMessage(Role.USER, "Alex: Look", "Alex", (Picture("image/png", b"\x89PNG", "cat.png"),)),
    )
)


@pytest.fixture
async def seeing(provider: ScriptedProvider) -> AsyncIterator[OpenAIModels]:
    server = Server("scripted", provider.base_url, "any", KEY, sees=True)
    made = OpenAIModels(server, tokenizer=Tokenizer(), deadlines=SHORT)
    yield made
    await made.close()


async def test_pictures_go_to_models_that_see_only(
    provider: ScriptedProvider, models: OpenAIModels, seeing: OpenAIModels
) -> None:
    await sampled(seeing, SIGHT)
    await sampled(models, SIGHT)
    assert provider.requests[0].body["messages"][1]["content"] == [
        {"type": "text", "text": "Alex: Look"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
    ]
    assert provider.requests[1].body["messages"][1]["content"] == "Alex: Look"
    assert (seeing.sees, models.sees) == (True, False)


@pytest.mark.parametrize("status", [400, 404])
async def test_a_model_that_refuses_pictures_is_asked_without(
    provider: ScriptedProvider, seeing: OpenAIModels, status: int
) -> None:
    provider.will(Status(status, {"message": "No endpoints found that support image input"}), Say("I cannot see it."))
    assert await sampled(seeing, SIGHT) == "I cannot see it."
    assert provider.requests[-1].body["messages"][1]["content"] == "Alex: Look"
    assert not seeing.sees


DEEP = Prompt(
    (
        *PROMPT.messages,
        PromptMessage(Role.SYSTEM, "## What you know\n- Fog."),
        PromptMessage(Role.ASSISTANT, "Hm.", "Mira"),
        PromptMessage(Role.USER, "Alex: Well?", "Alex"),
        PromptMessage(Role.SYSTEM, "## Before you answer\nBe brief."),
    )
)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (500, "Jinja Exception: Conversation roles must alternate user/assistant/user/assistant/..."),
        (400, "System message must be at the beginning."),
    ],
)
async def test_a_model_whose_template_takes_no_late_system_message_is_told_by_the_user(
    provider: ScriptedProvider, models: OpenAIModels, status: int, said: str
) -> None:
    provider.will(Status(status, {"message": said}), Say("Fog it is."), Say("Again."))
    assert await sampled(models, DEEP) == "Fog it is."
    assert await sampled(models, DEEP) == "Again."
    assert [[one["role"] for one in asked.body["messages"]] for asked in provider.requests] == [
        ["system", "user", "system", "assistant", "user", "system"],
        ["system", "user", "assistant", "user"],
        ["system", "user", "assistant", "user"],
    ]
    assert provider.requests[1].body["messages"][1]["content"] == "Alex: Hello\n\n## What you know\n- Fog."


async def test_a_refusal_that_speaks_of_roles_without_a_late_one_stays_a_refusal(
    provider: ScriptedProvider, models: OpenAIModels
) -> None:
    provider.will(Status(400, {"message": "System message must be at the beginning."}))
    with pytest.raises(Refused):
        await sampled(models)


async def test_a_refusal_that_speaks_of_images_without_one_stays_a_refusal(
    provider: ScriptedProvider, seeing: OpenAIModels
) -> None:
    provider.will(Status(400, {"message": "image policy"}))
    with pytest.raises(Refused):
        await sampled(seeing)
    assert seeing.sees


async def test_thinking_aloud_is_life_but_not_shown(provider: ScriptedProvider, models: OpenAIModels) -> None:
    provider.will(Say(pieces=("<thi", "nk>hmm, Alex: says", "</think>\n\n", "Hi", ".")), Say("Hi.", thinking="hmm"))
    assert (await answer(models))[0] == "Hi."
    assert (await answer(models))[0] == "Hi."


async def test_others_lines_end_the_answer_even_if_the_server_ignores_stop(
    provider: ScriptedProvider, models: OpenAIModels
) -> None:
    provider.will(Say(pieces=("Mira", ": Hi", ".\n", "\nEv", "e: I", " am Eve"), usage=(5, 5)))
    text, finished = await answer(models)
    assert text == "Hi."
    assert finished.reason == "stop"


async def test_reported_and_negative_costs(provider: ScriptedProvider, models: OpenAIModels) -> None:
    provider.will(Say("Hi.", cost=0.0123), Say("Hi.", cost=-1000.0))
    assert (await answer(models))[1].usage == Usage(11, 7, 12300, "provider")
    assert (await answer(models))[1].usage.cost_micros == 0


async def test_a_server_of_ours_is_free(provider: ScriptedProvider) -> None:
    models = OpenAIModels(Server("local", provider.base_url, "any", is_ours=True), tokenizer=Tokenizer())
    assert (await answer(models))[1].usage == Usage(11, 7, 0, "local")
    await models.close()


async def test_the_factor_is_learnt_from_the_servers_figures(provider: ScriptedProvider) -> None:
    factors, tokenizer = Factors(), Tokenizer()
    models = OpenAIModels(Server("other", provider.base_url, "any"), tokenizer=tokenizer, factors=factors)
    prompt = Prompt((PromptMessage(Role.USER, "x" * 4 * 200),))
    provider.will(Say("Hi.", usage=(306, 2)))
    _ = [item async for item in models.stream(ModelRequest(prompt, 50))]
    assert factors.of("other", "any").factor == pytest.approx(1.5)
    assert models.count("x" * 400) == 150
    await models.close()


async def test_leaving_early_closes_the_connection(provider: ScriptedProvider, models: OpenAIModels) -> None:
    provider.will(Say("one two three", hold_after=1), Say("Hi."))
    stream = models.stream(ModelRequest(PROMPT, 50))
    assert await anext(stream) == Token("one")
    await stream.aclose()  # type: ignore[attr-defined]
    assert (await answer(models))[0] == "Hi."


async def test_the_library_logs_no_key(
    provider: ScriptedProvider, models: OpenAIModels, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.will(Say("Hi."))
    await answer(models)
    assert KEY not in caplog.text
