"""One file of every format that is read, with every field that format has, and one of every kind that is refused."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from typing import Any

Json = dict[str, Any]

TEXTS: Json = {
    "name": "Mira Vale", "description": "{{char}} keeps the lighthouse.", "personality": "dry, kind",
    "scenario": "A storm is near.", "first_mes": "Mind the third stair.",
    "mes_example": "<START>\n{{user}}: Who are you?\n{{char}}: The keeper.",
}  # fmt: skip
NEWER: Json = {
    **TEXTS, "creator_notes": "Best at night.", "system_prompt": "{{original}} Speak softly.",
    "post_history_instructions": "{{original}} Stay in the storm.", "alternate_greetings": ["Come in.", "You again."],
    "tags": ["sea", "Storm Watch"], "creator": "somebody", "character_version": "1.4",
    "extensions": {
        "depth_prompt": {"prompt": "The lamp is lit.", "depth": 2, "role": "user"}, "talkativeness": "0.5",
        "fav": False, "world": "Harbour", "other/program": {"kept": [1, 2, {"deep": True}]},
    },
}  # fmt: skip
NEWEST: Json = {
    **NEWER, "nickname": "Mira", "creator_notes_multilingual": {"de": "Am besten nachts."}, "source": ["somewhere"],
    "group_only_greetings": ["All of you?"], "creation_date": 1700000000, "modification_date": 1700000001,
    "assets": [{"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"}],
}  # fmt: skip
RULES: Json = {
    "position": 4, "depth": 3, "role": 1, "exclude_recursion": True, "prevent_recursion": False,
    "delay_until_recursion": 2, "probability": 60, "useProbability": True, "selectiveLogic": 3, "outlet_name": "",
    "group": "weather, sea", "group_override": True, "group_weight": 40, "scan_depth": 6, "case_sensitive": None,
    "match_whole_words": False, "use_group_scoring": None, "automation_id": "a1", "sticky": 3, "cooldown": 2,
    "delay": 1,
    "match_persona_description": True, "match_character_description": True, "match_creator_notes": True,
    "triggers": ["continue"], "ignore_budget": True, "vectorized": True, "display_index": 4,
}  # fmt: skip
BOOK: Json = {
    "name": "Harbour", "description": "What people know.", "scan_depth": 5, "token_budget": 900,
    "recursive_scanning": False, "extensions": {"elsewhere": {"a": 1}},
    "entries": [
        {"id": 1, "keys": ["bell", "/bells?/i"], "secondary_keys": ["storm"], "selective": True, "comment": "The bell",
         "name": "Bell", "content": "It rings by itself.", "enabled": True, "insertion_order": 10, "priority": 7,
         "case_sensitive": True, "constant": False, "position": "after_char", "use_regex": True, "extensions": RULES},
        {"id": 1, "keys": ["gate"], "content": "@@depth 2\n@@somebodys_own 5\n@@@role user\nIt is shut.",
         "enabled": False,
         "insertion_order": 20, "extensions": {"excludeRecursion": True, "addMemo": True, "linked": False,
         "weight": 9}},
        {"keys": "quay, old pier", "content": "Nobody lands.", "enabled": True, "insertion_order": 30, "extensions": {},
         "sticky": 2, "scan_persona": True, "key_logic": "AND", "entry_id": "w-3"},
    ],
}  # fmt: skip
WORLD: Json = {
    "name": "Harbour", "extensions": {"elsewhere": 1}, "entries": {
        "0": {"uid": 0, "key": ["bell"], "keysecondary": ["storm", "fog"], "comment": "The bell",
        "content": "It rings.",
              "constant": False, "vectorized": False, "selective": True, "selectiveLogic": 2, "addMemo": True,
              "order": 40,
              "position": 4, "disable": False, "ignoreBudget": True, "excludeRecursion": True, "preventRecursion": True,
              "matchPersonaDescription": True, "matchCharacterDescription": True, "matchCharacterPersonality": True,
              "matchCharacterDepthPrompt": True, "matchScenario": True, "matchCreatorNotes": True,
              "delayUntilRecursion": 1, "probability": 30, "useProbability": True, "depth": 6, "outletName": "",
              "group": "g, h", "groupOverride": True, "groupWeight": 7, "scanDepth": 5, "caseSensitive": True,
              "matchWholeWords": False, "useGroupScoring": True, "automationId": "a1", "role": 2, "sticky": 3,
              "cooldown": 2, "delay": 1, "triggers": ["normal", "quiet"], "displayIndex": 9,
              "characterFilter": {"isExclude": True, "names": ["mira"], "tags": ["t1"]}},
        "1": {"uid": 1, "key": ["/gate(s)?/i", "/(/"], "keysecondary": [], "comment": "", "content": "Shut.",
        "order": 100,
              "position": 7, "outletName": "doors", "disable": True, "constant": True, "unheard_of": {"x": [1]}},
        "2": {"uid": 2, "key": [], "comment": "A note", "content": "By the note.", "position": 2, "vectorized": True},
    },
}  # fmt: skip
OLD_WORLD: Json = {"entries": {"4": {
    "uid": 4, "key": ["dragon"], "keysecondary": ["gold"], "comment": "", "content": "It sleeps.", "constant": False,
    "selective": True, "order": 100, "position": 0, "disable": False,
}}}  # fmt: skip
RISU: Json = {"type": "risu", "ver": 1, "data": [
    {"key": "\uf000folder:7", "mode": "folder", "comment": "Town", "content": "", "alwaysActive": False,
     "insertorder": 100},
    {"key": "bell, chime", "secondkey": "storm", "selective": True, "comment": "The bell",
     "content": "@@sticky 2\nIt rings.",
     "alwaysActive": False, "insertorder": 5, "activationPercent": 40, "mode": "normal", "folder": "\uf000folder:7",
     "extentions": {"risu_case_sensitive": False}, "loreCache": {"key": "x", "data": ["y"]}},
    {"key": "gates?", "useRegex": True, "comment": "", "content": "Shut.", "alwaysActive": True, "insertorder": 1,
     "mode": "normal"},
]}  # fmt: skip
AGNAI: Json = {"kind": "memory", "_id": "x1", "name": "Harbour", "description": "d", "userId": "u", "entries": [
    {"name": "bell", "entry": "It rings.", "keywords": ["bell", "chime"], "priority": 3, "weight": 8, "enabled": True},
    {"name": "gate", "entry": "Shut.", "keywords": ["gate"], "priority": 0, "weight": 0, "enabled": False},
]}  # fmt: skip
NOVEL: Json = {"lorebookVersion": 5, "settings": {"orderByKeyLocations": False}, "categories": [], "entries": [
    {"id": "n-1", "displayName": "Bell", "text": "It rings.", "keys": ["bell", "/chimes?/i"], "enabled": True,
     "searchRange": 1000, "forceActivation": False, "nonStoryActivatable": False, "keyRelative": False,
     "lastUpdatedAt": 1700000000000, "hidden": False, "category": "", "loreBiasGroups": [],
     "contextConfig": {"prefix": "", "suffix": "\n", "tokenBudget": 2048, "reservedTokens": 0, "budgetPriority": 400,
                       "trimDirection": "trimBottom", "insertionType": "newline", "insertionPosition": -1}},
]}  # fmt: skip
PYGMALION: Json = {
    "char_name": "Mira", "char_persona": "Keeps the lighthouse.", "char_greeting": "Mind the stair.",
    "example_dialogue": "You: hi\nMira: hello", "world_scenario": "A storm is near.", "metadata": {"tool": "x"},
}  # fmt: skip


def card(version: str, data: Json, **beside: Any) -> Json:
    """A card of the second or third specification."""
    return {"spec": f"chara_card_v{version[0]}", "spec_version": version, "data": data, **beside}


def packed(value: Any) -> bytes:
    """Its JSON."""
    return json.dumps(value, ensure_ascii=False).encode()


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture(*chunks: bytes, moving: bool = False) -> bytes:
    """A small PNG, or APNG of one frame, with these chunks before its pixels."""
    side = 32
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    frame = b""
    if moving:
        frame = chunk(b"acTL", struct.pack(">II", 1, 0))
        frame += chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, side, side, 0, 0, 1, 10, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + b"\x40\x60\x80" * side) * side))
    return b"\x89PNG\r\n\x1a\n" + header + frame + b"".join(chunks) + pixels + chunk(b"IEND", b"")


def text(keyword: str, value: Any) -> bytes:
    """A card in a picture, as most programs write it."""
    return chunk(b"tEXt", keyword.encode() + b"\0" + base64.b64encode(packed(value)))


def archive(**files: bytes) -> bytes:
    """A ZIP; `__` in a name stands for a slash."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in files.items():
            made.writestr(name.replace("__", "/"), body)
    return out.getvalue()


def cards() -> dict[str, bytes]:
    """Cards of every kind, by file name."""
    v2 = card("2.0", {**NEWER, "character_book": BOOK}, name="Mira Vale", first_mes="an older greeting", avatar="none")
    v3 = card("3.0", {**NEWEST, "character_book": BOOK})
    squeezed = base64.b64encode(packed(v3))
    return {
        "v1.json": packed({**TEXTS, "creatorcomment": "c", "talkativeness": "0.5"}),
        "v2.json": packed(v2),
        "v3.json": packed(v3),
        "v3-newer.json": packed(card("3.7", {**NEWEST, "something_new": {"a": 1}})),
        "pygmalion.json": packed(PYGMALION),
        "v2.png": picture(text("chara", v2)),
        "v2-v3.png": picture(text("chara", v2), text("ccv3", v3)),
        "v3-ztxt.png": picture(chunk(b"zTXt", b"ccv3\0\0" + zlib.compress(squeezed))),
        "v3-itxt.png": picture(chunk(b"iTXt", b"ccv3\0\x01\0\0\0" + zlib.compress(squeezed))),
        "v3.apng": picture(text("ccv3", v3), moving=True),
        "v3.charx": archive(**{"card.json": packed(v3), "assets__icon__images__main.png": picture()}),
        "v3.jpg": b"\xff\xd8\xff\xe0 a photo \xff\xd9" + archive(**{"card.json": packed(v3)}),
        "v2-utf16.json": json.dumps(v2).encode("utf-16"),
    }


def books() -> dict[str, bytes]:
    """Lore books of every kind, by file name."""
    return {
        "world.json": packed(WORLD),
        "world-2024.json": packed(OLD_WORLD),
        "world-list.json": packed({"entries": list(WORLD["entries"].values())}),
        "character-book.json": packed(BOOK),
        "card-with-book.png": picture(text("ccv3", card("3.0", {**NEWEST, "character_book": BOOK}))),
        "lorebook-v3.json": packed({"spec": "lorebook_v3", "data": BOOK}),
        "risu.json": packed(RISU),
        "agnai.json": packed(AGNAI),
        "novel.lorebook": packed(NOVEL),
        "novel.png": picture(text("naidata", NOVEL)),
    }


def refused() -> dict[str, bytes]:
    """Files that are refused, each for a reason of its own."""
    locked = bytearray(archive(**{"card.json": packed(card("2.0", NEWER))}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.find(mark) + offset] |= 1
    bomb = zlib.compressobj(9)
    zeros = b"\0" * 10_000_000
    first, again = (bomb.compress(zeros) + bomb.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    squeezed = first + again * 199 + bomb.flush()
    return {
        "zlib-2gb.png": picture(chunk(b"zTXt", b"chara\0\0" + squeezed)),
        "zip-bomb.charx": archive(**{"card.json": b" " * 100_000_000}),
        "traversal.charx": archive(**{"card.json": b"{}", "..__..__etc__passwd": b"x"}),
        "encrypted.charx": bytes(locked),
        "deep.json": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        "not-a-picture.png": b"\x89PNG\r\n\x1a\n" + b"this is not one" * 9,
        "no-picture-at-all.png": b"GIF89a no card here",
        "picture-without-card.png": picture(),
        "cut-off.png": picture(text("chara", card("2.0", NEWER)))[:200],
        "no-json.json": b"{ this is not JSON }",
        "list.json": b"[1, 2, 3]",
        "no-card.json": b'{"hello": "there"}',
        "no-name.json": packed(card("2.0", {**NEWER, "name": " "})),
        "no-spec.json": packed({"data": NEWER}),
        "one-mb-entry.json": packed({"entries": {"0": {"uid": 0, "key": ["x"], "content": "x" * 1_000_000}}}),
        "too-many-entries.json": packed({"entries": [{"key": ["x"], "content": "c"}] * 20_001}),
    }
