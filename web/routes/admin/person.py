"""One account: how it stands, its limits, tags, notes, tokens, and what staff may do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from aiohttp import web

from bot.errors import InvalidInput, UserError
from bot.services.money.accounts import Balance, TransferKind, WalletKind
from bot.services.money.limits_of import Allowed
from bot.services.money.limits_of_words import LABELS
from bot.services.oversight.accounts import Account
from bot.services.oversight.standings import AccountStatus, LimitOverrides, UserRole
from bot.texts import N_, Text
from web.forms import VERSION_FIELD, Form, form
from web.pages import Access, back, desk, get, post, render, row_id, say_for, signed, status_of
from web.rendering import grouped
from web.routes.admin.words import ROLES, STATUS_BADGES, STATUSES

FOREVER = "lifted"
DAYS: Mapping[str, Text] = {
    "1": N_("1 day"),
    "3": N_("3 days"),
    "7": N_("1 week"),
    "14": N_("2 weeks"),
    "30": N_("30 days"),
    "90": N_("90 days"),
    "365": N_("1 year"),
    FOREVER: N_("until it is lifted"),
}

_OVERRIDES: Mapping[str, Text] = {
    "characters": N_("Characters"),
    "messages_per_month": N_("Messages a month"),
    "file_uploads": N_("Files a month"),
}
_AMOUNT = re.compile(r"[0-9]{1,12}")


class Deed(StrEnum):
    """What the form of an account's standing does."""

    SUSPEND = "suspend"
    BAN = "ban"
    RESTORE = "restore"


class Way(StrEnum):
    """Which way tokens go by hand."""

    GIVE = "give"
    TAKE = "take"


DEEDS: Mapping[Deed, Text] = {
    Deed.SUSPEND: N_("Suspend"),
    Deed.BAN: N_("Ban for good (admins)"),
    Deed.RESTORE: N_("Let in again"),
}


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms of the page; the one that was refused shows what was typed."""

    standing: Form = field(default_factory=Form)
    role: Form = field(default_factory=Form)
    limits: Form = field(default_factory=Form)
    tags: Form = field(default_factory=Form)
    note: Form = field(default_factory=Form)
    wallet: Form = field(default_factory=Form)
    plan: Form = field(default_factory=Form)


async def show(request: web.Request) -> web.Response:
    """The account."""
    return await _page(request)


async def decide(request: web.Request) -> web.StreamResponse:
    """Suspend, ban, or let in again."""
    me, user_id, typed, say = signed(request), row_id(request, "user_id"), await form(request), say_for(request)
    standings = desk(request).standings
    try:
        typed.only({"deed", "reason", "days", "withdraws"})
        seen, reason = _seen(typed), typed.text("reason")
        match typed.choice("deed", Deed):
            case Deed.SUSPEND:
                until = _until(typed.text("days"), desk(request).clock.now())
                done = await standings.suspend(me.user_id, user_id, reason=reason, until=until, seen=seen)
                told = say(
                    "Suspended. They read the reason wherever they try. Signed out of {count} browsers.",
                    count=done.signed_out,
                )
            case Deed.BAN:
                done = await standings.ban(
                    me.user_id, user_id, reason=reason, withdraws=typed.ticked("withdraws"), seen=seen
                )
                told = say(
                    "Banned. Signed out of {count} browsers; {withdrawn} public things are theirs alone again.",
                    count=done.signed_out,
                    withdrawn=done.withdrawn,
                )
            case Deed.RESTORE:
                await standings.restore(me.user_id, user_id, why=reason, seen=seen)
                told = say("They are in good standing again, from now on.")
    except UserError as error:
        return await _page(request, _Forms(standing=typed.failed(error)), status=status_of(error))
    return back(request, _address(user_id), told)


async def give_role(request: web.Request) -> web.StreamResponse:
    """Make somebody a moderator, an admin, or neither."""
    me, user_id, typed, say = signed(request), row_id(request, "user_id"), await form(request), say_for(request)
    try:
        typed.only({"role", "why"})
        role = typed.choice("role", UserRole)
        await desk(request).standings.give_role(me.user_id, user_id, role, why=typed.text("why"), seen=_seen(typed))
    except UserError as error:
        return await _page(request, _Forms(role=typed.failed(error)), status=status_of(error))
    return back(request, _address(user_id), say("Their role is {role} now. They sign in anew.", role=say(ROLES[role])))


async def set_limits(request: web.Request) -> web.StreamResponse:
    """Give somebody limits of their own."""
    me, user_id, typed, say = signed(request), row_id(request, "user_id"), await form(request), say_for(request)
    try:
        typed.only(set(_OVERRIDES))
        overrides = LimitOverrides(
            characters=typed.optional_whole("characters"),
            messages_per_month=typed.optional_whole("messages_per_month"),
            file_uploads=typed.optional_whole("file_uploads"),
        )
        await desk(request).standings.set_limits(me.user_id, user_id, overrides, seen=_seen(typed))
    except UserError as error:
        return await _page(request, _Forms(limits=typed.failed(error)), status=status_of(error))
    return back(request, _address(user_id), say("Saved. Their limits count from now on."))


async def tag(request: web.Request) -> web.StreamResponse:
    """Change the tags."""
    me, user_id, typed, say = signed(request), row_id(request, "user_id"), await form(request), say_for(request)
    try:
        typed.only({"tags"})
        kept = await desk(request).accounts.tag(me.user_id, user_id, typed.text("tags").split(","))
    except UserError as error:
        return await _page(request, _Forms(tags=typed.failed(error)), status=status_of(error))
    return back(request, _address(user_id), say("Saved {count} tags.", count=len(kept)))


async def note(request: web.Request) -> web.StreamResponse:
    """Write a note."""
    me, user_id, typed = signed(request), row_id(request, "user_id"), await form(request)
    try:
        typed.only({"text"})
        await desk(request).accounts.note(me.user_id, user_id, typed.text("text"))
    except UserError as error:
        return await _page(request, _Forms(note=typed.failed(error)), status=status_of(error))
    return back(request, _address(user_id), say_for(request)("Noted, for staff alone."))


async def remove_note(request: web.Request) -> web.StreamResponse:
    """Take a note away."""
    me, user_id = signed(request), row_id(request, "user_id")
    await desk(request).accounts.remove_note(me.user_id, user_id, row_id(request, "note_id"))
    return back(request, _address(user_id), say_for(request)("The note is gone."))


async def sign_out(request: web.Request) -> web.StreamResponse:
    """Sign somebody out everywhere."""
    me, user_id = signed(request), row_id(request, "user_id")
    ended = await desk(request).accounts.sign_out(me.user_id, user_id)
    return back(request, _address(user_id), say_for(request)("Signed out of {count} browsers.", count=ended))


async def withdraw(request: web.Request) -> web.StreamResponse:
    """Make everything somebody published their own again."""
    me, user_id = signed(request), row_id(request, "user_id")
    taken = await desk(request).accounts.withdraw(me.user_id, user_id, why="")
    say = say_for(request)
    return back(request, _address(user_id), say("{count} public things are theirs alone again.", count=taken))


async def erase_log(request: web.Request) -> web.StreamResponse:
    """Erase the differences that the audit log holds of somebody."""
    me, user_id = signed(request), row_id(request, "user_id")
    erased = await desk(request).accounts.erase_from_log(me.user_id, user_id)
    say = say_for(request)
    return back(request, _address(user_id), say("Erased what {count} lines told. The lines stay.", count=erased))


async def adjust(request: web.Request) -> web.StreamResponse:
    """Give tokens, or take some, by hand."""
    me, user_id, typed, say = signed(request), row_id(request, "user_id"), await form(request), say_for(request)
    try:
        typed.only({"way", "amount", "wallet_why", "key"})
        why = typed.text("wallet_why")
        if not why:
            raise InvalidInput("why_missing", N_("Why: write it down, for who looks at it later."), field="wallet_why")
        amount = typed.text("amount")
        if not _AMOUNT.fullmatch(amount):
            raise InvalidInput("amount_not_whole", N_("Tokens: write a whole number above 0."), field="amount")
        key = f"admin:{typed.id('key')}"
        ledger = desk(request).ledger
        async with desk(request).oversight.at_work(
            me.user_id, "user.wallet_adjusted", "user", user_id, of=user_id, why=why, admin=True
        ) as work:
            await desk(request).accounts.refuse_nobody(work, user_id)
            work.tell(key=key)
            if typed.choice("way", Way) is Way.GIVE:
                await ledger.issue(work, user_id, int(amount), TransferKind.ADJUSTMENT, key, pocket=WalletKind.PAID)
                work.tell(given=int(amount))
            else:
                await ledger.take(work, user_id, int(amount), key)
                work.tell(taken=int(amount))
    except UserError as error:
        return await _page(request, _Forms(wallet=typed.failed(error)), status=status_of(error))
    return back(request, _address(user_id), say("Done: {amount} tokens.", amount=grouped(int(amount), say.language)))


async def arrange(request: web.Request) -> web.StreamResponse:
    """Give somebody a plan by hand, or take an arranged one away."""
    me, user_id, typed, say = signed(request), row_id(request, "user_id"), await form(request), say_for(request)
    try:
        typed.only({"plan", "until", "plan_why"})
        why = typed.text("plan_why")
        if not why:
            raise InvalidInput("why_missing", N_("Why: write it down, for who looks at it later."), field="plan_why")
        chosen = typed.optional("plan")
        await desk(request).subscriptions.arrange(
            me.user_id, user_id, None if chosen is None else typed.id("plan"), _day(typed.text("until")), why=why
        )
    except UserError as error:
        return await _page(request, _Forms(plan=typed.failed(error)), status=status_of(error))
    return back(request, _address(user_id), say("Saved."))


# ---------------------------------------------------------------------------------------------------- the page


async def _page(request: web.Request, forms: _Forms | None = None, *, status: int = 200) -> web.Response:
    me, user_id, services = signed(request), row_id(request, "user_id"), desk(request)
    async with services.oversight.at_work(me.user_id, "user.looked_at", "user", user_id, of=user_id) as work:
        account = await services.accounts.look(work, user_id)
        balance: Balance = await services.ledger.balance(work, user_id)
        allowed: Allowed = await services.limits.allowed(work, user_id)
        plans = await services.plans.list(work, only_active=False) if me.is_admin else ()
    shown = _filled(account, forms or _Forms(), request)
    return render(
        request,
        "admin/person.html",
        status=status,
        account=account,
        balance=balance,
        allowed=allowed,
        forms=shown,
        is_me=user_id == me.user_id,
        roles=tuple((role.value, say_for(request)(words)) for role, words in ROLES.items()),
        role_words=ROLES,
        statuses=STATUSES,
        badges=STATUS_BADGES,
        deeds=tuple((deed.value, say_for(request)(words)) for deed, words in DEEDS.items() if _may(deed, account, me)),
        days=tuple((value, say_for(request)(words)) for value, words in DAYS.items()),
        plans=tuple((one.id, one.name) for one in plans),
        overrides=_OVERRIDES,
        labels=LABELS,
        ways=((Way.GIVE.value, say_for(request)("Give")), (Way.TAKE.value, say_for(request)("Take"))),
    )


def _may(deed: Deed, account: Account, me: object) -> bool:
    is_active = account.standing.status is AccountStatus.ACTIVE
    if deed is Deed.RESTORE:
        return not is_active
    return deed is Deed.SUSPEND or bool(getattr(me, "is_admin", False))


def _filled(account: Account, forms: _Forms, request: web.Request) -> _Forms:
    """Each form as it stands, unless it is the one that was refused."""
    standing = account.standing
    version = {VERSION_FIELD: "" if standing.version is None else standing.version.isoformat()}
    return _Forms(
        standing=_or(forms.standing, Form.filled(deed=Deed.SUSPEND, days="7", reason="", **version), version),
        role=_or(forms.role, Form.filled(role=standing.role, why="", **version), version),
        limits=_or(forms.limits, Form.filled(**standing.overrides.model_dump(), **version), version),
        tags=_or(forms.tags, Form.filled(tags=", ".join(account.tags))),
        note=_or(forms.note, Form.filled(text="")),
        plan=_or(forms.plan, Form.filled(plan="", until="", plan_why="")),
        wallet=_or(forms.wallet, Form.filled(way=Way.GIVE, amount="", wallet_why="", key=uuid4())),
    )


def _or(given: Form, usual: Form, version: Mapping[str, str] | None = None) -> Form:
    if not given.fields:
        return usual
    # What was refused because somebody else decided is saved, if sent again, over what the page shows now.
    fresh = {} if version is None else {name: (value,) for name, value in version.items()}
    return Form({**given.fields, **fresh}, given.files, given.trouble)


def _seen(typed: Form) -> datetime | None:
    written = typed.value(VERSION_FIELD)
    try:
        return datetime.fromisoformat(written) if written else None
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _day(written: str) -> datetime | None:
    """The end of a day as a browser writes it, UTC; None where nothing was chosen."""
    if not written:
        return None
    try:
        return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1)
    except ValueError as error:
        raise InvalidInput("not_a_day", N_("Until: choose a day, or leave it empty."), field="until") from error


def _until(days: str, now: datetime) -> datetime | None:
    if days == FOREVER:
        return None
    if days not in DAYS:
        raise InvalidInput("no_such_choice", N_("For how long: choose one of the list."), field="days")
    return now + timedelta(days=int(days))


def _address(user_id: UUID) -> str:
    return f"/admin/users/{user_id}"


_MENU = "admin_users"

PAGES = (
    get("/admin/users/{user_id}", show, "admin_user", Access.MODERATOR, menu=_MENU),
    post("/admin/users/{user_id}/standing", decide, "admin_user_standing", Access.MODERATOR, menu=_MENU),
    post("/admin/users/{user_id}/role", give_role, "admin_user_role", Access.ADMIN, menu=_MENU),
    post("/admin/users/{user_id}/limits", set_limits, "admin_user_limits", Access.ADMIN, menu=_MENU),
    post("/admin/users/{user_id}/tags", tag, "admin_user_tags", Access.MODERATOR, menu=_MENU),
    post("/admin/users/{user_id}/notes", note, "admin_user_note", Access.MODERATOR, menu=_MENU),
    post(
        "/admin/users/{user_id}/notes/{note_id}/remove", remove_note, "admin_user_unnote", Access.MODERATOR, menu=_MENU
    ),
    post("/admin/users/{user_id}/sign-out", sign_out, "admin_user_sign_out", Access.MODERATOR, menu=_MENU),
    post("/admin/users/{user_id}/withdraw", withdraw, "admin_user_withdraw", Access.MODERATOR, menu=_MENU),
    post("/admin/users/{user_id}/erase-log", erase_log, "admin_user_erase_log", Access.ADMIN, menu=_MENU),
    post("/admin/users/{user_id}/plan", arrange, "admin_user_plan", Access.ADMIN, menu=_MENU),
    post("/admin/users/{user_id}/wallet", adjust, "admin_user_wallet", Access.ADMIN, menu=_MENU),
)
