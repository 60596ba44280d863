"""Where the payment service tells us what happened, and where people come back to from it."""

from __future__ import annotations

import structlog
from aiohttp import web

from bot.errors import UserError
from bot.ports.till import NotFromTheTill, TillUnreachable
from bot.services.money.payments import PaymentSeen, PaymentState
from bot.texts import Say
from web.pages import Access, Page, Proof, Rate, back, desk, say_for, signed

log = structlog.get_logger(__name__)


async def stripe(request: web.Request) -> web.Response:
    """A notice of Stripe's: 200 once it is worked, 400 where it is forged, 503 where it is to be sent again."""
    payments = desk(request).payments
    if not payments.is_open:
        raise web.HTTPNotFound
    body = await request.read()
    try:
        outcome = await payments.hear(body, request.headers.get("Stripe-Signature"))
    except NotFromTheTill as error:
        log.warning("payment_notice_refused", error=str(error))
        return web.json_response({"error": "not a signed notice"}, status=400)
    except TillUnreachable as error:
        log.warning("payment_notice_put_off", error=str(error))
        return web.json_response({"error": "tell again"}, status=503, headers={"Retry-After": "30"})
    return web.json_response({"outcome": outcome.value})


async def paid(request: web.Request) -> web.Response:
    """Back from the till: ask how it stands, and on to the wallet or the plan."""
    say, me = say_for(request), signed(request)
    try:
        seen = await desk(request).payments.look(me.user_id, request.query.get("checkout", ""))
    except UserError as error:
        return back(request, "/wallet", say(error.message, **error.values), kind="trouble")
    if seen is None:
        raise web.HTTPNotFound
    to = "/plan" if seen.is_plan else "/wallet"
    if seen.state is PaymentState.COMPLETED:
        return back(request, to, _thanks(say, seen))
    if seen.state is PaymentState.PENDING:
        text = say("Your payment is being confirmed. {what} is yours as soon as it is.", what=seen.what)
        return back(request, to, text, kind="note")
    return back(request, to, say("That was not paid, so nothing was charged."), kind="note")


def _thanks(say: Say, seen: PaymentSeen) -> str:
    if seen.is_plan:
        return say("Thank you. You are on {plan} now.", plan=seen.what)
    return say("Thank you. {tokens} tokens are yours.", tokens=f"{seen.tokens:,}")


PAGES = (
    Page(
        "POST",
        "/hooks/stripe",
        stripe,
        "hooks_stripe",
        Access.ANYBODY,
        Rate.HOOK,
        proof=Proof.SIGNATURE,
    ),
    Page("GET", "/wallet/paid", paid, "paid", Access.MEMBER, Rate.READ, changes=True),
)
