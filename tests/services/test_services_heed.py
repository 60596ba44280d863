"""Who is spoken to."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ports import Caller, RepliedTo
from bot.services.talk.heed import Hearing, Present, Room
from db.ids import new_id
from tests.services.stagecraft import PARLOUR, TAVERN, said


def hearing_of(*names: str, primary: int = 0) -> tuple[Hearing, dict[str, UUID]]:
    ids = {name: new_id() for name in names}
    hearing = Hearing()
    characters = tuple(Present(ids[name], name, index == primary) for index, name in enumerate(names))
    hearing.put(TAVERN.channel_id, Room(new_id(), TAVERN, characters))
    return hearing, ids


def called(content: str, *names: str) -> list[str]:
    hearing, ids = hearing_of(*names)
    by_id = {character_id: name for name, character_id in ids.items()}
    return [by_id[one] for one in hearing.addressed(said(content))]


@pytest.mark.parametrize(
    "content",
    [
        "Mira",
        "mira?",
        "MIRA!",
        "hello, Mira.",
        "Mira's cat",
        "@Mira hi",
        "(Mira)",
        "*Mira* wait",
        "¿Mira?",
        "hello\nMira",
        "Ｍｉｒａ",
        "Mira…",
        "“Mira”",
        "-Mira-",
    ],
)
def test_a_name_is_heard_as_a_whole_word_whatever_its_case(content: str) -> None:
    assert called(content, "Mira") == ["Mira"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "miracle",
        "admira",
        "Mira_2",
        "Mira2",
        "Mi ra",
        "Mirá",
        "https://mira.example/Mira",
        "look at `Mira`",
        "```\nMira\n```",
        "> Mira said\nno",
        "<:Mira:123>",
        "</Mira:55>",
    ],
)
def test_other_words_are_not_names(content: str) -> None:
    assert called(content, "Mira") == []


def test_a_quote_hides_only_its_own_line() -> None:
    assert called("> Juno said\nand you, Mira?", "Mira", "Juno") == ["Mira"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("ミラさん、元気？", "ミラ"),
        ("ねえミラ", "ミラ"),
        ("美玲你好", "美玲"),
        ("미라야 안녕", "미라"),
        ("สวัสดีมีราครับ", "มีรา"),
        ("नमस्ते मीरा!", "मीरा"),
        ("ΣΟΦΊΑ, έλα", "Σοφία"),
        ("STRASSE", "Straße"),
        ("привет, МИРА", "Мира"),
        ("hey zoe", "Zoë"),
        ("ZOË!", "Zoë"),
        ("zoe\u0308", "Zoë"),
        ("asa marta", "Åsa Märta"),
    ],
)
def test_names_in_every_script(content: str, name: str) -> None:
    assert called(content, name) == [name]


@pytest.mark.parametrize(("content", "name"), [("ミラクル", "ミラ"), ("하미라", "미라"), ("मीराबाई", "मीरा")])
def test_words_that_only_begin_or_end_like_a_name(content: str, name: str) -> None:
    assert called(content, name) == []


def test_a_long_name_is_heard_by_its_telling_word() -> None:
    assert called("what now, quill?", "Juno Quill") == []
    assert called("juno, fly!", "Juno Quill") == ["Juno Quill"]
    assert called("Juno   Quill!", "Juno Quill") == ["Juno Quill"]
    assert called("aye captain", "Captain Bellweather") == []
    assert called("aye, Bellweather", "Captain Bellweather") == ["Captain Bellweather"]
    assert called("Ann?", "Ann Lee", "Ann Moss") == []
    assert called("the door", "The Lantern") == []
    assert called("the lantern!", "The Lantern") == ["The Lantern"]


def test_the_order_of_address_and_three_at_most() -> None:
    names = ("Ada", "Ben", "Cleo", "Dan")
    assert called("Dan, Ben: ask Ada, Dan or Cleo", *names) == ["Dan", "Ben", "Ada"]


def test_mentioning_the_application_asks_whoever_is_nearest() -> None:
    hearing, ids = hearing_of("Ada", "Ben", primary=1)
    assert hearing.addressed(said("hello", mentions_us=True)) == (ids["Ben"],)
    hearing.spoke(TAVERN.channel_id, ids["Ada"])
    assert hearing.addressed(said("hello", mentions_us=True)) == (ids["Ada"],)
    assert hearing.addressed(said("Ben!", mentions_us=True)) == (ids["Ben"],)
    assert hearing.addressed(said("hello", mentions_us=True, place=PARLOUR)) == ()


def test_replying_asks_who_said_it() -> None:
    hearing, ids = hearing_of("Ada", "Ben")
    hearing.spoke(TAVERN.channel_id, ids["Ben"], [77])
    assert hearing.addressed(said("why?", reply_to=RepliedTo(77))) == (ids["Ben"],)
    assert hearing.addressed(said("why?", reply_to=RepliedTo(78, author_name="ada", webhook_id=5))) == (ids["Ada"],)
    assert hearing.addressed(said("why?", reply_to=RepliedTo(79, author_name="Ada"))) == ()
    assert hearing.addressed(said("why, Ada?", reply_to=RepliedTo(77))) == (ids["Ada"],)
    hearing.put(TAVERN.channel_id, Room(new_id(), TAVERN, (Present(ids["Ada"], "Ada"),)))
    assert hearing.addressed(said("why?", reply_to=RepliedTo(77))) == ()


def test_bots_and_webhooks_are_never_answered() -> None:
    hearing, _ = hearing_of("Ada")
    robot = Caller(9, "robot", "Robot")
    assert hearing.addressed(said("Ada?", by=robot, author_is_bot=True)) == ()
    assert hearing.addressed(said("Ada?", by=robot, webhook_id=5)) == ()


def test_who_spoke_last_survives_a_change_of_the_room() -> None:
    hearing, ids = hearing_of("Ada", "Ben")
    hearing.spoke(TAVERN.channel_id, ids["Ben"])
    both = tuple(Present(ids[name], name, name == "Ada") for name in ("Ada", "Ben"))
    hearing.replace([Room(new_id(), TAVERN, both)])
    assert hearing.addressed(said("?", mentions_us=True)) == (ids["Ben"],)
    hearing.replace([])
    assert hearing.addressed(said("?", mentions_us=True)) == ()


@given(st.text(max_size=300))
def test_nothing_anybody_writes_breaks_it(content: str) -> None:
    hearing, ids = hearing_of("Ada Moss", "ミラ", "Zoë")
    found = hearing.addressed(said(content))
    assert set(found) <= set(ids.values())
    assert len(found) == len(set(found))


@given(st.text("abcdefg ,.!?", max_size=40), st.text("abcdefg ,.!?", max_size=40))
def test_a_name_set_apart_by_spaces_is_always_heard(before: str, after: str) -> None:
    assert called(f"{before} Zephyrine {after}", "Zephyrine") == ["Zephyrine"]
