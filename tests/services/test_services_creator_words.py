"""What a creator may be called, link to and say of themselves; what a program's form may hold. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.names import skeleton
from bot.services.people.creators.drafts import CheckedCreator, CreatorDraft, check_creator
from bot.services.people.creators.languages import LANGUAGES, clean_languages, named
from bot.services.people.creators.links import (
    Link,
    Site,
    clean_link,
    clean_links,
    readable,
    shown_link,
    typed_links,
)
from bot.services.people.creators.usernames import RESERVED, clean_username, is_username
from bot.services.programs.drafts import ProgramDraft, check_program, read_tiers, written_tiers
from db.models import CreatorKind, PageVisibility
from db.security_creators import PEOPLE_MIN
from web.routes import all_pages


def code(call: object, *args: object) -> str:
    """The code of the refusal, "" where there is none."""
    try:
        call(*args)  # type: ignore[operator]
    except InvalidInput as error:
        str(error)  # its fields fill its sentence
        return error.code
    return ""


@pytest.mark.parametrize("typed", ["robin", "Robin ", "abc", "a-b", "a_b-c9", "x" * 32, "123", "modern", "stafford"])
def test_a_username_is_small_letters_digits_hyphens(typed: str) -> None:
    assert clean_username(typed) == typed.strip().lower()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "username_length"),
        ("ro", "username_length"),
        ("x" * 33, "username_length"),
        ("..", "username_length"),
        ("...", "username_signs"),
        ("rob in", "username_signs"),
        ("rob/in", "username_signs"),
        ("-robin", "username_signs"),
        ("robin_", "username_signs"),
        ("рobin", "username_signs"),  # a Cyrillic р
        ("robın", "username_signs"),
        ("ｒobin", "username_signs"),
        ("robin\u200b", "username_signs"),
        ("%2e%2e", "username_signs"),
        ("admin", "username_reserved"),
        ("Admin", "username_reserved"),
        ("adm1n", "username_reserved"),
        ("api", "username_reserved"),
        ("static", "username_reserved"),
        ("well-known", "username_reserved"),
        ("the-moderator", "username_reserved"),
        ("official-mira", "username_reserved"),
        ("bot-cafe", "username_reserved"),
        ("botcafe2", "username_reserved"),
        ("d1scord", "username_reserved"),
        ("everyone", "username_reserved"),
    ],
)
def test_what_a_username_may_not_be(typed: str, why: str) -> None:
    assert code(clean_username, typed) == why


def test_no_username_hides_a_page_of_the_house() -> None:
    """Every first part of an address is reserved; the control finds one that is not."""
    first = {page.path.split("/")[1] for page in all_pages() if not page.path.startswith("/{")} - {""}
    assert {"creators", "healthz", "account"} <= first
    assert first - RESERVED - {part for part in first if not is_username(part)} == set()
    assert {"robin"} - RESERVED == {"robin"}


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_username_or_refused(typed: str) -> None:
    try:
        kept = clean_username(typed)
    except InvalidInput:
        return
    assert is_username(kept)
    assert clean_username(kept) == kept
    assert skeleton(kept)


@pytest.mark.parametrize(
    ("site", "typed", "kept"),
    [
        (Site.GITHUB, "robin", "https://github.com/robin"),
        (Site.GITHUB, "@robin", "https://github.com/robin"),
        (Site.GITHUB, "https://github.com/robin/", "https://github.com/robin/"),
        (Site.GITHUB, "www.github.com/robin", "https://www.github.com/robin"),
        (Site.TWITTER, "@robin", "https://x.com/robin"),
        (Site.TWITTER, "https://twitter.com/robin", "https://twitter.com/robin"),
        (Site.LINKEDIN, "robin-b", "https://www.linkedin.com/in/robin-b"),
        (Site.YOUTUBE, "@robin", "https://www.youtube.com/@robin"),
        (Site.DISCORD, "Robin_1", "robin_1"),
        (Site.DISCORD, "discord.gg/abc", "https://discord.gg/abc"),
        (Site.WEBSITE, "robin.example.com", "https://robin.example.com"),
        (Site.WEBSITE, "http://a.com:8080/x", "http://a.com:8080/x"),
        (Site.WEBSITE, "HTTPS://A.com/Ü?ä=1", "https://a.com/%C3%9C?%C3%A4=1"),
        (Site.WEBSITE, "exämple.com", "https://xn--exmple-cua.com"),
        (Site.WEBSITE, "  ", ""),
    ],
)
def test_links_are_kept_as_addresses(site: Site, typed: str, kept: str) -> None:
    assert clean_link(site, typed) == kept
    if kept:
        assert clean_link(site, kept) == kept


@pytest.mark.parametrize(
    ("site", "typed", "why"),
    [
        (Site.WEBSITE, "javascript:alert(1)", "link_scheme"),
        (Site.WEBSITE, "data:text/html,x", "link_scheme"),
        (Site.WEBSITE, "ftp://a.com", "link_scheme"),
        (Site.WEBSITE, "https://bank.com@evil.com", "link_with_name"),
        (Site.WEBSITE, "https://a.com/<script>", "link_unreadable"),
        (Site.WEBSITE, "https://a.com/ b", "link_unreadable"),
        (Site.WEBSITE, "https://a.com/\u202eevil", "link_unreadable"),
        (Site.WEBSITE, "//evil.com", "link_unreadable"),
        (Site.WEBSITE, "http://127.0.0.1/", "link_unreadable"),
        (Site.WEBSITE, "http://0x7f.1/", "link_unreadable"),
        (Site.WEBSITE, "http://[::1]/", "link_unreadable"),
        (Site.WEBSITE, "①②⑦.0.0.1", "link_unreadable"),
        (Site.WEBSITE, "https://a.com:99999/", "link_unreadable"),
        (Site.WEBSITE, "robin", "link_unreadable"),
        (Site.WEBSITE, "http://nas.local/", "link_nowhere"),
        (Site.WEBSITE, "https://a.com/" + "x" * 300, "link_too_long"),
        (Site.GITHUB, "https://evil.com/robin", "link_elsewhere"),
        (Site.GITHUB, "https://github.com.evil.com/robin", "link_elsewhere"),
        (Site.DISCORD, "https://discord.gg.evil.com/abc", "link_elsewhere"),
    ],
)
def test_links_that_are_not_taken(site: Site, typed: str, why: str) -> None:
    assert code(clean_link, site, typed) == why


@given(st.text(max_size=60))
def test_a_link_is_an_address_or_refused(typed: str) -> None:
    try:
        kept = clean_link(Site.WEBSITE, typed)
    except InvalidInput:
        return
    assert kept == "" or kept.startswith(("https://", "http://"))
    assert kept.isascii()
    assert not set(kept) & set("<>\"'`\\ \n")


def test_other_links_stand_a_line_each() -> None:
    kept = clean_links("Mastodon: https://m.social/@a\nhttps://www.b.org/x/\n\nMastodon https://m.social/@a")
    assert kept == (Link("Mastodon", "https://m.social/@a"), Link("b.org", "https://www.b.org/x/"))
    assert clean_links(typed_links(kept)) == kept
    assert readable(kept[1].url) == "b.org/x"
    assert shown_link(Site.DISCORD, "robin_1").url is None
    assert code(clean_links, "\n".join(f"https://a{n}.com" for n in range(limits.CREATOR_LINKS_MAX + 1))) == (
        "links_too_many"
    )


def test_languages_by_name_or_tag() -> None:
    assert clean_languages("English, es; DEUTSCH\nen") == ("en", "es", "de")
    assert named(("en", "xx")) == ("English", "xx")
    assert code(clean_languages, "Klingon") == "language_not_listed"
    assert code(clean_languages, ",".join(LANGUAGES)) == "languages_too_many"


def draft(**more: object) -> CreatorDraft:
    return CreatorDraft("robin", "Robin", "I make things.", **more)  # type: ignore[arg-type]


def test_a_whole_profile_is_kept_as_it_is_meant() -> None:
    kept = check_creator(
        draft(
            kind="writer",
            specialties="World building, dialogue",
            experience="advanced",
            location="Lisbon ",
            languages="English, Português",
            tags="Cozy, sea",
            links={Site.GITHUB: "robin"},
            other_links="Blog https://robin.blog",
            accepts_collaborations=True,
            commissions="waitlist",
            commission_info="Ask me.",
            visibility="unlisted",
        )
    )
    assert kept.kind is CreatorKind.WRITER
    assert kept.specialties == ("world-building", "dialogue")
    assert kept.languages == ("en", "pt")
    assert kept.tags == ("cozy", "sea")
    assert kept.links == {Site.GITHUB: "https://github.com/robin"}
    assert kept.visibility is PageVisibility.UNLISTED
    assert {"robin", "cozy", "lisbon", "portugues", "things"} <= set(kept.search_words())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "admin"),
        ("display_name", "@everyone"),
        ("bio", " "),
        ("bio", "x" * 4001),
        ("bio", "evil \u202etxt"),
        ("kind", "emperor"),
        ("experience", "boo"),
        ("location", "x" * 81),
        ("languages", "Klingon"),
        ("tags", "a"),
        ("specialties", "a"),
        ("other_links", "javascript:alert(1)"),
        ("commission_info", "x" * 501),
        ("visibility", "hidden"),
    ],
)
def test_a_refusal_names_its_field(field: str, value: str) -> None:
    typed = {"username": "robin", "display_name": "Robin", "bio": "Hello.", field: value}
    with pytest.raises(InvalidInput) as refusal:
        check_creator(CreatorDraft(**typed))  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert str(refusal.value)


@given(st.text(max_size=200), st.text(max_size=60))
def test_whatever_is_told_is_kept_or_refused(bio: str, other: str) -> None:
    try:
        kept = check_creator(CreatorDraft("robin", "Robin", bio, tags=other, location=other))
    except InvalidInput:
        return
    assert isinstance(kept, CheckedCreator)
    again = check_creator(CreatorDraft("robin", "Robin", kept.bio, tags=", ".join(kept.tags), location=kept.location))
    assert (again.bio, again.tags, again.location) == (kept.bio, kept.tags, kept.location)


def test_tiers_are_paragraphs() -> None:
    tiers = read_tiers("Bronze\nFor a start.\n- a badge\n- early looks\n\nGold\n- everything")
    assert [(one.name, one.description, one.benefits) for one in tiers] == [
        ("Bronze", "For a start.", ["a badge", "early looks"]),
        ("Gold", "", ["everything"]),
    ]
    assert read_tiers(written_tiers(tiers)) == tiers
    assert code(read_tiers, "A\n\na") == "tiers_alike"
    assert code(read_tiers, "\n\n".join(f"T{n}" for n in range(9))) == "tiers_too_many"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "日本"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"deadline": "tomorrow"}, "deadline"),
        ({"deadline": "2026-02-30"}, "deadline"),
        ({"places": "0"}, "places"),
        ({"places": "-5"}, "places"),
        ({"places": "1e30"}, "places"),
        ({"status": "boo"}, "status"),
        ({"description": "x" * 8001}, "description"),
    ],
)
def test_a_programs_form_names_what_is_wrong(more: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_program(ProgramDraft(**{"name": "Spring", **more}))
    assert refusal.value.field == field
    assert str(refusal.value)


def test_five_people_are_five_in_the_database_too() -> None:
    assert limits.PEOPLE_TOLD_MIN == PEOPLE_MIN
