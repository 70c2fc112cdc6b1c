"""Looks through a project's votes and keeps what they say for the managers' pages."""

from __future__ import annotations

import time

from annotate.models import Analysis, Project
from annotate.queries.analysis import as_json, look_through


def analyse(*, project: Project) -> Analysis:
    """Computes the figures anew; the ones before are replaced."""
    start = time.monotonic()
    figures = as_json(look_through(project))
    analysis, _ = Analysis.objects.update_or_create(
        project=project,
        defaults={"figures": figures, "seconds": time.monotonic() - start},
    )
    return analysis
