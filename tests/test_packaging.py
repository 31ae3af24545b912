"""What a fresh clone relies on: the pins, the package, and a command line that starts at once."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
PINS = [
    line
    for line in (CHECKOUT / "constraints.txt").read_text().splitlines()
    if line.strip() and not line.startswith("#")
]
A_PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[0-9][0-9a-z.]*)")
SLOW_TO_LOAD = (
    *("torch", "sentence_transformers", "transformers", "faiss", "matplotlib"),
    *("slack_bolt", "slack_sdk", "discord"),
)
"""Libraries that take from half a second to ten to import; only the command that needs one may load it."""


def plain(name: str) -> str:
    """A package's name as an index compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(requirements: list[str]) -> set[str]:
    """The names of requirements such as "pydantic>=2"."""
    return {plain(re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]) for requirement in requirements}


def pinned() -> dict[str, str]:
    """Name and version of every pin that is written as one."""
    return {plain(pin["name"]): pin["version"] for line in PINS if (pin := A_PIN.fullmatch(line))}


def test_a_pin_is_a_name_and_a_version_and_nothing_else() -> None:
    """No host, no path and no local build may stand there: the same pins serve every machine."""
    assert [line for line in PINS if not A_PIN.fullmatch(line)] == []


def test_no_comment_among_the_pins_names_a_host_either() -> None:
    """Where packages come from is the business of each machine's own settings."""
    text = (CHECKOUT / "constraints.txt").read_text()
    assert re.findall(r"\S*(?:://|\w\.(?:org|com|io|dev)\b|index-url|find-links)\S*", text) == []


def test_each_package_is_pinned_once() -> None:
    """Two pins for one package would be two versions."""
    assert len(pinned()) == len(PINS)


@pytest.mark.parametrize("kind", ["runtime", "dev", "build"])
def test_everything_we_ask_for_is_pinned(kind: str) -> None:
    """A dependency without a pin would be another version on every machine."""
    asked = {
        "runtime": PROJECT["dependencies"],
        "dev": PROJECT["optional-dependencies"]["dev"],
        "build": tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["build-system"]["requires"],
    }[kind]
    assert wanted(asked) - pinned().keys() == set()


def test_torch_is_the_release_whose_cpu_build_is_at_hand() -> None:
    """Without a local suffix the pin takes the CPU build where there is one, and a Mac's build on a Mac."""
    assert pinned()["torch"] == "2.13.0"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """A fresh Python, so that what other tests have loaded does not count."""
    return subprocess.run([sys.executable, *words], cwd=CHECKOUT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "start",
    ["import bot.cli", "import bot.cli; bot.cli.main(['--help'], standalone_mode=False)"],
    ids=["import bot.cli", "cohortbook --help"],
)
def test_the_command_line_starts_without_the_slow_libraries(start: str) -> None:
    """Help that takes ten seconds is help that nobody reads."""
    loaded = f"[name for name in {SLOW_TO_LOAD} if name in sys.modules]"
    done = run("-c", f"import sys\n{start}\nprint('loaded:', *{loaded})")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].strip() == "loaded:"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The package as it would be published, built from this checkout with the tools already installed."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder)]
    done = run("-m", "pip", "--disable-pip-version-check", "wheel", *options, str(CHECKOUT))
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(folder.glob("cohortbook-*.whl")))


def test_the_package_holds_every_file_of_bot_and_index(wheel: zipfile.ZipFile) -> None:
    """The page's scripts and styles, the demo's people and the glossary are files beside the code."""
    ours = {
        path.relative_to(CHECKOUT).as_posix()
        for room in ("bot", "index")
        for path in (CHECKOUT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert ours - set(wheel.namelist()) == set()


def test_the_package_holds_no_content_and_no_tests(wheel: zipfile.ZipFile) -> None:
    """prompts/ and knowledge/ are edited in the checkout; a copy inside the package would go stale unseen."""
    rooms = {name.split("/")[0] for name in wheel.namelist()}
    assert rooms == {"bot", "index", f"cohortbook-{PROJECT['version']}.dist-info"}


def test_the_package_brings_the_command(wheel: zipfile.ZipFile) -> None:
    """`cohortbook` is what make, the image and every page of help call."""
    about = f"cohortbook-{PROJECT['version']}.dist-info"
    assert "cohortbook = bot.cli:main" in wheel.read(f"{about}/entry_points.txt").decode()
    assert any(name.startswith(f"{about}/licenses/LICENSE") for name in wheel.namelist())
