"""The admins' pages: who may open them, that each answers, and that what is decided there is done and written down."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bot.ports import Caller
from bot.services.oversight.auditing import Wanted
from bot.services.oversight.standings import UserRole
from db.models import TransferKind
from db.work import Actor
from tests.web.conftest import Site, Visitor

PLAIN = (
    "/admin",
    "/admin/users",
    "/admin/publication",
    "/admin/reports",
)
ADMINS = (
    "/admin/plans",
    "/admin/plans/new",
    "/admin/packages",
    "/admin/packages/new",
    "/admin/payments",
    "/admin/ledger",
    "/admin/audit",
    "/admin/statistics",
    "/admin/jobs",
    "/admin/health",
    "/admin/switches",
)
FILES = ("/admin/users.csv", "/admin/payments.csv", "/admin/audit.csv", "/admin/statistics.csv")


@pytest.fixture
async def admin(site: Site) -> Visitor:
    return await site.sign_in(number=900, role=UserRole.ADMIN)


async def member(site: Site, number: int = 901) -> UUID:
    return await site.desk.people.arrive(Caller(number, f"member{number}", f"Member {number}", "en"))


async def actions(site: Site, admin: Visitor, **wanted: object) -> list[str]:
    assert admin.user_id is not None
    lines = await site.desk.audit_log.search(admin.user_id, Wanted(**wanted), limit=50)  # type: ignore[arg-type]
    return [line.action for line in lines]


@pytest.mark.parametrize("path", [*PLAIN, *ADMINS])
async def test_every_page_answers_an_admin(site: Site, admin: Visitor, path: str) -> None:
    assert "<h1>" in await admin.page(path)


@pytest.mark.parametrize("path", [*PLAIN, *ADMINS, *FILES])
async def test_a_member_finds_nothing_there(site: Site, path: str) -> None:
    them = await site.sign_in(number=905)
    answer = await them.get(path)
    missing = await them.get("/admin/nowhere")
    assert answer.status == missing.status == 404


async def test_a_moderator_finds_their_part(site: Site) -> None:
    moderator = await site.sign_in(number=906, role=UserRole.MODERATOR)
    for path in PLAIN:
        await moderator.page(path)
    for path in (*ADMINS, *FILES):
        assert (await moderator.get(path)).status == 404


@pytest.mark.parametrize("path", FILES)
async def test_lists_come_as_files(site: Site, admin: Visitor, path: str) -> None:
    answer = await admin.get(path)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert (await answer.text()).count("\r\n") >= 1


# ------------------------------------------------------------------------------------------------ deeds


async def test_an_admin_suspends_and_the_browser_is_signed_out_at_once(site: Site, admin: Visitor) -> None:
    them = await site.sign_in(number=910)
    assert them.user_id is not None
    page = f"/admin/users/{them.user_id}"
    assert "Standing" in await admin.page(page)
    answer = await admin.send(
        f"{page}/standing", {"deed": "suspend", "days": "7", "reason": "Spam in #tavern", "version": ""}
    )
    assert answer.status == 303, await answer.text()
    assert (await them.get("/account")).status != 200
    assert "Spam in #tavern" in await admin.page(page)
    assert "Spam in #tavern" in (await admin.page("/admin/users?status=suspended")) or "Suspended" in (
        await admin.page("/admin/users?status=suspended")
    )
    assert (await actions(site, admin, of_user_id=them.user_id))[:1] == ["user.looked_at"]
    assert "user.suspended" in await actions(site, admin, of_user_id=them.user_id)


async def test_two_tabs_on_one_person_do_not_decide_over_each_other(site: Site, admin: Visitor) -> None:
    them = await member(site)
    fields = {"deed": "suspend", "days": "7", "reason": "One", "version": ""}
    assert (await admin.send(f"/admin/users/{them}/standing", fields)).status == 303
    second = await admin.send(f"/admin/users/{them}/standing", fields | {"reason": "Two"})
    assert second.status == 409
    text = await second.text()
    assert "Two" in text
    assert "One" in text


async def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(site: Site, admin: Visitor) -> None:
    them = await member(site)
    answer = await admin.send(
        f"/admin/users/{them}/standing", {"deed": "ban", "days": "7", "reason": "", "version": ""}
    )
    assert answer.status == 422
    assert 'id="reason-trouble"' in await answer.text()
    unknown = await admin.send(f"/admin/users/{them}/standing", {"deed": "ban", "is_admin": "on", "version": ""})
    assert unknown.status == 422


async def test_nothing_is_decided_about_nobody(site: Site, admin: Visitor) -> None:
    assert admin.user_id is not None
    await site.desk.plans.seed(site.database)
    async with site.desk.at_work(admin.user_id) as work:
        plan = (await site.desk.plans.list(work))[-1]
    given = {"way": "give", "amount": "500", "wallet_why": "x", "key": str(uuid4())}
    arranged = {"plan": str(plan.id), "until": "", "plan_why": "x"}
    sent: tuple[tuple[str, dict[str, str]], ...] = (
        ("wallet", given),
        ("wallet", given | {"way": "take"}),
        ("plan", arranged),
        ("plan", arranged | {"plan": ""}),
        ("tags", {"tags": "a"}),
        ("notes", {"text": "x"}),
        ("limits", {"characters": "7", "version": ""}),
        ("role", {"role": "admin", "why": "", "version": ""}),
        ("standing", {"deed": "suspend", "days": "7", "reason": "x", "version": ""}),
        ("sign-out", {}),
        ("withdraw", {}),
    )
    for name, fields in sent:
        assert (await admin.send(f"/admin/users/{uuid4()}/{name}", fields)).status == 404, name


async def test_roles_limits_tags_notes_and_tokens(site: Site, admin: Visitor) -> None:
    them = await member(site)
    page = f"/admin/users/{them}"
    assert (await admin.send(f"{page}/tags", {"tags": "Beta, regular, beta"})).status == 303
    assert (await admin.send(f"{page}/notes", {"text": "Friendly"})).status == 303
    assert (await admin.send(f"{page}/limits", {"characters": "7", "version": ""})).status == 303
    assert (await admin.send(f"{page}/limits", {"characters": "-3", "version": ""})).status in (409, 422)
    key = str(uuid4())
    given = {"way": "give", "amount": "500", "wallet_why": "Sorry for the outage", "key": key}
    for _ in range(2):  # sent twice, booked once
        assert (await admin.send(f"{page}/wallet", given)).status == 303
    assert (await admin.send(f"{page}/wallet", given | {"amount": "501"})).status == 409
    taken = {"way": "take", "amount": "900", "wallet_why": "x", "key": str(uuid4())}
    assert (await admin.send(f"{page}/wallet", taken)).status == 403
    for amount in ("0", "-5", "10.5", "1e9", "", "9" * 30):
        answer = await admin.send(f"{page}/wallet", given | {"amount": amount, "key": str(uuid4())})
        assert answer.status == 422, amount
    text = await admin.page(page)
    assert "Friendly" in text
    assert "beta" in text
    async with site.database.work(Actor.user(them)) as work:
        assert (await site.desk.ledger.balance(work, them)).free == 500
        assert (await site.desk.standings.of(work, them)).overrides.characters == 7
    assert "beta" in await admin.page("/admin/users?tag=beta")


async def test_a_moderator_may_suspend_and_not_ban(site: Site) -> None:
    moderator = await site.sign_in(number=906, role=UserRole.MODERATOR)
    them = await member(site)
    ban = {"deed": "ban", "days": "7", "reason": "x", "version": ""}
    assert (await moderator.send(f"/admin/users/{them}/standing", ban)).status == 404
    assert (await moderator.send(f"/admin/users/{them}/role", {"role": "admin", "version": ""})).status == 404
    suspend = ban | {"deed": "suspend", "days": "lifted"}
    assert (await moderator.send(f"/admin/users/{them}/standing", suspend)).status == 303


async def test_a_switch_closes_a_part_and_says_so(site: Site, admin: Visitor) -> None:
    turned = await admin.send("/admin/switches", {"switch": "gifts", "to": "off", "note": "Looking into it"})
    assert turned.status == 303
    from bot.services.oversight.switches import Switch

    assert not site.desk.switches.is_on(Switch.GIFTS)
    assert "Looking into it" in await admin.page("/admin")
    assert "switch.changed" in await actions(site, admin)
    assert (await admin.send("/admin/switches", {"switch": "everything", "to": "off"})).status == 422


async def test_held_jobs_are_tried_again_or_given_up(site: Site, admin: Visitor) -> None:
    from sqlalchemy import text

    async with site.database.work(Actor.job("test")) as work:
        for _ in range(3):
            await work.session.execute(
                text("INSERT INTO pgqueuer (priority, entrypoint, payload, status) VALUES (0, 'recap', '{}', 'failed')")
            )
    assert "recap" in await admin.page("/admin/jobs")
    async with site.database.work(Actor.job("test")) as work:
        ids = list((await work.session.scalars(text("SELECT id FROM pgqueuer ORDER BY id"))).all())
    assert (await admin.send("/admin/jobs/release", {"job": str(ids[0])})).status == 303
    assert (await admin.send("/admin/jobs/remove", {"job": str(ids[1])})).status == 303
    assert (await admin.send("/admin/jobs/remove", {})).status == 422
    assert (await admin.send("/admin/jobs/release", {"job": str(ids[1])})).status == 404
    async with site.database.work(Actor.job("test")) as work:
        left = (await work.session.execute(text("SELECT id, status::text FROM pgqueuer ORDER BY id"))).all()
    assert [tuple(row) for row in left] == [(ids[0], "queued"), (ids[2], "failed")]


async def test_a_plan_is_changed_once_and_a_second_tab_is_told(site: Site, admin: Visitor) -> None:
    made = await admin.send(
        "/admin/plans/new",
        {"code": "gold", "name": "Gold", "price_monthly": "12.50", "price_yearly": "125", "currency": "usd",
         "token_allowance": "1000", "limit_characters": "9", "limit_providers": "*", "is_active": "on", "place": "9"},
    )  # fmt: skip
    assert made.status == 303, await made.text()
    async with site.desk.at_work(admin.user_id) as work:
        plan = next(one for one in await site.desk.plans.list(work) if one.code == "gold")
    assert plan.price_monthly_cents == 1250
    assert plan.limits.characters == 9
    fields = {"code": "gold", "name": "Golden", "price_monthly": "13", "currency": "usd", "limit_providers": "*",
              "is_active": "on", "version": plan.updated_at.isoformat()}  # fmt: skip
    assert (await admin.send(f"/admin/plans/{plan.id}", fields)).status == 303
    second = await admin.send(f"/admin/plans/{plan.id}", fields | {"name": "Other"})
    assert second.status == 409
    assert "Golden" in await second.text()
    wrong = await admin.send(f"/admin/plans/{plan.id}", fields | {"price_monthly": "a lot"})
    assert wrong.status in (409, 422)


async def test_the_log_is_searched_and_its_chain_checked(site: Site, admin: Visitor) -> None:
    them = await member(site)
    await admin.page(f"/admin/users/{them}")
    text = await admin.page(f"/admin/audit?of={them}&action=user.looked_at")
    assert "looked at an account" in text
    answer = await admin.send("/admin/audit/verify", {"head": ""})
    assert answer.status == 200
    assert "The chain holds" in await answer.text()
    assert (await admin.send("/admin/audit/verify", {"head": "nonsense"})).status == 422
    other = await admin.send("/admin/audit/verify", {"head": "9:" + "ab" * 32})
    assert "The chain is broken" in await other.text()


async def test_a_member_reports_and_reads_the_answer(site: Site, admin: Visitor) -> None:
    them, other = await site.sign_in(number=911), await member(site, 912)
    async with site.database.work(Actor.user(other)) as work:
        from tests.services.stagecraft import draft

        made = await site.desk.characters.create(work, other, draft())
        await site.desk.characters.publish(work, other, made.id, is_adult=False)
    address = f"/account/report?kind=character&id={made.id}"
    assert "Report to staff" in await them.page(address)
    assert (await them.get("/account/report?kind=persona&id=1")).status == 404
    form = {"kind": "character", "id": str(made.id), "reason": "copyright", "words": "Mine"}
    sent = await them.send("/account/report", form)
    assert sent.status == 303
    nothing = await them.send("/account/report", {"kind": "book", "id": str(uuid4()), "reason": "spam", "words": ""})
    assert nothing.status == 404
    assert admin.user_id is not None
    (report,) = await site.desk.oversight.reports.search(admin.user_id, limit=5)
    page = await admin.page(f"/admin/reports/{report.id}")
    assert "Mira" in page
    assert (await admin.send(f"/admin/reports/{report.id}/withdraw")).status == 303
    closed = await admin.send(f"/admin/reports/{report.id}/close", {"verdict": "resolved", "answer": "Thank you."})
    assert closed.status == 303
    assert (await admin.send(f"/admin/reports/{report.id}/close", {"verdict": "resolved"})).status == 409
    assert "Thank you." in await them.page("/account/reports")
    async with site.database.work(Actor.user(other)) as work:
        assert not (await site.desk.characters.get(work, made.id)).is_public


async def test_a_character_waits_where_the_house_reviews_and_is_judged_as_it_was_seen(
    site: Site, admin: Visitor
) -> None:
    from bot.services.oversight.switches import Switch
    from tests.services.stagecraft import draft

    assert admin.user_id is not None
    await site.desk.switches.put(
        site.desk.oversight.oversight, admin.user_id, Switch.REVIEW_CHARACTERS, is_on=True, note=""
    )
    other = await member(site, 912)
    async with site.database.work(Actor.user(other)) as work:
        made = await site.desk.characters.create(work, other, draft())
        shown = await site.desk.characters.publish(work, other, made.id, is_adult=False)
    assert not shown.is_public
    (asked,) = await site.desk.oversight.publications.search(admin.user_id, limit=5)
    seen = await site.desk.oversight.publications.look(admin.user_id, asked.id)
    from bot.services.oversight.publications import version_of

    version = version_of(seen)
    assert "Keeper of lanterns" in await admin.page(f"/admin/publication/{asked.id}")
    async with site.database.work(Actor.user(other)) as work:
        await site.desk.characters.edit(work, other, made.id, draft(name="Mara"))
    late = await admin.send(f"/admin/publication/{asked.id}", {"verdict": "grant", "answer": "", "version": version})
    assert late.status == 409
    seen = await site.desk.oversight.publications.look(admin.user_id, asked.id)
    fields = {"verdict": "grant", "answer": "", "version": version_of(seen)}
    assert (await admin.send(f"/admin/publication/{asked.id}", fields)).status == 303
    async with site.database.work(Actor.user(other)) as work:
        assert (await site.desk.characters.get(work, made.id)).is_public
    assert (await admin.send(f"/admin/publication/{asked.id}", fields)).status == 409


async def test_a_private_character_that_nobody_asked_about_is_not_shown_to_staff(site: Site, admin: Visitor) -> None:
    from db import functions_oversight
    from tests.services.stagecraft import draft

    other = await member(site, 912)
    async with site.database.work(Actor.user(other)) as work:
        made = await site.desk.characters.create(work, other, draft())
    async with site.database.work(Actor.admin(admin.user_id)) as work:  # type: ignore[arg-type]
        assert await functions_oversight.character_for_staff(work.session, made.id) is None


async def test_a_suspension_that_is_over_lets_in_again(site: Site, admin: Visitor) -> None:
    them = await member(site)
    assert admin.user_id is not None
    until = site.clock.now() + timedelta(hours=2)
    await site.desk.standings.suspend(admin.user_id, them, reason="x", until=until, seen=None)
    assert site.desk.standings
    async with site.database.work(Actor.user(them)) as work:
        assert not (await site.desk.standings.of(work, them)).is_active
        await site.clock.advance(7201)
        assert (await site.desk.standings.of(work, them)).is_active


async def test_a_plan_is_given_by_hand_and_taken_away(site: Site, admin: Visitor) -> None:
    them = await member(site)
    async with site.desk.at_work(admin.user_id) as work:
        plans = await site.desk.plans.list(work)
    if not plans:
        await site.desk.plans.seed(site.database)
        async with site.desk.at_work(admin.user_id) as work:
            plans = await site.desk.plans.list(work)
    largest = plans[-1]
    page = f"/admin/users/{them}"
    assert (await admin.send(f"{page}/plan", {"plan": str(largest.id), "plan_why": ""})).status == 422
    late = {"plan": str(largest.id), "plan_why": "By agreement", "until": "2020-01-01"}
    assert (await admin.send(f"{page}/plan", late)).status == 422
    given = await admin.send(f"{page}/plan", late | {"until": ""})
    assert given.status == 303, await given.text()
    async with site.database.work(Actor.user(them)) as work:
        assert (await site.desk.limits.allowed(work, them)).plan_id == largest.id
    assert (await admin.send(f"{page}/plan", {"plan": "", "plan_why": "Over"})).status == 303
    async with site.database.work(Actor.user(them)) as work:
        assert (await site.desk.limits.allowed(work, them)).plan_id != largest.id


@pytest.mark.parametrize("query", ["audit?actor={}", "audit?of={}", "ledger?user={}"])
async def test_a_search_for_what_is_no_id_finds_nothing_rather_than_everything(
    site: Site, admin: Visitor, query: str
) -> None:
    assert admin.user_id is not None
    async with site.database.work(Actor.job("test")) as work:
        await site.desk.ledger.issue(work, admin.user_id, 5, TransferKind.PURCHASE, "bought:here")
    await admin.page("/admin/audit")
    assert "<tbody>" not in await admin.page(f"/admin/{query.format('robin')}")
    for found in ("", f" {admin.user_id} "):
        assert ("<tbody>" in await admin.page(f"/admin/{query.format(found)}")) == (found == "" or "of=" not in query)
