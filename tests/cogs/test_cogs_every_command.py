"""Every command there is, tried by somebody to whom nothing of it belongs: each answers, alone, and changes nothing."""

from collections.abc import Mapping
from typing import Any

from discord import app_commands

from tests.cogs.conftest import Town
from tests.cogs.test_cogs_bad_input import png
from tests.cogs.test_cogs_characters import create, last, summon
from tests.cogs.test_cogs_lore import make_book, make_entry
from tests.services.test_services_turns import rows

THEIRS = "theirs"
"""Stands for the id of the character that is somebody else's."""

NOT_KNOWN = "There is no such character."
NOT_THEIRS = "Only who began this conversation, whoever they made a moderator"
NO_PART = "You take no part in this conversation yet"
NO_ADMIN = "Only who may manage this server can decide that."
A_FORM = "a form"
TOWN, QUAY = "town", "quay"
"""Stand for the ids of the lore book and the entry that are somebody else's."""
MIRA_SHARED, TOWN_SHARED = "a shared character", "a shared book"
"""Stand for the character and the book as /share names them."""
WORLD = b'{"entries": {"0": {"uid": 0, "key": ["boo"], "content": "Boo"}}}'
NO_BOOK = "There is no such lore book."
NOTHING_TO_REPORT = "so nothing was reported"
NO_ENTRY = "There is no such lore entry."
NO_DIARY = "Off until you say yes"

ANSWERS: Mapping[str, tuple[dict[str, Any], str]] = {
    "character avatar": ({"character": THEIRS, "picture": ("face.png", png())}, NOT_KNOWN),
    "character create": ({}, A_FORM),
    "character delete": ({"character": THEIRS}, NOT_KNOWN),
    "character dismiss": ({"character": THEIRS}, "Only who summoned or made Mira"),
    "character edit": ({"character": THEIRS}, NOT_KNOWN),
    "character export": ({"character": THEIRS}, NOT_KNOWN),
    "character favorite": ({"character": THEIRS}, NOT_KNOWN),
    "character greeting": ({"character": THEIRS, "text": "Boo"}, NOT_KNOWN),
    "character import": ({"link": "boo", "character": THEIRS}, "Only files that lie with Discord are read."),
    "character like": ({"character": THEIRS}, NOT_KNOWN),
    "character list": ({}, "There are none yet."),
    "character model": ({"character": THEIRS, "temperature": 1.0}, NOT_KNOWN),
    "character publish": ({"character": THEIRS}, NOT_KNOWN),
    "character restore": ({"character": THEIRS}, "nothing to bring back"),
    "character show": ({"character": THEIRS}, NOT_KNOWN),
    "character summon": ({"character": THEIRS}, NOT_KNOWN),
    "character tags": ({"character": THEIRS, "tags": "boo"}, NOT_KNOWN),
    "character traits": ({"character": THEIRS}, NOT_KNOWN),
    "character unpublish": ({"character": THEIRS}, NOT_KNOWN),
    "conversation archive": ({}, NOT_THEIRS),
    "conversation export": ({}, NO_PART),
    "conversation list": ({}, "There is none yet."),
    "conversation moderator": ({"person": "sasha"}, "Nothing was changed."),
    "conversation mute": ({}, NOT_THEIRS),
    "conversation new": ({}, NOT_THEIRS),
    "conversation pin": ({}, NO_PART),
    "conversation recap": ({}, NO_PART),
    "conversation reopen": ({"conversation": "Evening"}, "There is no such conversation of yours."),
    "conversation role": ({"character": THEIRS, "role": "moderator"}, NOT_THEIRS),
    "conversation settings": ({}, NOT_THEIRS),
    "conversation show": ({}, NO_PART),
    "conversation tags": ({"tags": "boo"}, NOT_THEIRS),
    "conversation title": ({"title": "Boo"}, NOT_THEIRS),
    "conversation unmute": ({}, NOT_THEIRS),
    "conversation unpin": ({}, NO_PART),
    "creator directory": ({"words": "keeper"}, "Nobody fits that."),
    "creator follow": ({"creator": THEIRS}, "There is no such creator."),
    "creator followers": ({"which": "of_me"}, "You have no creator profile yet."),
    "creator page": ({"creator": THEIRS}, "There is no such creator."),
    "creator profile": ({}, A_FORM),
    "creator programs": ({"program": "Spring"}, "There is no such program."),
    "discover": ({"words": "keeper"}, "Nobody fits that."),
    "doctor": ({"character": THEIRS}, "Mira"),
    "gift": ({"person": "sasha", "amount": 5}, "That is you."),
    "help": ({}, "Welcome to the café"),
    "limits breaks": ({"after": "4"}, "from 5 to 480"),
    "limits daily": ({"minutes": "0"}, "from 1 to 1440"),
    "limits habits": ({}, "None yet."),
    "limits history": ({}, "Nothing yet."),
    "limits night": ({"hours": "25:00-26:00"}, "no time of day"),
    "limits pause": ({"days": 0}, "1 to 3650 days"),
    "limits show": ({}, "You set no limits."),
    "limits spending": ({}, "Tokens today"),
    "limits triggers": ({}, "Nothing yet."),
    "limits weekly": ({"minutes": "-5"}, "no number of minutes"),
    "lore book ask": ({"book": TOWN}, NO_BOOK),
    "lore book attach": ({"book": TOWN}, NO_BOOK),
    "lore book create": ({}, A_FORM),
    "lore book delete": ({"book": TOWN}, NO_BOOK),
    "lore book detach": ({"book": TOWN}, "No such lore book is attached here."),
    "lore book edit": ({"book": TOWN}, NO_BOOK),
    "lore book export": ({"book": TOWN}, NO_BOOK),
    "lore book fork": ({"book": TOWN}, NO_BOOK),
    "lore book here": ({}, "Lore books in force here"),
    "lore book import": ({"book": TOWN, "file": ("book.json", WORLD)}, NO_BOOK),
    "lore book list": ({}, "There is none yet."),
    "lore book open": ({"book": TOWN}, "No shared lore book has this code."),
    "lore book publish": ({"book": TOWN}, NO_BOOK),
    "lore book restore": ({"book": TOWN}, "There is nothing to bring back"),
    "lore book share": ({"book": TOWN}, NO_BOOK),
    "lore entry add": ({"book": TOWN}, NO_BOOK),
    "lore entry bulk": ({"book": TOWN, "do": "delete"}, NO_BOOK),
    "lore entry delete": ({"entry": QUAY}, NO_ENTRY),
    "lore entry edit": ({"entry": QUAY}, NO_ENTRY),
    "lore entry enable": ({"entry": QUAY, "on": False}, NO_ENTRY),
    "lore entry history": ({"entry": QUAY}, NO_ENTRY),
    "lore entry list": ({"book": TOWN}, NO_BOOK),
    "lore entry move": ({"entry": QUAY, "folder": "boo"}, NO_ENTRY),
    "lore entry search": ({"words": "quay"}, "None fits that."),
    "lore entry show": ({"entry": QUAY}, NO_ENTRY),
    "lore entry undo": ({"entry": QUAY}, NO_ENTRY),
    "lore test": ({"text": "Quay?"}, "0 entries went into the prompt"),
    "lore use": ({"entry": QUAY}, "This entry is in no book that is in force here"),
    "lore why": ({}, "Only those who take part"),
    "me clear": ({}, "Forget everything you told characters of yourself here?"),
    "me edit": ({}, "Edit the words"),
    "me show": ({}, "know of you"),
    "mood checkin": ({}, NO_DIARY),
    "mood delete": ({}, NO_DIARY),
    "mood export": ({}, NO_DIARY),
    "mood history": ({}, NO_DIARY),
    "mood import": ({"file": ("diary.csv", b"full_date,date,weekday,time,mood,activities,note\n")}, NO_DIARY),
    "mood insights": ({}, NO_DIARY),
    "mood remind": ({"at": "20:30"}, NO_DIARY),
    "persona create": ({}, A_FORM),
    "persona default": ({"persona": "Wren"}, "You have no such persona."),
    "persona delete": ({"persona": "Wren"}, "You have no such persona."),
    "persona edit": ({"persona": "Wren"}, "You have no such persona."),
    "persona list": ({}, "You have none yet."),
    "persona show": ({"persona": "Wren"}, "You have no such persona."),
    "persona use": ({"persona": "Wren"}, "You have no such persona."),
    "plan": ({}, "everything is included"),
    "report book": ({"book": TOWN, "reason": "spam"}, NOTHING_TO_REPORT),
    "report character": ({"character": THEIRS, "reason": "spam"}, NOTHING_TO_REPORT),
    "report creator": ({"creator": "nobody", "reason": "spam"}, "There is no such creator"),
    "report mine": ({}, "You reported nothing yet."),
    "say": ({"character": "Juno", "text": "Hello?"}, "No such character is in this channel."),
    "server adult": ({"where": "never"}, NO_ADMIN),
    "server banter": ({"lines": 1}, NO_ADMIN),
    "server bots": ({"answered": "yes"}, NO_ADMIN),
    "server default": ({"character": THEIRS}, NO_ADMIN),
    "server delivery": ({"how": "paragraphs"}, NO_ADMIN),
    "server language": ({"language": "es"}, NO_ADMIN),
    "server limits": ({"minutes": "60"}, NO_ADMIN),
    "server listening": ({"mode": "always"}, NO_ADMIN),
    "server rate": ({"answers": 1}, NO_ADMIN),
    "server reset": ({}, NO_ADMIN),
    "server show": ({}, NO_ADMIN),
    "server speaking": ({"allowed": "no"}, NO_ADMIN),
    "server summoning": ({"who": "everyone"}, NO_ADMIN),
    "share answer": ({}, "Nobody now."),
    "share ask": ({"thing": MIRA_SHARED}, NOT_KNOWN),
    "share give": ({"thing": MIRA_SHARED, "person": "sasha"}, NOT_KNOWN),
    "share leave": ({"thing": MIRA_SHARED}, NOT_KNOWN),
    "share list": ({"thing": TOWN_SHARED}, NO_BOOK),
    "share revoke": ({"thing": TOWN_SHARED, "person": "sasha"}, NO_BOOK),
    "stats": ({}, "What you used"),
    "wallet": ({}, "You can spend 0 tokens"),
    "why": ({}, "Only those who take part"),
}
"""Options, and what who has no part in anything reads, by command."""

TRIED_ELSEWHERE = {"character post": "tests/whole/test_whole_posts.py: it needs a forum"}

KEPT = (
    "SELECT to_jsonb(c) - 'last_activity_at' FROM conversations AS c",
    "SELECT to_jsonb(c) FROM characters AS c",
    "SELECT to_jsonb(p) FROM participants AS p",
    "SELECT to_jsonb(s) FROM place_settings AS s",
    "SELECT to_jsonb(p) FROM personas AS p",
    "SELECT to_jsonb(b) FROM lore_books AS b",
    "SELECT to_jsonb(e) FROM lore_entries AS e",
    "SELECT to_jsonb(a) FROM lore_attachments AS a",
    "SELECT to_jsonb(g) FROM grants AS g",
    "SELECT to_jsonb(g) FROM gifts AS g",
    "SELECT to_jsonb(x) FROM transfers AS x",
    "SELECT to_jsonb(h) FROM holds AS h",
    "SELECT to_jsonb(c) FROM creators AS c",
    "SELECT to_jsonb(f) FROM follows AS f",
    "SELECT to_jsonb(a) FROM applications AS a",
    "SELECT to_jsonb(m) FROM mood_settings AS m",
    "SELECT to_jsonb(m) FROM mood_entries AS m",
    "SELECT to_jsonb(m) FROM mood_reminders AS m",
    "SELECT to_jsonb(k) FROM person_keys AS k",
    "SELECT to_jsonb(s) FROM self_limits AS s",
    "SELECT to_jsonb(t) FROM self_triggers AS t",
    "SELECT to_jsonb(h) FROM self_habits AS h",
)


async def test_every_command_answers_a_stranger_alone_and_changes_nothing(town: Town) -> None:
    await everybody_may_see(town, "server")
    await create(town, town.robin)
    await summon(town, town.robin)
    await town.robin.slash(town.channel, "conversation title", title="Evening")
    ((mira,),) = await rows(town.program, "SELECT id FROM characters")
    await make_book(town, town.robin)
    await make_entry(town, town.robin)
    await town.robin.slash(town.channel, "lore book attach", book="Harbour Town", where="conversation")
    ((book,),) = await rows(town.program, "SELECT id FROM lore_books")
    ((entry,),) = await rows(town.program, "SELECT id FROM lore_entries")
    before, said = await kept(town), list(town.program.channels.posts)
    stands = {THEIRS: str(mira), "sasha": town.sasha.user, TOWN: str(book), QUAY: str(entry)}
    stands |= {MIRA_SHARED: f"character:{mira}", TOWN_SHARED: f"book:{book}"}
    wrong: list[str] = []
    for command, (options, sentence) in ANSWERS.items():
        given = {name: stands.get(value, value) if isinstance(value, str) else value for name, value in options.items()}
        result = await town.sasha.slash(town.channel, command, **given)
        await town.settle()
        if sentence == A_FORM:
            wrong += [] if result.modal is not None else [f"{command}: no form"]
            continue
        assert result.followups or result.response, command
        answer = last(result)
        told = str((answer.content, [one.to_dict() for one in answer.embeds], answer.components))
        wrong += [] if answer.ephemeral else [f"{command}: everybody reads it"]
        wrong += [] if sentence in told else [f"{command}: {told}"]
    assert wrong == []
    assert await kept(town) == before
    assert town.program.channels.posts == said
    # Control: what belongs to somebody is theirs to change, and that is seen.
    await town.robin.slash(town.channel, "conversation mute")
    assert await kept(town) != before


async def test_no_command_is_left_out(town: Town) -> None:
    known = {one.qualified_name for one in town.client.tree.walk_commands() if isinstance(one, app_commands.Command)}
    assert known == ANSWERS.keys() | TRIED_ELSEWHERE.keys()


async def kept(town: Town) -> list[object]:
    return [await rows(town.program, statement) for statement in KEPT]


async def everybody_may_see(town: Town, name: str) -> None:
    """Discord's own settings show the commands to everybody, as a server's owner may decide."""
    command = next(one for one in await town.client.tree.fetch_commands() if one.name == name)
    town.guild.set_command_permissions(command, {town.guild.default_role: True})
    await town.env.settle()
