"""/creator and /share, as people use them; everything for their own eyes."""

from uuid import UUID

from sqlalchemy import text

from bot.services.programs import ProgramDraft
from db.engine import create_engine
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create, last, words
from tests.cogs.test_cogs_lore import controls, filled, make_book, menu_of, panel, pieces
from tests.services.test_services_turns import rows

PAGE = {"username": "robin", "display_name": "Robin B", "bio": "I make *things*.", "tags": "cozy", "specialties": "sea"}


async def make_page(town: Town, actor: object = None, **fields: str) -> object:
    who = actor or town.robin
    form = await who.slash(town.channel, "creator profile")  # type: ignore[attr-defined]
    assert form.modal is not None
    return await who.submit_modal(form, {**PAGE, **fields})  # type: ignore[attr-defined]


async def test_a_page_is_made_changed_and_seen_by_others(town: Town) -> None:
    made = await make_page(town)
    shown = panel(made)  # type: ignore[arg-type]
    assert "Saved. This is what others see of you" in shown
    assert "## Robin B" in shown
    assert "I make \\*things\\*." in shown
    opened = await town.robin.slash(town.channel, "creator page")
    await town.robin.select(last(opened), ["writer"], custom_id="creator:mine:choose:kind")
    await town.robin.select(last(opened), ["open"], custom_id="creator:mine:choose:commissions")
    await town.robin.click(last(opened), label="Make characters together")
    more = await town.robin.click(last(opened), label="More about you")
    assert more.modal is not None
    typed = {"location": "Lisbon", "languages": "English", "links": "github: robin\nBlog https://robin.example.org"}
    await town.robin.submit_modal(more, {**filled(more.modal), **typed})
    await town.env.settle()
    seen = await town.sasha.slash(town.channel, "creator page", creator="robin")
    told = panel(seen)
    wanted = ("Writer", "Lisbon", "English", "https://github.com/robin", "<https://robin.example.org>")
    for one in (*wanted, "Takes commissions", "together with others", "#cozy", "0 followers"):
        assert one in told, one
    assert "Follow" in controls(seen)
    words_form = await town.robin.click(last(opened), label="Edit the words")
    assert words_form.modal is not None
    assert filled(words_form.modal)["bio"] == "I make *things*."


async def test_what_cannot_be_kept_is_mended(town: Town) -> None:
    refused = await make_page(town, username="admin")
    assert "is kept for the house" in words(refused)  # type: ignore[arg-type]
    again = await town.robin.click(last(refused), label="Mend")  # type: ignore[arg-type]
    assert again.modal is not None
    assert filled(again.modal)["bio"] == PAGE["bio"]
    assert await rows(town.program, "SELECT id FROM creators") == []


async def test_following_from_a_page_and_from_lists(town: Town) -> None:
    await make_page(town)
    (choice,) = await town.sasha.autocomplete(town.channel, "creator follow", "creator", "rob")
    assert choice["name"] == "Robin B (@robin)"
    told = await town.sasha.slash(town.channel, "creator follow", creator=choice["value"])
    assert "You follow **Robin B** now" in words(told)
    assert "## 1 person follows you" in panel(await town.robin.slash(town.channel, "creator followers", which="of_me"))
    mine = await town.sasha.slash(town.channel, "creator followers")
    assert "Robin B" in panel(mine)
    opened = await town.sasha.select(last(mine), [choice["value"]], custom_id="creators:open")
    await town.sasha.click(last(opened), label="Unfollow")
    await town.env.settle()
    assert await rows(town.program, "SELECT * FROM follows") == []
    refused = await town.robin.slash(town.channel, "creator follow", creator="robin")
    assert "That is your own page." in words(refused)


async def test_the_directory_is_paged(town: Town) -> None:
    for number in range(10):
        member = town.guild.add_member(town.env.create_user(f"maker{number}"))
        await make_page(town, member, username=f"maker{number}x", display_name=f"Maker {number}")
    first = await town.sasha.slash(town.channel, "creator directory", sort="name")
    assert "Maker 0" in panel(first)
    assert "Maker 9" not in panel(first)
    assert "10 creators" in panel(first)
    await town.sasha.click(last(first), label="Next")
    await town.env.settle()
    assert "Maker 9" in panel(first)
    await town.sasha.click(last(first), label="From the beginning")
    await town.env.settle()
    assert "Maker 0" in panel(first)
    found = await town.sasha.slash(town.channel, "creator directory", words="maker7", sort="followers")
    assert "Maker 7" in panel(found)
    assert "Maker 1" not in panel(found)


async def test_applying_to_a_program(town: Town) -> None:
    assert "There is none now." in panel(await town.robin.slash(town.channel, "creator programs"))
    program = await a_program(town)
    listed = await town.robin.slash(town.channel, "creator programs")
    opened = await town.robin.select(last(listed), [str(program)], custom_id="programs:open")
    assert "What it asks" in panel(opened)
    form = await town.robin.click(last(opened), label="Apply")
    refused = await town.robin.submit_modal(form, {"words": "I write", "tier": ["Gold"]})
    assert "You have no creator profile yet." in words(refused)
    await make_page(town)
    form = await town.robin.click(last(opened), label="Apply")
    await town.robin.submit_modal(form, {"words": "I write", "tier": ["Gold"]})
    await town.env.settle()
    after = await town.robin.slash(town.channel, "creator programs", program="Spring")
    assert "Your application: Sent" in panel(after)
    assert controls(after) == {"Take the application back"}
    await town.robin.click(last(after), label="Take the application back")
    await town.env.settle()
    assert await rows(town.program, "SELECT state, tier FROM applications") == [("withdrawn", "Gold")]


async def a_program(town: Town) -> UUID:
    """An open program, made by an admin."""
    ((one,),) = await rows(town.program, "SELECT id FROM users LIMIT 1")
    cafe, staff = town.client.get_cog("CreatorCog").cafe, UUID(str(one))  # type: ignore[union-attr]
    await promote(town, staff)
    typed = ProgramDraft("Spring", "For writers.", "One character", "A badge", "Bronze\n\nGold", status="open")
    return (await cafe.creating.programs.save(staff, None, typed)).id


async def promote(town: Town, user_id: UUID) -> None:
    engine = create_engine(town.program.database.url, as_owner=True)
    async with engine.begin() as connection:
        statement = text("INSERT INTO standings (user_id, role, status) VALUES (:id, 'admin', 'active')")
        await connection.execute(statement, {"id": user_id})
    await engine.dispose()


async def test_a_character_and_a_book_are_shared_asked_for_and_taken_back(town: Town) -> None:
    await create(town, town.robin)
    await make_book(town, town.robin)
    offered = {
        one["name"]: one["value"] for one in await town.robin.autocomplete(town.channel, "share give", "thing", "")
    }
    assert set(offered) == {"Mira", "📖 Harbour Town"}
    given = await town.robin.slash(
        town.channel, "share give", thing="Mira", person=town.sasha.user, may="write", days=400
    )
    assert "may change it" in panel(given)
    shown = await town.sasha.slash(town.channel, "share list")
    assert "Mira" in panel(shown)
    (mine,) = await town.sasha.autocomplete(town.channel, "share leave", "thing", "")
    assert mine["name"] == "Mira"
    edited = await town.sasha.slash(town.channel, "character tags", character="Mira", tags="shared")
    assert "shared" in words(edited) + str([one.to_dict() for one in last(edited).embeds])
    await make_page(town)
    page = await town.robin.slash(town.channel, "creator page")
    await town.robin.click(last(page), label="Make characters together")
    await town.robin.slash(town.channel, "share revoke", thing=offered["Mira"], person=town.sasha.user)
    denied = await town.sasha.slash(town.channel, "character tags", character=mine["value"].split(":")[1], tags="boo")
    assert "There is no such character." in words(denied)
    asked = await town.sasha.slash(town.channel, "share ask", thing=offered["Mira"], words="Please")
    assert "There is no such character." in words(asked)
    await town.robin.slash(town.channel, "share give", thing=offered["Mira"], person=town.owner.user)
    wants = await town.owner.slash(town.channel, "share ask", thing=offered["Mira"], words="May I help?")
    assert "Asked." in words(wants)
    waiting = await town.robin.slash(town.channel, "share answer")
    assert "May I help?" in panel(waiting)
    menu = menu_of(waiting, "share:answer")
    value = next(one["value"] for one in options_of(waiting) if one["value"].endswith("write"))
    await town.robin.select(last(waiting), [value], custom_id=menu)
    await town.env.settle()
    assert ("write", "active", False) in await rows(town.program, "SELECT permission, status, is_asking FROM grants")
    assert "Nobody now." in panel(waiting)


def options_of(result: object) -> list[dict[str, str]]:
    return [option for one in pieces(last(result).components) for option in one.get("options", ())]  # type: ignore[arg-type]
