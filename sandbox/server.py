"""The sandbox as one server: start it, ask it where it is, stop it."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from sandbox import authorize, cdn, demo, hooks, static
from sandbox.core import ACKNOWLEDGE_WITHIN, Core
from sandbox.journal import Journal
from sandbox.rest import border
from sandbox.rest.api import all_routes
from sandbox.rest.call import LARGEST_REQUEST
from sandbox.till.till import Till
from sandbox.world.models import Application, Guild, User
from sandbox.world.world import World


class Sandbox:
    """A running local Discord."""

    def __init__(self, core: Core, runner: web.AppRunner, till: Till) -> None:
        self.core = core
        self._runner = runner
        #: Where play money is paid.
        self.till = till

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        world: Path | None = None,
        identity: demo.Identity | None = None,
        acknowledge_within: float = ACKNOWLEDGE_WITHIN,
    ) -> AsyncGenerator[Sandbox]:
        """Run a sandbox for the length of the block; port 0 takes any free one. An empty world gets the demo."""
        sandbox = await cls.open(
            port=port, host=host, world=world, identity=identity, acknowledge_within=acknowledge_within
        )
        try:
            yield sandbox
        finally:
            await sandbox.close()

    @classmethod
    async def open(
        cls,
        *,
        port: int,
        host: str = "127.0.0.1",
        world: Path | None = None,
        identity: demo.Identity | None = None,
        acknowledge_within: float = ACKNOWLEDGE_WITHIN,
    ) -> Sandbox:
        """Load or build the world and listen.

        Raises OSError when the port is in use, or another sandbox keeps the same world; nothing is written then.
        """
        listener = _listener(host, port)
        core = Core.build(world, acknowledge_within=acknowledge_within)
        core.world.origin = f"http://{_named(host)}:{listener.getsockname()[1]}"
        try:
            _fill(core, identity or demo.Identity())
        except BaseException:
            listener.close()
            raise
        till = Till(None if world is None else world.with_name("till.json"))
        till.open(f"{core.world.origin}/till")
        runner = web.AppRunner(_application(core, till), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.SockSite(runner, listener).start()
        return cls(core, runner, till)

    async def close(self) -> None:
        """Hang up, stop listening and write the world down."""
        self.core.hub.hang_up_all()
        await self._runner.cleanup()
        await self.till.close()
        await self.core.close()

    # ------------------------------------------------------------------------------------------------ for tests

    @property
    def url(self) -> str:
        """Where it is, such as "http://127.0.0.1:3900"; `/api/v10` and the gateway lie below."""
        return self.core.world.origin

    @property
    def world(self) -> World:
        """Its state."""
        return self.core.world

    @property
    def journal(self) -> Journal:
        """What happened."""
        return self.core.journal

    @property
    def application(self) -> Application:
        """The bot's application (the first, when there are several)."""
        return next(iter(self.world.applications))

    @property
    def bot_token(self) -> str:
        """The token of that bot."""
        return self.world.user(self.application.id).token

    @property
    def guild(self) -> Guild:
        """The first server."""
        return next(iter(self.world.guilds))

    def person(self, username: str) -> User:
        """A person by their username ("robin", "sasha", "alex")."""
        return next(user for user in self.world.users if user.username == username and not user.bot)

    def channel_id(self, name: str) -> str:
        """A channel of any server by its name."""
        return next(channel.id for channel in self.world.channels if channel.name == name)


def _application(core: Core, till: Till) -> web.Application:
    app = web.Application(client_max_size=LARGEST_REQUEST)
    border.mount(app, core, all_routes())
    hooks.mount(app, core)
    authorize.mount(app, core)
    cdn.mount(app, core)
    app.add_subapp("/till", till.application())
    static.mount(app, core)
    return app


def _fill(core: Core, identity: demo.Identity) -> None:
    """The world as its file tells it, or the demo."""
    core.world.store.lock()
    core.journal.open()
    if core.world.load():
        demo.adopt(core, identity)
    else:
        demo.build(core, identity)
    core.world.settle()


def _named(host: str) -> str:
    """The host as it stands in an address; "every interface" is reached as this machine."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared with, not bound to
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _listener(host: str, port: int) -> socket.socket:
    """Take the port before anything else happens, so that a second start fails cleanly."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener
