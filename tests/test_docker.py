"""The images and the compose file, read as text: no Docker engine is needed or used."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from annotate import processes

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
OURS = ("migrate", "web", "default", "gpu", "score", "beat")
IMAGES = ("web", "worker", "gpu")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    compose = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
    found: dict[str, Any] = compose["services"]
    return found


def instructions(text: str) -> list[tuple[str, str]]:
    """(instruction, its arguments) of a Dockerfile, continued lines joined, comments dropped."""
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", "", kept)
    return [
        (a.upper(), b) for a, _, b in (line.partition(" ") for line in joined.splitlines()) if a
    ]


def stages() -> dict[str, list[tuple[str, str]]]:
    """The instructions of each stage by its name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for word, arguments in instructions(DOCKERFILE):
        if word == "FROM":
            found[arguments.split(" AS ")[1]] = []
        list(found.values())[-1].append((word, arguments))
    return found


@pytest.mark.parametrize("image", IMAGES)
def test_every_image_ends_as_a_user_that_is_not_root(image: str) -> None:
    users = [arguments for word, arguments in stages()[image] if word == "USER"]
    assert users == ["tiebreak"]
    after = [word for word, _ in stages()[image][[w for w, _ in stages()[image]].index("USER") :]]
    assert not {"RUN", "COPY", "ADD"} & set(after)


@pytest.mark.parametrize("image", IMAGES)
def test_every_image_checks_the_health_of_the_program_it_runs(image: str) -> None:
    words = dict(stages()[image])
    program = json.loads(words["CMD"])
    assert program[0] in processes.programs()
    check = json.loads(words["HEALTHCHECK"].split("CMD ", 1)[1])
    assert check == ["python", "-m", "annotate.health", *program]


def test_every_image_starts_through_the_entry_point_that_serve_uses() -> None:
    assert json.loads(dict(stages()["base"])["ENTRYPOINT"]) == [
        "python",
        "-m",
        "annotate.processes",
    ]
    assert all(dict(stages()[image])["FROM"] == f"base AS {image}" for image in IMAGES)


def test_no_image_carries_a_secret() -> None:
    for word, arguments in instructions(DOCKERFILE):
        if word in {"ENV", "ARG"}:
            assert not re.search(r"SECRET|PASSWORD|TOKEN|_URL", arguments), arguments


def test_everything_an_image_copies_exists_and_is_in_the_build_context() -> None:
    kept = [
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    for word, arguments in instructions(DOCKERFILE):
        if word != "COPY" or arguments.startswith("--from"):
            continue
        for source in arguments.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert any(fnmatch(source.split("/")[0], pattern) for pattern in kept), source


def test_only_the_gpu_image_installs_what_learns() -> None:
    assert "requirements-ml.txt" in dict(stages()["gpu"])["COPY"]
    for stage in ("base", "web", "worker"):
        assert all("requirements-ml" not in arguments for _, arguments in stages()[stage])


def test_the_database_is_the_release_that_make_run_embeds(services: dict[str, Any]) -> None:
    from annotate.servers import postgres

    assert services["postgres"]["image"] == f"postgres:{postgres.VERSION}"


@pytest.mark.parametrize("name", OURS)
def test_every_service_of_ours_runs_a_known_program_from_a_known_image(
    services: dict[str, Any], name: str
) -> None:
    service = services[name]
    assert service["command"] == [name]
    assert name in processes.programs()
    assert service["build"]["target"] in stages()
    assert (ROOT / "docker" / service["build"]["context"]).resolve() == ROOT
    assert (ROOT / service["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("name", OURS)
def test_secrets_have_no_default_and_their_absence_stops_the_start(
    services: dict[str, Any], name: str
) -> None:
    environment = services[name]["environment"]
    assert re.fullmatch(r"\$\{SECRET_KEY:\?.+\}", environment["SECRET_KEY"])
    assert re.fullmatch(r"\$\{POSTGRES_PASSWORD:\?.+\}", environment["PGPASSWORD"])
    assert "@" not in environment["DATABASE_URL"].split("://")[1].split("@", 1)[1]


def test_the_database_itself_gets_no_default_password(services: dict[str, Any]) -> None:
    environment = services["postgres"]["environment"]
    assert re.fullmatch(r"\$\{POSTGRES_PASSWORD:\?.+\}", environment["POSTGRES_PASSWORD"])


@pytest.mark.parametrize("name", OURS)
def test_every_service_of_ours_gives_up_all_privileges(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "user" not in service, "the image's user is the one"


def test_databases_are_health_checked_and_not_reachable_from_outside(
    services: dict[str, Any],
) -> None:
    for name in ("postgres", "redis"):
        assert services[name]["healthcheck"]["test"]
        assert "ports" not in services[name]


def test_programs_start_after_healthy_databases_and_finished_migrations(
    services: dict[str, Any],
) -> None:
    for name in ("web", "default", "gpu", "score", "beat"):
        assert services[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "postgres": {"condition": "service_healthy"},
            "redis": {"condition": "service_healthy"},
        }


def test_data_outlive_the_containers_on_volumes_that_are_declared() -> None:
    compose = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
    used = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
    }
    assert used == set(compose["volumes"])


def test_the_gpu_file_adds_devices_to_a_service_that_exists(services: dict[str, Any]) -> None:
    extra = yaml.safe_load((ROOT / "docker" / "compose.gpu.yaml").read_text())["services"]
    assert set(extra) <= set(services)
