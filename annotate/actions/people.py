"""Users, memberships, one-time sign-in links and API tokens. Secrets are stored as digests."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from annotate.actions.audit import record
from annotate.actions.leases import return_own
from annotate.models import ApiToken, Membership, Project, Role, SignInLink, User
from annotate.queries.people import former_name

LINK_LIFETIME = timedelta(hours=24)
TOKEN_PREFIX = "tb_"  # noqa: S105 -- a mark that secret scanners can look for


def digest_of(secret: str) -> bytes:
    """Secrets are 256 random bits, so a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).digest()


def create_sign_in_link(*, user: User) -> tuple[str, SignInLink]:
    """A URL that signs `user` in once within 24 hours, and its row."""
    secret = secrets.token_urlsafe(32)
    link = SignInLink.objects.create(
        user=user, digest=digest_of(secret), expires_at=timezone.now() + LINK_LIFETIME
    )
    return f"{settings.PUBLIC_URL}/sign-in/{secret}", link


@transaction.atomic
def redeem_sign_in_link(*, secret: str) -> User | None:
    """The user, once; None for a link that is unknown, used or expired."""
    link = (
        SignInLink.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(digest=digest_of(secret), used_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if link is None or not link.user.is_active:
        return None
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    return link.user


@transaction.atomic
def add_person(
    *, project: Project, by: User | None, username: str, name: str, role: Role, kind: str = "person"
) -> User:
    """A new user with a role in the project. The user signs in by link until a password is set."""
    if User.objects.filter(username=username).exists():
        raise ValidationError({"username": ["This name is taken: choose another."]})
    user = User(username=username, name=name, kind=kind)
    user.set_unusable_password()
    user.save()
    join(project=project, by=by, user=user, role=role)
    return user


@transaction.atomic
def join(*, project: Project, by: User | None, user: User, role: Role) -> Membership:
    """Into the project, or back into it. Who comes to rate begins with the training, if there is
    one; simulated and imported raters need none."""
    trained = role == Role.RATER and user.kind == User.Kind.PERSON and project.training_tasks > 0
    since = timezone.now() if trained else None
    membership, created = Membership.objects.update_or_create(
        project=project,
        user=user,
        defaults={"role": role, "left_at": None},
        create_defaults={"role": role, "training_since": since},
    )
    what = "person joined" if created else "person rejoined"
    record(project=project, actor=by, action=what, user=user.username, role=role)
    return membership


@transaction.atomic
def link_for_member(*, member: Membership, by: User) -> tuple[str, SignInLink] | None:
    """A new link for someone of a project. None for whoever has rights beyond it (their link would
    hand those over), and for raters who can't sign in."""
    if not member.user.is_active or not _only_here(member):
        return None
    record(project=member.project, actor=by, action="sign-in link made", user=member.user.username)
    return create_sign_in_link(user=member.user)


@transaction.atomic
def set_paused(*, member: Membership, by: User, paused: bool) -> Membership:
    """Stops or resumes lending to someone of a project.

    Pausing gives the person's open leases back for others. Nothing they have begun is lost: it can
    still be submitted, and counts late if another has taken the place.
    """
    now = timezone.now() if paused else None
    changed = Membership.objects.filter(pk=member.pk, paused_at__isnull=paused)
    if not changed.update(paused_at=now):
        return member
    member.paused_at = now
    if paused:
        return_own(rater=member.user, project=member.project)
    what = "person paused" if paused else "person resumed"
    record(project=member.project, actor=by, action=what, user=member.user.username)
    return member


@transaction.atomic
def change_person(*, member: Membership, by: User, changes: Mapping[str, Any]) -> Membership:
    """Sets groups, skills and whether the person is in training."""
    fields: dict[str, Any] = {
        name: sorted(set(changes[name])) for name in ("groups", "skills") if name in changes
    }
    if "training" in changes and changes["training"] != bool(member.training_since):
        fields["training_since"] = timezone.now() if changes["training"] else None
    if not fields:
        return member
    Membership.objects.filter(pk=member.pk).update(**fields)
    detail = {name: changes[name] for name in sorted(changes)}
    record(
        project=member.project,
        actor=by,
        action="person changed",
        user=member.user.username,
        **detail,
    )
    member.refresh_from_db()
    return member


@transaction.atomic
def warn(*, member: Membership, by: User, notice: str) -> None:
    """Shows the person these words on their next page, until they say they have read them."""
    Membership.objects.filter(pk=member.pk).update(notice=notice)
    record(project=member.project, actor=by, action="person warned", user=member.user.username)


def dismiss_notice(*, project: Project, rater: User) -> None:
    Membership.objects.filter(project=project, user=rater).update(notice="")


AN_OWNER = "This is an owner of the project: only an owner can remove another."
ONLY_OWNER = "This is the project's only owner: nobody could manage it. Add another owner first."


@transaction.atomic
def leave(*, member: Membership, by: User) -> None:
    """Ends a membership. Judgments stay, open tasks go back, the name is not shown any more.

    Whoever is in no other project is made nameless and can't sign in again.
    """
    owners = Membership.objects.filter(project=member.project, role=Role.OWNER, left_at=None)
    if member.role == Role.OWNER and not owners.filter(user=by).exists():
        raise ValidationError({"person": [AN_OWNER]})
    if member.role == Role.OWNER and not owners.exclude(pk=member.pk).exists():
        raise ValidationError({"person": [ONLY_OWNER]})
    record(project=member.project, actor=by, action="person left", user=member.user.username)
    Membership.objects.filter(pk=member.pk).update(
        left_at=timezone.now(), groups=[], skills=[], notice=""
    )
    return_own(rater=member.user, project=member.project)
    ApiToken.objects.filter(user=member.user, project=member.project).delete()
    elsewhere = Membership.objects.filter(user=member.user, left_at=None)
    if not member.user.is_staff and not elsewhere.exists():
        _make_nameless(member.user)


def _make_nameless(user: User) -> None:
    SignInLink.objects.filter(user=user).delete()
    user.name = former_name(user.pk)
    user.username = f"left-{user.pk}"
    user.email = user.first_name = user.last_name = ""
    user.is_active = False
    user.set_unusable_password()
    user.save()


def _only_here(member: Membership) -> bool:
    elsewhere = Membership.objects.filter(user=member.user).exclude(project=member.project)
    privileged = member.user.is_staff or member.role == Role.OWNER
    return not privileged and not elsewhere.exists()


@transaction.atomic
def create_token(
    *, project: Project, by: User, name: str, scopes: Sequence[str], days: int
) -> tuple[str, ApiToken]:
    """The secret, which is never shown again, and its row."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        project=project,
        user=by,
        name=name,
        scopes=sorted(set(scopes)),
        digest=digest_of(secret),
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(project=project, actor=by, action="token created", name=name, scopes=token.scopes)
    return secret, token


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User) -> None:
    record(project=token.project, actor=by, action="token revoked", name=token.name)
    token.delete()


def startup_links() -> list[tuple[str, str]]:
    """What `serve` prints: a fresh one-time link for the owner and one for the demo's rater."""
    links = []
    owner = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if owner:
        links.append((f"owner ({owner.username})", create_sign_in_link(user=owner)[0]))
    rater = User.objects.filter(
        memberships__project__demo=True,
        memberships__role=Role.RATER,
        kind=User.Kind.PERSON,
        is_active=True,
    ).first()
    if rater:
        links.append((f"demo rater ({rater.username})", create_sign_in_link(user=rater)[0]))
    return links
