"""Managers' endpoints of the collecting side: thin, one action or query each."""

from __future__ import annotations

from django.http import Http404, StreamingHttpResponse
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.actions import importing, projects, snapshots
from annotate.api.manage import serializers as s
from annotate.api.manage import task_serializers as t
from annotate.api.manage.review import detail_of
from annotate.models import (
    Agreement,
    ApiToken,
    AuditEvent,
    Import,
    Project,
    Question,
    Role,
    Snapshot,
)
from annotate.permissions import (
    may_create_projects,
    project_for,
    question_of,
    task_of,
    token_is_whole_account,
    user_of,
)
from annotate.queries import exports
from annotate.queries import tasks as task_queries
from annotate.queries.forecast import forecast

HISTORY = 200
AUDIT = 100


def _choice(name: str, values: list[str], default: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, enum=values, default=default)


def _picked(request: Request, name: str, values: list[str], default: str) -> str:
    value = request.query_params.get(name, default)
    if value not in values:
        raise ValidationError({name: [f"Choose one of: {', '.join(values)}."]})
    return value


class ProjectsView(APIView):
    @extend_schema(operation_id="projects_list", responses=s.ProjectOut(many=True))
    def get(self, request: Request) -> Response:
        found = Project.objects.filter(
            memberships__user=user_of(request),
            memberships__role__in=[Role.MANAGER, Role.OWNER],
        ).order_by("name")
        if isinstance(request.auth, ApiToken):
            found = found.filter(pk=request.auth.project_id)
        return Response(s.ProjectOut(found, many=True).data)

    @extend_schema(request=s.ProjectNew, responses={201: s.ProjectOut})
    def post(self, request: Request) -> Response:
        if not may_create_projects(user_of(request)) or not token_is_whole_account(request):
            raise Http404
        data = s.ProjectNew(data=request.data)
        data.is_valid(raise_exception=True)
        project = projects.create_project(by=user_of(request), **data.validated_data)
        return Response(s.ProjectOut(project).data, status=status.HTTP_201_CREATED)


class ProjectView(APIView):
    @extend_schema(responses=s.ProjectOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(s.ProjectOut(project_for(request, slug)).data)

    @extend_schema(request=s.ProjectChange, responses=s.ProjectOut)
    def patch(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug)
        data = s.ProjectChange(project, data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        project = projects.update_project(
            project=project, by=user_of(request), changes=data.validated_data
        )
        return Response(s.ProjectOut(project).data)


STATUSES = ["all", "open", "judged", "flagged", "gold", "training", "repeat"]
SOURCES = ["all", "import", "round"]
ORDERS = ["newest", "uncertain"]


class TasksView(APIView):
    @extend_schema(
        parameters=[
            _choice("status", STATUSES, "all"),
            _choice("source", SOURCES, "all"),
            _choice("order", ORDERS, "newest"),
            OpenApiParameter("cursor", OpenApiTypes.STR),
        ],
        responses=t.TaskPage,
    )
    def get(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug, at_least=Role.REVIEWER)
        page = task_queries.page(
            project,
            status=_picked(request, "status", STATUSES, "all"),
            source=_picked(request, "source", SOURCES, "all"),
            order=_picked(request, "order", ORDERS, "newest"),
            cursor=request.query_params.get("cursor", ""),
        )
        return Response(t.TaskPage(page).data)


class TaskView(APIView):
    @extend_schema(operation_id="projects_task_retrieve", responses=t.TaskDetail)
    def get(self, request: Request, slug: str, task: int) -> Response:
        project = project_for(request, slug, at_least=Role.REVIEWER)
        return Response(detail_of(request, task_of(project, task)))


class ForecastView(APIView):
    @extend_schema(responses=s.Forecast)
    def get(self, request: Request, slug: str) -> Response:
        return Response(s.Forecast(forecast(project_for(request, slug))).data)


class AgreementView(APIView):
    @extend_schema(responses=s.AgreementHistory)
    def get(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug, at_least=Role.REVIEWER)
        newest = list(Agreement.objects.filter(project=project).order_by("-computed_at")[:HISTORY])
        latest = newest[0] if newest else None
        return Response(s.AgreementHistory({"latest": latest, "history": newest[::-1]}).data)


class ImportsView(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(responses=s.ImportOut(many=True))
    def get(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug)
        found = project.imports.order_by("-pk")[:50]
        return Response(s.ImportOut(found, many=True).data)

    @extend_schema(request={"multipart/form-data": s.ImportNew}, responses={202: s.ImportOut})
    def post(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug)
        data = s.ImportNew(data=request.data)
        data.is_valid(raise_exception=True)
        job = importing.start_import(
            project=project,
            by=user_of(request),
            upload=data.validated_data["file"],
            format=data.validated_data["format"],
            question=_question(project, data.validated_data["question"]),
        )
        return Response(s.ImportOut(job).data, status=status.HTTP_202_ACCEPTED)


def _question(project: Project, pk: int | None) -> Question | None:
    return None if pk is None else question_of(project, pk)


def _import(request: Request, slug: str, pk: int) -> Import:
    project = project_for(request, slug)
    job = project.imports.filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


class ImportView(APIView):
    @extend_schema(responses=s.ImportOut)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(s.ImportOut(_import(request, slug, pk)).data)


class ImportCancelView(APIView):
    @extend_schema(request=None, responses=s.ImportOut)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        job = importing.cancel_import(job=_import(request, slug, pk), by=user_of(request))
        return Response(s.ImportOut(job).data)


class SnapshotsView(APIView):
    @extend_schema(responses=s.SnapshotOut(many=True))
    def get(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug)
        found = project.snapshots.select_related("by").order_by("-number")[:100]
        return Response(s.SnapshotOut(found, many=True).data)

    @extend_schema(request=None, responses={201: s.SnapshotOut})
    def post(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug)
        snapshot = snapshots.take_snapshot(project=project, by=user_of(request))
        return Response(s.SnapshotOut(snapshot).data, status=status.HTTP_201_CREATED)


class ExportView(APIView):
    @extend_schema(
        parameters=[
            _choice("rows", sorted(exports.ROWS), "preference"),
            _choice("format", sorted(exports.CONTENT_TYPES), "jsonl"),
        ],
        responses={200: OpenApiTypes.BINARY},
    )
    def get(self, request: Request, slug: str, pk: int) -> StreamingHttpResponse:
        project = project_for(request, slug)
        rows = _picked(request, "rows", sorted(exports.ROWS), "preference")
        form = _picked(request, "format", sorted(exports.CONTENT_TYPES), "jsonl")
        snapshot = Snapshot.objects.filter(project=project, pk=pk).first()
        if snapshot is None:
            raise Http404
        name = f"{slugify(project.slug)}-snapshot-{snapshot.number}-{rows}.{form}"
        return StreamingHttpResponse(
            exports.stream_export(snapshot, rows=rows, format=form),
            content_type=exports.CONTENT_TYPES[form],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class AuditView(APIView):
    @extend_schema(responses=s.AuditOut(many=True))
    def get(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug)
        found = (
            AuditEvent.objects.filter(project=project)
            .select_related("actor")
            .order_by("-at")[:AUDIT]
        )
        return Response(s.AuditOut(found, many=True).data)
