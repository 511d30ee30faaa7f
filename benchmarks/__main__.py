"""Measures everything in one run and prints one table; exit code 1 where a budget is missed."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.report import as_json, missed, print_table
from benchmarks.scratch import scratch_database
from benchmarks.timing import Figure

_ROOT = Path(__file__).resolve().parents[1]
_TOGETHER = (
    (
        "alone",
        "shadow",
        "deferred",
        "sustained",
        "charges",
        "spread",
        "slow_clients",  # @legacy line
        "prompt",  # @legacy line
        "mismatch_to_rollback",  # @legacy line
        "peers.waffle",
    ),
    ("evidence",),
    ("pages",),  # @legacy line
    ("forecast",),  # @legacy line
    ("trial_balance",),
    ("shadowed_operations",),  # @legacy line
)
"""Modules that are measured on one database; those that fill it have one of their own."""
_SETTINGS_OF = {"peers.waffle": {"DJANGO_SETTINGS_MODULE": "benchmarks.peers.waffle_settings"}}


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures to this file as well")
    parser.add_argument(
        "--only", metavar="MODULE", choices=[each for those in _TOGETHER for each in those], help="measure one module"
    )
    arguments = parser.parse_args()
    figures = _measure(_TOGETHER if arguments.only is None else ((arguments.only,),))
    print_table(figures)
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(figures), indent=2, ensure_ascii=False) + "\n")
    return 1 if missed(figures) else 0


def _measure(together: tuple[tuple[str, ...], ...]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for modules in together:
        with scratch_database() as environment:
            _run("benchmarks.prepare", environment=environment)
            for module in modules:
                figures |= _figures(f"benchmarks.{module}", environment | _SETTINGS_OF.get(module, {}))
    return figures


def _figures(module: str, environment: dict[str, str]) -> dict[str, Figure]:
    print(f"measuring {module} …", file=sys.stderr)
    answer = json.loads(_run("benchmarks.worker", module, environment=environment))
    return {name: Figure(**fields) for name, fields in answer.items()}


def _run(*arguments: str, environment: dict[str, str]) -> str:
    """Run a module of Python and return what it printed; its log goes to our standard error."""
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=_ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
