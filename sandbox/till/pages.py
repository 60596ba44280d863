"""The till's pages: Checkout, where somebody pays with play money, and the portal, where they look after it."""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from aiohttp import web

from sandbox.till.billing import CARDS, DAY, WORKS, Billing, Declined
from sandbox.till.shop import Shop, TillError
from sandbox.world.models import Json

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { display: grid; place-items: center; min-height: 100vh; margin: 0; background: light-dark(#f2f3f5, #1e1f22); }
main { width: min(30rem, 90vw); padding: 1.5rem; border-radius: 12px; background: light-dark(#fff, #2b2d31); }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; } h2 { font-size: 1.05rem; margin: 1.2rem 0 .3rem; }
fieldset { border: 0; padding: 0; margin: 1rem 0; } legend { font-weight: 600; }
label { display: block; padding: .3rem 0; }
button { font: inherit; padding: .5rem 1.1rem; border: 0; border-radius: 8px; cursor: pointer; margin: .2rem; }
.go { background: #4752c4; color: #fff; } .no { background: light-dark(#e3e5e8, #404249); color: inherit; }
.note { padding: .5rem .8rem; border-radius: 8px; background: light-dark(#fff4d6, #4a3c10); }
.bad { padding: .5rem .8rem; border-radius: 8px; background: light-dark(#fde2e2, #571d1d); }
.price { font-size: 1.6rem; margin: .2rem 0; } li { margin: .2rem 0; } form { display: inline; }
"""
_PLAY = '<p class="note"><strong>Play money.</strong> This till stands in for Stripe. Nothing is charged.</p>'


def mount(app: web.Application, shop: Shop, billing: Billing) -> None:
    """Put the pages in place."""

    def guarded(
        page: Callable[[web.Request], Awaitable[web.Response]],
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            try:
                return await page(request)
            except TillError as error:
                return _page(f"<h1>That did not work</h1><p>{html.escape(error.message)}</p>", error.status)

        return handle

    @guarded
    async def show(request: web.Request) -> web.Response:
        return _page(_checkout(shop, shop.get("sessions", request.match_info["id"])))

    @guarded
    async def pay(request: web.Request) -> web.Response:
        session = shop.get("sessions", request.match_info["id"])
        chosen = str((await request.post()).get("card", WORKS))
        try:
            billing.pay(session, chosen if chosen in CARDS else WORKS)
        except Declined:
            return _page(_checkout(shop, session, '<p class="bad" role="alert">Your card was declined.</p>'), 402)
        return web.Response(status=303, headers={"Location": session["success_url"]})

    @guarded
    async def portal(request: web.Request) -> web.Response:
        return _page(_portal(shop, shop.get("portals", request.match_info["id"])))

    @guarded
    async def act(request: web.Request) -> web.Response:
        opened = shop.get("portals", request.match_info["id"])
        fields = await request.post()
        _carry_out(shop, billing, opened, str(fields.get("act")), str(fields.get("of", "")))
        return web.Response(status=303, headers={"Location": opened["url"]})

    app.router.add_get("/c/{id}", show)
    app.router.add_post("/c/{id}", pay)
    app.router.add_get("/p/{id}", portal)
    app.router.add_post("/p/{id}", act)


def _carry_out(shop: Shop, billing: Billing, opened: Json, act: str, of: str) -> None:
    """What somebody did in the portal, to what is theirs."""
    if act == "pass":
        billing.pass_time(int(of) * DAY if of.isdecimal() else DAY)
        return
    holder = shop.get("customers", opened["customer"])
    if act == "card" and of in CARDS:
        shop.put("customers", holder | {"_card": of})
        return
    subscription = shop.get("subscriptions", of)
    if subscription["customer"] != holder["id"] or subscription["status"] == "canceled":
        raise TillError(404, "There is no such subscription.")
    if act == "pay":
        billing.collect(shop.get("invoices", subscription["latest_invoice"]), holder.get("_card", WORKS))
    else:
        ends = act == "cancel"
        subscription |= {"cancel_at_period_end": ends, "canceled_at": shop.now() if ends else None}
        shop.put("subscriptions", subscription)
    shop.happened("customer.subscription.updated", subscription)


def _checkout(shop: Shop, session: Json, notice: str = "") -> str:
    price = shop.get("prices", session["_price"])
    name = html.escape(shop.get("products", price["product"])["name"])
    if session["status"] != "open":
        return f"<h1>{name}</h1><p>This checkout is {session['status']}.</p>"
    every = "" if price["recurring"] is None else f" / {price['recurring']['interval']}"
    cards = "".join(
        f'<label><input type="radio" name="card" value="{key}"{" checked" if key == WORKS else ""}> {label}</label>'
        for key, label in CARDS.items()
    )
    back = html.escape(session["cancel_url"] or "", quote=True)
    leave = f'<p><a href="{back}">Back without paying</a></p>' if back else ""
    return (
        f'<h1>{name}</h1><p class="price">{_money(price["unit_amount"], price["currency"])}{every}</p>{_PLAY}{notice}'
        f'<form method="post"><fieldset><legend>Pay with</legend>{cards}</fieldset>'
        f'<button class="go">Pay</button></form>{leave}'
    )


def _portal(shop: Shop, opened: Json) -> str:
    customer = opened["customer"]
    mine = [row for row in shop.all("subscriptions") if row["customer"] == customer]
    card = shop.get("customers", customer).get("_card", WORKS)
    cards = "".join(
        f'<label><input type="radio" name="of" value="{key}"{" checked" if key == card else ""}> {label}</label>'
        for key, label in CARDS.items()
    )
    invoices = "".join(
        f"<li>{_day(row['created'])}: {_money(row['amount_due'], row['currency'])}, {row['status']}</li>"
        for row in shop.all("invoices")
        if row["customer"] == customer
    )
    back = html.escape(opened["return_url"] or "", quote=True)
    leave = f'<p><a href="{back}">Back</a></p>' if back else ""
    passing = "".join(
        f'<button class="no" name="of" value="{days}">{label}</button>'
        for days, label in ((1, "A day"), (7, "A week"), (31, "A month"))
    )
    return (
        f"<h1>Billing</h1>{_PLAY}<h2>Subscriptions</h2>{''.join(_subscription(shop, row) for row in mine) or 'None.'}"
        f'<h2>Card</h2><form method="post">{cards}'
        '<button class="no" name="act" value="card">Use this card</button></form>'
        f"<h2>Invoices</h2><ul>{invoices or '<li>None</li>'}</ul>"
        f"<h2>Let time pass</h2><p>At this till it is {_day(shop.now())}.</p>"
        f'<form method="post"><input type="hidden" name="act" value="pass">{passing}</form>{leave}'
    )


def _subscription(shop: Shop, row: Json) -> str:
    item = row["items"]["data"][0]
    name = html.escape(shop.get("products", item["price"]["product"])["name"])
    if row["status"] == "canceled":
        return f"<p>{name}: ended on {_day(row['ended_at'])}</p>"
    word = "ends" if row["cancel_at_period_end"] else "renews"
    acts = [("resume", "Renew it after all") if row["cancel_at_period_end"] else ("cancel", "Do not renew")]
    if row["status"] == "past_due":
        acts.append(("pay", "Pay what is due"))
    buttons = "".join(f'<button class="no" name="act" value="{act}">{label}</button>' for act, label in acts)
    price = _money(item["price"]["unit_amount"], item["price"]["currency"])
    return (
        f"<p>{name}, {price} / {item['price']['recurring']['interval']}: {row['status']}, "
        f"{word} on {_day(item['current_period_end'])}</p>"
        f'<form method="post"><input type="hidden" name="of" value="{row["id"]}">{buttons}</form>'
    )


def _money(cents: int, currency: str) -> str:
    return f"{cents // 100}.{cents % 100:02d} {html.escape(currency.upper())}"


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%-d %B %Y")


def _page(body: str, status: int = 200) -> web.Response:
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Till</title><style>{_STYLE}</style><body><main>{body}</main></body></html>"
    )
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'self' http: https:",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
