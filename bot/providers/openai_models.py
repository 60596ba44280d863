"""One client for every server that speaks OpenAI's chat completions: streamed, with our own deadlines, never retried
here.

Retrying is the caller's (one retry loop in the whole program); what happens here is one answer or one `ProviderError`.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2
import openai
from openai import AsyncOpenAI, AsyncStream

from bot.clock import Clock, SystemClock
from bot.errors import Down, ProviderError, Refused, Slow
from bot.ports import Finished, FinishReason, ModelRequest, Profile, Prompt, PromptMessage, Role, Token, Usage
from bot.providers import failures, late, prices
from bot.providers.chunks import Piece, pieces_of_completion, read_chunk
from bot.providers.deadlines import Deadlines, Stopwatch
from bot.providers.guard import Guard
from bot.providers.tokens import Factors, Tokenizer
from bot.providers.wire import capped_client

# OpenAI takes at most four stop strings; the guard enforces all of them either way.
_OPENAI_STOPS = 4
# What some models refuse; it is left out from then on. Reasoning models refuse most of these, one after the other.
_DROPPABLE = (
    "stop", "temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "stream_options", "max_tokens",
    "max_completion_tokens",
)  # fmt: skip
_PICTURES = "pictures"
_SPEAKS_OF_PICTURES = re.compile(r"image|multimodal|vision", re.IGNORECASE)
_MOST_CALLS = len(_DROPPABLE) + 3
# After the model has said it is done, how long its usage figures may take, in seconds.
_USAGE_PATIENCE = 2.0
# An answer of more characters than this per token asked for is not an answer.
_CHARACTERS_PER_TOKEN = 10
_SMALLEST_CHARACTER_CAP = 2000
_MESSAGE_TOKENS = 4

_REASONS: dict[str, FinishReason] = {"length": "length", "max_tokens": "length", "content_filter": "filtered"}


@dataclass(frozen=True, slots=True)
class Server:
    """A model on a server. `key` is shown nowhere. `is_ours` marks a server on this machine that costs nothing.

    `extra_body` goes along with every request (llama.cpp's `min_p`, `repeat_penalty`). `most_stops` is None where the
    server takes any number of stop strings. `sees`: whether the model takes pictures, False where that is not known.
    `others` are further models that may be chosen in its place.
    """

    provider: str
    base_url: str
    model: str
    key: str = field(default="", repr=False)
    profile: Profile = Profile.FULL
    context_tokens: int = 8192
    is_ours: bool = False
    sees: bool = False
    temperature: float | None = None
    most_stops: int | None = _OPENAI_STOPS
    extra_body: Mapping[str, object] = field(default_factory=dict[str, object])
    others: tuple[Server, ...] = ()


class OpenAIModels:
    """A language model behind an OpenAI-compatible server (implements `bot.ports.Models`)."""

    def __init__(
        self,
        server: Server,
        *,
        tokenizer: Tokenizer,
        factors: Factors | None = None,
        deadlines: Deadlines | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._server = server
        self._tokenizer = tokenizer
        self._factors = factors or Factors()
        self._deadlines = deadlines or Deadlines()
        self._clock = clock or SystemClock()
        self._dropped: set[str] = set()
        self._client = AsyncOpenAI(
            api_key=server.key or "none",
            base_url=server.base_url,
            max_retries=0,
            http_client=capped_client(self._deadlines, trust_environment=not is_loopback(server.base_url)),
        )

    def __repr__(self) -> str:
        """Provider, model and address; never the key."""
        return f"<OpenAIModels {self.provider} {self.model!r} at {public_address(self._server.base_url)}>"

    @property
    def provider(self) -> str:
        """Short name of the provider."""
        return self._server.provider

    @property
    def model(self) -> str:
        """The model's own name."""
        return self._server.model

    @property
    def profile(self) -> Profile:
        """How prompts for it are laid out."""
        return self._server.profile

    @property
    def sees(self) -> bool:
        """Whether it takes pictures; False once it has refused one."""
        return self._server.sees and _PICTURES not in self._dropped

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may hold together."""
        return self._server.context_tokens

    def count(self, text: str) -> int:
        """Tokens of a text for this model: the tokenizer's count times the learnt factor."""
        return self._factors.scaled(self.provider, self.model, self._tokenizer.count(text))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def stream(self, request: ModelRequest) -> AsyncIterator[Token | Finished]:
        """The answer as it comes, closed by one `Finished`. Raises a `ProviderError`, also after some tokens came."""
        watch = Stopwatch(self._deadlines, self._clock, self.provider)
        guard = _guard(request)
        answer = _Answer()
        source = self._pieces(request, watch, answer)
        said = False
        try:
            async for text in source:
                shown = guard.feed(text)
                if shown:
                    said = True
                    yield Token(shown)
                if guard.ended:
                    break
        finally:
            await source.aclose()
        rest = guard.finish()
        if rest:
            said = True
            yield Token(rest)
        if guard.ended:
            answer.reason = "length" if guard.overflowed else "stop"
        if not said:
            raise self._silence(answer)
        yield Finished(
            reason=answer.reason or "stop",
            usage=await self._usage(request.prompt, answer),
            provider=self.provider,
            model=self.model,
            first_token_ms=watch.first_token_ms,
            total_ms=watch.total_ms,
        )

    # -------------------------------------------------------------------------------------------- the request

    async def _pieces(self, request: ModelRequest, watch: Stopwatch, answer: _Answer) -> AsyncGenerator[str]:
        """Texts of the answer; `answer` collects the rest. Raises `Down` where the stream breaks off unfinished."""
        response = await self._open(request, watch)
        events = _events(response)
        try:
            while True:
                patience = _USAGE_PATIENCE if answer.reason else None
                piece = await self._next(events, watch, answer, patience)
                if piece is None:
                    break
                answer.take(piece)
                if piece.text or piece.is_thought:
                    watch.token_came()
                if piece.text:
                    yield piece.text
        finally:
            await response.close()
        if not answer.reason:
            raise failures.failure(Down, self.provider, "the answer broke off" if answer.began else "no answer came")

    async def _next(
        self, events: AsyncIterator[Piece], watch: Stopwatch, answer: _Answer, patience: float | None
    ) -> Piece | None:
        """The next piece; None at the end, also where a finished answer's figures fail to come."""
        try:
            return await watch.within(anext(events), at_most=patience)
        except StopAsyncIteration:
            return None
        except Slow as error:
            failed: ProviderError = error
        except openai.APIError as error:
            failed = self._failed(error)
        except (httpx2.HTTPError, httpx2.StreamError, ValueError) as error:  # ValueError: not JSON, not UTF-8
            how = "nonsense instead of an answer" if isinstance(error, ValueError) else "the connection broke"
            failed = failures.failure(Down, self.provider, how)
        if answer.reason:
            return None
        raise failed

    async def _open(self, request: ModelRequest, watch: Stopwatch) -> AsyncStream[object]:
        """Send the request; again without what the model refuses by name, until it takes it."""
        for _ in range(_MOST_CALLS - 1):
            try:
                return await self._send(request, watch)
            except _UnwantedSetting as refusal:
                self._dropped.add(refusal.setting)
        try:
            return await self._send(request, watch)
        except _UnwantedSetting:
            pass
        raise failures.failure(Refused, self.provider, "it takes none of our settings")

    async def _send(self, request: ModelRequest, watch: Stopwatch) -> AsyncStream[object]:
        try:
            return await watch.within(self._asked(request))
        except openai.APIStatusError as error:
            unwanted = self._unwanted(error, request)
            failed = self._failed(error)
        except openai.APIError as error:
            unwanted, failed = None, self._failed(error)
        except (httpx2.HTTPError, ValueError):
            unwanted, failed = None, failures.failure(Down, self.provider, "the connection broke")
        # Outside of the handler: the library's errors hold the request, its headers and the server's words.
        if unwanted:
            raise _UnwantedSetting(unwanted)
        raise failed

    async def _asked(self, request: ModelRequest) -> AsyncStream[object]:
        # Not by `chat.completions.create`: it walks through every message and makes an object of every chunk, some
        # milliseconds for each answer. What comes is read without trust anyway (`chunks`).
        return await self._client.post(
            "/chat/completions",
            cast_to=object,
            body=self._body(request),
            stream=True,
            stream_cls=AsyncStream[object],
        )

    def _body(self, request: ModelRequest) -> dict[str, object]:
        server, prompt = self._server, request.prompt
        newer = "max_tokens" in self._dropped
        messages = late.folded(prompt.messages) if late.LATE in self._dropped else prompt.messages
        body: dict[str, object] = {
            "model": server.model,
            "messages": [_message(message, with_pictures=self.sees) for message in messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_completion_tokens" if newer else "max_tokens": request.max_tokens,
            "temperature": request.temperature if request.temperature is not None else server.temperature,
            "top_p": request.top_p,
            "presence_penalty": request.presence_penalty,
            "frequency_penalty": request.frequency_penalty,
            "seed": request.seed,
            "stop": list(prompt.stop[: server.most_stops]) or None,
            **server.extra_body,
        }
        return {name: value for name, value in body.items() if value is not None and name not in self._dropped}

    def _unwanted(self, error: openai.APIStatusError, request: ModelRequest) -> str | None:
        """What a model refuses by name (`Unsupported parameter: 'stop' …`), if it is something we can do without."""
        if late.LATE not in self._dropped and late.refuses(error.message, request.prompt.messages):
            return late.LATE
        if error.status_code not in {400, 404, 415, 422}:
            return None
        body = self._body(request)
        sent = [name for name in _DROPPABLE if name in body]
        if error.status_code != 404:
            if error.param in sent:
                return error.param
            if named := next((name for name in sent if _names(error.message, name)), None):
                return named
        # OpenRouter answers 404 where no server of a model takes pictures.
        has_pictures = self.sees and any(message.pictures for message in request.prompt.messages)
        return _PICTURES if has_pictures and _SPEAKS_OF_PICTURES.search(error.message) else None

    # -------------------------------------------------------------------------------------------- the outcome

    def _failed(self, error: openai.APIError) -> ProviderError:
        if isinstance(error, openai.APIStatusError):
            return failures.from_status(error, self.provider, self._clock.now())
        if isinstance(error, openai.APITimeoutError):
            return failures.failure(Slow, self.provider, "connecting took too long")
        if isinstance(error, openai.APIConnectionError):
            return failures.failure(Down, self.provider, "no connection, or it broke")
        return failures.from_body(error.body, self.provider)

    def _silence(self, answer: _Answer) -> ProviderError:
        if answer.reason == "filtered":
            return failures.failure(Refused, self.provider, "its content filter took the answer")
        how = "it was cut before its first word" if answer.reason == "length" else "an empty answer"
        return failures.failure(Down, self.provider, how)

    async def _usage(self, prompt: Prompt, answer: _Answer) -> Usage:
        # How many tokens a provider takes a picture for tells nothing about its vocabulary.
        if answer.tokens_in and not any(message.pictures for message in prompt.messages):
            ours = self._counted(prompt)  # its lines were counted when it was composed
            await self._factors.learn(self.provider, self.model, ours=ours, theirs=answer.tokens_in)
        cost = self._cost(answer)
        return Usage(answer.tokens_in, answer.tokens_out, cost.micros, cost.source)

    def _counted(self, prompt: Prompt) -> int:
        return sum(_MESSAGE_TOKENS + self._tokenizer.count(message.content) for message in prompt.messages)

    def _cost(self, answer: _Answer) -> prices.Cost:
        if self._server.is_ours:
            return prices.FREE
        cost = prices.reported(answer.reported_dollars)
        if cost is not prices.UNKNOWN:
            return cost
        return prices.priced(
            base_url=self._server.base_url,
            model=self.model,
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
        )


class _UnwantedSetting(Exception):
    """The model refuses one of our settings by name."""

    def __init__(self, setting: str) -> None:
        super().__init__(setting)
        self.setting = setting


@dataclass(slots=True)
class _Answer:
    """What an answer told besides its words."""

    began: bool = False
    reason: FinishReason | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    reported_dollars: object = None

    def take(self, piece: Piece) -> None:
        self.began = self.began or bool(piece.text)
        if piece.finish:
            self.reason = _REASONS.get(piece.finish, "stop")
        if piece.tokens_in is not None:
            self.tokens_in, self.tokens_out = piece.tokens_in, piece.tokens_out
            self.reported_dollars = piece.reported_dollars


def _guard(request: ModelRequest) -> Guard:
    system = next((message for message in request.prompt.messages if message.role is Role.SYSTEM), None)
    most = max(request.max_tokens * _CHARACTERS_PER_TOKEN, _SMALLEST_CHARACTER_CAP)
    return Guard((system.name if system else None) or "", request.prompt.stop, most)


def _message(message: PromptMessage, *, with_pictures: bool) -> dict[str, object]:
    """A message as the API takes it: plain text, or text and pictures as parts (Chat Completions, `image_url`)."""
    if not with_pictures or not message.pictures:
        return {"role": message.role.value, "content": message.content}
    parts: list[dict[str, object]] = [{"type": "text", "text": message.content}]
    for picture in message.pictures:
        data = base64.b64encode(picture.data).decode("ascii")
        parts.append({"type": "image_url", "image_url": {"url": f"data:{picture.mime};base64,{data}"}})
    return {"role": message.role.value, "content": parts}


def _names(message: str, setting: str) -> bool:
    """Whether an error speaks of a setting: its name quoted, or before a colon."""
    return bool(re.search(rf"['`\"]{setting}['`\"]|(?<![\w-]){setting}:", message))


async def _events(response: AsyncStream[object]) -> AsyncIterator[Piece]:
    """The pieces of an answer, also from a server that ignores `stream` and sends one JSON object."""
    kind = response.response.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind == "application/json":
        for piece in pieces_of_completion(await response.response.aread()):
            yield piece
    elif kind.startswith("text/html"):
        raise ValueError(kind)
    else:
        async for chunk in response:
            yield read_chunk(chunk)


def is_loopback(address: str) -> bool:
    """Whether a URL points at this machine, so that no proxy of the environment may stand between."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def public_address(address: str) -> str:
    """A URL without user, password and query, fit for a log line."""
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
