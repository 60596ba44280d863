"""Macros: each gives what the field expects of it, the unknown is left alone, and no text is a bomb."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.talk.macros import Macros, World, applied, expand
from bot.services.talk.macros.table import RULES
from bot.services.talk.macros.world import LONGEST_VALUE, MOST_OUTPUT, MOST_VARIABLES

NOW = datetime(2026, 11, 21, 23, 45, 6, tzinfo=UTC)
WORLD = World(
    char="Mira",
    user="Alex",
    persona="A tired ferryman.",
    description="Keeper of {{user}}'s jars.",
    personality="warm",
    scenario="A lighthouse.",
    examples="Hm?",
    char_prompt="You are {{char}}.",
    char_instruction="Be kind.",
    depth_prompt="Whisper.",
    creator_notes="Notes.",
    char_version="2",
    first_message="Mind the stair.",
    original="(house)",
    group=("Mira", "Juno"),
    muted=("Juno",),
    people=("Bo",),
    model="gpt-x",
    now=NOW,
    time_zone="Europe/Madrid",
    last_spoke_at=NOW - timedelta(hours=3),
    last_message="Oh.",
    last_user_message="Hi {{char}}",
    last_char_message="Oh.",
    lines=7,
    input="Hi {{char}}",
    most_prompt=7000,
    most_context=8000,
    most_response=800,
    outlets={"fog": "It hums."},
    variables={"mood": "calm", "count": "2", "global:seen": "yes"},
    place="conversation",
    chance="turn",
)


def said(text: str, **changes: object) -> str:
    return Macros(replace(WORLD, **changes)).expand(text)  # type: ignore[arg-type]


EXPANDED = [
    ("{{char}} and {{user}}", "Mira and Alex"),
    ("{{ Char }} and {{USER}}", "Mira and Alex"),
    ("<BOT> <CHAR> <user> <START>", "Mira Mira Alex <START>"),
    ("{{original}}", "(house)"),
    ("{{persona}}", "A tired ferryman."),
    ("{{description}}", "Keeper of Alex's jars."),
    ("{{charDescription}}", "Keeper of Alex's jars."),
    ("{{personality}}{{charPersonality}}", "warmwarm"),
    ("{{scenario}}{{charScenario}}", "A lighthouse.A lighthouse."),
    ("{{mesExamples}}{{mesExamplesRaw}}", "Hm?Hm?"),
    ("{{charPrompt}}", "You are Mira."),
    ("{{charInstruction}}{{charJailbreak}}", "Be kind.Be kind."),
    ("{{charDepthPrompt}}", "Whisper."),
    ("{{creatorNotes}}{{charCreatorNotes}}", "Notes.Notes."),
    ("{{charVersion}}{{char_version}}", "22"),
    ("{{charFirstMessage}}", "Mind the stair."),
    ("{{group}}|{{charIfNotGroup}}|<GROUP>|<CHARIFNOTGROUP>", "Mira, Juno|Mira, Juno|Mira, Juno|Mira, Juno"),
    ("{{groupNotMuted}}", "Mira"),
    ("{{notChar}}", "Juno, Alex, Bo"),
    ("{{model}}", "gpt-x"),
    ("a{{newline}}b{{newline::2}}c", "a\nb\n\nc"),
    ("a{{space}}b{{space::3}}c", "a b   c"),
    ("a{{noop}}b{{// never seen }}c{{//}}{{comment: x}}d", "abcd"),
    ("a\n\n{{trim}}\n\nb", "ab"),
    ("{{if on}}x\n{{trim}}{{/if}}\ny", "xy"),
    ("a{{hidden_key:fog}}b", "ab"),
    ("{{reverse:abc}} {{reverse:{{user}}}}", "cba xelA"),
    ("{{reverse:ae\u0301b}}", "be\u0301a"),
    ("{{random::only}}{{pick::only}}", "onlyonly"),
    ("{{random:a\\,b}}", "a,b"),
    ("{{roll:d1}}{{roll:1}}{{roll 2d1+1}}{{roll:3d1-3}}", "1130"),
    ("{{time}} {{isotime}}", "00:45 00:45"),
    ("{{date}}, {{weekday}}, {{isodate}}", "November 22, 2026, Sunday, 2026-11-22"),
    ("{{datetimeformat DD.MM.YYYY HH:mm [at] dddd h a}}", "22.11.2026 00:45 at Sunday 12 am"),
    ("{{time_UTC+2}} {{time_UTC-3}} {{time::UTC+5:30}} {{time_UTC+5:30}}", "01:45 20:45 05:15 05:15"),
    ("{{idle_duration}}", "3 hours"),
    ("{{timeDiff::2026-11-21 10:00::2026-11-21 08:00}}", "in 2 hours"),
    ("{{timeDiff::2026-11-20::2026-11-22}}", "2 days ago"),
    ("{{lastMessage}} {{lastUserMessage}} {{lastCharMessage}} {{lastMessageId}}", "Oh. Hi {{char}} Oh. 6"),
    ("{{outlet::Fog}}{{outlet::none}}", "It hums."),
    ("{{input}}", "Hi {{char}}"),
    (
        "{{maxPrompt}} {{maxPromptTokens}} {{maxContext}} {{maxContextTokens}} {{maxResponse}} {{maxResponseTokens}}",
        "7000 7000 8000 8000 800 800",
    ),
    ('a{{banned "Delve"}}b', "ab"),
    ("{{getvar::mood}}{{getvar::none}}", "calm"),
    ("{{setvar::x::{{user}}}}{{getvar::x}}", "Alex"),
    ("{{setvar::x::a::b}}{{getvar::x}}", "a::b"),
    ("{{addvar::count::3}}{{getvar::count}} {{addvar::mood::er}}{{getvar::mood}}", "5 calmer"),
    ("{{incvar::count}} {{incvar::count}} {{decvar::count}} {{incvar::new}}", "3 4 3 1"),
    ("{{hasvar::mood}} {{varexists::none}} {{deletevar::mood}}{{hasvar::mood}}", "true false false"),
    ("{{getglobalvar::seen}} {{hasglobalvar::mood}} {{setglobalvar::seen::no}}{{getglobalvar::seen}}", "yes false no"),
    ("{{incglobalvar::n}}{{addglobalvar::n::2}}{{getglobalvar::n}}{{decglobalvar::n}}{{deleteglobalvar::n}}", "132"),
    ("{{flushvar::mood}}{{getvar::mood}}{{flushglobalvar::seen}}{{globalvarexists::seen}}", "false"),
    ("{{.mood}} {{$seen}} {{.x = 4}}{{.x += 2}}{{.x}} {{.x++}} {{.x--}} {{.x -= 1}}{{.x}}", "calm yes 6 7 6 5"),
    ("{{if .mood}}yes{{else}}no{{/if}}", "yes"),
    ("{{if !.mood}}yes{{else}}no{{/if}}", "no"),
    ("{{if description}}has{{/if}}{{if !{{getvar::none}}}} not{{/if}}", "has not"),
    ("{{if {{getvar::count}}}}a{{if .none}}b{{else}}c{{/if}}d{{/if}}", "acd"),
    ("{{if::off::yes::no}}{{if::on::yes}}", "noyes"),
    ("{{random::{{user}}::{{user}}}}", "Alex"),
    ("{{{char}}} {{{{char}}}}", "{Mira} {{Mira}}"),
]


@pytest.mark.parametrize(("text", "expected"), EXPANDED, ids=[text[:60] for text, _ in EXPANDED])
def test_each_macro_gives_what_it_should(text: str, expected: str) -> None:
    assert said(text) == expected


def test_every_macro_we_know_is_tried_above() -> None:
    tried = "".join(text for text, _ in EXPANDED).casefold()
    assert [name for name in RULES if name not in tried and name not in {"idleduration", "."}] == []


AS_TYPED = [
    "{{weather}} {char} {{char",
    "{{char of mine}} {{char:x}} {{user::y}}",
    "{{user.name}} {{}} {{ }} {{::}} }} {{",
    "{{if .mood}} and nothing more",
    "{{else}}{{/if}}",
    "{{roll:d0}} {{roll:fast}} {{roll:1000000000d6}} {{roll:d99999999999}}",
    "{{datetimeformat}} {{time::noon}} {{time_UTC+99}} {{timeDiff::a::b}}",
    "{{setvar::x}} {{getvar}} {{.mood ~ 3}} {{outlet::}} {{random}} {{banned}}",
    "{{newline::many}} {{space::9999}}",
    "<b>bold</b> <3 <char",
]


@pytest.mark.parametrize("text", AS_TYPED)
def test_what_is_not_known_stays_as_it_stands(text: str) -> None:
    assert said(text) == text


def test_known_macros_inside_unknown_ones_are_filled() -> None:
    assert said("{{shout::{{user}}}}") == "{{shout::Alex}}"


def test_without_a_clock_times_stay_as_they_stand() -> None:
    text = "{{time}} {{date}} {{idle_duration}} {{datetimeformat YYYY}} {{time_UTC+1}} {{timeDiff::2026-01-01::2026}}"
    assert said(text, now=None) == text


def test_an_unknown_time_zone_is_utc() -> None:
    assert said("{{time}}", time_zone="Mars/Olympus") == said("{{time}}", time_zone=None) == "23:45"
    assert said("{{time}}", time_zone="../../etc/passwd") == "23:45"


def test_what_members_wrote_is_never_expanded() -> None:
    evil = "{{setvar::x::1}}{{char}}<USER>"
    world = replace(
        WORLD, user=evil, persona=evil, last_message=evil, input=evil, variables={"v": evil}, people=(evil,)
    )
    macros = Macros(world)
    for text in ("{{user}}", "{{persona}}", "{{lastMessage}}", "{{input}}", "{{getvar::v}}", "{{.v}}", "<USER>"):
        assert macros.expand(text) == evil
        assert macros.expand(f"{{{{if on}}}}{text}{{{{/if}}}}") == evil
    assert evil in macros.expand("{{notChar}}")
    assert macros.expand("{{setvar::w::{{user}}}}{{getvar::w}}") == evil
    assert "x" not in macros.changes


def test_a_value_never_becomes_a_macro_or_an_argument() -> None:
    world = replace(WORLD, user="char")
    assert Macros(world).expand("{{ {{user}} }}") == "{{ char }}"
    split = replace(WORLD, user="a::b,c")
    assert {Macros(replace(split, chance=str(n))).expand("{{random::{{user}}}}") for n in range(30)} == {"a::b,c"}
    assert Macros(split).expand("{{setvar::n::{{user}}}}{{getvar::n}}") == "a::b,c"


def test_random_differs_and_pick_stays() -> None:
    text = "{{random:a,b,c,d}} {{pick::a::b::c::d}}"
    answers = [said(text, chance=str(n)).split() for n in range(40)]
    assert len({random for random, _ in answers}) == 4
    assert len({pick for _, pick in answers}) == 1
    assert len({said("{{pick:a,b,c,d}}", place=str(n)) for n in range(40)}) == 4
    several = [said("{{pick:a,b,c,d}}" * 8, place=str(n)) for n in range(10)]
    assert any(len(set(one)) > 1 for one in several)  # another place in the text, another choice


@pytest.mark.parametrize(("formula", "least", "most"), [("d6", 1, 6), ("6", 1, 6), ("2d6+1", 3, 13), ("d20-1", 0, 19)])
def test_dice_stay_within_their_sides(formula: str, least: int, most: int) -> None:
    throws = {int(said(f"{{{{roll:{formula}}}}}", chance=str(n))) for n in range(300)}
    assert min(throws) >= least
    assert max(throws) <= most
    assert len(throws) > 4


def test_side_effects_are_told_and_not_done() -> None:
    macros = Macros(WORLD)
    macros.expand("{{setvar::mood::wild}}{{deletevar::count}}{{setglobalvar::seen::no}}{{getvar::mood}}")
    assert macros.changes == {"mood": "wild", "count": None, "global:seen": "no"}
    assert macros.expand("{{getvar::mood}}") == "wild"
    assert applied(WORLD.variables, macros.changes) == {"mood": "wild", "global:seen": "no"}
    assert WORLD.variables == {"mood": "calm", "count": "2", "global:seen": "yes"}


def test_a_preview_sets_nothing() -> None:
    macros = Macros(WORLD, is_preview=True)
    assert macros.expand("{{setvar::mood::wild}}{{incvar::count}}{{getvar::mood}}") == "3calm"
    assert not macros.changes
    assert Macros(WORLD).expand("{{setvar::mood::wild}}{{getvar::mood}}") == "wild"  # the control: it would


def test_the_same_text_is_expanded_once() -> None:
    macros = Macros(WORLD)
    assert macros.expand("{{incvar::count}}") == macros.expand("{{incvar::count}}") == "3"


def test_hidden_and_banned_words_are_told() -> None:
    macros = Macros(WORLD)
    macros.expand("{{hidden_key:fog of {{user}}}}{{banned delve}}{{banned 'delve'}}{{banned tapestry}}")
    assert macros.hidden == ("fog of Alex",)
    assert macros.banned == ("delve", "tapestry")


def test_it_is_known_when_a_creators_text_uses_the_persona() -> None:
    macros = Macros(WORLD)
    macros.expand("{{description}}")
    assert not macros.uses_persona
    macros.expand("{{if on}}{{reverse:{{persona}}}}{{/if}}")
    assert macros.uses_persona


def test_a_field_inside_of_itself_stays_as_typed() -> None:
    world = replace(WORLD, description="x{{scenario}}", scenario="y{{description}}")
    assert Macros(world).expand("{{description}}") == "xy{{description}}"


def test_one_call_is_a_preview_with_names() -> None:
    assert expand("{{char}}, {{user}}, {{random:a,b}}", char="Mira", user="{{char}}") in {
        "Mira, {{char}}, a",
        "Mira, {{char}}, b",
    }


BOMBS = [
    "{{roll:1000000000d1000000000}}" * 200,
    "{{setvar::a::aaaaaaaaaa}}" + "{{addvar::a::{{getvar::a}}}}" * 60 + "{{getvar::a}}" * 400,
    "{{reverse:" * 3000 + "x" + "}}" * 3000,
    "{{if on}}" * 3000 + "x" + "{{/if}}" * 3000,
    "{{if on}}" * 5000,
    "{{" * 20_000,
    "}}" * 20_000,
    "{{user}}" * 20_000,
    "{{space::999}}" * 2000,
    "".join(f"{{{{setvar::v{n}::x}}}}" for n in range(500)),
    "{{random::" + "a::" * 20_000 + "b}}",
    "{{description}}" * 3000,
    "{{trim}}\n" * 10_000,
    "<user>" * 20_000,
    "{{ {{ {{ " * 5000 + "}} " * 15_000,
]


@pytest.mark.parametrize("bomb", BOMBS, ids=[bomb[:24] for bomb in BOMBS])
def test_a_bomb_is_bounded_and_what_is_left_stays_as_typed(bomb: str) -> None:
    world = replace(WORLD, description="{{scenario}}" * 50, scenario="{{charPrompt}}" * 50)
    macros = Macros(world)
    made = macros.expand(bomb)
    assert len(made) <= len(bomb) + MOST_OUTPUT
    assert all(len(value or "") <= LONGEST_VALUE for value in macros.changes.values())
    assert len(macros.changes) <= MOST_VARIABLES


PIECES = st.sampled_from(
    [
        *(f"{{{{{name}}}}}" for name in RULES),
        "{{", "}}", "::", ":", ",", "{{if .x}}", "{{else}}", "{{/if}}", "{{random::", "{{setvar::x::", "{{.x}}",
        "{{.x++}}",
        "{{roll:", "d6", "x", "<USER>", "\n", "{{reverse:", "{{datetimeformat ", "YYYY", "{{time::", "\\,",
        "{{timeDiff::",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(text=st.lists(PIECES, max_size=30).map("".join))
def test_any_text_of_macros_is_expanded_without_an_error(text: str) -> None:
    made = said(text)
    assert made == said(text)
    assert len(made) <= len(text) + MOST_OUTPUT


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_text_without_macros_is_unchanged(text: str) -> None:
    assert "{{" in text or "<" in text or said(text) == text


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abc{}<>/: \n", max_size=60))
def test_unknown_braces_are_unchanged_and_stay_so(text: str) -> None:
    made = said(text)
    assert made == text
    assert said(made) == made
