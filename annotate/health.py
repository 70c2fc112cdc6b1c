"""Whether a program is well: `python -m annotate.health NAME`, for `serve` and the images.

Exit status 0 or 1, with a sentence. It asks from the outside and loads no Django.
"""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from socket import gethostname

import redis

from annotate import processes

SECONDS = 5.0


def web_answers(url: str) -> bool:
    """Whether the web server at `url` answers GET /healthz with 200.

    The question is put as the proxy in front would put it: for a host that is served and, where
    the public address is https, as a request that came by https.
    """
    headers = {"Host": _served_host()}
    if os.environ.get("PUBLIC_URL", "").startswith("https://"):
        headers["X-Forwarded-Proto"] = "https"
    request = urllib.request.Request(f"{url}/healthz", headers=headers)  # noqa: S310 -- our own address
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 -- as above
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _served_host() -> str:
    """A host name that the web server accepts, from ALLOWED_HOSTS."""
    first = (os.environ.get("ALLOWED_HOSTS") or "127.0.0.1").split(",")[0].strip()
    return first.lstrip(".*") or "127.0.0.1"


def _broker_answers() -> bool:
    try:
        with redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=SECONDS) as client:
            return bool(client.ping())
    except (redis.RedisError, KeyError):
        return False


def _worker_answers(name: str) -> bool:
    """Whether the worker of this machine answers a ping by way of the broker."""
    command = [sys.executable, "-m", "celery", "--app", "annotate.celery", "--quiet", "inspect"]
    command += ["ping", "--destination", f"{name}@{gethostname()}", "--timeout", str(SECONDS)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def is_well(name: str) -> bool:
    """Whether the program of this name is well, as far as can be asked.

    A gpu worker in the middle of a run answers nobody, and beat never does: for these the broker
    must answer; that they live is seen by whoever started them.
    """
    if name == "web":
        return web_answers(f"http://127.0.0.1:{processes.address()[1]}")
    if name == "default":
        return _worker_answers(name)
    return _broker_answers()


if __name__ == "__main__":
    well = is_well(sys.argv[1])
    print(f"{sys.argv[1]} is {'well' if well else 'not well'}")  # noqa: T201 -- read by whoever asks
    sys.exit(not well)
