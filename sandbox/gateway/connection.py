"""One websocket: HELLO, heartbeats, limits, compression, and the way in and out of a session."""

from __future__ import annotations

import asyncio
import zlib
from collections import deque
from typing import Any, cast

import orjson
from aiohttp import WSMsgType, web

from sandbox.gateway.hub import Hub
from sandbox.gateway.identify import Refused, identify, resume
from sandbox.gateway.requests import request_members, update_presence
from sandbox.gateway.sessions import Session
from sandbox.journal import NOBODY
from sandbox.world.models import Json
from sandbox.world.world import World

#: docs: Gateway, Sending Heartbeats: what Discord commonly sends.
HEARTBEAT_MS = 41_250
#: discord.py notes when it sent a heartbeat only after the send returned; on loopback an answer at once would be there
#: before that note, and it would take a whole interval for its latency. Seconds.
ACKNOWLEDGE_AFTER = 0.02
#: docs: Gateway, Rate Limiting: events a client may send per minute.
SENDS_PER_MINUTE = 120
#: docs: Gateway, Event Payload: no more bytes than this from a client.
PAYLOAD_BYTES = 4096

#: Opcodes that mean something for clients we do not serve (voice, soundboards): taken and left alone.
_IGNORED = {4, 31}
_NAMES = {1: "HEARTBEAT", 2: "IDENTIFY", 3: "PRESENCE", 4: "VOICE_STATE", 6: "RESUME", 8: "REQUEST_MEMBERS"}


class Connection:
    """Speaks the gateway's protocol with one client."""

    def __init__(self, hub: Hub, world: World, socket: web.WebSocketResponse, *, compress: bool) -> None:
        self._hub = hub
        self._world = world
        self._socket = socket
        self._deflate = zlib.compressobj() if compress else None
        self._queue: asyncio.Queue[bytes | int] = asyncio.Queue()
        self._received: deque[float] = deque()
        self._session: Session | None = None
        self._hung_up = False
        self._deaf = False
        self._writer_ended = False
        self._progress = asyncio.Event()

    # ------------------------------------------------------------------------------------------------ out

    def put(self, payload: bytes) -> None:
        """Queue one payload."""
        self._queue.put_nowait(payload)

    def hang_up(self, code: int) -> None:
        """Close once everything queued before is sent; the session can be resumed."""
        self._hung_up = True
        self._queue.put_nowait(code)

    def deafen(self) -> None:
        """Answer no heartbeats any more (a test's zombie connection)."""
        self._deaf = True

    async def written(self, left: int) -> None:
        """Wait until at most `left` payloads are still to be written, or the connection is gone."""
        while self._queue.qsize() > left and not self._writer_ended:
            self._progress.clear()
            await self._progress.wait()

    async def _write(self) -> None:
        try:
            await self._write_on()
        finally:
            self._writer_ended = True
            self._progress.set()

    async def _write_on(self) -> None:
        while True:
            item = await self._queue.get()
            self._progress.set()
            try:
                if isinstance(item, int):
                    await self._socket.close(code=item)
                    return
                if self._deflate is not None:
                    await self._socket.send_bytes(self._deflate.compress(item) + self._deflate.flush(zlib.Z_SYNC_FLUSH))
                else:
                    await self._socket.send_str(item.decode())
            except (ConnectionError, RuntimeError):  # the client is gone; the session keeps the events
                return

    def _send(self, opcode: int, data: Any) -> None:
        self.put(orjson.dumps({"op": opcode, "d": data, "s": None, "t": None}))

    # ------------------------------------------------------------------------------------------------ in

    async def run(self) -> None:
        """Serve the client until either side closes."""
        writer = asyncio.create_task(self._write())
        try:
            self._send(10, {"heartbeat_interval": HEARTBEAT_MS, "_trace": []})
            code = await self._read()
            if code is not None and not self._socket.closed:
                self._note("CLOSE", "close", {"code": code})
                await self._socket.close(code=code)
        finally:
            writer.cancel()
            self._detach()

    async def _read(self) -> int | None:
        while True:
            try:
                frame = await self._socket.receive(timeout=HEARTBEAT_MS / 1000 * 1.5)
            except TimeoutError:
                return 4009
            if frame.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return None
            code = self._take(frame.data)
            if code is not None:
                return code

    def _take(self, raw: str | bytes) -> int | None:
        """Handle one payload; answers the code to close with, or None to go on."""
        size = len(raw.encode() if isinstance(raw, str) else raw)
        try:
            payload: Any = orjson.loads(raw)
        except ValueError:
            payload = None
        if size > PAYLOAD_BYTES or not isinstance(payload, dict):
            return 4002
        if self._too_often():
            return 4008
        message = cast("Json", payload)
        opcode, data = message.get("op"), message.get("d")
        if opcode == 1:
            if not self._deaf:
                asyncio.get_running_loop().call_later(ACKNOWLEDGE_AFTER, self._send, 11, None)
            return None
        self._note(_NAMES.get(opcode if isinstance(opcode, int) else -1, f"OP {opcode}"), "in", data)
        try:
            return self._obey(opcode, cast("Json", data) if isinstance(data, dict) else {})
        except Refused as refusal:
            return refusal.code

    def _too_often(self) -> bool:
        now = self._world.clock.now()
        self._received.append(now)
        while self._received[0] < now - 60:
            self._received.popleft()
        return len(self._received) > SENDS_PER_MINUTE

    def _obey(self, opcode: object, data: Json) -> int | None:
        if opcode == 2:
            if self._session is not None:
                return 4005
            self._attach(identify(self._hub, self._world, self, data))
        elif opcode == 6:
            session = resume(self._hub, self._world, self, data)
            if session is None:
                self._note("INVALID_SESSION", "out", data=False)
                self._send(9, False)
            else:
                self._attach(session)
        elif opcode not in (3, 8) and opcode not in _IGNORED:
            return 4001
        elif self._session is None:
            return 4003
        elif opcode == 3:
            update_presence(self._hub, self._session, data)
        elif opcode == 8:
            request_members(self._hub, self._world, self._session, data)
        return None

    # ------------------------------------------------------------------------------------------------ session

    def _attach(self, session: Session) -> None:
        self._session = session
        self._hub.announce_presence(session.user_id)

    def _detach(self) -> None:
        session = self._session
        if session is None or session.line is not self:
            return
        session.line = None
        session.lost_at = self._world.clock.now()
        # docs: Gateway, Resuming: a client that closes with 1000 or 1001 ends its session.
        if self._socket.close_code in (1000, 1001) and not self._hung_up:
            self._hub.forget(session)
        self._note("CLOSED", "close", {"code": self._socket.close_code})
        self._hub.announce_presence(session.user_id)

    def _note(self, method: str, path: str, data: Any) -> None:
        actor = self._session.actor if self._session else NOBODY
        self._hub.journal.write(actor=actor, transport="gateway", method=method, path=path, request=data)
