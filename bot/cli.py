"""The command line: `python -m bot COMMAND`.

Exit codes: 0 it was done (Ctrl-C included), 1 something stood in the way and a sentence says what, 2 the command or a
setting cannot be understood.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from bot.local.errors import StartError
from bot.logs import configure_logs
from bot.redaction import Redactor
from bot.roles import Role
from bot.settings import Settings, SettingsError, load_settings

DONE = 0
STOOD_IN_THE_WAY = 1
NOT_UNDERSTOOD = 2

EPILOG = """\
New here? Type `make start` instead: it installs what is needed, then does `start`.
Settings come from the environment or a file .env (copy .env.example); docs/settings.md explains each.
Exit codes: 0 done, 1 something stood in the way (a sentence says what), 2 the command or a setting is not understood.
"""

_LORE_DEEDS = {
    "publish": "let everybody read a lore book",
    "withdraw": "take a published lore book back to its owner",
    "curate": "mark a lore book as looked over",
    "uncurate": "take that mark away",
    "feature": "put a lore book first among the public ones",
    "unfeature": "put it back among the others",
}

Command = Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]


def tell(text: str) -> None:
    """One line on standard output, at once. Nobody reading it any more (a closed terminal, `| head`) is no error."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError:
        # From now on nowhere, or Python would complain again when it ends.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - open for as long as the program is


async def _start(settings: Settings, arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    stop = stop_on_signals()
    tell("BotCafé is opening. Ctrl-C stops everything.")
    from bot.local.start import start  # takes a moment to import: not before there is a sign of life

    await start(settings, tell=tell, stop=stop, began=began)
    return DONE


async def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot.local.alone import run_alone

    await run_alone(settings, tell=tell, stop=stop_on_signals(), role=Role(arguments.role))
    return DONE


async def _migrate(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot.local.upkeep import migrate

    await migrate(settings, tell=tell)
    return DONE


async def _seed(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot.local.upkeep import seed

    await seed(settings, tell=tell)
    return DONE


async def _doctor(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot.doctor import examine, render_json, render_text

    findings = await examine(settings)
    redact = Redactor(settings.secrets())
    tell(redact(render_json(findings) if arguments.json else render_text(findings)))
    return STOOD_IN_THE_WAY if any(finding.level == "red" for finding in findings) else DONE


async def _decide(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot.local.lorebooks import decide

    await decide(settings, arguments.deed, arguments.code, arguments.notes, tell=tell)
    return DONE


async def _inspect(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot import inspecting  # reads every format there is: not before a file is to be read

    arguments.inspect = inspecting.inspect_card if arguments.command == "card" else inspecting.inspect_book
    is_taken, words = inspecting.told(arguments)
    tell(words)
    return DONE if is_taken else STOOD_IN_THE_WAY


async def _ledger(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot.local.bookkeeping import verify_ledger

    is_sound = await verify_ledger(settings, as_json=arguments.json, tell=tell)
    return DONE if is_sound else STOOD_IN_THE_WAY


async def _admin(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot.local.overseeing import decide_role, list_staff

    if arguments.deed == "list":
        await list_staff(settings, tell=tell)
    else:
        await decide_role(settings, arguments.discord_id, is_admin=arguments.deed == "add", tell=tell)
    return DONE


async def _audit(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot.local.overseeing import seal_log, verify_log

    if arguments.deed == "seal":
        await seal_log(settings, tell=tell)
        return DONE
    holds = await verify_log(settings, head=arguments.head, as_json=arguments.json, tell=tell)
    return DONE if holds else STOOD_IN_THE_WAY


async def _keys(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot.local.keyring import rotate

    return DONE if await rotate(settings, tell=tell) else STOOD_IN_THE_WAY


def _discord_id(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and 15 <= len(typed) <= 19):
        raise argparse.ArgumentTypeError("a Discord id has 15 to 19 digits: right-click a person, Copy User ID")
    return int(typed)


def _add_oversight(commands: Any) -> None:  # what add_subparsers returns has a private type
    admin = commands.add_parser("admin", help="say who is an admin of this house")
    of_admin = admin.add_subparsers(dest="deed", required=True, metavar="WHAT")
    for deed, help_text in (("add", "make somebody an admin"), ("remove", "make somebody a member again")):
        one = of_admin.add_parser(deed, help=help_text, description=help_text)
        one.add_argument(
            "discord_id", type=_discord_id, metavar="DISCORD_ID", help="right-click a person, Copy User ID"
        )
        one.set_defaults(run=_admin)
    of_admin.add_parser("list", help="tell who is a moderator or an admin").set_defaults(run=_admin)
    audit = commands.add_parser("audit", help="prove that the audit log is as it was written")
    of_audit = audit.add_subparsers(dest="deed", required=True, metavar="WHAT")
    help_text = "check the chain of hashes over every line, and name the first broken link"
    verify = of_audit.add_parser(
        "verify", help=help_text, description=f"{help_text}. Changes nothing. Exit code 1 where one is broken."
    )
    verify.add_argument("--head", default=None, help="a head noted elsewhere: shows whether the end was cut off")
    verify.add_argument("--json", action="store_true", help="print the account for machines")
    verify.set_defaults(run=_audit)
    help_text = "seal the lines that wait now, without waiting for the hour"
    of_audit.add_parser("seal", help=help_text, description=help_text).set_defaults(run=_audit)


def _add_ledger(commands: Any) -> None:  # what add_subparsers returns has a private type
    ledger = commands.add_parser("ledger", help="prove that the tokens add up")
    of_ledger = ledger.add_subparsers(dest="deed", required=True, metavar="WHAT")
    help_text = "look at every wallet, transfer, entry and hold, and say what was looked at"
    verify = of_ledger.add_parser(
        "verify", help=help_text, description=f"{help_text}. Changes nothing. Exit code 1 where something is wrong."
    )
    verify.add_argument("--json", action="store_true", help="print the account for machines")
    verify.set_defaults(run=_ledger)


def _add_keys(commands: Any) -> None:  # what add_subparsers returns has a private type
    keys = commands.add_parser("keys", help="change the key that seals what is secret")
    of_keys = keys.add_subparsers(dest="deed", required=True, metavar="WHAT")
    help_text = "seal with the first key of SECRET_KEY whatever another one sealed, so that the old one can go"
    of_keys.add_parser(
        "rotate", help=help_text, description=f"{help_text}. Safe to repeat, and to run while the program does."
    ).set_defaults(run=_keys)


def _add_files(commands: Any) -> None:  # what add_subparsers returns has a private type
    lore = commands.add_parser("lore", help="publish lore books, and look into their files")
    of_lore = lore.add_subparsers(dest="deed", required=True, metavar="WHAT")
    for deed, help_text in _LORE_DEEDS.items():
        one = of_lore.add_parser(deed, help=help_text, description=help_text)
        one.add_argument("code", metavar="CODE", help="the eight letters that /lore book edit tells its owner")
        one.add_argument("--notes", default=None, help="what readers are told about the book")
        one.set_defaults(run=_decide)
    card = commands.add_parser("card", help="look into a character card's file")
    of_card = card.add_subparsers(dest="deed", required=True, metavar="WHAT")
    for below, what in ((of_lore, "a lore book's file"), (of_card, "a card")):
        help_text = f"tell what an import would make of {what}, field by field; nothing is imported"
        one = below.add_parser("inspect", help=help_text, description=help_text)
        one.add_argument("file", type=Path, metavar="FILE", help="the file as it would be sent")
        one.add_argument("--json", action="store_true", help="print the account for machines")
        one.set_defaults(run=_inspect)


def parser() -> argparse.ArgumentParser:
    """The command line as `--help` shows it."""
    top = argparse.ArgumentParser(
        prog="python -m bot",
        description="BotCafé: characters that live in a Discord server, each with its own name and face.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")

    def add(name: str, help_text: str, command: Command, detail: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text, description=detail)
        added.set_defaults(run=command)
        return added

    add(
        "start",
        "run everything on this machine and say what runs where",
        _start,
        "Starts a Postgres in DATA_DIR (or uses DATABASE_URL), brings its tables up to date, seeds the demo "
        "characters, starts a local Discord (or connects to yours, when DISCORD_TOKEN is set), the bot and the web "
        "app. Ctrl-C stops all of it.",
    )
    run = add(
        "run",
        "run only the program: DATABASE_URL and DISCORD_TOKEN must be set",
        _run,
        "Runs Discord client, web app and jobs against the database and Discord that the settings name, and starts "
        "nothing beside it. For servers, under a service manager. Needs `migrate` first.",
    )
    run.add_argument(
        "--role",
        choices=[role.value for role in Role],
        default=Role.ALL.value,
        help="run only a part: gateway (Discord), web, or worker (jobs); several processes then make up one BotCafé",
    )
    add(
        "migrate",
        "bring the database's tables up to date",
        _migrate,
        "Upgrades the database (DATABASE_URL, else the one in DATA_DIR) to this version's tables. Safe to repeat.",
    )
    doctor = add(
        "doctor",
        "check settings, database, Discord, model, storage and clock, and say what to mend",
        _doctor,
        "Looks at everything BotCafé needs and prints a line for each: ok, warn or red, with what to do. Changes "
        "nothing and never prints a secret. Exit code 1 if a line is red.",
    )
    doctor.add_argument("--json", action="store_true", help="print the findings for machines")
    add(
        "seed",
        "put the demo characters into the database",
        _seed,
        "Adds the three demo characters and their pictures, or brings them up to date. Touches nobody else's.",
    )
    _add_files(commands)
    _add_ledger(commands)
    _add_keys(commands)
    _add_oversight(commands)
    return top


def stop_on_signals() -> asyncio.Event:
    """An event that is set by Ctrl-C, SIGTERM or a closed terminal; for the running loop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask(number: signal.Signals) -> None:
        again = stop.is_set()
        stop.set()
        tell("Still stopping; everything is being put away …" if again else f"Stopping ({number.name}) …")

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ask, number)
    return stop


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    parsed = parser().parse_args(arguments)
    command: Command = parsed.run
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return NOT_UNDERSTOOD
    # Only `run` is watched by a service manager; the others speak to the person who typed them.
    configure_logs(settings, quiet=parsed.command != "run")
    try:
        return asyncio.run(command(settings, parsed))
    except StartError as error:
        sys.stderr.write(Redactor(settings.secrets())(str(error)) + "\n")
        return STOOD_IN_THE_WAY
    except KeyboardInterrupt:
        return DONE
