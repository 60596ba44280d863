"""Who is spoken to."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from bot.ports import Caller, Place, RepliedTo, Via
from bot.services.talk.dice import joins_in
from bot.services.talk.heed import Hearing, How, Present, Room
from bot.services.talk.places import PlaceRules
from db.ids import new_id
from db.models import Listen, Priority, TurnKind
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


def room_with(rules: PlaceRules | None = None, **own: PlaceRules) -> tuple[Hearing, dict[str, UUID]]:
    """Ada (primary), Ben and Cleo in the tavern; `rules` hold for all, `own` for one of them by name."""
    ids = {name: new_id() for name in ("Ada", "Ben", "Cleo")}
    by_id = {ids[name]: found for name, found in own.items()}

    def of(place: Place, character_id: UUID | None) -> PlaceRules:
        return by_id.get(character_id, rules or PlaceRules()) if character_id else rules or PlaceRules()

    hearing = Hearing(of)
    characters = tuple(Present(ids[name], name, is_primary=name == "Ada") for name in ids)
    hearing.put(TAVERN.channel_id, Room(new_id(), TAVERN, characters))
    return hearing, ids


def test_a_nickname_is_a_name_too() -> None:
    hearing, one, other = Hearing(), new_id(), new_id()
    characters = (Present(one, "Wilhelmina Roe", nickname="Billie"), Present(other, "Billie Jean"))
    hearing.put(TAVERN.channel_id, Room(new_id(), TAVERN, characters))
    assert hearing.addressed(said("hey billie!")) == (one,)
    assert hearing.addressed(said("Wilhelmina?")) == (one,)
    assert hearing.addressed(said("why?", reply_to=RepliedTo(7, webhook_id=3, author_name="Billie"))) == (one,)
    assert hearing.addressed(said("jean?")) == ()


def test_where_one_listens_always_the_last_speaker_or_the_primary_answers() -> None:
    hearing, ids = room_with(PlaceRules(listen=Listen.ALWAYS))
    call = hearing.heed(said("lovely weather"))
    assert (call.to, call.how, call.kind, call.priority) == (
        (ids["Ada"],),
        How.ALWAYS,
        TurnKind.CHANCE,
        Priority.NORMAL,
    )
    hearing.spoke(TAVERN.channel_id, ids["Cleo"])
    assert hearing.addressed(said("lovely weather")) == (ids["Cleo"],)
    assert hearing.addressed(said("Ben?")) == (ids["Ben"],)
    assert hearing.addressed(said("", content_withheld=True)) == ()
    assert hearing.addressed(said("")) == ()
    assert hearing.addressed(said("beep", author_is_bot=True)) == ()


def test_one_that_alone_listens_always_answers_although_another_spoke_last() -> None:
    hearing, ids = room_with(Ben=PlaceRules(listen=Listen.ALWAYS))
    hearing.spoke(TAVERN.channel_id, ids["Ada"])
    assert hearing.addressed(said("lovely weather")) == (ids["Ben"],)


def test_by_chance_the_same_message_decides_the_same() -> None:
    rules = PlaceRules(listen=Listen.CHANCE, chance_percent=30)
    first, ids = room_with(rules)
    again = Hearing(first.rules)
    again.put(TAVERN.channel_id, first.room(TAVERN.channel_id))
    messages = [said("lovely weather", message_id=10**18 + n * 7_919) for n in range(2_000)]
    calls = [first.heed(one) for one in messages]
    assert [again.heed(one) for one in messages] == calls
    joined = [call for call in calls if call.to]
    assert 500 < len(joined) < 700  # 30 of 100, however many are present
    assert {call.to[0] for call in joined} == set(ids.values())
    assert {(call.how, call.kind, call.priority) for call in joined} == {(How.CHANCE, TurnKind.CHANCE, Priority.LOW)}
    assert first.heed(said("Ada?")).priority is Priority.NORMAL


@given(st.integers(0, 2**63 - 1), st.lists(st.integers(0, 100), max_size=8))
def test_the_die_chooses_only_whom_it_may(message_id: int, percents: list[int]) -> None:
    chances = [(new_id(), percent) for percent in percents]
    found = joins_in(message_id, chances)
    assert found == joins_in(message_id, chances)
    assert found is None or dict(chances)[found] > 0
    if 100 in percents:
        assert found is not None


@given(st.integers(0, 2**63 - 1), st.integers(0, 99), st.integers(0, 99))
def test_a_higher_chance_never_silences(message_id: int, one: int, other: int) -> None:
    who = new_id()
    low, high = sorted((one, other))
    assert joins_in(message_id, [(who, low)]) is None or joins_in(message_id, [(who, high)]) is who


def test_bots_are_answered_by_those_who_may_and_only_if_spoken_to() -> None:
    hearing, ids = room_with(Ben=PlaceRules(answers_bots=True, listen=Listen.ALWAYS))
    robot = Caller(9, "robot", "Robot")
    assert hearing.addressed(said("Ada and Ben?", by=robot, author_is_bot=True)) == (ids["Ben"],)
    assert hearing.addressed(said("beep", by=robot, author_is_bot=True)) == ()
    assert hearing.addressed(said("Ben?", by=robot, webhook_id=5)) == ()


def test_in_direct_messages_every_word_is_for_whoever_is_there() -> None:
    hearing, ada = Hearing(), new_id()
    room = Room(new_id(), Place(None, 900, 900, Via.BOT), (Present(ada, "Ada", is_primary=True),))
    hearing.put(900, room)
    call = hearing.heed(said("hello", place=room.place))
    assert (call.to, call.how) == ((ada,), How.DIRECT)


def test_a_muted_conversation_hears_nothing() -> None:
    hearing, ids = hearing_of("Ada")
    room = hearing.room(TAVERN.channel_id)
    assert room is not None
    room.is_muted = True
    assert hearing.addressed(said("Ada?", mentions_us=True)) == ()
    room.is_muted = False
    assert hearing.addressed(said("Ada?")) == (ids["Ada"],)


def test_a_moderator_speaks_last_and_where_two_others_do() -> None:
    ids = {name: new_id() for name in ("Ada", "Ben", "Cleo", "Mod")}
    hearing = Hearing(lambda place, character_id: PlaceRules(listen=Listen.ALWAYS))
    characters = tuple(Present(ids[name], name, is_moderator=name == "Mod") for name in ids)
    hearing.put(TAVERN.channel_id, Room(new_id(), TAVERN, characters))
    by_id = {character_id: name for name, character_id in ids.items()}

    def answering(content: str, **more: bool) -> list[str]:
        return [by_id[one] for one in hearing.addressed(said(content, **more))]  # type: ignore[arg-type]

    assert answering("Ada?") == ["Ada"]
    assert answering("Ada, Ben?") == ["Ada", "Ben", "Mod"]
    assert answering("Mod, Ada?") == ["Ada", "Mod"]
    assert answering("Ada, Ben, Cleo?") == ["Ada", "Ben", "Cleo"]
    assert answering("Mod?") == ["Mod"]
    hearing.spoke(TAVERN.channel_id, ids["Mod"])
    assert answering("lovely weather") == ["Ada"]
    assert answering("hello", mentions_us=True) == ["Ada"]


def test_where_the_bot_is_no_member_each_person_has_their_own() -> None:
    hearing, ada, ben = Hearing(), new_id(), new_id()
    place = Place(7, 900, 900, Via.INTERACTION)
    for owner, who in ((101, ada), (102, ben)):
        hearing.put(900, Room(new_id(), place, (Present(who, "Ada"),), owner_discord_id=owner))
    rooms = [hearing.room(900, owner) for owner in (101, 102, 103)]
    assert [room.characters[0].character_id if room else None for room in rooms] == [ada, ben, None]
    assert hearing.room(900) is None
    assert hearing.rooms() == ()
    room = rooms[0]
    assert room is not None
    hearing.forget(room.conversation_id)
    assert (hearing.room(900, 101), hearing.room(900, 102)) == (None, rooms[1])


names = st.sampled_from(["Ada", "Ben", "Cleo", "Dan", "Eve"])


@given(st.lists(names, max_size=9), st.booleans(), st.sampled_from(list(Listen)))
def test_who_speaks_next_is_present_once_and_at_most_three(
    called_on: list[str], mentions: bool, listen: Listen
) -> None:
    ids = {name: new_id() for name in ("Ada", "Ben", "Cleo", "Dan")}
    hearing = Hearing(lambda place, character_id: PlaceRules(listen=listen, chance_percent=50))
    characters = tuple(Present(ids[name], name, is_moderator=name == "Dan") for name in ids)
    hearing.put(TAVERN.channel_id, Room(new_id(), TAVERN, characters))
    to = hearing.addressed(said(", ".join(called_on), mentions_us=mentions))
    assert len(to) <= limits.SPEAKERS_PER_MESSAGE
    assert len(set(to)) == len(to)
    assert set(to) <= set(ids.values())
    wanted = [ids[name] for name in dict.fromkeys(called_on) if name in ids][: limits.SPEAKERS_PER_MESSAGE]
    assert [one for one in to if one in wanted and one != ids["Dan"]] == [one for one in wanted if one != ids["Dan"]]


rulings = st.builds(
    PlaceRules, listen=st.sampled_from(list(Listen)), chance_percent=st.integers(1, 100), answers_bots=st.booleans()
)


@given(st.lists(names, min_size=1, max_size=5), st.booleans(), st.dictionaries(names, rulings))
def test_no_webhook_is_ever_answered_and_bots_only_where_each_may(
    called_on: list[str], mentions: bool, given_rules: dict[str, PlaceRules]
) -> None:
    ids = {name: new_id() for name in ("Ada", "Ben", "Cleo", "Dan")}
    rules = {ids[name]: one for name, one in given_rules.items() if name in ids}
    hearing = Hearing(lambda place, character_id: rules.get(character_id, PlaceRules()))
    hearing.put(TAVERN.channel_id, Room(new_id(), TAVERN, tuple(Present(ids[name], name) for name in ids)))
    words = ", ".join(called_on)
    assert hearing.addressed(said(words, mentions_us=mentions, webhook_id=5)) == ()
    robot = Caller(9, "robot", "Robot")
    for one in hearing.addressed(said(words, by=robot, author_is_bot=True, mentions_us=mentions)):
        assert rules[one].answers_bots
        assert mentions or one in {ids.get(name) for name in called_on}
    assert hearing.addressed(said(words, by=robot, author_is_bot=True, webhook_id=5)) == ()
