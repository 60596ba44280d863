"""Schemathesis over the running API, as a program of its own beside the test.

Its command line is used, since only that runs all its phases: every edge of every schema (coverage), made-up requests
for and against the schema (fuzzing), and what follows from what was made (stateful).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.api.cafe import Person, Site
from web.api.kinds import PREFIX

CHECKS = Path(__file__).with_name("fuzz_checks.py")
NOT_CALLED = "revoke_token"
"""It finds its own token in the list and takes it back; from then on nothing would be looked at. Tested by hand."""

ACCEPTED = ("2xx", "401", "403", "404", "409", "422")
"""What a request of the documented form may be answered with: 422 is a rule's refusal, 400 would be a wrong schema."""


@dataclass
class Fuzzed:
    """What one run found."""

    role: str
    cases: int = 0
    operations: int = 0
    failures: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    succeeded: set[str] = field(default_factory=set)
    text: str = ""

    def __str__(self) -> str:
        by_status = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        told = f"{self.cases} cases, {self.operations} operations, {len(self.failures)} failures ({by_status})"
        return f"\nschemathesis as {self.role}: {told}"


async def fuzz(
    site: Site,
    person: Person,
    role: str,
    own: dict[str, str],
    others: dict[str, str],
    canaries: list[str],
    folder: Path,
    *,
    examples: int,
    phases: str,
    seed: int,
    only: str = "",
) -> Fuzzed:
    """Call everything (or `only` one operation) as somebody, with ids of their own and of somebody else."""
    config, report = folder / f"{role}.toml", folder / f"{role}.ndjson"
    config.write_text(_config(own, others))
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file", str(config), "run", f"{site.url}{PREFIX}/openapi.json",
        "--header", f"Authorization: Bearer {person.token}",
        "--max-examples", str(examples), "--phases", phases, "--seed", str(seed),
        "--continue-on-failure", "--no-color", "--generation-database", "none", "--warnings", "off",
        "--report", "ndjson", "--report-ndjson-path", str(report),
        *(["--include-operation-id", only] if only else ["--exclude-operation-id", NOT_CALLED]),
        env={**os.environ, "SCHEMATHESIS_HOOKS": str(CHECKS), "FUZZ_CANARIES": ",".join(canaries)},
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    found = Fuzzed(role, text=out.decode())
    _read(report, found)
    if process.returncode and not found.failures:
        found.failures.append(f"schemathesis ended with {process.returncode}")
    return found


def _config(own: dict[str, str], others: dict[str, str]) -> str:
    """Half of what is looked for is the caller's own, half is somebody else's; a third of all is made up."""
    lines = ["[checks]", f"positive_data_acceptance.expected-statuses = {json.dumps(ACCEPTED)}", ""]
    for name in own:
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps([own[name], others[name]])}", ""]
    lines += ["[dictionaries.recipient]", f"values = {json.dumps([others['username'], own['username']])}", ""]
    bound = {f"path.{name}": name for name in own}
    bound |= {"body.recipient": "recipient", "body.character_id": "character_id"}
    lines += ["[parameters]"]
    lines += [f'"{where}" = {{ dictionary = "{name}", probability = 0.66 }}' for where, name in bound.items()]
    return "\n".join(lines) + "\n"


def _read(report: Path, found: Fuzzed) -> None:
    operations: set[str] = set()
    for line in report.read_text().splitlines():
        event = json.loads(line)
        scenario = event.get("ScenarioFinished", {}).get("recorder", {})
        operations.add(scenario.get("label", ""))
        for one in scenario.get("interactions", {}).values():
            status = (one.get("response") or {}).get("status_code", 0)
            found.cases += 1
            found.statuses[status] += 1
            if 200 <= status < 300:
                found.succeeded.add(scenario["label"])
        for checks in scenario.get("checks", {}).values():
            found.failures += [f"{scenario['label']}: {one['name']}" for one in checks if one["status"] == "failure"]
    found.operations = len(operations - {"", "Stateful tests"})
