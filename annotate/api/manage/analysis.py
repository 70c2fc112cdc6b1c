"""The figures behind the pages on agreement, raters and policies."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.api.manage import analysis_serializers as s
from annotate.jobs import enqueue_coalesced
from annotate.models import Analysis, Project, User
from annotate.permissions import project_for
from annotate.queries.tasks import names


class AnalysisView(APIView):
    @extend_schema(responses=s.Analysis)
    def get(self, request: Request, slug: str) -> Response:
        return Response(_shown(project_for(request, slug)))

    @extend_schema(request=None, responses={202: None})
    def post(self, request: Request, slug: str) -> Response:
        """Reads all votes and computes consensus, agreement and these figures anew, in a worker;
        new votes do so by themselves within minutes."""
        enqueue_coalesced("annotate.analyse", project_for(request, slug).pk, True, seconds=1)
        return Response(status=status.HTTP_202_ACCEPTED)


def _shown(project: Project) -> dict[str, Any]:
    analysis = Analysis.objects.filter(project=project).first() or Analysis(project=project)
    profiles = analysis.figures["profiles"] if analysis.figures else []
    raters = User.objects.filter(pk__in=[profile["rater"] for profile in profiles])
    named = names(list(raters), project)
    return {
        "computed_at": analysis.computed_at,
        "figures": analysis.figures,
        "names": [{"id": pk, "name": name} for pk, name in sorted(named.items())],
        "failed_at": analysis.failed_at,
        "failure": analysis.failure,
    }
