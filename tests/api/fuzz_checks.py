"""What Schemathesis looks at besides its own checks: words of other people in an answer, and answers without headers.

Loaded by its command line (`SCHEMATHESIS_HOOKS`); told of the others' words by `FUZZ_CANARIES`, with commas between.
"""

from __future__ import annotations

import os

import schemathesis

CANARIES = tuple(one.encode() for one in os.environ.get("FUZZ_CANARIES", "").split(",") if one)
SEALED = ("content-security-policy", "x-content-type-options", "x-request-id", "cache-control")


@schemathesis.check
def nobody_elses_words(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """No answer holds what another person keeps to themselves."""
    found = [one.decode() for one in CANARIES if one in response.content]
    assert not found, f"words of somebody else: {found}"


@schemathesis.check
def sealed(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """Every answer carries the house's headers, and none sets a cookie."""
    missing = [one for one in SEALED if one not in response.headers]
    assert not missing, f"an answer without {missing}"
    assert "set-cookie" not in response.headers, "an answer of the API that sets a cookie"
