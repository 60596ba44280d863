"""Every macro by its name (in small letters) and what it gives.

The names and their meaning are the field's: SillyTavern's macros and those of the character card V3 specification.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime

from bot.services.talk.macros import chance, times
from bot.services.talk.macros.engine import Rule, Run
from bot.services.talk.macros.reader import Call, Node
from bot.services.talk.macros.world import GLOBAL, World, outlet_name

_JOINER = "\u200d"

# ------------------------------------------------------------------------------------------------ names and fields


def _plain(read: Callable[[World], str | None]) -> Rule:
    """Something the world tells, inserted as it is."""

    def rule(run: Run, call: Call) -> str | None:
        return None if call.rest else read(run.world)

    return rule


def _field(name: str) -> Rule:
    """A field of the card, its macros filled in."""

    def rule(run: Run, call: Call) -> str | None:
        return None if call.rest else run.field(name, getattr(run.world, name))

    return rule


def _persona(run: Run, call: Call) -> str | None:
    if call.rest:
        return None
    run.shared.uses_persona = run.shared.uses_persona or bool(run.world.persona)
    return run.world.persona


def _group(world: World) -> str:
    return ", ".join(world.group or (world.char,))


def _group_not_muted(world: World) -> str:
    return ", ".join(name for name in (world.group or (world.char,)) if name not in world.muted)


def _not_char(world: World) -> str:
    others = [name for name in world.group if name != world.char]
    return ", ".join(dict.fromkeys([*others, world.user, *world.people]))


def _number(read: Callable[[World], int | None]) -> Rule:
    return _plain(lambda world: None if (number := read(world)) is None else str(number))


# ------------------------------------------------------------------------------------------------ words


def _noop(run: Run, call: Call) -> str:
    return ""


def _hidden(run: Run, call: Call) -> str:
    run.shared.hidden.append(run.value(call.rest).strip())
    return ""


def _banned(run: Run, call: Call) -> str | None:
    word = run.value(call.rest).strip().strip("\"'").strip()
    if not word:
        return None
    run.shared.banned.append(word)
    return ""


def _reverse(run: Run, call: Call) -> str | None:
    return "".join(reversed(_clusters(run.value(call.rest)))) if call.rest else None


def _clusters(text: str) -> list[str]:
    """Letters with the marks that stand on them."""
    clusters: list[str] = []
    for letter in text:
        joins = clusters and (
            unicodedata.category(letter) in {"Mn", "Me", "Mc"} or letter == _JOINER or clusters[-1].endswith(_JOINER)
        )
        if joins:
            clusters[-1] += letter
        else:
            clusters.append(letter)
    return clusters


def _original(run: Run, call: Call) -> str | None:
    return None if call.rest else run.shared.original


def _outlet(run: Run, call: Call) -> str | None:
    """What stands in an outlet, its macros filled in. Nothing where it is empty, or stands in itself."""
    name = outlet_name(run.value(call.rest))
    if not name:
        return None
    run.shared.outlets[name] = name in run.world.outlets
    return run.field(f"outlet {name}", run.world.outlets.get(name, "")) or ""


def _repeated(mark: str) -> Rule:
    """`{{newline}}`, `{{newline::3}}`."""

    def rule(run: Run, call: Call) -> str | None:
        count = run.value(call.rest).strip() if call.rest else "1"
        return mark * int(count) if count.isascii() and count.isdecimal() and len(count) <= 3 else None

    return rule


def _if(run: Run, call: Call) -> str | None:
    """`{{if::condition::then::otherwise}}`; the form with an end is the engine's."""
    parts = call.arguments()
    if call.mark != "::" or len(parts) not in {2, 3}:
        return None
    if run.is_true(parts[0]):
        return run.value(parts[1])
    return run.value(parts[2]) if len(parts) == 3 else ""


# ------------------------------------------------------------------------------------------------ chance


def _choices(call: Call) -> list[tuple[Node, ...]]:
    parts = call.arguments()
    return parts if len(parts) > 1 else call.arguments(",")


def _random(run: Run, call: Call) -> str | None:
    return _drawn(run, call, run.world.chance)


def _pick(run: Run, call: Call) -> str | None:
    return _drawn(run, call, run.world.place)


def _drawn(run: Run, call: Call, seed: str) -> str | None:
    choices = _choices(call) if call.rest else []
    if not choices:
        return None
    return run.value(choices[chance.chosen(len(choices), f"{seed}/{run.mark(call)}")]).strip()


def _roll(run: Run, call: Call) -> str | None:
    return chance.dice(run.value(call.rest), f"{run.world.chance}/{run.mark(call)}") if call.rest else None


# ------------------------------------------------------------------------------------------------ time


def _timed(tell: Callable[[datetime], str]) -> Rule:
    def rule(run: Run, call: Call) -> str | None:
        world = run.world
        return None if call.rest or world.now is None else tell(times.local(world.now, world.time_zone))

    return rule


def _time(run: Run, call: Call) -> str | None:
    return _time_at(run, run.value(call.rest)) if call.rest else _timed(times.time)(run, call)


def _time_utc(run: Run, call: Call) -> str | None:
    minutes = f":{run.value(call.rest)}" if call.rest else ""
    return _time_at(run, call.name.removeprefix("time_") + minutes)


def _time_at(run: Run, offset: str) -> str | None:
    moment = None if run.world.now is None else times.at_offset(run.world.now, offset)
    return None if moment is None else times.time(moment)


def _formatted(run: Run, call: Call) -> str | None:
    world = run.world
    if world.now is None or not call.rest:
        return None
    return times.formatted(times.local(world.now, world.time_zone), run.value(call.rest).strip())


def _idle(world: World) -> str | None:
    if world.now is None or world.last_spoke_at is None:
        return None
    return times.duration((world.now - world.last_spoke_at).total_seconds())


def _difference(run: Run, call: Call) -> str | None:
    parts = call.arguments()
    if run.world.now is None or len(parts) != 2:
        return None
    zone = times.local(run.world.now, run.world.time_zone)
    return times.difference(run.value(parts[0]), run.value(parts[1]), zone)


# ------------------------------------------------------------------------------------------------ variables


def _named(run: Run, call: Call, prefix: str) -> str:
    name = run.value(call.arguments()[0]).strip() if call.rest else ""
    return name and prefix + name


def _get(prefix: str) -> Rule:
    def rule(run: Run, call: Call) -> str | None:
        name = _named(run, call, prefix)
        return (run.shared.variables.get(name) or "") if name else None

    return rule


def _has(prefix: str) -> Rule:
    def rule(run: Run, call: Call) -> str | None:
        name = _named(run, call, prefix)
        return str(run.shared.variables.get(name) is not None).lower() if name else None

    return rule


def _set(prefix: str) -> Rule:
    def rule(run: Run, call: Call) -> str | None:
        name, value = _pair(run, call, prefix)
        return "" if value is not None and run.shared.variables.set(name, value) else None

    return rule


def _add(prefix: str) -> Rule:
    def rule(run: Run, call: Call) -> str | None:
        name, value = _pair(run, call, prefix)
        return "" if name and value is not None and run.shared.variables.add(name, value) is not None else None

    return rule


def _step(prefix: str, by: str) -> Rule:
    def rule(run: Run, call: Call) -> str | None:
        name = _named(run, call, prefix)
        return run.shared.variables.add(name, by) if name else None

    return rule


def _delete(prefix: str) -> Rule:
    def rule(run: Run, call: Call) -> str | None:
        name = _named(run, call, prefix)
        if name:
            run.shared.variables.delete(name)
        return "" if name else None

    return rule


def _pair(run: Run, call: Call, prefix: str) -> tuple[str, str | None]:
    parts = call.arguments()
    name = _named(run, call, prefix)
    if not name or len(parts) < 2:
        return "", None
    return name, "::".join(run.value(part) for part in parts[1:])


def _short(run: Run, call: Call) -> str | None:
    """`{{.mood}}`, `{{.mood = calm}}`, `{{.count++}}`, `{{$count += 2}}`: the dollar's are global."""
    keep, name = run.shared.variables, (GLOBAL if call.name[0] == "$" else "") + call.name[1:]
    operation = run.value(call.rest).strip()
    if not operation and not call.mark.strip():
        return keep.get(name) or ""
    if operation in {"++", "--"}:
        return keep.add(name, "1" if operation == "++" else "-1")
    if operation.startswith(("+=", "-=")):
        value = operation[2:].strip()
        is_done = keep.add(name, value if operation[0] == "+" else f"-{value}") is not None
    else:
        is_done = operation.startswith("=") and keep.set(name, operation[1:].strip())
    return "" if is_done else None


def _kept(suffix: str, prefix: str) -> dict[str, Rule]:
    return {
        f"get{suffix}": _get(prefix),
        f"set{suffix}": _set(prefix),
        f"add{suffix}": _add(prefix),
        f"inc{suffix}": _step(prefix, "1"),
        f"dec{suffix}": _step(prefix, "-1"),
        f"has{suffix}": _has(prefix),
        f"{suffix}exists": _has(prefix),
        f"delete{suffix}": _delete(prefix),
        f"flush{suffix}": _delete(prefix),
    }


# ------------------------------------------------------------------------------------------------ all of them

RULES: dict[str, Rule] = {
    "char": _plain(lambda world: world.char),
    "user": _plain(lambda world: world.user),
    "persona": _persona,
    "description": _field("description"),
    "chardescription": _field("description"),
    "personality": _field("personality"),
    "charpersonality": _field("personality"),
    "scenario": _field("scenario"),
    "charscenario": _field("scenario"),
    "mesexamples": _field("examples"),
    "mesexamplesraw": _field("examples"),
    "charprompt": _field("char_prompt"),
    "charinstruction": _field("char_instruction"),
    "charjailbreak": _field("char_instruction"),
    "chardepthprompt": _field("depth_prompt"),
    "creatornotes": _field("creator_notes"),
    "charcreatornotes": _field("creator_notes"),
    "charversion": _plain(lambda world: world.char_version),
    "char_version": _plain(lambda world: world.char_version),
    "charfirstmessage": _field("first_message"),
    "original": _original,
    "group": _plain(_group),
    "charifnotgroup": _plain(_group),
    "groupnotmuted": _plain(_group_not_muted),
    "notchar": _plain(_not_char),
    "model": _plain(lambda world: world.model),
    "input": _plain(lambda world: world.input),
    "lastmessage": _plain(lambda world: world.last_message),
    "lastusermessage": _plain(lambda world: world.last_user_message),
    "lastcharmessage": _plain(lambda world: world.last_char_message),
    "lastmessageid": _plain(lambda world: str(world.lines - 1) if world.lines else ""),
    "maxprompt": _number(lambda world: world.most_prompt),
    "maxprompttokens": _number(lambda world: world.most_prompt),
    "maxcontext": _number(lambda world: world.most_context),
    "maxcontexttokens": _number(lambda world: world.most_context),
    "maxresponse": _number(lambda world: world.most_response),
    "maxresponsetokens": _number(lambda world: world.most_response),
    "newline": _repeated("\n"),
    "space": _repeated(" "),
    "noop": _noop,
    "//": _noop,
    "comment": _noop,
    "hidden_key": _hidden,
    "banned": _banned,
    "reverse": _reverse,
    "outlet": _outlet,
    "if": _if,
    "random": _random,
    "pick": _pick,
    "roll": _roll,
    "time": _time,
    "time_utc": _time_utc,
    "date": _timed(times.date),
    "weekday": _timed(times.weekday),
    "isotime": _timed(times.time),
    "isodate": _timed(lambda moment: f"{moment:%Y-%m-%d}"),
    "datetimeformat": _formatted,
    "idle_duration": _plain(_idle),
    "idleduration": _plain(_idle),
    "timediff": _difference,
    ".": _short,
    **_kept("var", ""),
    **_kept("globalvar", GLOBAL),
}  # fmt: skip
