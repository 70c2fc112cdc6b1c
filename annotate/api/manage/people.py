"""Who works in a project: members, invitations, and what rules propose about raters."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.actions import invitations, people, rules
from annotate.api.manage import people_serializers as s
from annotate.models import ApiToken, Membership, Project, ProposedAction
from annotate.permissions import member_of, project_for, token_is_whole_account, user_of
from annotate.queries import people as people_queries
from annotate.queries import raters


def by_browser(request: Request, slug: str) -> Project:
    """Secrets are made and revoked by people: a leaked token must not make others."""
    project = project_for(request, slug)
    if not token_is_whole_account(request):
        raise Http404
    return project


class PeopleView(APIView):
    @extend_schema(responses=s.Person(many=True))
    def get(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug)
        return Response(s.Person(people_queries.people(project), many=True).data)

    @extend_schema(request=s.PersonNew, responses={201: s.PersonAdded})
    def post(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug)
        data = s.PersonNew(data=request.data)
        data.is_valid(raise_exception=True)
        user = people.add_person(project=project, by=user_of(request), **data.validated_data)
        url, _ = people.create_sign_in_link(user=user)
        person = people_queries.person(project, user.pk)
        answer = s.PersonAdded({"person": person, "sign_in_url": url}).data
        return Response(answer, status=status.HTTP_201_CREATED)


class PersonView(APIView):
    @extend_schema(responses=s.PersonProfile)
    def get(self, request: Request, slug: str, person: int) -> Response:
        project = project_for(request, slug)
        return Response(s.PersonProfile(_profile(member_of(project, person))).data)

    @extend_schema(request=s.PersonChange, responses=s.Person)
    def patch(self, request: Request, slug: str, person: int) -> Response:
        project = project_for(request, slug)
        member = member_of(project, person)
        data = s.PersonChange(data=request.data)
        data.is_valid(raise_exception=True)
        changes = dict(data.validated_data)
        paused = changes.pop("paused", None)
        if paused is not None:
            people.set_paused(member=member, by=user_of(request), paused=paused)
        people.change_person(member=member, by=user_of(request), changes=changes)
        return Response(s.Person(people_queries.person(project, person)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, person: int) -> Response:
        member = member_of(project_for(request, slug), person)
        people.leave(member=member, by=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _profile(member: Membership) -> dict[str, object]:
    project, user = member.project, member.user
    return {
        "person": people_queries.person(project, user.pk),
        "figures": raters.own_figures(project, user),
        "signals": raters.signals(project, user),
        "beside_others": raters.beside_others(project, user),
        "proposals": member.proposed_actions.order_by("-created_at")[:20],
    }


class WarningView(APIView):
    @extend_schema(request=s.Notice, responses={204: None})
    def post(self, request: Request, slug: str, person: int) -> Response:
        member = member_of(project_for(request, slug), person)
        data = s.Notice(data=request.data)
        data.is_valid(raise_exception=True)
        people.warn(member=member, by=user_of(request), notice=data.validated_data["notice"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignInLinkView(APIView):
    @extend_schema(request=None, responses={201: s.SignInUrl})
    def post(self, request: Request, slug: str, person: int) -> Response:
        member = member_of(project_for(request, slug), person)
        made = people.link_for_member(member=member, by=user_of(request))
        if made is None:
            raise Http404
        url, link = made
        answer = s.SignInUrl({"sign_in_url": url, "expires_at": link.expires_at}).data
        return Response(answer, status=status.HTTP_201_CREATED)


class InvitationsView(APIView):
    @extend_schema(responses=s.Invitation(many=True))
    def get(self, request: Request, slug: str) -> Response:
        found = project_for(request, slug).invitations.order_by("-pk")
        return Response(s.Invitation(found, many=True).data)

    @extend_schema(request=s.InvitationNew, responses={201: s.InvitationMade})
    def post(self, request: Request, slug: str) -> Response:
        project = by_browser(request, slug)
        data = s.InvitationNew(data=request.data)
        data.is_valid(raise_exception=True)
        url, made = invitations.invite(project=project, by=user_of(request), **data.validated_data)
        answer = {**s.Invitation(made).data, "url": url}
        return Response(answer, status=status.HTTP_201_CREATED)


class InvitationView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        invitation = by_browser(request, slug).invitations.filter(pk=pk).first()
        if invitation is None:
            raise Http404
        invitations.withdraw_invitation(invitation=invitation, by=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProposalsView(APIView):
    @extend_schema(responses=s.Proposal(many=True))
    def get(self, request: Request, slug: str) -> Response:
        found = _proposals(project_for(request, slug)).order_by("-state", "-created_at")[:200]
        return Response(s.Proposal(found, many=True).data)


class ProposalView(APIView):
    @extend_schema(request=s.ProposalDecision, responses=s.Proposal)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        found = _proposals(project_for(request, slug)).filter(pk=pk).first()
        if found is None:
            raise Http404
        data = s.ProposalDecision(data=request.data)
        data.is_valid(raise_exception=True)
        decided = rules.decide_proposal(
            proposal=found, by=user_of(request), confirm=data.validated_data["confirm"]
        )
        return Response(s.Proposal(decided).data)


def _proposals(project: Project) -> QuerySet[ProposedAction]:
    return ProposedAction.objects.filter(
        membership__project=project, membership__left_at=None
    ).select_related("membership__user", "membership__project")


class TokensView(APIView):
    @extend_schema(responses=s.TokenOut(many=True))
    def get(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug)
        return Response(s.TokenOut(project.tokens.order_by("-pk"), many=True).data)

    @extend_schema(request=s.TokenNew, responses={201: s.TokenCreated})
    def post(self, request: Request, slug: str) -> Response:
        project = by_browser(request, slug)
        data = s.TokenNew(data=request.data)
        data.is_valid(raise_exception=True)
        secret, token = people.create_token(
            project=project, by=user_of(request), **data.validated_data
        )
        answer = {**s.TokenOut(token).data, "token": secret}
        return Response(answer, status=status.HTTP_201_CREATED)


class TokenView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        token = ApiToken.objects.filter(project=by_browser(request, slug), pk=pk).first()
        if token is None:
            raise Http404
        people.revoke_token(token=token, by=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
