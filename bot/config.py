"""Settings: one commented YAML file, a few environment variables, every problem reported at once.

Order: built-in values, then the file, then the environment. Secrets are kept in types that never print.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.errors import SettingsError
from bot.messages import Address
from bot.programs.reading import read

CHECKOUT = Path(__file__).parent.parent
FILE = "cohortbook.yaml"
_FROM_ENVIRONMENT = {
    "COHORTBOOK_DATA": "data",
    "COHORTBOOK_INDEX": "index",
    "COHORTBOOK_HOST": "host",
    "COHORTBOOK_PORT": "port",
}


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Path("data")
    """Where everything that the bot keeps is kept."""
    index: Path | None = None
    """The built search index; by default a folder inside `data`."""
    knowledge: Path = CHECKOUT / "knowledge"
    prompts: Path = CHECKOUT / "prompts"
    host: str = "127.0.0.1"
    port: int = Field(default=8321, ge=0, le=65535)
    platforms: dict[str, dict[str, Any]] = {"web": {}}
    facilitators: list[str] = Field(default_factory=list)
    """Who may make cohorts, as `platform/workspace/person`."""
    runs_it: str = "the people who set it up here"
    """Who runs this bot, as members read it."""
    contacts: list[str] = Field(default_factory=list)
    """Lines of the help card: the organization's own people to turn to."""

    @property
    def index_folder(self) -> Path:
        return self.index or self.data / "index"

    @property
    def first_facilitators(self) -> list[Address]:
        return [_person(one) for one in self.facilitators]

    @field_validator("facilitators")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        for one in value:
            _person(one)
        return value

    @field_validator("platforms", mode="before")
    @classmethod
    def _known_platforms(cls, value: object) -> object:
        from bot import platforms

        if isinstance(value, list):
            value = {str(name): {} for name in value}
        if isinstance(value, dict):
            unknown = sorted(set(value) - set(platforms.names()))
            if unknown:
                raise ValueError(f"no platform is called {unknown[0]}; allowed: {', '.join(platforms.names())}")
            return {name: own or {} for name, own in value.items()}
        return value


def load(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Raises SettingsError with every problem and its fix. A file that was named must exist."""
    environment = os.environ if environment is None else environment
    named = file or (Path(environment["COHORTBOOK_CONFIG"]) if environment.get("COHORTBOOK_CONFIG") else None)
    path = named or Path(FILE)
    values: dict[str, Any] = {}
    problems: list[str] = []
    if path.exists():
        page = read(path.read_text("utf-8"))
        problems += page.said(str(path))
        if page.data is not None and not isinstance(page.data, dict):
            problems.append(f"{path}: must be a list of `key: value` lines")
        elif isinstance(page.data, dict):
            values |= page.data
    elif named is not None:
        problems.append(f"{path}: this settings file does not exist; make it, or leave COHORTBOOK_CONFIG unset")
    for name, key in _FROM_ENVIRONMENT.items():
        if environment.get(name):
            values[key] = environment[name]
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [_told(path, one) for one in error.errors(include_input=False, include_url=False)]
        settings = Settings()
    if problems:
        raise SettingsError("\n".join(["The settings have problems. Nothing was started.", *problems]))
    return settings


def _told(path: Path, error: Any) -> str:
    """One problem, without the value: it may be a secret."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{path}: {key}: there is no such setting; allowed: {', '.join(Settings.model_fields)}"
    return f"{path}: {key}: {error['msg'].removeprefix('Value error, ')}"


def _person(text: str) -> Address:
    parts = text.split("/")
    if len(parts) != 3 or not all(parts):
        raise ValueError("a person is written platform/workspace/person, for example web/playground/imani")
    return Address(parts[0], parts[1], "person", parts[2])
