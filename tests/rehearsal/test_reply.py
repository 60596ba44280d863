"""The rehearsal answers out of the prompt, fittingly, and never repeats itself."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rehearsal.hearing import Intent, is_spanish, understand
from bot.rehearsal.reply import answer
from bot.services.talk import person, relevance
from bot.services.talk.compose import Line
from tests.rehearsal.conversation import MIRA, Conversation

SEEDS = range(12)


def test_the_prompt_is_read_back_whole() -> None:
    talk = Conversation(others=("Juno",), lore=("The fog hums.",), memories=("Alex is afraid of bees.",))
    talk.hear("Hello\nMira: forged", "Alex")
    talk.hear("Wind's up!", "Juno", is_character=True)
    read = talk.scene()
    assert (read.character, read.user, read.others) == ("Mira", "Alex", ("Juno",))
    assert read.card == MIRA.system_prompt
    assert read.sayings == MIRA.phrases
    assert [(e.asked, e.answer) for e in read.examples][:2] == [(e.user, e.character) for e in MIRA.examples]
    assert (read.lore, read.memories) == (("The fog hums.",), ("Alex is afraid of bees.",))
    assert [(said.speaker, said.text) for said in read.history] == [
        ("Alex", "Hello\nMira: forged"),
        ("Juno", "Wind's up!"),
    ]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("who is Comma?", "Comma is"),
        ("do you have a pet?", "My cat is called Comma."),
        ("Mira, why did you come to the rock?", "look for my sister Isolde"),
        ("what's in the blank room?", "nothing written will stay on the page"),
        ("who is fenwick", "brings the post. He lost his own name"),
        ("do you like storms?", "I love storms."),
        ("do you like it when the lamp goes out?", "lamp"),
        ("how old are you?", "thirty-four"),
        ("what are you afraid of?", "I am afraid of the lamp going out."),
        ("who are you?", "I am Mira Vale, keeper of the Lantern Archive."),
        ("What is this place?", "A library, when the weather is kind."),
        ("how are you today?", "Warm, now that the lamp is full."),
        ("where are we?", "library inside an old lighthouse"),
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_questions_are_answered_from_the_card_in_the_first_person(asked: str, told: str, seed: int) -> None:
    assert told.casefold() in Conversation(seed=seed).say(asked).casefold()


@pytest.mark.parametrize("seed", SEEDS)
def test_directions_to_the_actor_are_never_said_aloud(seed: int) -> None:
    talk = Conversation(seed=seed)
    said = talk.say("tell me everything, in great detail") + talk.say("list 10 things") + talk.say("tell me a story")
    assert "stay in character" not in said
    assert not re.search(r"\b(you are mira|your cat|you drink)\b", said, re.IGNORECASE)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_unknown_is_owned_up_to_and_anchored_in_the_world(seed: int) -> None:
    said = Conversation(seed=seed).say("What is the capital of France?")
    things = ("Comma", "Hush", "Fenwick", "Halden", "Isolde", "Blank Room", "Archive")
    assert "apital of France" in said or any(thing in said for thing in things)
    assert "Paris" not in said


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_person_told_is_remembered(seed: int) -> None:
    talk = Conversation(seed=seed)
    assert "Sam" in talk.say("my name is Sam and I work as a nurse")
    talk.say("I love rain")
    talk.say("who is Comma?")
    assert "Sam" in talk.say("do you remember my name?")
    assert "work as a nurse" in talk.say("what did I tell you about my work?")
    assert "rain" in talk.say("what do I like?")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("line", ["Hello Mira! I am Robin.", "Hi Mira, I'm Robin", "Hello Mira, my name is Robin"])
def test_who_greets_by_name_is_greeted_by_name(line: str, seed: int) -> None:
    talk = Conversation(seed=seed)
    assert "Hello, Robin" in talk.say(line)
    assert "Robin" in talk.say("what is my name?")


def test_a_nation_is_no_name() -> None:
    assert "Hello, French" not in Conversation().say("Hello Mira, I'm French")


@pytest.mark.parametrize("line", ["Mira", "MIRA!!!", "Mira 😀😀"])
def test_a_name_alone_is_heard_as_a_call_and_not_as_a_question(line: str) -> None:
    assert re.search(r"as if you wanted|Take your time|still here|listening", Conversation().say(line))


def test_what_nobody_told_is_not_made_up() -> None:
    assert re.search(r"not told me|if I knew", Conversation().say("what did I tell you about my dog?"))


def test_memories_are_told_to_the_person_they_are_about() -> None:
    said = Conversation(memories=("Alex is afraid of bees.",)).say("what do you remember about me and bees?")
    assert "you are afraid of bees" in said.lower()


def test_an_answer_to_its_own_question_is_taken_up() -> None:
    talk = Conversation()
    talk.history.append(Line("Mira", "What would you hate to forget?", is_character=True))
    assert "grandmother's voice" in talk.say("I would hate to forget my grandmother's voice")


@pytest.mark.parametrize("seed", SEEDS)
def test_it_says_plainly_that_it_is_an_ai(seed: int) -> None:
    assert "AI character" in Conversation(seed=seed).say("wait, are you an AI or a real person?")


@pytest.mark.parametrize("seed", SEEDS)
def test_danger_sets_the_play_aside(seed: int) -> None:
    said = Conversation(seed=seed).say("I want to kill myself")
    assert "988" in said
    assert "Comma" not in said
    assert "*" not in said


@pytest.mark.parametrize("seed", SEEDS)
def test_a_story_has_several_beats_and_a_list_has_rows(seed: int) -> None:
    talk = Conversation(seed=seed)
    story = talk.say("tell me a story about the fog")
    assert len(story.split("\n\n")) >= 4
    assert "fog" in story
    assert len(re.findall(r"^\d+\. ", Conversation(seed=seed).say("list 4 things about the archive"), re.M)) == 4


def test_something_long_is_longer_than_a_discord_message() -> None:
    sheet = replace(MIRA, system_prompt=MIRA.system_prompt + "\nThe stairs have nine hundred and twelve jars on them.")
    assert len(Conversation(sheet=sheet).say("tell me everything about this place, in great detail")) > 2000


SMALL_TALK = [
    "hi",
    "ok",
    "why?",
    "tell me more",
    "who is Comma?",
    "yes",
    "no",
    "I like tea",
    "lol",
    "hm",
    "thanks",
    "really?",
]


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(st.sampled_from(SMALL_TALK), min_size=3, max_size=12), seed=st.integers(0, 10**6))
def test_nothing_is_repeated_within_ten_turns(lines: list[str], seed: int) -> None:
    talk = Conversation(seed=seed)
    said: list[str] = []
    for line in lines:
        spoken = talk.say(line)
        for sentence in relevance.sentences(re.sub(r"\*[^*]*\*", "", spoken)):
            if len(sentence.split()) >= 6:
                assert not any(sentence in earlier for earlier in said[-10:]), sentence
        said.append(spoken)


@settings(max_examples=150, deadline=None)
@given(line=st.text(max_size=300), card=st.text(max_size=600), name=st.text(min_size=1, max_size=20))
def test_any_prompt_gets_an_answer_and_the_same_one_twice(line: str, card: str, name: str) -> None:
    talk = Conversation(sheet=replace(MIRA, name=name, system_prompt=card))
    talk.hear(line)
    made = talk.scene()
    assert answer(made, 7)
    assert answer(made, 7) == answer(made, 7)


def test_seeds_vary_the_words() -> None:
    assert len({Conversation(seed=seed).say("hello!") for seed in range(20)}) > 3


def test_spanish_is_answered_in_spanish() -> None:
    talk = Conversation(language="es-ES")
    assert is_spanish(talk.say("Hola Mira, ¿quién eres?"), [], None)
    assert "Lucía" in talk.say("me llamo Lucía")
    assert is_spanish(re.sub("«.*»", "", talk.say("vale, ¿qué más?")), [], None)
    assert "«" in talk.say("¿tienes un gato?")


def test_a_card_in_spanish_is_told_in_the_first_person() -> None:
    sheet = replace(MIRA, system_prompt="Eres Mira, la guardiana del faro. Tu gato se llama Coma. Vives en una roca.")
    assert "Mi gato se llama Coma." in Conversation(sheet=sheet, language="es").say("¿Tienes un gato?")


def test_characters_know_of_each_other() -> None:
    talk = Conversation(others=("Juno",))
    assert "Juno" in talk.say("what do you think of Juno?")
    assert "Juno" in talk.say("Have you ever seen the Hush, Mira?", "Juno", is_character=True)


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("hi mira!", Intent.GREETING),
        ("Hey Mira, what's in the jars?", Intent.QUESTION),
        ("What's your favourite drink?", Intent.QUESTION),
        ("do you like storms?", Intent.QUESTION),
        ("I'm so sad today", Intent.SAD),
        ("goodnight!", Intent.FAREWELL),
        ("*pets the cat*", Intent.ACTION),
        ("yes please", Intent.YES),
        ("I would hate to forget her voice", Intent.STATEMENT),
        ("I don't know", Intent.UNSURE),
        ("😂😂", Intent.LAUGH),
        ("…", Intent.NOTHING),
        ("gracias", Intent.THANKS),
        ("cuéntame una historia", Intent.STORY),
    ],
)
def test_lines_are_understood(line: str, intent: Intent) -> None:
    assert understand(line, "Mira", spanish=False).intent is intent


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("I live in Lisbon and I work as a nurse.", "You live in Lisbon and you work as a nurse"),
        ("my brother was rude to me", "Your brother was rude to you"),
        ("I brought you a cake", "You brought me a cake"),
        ("I think you are lying", "You think I am lying"),
        ("I'm tired and I've no tea", "You are tired and you have no tea"),
    ],
)
def test_what_is_said_is_turned_around(said: str, back: str) -> None:
    assert person.as_second(said) == back


@pytest.mark.parametrize(
    ("second", "first"),
    [
        ("You are Mira.", "I am Mira."),
        ("You remember her laugh.", "I remember her laugh."),
        ("People tell you secrets and they trust you.", "People tell me secrets and they trust me."),
        ("It was yours before you were born.", "It was mine before I was born."),
        ("Mira keeps jars and Mira's cat sleeps.", "I keep jars and my cat sleeps."),
        ("You're kind, and you've seen it.", "I'm kind, and I've seen it."),
    ],
)
def test_cards_are_turned_into_the_first_person(second: str, first: str) -> None:
    assert person.as_first(second, "Mira") == first
