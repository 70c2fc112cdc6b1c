"""Signing in and out, and who one is."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.actions.invitations import accept_invitation, open_invitation
from annotate.actions.leases import return_own
from annotate.actions.people import redeem_sign_in_link
from annotate.models import Membership, Role, User
from annotate.permissions import token_is_whole_account

WRONG = "That name and password don't match. Check both, or ask a manager for a sign-in link."
LOCKED = "Too many attempts. Wait 15 minutes, or ask a manager for a sign-in link."
ENDED = "This invitation has ended or is used up. Ask whoever sent it for a new one."
USED = "This sign-in link has been used or has ended. Ask a manager for a new one."


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> JsonResponse:
    """What django-axes answers to someone who has guessed too often."""
    return JsonResponse({"detail": LOCKED}, status=status.HTTP_429_TOO_MANY_REQUESTS)


class SessionUser(serializers.Serializer[User]):
    id = serializers.IntegerField()
    name = serializers.CharField(source="label")
    kind = serializers.ChoiceField(choices=User.Kind.choices)
    staff = serializers.BooleanField(source="is_staff")


class SessionProject(serializers.Serializer[Membership]):
    slug = serializers.CharField(source="project.slug")
    name = serializers.CharField(source="project.name")
    role = serializers.ChoiceField(choices=Role.choices)


class Session(serializers.Serializer[Any]):
    user = SessionUser(allow_null=True)
    projects = SessionProject(many=True)


class Credentials(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class LinkToken(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=200)


class Invited(serializers.Serializer[Any]):
    """What an invitation is to, before it is accepted."""

    project = serializers.CharField(source="project.name")
    slug = serializers.CharField(source="project.slug")
    role = serializers.ChoiceField(choices=Role.choices)
    expires_at = serializers.DateTimeField()


class Acceptance(serializers.Serializer[Any]):
    """Somebody new gives a name, a user name and a password; the signed-in only the token."""

    token = serializers.CharField(max_length=200)
    name = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    username = serializers.RegexField(
        r"^[\w.@+-]{1,100}$",
        required=False,
        error_messages={"invalid": "Use letters, digits and . @ + - _ only."},
    )
    password = serializers.CharField(max_length=1000, required=False, trim_whitespace=False)


def _session(request: Request) -> Response:
    user = request.user if request.user.is_authenticated else None
    projects = (
        Membership.objects.filter(user_id=user.pk, left_at=None)
        .select_related("project")
        .order_by("project__name")
        if user
        else []
    )
    return Response(Session({"user": user, "projects": projects}).data)


@method_decorator(ensure_csrf_cookie, name="get")
@method_decorator(csrf_protect, name="post")
class SessionView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(responses=Session)
    def get(self, request: Request) -> Response:
        get_token(request)
        return _session(request)

    @extend_schema(request=Credentials, responses=Session)
    def post(self, request: Request) -> Response:
        data = Credentials(data=request.data)
        data.is_valid(raise_exception=True)
        user = authenticate(request._request, **data.validated_data)
        if user is None:
            raise ValidationError(WRONG)
        login(request._request, user)
        request.user = user
        return _session(request)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        if isinstance(request.user, User) and token_is_whole_account(request):
            return_own(rater=request.user)
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


@method_decorator(csrf_protect, name="post")
class SessionLinkView(APIView):
    """A one-time link is redeemed by a POST, so that a mail program's preview can't use it up."""

    permission_classes = [AllowAny]

    @extend_schema(request=LinkToken, responses=Session)
    def post(self, request: Request) -> Response:
        data = LinkToken(data=request.data)
        data.is_valid(raise_exception=True)
        user = redeem_sign_in_link(secret=data.validated_data["token"])
        if user is None:
            raise ValidationError(USED)
        login(request._request, user, backend="annotate.api.authentication.Accounts")
        request.user = user
        return _session(request)


@method_decorator(csrf_protect, name="post")
class InvitationView(APIView):
    """Looks at an invitation. A POST, so that its secret stands in no address and no log."""

    permission_classes = [AllowAny]

    @extend_schema(request=LinkToken, responses=Invited)
    def post(self, request: Request) -> Response:
        data = LinkToken(data=request.data)
        data.is_valid(raise_exception=True)
        invitation = open_invitation(data.validated_data["token"])
        if invitation is None:
            raise ValidationError(ENDED)
        return Response(Invited(invitation).data)


@method_decorator(csrf_protect, name="post")
class AcceptView(APIView):
    """Joins the project of an invitation: as who is signed in, else as somebody new."""

    permission_classes = [AllowAny]

    @extend_schema(request=Acceptance, responses=Session)
    def post(self, request: Request) -> Response:
        data = Acceptance(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        signed_in = request.user if isinstance(request.user, User) else None
        if signed_in and not token_is_whole_account(request):
            raise ValidationError(ENDED)
        if signed_in is None:
            _check_new(given)
        user = accept_invitation(
            secret=given["token"],
            user=signed_in,
            name=given["name"],
            username=given.get("username", ""),
            password=given.get("password", ""),
        )
        if user is None:
            raise ValidationError(ENDED)
        if signed_in is None:
            login(request._request, user, backend="annotate.api.authentication.Accounts")
            request.user = user
        return _session(request)


def _check_new(given: dict[str, Any]) -> None:
    missing = [name for name in ("name", "username", "password") if not given.get(name)]
    if missing:
        raise ValidationError({name: ["Fill this in."] for name in missing})
