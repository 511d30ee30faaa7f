"""Measures one module of this package in a process of its own and prints its figures as JSON.

A process of its own, because the threads of the harness, the peers' clients and a database that is about
to be dropped do not belong together longer than a measurement takes.
"""

import json
import sys
from dataclasses import asdict
from importlib import import_module

import django


def main() -> None:
    """Measure the module that the command line names."""
    django.setup()
    module = import_module(sys.argv[1])
    print(json.dumps({name: asdict(figure) for name, figure in module.figures().items()}))


if __name__ == "__main__":
    main()
