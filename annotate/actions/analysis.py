"""Looks through a project's votes and keeps what they say for the managers' pages."""

from __future__ import annotations

import time

from django.utils import timezone

from annotate.actions.consensus import refresh_consensus
from annotate.models import Analysis, Project
from annotate.queries.analysis import as_json, look_through


def analyse(*, project: Project, all_anew: bool = False) -> Analysis:
    """Computes the figures anew; the ones before are replaced. With `all_anew`, consensus and
    agreement before them. Where that fails they stay, with the error beside them, which is
    raised."""
    start = time.monotonic()
    try:
        if all_anew:
            refresh_consensus(project=project)
        figures = as_json(look_through(project))
    except Exception as error:
        failure = {"failed_at": timezone.now(), "failure": f"{type(error).__name__}: {error}"}
        Analysis.objects.update_or_create(project=project, defaults=failure)
        raise
    return Analysis.objects.update_or_create(
        project=project,
        defaults={
            "figures": figures,
            "seconds": time.monotonic() - start,
            "computed_at": timezone.now(),
            "failed_at": None,
            "failure": "",
        },
    )[0]
