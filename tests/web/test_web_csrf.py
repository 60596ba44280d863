"""A form counts only if one of our own pages sent it in this very browser: generated from the list of pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from aiohttp import web

from db.models import UserRole
from tests.db.filled import fill
from tests.web.conftest import OFTEN, Site, Visitor
from tests.web.samples import Addresses
from web import csrf
from web.csrf import HEADER
from web.house import House
from web.pages import Access, Page, Proof, Rate, post
from web.rates import Allowance
from web.routes import all_pages

UNSAFE = [page for page in all_pages() if not page.is_safe and page.proof is Proof.FORM]


@dataclass(frozen=True)
class Forgery:
    """A way to send a form from elsewhere. `token` is ours, another browser's, or none."""

    name: str
    token: str
    headers: Mapping[str, str]


FORGERIES = (
    Forgery("no token", "none", {"Origin": "OURS"}),
    Forgery("an empty token", "empty", {"Origin": "OURS"}),
    Forgery("another browser's token", "foreign", {"Origin": "OURS"}),
    Forgery("another house", "ours", {"Origin": "https://evil.example"}),
    Forgery("another port", "ours", {"Origin": "http://127.0.0.1:1"}),
    Forgery("another scheme", "ours", {"Origin": "https://HOST"}),
    Forgery("our name inside another's", "ours", {"Origin": "OURS.evil.example"}),
    Forgery("no origin at all", "ours", {}),
    Forgery("a hidden origin", "ours", {"Origin": "null"}),
    Forgery("a hidden origin of another site", "ours", {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
    Forgery("another site that names our origin", "ours", {"Origin": "OURS", "Sec-Fetch-Site": "cross-site"}),
    Forgery("a neighbour of our name", "ours", {"Origin": "OURS", "Sec-Fetch-Site": "same-site"}),
    Forgery("an address typed by hand", "ours", {"Origin": "null", "Sec-Fetch-Site": "none"}),
)

reached: list[str] = []


async def reach(request: web.Request) -> web.Response:
    reached.append(request.path)
    return web.Response(text="done")


@pytest.fixture
def more_pages() -> tuple[Page, ...]:
    reached.clear()
    return (post("/test/reached", reach, "reached", Access.ANYBODY),)


@pytest.fixture
def rates() -> Mapping[Rate, Allowance]:
    return OFTEN


async def forged(
    site: Site, visitor: Visitor, path: str, method: str, forgery: Forgery, tokens: Mapping[str, str]
) -> int:
    """The status of a forged form."""
    headers = {
        name: value.replace("OURS", site.origin).replace("HOST", f"127.0.0.1:{site.server.port}")
        for name, value in forgery.headers.items()
    }
    fields = {} if forgery.token == "none" else {"form_token": tokens[forgery.token]}
    answer = await visitor.client.request(method, path, data=fields, headers=headers, allow_redirects=False)
    return answer.status


async def wrongly_taken(site: Site, pages: Sequence[Page]) -> list[tuple[str, str, int]]:
    """Which forged forms of these pages are not refused."""
    async with site.owner.begin() as connection:
        addresses = Addresses(await fill(connection, people=2))
    admin = await site.sign_in(number=800, role=UserRole.ADMIN)
    other = await site.sign_in(number=801)
    tokens = {"ours": await admin.token(), "foreign": await other.token(), "empty": ""}
    assert tokens["ours"] != tokens["foreign"]
    wrong: list[tuple[str, str, int]] = []
    for page in pages:
        path = addresses.of(page, addresses.filled.first)
        for forgery in FORGERIES:
            status = await forged(site, admin, path, page.method, forgery, tokens)
            if status != 403:
                wrong.append((page.name, forgery.name, status))
    return wrong


async def test_no_forged_form_is_taken(site: Site) -> None:
    assert await wrongly_taken(site, UNSAFE) == []
    assert len(UNSAFE) >= 5


@pytest.mark.parametrize("check", ["came_from_us", "carries_token"])
async def test_without_either_check_a_forgery_is_taken(site: Site, monkeypatch: pytest.MonkeyPatch, check: str) -> None:
    """The control: one check taken away at a time, the sweep above finds what comes through."""
    passes = {"came_from_us": lambda _: True, "carries_token": _yes}
    monkeypatch.setattr(csrf, check, passes[check])
    some = [page for page in UNSAFE if page.name in ("sign_out", "account_save", "device_end")]
    found = {name for _, name, _ in await wrongly_taken(site, some)}
    wanted = {
        "came_from_us": {"another house", "a hidden origin", "another site that names our origin"},
        "carries_token": {"no token", "another browser's token"},
    }
    assert wanted[check] <= found


async def _yes(_: object) -> bool:
    return True


async def test_the_same_form_sent_from_our_page_is_taken(site: Site) -> None:
    """The control: with nothing forged the handler is reached, in each way a browser tells that it is us."""
    me = await site.sign_in()
    token = await me.token()
    for headers in (
        {"Origin": site.origin},
        {"Origin": site.origin.upper()},
        {"Origin": site.origin, "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin"},
    ):
        answer = await me.client.post("/test/reached", data={"form_token": token}, headers=headers)
        assert (answer.status, reached) == (200, ["/test/reached"]), headers
        reached.clear()
    answer = await me.client.post("/test/reached", json={"no": "form"}, headers={"Origin": site.origin, HEADER: token})
    assert (answer.status, reached) == (200, ["/test/reached"])
    answer = await me.client.post("/test/reached", data=multipart(token), headers={"Origin": site.origin})
    assert (answer.status, len(reached)) == (200, 2)


async def test_a_token_ends_with_its_session(site: Site) -> None:
    me = await site.sign_in()
    token = await me.token()
    assert (await me.send("/sign-out")).status == 303
    again = await site.sign_in(me.user_id)
    answer = await again.client.post("/test/reached", data={"form_token": token}, headers={"Origin": site.origin})
    assert answer.status == 403


async def test_a_broken_form_is_refused_without_a_bug(site: Site) -> None:
    me = await site.sign_in()
    for body, kind in (
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"a=b", "multipart/form-data"),
        (b"\xff\xfe=\xff", "application/x-www-form-urlencoded; charset=utf-8"),
        (b"a=b", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (b"[]", "application/json"),
    ):
        answer = await me.client.post(
            "/test/reached", data=body, headers={"Origin": site.origin, "Content-Type": kind}, allow_redirects=False
        )
        assert answer.status in (400, 403), (body, answer.status)
    assert reached == []


class TestBehindHttps:
    """With an address of its own, the house knows its origin and takes no other."""

    @pytest.fixture
    def house(self) -> House:
        return House(public_url="https://cafe.example")

    async def test_the_origin_is_the_public_one(self, site: Site) -> None:
        me = await site.sign_in()
        token = await me.token()
        for origin, status in (("https://cafe.example", 200), (site.origin, 403), ("http://cafe.example", 403)):
            answer = await me.client.post("/test/reached", data={"form_token": token}, headers={"Origin": origin})
            assert answer.status == status, origin


def multipart(token: str) -> object:
    from aiohttp import FormData

    form = FormData()
    form.add_field("form_token", token)
    form.add_field("file", b"x", filename="x.png", content_type="image/png")
    return form
