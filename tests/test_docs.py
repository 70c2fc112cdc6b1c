"""The documents say what the code does: variables, commands, links and the two set-up commands."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from textwrap import dedent

import pytest

from annotate import formats

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
OPERATORS = (ROOT / "docs" / "operators.md").read_text()
README = (ROOT / "README.md").read_text()

DJANGO_ENV = re.compile(r'\benv\.\w+\(\s*"(\w+)"')
OS_ENV = re.compile(r'os\.environ(?:\.get\(|\[)"(\w+)"')
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)
# What only Celery's warning filter and Django itself read; nobody sets them.
INTERNAL = {"DJANGO_SETTINGS_MODULE", "PYTHONWARNINGS"}


def variables(name: str) -> set[str]:
    """The environment variables that a module of annotate reads."""
    source = (ROOT / "annotate" / name).read_text()
    return set(DJANGO_ENV.findall(source)) | set(OS_ENV.findall(source)) - INTERNAL


def section(text: str, title: str) -> str:
    """What stands under a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"there is no section {title!r}"
    return found[1]


def target(document: Path, link: str) -> tuple[Path, str]:
    """The file that a relative link leads to, and the heading in it, if any."""
    path, _, anchor = link.partition("#")
    return ((document.parent / path).resolve() if path else document), anchor


def links(document: Path) -> list[str]:
    prose = CODE.sub("", document.read_text())
    return [link for link in LINK.findall(prose) if "://" not in link]


def anchors(document: Path) -> set[str]:
    """The headings as GitHub turns them into addresses."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("module", ["settings.py", "embedded.py", "processes.py", "supervisor.py"])
def test_every_variable_that_is_read_is_described_for_operators(module: str) -> None:
    read = variables(module)
    assert read
    rows = section(OPERATORS, "Environment")
    assert not {name for name in read if f"`{name}`" not in rows}


def test_every_variable_of_the_compose_file_is_described_for_operators() -> None:
    compose = (ROOT / "docker" / "compose.yaml").read_text()
    wanted = set(re.findall(r"\$\{(\w+)", compose))
    assert {"SECRET_KEY", "POSTGRES_PASSWORD"} <= wanted
    assert not {name for name in wanted if f"`{name}`" not in OPERATORS}


def test_every_management_command_is_described_for_operators() -> None:
    commands = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}
    assert {"serve", "import"} <= commands
    rows = section(OPERATORS, "Commands")
    assert not {name for name in commands if not re.search(rf"^\| `{name}\b", rows, re.MULTILINE)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    for link in links(document):
        path, anchor = target(document, link)
        # The browser tests take the pictures.
        if path.is_relative_to(ROOT / "docs" / "screenshots"):
            continue
        assert path.exists(), link
        assert not anchor or anchor in anchors(path), link


def test_the_readme_has_exactly_two_set_up_commands() -> None:
    blocks = re.findall(r"```\w*\n(.*?)```", section(README, "Set-up"), re.DOTALL)
    assert [block.split("\n") for block in blocks] == [["make run", "make test", ""]]
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", " ".join(CODE.findall(README))))
    assert named == {"run", "test"}
    assert not re.search(r"pip install|npm (ci|install|run)|apt(-get)? install", README)


def test_the_make_targets_of_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        code = " ".join(CODE.findall(document.read_text()))
        named = set(re.findall(r"(?<![\w-])make ([a-z][a-z-]*)", code))
        assert named <= targets, document.name


def test_the_example_lines_can_be_imported() -> None:
    for name, count in (("docs/admins.md", 4), ("README.md", 1)):
        blocks = re.findall(r"^ *```json\n(.*?)```", (ROOT / name).read_text(), re.DOTALL | re.M)
        assert len(blocks) == count
        for block in blocks:
            found = list(formats.read(BytesIO(dedent(block).encode()), name=name))
            assert found
            assert all(isinstance(item, formats.Record) for item in found)


def test_decisions_are_numbered_in_a_row_and_short() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text()
        assert text.startswith(f"# {page.name[:4]}: ")
        parts = ["**Context.**", "**Decision.**", "**Consequences.**"]
        assert [text.count(part) for part in parts] == [1, 1, 1], page.name
        assert len(text.splitlines()) <= 25, page.name


def test_the_paths_that_the_architecture_names_exist() -> None:
    """A path in backticks stands for a file or folder of the root, or of one of the two sides."""
    text = re.sub(r"```.*?```", "", (ROOT / "ARCHITECTURE.md").read_text(), flags=re.DOTALL)
    named = set(re.findall(r"`([a-z_]+(?:/[\w.-]+)+)`", text))
    assert len(named) > 10
    places = [ROOT, ROOT / "annotate", ROOT / "rm_training", ROOT / "frontend"]
    assert not {name for name in named if not any((place / name).exists() for place in places)}
