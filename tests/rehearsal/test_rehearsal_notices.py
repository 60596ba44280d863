"""What makers and members choose, and what comes with a line, can be seen in the rehearsal's answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.ports import AttachedKind, Profile
from bot.rehearsal import reply, scene
from bot.rehearsal.hearing import is_spanish
from bot.services.talk.compose import compose
from bot.services.talk.compose_recap import recap_prompt
from bot.services.talk.compose_types import Asker, Line, PlaceFacts, PlaceKind, Response, Shown, Snapshot, Task
from db.models import CharacterTraits
from db.models.characters import ResponseLength, Tone
from tests.rehearsal.conversation import MIRA

SEEDS = range(8)


def count(text: str) -> int:
    return len(text) // 4 + 1


def plain(*lines: Line, **changes: object) -> Snapshot:
    return replace(Snapshot(MIRA, "Alex", lines), **changes)  # type: ignore[arg-type]


def answered(made: Snapshot, seed: int | None = 1) -> str:
    prompt = compose(made, profile=Profile.FULL, budget_tokens=8000, count=count)
    return reply.answer(scene.read([(message.role.value, message.content) for message in prompt.messages]), seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_picture_is_taken_up_by_its_description_or_its_name(seed: int) -> None:
    described = Shown(AttachedKind.IMAGE, "img1.png", 9000, 800, 600, "a sleeping cat")
    assert "sleeping cat" in answered(plain(Line("Alex", "look at this", attached=(described,))), seed)
    bare = replace(described, alt="")
    assert "img1.png" in answered(plain(Line("Alex", "", attached=(bare,))), seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fitting_sentence_of_a_text_file_is_quoted(seed: int) -> None:
    words = "The shop opens at nine. The cellar holds forty barrels of cider. Nobody goes upstairs."
    file = Shown(AttachedKind.TEXT, "notes.txt", 90, text=words)
    told = answered(plain(Line("Alex", "what is in the cellar?", attached=(file,))), seed)
    assert "forty barrels of cider" in told
    assert "opens at nine" not in told


def test_stickers_voices_and_reactions_are_noticed() -> None:
    sticker = Shown(AttachedKind.STICKER, "Party Owl")
    assert "Party Owl" in answered(plain(Line("Alex", "", attached=(sticker,))))
    assert "hear" in answered(plain(Line("Alex", "", attached=(Shown(AttachedKind.VOICE, "v.ogg"),))))
    liked = Line("Mira", "Mind the stair.", is_character=True, reactions=(Response("❤️", ("Bo",)),))
    told = [answered(plain(Line("Alex", "hi"), liked, Line("Alex", "I like tea")), seed) for seed in SEEDS]
    assert any("❤️" in one and "Bo" in one for one in told)


def test_answers_are_as_long_as_their_maker_wants() -> None:
    def length(option: ResponseLength | None) -> int:
        sheet = replace(MIRA, traits=CharacterTraits(length=option))
        asked = plain(Line("Alex", "who is Comma?"), character=sheet)
        return sum(len(answered(asked, seed)) for seed in SEEDS)

    assert length(ResponseLength.VERY_SHORT) < length(None) < length(ResponseLength.LONG)
    assert length(ResponseLength.LONG) < length(ResponseLength.VERY_LONG)


def test_a_tone_is_heard() -> None:
    made = plain(Line("Alex", "who is Comma?"))
    told = {tone: answered(replace(made, character=replace(MIRA, traits=CharacterTraits(tone=tone)))) for tone in Tone}
    assert len(set(told.values())) == len(Tone)


def test_a_persona_is_called_by_its_name_and_known() -> None:
    asker = Asker("Ravenna", description="I am a retired pirate.", preferred_topics=("knots",))
    greeted = [answered(plain(Line("Ravenna", "hello!"), asker=asker), seed) for seed in range(20)]
    assert any("Ravenna" in one for one in greeted)
    asked = plain(Line("Ravenna", "what do you know about me?"), asker=asker, place=PlaceFacts(PlaceKind.DIRECT))
    recalled = answered(asked)
    assert "retired pirate" in recalled or "knots" in recalled


@pytest.mark.parametrize("kind", [kind for kind in PlaceKind if kind is not PlaceKind.DIRECT])
@pytest.mark.parametrize("words", ["what do you know about me?", "do you remember what I like?"])
def test_what_a_person_wrote_of_themselves_is_not_told_where_others_read_it(kind: PlaceKind, words: str) -> None:
    asker = Asker("Ravenna", description="I am a retired pirate. I like rum.", preferred_topics=("knots",))
    asked = plain(Line("Ravenna", words), asker=asker, place=PlaceFacts(kind, name="a private conversation of two"))
    recalled = [answered(asked, seed) for seed in range(40)]
    assert not any("pirate" in one or "rum" in one for one in recalled)
    assert not any("told you like" in one or "You like" in one for one in recalled)
    # Control: what was said aloud is told.
    said = replace(asked, history=(Line("Ravenna", "I am a retired pirate."), *asked.history))
    assert any("retired pirate" in answered(said, seed) for seed in range(40))


def test_what_a_person_wrote_of_themselves_is_not_brought_up_unasked() -> None:
    said = (Line("Ravenna", "I like long walks by the sea."), Line("Ravenna", "I work in the harbour office."))
    asked = Line("Ravenna", "The tide is late today.")
    for seed in range(120):
        told = answered(plain(*said, asked, asker=Asker("Ravenna", description="I am a retired pirate.")), seed)
        assert "retired pirate" not in told
    # Control: what was said aloud is brought up, so reminders do come.
    aloud = (*said, Line("Ravenna", "I am a retired pirate."), Line("Ravenna", "I collect maps of the coast."), asked)
    assert any("retired pirate" in answered(plain(*aloud), seed) for seed in range(120))


def test_another_wording_is_another_one() -> None:
    made = plain(Line("Alex", "tell me something"))
    assert len({answered(made, seed) for seed in (None, 1, 2, 3, 4)}) > 2


@pytest.mark.parametrize("seed", SEEDS)
def test_going_on_adds_something_new(seed: int) -> None:
    before = Line("Mira", "It was night, and", is_character=True)
    further = answered(plain(Line("Alex", "tell me"), before, task=Task.CONTINUE), seed)
    assert further
    assert before.text not in further


def test_a_recap_tells_what_was_said_and_by_whom() -> None:
    lines = (
        Line("Alex", "I promise to bring the brass lantern to the harbour tomorrow."),
        Line("Mira", "Then I will wait at the third stair with tea.", is_character=True),
        Line("Bo", "ok"),
    )
    prompt = recap_prompt(plain(*lines, recap="They met in spring."), budget_tokens=4000, count=count)
    told = reply.answer(scene.read([(message.role.value, message.content) for message in prompt.messages]))
    assert told.startswith("They met in spring.")
    assert "Alex: “I promise to bring the brass lantern" in told
    assert "Mira: “Then I will wait" in told
    assert "Bo:" not in told


def test_the_language_somebody_chose_is_written() -> None:
    made = plain(Line("Alex", "hello, who are you?"), asker=Asker("Alex", language="es"))
    assert is_spanish(answered(made), [], None)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("line", ["hola", "¿cómo estás?", "me gusta el té", "no sé", "sí", "qué bonito", "¿por qué?"])
def test_spanish_speakers_are_not_quoted_english_without_need(line: str, seed: int) -> None:
    told = answered(plain(Line("Alex", line), language="es-ES"), seed)
    assert "«" not in told
    assert told != "..."
