"""Who may import whom: the house's rules as a table, read from the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST = 300
PRIVATE = "bot.vault.private"
DRAFTS = "bot.vault.drafts"

MAY_OPEN_OWN_WORDS = {
    "bot.reflection_form",
    "bot.counting",
    "bot.own_data",
    "bot.own_data_back",
    "bot.own_ratings",
    "bot.own_papers",
    "bot.features.making",
    "bot.features.reflections",
    "bot.features.adding",
    "bot.features.journal",
    "bot.features.sharing",
    "bot.features.privacy",
    "bot.features.weekly",
    "bot.features.events",
    "bot.features.attending",
    "bot.features.conversation",
    "bot.features.thinking",
    "bot.features.unsaved",
    "bot.unsaved",
}
"""They serve the writer. Everything else that a facilitator or another member can reach is not among them."""

MAY_NOT_REACH_OWN_WORDS = [
    "bot.features.facilitation",
    "bot.features.broadcasts",
    "bot.features.setup",
    "bot.features.tending",
    "bot.features.coaching",
    "bot.features.shared_with_me",
    "bot.features.requests",
    "bot.features.curating",
    "bot.features.entries",
    "bot.features.entry_files",
    "bot.features.papers",
    "bot.features.versions",
    "bot.features.agreeing",
    "bot.features.breaks",
    "bot.features.seating",
    "bot.features.planning",
    "bot.features.hosting",
    "bot.features.guests",
    "bot.event_planner",
    "bot.visit",
    "bot.overview",
    "bot.tally",
    "bot.audit",
    "bot.gate",
    "bot.choose",
    "bot.words",
    "bot.outbox",
    "bot.schedule",
    "bot.answers",
]

SEAM = ["bot.messages", "bot.news", "bot.seam", "bot.errors"]
MAY_NOT_IMPORT = {
    # a module or package: what it must not name, and what of that it may
    "bot.messages": (["bot", "index"], []),
    "bot.errors": (["bot", "index"], []),
    "bot.news": (["bot", "index"], ["bot.messages"]),
    "bot.seam": (["bot", "index"], ["bot.messages", "bot.news"]),
    "bot.platforms": (["bot", "index"], [*SEAM, "bot.last_look", "bot.platforms"]),
    "bot.kinds": (["bot", "index"], ["bot.messages", "bot.errors", "bot.kinds", "bot.programs"]),
    "bot.programs": (["bot", "index"], ["bot.messages", "bot.errors", "bot.kinds", "bot.programs"]),
    "bot.schedule": (["bot", "index"], ["bot.programs"]),
    "bot.store": (["bot.features", "bot.platforms", "bot.vault", "bot.router", "bot.worker", "bot.visit"], []),
    "bot.vault": (["bot.features", "bot.platforms", "bot.router", "bot.worker", "bot.visit", "bot.outbox"], []),
    "bot.features": (["bot.platforms", "bot.router", "bot.worker", "bot.app", "bot.features"], []),
    "index": (["bot"], []),
}

CONCRETE = {
    # who names a concrete class, beside the module that defines it
    "bot.store.Store": {
        "bot.app",
        "bot.moving",
        "bot.restore",
        "bot.cli_audit",
        "bot.cli_keys",
        *("bot.visit", "bot.health", "bot.metrics"),  # the type alone
    },
    "bot.search.Search": {"bot.app"},
    "bot.library.Library": {"bot.app", "bot.cli"},
    "bot.worker.Worker": {"bot.app"},
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {name_of(path): path for room in ("bot", "index") for path in sorted((ROOT / room).rglob("*.py"))}


@cache
def imports(module: str) -> frozenset[str]:
    """Every module or name that a module imports, also inside functions; not what it needs for types alone."""
    package = module if SOURCES[module].name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node in _running(ast.parse(SOURCES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: len(package.split(".")) + 1 - node.level]) if node.level else ""
            source = ".".join(part for part in (above, node.module or "") if part)
            # "from bot import outbox" names a module, "from bot.ids import Ids" something in one.
            found |= {f"{source}.{alias.name}" for alias in node.names}
    return frozenset(found)


def _running(node: ast.AST):  # type: ignore[no-untyped-def]
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _running(child)


def belongs(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def modules_in(room: str) -> list[str]:
    return [module for module in SOURCES if belongs(module, room)]


def module_behind(name: str) -> str:
    """The module that an imported name stands for or stands in; empty for one that is not ours."""
    while name and name not in SOURCES:
        name = name.rpartition(".")[0]
    return name


def reachable(module: str) -> dict[str, str]:
    """Every module of ours that this one leads to, each with the one that imports it."""
    found: dict[str, str] = {}
    waiting = [module]
    while waiting:
        here = waiting.pop()
        for name in imports(here):
            there = module_behind(name)
            if there and there not in found:
                found[there] = here
                waiting.append(there)
    return found


@pytest.mark.parametrize("room", MAY_NOT_IMPORT)
def test_a_room_imports_only_what_the_table_allows(room: str) -> None:
    """Platforms know no feature, features know no platform nor each other, and the index knows no bot."""
    refused, allowed = MAY_NOT_IMPORT[room]
    assert modules_in(room), f"there is no {room} any more; mend the table"
    wrong = [
        f"{module} imports {name}"
        for module in modules_in(room)
        if module != "bot.features"  # it puts the features in their order
        for name in imports(module)
        if any(belongs(name, each) for each in refused) and not any(belongs(name, each) for each in allowed)
    ]
    assert wrong == []


def test_a_platform_does_not_import_another_platform() -> None:
    """Each folder stands alone, so that one can be taken out."""
    wrong = []
    for module in modules_in("bot.platforms"):
        own = ".".join(module.split(".")[:3])
        for name in imports(module):
            other = ".".join(module_behind(name).split(".")[:3])
            if belongs(other, "bot.platforms") and other not in ("bot.platforms", own) and module != "bot.platforms":
                wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_only_who_serves_the_writer_imports_the_writers_words() -> None:
    """The list is short and written down; a new name on it is a decision."""
    importers = {
        module for module in SOURCES if any(belongs(name, own) for name in imports(module) for own in (PRIVATE, DRAFTS))
    }
    assert importers - {PRIVATE} <= MAY_OPEN_OWN_WORDS
    assert {"bot.reflection_form", "bot.features.journal"} <= importers  # the test can see


@pytest.mark.parametrize("module", MAY_NOT_REACH_OWN_WORDS)
def test_no_path_of_imports_leads_a_facilitator_to_private_words(module: str) -> None:
    """Not directly, and not through any other module of ours."""
    found = reachable(module)
    for own in (PRIVATE, DRAFTS):
        path = [own]
        while path[-1] in found and path[-1] != module:
            path.append(found[path[-1]])
        assert own not in found, " <- ".join(path)


def test_the_reach_of_imports_is_seen_through_other_modules() -> None:
    """The router, which joins everything, does lead there: so the search for paths works."""
    assert PRIVATE in reachable("bot.router")


@pytest.mark.parametrize("concrete", CONCRETE)
def test_concrete_parts_are_joined_in_one_place(concrete: str) -> None:
    """Whoever else needs one is handed it."""
    importers = {module for module in SOURCES if concrete in imports(module)}
    assert "bot.app" in importers
    assert importers <= CONCRETE[concrete]


def test_nobody_names_a_chat_platform() -> None:
    """A platform is found by its folder's name; no other module imports it."""
    wrong = [
        f"{module} imports {name}"
        for module in SOURCES
        if not belongs(module, "bot.platforms")
        for name in imports(module)
        if module_behind(name).startswith("bot.platforms.")
    ]
    assert wrong == []


def test_the_command_line_starts_without_the_model_and_without_any_chat_library() -> None:
    """Importing it is what every command pays for."""
    script = "import sys, bot.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert not set(done.stdout.split()) & {
        "torch",
        "transformers",
        "sentence_transformers",
        "faiss",
        "numpy",
        "discord",
        "slack_bolt",
        "slack_sdk",
        "sqlalchemy",
        "starlette",
        "matplotlib",
    }


@pytest.mark.parametrize("module", SOURCES)
def test_a_module_has_one_idea_and_fits_a_few_screens(module: str) -> None:
    """What grows longer is two things by now."""
    assert len(SOURCES[module].read_text("utf-8").splitlines()) <= LONGEST


def test_the_tests_use_real_parts() -> None:
    """No stand-in that answers whatever it is asked."""
    wrong = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = ""
            if isinstance(node, ast.ImportFrom):
                named = node.module or ""
            elif isinstance(node, ast.Import):
                named = " ".join(alias.name for alias in node.names)
            elif isinstance(node, ast.arg | ast.Name):
                named = node.arg if isinstance(node, ast.arg) else node.id
            if "mock" in named.lower().split(".") or named in ("Mock", "MagicMock", "AsyncMock", "mocker"):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []
