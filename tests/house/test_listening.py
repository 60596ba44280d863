"""A port in use is named, with the setting that moves it and, where it can be told, who has it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator

import pytest

from bot.local.errors import StartError
from bot.local.listening import check_port, listener


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_free_port_is_fine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    check_port("127.0.0.1", port, "WEB_PORT")
    check_port("127.0.0.1", 0, "WEB_PORT")


def test_a_taken_port_is_named_with_its_setting(taken: int) -> None:
    with pytest.raises(StartError) as caught:
        check_port("127.0.0.1", taken, "SANDBOX_PORT")
    text = str(caught.value)
    assert f"Port {taken} is in use" in text
    assert f"SANDBOX_PORT={taken + 1}" in text
    assert "nothing was lost" in text


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's /proc is sure to say who listens")
def test_the_program_on_the_port_is_named(taken: int) -> None:
    assert f"(process {os.getpid()})" in (listener(taken) or "")
    with pytest.raises(StartError, match=str(os.getpid())):
        check_port("127.0.0.1", taken, "WEB_PORT")


def test_nobody_listening_is_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert listener(port) is None


def test_an_address_that_is_not_ours_gets_a_sentence() -> None:
    with pytest.raises(StartError, match="WEB_HOST"):
        check_port("192.0.2.1", 8080, "WEB_PORT")  # TEST-NET-1 of RFC 5737: nobody's
