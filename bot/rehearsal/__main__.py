"""`python -m bot.rehearsal --port N`: serve the rehearsal on loopback until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from bot.rehearsal.server import FAST, NATURAL, Pace, RehearsalServer


async def serve(port: int, pace: Pace) -> int:
    """Serve until SIGTERM or SIGINT. Prints one line when ready; 1 where the port is taken."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, stop.set)
    try:
        async with RehearsalServer.start(port, pace) as server:
            print(f"ready {server.base_url}", flush=True)
            await stop.wait()
    except OSError as error:
        print(f"The rehearsal cannot listen on port {port}: {error.strerror or error}.", file=sys.stderr)
        return 1
    return 0


def main() -> int:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.rehearsal",
        description="An OpenAI-compatible server that answers without a model, out of the prompt it receives.",
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default)")
    parser.add_argument("--fast", action="store_true", help="answer at once instead of at a natural pace")
    options = parser.parse_args()
    return asyncio.run(serve(options.port, FAST if options.fast else NATURAL))


if __name__ == "__main__":
    sys.exit(main())
