"""Which request is being worked on: a page, a command, a job. Logs and the audit log name it, so that both join.

A web request has an id of its own (header `X-Request-ID`), a command that of its interaction, a job that of its job.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_REQUEST: ContextVar[str] = ContextVar("botcafe_request", default="")


def request_id() -> str:
    """The id of the request this task works on; empty where it works for none."""
    return _REQUEST.get()


@contextmanager
def requested(request: str) -> Generator[None]:
    """Everything in the block, and every task begun in it, works for this request."""
    token = _REQUEST.set(request)
    try:
        yield
    finally:
        _REQUEST.reset(token)
