"""The sandbox provider over real HTTP: two wire formats, the same answer each time, faults on demand."""

import base64
import json
import re
import struct
import subprocess
import sys
import zlib
from uuid import uuid4

import httpx2
import pytest

from igny8_core.ai.sandbox import Sandbox, sandbox
from tests.waiting import PATIENCE_SECONDS

KEY = "sk-test-5d0c1a"


@pytest.fixture(scope="module")
def server():
    with sandbox() as started:
        yield started


@pytest.fixture
def post(server):
    server.forget()

    def send(path, body, *, key=KEY, timeout=PATIENCE_SECONDS):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx2.post(f"{server.url}{path}", json=body, headers=headers, timeout=timeout, trust_env=False)

    return send


def chat(user, *, system="", json_mode=False, **more):
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    return {"model": "gpt-5.1", "messages": messages} | (
        {"response_format": {"type": "json_object"}} if json_mode else {}
    ) | more  # fmt: skip


def task(prompt, **more):
    return {
        "taskType": "imageInference", "taskUUID": str(uuid4()), "positivePrompt": prompt, "model": "runware:97@1",
        "width": 1280, "height": 768, "numberResults": 1,
    } | more  # fmt: skip


def pixels_of(png):
    """Decode a PNG as a browser does: every checksum is looked at. Returns width, height and the pixels."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, data, size = 8, b"", None
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + content)
        if kind == b"IHDR":
            size = struct.unpack(">II", content[:8])
        data += content if kind == b"IDAT" else b""
        at += 12 + length
    pixels = zlib.decompress(data)
    assert len(pixels) == (size[0] + 1) * size[1]
    return *size, pixels


class TestChat:
    SHAPE = 'One JSON object of this shape: {"clusters": [{"name": "x", "description": "x", "keyword_ids": [1]}]}'
    DATA = json.dumps({"keywords": [{"id": 4, "keyword": "oak table"}, {"id": 9, "keyword": "round oak table"}]})

    def test_answers_the_same_request_in_the_same_way(self, post):
        first, second = (post("/v1/chat/completions", chat("Tell me about tea")).json() for _ in range(2))
        assert first == second
        assert (
            first["choices"][0]["message"]["content"]
            != post("/v1/chat/completions", chat("And coffee?")).json()["choices"][0]["message"]["content"]
        )

    def test_fills_the_shape_that_is_asked_for(self, post):
        body = post("/v1/chat/completions", chat(self.DATA, system=self.SHAPE, json_mode=True)).json()
        answer = json.loads(body["choices"][0]["message"]["content"])
        assert [(c["name"], c["keyword_ids"]) for c in answer["clusters"]] == [("Oak", [4, 9])]

    def test_fills_a_shape_that_it_does_not_know(self, post):
        shape = '{"verdict": "x", "score": 1, "parts": [{"kind": "x"}], "good": true}'
        body = post("/v1/chat/completions", chat('{"a": 1}', system=shape, json_mode=True)).json()
        answer = json.loads(body["choices"][0]["message"]["content"])
        assert {name: type(value) for name, value in answer.items()} == {
            "verdict": str, "score": int, "parts": list, "good": bool,
        }  # fmt: skip

    def test_reports_the_tokens_that_were_asked_for(self, post):
        usage = post("/v1/chat/completions", chat("Hi [[sandbox tokens_in=1200 tokens_out=300]]")).json()["usage"]
        assert usage == {"prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500}

    def test_reports_more_tokens_for_a_longer_prompt(self, post):
        short, long = (post("/v1/chat/completions", chat("word " * n)).json()["usage"] for n in (10, 100))
        assert 0 < short["prompt_tokens"] < long["prompt_tokens"]

    def test_never_repeats_a_marker(self, post):
        data = json.dumps({"title": "Tea [[sandbox tokens_in=7]]"})
        body = post("/v1/chat/completions", chat(data, system='{"title": "x", "html": "x"}', json_mode=True)).json()
        assert "[[sandbox" not in body["choices"][0]["message"]["content"]
        assert body["usage"]["prompt_tokens"] == 7

    def test_refuses_a_parameter_that_the_real_model_refuses(self, post):
        answer = post("/v1/chat/completions", chat("Hi", max_tokens=5))
        assert (answer.status_code, "max_completion_tokens" in answer.text) == (400, True)


class TestImages:
    @pytest.mark.parametrize("size", ["1024x1024", "1792x1024"])
    def test_are_real_pictures_of_the_size_asked_for(self, post, size):
        body = {"model": "dall-e-3", "prompt": "A red barn", "size": size, "response_format": "b64_json"}
        content = base64.b64decode(post("/v1/images/generations", body).json()["data"][0]["b64_json"])
        width, height, _ = pixels_of(content)
        assert (f"{width}x{height}", len(content) < 100_000) == (size, True)

    def test_differ_by_prompt_model_and_size(self, post):
        asked = [("dall-e-3", "a", "1024x1024"), ("dall-e-3", "b", "1024x1024"), ("gpt-image-1", "a", "1024x1024"),
                 ("dall-e-3", "a", "1792x1024")]  # fmt: skip
        made = {
            post("/v1/images/generations", {"model": m, "prompt": p, "size": s}).json()["data"][0]["b64_json"]
            for m, p, s in asked
        }
        assert len(made) == len(asked)

    def test_of_a_size_that_the_model_does_not_have_are_refused(self, post):
        body = {"model": "dall-e-3", "prompt": "A barn", "size": "1280x768"}
        assert post("/v1/images/generations", body).status_code == 400


class TestRunware:
    def test_answers_each_task_under_data(self, post):
        tasks = [task("A barn", outputType="base64Data"), task("A boat", outputType="base64Data")]
        data = post("/v1", tasks).json()["data"]
        assert [d["taskUUID"] for d in data] == [t["taskUUID"] for t in tasks]
        assert {pixels_of(base64.b64decode(d["imageBase64Data"]))[:2] for d in data} == {(1280, 768)}

    def test_serves_the_picture_at_the_address_that_it_answers(self, post):
        address = post("/v1", [task("A barn")]).json()["data"][0]["imageURL"]
        fetched = httpx2.get(address, trust_env=False)
        assert (fetched.headers["content-type"], pixels_of(fetched.content)[:2]) == ("image/png", (1280, 768))

    @pytest.mark.parametrize("wrong", [{"taskType": "x"}, {"taskUUID": "x"}, {"width": 5}, {"model": None}])
    def test_refuses_a_task_that_is_wrong(self, post, wrong):
        answer = post("/v1", [task("A barn") | wrong])
        assert (answer.status_code, list(answer.json())) == (400, ["errors"])


class TestFaults:
    @pytest.mark.parametrize(("fault", "status"), [("429", 429), ("500", 500), ("400", 400)])
    def test_are_the_providers_own_errors(self, post, fault, status):
        assert post("/v1/chat/completions", chat(f"Hi [[sandbox fault={fault}]]")).status_code == status
        assert post("/v1", [task(f"Hi [[sandbox fault={fault}]]")]).status_code == status

    def test_end_after_the_number_of_times_asked_for(self, post):
        body = chat("Hi [[sandbox fault=500 times=2]]")
        assert [post("/v1/chat/completions", body).status_code for _ in range(4)] == [500, 500, 200, 200]

    def test_are_counted_by_marker(self, post):
        for name in ("a", "b"):
            assert post("/v1/chat/completions", chat(f"Hi [[sandbox fault=500 times=1 id={name}]]")).status_code == 500

    def test_cut_the_line_in_the_middle(self, post):
        with pytest.raises(httpx2.RemoteProtocolError):
            post("/v1/chat/completions", chat("Hi [[sandbox fault=cut]]"))

    def test_keep_the_caller_waiting(self, post):
        with pytest.raises(httpx2.ReadTimeout):
            post("/v1/chat/completions", chat("Hi [[sandbox fault=slow]]"), timeout=0.2)

    def test_trickle_the_whole_answer(self, post):
        usual, trickled = (
            post("/v1/chat/completions", chat(f"Hi [[sandbox {words} tokens_in=1]]")).json()
            for words in ("id=1", "fault=trickle seconds=0.3")
        )
        assert trickled == usual

    def test_answer_nonsense(self, post):
        assert post("/v1/chat/completions", chat("Hi [[sandbox fault=nonsense]]")).text.startswith("<html>")

    def test_answer_prose_where_json_was_asked_for(self, post):
        body = chat("Hi [[sandbox fault=prose]]", system='{"clusters": []}', json_mode=True)
        content = post("/v1/chat/completions", body).json()["choices"][0]["message"]["content"]
        with pytest.raises(json.JSONDecodeError):
            json.loads(content)

    def test_leave_out_usage_or_report_none(self, post):
        left_out, zero = (
            post("/v1/chat/completions", chat(f"Hi [[sandbox fault={fault}]]")).json()
            for fault in ("no_usage", "zero_usage")
        )
        assert ("usage" in left_out, zero["usage"]["total_tokens"]) == (False, 0)

    def test_that_nobody_knows_are_refused(self, post):
        answer = post("/v1/chat/completions", chat("Hi [[sandbox fault=tired]]"))
        assert (answer.status_code, "tired" in answer.text) == (400, True)


def asked_for_its_record(server, method, header):
    headers = {} if header is None else {"Authorization": header.encode()}
    return httpx2.request(method, f"{server.url}/sandbox/requests", headers=headers, trust_env=False)


class TestRecord:
    def test_keeps_what_was_asked_and_no_key(self, post, server):
        post("/v1/chat/completions", chat("Hi"))
        (request,) = server.requests
        assert (request.method, request.path, request.body, request.status) == (
            "POST", "/v1/chat/completions", chat("Hi"), 200,
        )  # fmt: skip
        answer = asked_for_its_record(server, "GET", f"Bearer {server.token}")
        assert (answer.status_code, "Hi" in answer.text, KEY in answer.text) == (200, True, False)
        assert re.fullmatch("[0-9a-f]{12}", request.key)

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    @pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", f"Bearer {KEY}", "Bearer ü"], ids=str)
    def test_is_for_nobody_without_its_token(self, post, server, method, header):
        post("/v1/chat/completions", chat("Hi"))
        answer = asked_for_its_record(server, method, header)
        assert (answer.status_code, "Hi" in answer.text, "sandbox-token" in answer.text) == (401, False, True)
        assert len(server.requests) == 1

    def test_is_emptied_with_its_token(self, post, server):
        post("/v1/chat/completions", chat("Hi"))
        assert asked_for_its_record(server, "DELETE", f"Bearer {server.token}").status_code == 200
        assert server.requests == []

    def test_tells_two_keys_apart(self, post, server):
        for key in (KEY, KEY, "sk-other-77"):
            post("/v1", [task("A barn")], key=key)
        first, second, third = (request.key for request in server.requests)
        assert first == second != third

    def test_makes_two_tasks_comparable(self, post, server):
        post("/v1", [task("A barn")])
        post("/v1", [task("A barn")])
        first, second = server.requests
        assert first.body != second.body
        assert first.payload == second.payload

    @pytest.mark.parametrize(("path", "body"), [("/v1/chat/completions", chat("Hi")), ("/v1", [task("A barn")])])
    def test_keeps_the_refusal_of_a_request_without_a_key(self, post, server, path, body):
        assert post(path, body, key="").status_code == 401
        assert [(request.key, request.status) for request in server.requests] == [("", 401)]


class TestProcess:
    def test_says_where_it_is_and_ends_at_a_signal(self):
        started = subprocess.Popen(
            [sys.executable, "-m", "igny8_core.ai.sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True
        )
        try:
            address = started.stdout.readline().split()[-1]
            assert httpx2.get(address, trust_env=False).json() == {"service": "sandbox provider"}
        finally:
            started.terminate()
        assert started.wait(PATIENCE_SECONDS) == 0

    def test_refuses_a_port_that_is_taken(self, server):
        with pytest.raises(OSError, match="in use"):
            Sandbox(port=server.server_port)
