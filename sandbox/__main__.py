"""`python -m sandbox`: run the local Discord until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from sandbox.demo import Identity
from sandbox.server import Sandbox


def main() -> int:
    """Parse the command line and run; answers the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local Discord for trying the bot.")
    parser.add_argument("--port", type=int, default=3900, help="port on loopback (default 3900, 0 = any free one)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--world", type=Path, metavar="FILE", help="keep the world in this file, and files beside it")
    parser.add_argument("--bot-token", metavar="TOKEN", help="the bot's token (default: made up and printed)")
    parser.add_argument("--client-secret", metavar="SECRET", help="the application's OAuth2 secret (default: made up)")
    parser.add_argument("--application-id", metavar="ID", help="the application's id (default: made up)")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_run(options))
    except OSError as error:
        print(f"The sandbox cannot start on port {options.port}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


async def _run(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    identity = Identity(options.bot_token, options.client_secret, options.application_id)
    async with Sandbox.start(port=options.port, host=options.host, world=options.world, identity=identity) as sandbox:
        shown = "" if options.bot_token else f" (bot token {sandbox.bot_token})"
        print(f"The sandbox is ready at {sandbox.url}{shown}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
