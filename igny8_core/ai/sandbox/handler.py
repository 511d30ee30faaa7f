"""One request to the sandbox: who asks, what is asked for, and how it is answered or spoiled."""

import json
from collections.abc import Iterator
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler
from typing import Any

from igny8_core.ai.sandbox import chat, images, runware
from igny8_core.ai.sandbox.markers import Fault, MalformedMarker, Marker, find_marker
from igny8_core.ai.sandbox.memory import Memory
from igny8_core.ai.sandbox.wire import Answer, Rejected, reject

_OPENAI = ("/v1/chat/completions", "/v1/images/generations")
_RUNWARE = ("/v1", "/v1/")
_RECORD = "/sandbox/requests"
_TRICKLE_SECONDS = 0.05
_NONSENSE = b"<html><body>Bad gateway of a friendly proxy</body></html>"


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1; logs nothing, the record is for that."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *connection: Any, memory: Memory) -> None:
        # The base class answers while it is being made.
        self.memory = memory
        super().__init__(*connection)

    def do_GET(self) -> None:
        """Serve pictures, the record, and an address to see that the sandbox is up."""
        if self.path == "/":
            return self._send_json(200, {"service": "sandbox provider"})
        if self.path == _RECORD:
            if not self._has_token():
                return self._send_refusal()
            requests = [
                {
                    "method": r.method,
                    "path": r.path,
                    "body": r.body,
                    "payload": r.payload,
                    "key": r.key,
                    "status": r.status,
                }
                for r in self.memory.record.all()
            ]
            return self._send_json(200, {"requests": requests})
        if (content := self.memory.pictures.get(self.path.rpartition("/")[2])) is not None:
            return self._send(200, content, content_type="image/png")
        return self._send_json(404, {"error": "There is nothing here."})

    def do_DELETE(self) -> None:
        """Forget the requests and the faults that were counted."""
        if self.path != _RECORD:
            return self._send_json(404, {"error": "There is nothing here."})
        if not self._has_token():
            return self._send_refusal()
        self.memory.forget()
        return self._send_json(200, {"requests": []})

    def do_POST(self) -> None:
        """Answer as the provider whose address this is."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bearer = self._bearer()
        body, marker, fault = None, None, None
        try:
            body = _parsed(raw)
            if not bearer:
                raise Rejected("No API key was sent.", status=401, code="invalid_api_key")  # noqa: TRY301
            marker = self._marker(body)
            fault = self.memory.faults.due(marker)
            answer = self._answer(body, marker, fault)
        except Rejected as rejected:
            answer = self._error(rejected)
        self.memory.record.add(method="POST", path=self.path, body=body, bearer=bearer, status=answer.status)
        self._reply(answer, marker, fault)

    def log_message(self, *_args: Any) -> None:
        """Say nothing: a request may hold what nobody should read in a log."""

    def _has_token(self) -> bool:
        return compare_digest(self._bearer().encode(), self.memory.token.encode())

    def _bearer(self) -> str:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ").strip()

    def _marker(self, body: Any) -> Marker:
        try:
            if self.path in _RUNWARE:
                return find_marker(runware.prompt_of(body) if isinstance(body, list) else "")
            if not isinstance(body, dict):
                raise Rejected("The body must be an object.")
            return find_marker(chat.prompt_of(body) if self.path == _OPENAI[0] else str(body.get("prompt", "")))
        except MalformedMarker as error:
            raise Rejected(str(error), code="malformed_marker") from None

    def _answer(self, body: Any, marker: Marker, fault: Fault | None) -> Answer:
        reject(fault, pause=marker.pause)
        if self.path == _OPENAI[0]:
            return chat.complete(body, marker=marker, fault=fault)
        if self.path == _OPENAI[1]:
            return images.generate(body, fault=fault, keep=self._keep_picture)
        if self.path in _RUNWARE:
            return runware.infer(body, fault=fault, keep=self._keep_picture)
        raise Rejected(f"Unknown address {self.path}.", status=404, code="not_found")

    def _keep_picture(self, name: str, content: bytes) -> str:
        """Keep a picture, and return the address where it can be had."""
        self.memory.keep_picture(name, content)
        host, port = self.connection.getsockname()
        return f"http://{host}:{port}/pictures/{name}"

    def _error(self, rejected: Rejected) -> Answer:
        """Return the error as the provider of this address words it."""
        body: dict[str, Any] = {
            "error": {
                "message": str(rejected),
                "type": rejected.code,
                "param": rejected.parameter,
                "code": rejected.code,
            }
        }
        if self.path in _RUNWARE:
            error = {"code": rejected.code, "message": str(rejected), "taskType": "imageInference"}
            body = {"errors": [error | ({"parameter": rejected.parameter} if rejected.parameter else {})]}
        return Answer(status=rejected.status, body=body, headers=rejected.headers)

    def _reply(self, answer: Answer, marker: Marker | None, fault: Fault | None) -> None:
        if fault is Fault.SLOW and marker is not None and self.memory.closing.wait(marker.seconds):
            self.close_connection = True
            return
        content = _NONSENSE if fault is Fault.NONSENSE else json.dumps(answer.body).encode()
        trickle_seconds = marker.seconds if marker is not None and fault is Fault.TRICKLE else 0.0
        self._send(
            answer.status,
            content,
            headers=dict(answer.headers),
            cut=fault is Fault.CUT,
            trickle_seconds=trickle_seconds,
        )

    def _send_refusal(self) -> None:
        told = "Send the token: Authorization: Bearer, then what secrets/sandbox-token of the run folder holds."
        self._send(401, json.dumps({"error": told}).encode(), headers={"WWW-Authenticate": "Bearer"})

    def _send_json(self, status: int, body: Any) -> None:
        self._send(status, json.dumps(body).encode())

    def _send(
        self,
        status: int,
        content: bytes,
        *,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
        cut: bool = False,
        trickle_seconds: float = 0.0,
    ) -> None:
        try:
            self.send_response(status)
            for name, value in {
                "Content-Type": content_type,
                "Content-Length": str(len(content)),
                **(headers or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in _pieces(content, trickle_seconds):
                self.wfile.write(piece[: len(piece) // 2] if cut else piece)
                if trickle_seconds and self.memory.closing.wait(_TRICKLE_SECONDS):
                    break
        except OSError:
            # The client has left, as it does after its timeout.
            self.close_connection = True
        if cut:
            self.close_connection = True


def _pieces(content: bytes, seconds: float) -> Iterator[bytes]:
    """Return the content in as many pieces as ``seconds`` have room for."""
    count = max(1, min(len(content), int(seconds / _TRICKLE_SECONDS)))
    size = -(-len(content) // count)
    return (content[start : start + size] for start in range(0, len(content), size))


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise Rejected("The body is not JSON.") from None
