"""``python -m igny8_core.ai.sandbox --port N``: the sandbox provider on this machine, until a signal comes."""

import argparse
import signal
import sys
from types import FrameType

from igny8_core.ai.sandbox.server import Sandbox
from igny8_core.embedded import run_dir
from igny8_core.kept_secrets import kept_secret


def main() -> None:
    """Serve on 127.0.0.1 until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m igny8_core.ai.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one (default: %(default)s)")
    token = kept_secret("sandbox-token", run_dir=run_dir())
    server = Sandbox(port=parser.parse_args().port, token=token)
    signal.signal(signal.SIGTERM, _interrupt)
    print(f"The sandbox provider answers at {server.url}", flush=True)  # noqa: T201  A command speaks to its user.
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
        sys.exit(0)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
