"""The artifact store: files and folders by relative path, on disk or in any store fsspec knows.

It knows `ARTIFACT_URL` and nothing of what the files mean. Paths come from our own code, never
from a request; they are checked all the same.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import fsspec  # type: ignore[import-untyped] # it ships no types
from django.conf import settings


def _store() -> tuple[Any, str]:
    filesystem, root = fsspec.core.url_to_fs(settings.ARTIFACT_URL)
    return filesystem, str(root).rstrip("/")


def _full(path: str) -> tuple[Any, str]:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise ValueError(f"{path!r} leaves the artifact store")
    filesystem, root = _store()
    return filesystem, f"{root}/{parts}"


def exists(path: str) -> bool:
    filesystem, full = _full(path)
    return bool(filesystem.exists(full))


def open_read(path: str) -> IO[bytes]:
    filesystem, full = _full(path)
    return cast("IO[bytes]", filesystem.open(full, "rb"))


def put(local: Path, path: str) -> None:
    """Stores a local file or folder whole: it appears under its name only when complete.

    On disk by a rename; object stores show an upload only when it has ended.
    """
    filesystem, full = _full(path)
    if "file" not in _protocols(filesystem):
        filesystem.put(str(local), full, recursive=local.is_dir())
        return
    target = Path(full)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".put-") as staging:
        staged = Path(staging) / target.name
        (shutil.copytree if local.is_dir() else shutil.copy2)(local, staged)
        if target.is_dir():
            shutil.rmtree(target)
        staged.replace(target)


def fetch(path: str) -> Path:
    """A local path with the stored file or folder: itself on disk, else a copy kept in DATA_DIR.

    The copy appears under its name only when complete, so a fetch that was cut off is done anew.
    """
    filesystem, full = _full(path)
    if "file" in _protocols(filesystem):
        return Path(full)
    local = _copy_of(path)
    if not local.exists():
        local.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=local.parent, prefix=".fetch-") as staging:
            staged = Path(staging) / local.name
            filesystem.get(full, str(staged), recursive=bool(filesystem.isdir(full)))
            if not local.exists():  # or another worker was quicker
                staged.replace(local)
    return local


def forget(path: str) -> None:
    """Removes the local copy that `fetch` made of a file, where it made one."""
    _copy_of(path).unlink(missing_ok=True)


def _copy_of(path: str) -> Path:
    return Path(settings.DATA_DIR) / "fetched" / path


def _protocols(filesystem: Any) -> tuple[str, ...]:
    protocol = filesystem.protocol
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)
