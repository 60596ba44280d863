"""What is sold through Discord: nothing here yet, and the lists say so."""

from __future__ import annotations

from sandbox.errors import ApiError
from sandbox.rest.call import Call
from sandbox.rest.routes import Routes
from sandbox.world.models import Json

routes = Routes()


@routes.get("/applications/{application_id}/skus")
@routes.get("/applications/{application_id}/entitlements")
async def nothing(call: Call) -> list[Json]:
    """List SKUs, List Entitlements: an application without any."""
    if call.application.id != call.id("application_id"):
        raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
    return []
