"""People of a project, their figures, invitations and tokens, as managers send and get them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotate.api.manage.analysis_serializers import RaterProfile
from annotate.api.manage.serializers import Names
from annotate.api.rater.serializers import Estimate, OwnFigures
from annotate.models import ApiToken, GoldAction, ProposedAction, Role, User

INVITED_ROLES = [choice for choice in Role.choices if choice[0] != Role.OWNER]


class Person(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=User.Kind.choices)
    role = serializers.ChoiceField(choices=Role.choices)
    judgments = serializers.IntegerField()
    last_judgment_at = serializers.DateTimeField(allow_null=True)
    left_share = serializers.FloatField(allow_null=True)
    tie_share = serializers.FloatField(allow_null=True)
    median_seconds = serializers.FloatField(allow_null=True)
    paused_at = serializers.DateTimeField(allow_null=True)
    left_at = serializers.DateTimeField(allow_null=True)
    training = serializers.BooleanField()
    groups = serializers.ListField(child=serializers.CharField())
    skills = serializers.ListField(child=serializers.CharField())
    gold = Estimate()


class PersonChange(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    paused = serializers.BooleanField(required=False)
    training = serializers.BooleanField(required=False)
    groups = Names(required=False)
    skills = Names(required=False)


class Run(serializers.Serializer[Any]):
    length = serializers.IntegerField()
    choice = serializers.IntegerField()
    n = serializers.IntegerField()
    probability = serializers.FloatField()


class Twin(serializers.Serializer[Any]):
    user = serializers.IntegerField()
    name = serializers.CharField()
    together = serializers.IntegerField()
    same = serializers.IntegerField()
    expected = serializers.FloatField()
    q = serializers.FloatField()


class Signals(serializers.Serializer[Any]):
    too_fast = Estimate()
    longest_run = Run(allow_null=True)
    pasted = serializers.IntegerField()
    with_paste = Estimate()
    left = Estimate()
    twins = Twin(many=True)


class Proposal(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    person = serializers.IntegerField(source="membership.user_id")
    name = serializers.CharField(source="membership.user.label")
    action = serializers.ChoiceField(choices=GoldAction.choices)
    evidence = serializers.CharField()
    state = serializers.ChoiceField(choices=ProposedAction.State.choices)
    created_at = serializers.DateTimeField()


class ProposalDecision(serializers.Serializer[Any]):
    confirm = serializers.BooleanField()


class PersonProfile(serializers.Serializer[Any]):
    person = Person()
    figures = OwnFigures()
    signals = Signals()
    beside_others = RaterProfile(
        allow_null=True, help_text="From the latest analysis; null where it has no votes of theirs."
    )
    proposals = Proposal(many=True)


class Notice(serializers.Serializer[Any]):
    notice = serializers.CharField(max_length=2000)


class InvitationNew(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=INVITED_ROLES)
    days = serializers.IntegerField(min_value=1, max_value=90)
    uses = serializers.IntegerField(min_value=1, max_value=1000)
    groups = Names(default=list)


class Invitation(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    role = serializers.ChoiceField(choices=Role.choices)
    groups = serializers.ListField(child=serializers.CharField())
    uses_left = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class InvitationMade(Invitation):
    url = serializers.CharField()


class PersonNew(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    username = serializers.RegexField(
        r"^[\w.@+-]{1,100}$", error_messages={"invalid": "Use letters, digits and . @ + - _ only."}
    )
    role = serializers.ChoiceField(choices=INVITED_ROLES)


class SignInUrl(serializers.Serializer[Any]):
    sign_in_url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class PersonAdded(serializers.Serializer[Any]):
    person = Person()
    sign_in_url = serializers.CharField()


class TokenOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=ApiToken.Scope.choices))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class TokenNew(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=ApiToken.Scope.choices), min_length=1, max_length=5
    )
    days = serializers.IntegerField(min_value=1, max_value=366)


class TokenCreated(TokenOut):
    token = serializers.CharField()
