"""Token packages: what is sold, changed by admins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from aiohttp import web

from bot.errors import Conflict, UserError
from bot.services.money.packages import PackageSeen
from bot.services.money.plans_checked import PackageDraft
from web.forms import VERSION_FIELD, Form, form
from web.pages import Access, back, desk, get, post, render, row_id, say_for, signed, status_of

_TEXTS = ("code", "name", "description", "tokens", "bonus_tokens", "price", "currency", "place", "discord_sku_id")


async def show(request: web.Request) -> web.Response:
    """All packages, those not offered too."""
    async with desk(request).oversight.at_work(signed(request).user_id, "package.listed", "list", admin=True) as work:
        packages = await desk(request).packages.list(work, only_active=False)
    return render(request, "admin/packages.html", packages=packages)


async def one(request: web.Request) -> web.Response:
    """A package's form."""
    package = await _package(request, row_id(request, "package_id"))
    return _page(request, _filled(package.draft(), package.updated_at), package)


async def new(request: web.Request) -> web.Response:
    """An empty form."""
    return _page(request, _filled(PackageDraft(code="", name=""), None), None)


async def create(request: web.Request) -> web.StreamResponse:
    """Make a package."""
    typed, services = await form(request), desk(request)
    try:
        draft = _draft(typed)
        async with services.oversight.at_work(
            signed(request).user_id, "package.created", "package", draft.code, admin=True
        ) as work:
            made = await services.packages.create(work, draft)
    except UserError as error:
        return _page(request, typed.failed(error), None, status=status_of(error))
    return back(request, "/admin/packages", say_for(request)("{name} is there.", name=made.name))


async def save(request: web.Request) -> web.StreamResponse:
    """Change a package."""
    typed, services, package_id = await form(request), desk(request), row_id(request, "package_id")
    try:
        draft = _draft(typed)
        async with services.oversight.at_work(
            signed(request).user_id, "package.changed", "package", package_id, admin=True
        ) as work:
            kept = await services.packages.edit(work, package_id, draft, version=_version(typed))
    except UserError as error:
        now, shown = await _package(request, package_id), typed.failed(error)
        if isinstance(error, Conflict):
            shown = Form({**shown.fields, VERSION_FIELD: (now.updated_at.isoformat(),)}, {}, error)
        return _page(request, shown, now, status=status_of(error), changed=isinstance(error, Conflict))
    return back(request, "/admin/packages", say_for(request)("Saved {name}.", name=kept.name))


async def _package(request: web.Request, package_id: UUID) -> PackageSeen:
    async with desk(request).oversight.at_work(
        signed(request).user_id, "package.listed", "package", package_id, admin=True
    ) as work:
        return await desk(request).packages.get(work, package_id)


def _page(
    request: web.Request, shown: Form, package: PackageSeen | None, *, status: int = 200, changed: bool = False
) -> web.Response:
    return render(request, "admin/package.html", status=status, form=shown, package=package, changed=changed)


def _draft(typed: Form) -> PackageDraft:
    typed.only({*_TEXTS, "is_active"})
    return PackageDraft(**{name: typed.text(name) for name in _TEXTS}, is_active=typed.ticked("is_active"))


def _filled(draft: PackageDraft, version: datetime | None) -> Form:
    values: dict[str, object] = {name: getattr(draft, name) for name in (*_TEXTS, "is_active")}
    return Form.filled(**values, **({} if version is None else {VERSION_FIELD: version}))


def _version(typed: Form) -> datetime | None:
    try:
        return datetime.fromisoformat(typed.value(VERSION_FIELD))
    except ValueError:
        return None


_MENU = "admin_packages"

PAGES = (
    get("/admin/packages", show, "admin_packages", Access.ADMIN),
    get("/admin/packages/new", new, "admin_package_new", Access.ADMIN, menu=_MENU),
    post("/admin/packages/new", create, "admin_package_create", Access.ADMIN, menu=_MENU),
    get("/admin/packages/{package_id}", one, "admin_package", Access.ADMIN, menu=_MENU),
    post("/admin/packages/{package_id}", save, "admin_package_save", Access.ADMIN, menu=_MENU),
)
