"""The WSGI entry point that granian serves."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotate.settings")
_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Whole answers as lists, which the server sends in one piece; streams as they come."""
    response = _django(environ, start_response)
    if not isinstance(response, HttpResponse):
        return response
    response.close()
    return [response.content]


# What is loaded by now stays for good, and requests leave few cycles behind: looking through it all
# every few requests took a twentieth of the time.
gc.collect()
gc.freeze()
gc.set_threshold(20_000)
