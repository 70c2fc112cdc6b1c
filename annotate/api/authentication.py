"""Accounts for people, who sign in; bearer tokens for programs."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta

from django.contrib.auth.backends import ModelBackend
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from annotate.actions.people import digest_of
from annotate.models import ApiToken, User
from annotate.models.rows import columns, one

# Writing the time of last use at every request would make each read a write.
_USE_RESOLUTION = timedelta(minutes=1)


_USER = f"SELECT {columns(User, 'u')} FROM annotate_user AS u WHERE u.id = %(id)s"  # noqa: S608


class Accounts(ModelBackend):
    """Django's own, but for the read at each request of a session."""

    def get_user(self, user_id: int) -> User | None:
        found = one(_USER, {"id": user_id}, User)
        return found[0] if found and found[0].is_active else None


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer tb_…`. An unknown or expired token is 401, never anonymous."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        secret = self.secret(*request.headers.get("Authorization", "").partition(" ")[::2])
        if secret is None:
            return None
        now = timezone.now()
        token = (
            ApiToken.objects.select_related("user")
            .filter(digest=digest_of(secret), expires_at__gt=now, user__is_active=True)
            .first()
        )
        if token is None:
            raise AuthenticationFailed("This token is unknown, revoked or expired.")
        if token.last_used_at is None or now - token.last_used_at > _USE_RESOLUTION:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def secret(self, scheme: str, sent: str) -> str | None:
        """The token in the header, None where the header is of another scheme."""
        return sent.strip() if scheme.lower() == "bearer" else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenAsPassword(TokenAuthentication):
    """Also the token as the password of HTTP Basic, whatever the user's name: for programs that can
    be told an address alone, https://user:tb_…@host/."""

    def secret(self, scheme: str, sent: str) -> str | None:
        if scheme.lower() != "basic":
            return super().secret(scheme, sent)
        try:
            pair = b64decode(sent, validate=True).decode()
        except ValueError:
            return ""
        return pair.partition(":")[2]


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # untyped base
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class PasswordScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # untyped base
    target_class = TokenAsPassword
    name = "token as password"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "basic"}
