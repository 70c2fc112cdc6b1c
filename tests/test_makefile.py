"""The two commands' plumbing: what is pinned, what is repeated, what is said. Nothing is installed.

That they work from an empty folder is seen by whoever runs them; CI does.
"""

import ast
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))
PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[a-z0-9,-]+\])?==([0-9][A-Za-z0-9.]*)$")


def pins(path: Path) -> dict[str, str]:
    """Name → version of a requirement file; a line that pins nothing exactly fails the test."""
    found: dict[str, str] = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            match = PIN.match(line)
            assert match, f"{path.name}: {line!r} is not NAME==VERSION"
            found[canonicalize_name(match[1])] = match[3]
    return found


@pytest.mark.parametrize("path", [*REQUIREMENTS, ROOT / "constraints.txt"], ids=lambda p: p.name)
def test_every_requirement_is_pinned_to_one_public_version(path: Path) -> None:
    assert pins(path)


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_the_constraints_hold_the_same_versions_as_the_requirements(path: Path) -> None:
    constraints = pins(ROOT / "constraints.txt")
    for name, version in pins(path).items():
        if path.name != "requirements-bench.txt" or name in constraints:
            assert constraints.get(name) == version, name


def closure(names: set[str]) -> set[str]:
    """These packages, and all that they need in this environment, as far as installed."""
    found: set[str] = set()
    waiting = {(name, "") for name in names}
    while waiting:
        name, extra = waiting.pop()
        try:
            needs = [Requirement(text) for text in metadata.requires(name) or []]
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        for need in needs:
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                wanted = canonicalize_name(need.name)
                waiting |= {(wanted, each) for each in need.extras or {""} if wanted not in found}
    return found


def test_the_constraints_hold_every_package_that_is_installed_at_its_version() -> None:
    constraints = pins(ROOT / "constraints.txt")
    direct = {name for path in REQUIREMENTS for name in pins(path)}
    for name in closure(direct):
        # On a machine with NVIDIA's libraries torch brings them, at versions it pins itself.
        if not name.startswith(("nvidia-", "cuda-", "triton")):
            assert constraints.get(name) == metadata.version(name).split("+")[0], name


OWN = {"annotate", "rm_training", "tests", "bench", "chromium"}


def imported(folder: str) -> set[str]:
    """The top-level names that the modules of a folder import, anywhere in them."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - OWN


@pytest.mark.parametrize(
    ("folder", "files"),
    [
        ("annotate", ["requirements.txt"]),  # all that the web image has
        ("rm_training", ["requirements.txt", "requirements-ml.txt"]),
        ("tests", ["requirements.txt", "requirements-ml.txt", "requirements-dev.txt"]),
    ],
)
def test_what_is_imported_is_required_by_name(folder: str, files: list[str]) -> None:
    required = {name for file in files for name in pins(ROOT / file)}
    carriers = metadata.packages_distributions()
    for name in imported(folder):
        assert {canonicalize_name(each) for each in carriers[name]} & required, name


def test_no_registry_is_named_where_packages_are() -> None:
    files = [*REQUIREMENTS, ROOT / "constraints.txt", ROOT / "Makefile", *ROOT.glob("scripts/*")]
    files += [ROOT / "frontend" / name for name in ("package-lock.json", "package.json", ".npmrc")]
    for path in files:
        if path.is_file():
            assert not re.search(r'index-url|"resolved"|registry\s*=', path.read_text()), path


def dry_run(target: str, *, assume_old: bool) -> str:
    """What make would do; `assume_old`: as though everything that is installed were up to date."""
    command = ["make", "--dry-run", "--no-print-directory", target]
    done = ["$(STAMPS)/app", "$(STAMPS)/tests"]
    stamps = [name.replace("$(STAMPS)", ".venv/stamps") for name in done]
    files = [*stamps, "frontend/node_modules/.package-lock.json", "frontend/dist/index.html"]
    if assume_old:
        command += [word for name in files for word in ("--old-file", name)]
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    told = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return told.stdout


def test_make_run_repeats_nothing_that_is_up_to_date() -> None:
    lines = dry_run("run", assume_old=True).splitlines()
    assert lines == ["exec .venv/bin/python manage.py serve"]


def test_make_test_runs_every_check_after_the_whole_set_up() -> None:
    assert dry_run("test", assume_old=True).splitlines()[-1] == (
        "exec .venv/bin/python scripts/check.py"
    )


def test_a_changed_pin_installs_again(tmp_path: Path) -> None:
    command = ["make", "--dry-run", "--what-if", "constraints.txt", "setup-tests"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "scripts/install.py requirements.txt" in told
    assert "scripts/install.py requirements-dev.txt" in told


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of programs where python3 is the one a test puts there."""
    for name in ("sh", "echo"):
        (tmp_path / name).symlink_to(Path("/bin") / name)
    return tmp_path


def write_program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def make_environment(bare: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "python.sh")],
        cwd=bare,
        env={"PATH": str(bare)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_that_is_too_old_is_refused_with_the_way_out(bare: Path) -> None:
    write_program(bare / "python3", '[ "$1" = --version ] && echo "Python 3.9.2"; exit 1')
    done = make_environment(bare)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; found Python 3.9.2" in done.stderr
    assert "PYTHON=" in done.stderr


def test_no_python_at_all_is_said(bare: Path) -> None:
    done = make_environment(bare)
    assert done.returncode == 1
    assert "found none" in done.stderr


def test_a_python_without_venv_names_the_package_to_install(bare: Path) -> None:
    script = (
        'case "$*" in *version_info\\ \\<*) exit 0;; *ensurepip*) exit 1;;'
        ' *%d.%d*) echo 3.12;; *) echo "Python 3.12.1";; esac'
    )
    write_program(bare / "python3", script)
    done = make_environment(bare)
    assert done.returncode == 1
    assert "apt-get install python3.12-venv" in done.stderr


def check(tmp_path: Path, checks: str) -> subprocess.CompletedProcess[str]:
    """scripts/check.py with other checks in place of its own."""
    code = (
        "import sys; sys.path.insert(0, 'scripts'); import check\n"
        f"check.STATIC, check.TESTS = (), ({checks})\nsys.exit(check.main([]))"
    )
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_first_failed_check_ends_the_run_with_its_status_and_a_summary(tmp_path: Path) -> None:
    done = check(
        tmp_path,
        "check.Check('good', ('true',)), check.Check('bad', ('sh', '-c', 'exit 3')), "
        "check.Check('never', ('true',)),",
    )
    assert done.returncode == 3
    assert re.search(r"good +\d+\.\d s +passed", done.stdout)
    assert re.search(r"bad +\d+\.\d s +FAILED", done.stdout)
    assert re.search(r"never +not run", done.stdout)


def test_checks_of_the_text_all_run_and_one_that_fails_lets_no_test_begin() -> None:
    code = (
        "import sys; sys.path.insert(0, 'scripts'); import check\n"
        "check.STATIC = (check.Check('bad', ('sh', '-c', 'echo why; exit 4')), "
        "check.Check('good', ('true',)))\n"
        "check.TESTS = (check.Check('never', ('true',)),)\nsys.exit(check.main([]))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "── bad\nwhy\n" in done.stdout
    assert re.search(r"good +\d+\.\d s +passed", done.stdout)
    assert re.search(r"never +not run", done.stdout)


def test_a_run_where_all_pass_ends_well(tmp_path: Path) -> None:
    done = check(tmp_path, "check.Check('good', ('true',)),")
    assert done.returncode == 0
    assert "── good" in done.stdout


def test_a_browser_that_does_not_start_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import chromium

    write_program(tmp_path / "stub", "echo 'install the snap'; exit 1")
    write_program(tmp_path / "chromium", "echo 'Chromium 140.0'")
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "stub"))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert chromium.chromium() == tmp_path / "chromium"


def test_the_run_fails_with_a_sentence_where_no_browser_can_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import chromium

    write_program(tmp_path / "python", "exit 1")
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(chromium.NoChromium, match="Install Chromium, or set CHROMIUM"):
        chromium.chromium()
