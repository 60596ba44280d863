"""Tells what happened at a local Discord, from its journal and nothing else, as a page to read.

What people do are their calls; what they see are the events that reached them. Changes of a message between two acts
are one line, with how often it changed: a streamed answer is dozens of edits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

EPHEMERAL = 64
LOADING = 128
_SHORT = 48
_MENTION = re.compile(r"<@!?(\d+)>")
_CHANNEL = re.compile(r"<#(\d+)>")
_LINK = re.compile(r"https://discord\.com/channels/[\d/]+")
_TIME = re.compile(r"<t:\d+(?::\w)?>")
_ACTIONS = {"POST", "PATCH", "DELETE"}


@dataclass
class Line:
    """One thing that happened: by which entry of the journal, whose doing, and what there is to read below it."""

    n: int
    told: str
    message_id: str | None = None
    message: Mapping[str, Any] | None = None
    before: Mapping[str, Any] | None = None
    changes: int = 0


@dataclass
class Telling:
    """What is known while the journal is read."""

    lines: list[Line] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    forms: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)
    act: int = 0
    """How many acts of people there were; a message's line ends with the next."""
    open: dict[str, tuple[int, Line]] = field(default_factory=dict)
    """The newest line of each message, and the act it belongs to."""

    def read(self, journal: Sequence[Mapping[str, Any]]) -> None:
        """Read entries in order."""
        for entry in journal:
            if entry["transport"] == "gateway" and entry["path"] == "out":
                self._event(entry)
            elif entry["actor"]["kind"] == "user" and entry["method"] in _ACTIONS and (entry["status"] or 500) < 400:
                self._call(entry)

    # ------------------------------------------------------------------------------------------- what people see

    def _event(self, entry: Mapping[str, Any]) -> None:
        event: dict[str, Any] = entry["response"] or {}
        match entry["method"]:
            case "READY":
                self._meet(event.get("user"))
            case "GUILD_CREATE":
                self.places |= {one["id"]: one["name"] for one in event.get("channels", ())}
            case "THREAD_CREATE" if event["id"] not in self.places:
                self.places[event["id"]] = event["name"]
                where = self.places.get(event.get("parent_id", ""), "?")
                self.lines.append(Line(entry["n"], f"*A thread opens in #{where}:* **{event['name']}**"))
            case "APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE":
                self.choices |= {str(one["value"]): one["name"] for one in event.get("choices", ())}
            case "INTERACTION_MODAL_CREATE":
                self.forms[event["id"]] = event
            case "MESSAGE_CREATE" | "MESSAGE_UPDATE" if entry["actor"]["kind"] == "user":
                self._message(entry, event)
            case "MESSAGE_DELETE" if entry["actor"]["kind"] == "user":
                self._gone(entry, event["id"])
            case _:
                return

    def _meet(self, user: Mapping[str, Any] | None) -> None:
        if user is not None:
            self.names[user["id"]] = user.get("global_name") or user["username"]

    def _message(self, entry: Mapping[str, Any], change: Mapping[str, Any]) -> None:
        message_id = change["id"]
        before = self.messages.get(message_id)
        now = {**(before or {}), **change}
        self.messages[message_id] = now
        # Calls tell what people wrote; where a conversation began to be watched, earlier messages are not news.
        is_person = "author" in now and not now["author"].get("bot") and not now.get("webhook_id")
        act, line = self.open.get(message_id, (-1, None))
        if line is not None and act == self.act:
            line.message = now
        if is_person or ("author" not in now) or _seen(before) == _seen(now):
            return
        if line is not None and act == self.act:
            line.changes += _words(before) != _words(now)
            return
        line = Line(entry["n"], self._spoken(entry, now, is_new=before is None), message_id, now, before)
        self.lines.append(line)
        self.open[message_id] = (self.act, line)

    def _spoken(self, entry: Mapping[str, Any], message: Mapping[str, Any], *, is_new: bool) -> str:
        name = message["author"].get("global_name") or message["author"]["username"]
        if message.get("flags", 0) & EPHEMERAL:
            reader = self.names.get(entry["actor"]["id"], "somebody")
            return f"*Only {reader} sees:*" if is_new else f"*{reader} now sees:*"
        return f"**{name}** `APP`" if is_new else f"*What {name} said now reads:*"

    def _gone(self, entry: Mapping[str, Any], message_id: str) -> None:
        message = self.messages.get(message_id)
        if message is None or message.get("is_gone") or not message.get("webhook_id"):
            return
        message["is_gone"] = True
        self.lines.append(Line(entry["n"], f"*{self._about(message)} is gone.*"))

    def _about(self, message: Mapping[str, Any]) -> str:
        name = message["author"].get("global_name") or message["author"]["username"]
        return f"{name}’s “{self.plain(_shortened(message.get('content', '')))}”"

    # ------------------------------------------------------------------------------------------- what people do

    def _call(self, entry: Mapping[str, Any]) -> None:
        who = self.names.get(entry["actor"]["id"], "somebody")
        path, asked = str(entry["path"]), entry["request"] or {}
        told = None
        if path.endswith("/interactions"):
            told = self._interaction(asked)
        elif re.search(r"/channels/\d+/messages(/\d+)?$", path):
            told = self._written(entry, path, asked)
        if told is not None:
            self.act += 1
            self.lines.append(Line(entry["n"], f"**{who}** {told}"))

    def _written(self, entry: Mapping[str, Any], path: str, asked: Mapping[str, Any]) -> str | None:
        message_id = path.rsplit("/", 1)[-1]
        if entry["method"] == "DELETE":
            message = self.messages.get(message_id)
            return f"deletes “{_shortened((message or {}).get('content', ''))}”"
        if entry["response"]:
            self.messages[entry["response"]["id"]] = dict(entry["response"])
        words = _quoted(self.plain(asked.get("content", "")))
        if entry["method"] == "PATCH":
            return f"changes that to\n{words}"
        if (to := asked.get("message_reference")) and (answered := self.messages.get(to["message_id"])):
            return f"replies to {self._about(answered)}\n{words}"
        where = self.places.get(path.split("/channels/")[1].split("/")[0])
        return f"in #{where}\n{words}" if where else f"\n{words}"

    def _interaction(self, asked: Mapping[str, Any]) -> str | None:
        data: Mapping[str, Any] = asked["data"]
        match asked["type"]:
            case 2 if data.get("type") == 3:
                target = self.messages.get(data["target_id"])
                return f"chooses *{data['name']}* on {self._about(target) if target else 'a message'}"
            case 2:
                return f"uses {self._command(data)}"
            case 3:
                return self._pressed(data, self.messages.get(asked.get("message_id", ""), {}))
            case 5:
                return self._form(data)
            case _:
                return None

    def _command(self, data: Mapping[str, Any]) -> str:
        words, given = [data["name"]], list(data.get("options", ()))
        while given and given[0]["type"] in (1, 2):
            words.append(given[0]["name"])
            given = list(given[0].get("options", ()))
        values = "".join(f" {one['name']}: **{self.choices.get(str(one['value']), one['value'])}**" for one in given)
        return f"`/{' '.join(words)}`{values}"

    def _pressed(self, data: Mapping[str, Any], message: Mapping[str, Any]) -> str:
        for one in _parts(message.get("components", ())):
            if one.get("custom_id") != data["custom_id"]:
                continue
            if values := data.get("values"):
                labels = {option["value"]: option["label"] for option in one.get("options", ())}
                return "chooses " + ", ".join(f"**{labels.get(value, value)}**" for value in values)
            return f"presses **{one.get('label') or '…'}**"
        return "presses a button"

    def _form(self, data: Mapping[str, Any]) -> str:
        form = self.forms.get(str(data.get("id")), {})
        labels = {
            part["component"]["custom_id"]: part.get("label")
            for part in _parts(form.get("components", ()))
            if isinstance(part.get("component"), dict)
        }
        typed = [
            f"{labels.get(one['custom_id'], one['custom_id'])}: {self.plain(one['value'])}"
            for one in _parts(data.get("components", ()))
            if one.get("value")
        ]
        words = _quoted("\n".join(typed))
        return f"fills in the form *{form.get('title', '?')}*\n{words}"

    # ------------------------------------------------------------------------------------------- what is read

    def page(self, pictures: Sequence[tuple[int, str, str]] = ()) -> str:
        """The lines as markdown; a picture `(n, path, caption)` stands behind the entry it was taken after."""
        waiting, told = sorted(pictures), []
        for line in self.lines:
            while waiting and waiting[0][0] < line.n:
                told.append(_picture(waiting.pop(0)))
            told.append(self._line(line))
        told += [_picture(one) for one in waiting]
        return "\n\n".join(told) + "\n"

    def _line(self, line: Line) -> str:
        if line.message is None:
            return f"<sub>{line.n}</sub> {line.told}"
        times = f" <sub>written in {line.changes + 1} steps</sub>" if line.changes else ""
        shown = self._shown(line.message)
        if line.before is not None and line.message.get("flags", 0) & EPHEMERAL:
            # Of a panel that changed only what is new; it would fill the page otherwise.
            known = set(self._shown(line.before).split("\n"))
            shown = "\n".join(part for part in shown.split("\n") if part and part not in known)
        return f"<sub>{line.n}</sub> {line.told}{times}\n{_quoted(shown)}"

    def _shown(self, message: Mapping[str, Any]) -> str:
        parts: list[str] = [self.plain(message.get("content") or "")]
        for embed in message.get("embeds", ()):
            title = f"**{embed['title']}**" if embed.get("title") else ""
            fields = [f"**{one['name']}**\n{one['value']}" for one in embed.get("fields", ())]
            footer = (embed.get("footer") or {}).get("text", "")
            parts += [self.plain(part) for part in (title, embed.get("description") or "", *fields, footer)]
        parts += [f"📎 {file['filename']}" for file in message.get("attachments", ()) if not _is_face(file, message)]
        parts.append(" ".join(_control(one) for one in _parts(message.get("components", ())) if _control(one)))
        return "\n".join(part for part in parts if part)

    def plain(self, text: str) -> str:
        """Text with mentions written out, and without what changes from one telling to the next."""
        text = _MENTION.sub(lambda found: f"@{self.names.get(found[1], 'somebody')}", text)
        text = _CHANNEL.sub(lambda found: f"#{self.places.get(found[1], 'somewhere')}", text)
        return _TIME.sub("just now", _LINK.sub("*a message there*", text))


def told(journal: Sequence[Mapping[str, Any]], *, after: int = 0, pictures: Sequence[tuple[int, str, str]] = ()) -> str:
    """What the entries after number `after` tell; those before only say who and where everybody is."""
    telling = Telling()
    telling.read(journal)
    telling.lines = [line for line in telling.lines if line.n > after]
    return telling.page(pictures)


def _seen(message: Mapping[str, Any] | None) -> tuple[object, ...] | None:
    """What a reader can tell apart: words, embeds, and whether there is something to press."""
    if message is None:
        return None
    controls = [_control(one) for one in _parts(message.get("components", ())) if _control(one)]
    is_ephemeral = message.get("flags", 0) & EPHEMERAL
    return (_words(message), str(message.get("embeds")), str(controls) if is_ephemeral else "")


def _words(message: Mapping[str, Any] | None) -> str:
    return "" if message is None else message.get("content") or ""


def _parts(components: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Components with everything that is in them."""
    found: list[Mapping[str, Any]] = []
    for one in components:
        found.append(one)
        found += _parts(one.get("components", ()))
        if isinstance(one.get("component"), dict):
            found += _parts([one["component"]])
    return found


def _control(component: Mapping[str, Any]) -> str:
    """A button or a select as it is read."""
    match component.get("type"):
        case 2:
            return f"`{component.get('label') or '…'}`"
        case 3:
            chosen = [one["label"] for one in component.get("options", ()) if one.get("default")]
            return f"`{(chosen or [component.get('placeholder') or '…'])[0]} ▾`"
        case _:
            return ""


def _is_face(file: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    return file["filename"] in str(message.get("embeds"))


def _picture(picture: tuple[int, str, str]) -> str:
    _, path, caption = picture
    return f"![{caption}]({path})\n\n*{caption}*"


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def _quoted(text: str) -> str:
    is_code, out = False, []
    for line in text.split("\n"):
        is_fence = line.startswith("```")
        is_code ^= is_fence
        # Two spaces keep the line's end on a page, where markdown would join it with the next.
        out.append(f"> {line}" if is_code or is_fence or not line else f"> {line}  ")
    return "\n".join(out)
