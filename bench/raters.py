"""Raters of a benchmark, in a process of their own: next, then submit, as fast as answers come.

`python -m bench.raters PORT SLUG SECONDS` reads a session cookie a line; prints one JSON object.
asyncio and bare HTTP/1.1, because a heavier client would take the server's processor time.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from typing import Any

CSRF = "b" * 32


class Rater:
    """One signed-in browser with one connection that is kept open."""

    def __init__(self, port: int, slug: str, session: str) -> None:
        self.port = port
        self.slug = slug
        self.head = (
            f"HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: sessionid={session}; csrftoken={CSRF}"
            f"\r\nX-CSRFToken: {CSRF}\r\nContent-Type: application/json\r\n"
        )
        self.next_s: list[float] = []
        self.submit_s: list[float] = []
        self.errors = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def work(self, until: float) -> None:
        while time.perf_counter() < until:
            lent = await self._timed(self.next_s, "work/next", {"holding": []})
            task = lent["assignment"]
            if task is None:
                raise SystemExit(f"No task was left: {lent['reason']}")
            first, second = task["responses"]
            body = {
                "key": str(uuid.uuid4()),
                "revision": 0,
                "ranks": [
                    {"response": first["id"], "rank": 1},
                    {"response": second["id"], "rank": 2},
                ],
                "strength": 2,
                "active_ms": 1000,
            }
            path = f"work/assignments/{task['id']}/judgment"
            await self._timed(self.submit_s, path, body)

    async def _timed(self, times: list[float], path: str, body: Any) -> Any:
        start = time.perf_counter()
        status, answer = await self._post(path, json.dumps(body).encode())
        times.append(time.perf_counter() - start)
        if status >= 300:
            raise SystemExit(f"{path}: {status} {answer[:500]!r}")
        return json.loads(answer)

    async def _post(self, path: str, body: bytes) -> tuple[int, bytes]:
        reader, writer = self._streams or await asyncio.open_connection("127.0.0.1", self.port)
        line = f"POST /api/v1/projects/{self.slug}/{path} "
        writer.write(f"{line}{self.head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0])
        answer = await reader.readexactly(length)
        if "connection: close" in head:
            writer.close()
            self._streams = None
        else:
            self._streams = reader, writer
        return int(head.split(" ", 2)[1]), answer


async def main(port: int, slug: str, seconds: float, sessions: list[str]) -> None:
    raters = [Rater(port, slug, session) for session in sessions]
    start = time.perf_counter()
    await asyncio.gather(*(rater.work(start + seconds) for rater in raters))
    took = time.perf_counter() - start
    submits = sorted(s for rater in raters for s in rater.submit_s)
    nexts = sorted(s for rater in raters for s in rater.next_s)
    print(
        json.dumps(
            {
                "cycles": len(submits),
                "cycles_per_s": len(submits) / took,
                "next_p95_ms": nexts[int(0.95 * len(nexts))] * 1000,
                "submit_p95_ms": submits[int(0.95 * len(submits))] * 1000,
            }
        )
    )


if __name__ == "__main__":
    _, port, slug, seconds = sys.argv
    asyncio.run(main(int(port), slug, float(seconds), sys.stdin.read().split()))
