"""Runs legacy code under the interpreter's own events, and prints what was seen; with the standard library alone.

Arguments: the folder of the modules, and a file of legacy code.
"""

import importlib.util
import json
import os
import sys
import threading
import time
from pathlib import Path


def load(path):
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


rooms, file = Path(sys.argv[1]), sys.argv[2]
monitoring, sources = load(rooms / "monitoring.py"), load(rooms / "sources.py")
answers = False


def in_a_thread(call):
    thread = threading.Thread(target=call)
    thread.start()
    thread.join(60)


def in_a_child(call):
    """Return what a forked child sees of this call, after it has begun anew."""
    here, there = os.pipe()
    if (pid := os.fork()) == 0:
        lines.leave_to_the_parent()
        call()
        os.write(there, json.dumps(seen()).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    return json.loads(os.read(here, 10_000))


lines = monitoring.Lines(
    sys.monitoring,
    is_legacy=lambda path: path == file,
    is_answer=lambda: answers,
    clock=time.monotonic_ns,
    on_first=lambda: in_a_thread(lambda: None),
    lose=lambda: sys.exit("lost"),
)


def seen():
    found = lines.executed()
    lines.written(found)
    return sorted({each.number for each in found})


told = {"begun": lines.begin(), "tool": [sys.monitoring.get_tool(each) for each in (3, 4)]}
answers = True
shop = load(file)
told["imported"] = seen()
answers = False
shop.price(1)
told["in shadow"] = seen()
answers = True
shop.price(1)
told["for an answer after that"] = seen()
shop.price(1)
told["again"] = seen()
shop.price(0)
told["the other branch"] = seen()
in_a_thread(lines.turn)
shop.price(0)
told["in the next period"] = seen()
shop.everything()
shop.price(1)
told["all"] = sorted({*told["in the next period"], *seen()})
told["in a child"] = in_a_child(lambda: shop.price(0))
told["after the child"] = seen()
lines.turn()
in_a_thread(lambda: shop.price(0))
told["in a thread"] = seen()
lines.end()
told["over"] = [sys.monitoring.get_tool(each) for each in (3, 4)]
told["lines"] = sorted(sources.lines_of(Path(file).read_bytes(), file=file))
print(json.dumps(told))  # noqa: T201  Read by the test.
