"""The image and its compose file name only what exists, and run with as few rights as they can."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

CHECKOUT = Path(__file__).parent.parent
DOCKER = CHECKOUT / "docker"
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]


@dataclass(frozen=True)
class Line:
    """One instruction of a Dockerfile, its continued lines joined."""

    word: str
    rest: str


def read_dockerfile(text: str) -> list[list[Line]]:
    """The stages in order, each a list of instructions that starts with its FROM."""
    bare = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    stages: list[list[Line]] = []
    for line in bare.replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            if word.upper() == "FROM":
                stages.append([])
            stages[-1].append(Line(word.upper(), " ".join(rest.split())))
    return stages


STAGES = read_dockerfile((DOCKER / "Dockerfile").read_text())
IMAGE = STAGES[-1]
"""The stage that runs."""
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICE: dict[str, Any] = COMPOSE["services"]["cohortbook"]


def the(word: str) -> str:
    """What the image's only line of that kind says."""
    (found,) = [line.rest for line in IMAGE if line.word == word]
    return found


def environment(stage: list[Line]) -> dict[str, str]:
    """The variables that a stage sets."""
    pairs = [pair for line in stage if line.word == "ENV" for pair in shlex.split(line.rest)]
    return dict(pair.split("=", 1) for pair in pairs)


def copied(stage: list[Line]) -> list[str]:
    """What a stage takes from the checkout."""
    lines = [shlex.split(line.rest) for line in stage if line.word in ("COPY", "ADD")]
    own = [words for words in lines if not any(word.startswith("--from") for word in words)]
    return [word for words in own for word in words[:-1] if not word.startswith("--")]


def calls() -> list[list[str]]:
    """Every `cohortbook ...` that the image, the compose file or docker/README.md would run."""
    scripts = [line.rest for stage in STAGES for line in stage if line.word == "RUN"]
    scripts += re.findall(r"^ +(.*\bcohortbook .*)$", (DOCKER / "README.md").read_text(), re.MULTILINE)
    found = [shlex.split(part) for script in scripts for part in re.split(r"&&|;|\|", script)]
    # In a README the container's own name stands before the words that are given to the command.
    found = [words[len(words) - words[::-1].index("cohortbook") :] for words in found if "cohortbook" in words]
    found.append(json.loads(the("ENTRYPOINT"))[1:] + json.loads(the("CMD")))
    if "command" in SERVICE:
        found.append(SERVICE["command"])
    return found


def test_what_is_copied_exists_in_the_checkout() -> None:
    """A renamed folder would otherwise be noticed by the first person who builds the image."""
    sources = [source for stage in STAGES for source in copied(stage)]
    assert [source for source in sources if not (CHECKOUT / source).exists()] == []


def test_what_is_copied_is_let_through_to_the_builder() -> None:
    """.dockerignore keeps everything out but what it names."""
    lines = [line.rstrip("/") for line in (CHECKOUT / ".dockerignore").read_text().splitlines()]
    assert "*" in lines
    assert {source for stage in STAGES for source in copied(stage)} == {
        line[1:] for line in lines if line.startswith("!")
    }


@pytest.mark.parametrize("call", calls(), ids=" ".join)
def test_every_call_of_the_command_line_is_one_it_knows(call: list[str]) -> None:
    """Both the command and its options."""
    from bot.cli import main

    assert isinstance(main, click.Group)
    assert call and call[0] in main.commands, f"`cohortbook {' '.join(call)}` is no command"
    known = {option for parameter in main.commands[call[0]].params for option in parameter.opts}
    assert {word.partition("=")[0] for word in call if word.startswith("--")} - known == set()


def test_the_image_brings_the_index_and_no_volume_hides_it() -> None:
    """A container answers as soon as it starts, with the entries of its own release."""
    made = [call[call.index("--out") + 1] for call in calls() if call and call[0] == "index" and "--out" in call]
    assert made == [environment(IMAGE)["COHORTBOOK_INDEX"]]
    assert not any(Path(made[0]).is_relative_to(volume) for volume in shlex.split(the("VOLUME")))


def test_every_setting_given_by_environment_is_one_the_bot_reads() -> None:
    """A variable that nobody reads looks like a setting and changes nothing."""
    code = "\n".join(path.read_text() for path in (CHECKOUT / "bot").rglob("*.py"))
    given = {*environment(IMAGE), *SERVICE["environment"]}
    assert {name for name in given if name.startswith("COHORTBOOK_") and name not in code} == set()


def test_the_image_runs_as_nobody_special() -> None:
    """By number, so that a cluster that refuses root can tell without looking inside."""
    user, group = the("USER").split(":")
    assert int(user) >= 10000
    assert int(group) >= 10000
    assert [line.word for line in IMAGE].index("USER") > max(
        at for at, line in enumerate(IMAGE) if line.word in ("RUN", "COPY")
    )


def test_the_image_holds_no_secret() -> None:
    """Layers are kept, so a secret that was there for one line is there for good."""
    named = [line.rest for stage in STAGES for line in stage if line.word in ("ARG", "ENV")]
    given = [*named, *SERVICE.get("environment", {})]
    assert [line for line in given if re.search(r"token|secret|passw|_key", line, re.IGNORECASE)] == []
    assert "env_file" not in SERVICE


def test_every_install_in_the_image_takes_the_pinned_versions() -> None:
    """The image holds what was tested."""
    runs = [line.rest for stage in STAGES for line in stage if line.word == "RUN"]
    installs = [part for run in runs for part in run.split("&&") if "pip install" in part]
    assert installs
    assert [part for part in installs if "-c constraints.txt" not in part] == []


def test_both_stages_start_from_one_python_that_the_project_takes() -> None:
    """Packages built for one Python do not load in another."""
    bases = {stage[0].rest.split()[0] for stage in STAGES}
    (version,) = {match[1] for base in bases if (match := re.fullmatch(r"python:3\.(\d+)-slim-bookworm", base))}
    assert len(bases) == 1
    assert int(version) >= int(PROJECT["requires-python"].removeprefix(">=3."))


def test_the_health_check_asks_an_address_the_server_answers() -> None:
    """A check of an address that does not exist restarts a healthy bot for ever."""
    asked = re.search(r"http://127\.0\.0\.1:(?P<port>\d+)(?P<path>/\w+)", the("HEALTHCHECK"))
    assert asked
    assert asked["port"] == the("EXPOSE")
    assert any(f'"{asked["path"]}"' in path.read_text() for path in (CHECKOUT / "bot").rglob("*.py"))


def test_compose_builds_this_image_at_this_version() -> None:
    """The paths in a compose file are read from where it lies."""
    context = DOCKER / SERVICE["build"]["context"]
    assert context.resolve() == CHECKOUT.resolve()
    assert (context / SERVICE["build"]["dockerfile"]).samefile(DOCKER / "Dockerfile")
    assert SERVICE["image"] == f"cohortbook:{PROJECT['version']}"
    arguments = {line.rest.partition("=")[0] for stage in STAGES for line in stage if line.word == "ARG"}
    assert SERVICE["build"]["args"].keys() <= arguments


def test_compose_takes_every_right_away_that_the_bot_does_not_need() -> None:
    """Nothing can be written but /data and memory, and nothing can gain rights."""
    assert SERVICE["read_only"] is True
    assert [mount.split(":")[0] for mount in SERVICE["tmpfs"]] == ["/tmp"]
    assert SERVICE["cap_drop"] == ["ALL"]
    assert "cap_add" not in SERVICE
    assert "privileged" not in SERVICE
    assert "no-new-privileges:true" in SERVICE["security_opt"]


def test_compose_lets_no_crash_write_memory_to_disk() -> None:
    """Memory holds what somebody is about to save."""
    assert SERVICE["ulimits"]["core"] == 0


def test_compose_opens_the_port_to_this_machine_only() -> None:
    """Without an address a port is open to the whole network, past most firewalls."""
    port = the("EXPOSE")
    assert SERVICE["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_compose_keeps_the_data_in_a_volume_that_outlives_the_container() -> None:
    """And the image's own settings point there."""
    mounts = dict(mount.split(":")[:2][::-1] for mount in SERVICE["volumes"])
    assert mounts[the("VOLUME")] in COMPOSE["volumes"]
    assert environment(IMAGE)["COHORTBOOK_DATA"] == the("VOLUME")
    assert all(mount.endswith(":ro") for mount in SERVICE["volumes"] if not mount.startswith("data:"))
