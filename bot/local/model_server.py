"""`python -m bot.local.model_server --model FILE --port N`: a GGUF file as an OpenAI-compatible server.

llama.cpp's own server (package `xllamacpp`) on loopback, in a process of its own: its crashes and memory stay away from
the bot.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

PARALLEL = 2


def serve(model: Path, port: int, context_tokens: int, threads: int) -> str:
    """Load the model and listen; the address. The server lives as long as the process."""
    library: Any = importlib.import_module("xllamacpp")
    settings = library.CommonParams()
    settings.model.path = str(model)
    settings.model_alias = {model.stem}
    settings.port = port
    settings.n_parallel = PARALLEL
    # Shared out among the parallel conversations.
    settings.n_ctx = context_tokens * PARALLEL
    settings.cpuparams.n_threads = threads
    settings.cpuparams_batch.n_threads = threads
    settings.verbosity = 0
    _running.append(library.Server(settings))
    return str(_running[-1].listening_address)


_running: list[Any] = []


def main() -> int:
    """Read the options, load, print `ready ADDRESS`, wait for the end. 1 where the file cannot be loaded."""
    parser = argparse.ArgumentParser(prog="python -m bot.local.model_server", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default)")
    parser.add_argument("--context", type=int, default=4096, help="tokens one conversation may hold")
    parser.add_argument("--threads", type=int, default=max((os.cpu_count() or 2) // 2, 2))
    options = parser.parse_args()
    ending = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    try:
        address = serve(options.model, options.port, options.context, options.threads)
    except (RuntimeError, ValueError, OSError) as error:
        print(f"{options.model.name} cannot be loaded: {error}", file=sys.stderr)
        return 1
    print(f"ready {address}/v1", flush=True)
    signal.sigwait(ending)
    sys.stdout.flush()
    # The library's threads have nothing to save and do not always come back from their destructors.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
