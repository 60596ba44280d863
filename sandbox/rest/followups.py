"""What an interaction's token opens: the original answer and followups (docs: Receiving and Responding)."""

from __future__ import annotations

from sandbox.rest.call import Call
from sandbox.world.models import Json


def is_interaction(call: Call) -> bool:
    """Whether the token of the path is an interaction's."""
    return call.text("webhook_token") in call.world.interactions


async def create(call: Call) -> Json: ...
async def read(call: Call) -> Json: ...
async def edit(call: Call) -> Json: ...
async def delete(call: Call) -> None: ...
