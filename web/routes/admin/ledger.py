"""The ledger: every transfer, all tokens there are, and the proof that they add up."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from bot.services.money.accounts import TransferKind
from bot.services.money.verifying import verify as verify_ledger
from bot.texts import N_, Text
from web.pages import Access, desk, get, post, render, signed

_PAGE = 50
_NOBODY = UUID(int=0)
_LONGEST = 200

KINDS: dict[TransferKind, Text] = {
    TransferKind.PURCHASE: N_("bought"),
    TransferKind.BONUS: N_("bonus"),
    TransferKind.ALLOWANCE: N_("allowance"),
    TransferKind.ADJUSTMENT: N_("by hand"),
    TransferKind.REPLY: N_("reply"),
    TransferKind.SPEND: N_("spent"),
    TransferKind.GIFT: N_("gift"),
    TransferKind.REFUND: N_("given back"),
    TransferKind.EXPIRY: N_("expired"),
}


async def show(request: web.Request) -> web.Response:
    """A page of transfers, the newest first, and the sums over all."""
    services = desk(request)
    user, kind, key = _id(request.query.get("user", "")), _kind(request), _words(request, "key")
    async with services.oversight.at_work(
        signed(request).user_id, "ledger.looked_at", "list", of=user, admin=True
    ) as work:
        rows, after = await services.ledger.search(
            work,
            user_id=user,
            key=key or None,
            kind=kind,
            after=_words(request, "after") or None,
            limit=_PAGE,
        )
        house = await services.ledger.house(work)
        ids = {one for row in rows for one in (row.from_, row.to) if one is not None}
        names = await services.accounts.names(work, tuple(ids))
    return render(
        request,
        "admin/ledger.html",
        rows=rows,
        after=after,
        house_sums=house,
        names=names,
        kinds=KINDS,
        query={"user": request.query.get("user", "")[:_LONGEST], "key": key, "kind": kind},
    )


async def verify(request: web.Request) -> web.Response:
    """Have all of it checked."""
    services = desk(request)
    async with services.oversight.at_work(signed(request).user_id, "ledger.verified", "ledger", admin=True) as work:
        verdict = await verify_ledger(services.database)
        work.tell(is_sound=verdict.is_sound)
    return render(request, "admin/ledger_verified.html", verdict=verdict)


def _kind(request: web.Request) -> TransferKind | None:
    try:
        return TransferKind(request.query.get("kind", ""))
    except ValueError:
        return None


def _words(request: web.Request, name: str) -> str:
    return request.query.get(name, "").replace("\x00", "").strip()[:_LONGEST]


def _id(written: str) -> UUID | None:
    """Who is meant. What is no id means nobody, and not everybody."""
    try:
        return UUID(written.strip())
    except ValueError:
        return _NOBODY if written.strip() else None


PAGES = (
    get("/admin/ledger", show, "admin_ledger", Access.ADMIN),
    post("/admin/ledger/verify", verify, "admin_ledger_verify", Access.ADMIN, menu="admin_ledger"),
)
