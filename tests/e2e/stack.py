"""A whole running Tiebreak, reached only the way its users reach it: by HTTP and by browser."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.children import free_port

ROOT = Path(__file__).resolve().parents[2]
OWN = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS", "DATA_DIR"}


class Client:
    """A signed-in program: cookies, CSRF and JSON over HTTP."""

    def __init__(self, base: str, link: str) -> None:
        self.base = base
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.call("GET", "/session")
        self.call("POST", "/session/link", {"token": link.rsplit("/", 1)[1]})

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The parsed answer; AssertionError with the server's words where it is a refusal."""
        data = None if body is None else json.dumps(body).encode()
        return json.loads(self.raw(method, path, data, "application/json") or b"null")

    def upload(self, path: str, file: Path) -> Any:
        mark = uuid4().hex
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        data = head.encode() + file.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        return json.loads(self.raw("POST", path, data, f"multipart/form-data; boundary={mark}"))

    def raw(self, method: str, path: str, data: bytes | None, content_type: str) -> bytes:
        csrf = next((c.value or "" for c in self.cookies if c.name == "csrftoken"), "")
        request = urllib.request.Request(  # noqa: S310 -- our own address
            f"{self.base}/api/v1{path}",
            data=data,
            method=method,
            headers={"X-CSRFToken": csrf, "Content-Type": content_type},
        )
        try:
            with self.opener.open(request, timeout=60) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()!r}") from error


class Stack:
    """`manage.py serve` over a new data folder, with the links that it prints."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.folder = folder / "data"
        self.base = f"http://127.0.0.1:{port}"
        self.log = folder / "serve.log"
        environment = {k: v for k, v in os.environ.items() if k not in OWN}
        environment |= {"DATA_DIR": str(self.folder), "PORT": str(port)}
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "serve"],
            cwd=folder,
            env=environment,
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
        )
        self.wait_for(lambda: "sign-in/" in self.output and "demo rater" in self.output, 180)
        time.sleep(0.5)  # the rest of the frame
        links = re.findall(r"(owner|demo rater) \(\w+\)\s+(\S+)", self.output)
        self.links: dict[str, str] = dict(links)

    @property
    def output(self) -> str:
        return self.log.read_text()

    def wait_for(self, condition: Callable[[], Any], seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert self.process.poll() is None, f"serve ended:\n{self.output[-5000:]}"
            assert time.monotonic() < deadline, f"waited {seconds} s:\n{self.output[-5000:]}"
            time.sleep(0.25)
        return found

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(90)
