"""Providers that say the key that they were sent: in the body, in headers, in what the client raises."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

WAYS = ("as it should", "refused", "failed", "too many", "200 that refuses", "nonsense", "cut", "redirect", "ok again")


class Echoing:
    """A provider between the service and the sandbox, which answers in the way that is set."""

    def __init__(self, url: str) -> None:
        self.url, self.way = url, WAYS[0]
        self.heard: set[str] = set()


@contextmanager
def echoing(sandbox_url: str) -> Iterator[Echoing]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

        def do_POST(self) -> None:
            key = self.headers.get("Authorization", "").removeprefix("Bearer ")
            told.heard.add(key)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, answer = _answer(told.way, key) or _of_sandbox(f"{sandbox_url}{self.path}", body)
            self.send_response(status)
            for name in ("X-Request-Id", "Retry-After", "Set-Cookie", "OpenAI-Organization", "X-Echo"):
                self.send_header(name, key)
            if told.way == "redirect":
                self.send_header("Location", f"{told.url}/{key}")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer) + (100 if told.way == "cut" else 0)))
            self.end_headers()
            self.wfile.write(answer)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = Echoing(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(way: str, key: str) -> tuple[int, bytes] | None:
    """Return what is answered in this way, with the key wherever it could stand; None where the sandbox answers."""
    names = ("code", "type", "param", "parameter", key)
    error = {"message": f"Incorrect API key provided: {key}", **dict.fromkeys(names, key)}
    both = json.dumps({"error": error, "errors": [error], "usage": {key: key}}).encode()
    page = f"<html>{key}</html>".encode()
    answers = {
        "refused": (401, both), "failed": (500, both), "too many": (429, both), "200 that refuses": (200, both),
        "redirect": (307, both), "nonsense": (200, page), "cut": (200, page),
    }  # fmt: skip
    return answers.get(way)


def _of_sandbox(url: str, body: bytes) -> tuple[int, bytes]:
    headers = {"Authorization": "Bearer sandbox-placeholder", "Content-Type": "application/json"}
    found = httpx2.post(url, content=body, headers=headers, trust_env=False, timeout=30)
    return found.status_code, found.content
