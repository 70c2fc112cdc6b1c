"""Small reads about a project that many rooms need."""

from __future__ import annotations

from annotate.models import Project, Question


def current_question(project: Project) -> Question:
    """The newest version of the project's question: what new tasks ask and raters are lent."""
    return project.questions.latest("version")
