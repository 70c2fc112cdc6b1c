"""Invitations: links by which people join a project by themselves."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as InvalidPassword
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from annotate.actions.audit import record
from annotate.actions.people import add_person, digest_of, join
from annotate.models import Invitation, Membership, Project, Role, User


@transaction.atomic
def invite(
    *,
    project: Project,
    by: User,
    role: Role,
    days: int,
    uses: int,
    groups: Sequence[str] = (),
) -> tuple[str, Invitation]:
    """A URL by which `uses` people can join within `days`, and its row. The URL is not kept."""
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        project=project,
        by=by,
        role=role,
        groups=sorted(set(groups)),
        uses_left=uses,
        digest=digest_of(secret),
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(project=project, actor=by, action="invitation made", role=role, uses=uses, days=days)
    return f"{settings.PUBLIC_URL}/join/{secret}", invitation


def open_invitation(secret: str) -> Invitation | None:
    """The invitation of a link that still admits somebody."""
    return (
        Invitation.objects.select_related("project")
        .filter(digest=digest_of(secret), uses_left__gt=0, expires_at__gt=timezone.now())
        .first()
    )


@transaction.atomic
def accept_invitation(
    *, secret: str, user: User | None, name: str = "", username: str = "", password: str = ""
) -> User | None:
    """Joins `user`, or somebody new, by a link; the user, or None where the link admits nobody.

    Who is a member already stays what they are, and uses nothing up. ValidationError where a new
    person's name or password won't do.
    """
    invitation = Invitation.objects.select_for_update().filter(digest=digest_of(secret)).first()
    if invitation is None or not open_invitation(secret):
        return None
    project = invitation.project
    if user and Membership.objects.filter(project=project, user=user, left_at=None).exists():
        return user
    role = Role(invitation.role)
    if user is None:
        user = add_person(project=project, by=None, username=username, name=name, role=role)
        _set_password(user, password)
    else:
        join(project=project, by=user, user=user, role=role)
    Membership.objects.filter(project=project, user=user).update(groups=invitation.groups)
    invitation.uses_left -= 1
    invitation.save(update_fields=["uses_left"])
    return user


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except InvalidPassword as error:
        raise ValidationError({"password": list(error.messages)}) from error
    user.set_password(password)
    user.save(update_fields=["password"])


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User) -> None:
    record(
        project=invitation.project,
        actor=by,
        action="invitation withdrawn",
        role=invitation.role,
    )
    invitation.delete()
