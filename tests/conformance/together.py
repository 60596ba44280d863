"""The coverage tables of a run in two halves: python -m tests.conformance.together COUNTED.json …"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.conformance import spec
from tests.conformance.plugin import file_report
from tests.conformance.watcher import Watcher


def main(paths: list[str]) -> None:
    """Add up what the halves counted, and write it where one run would have."""
    specification = spec.load()
    if specification is None:
        return
    watcher = Watcher(specification)
    for path in paths:
        watcher.add(json.loads(Path(path).read_text("utf-8")))
    sys.stdout.write(f"{file_report(watcher)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
