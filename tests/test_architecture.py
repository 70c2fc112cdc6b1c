"""What import contracts can't see: the web process stays light, migrations and types current."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_web_process_never_loads_torch() -> None:
    loaded = modules_after(
        "import annotate.wsgi\nfrom django.urls import get_resolver\nget_resolver().url_patterns"
    )
    assert "rm_training.api.views" in loaded
    assert not {"torch", "transformers", "sklearn"} & loaded


@pytest.mark.parametrize(
    "module", ["annotate.stats.reliability", "annotate.questions.comparison", "annotate.formats",
               "rm_training.acquisition.choose", "rm_training.ml.train"],
)  # fmt: skip
def test_the_pure_rooms_load_no_framework(module: str) -> None:
    assert not {"django", "celery", "rest_framework"} & modules_after(f"import {module}")


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_api_document_and_its_types_are_current(tmp_path: Path) -> None:
    """`npm run types` and `manage.py spectacular` bring them up to date (CONTRIBUTING.md)."""
    fresh = tmp_path / "schema.json"
    call_command("spectacular", format="openapi-json", file=str(fresh), fail_on_warn=True)
    assert json.loads(fresh.read_text()) == json.loads((FRONTEND / "schema.json").read_text())
    done = subprocess.run(
        ["npm", "run", "--silent", "types", "--", "--check"],
        cwd=FRONTEND, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
