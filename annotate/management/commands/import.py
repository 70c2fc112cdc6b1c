"""`manage.py import PROJECT FILE`: an import in the foreground, with progress."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.actions.importing import KEPT, Report, import_file
from annotate.formats import UnreadableFile
from annotate.formats.known import FORMS, SEVERAL
from annotate.incoming import ReadingFailed
from annotate.models import Project, Question


class Command(BaseCommand):
    help = "Imports a file of prompts, responses and votes. Status 3: some lines were left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's address, such as `demo`")
        parser.add_argument("file", type=Path)
        parser.add_argument("--question", type=int, help="its id; the project's first if left out")
        parser.add_argument("--format", choices=[*FORMS, *SEVERAL])

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(slug=options["project"]).first()
        path: Path = options["file"]
        if project is None:
            raise CommandError(f"There is no project {options['project']!r}.")
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            report = import_file(
                project=project,
                path=path,
                format=options["format"],
                question=self._question(project, options["question"]),
                progress=lambda report: self._progress(report, path.stat().st_size),
            )
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        except ReadingFailed as error:
            raise CommandError(f"{error} {KEPT}") from error
        self._finish(report)

    def _question(self, project: Project, pk: int | None) -> Question | None:
        if pk is None:
            return None
        found = project.questions.filter(pk=pk).first()
        if found is None:
            known = ", ".join(f"{q.pk} ({q.title})" for q in project.questions.order_by("pk"))
            raise CommandError(f"The project has no question {pk}; it has: {known}.")
        return found

    def _progress(self, report: Report, total: int) -> None:
        share = report.bytes_read / total if total else 1
        self.stderr.write(f"{share:4.0%}  {report.sentence}")

    def _finish(self, report: Report) -> None:
        for error in report.errors:
            self.stderr.write(f"line {error['line']}: {error['reason']}")
        if report.bad_lines > len(report.errors):
            self.stderr.write(f"… and {report.bad_lines - len(report.errors):,} more.")
        self.stdout.write(report.sentence)
        if report.bad_lines:
            raise SystemExit(3)
