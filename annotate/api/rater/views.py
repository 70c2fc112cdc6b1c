"""The rater's endpoints. Each names the one thing it does; the rules are in actions."""

from __future__ import annotations

from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.actions import assign, drafts, judge, leases, people, review
from annotate.api.rater import serializers as s
from annotate.permissions import (
    member_of,
    own_assignment,
    token_is_whole_account,
    user_of,
    work_project,
)
from annotate.queries import own, raters, work
from annotate.queries.projects import question_as_shown

# Making a serializer copies all its fields, a twentieth of the time of a click. These calls change
# nothing in them, so the two requests behind every judgment share one of each.
_HOLDING, _NEXT, _SUBMISSION, _RECEIPT = s.Holding(), s.Next(), s.Submission(), s.Receipt()


class WorkView(APIView):
    @extend_schema(responses=s.Work)
    def get(self, request: Request, slug: str) -> Response:
        project = work_project(request, slug)
        return Response(s.Work(work.work(project, user_of(request))).data)


class NextView(APIView):
    @extend_schema(request=s.Holding, responses=s.Next)
    def post(self, request: Request, slug: str) -> Response:
        project = work_project(request, slug)
        data = _HOLDING.run_validation(request.data)
        lent = assign.next_assignment(
            project=project, rater=user_of(request), holding=data["holding"]
        )
        shown = work.shown_assignment(lent.assignment) if lent.assignment else None
        return Response(_NEXT.to_representation({"assignment": shown, "reason": lent.reason}))


class AssignmentView(APIView):
    @extend_schema(responses=s.RaterAssignment)
    def get(self, request: Request, slug: str, assignment: int) -> Response:
        found = own_assignment(request, slug, assignment)
        found.task.question = question_as_shown(found)
        return Response(s.RaterAssignment(work.shown_assignment(found)).data)


class JudgmentView(APIView):
    @extend_schema(request=s.Submission, responses={200: s.Receipt, 201: s.Receipt})
    def post(self, request: Request, slug: str, assignment: int) -> Response:
        found = own_assignment(request, slug, assignment)
        data = _SUBMISSION.run_validation(request.data)
        about = {name: data.pop(name) for name in ("key", "revision", "active_ms", "pasted")}
        done = judge.submit(assignment=found, parts=data, **about)
        receipt = {
            "assignment": found.pk,
            "revision": done.judgment.revision,
            "late": done.judgment.late,
            "feedback": done.feedback,
        }
        code = status.HTTP_201_CREATED if done.created else status.HTTP_200_OK
        return Response(_RECEIPT.to_representation(receipt), status=code)


class SkipView(APIView):
    @extend_schema(request=s.Skip, responses={204: None})
    def post(self, request: Request, slug: str, assignment: int) -> Response:
        found = own_assignment(request, slug, assignment)
        data = s.Skip(data=request.data)
        data.is_valid(raise_exception=True)
        leases.skip(assignment=found, **data.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class FlagView(APIView):
    @extend_schema(request=s.Flag, responses={204: None})
    def post(self, request: Request, slug: str, assignment: int) -> Response:
        found = own_assignment(request, slug, assignment)
        data = s.Flag(data=request.data)
        data.is_valid(raise_exception=True)
        leases.flag(assignment=found, **data.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class HeartbeatView(APIView):
    @extend_schema(request=None, responses=s.Lease)
    def post(self, request: Request, slug: str, assignment: int) -> Response:
        found = own_assignment(request, slug, assignment)
        return Response(s.Lease(leases.extend_lease(assignment=found)).data)


class HistoryView(APIView):
    @extend_schema(responses=s.HistoryItem(many=True))
    def get(self, request: Request, slug: str) -> Response:
        project = work_project(request, slug)
        items = work.history(project, user_of(request))
        return Response(s.HistoryItem(items, many=True).data)


class DraftView(APIView):
    @extend_schema(request=s.Draft, responses={204: None})
    def put(self, request: Request, slug: str, assignment: int) -> Response:
        found = own_assignment(request, slug, assignment)
        data = s.Draft(data=request.data)
        data.is_valid(raise_exception=True)
        drafts.save_draft(assignment=found, data=data.validated_data["data"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class AppealView(APIView):
    @extend_schema(request=s.AppealText, responses={201: s.AppealOut})
    def post(self, request: Request, slug: str, assignment: int) -> Response:
        found = own_assignment(request, slug, assignment)
        data = s.AppealText(data=request.data)
        data.is_valid(raise_exception=True)
        appeal = review.appeal(assignment=found, text=data.validated_data["text"])
        return Response(s.AppealOut(appeal).data, status=status.HTTP_201_CREATED)


class OwnView(APIView):
    @extend_schema(responses=s.OwnFigures)
    def get(self, request: Request, slug: str) -> Response:
        project = work_project(request, slug)
        return Response(s.OwnFigures(raters.own_figures(project, user_of(request))).data)


class OwnExportView(APIView):
    """Everything this person has judged here, as JSON lines: one a revision."""

    @extend_schema(responses={200: OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str) -> StreamingHttpResponse:
        project = work_project(request, slug)
        return StreamingHttpResponse(
            own.own_lines(project, user_of(request)),
            content_type="application/x-ndjson",
            headers={"Content-Disposition": f'attachment; filename="{project.slug}-own.jsonl"'},
        )


class NoticeView(APIView):
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        people.dismiss_notice(project=work_project(request, slug), rater=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class LeaveView(APIView):
    """Only by the signed-in browser: a program must not end somebody's membership."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, slug: str) -> Response:
        project = work_project(request, slug)
        if not token_is_whole_account(request):
            raise Http404
        user = user_of(request)
        people.leave(member=member_of(project, user.pk), by=user)
        return Response(status=status.HTTP_204_NO_CONTENT)
