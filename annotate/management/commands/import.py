"""`manage.py import PROJECT FILE`: an import in the foreground, with progress."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.actions.importing import KEPT, Report, import_file
from annotate.formats import UnreadableFile
from annotate.incoming import ReadingFailed
from annotate.models import Project


class Command(BaseCommand):
    help = "Imports a file of preferences or rankings. Exit status 3: some lines were left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's address, such as `demo`")
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=["hh", "preference", "ranking"])

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
                progress=lambda report: self._progress(report, path.stat().st_size),
            )
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        except ReadingFailed as error:
            raise CommandError(f"{error} {KEPT}") from error
        self._finish(report)

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
