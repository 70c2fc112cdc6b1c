"""The addresses of the collecting side's API. The learning side's stand in rm_training.api."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from annotate.api import session
from annotate.api.manage import analysis, people, questions, review, review_requests
from annotate.api.manage import views as manage
from annotate.api.rater import views as rater

WORK = "v1/projects/<slug:slug>/work"
PROJECT = "v1/projects/<slug:slug>"

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("schema/browse/", SpectacularSwaggerSplitView.as_view(url_name="schema")),
    path("v1/session", session.SessionView.as_view()),
    path("v1/session/link", session.SessionLinkView.as_view()),
    path("v1/session/invitation", session.InvitationView.as_view()),
    path("v1/session/invitation/accept", session.AcceptView.as_view()),
    path(f"{WORK}", rater.WorkView.as_view()),
    path(f"{WORK}/next", rater.NextView.as_view()),
    path(f"{WORK}/history", rater.HistoryView.as_view()),
    path(f"{WORK}/own", rater.OwnView.as_view()),
    path(f"{WORK}/own/export", rater.OwnExportView.as_view()),
    path(f"{WORK}/notice", rater.NoticeView.as_view()),
    path(f"{WORK}/leave", rater.LeaveView.as_view()),
    path(f"{WORK}/assignments/<int:assignment>", rater.AssignmentView.as_view()),
    path(f"{WORK}/assignments/<int:assignment>/judgment", rater.JudgmentView.as_view()),
    path(f"{WORK}/assignments/<int:assignment>/skip", rater.SkipView.as_view()),
    path(f"{WORK}/assignments/<int:assignment>/flag", rater.FlagView.as_view()),
    path(f"{WORK}/assignments/<int:assignment>/heartbeat", rater.HeartbeatView.as_view()),
    path(f"{WORK}/assignments/<int:assignment>/draft", rater.DraftView.as_view()),
    path(f"{WORK}/assignments/<int:assignment>/appeal", rater.AppealView.as_view()),
    path("v1/projects", manage.ProjectsView.as_view()),
    path(f"{PROJECT}", manage.ProjectView.as_view()),
    path(f"{PROJECT}/tasks", manage.TasksView.as_view()),
    path(f"{PROJECT}/tasks/<int:task>", manage.TaskView.as_view()),
    path(f"{PROJECT}/tasks/<int:task>/decision", review.DecisionView.as_view()),
    path(f"{PROJECT}/tasks/<int:task>/known-answer", review.KnownAnswerView.as_view()),
    path(f"{PROJECT}/disputes", review.DisputesView.as_view()),
    path(f"{PROJECT}/review-requests", review_requests.ReviewRequestsView.as_view()),
    path(
        f"{PROJECT}/review-requests/<int:pk>/dismiss", review_requests.ReviewDismissView.as_view()
    ),
    path(f"{PROJECT}/appeals", review.AppealsView.as_view()),
    path(f"{PROJECT}/appeals/<int:appeal>", review.AppealAnswerView.as_view()),
    path(f"{PROJECT}/questions", questions.QuestionsView.as_view()),
    path(f"{PROJECT}/questions/<int:question>", questions.QuestionView.as_view()),
    path(f"{PROJECT}/questions/<int:question>/versions", questions.QuestionVersionsView.as_view()),
    path(f"{PROJECT}/forecast", manage.ForecastView.as_view()),
    path(f"{PROJECT}/invitations", people.InvitationsView.as_view()),
    path(f"{PROJECT}/invitations/<int:pk>", people.InvitationView.as_view()),
    path(f"{PROJECT}/proposals", people.ProposalsView.as_view()),
    path(f"{PROJECT}/proposals/<int:pk>", people.ProposalView.as_view()),
    path(f"{PROJECT}/people", people.PeopleView.as_view()),
    path(f"{PROJECT}/people/<int:person>", people.PersonView.as_view()),
    path(f"{PROJECT}/people/<int:person>/warning", people.WarningView.as_view()),
    path(f"{PROJECT}/people/<int:person>/sign-in-link", people.SignInLinkView.as_view()),
    path(f"{PROJECT}/agreement", manage.AgreementView.as_view()),
    path(f"{PROJECT}/analysis", analysis.AnalysisView.as_view()),
    path(f"{PROJECT}/imports", manage.ImportsView.as_view()),
    path(f"{PROJECT}/imports/<int:pk>", manage.ImportView.as_view()),
    path(f"{PROJECT}/imports/<int:pk>/cancel", manage.ImportCancelView.as_view()),
    path(f"{PROJECT}/snapshots", manage.SnapshotsView.as_view()),
    path(f"{PROJECT}/snapshots/<int:pk>/export", manage.ExportView.as_view()),
    path(f"{PROJECT}/tokens", people.TokensView.as_view()),
    path(f"{PROJECT}/tokens/<int:pk>", people.TokenView.as_view()),
    path(f"{PROJECT}/audit", manage.AuditView.as_view()),
]
