"""`python -m bench NAME [--quick]`: one JSON line a figure, alone on standard output."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

ROOMS = {"costs", "figures", "peers", "peer_work", "raters", "recordings", "servers"}
NAMES = sorted(
    path.stem for path in Path(__file__).parent.glob("[a-z]*.py") if path.stem not in ROOMS
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=NAMES, nargs="?", help="all of them when left out")
    parser.add_argument("--quick", action="store_true", help="smaller, in under a minute each")
    arguments = parser.parse_args()
    for name in [arguments.name] if arguments.name else NAMES:
        print(f"── {name}", file=sys.stderr)
        importlib.import_module(f"bench.{name}").run(quick=arguments.quick)


if __name__ == "__main__":
    main()
