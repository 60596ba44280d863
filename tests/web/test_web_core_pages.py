from tests.web.conftest import Site


async def test_smoke(site: Site) -> None:
    visitor = await site.visitor()
    print(await visitor.page("/"))
    print(await visitor.page("/sign-in"))
    print(await visitor.page("/nowhere", 404))
    me = await site.sign_in()
    print(await me.page("/account/devices"))
    answer = await me.send(f"/account/devices/{me.session_id}/end")
    assert answer.status == 303, await answer.text()
    assert (await me.get("/account/devices")).headers["Location"].startswith("/sign-in")
