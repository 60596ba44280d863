"""One's tokens: what there is, what came and went, gifts, what can be bought, and what was paid."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence

from aiohttp import web

from bot import limits
from bot.errors import InvalidInput, UserError
from bot.services.characters.tables import characters_table_of
from bot.services.money.gifts import Gift, GiftDraft, GiftState
from bot.services.money.payments import PaymentState
from bot.services.money.wallets import KINDS
from bot.texts import N_, Text
from web.csv import csv_file
from web.forms import Form, form
from web.keys import HOUSE
from web.lists import Cursor
from web.pages import Access, Rate, at_work, away, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.rendering import grouped
from web.theirs import theirs

ONCE = "once"
"""A number of its own in each gift's form: sent twice, it gives once."""
_FIELDS = frozenset({"recipient", "amount", "message", "character", ONCE})
_HISTORY_ROWS = 25

STATES: Mapping[GiftState, Text] = {
    GiftState.OFFERED: N_("waits"),
    GiftState.ACCEPTED: N_("accepted"),
    GiftState.DECLINED: N_("declined"),
    GiftState.TAKEN_BACK: N_("taken back"),
    GiftState.EXPIRED: N_("waited too long"),
}
PAID: Mapping[PaymentState, Text] = {
    PaymentState.PENDING: N_("not finished"),
    PaymentState.COMPLETED: N_("paid"),
    PaymentState.FAILED: N_("failed"),
    PaymentState.REFUNDED: N_("given back"),
    PaymentState.DISPUTED: N_("disputed"),
    PaymentState.EXPIRED: N_("not finished in time"),
}


async def show(request: web.Request) -> web.Response:
    """The wallet."""
    return await _page(request, _empty())


async def as_file(request: web.Request) -> web.StreamResponse:
    """Everything that came and went, as a CSV file."""
    say = say_for(request)
    columns = (say("When"), say("What"), say("Tokens"), say("Kind"), say("Left of that kind"))
    return await csv_file(request, "wallet", columns, _lines(request))


async def _lines(request: web.Request) -> AsyncIterator[Sequence[object]]:
    say, after = say_for(request), None
    while True:
        async with at_work(request) as work:
            page = await desk(request).wallets.history(work, signed(request).user_id, after, 100)
        for one in page.rows:
            yield one.at, say(KINDS[one.kind]), one.amount, one.pocket.value, one.balance_after
        if page.next is None:
            return
        after = page.next


async def give(request: web.Request) -> web.StreamResponse:
    """Give somebody tokens, once for each form."""
    me, typed, gifts = signed(request), await form(request), desk(request).gifts
    try:
        typed.only(_FIELDS)
        character_id = typed.id("character") if typed.text("character") else None
        draft = GiftDraft(typed.text("amount"), typed.value("message"), character_id)
        gifts.check(draft)
        async with at_work(request) as work:
            recipient = await gifts.find(work, typed.text("recipient"))
            key = f"form:{me.user_id}:{_once(typed)}"
            gift = await gifts.give(work, me.user_id, recipient.user_id, draft, key=key)
    except UserError as error:
        return await _page(request, typed.failed(error), status=status_of(error))
    told = say_for(request).plural(
        "{n} token waits for {name} now. You can take it back until they accept.",
        "{n} tokens wait for {name} now. You can take them back until they accept.",
        gift.amount,
        n=grouped(gift.amount, say_for(request).language),
        name=recipient.display_name,
    )
    return back(request, "/wallet", told)


async def answer(request: web.Request) -> web.StreamResponse:
    """Accept or decline a gift, or take back one's own."""
    me, typed, gifts, say = signed(request), await form(request), desk(request).gifts, say_for(request)
    gift_id = row_id(request, "gift_id")
    async with at_work(request) as work:
        n = grouped((await gifts.get(work, me.user_id, gift_id)).amount, say.language)
        match typed.text("do"):
            case "accept":
                gift: Gift = await gifts.accept(work, me.user_id, gift_id)
                told = say.plural("{n} token is yours.", "{n} tokens are yours.", gift.amount, n=n)
            case "decline":
                await gifts.decline(work, me.user_id, gift_id)
                told = say("Declined. The tokens are back with who gave them.")
            case "take_back":
                gift = await gifts.take_back(work, me.user_id, gift_id)
                told = say.plural("{n} token is yours again.", "{n} tokens are yours again.", gift.amount, n=n)
            case _:
                raise InvalidInput("no_such_deed", N_("Choose accept, decline or take back. Nothing was changed."))
    return back(request, "/wallet", told)


async def gifts(request: web.Request) -> web.Response:
    """Every gift from and for one."""
    after = Cursor.read(request.query.get("after", ""))
    async with at_work(request) as work:
        found = await desk(request).gifts.page(
            work, signed(request).user_id, None if after is None else after.id, _HISTORY_ROWS + 1
        )
    shown = found[:_HISTORY_ROWS]
    more = Cursor(None, shown[-1].id) if len(found) > len(shown) else None
    return render(request, "wallet/gifts.html", gifts=shown, states=STATES, after=after, next=more)


async def buy(request: web.Request) -> web.StreamResponse:
    """Go where a package is paid."""
    me = signed(request)
    to = await desk(request).payments.buy_package(
        me.user_id,
        row_id(request, "package_id"),
        language=say_for(request).language,
        site=request.app[HOUSE].address(request),
    )
    return away(to)


async def payments(request: web.Request) -> web.Response:
    """What was paid."""
    after = Cursor.read(request.query.get("after", ""))
    async with at_work(request) as work:
        mark = None if after is None or after.value is None else (after.value, after.id)
        page = await desk(request).payments.history(work, signed(request).user_id, after=mark)
    more = None if page.after is None else Cursor(*page.after)
    return render(request, "wallet/payments.html", rows=page.rows, states=PAID, after=after, next=more)


# ---------------------------------------------------------------------------------------------------- within


def _empty() -> Form:
    return Form.filled(**{ONCE: secrets.token_hex(16)})


def _once(typed: Form) -> str:
    found = typed.text(ONCE)
    if not (len(found) == 32 and set(found) <= set("0123456789abcdef")):
        raise InvalidInput("form_too_old", N_("Open your wallet anew, and give from there. Nothing was given."))
    return found


async def _page(request: web.Request, shown: Form, *, status: int = 200) -> web.Response:
    me, house = signed(request), desk(request)
    after = request.query.get("after") or None
    async with at_work(request) as work:
        wallet = await house.wallets.look(work, me.user_id)
        history = await house.wallets.history(work, me.user_id, after, _HISTORY_ROWS)
        packages = await house.packages.list(work)
        owed = await house.payments.owed(work, me.user_id)
        own = await characters_table_of(work, me.user_id, size=int(limits.CHARACTERS_PER_PERSON))
        others = await house.characters.find(work, me.user_id, "")
    characters = [(one.character.id, one.character.name) for one in own.rows]
    characters += [(one.id, one.name) for one in others if not one.is_own]
    return render(
        request,
        "wallet/wallet.html",
        status=status,
        form=shown,
        wallet=wallet,
        history=history,
        after=after,
        kinds=KINDS,
        packages=packages if house.payments.is_open else (),
        is_play=house.payments.is_play,
        owed=owed,
        once=ONCE,
        characters=[(str(id_), name) for id_, name in characters],
    )


PAGES = (
    get("/wallet", show, "wallet", Access.MEMBER),
    get("/wallet.csv", as_file, "wallet_file", Access.MEMBER, rate=Rate.LIST_FILE, menu="wallet"),
    post("/wallet/gifts", give, "wallet_give", Access.MEMBER, menu="wallet"),
    get("/wallet/gifts", gifts, "wallet_gifts", Access.MEMBER, menu="wallet"),
    post("/wallet/gifts/{gift_id}", theirs(answer), "wallet_gift", Access.MEMBER, menu="wallet"),
    post("/wallet/packages/{package_id}", buy, "wallet_buy", Access.MEMBER, menu="wallet"),
    get("/wallet/payments", payments, "wallet_payments", Access.MEMBER, menu="wallet"),
)
