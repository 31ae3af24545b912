"""Settings: one commented YAML file, a few environment variables, every problem reported at once.

Order: built-in values, then the file, then the environment. Secrets are kept in types that never print.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator

from bot.errors import SettingsError
from bot.keeping import Keeping
from bot.messages import Address
from bot.programs.reading import read
from bot.vault.places import KEYRING, Places

CHECKOUT = Path(__file__).parent.parent
FILE = "cohortbook.yaml"
_WORD = re.compile(r"[a-z]{1,20}")
"""What may be repeated in a message: longer, or with other signs, it could be a secret in the wrong place."""
_FROM_ENVIRONMENT = {
    "COHORTBOOK_DATA": "data",
    "COHORTBOOK_DATABASE": "database",
    "COHORTBOOK_KEY": "key",
    "COHORTBOOK_KEY_FILE": "key_file",
    "COHORTBOOK_KEYRING": "keyring",
    "COHORTBOOK_INDEX": "index",
    "COHORTBOOK_MODEL": "model",
    "COHORTBOOK_HOST": "host",
    "COHORTBOOK_PORT": "port",
}


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Path("data")
    """Where everything that the bot keeps is kept."""
    database: SecretStr = SecretStr("")
    """Empty: a SQLite file inside `data`. Else a PostgreSQL server, as postgresql://user:password@host/name."""
    key_file: Path | None = None
    """Holds the key that opens what people write; by default in a folder of its own inside `data`."""
    key: SecretStr = SecretStr("")
    """That key itself, from the environment alone."""
    keyring: SecretStr = SecretStr("")
    """Empty: a SQLite file inside `data`. Else a PostgreSQL database of its own, beside several replicas."""
    when_unknown: list[str] = Field(default_factory=lambda: ["prompt"])
    """Kinds of message that are sent again when nobody can tell whether they arrived; others wait for a person."""
    index: Path | None = None
    """The built search index; by default a folder inside `data`."""
    model: str = ""
    """The folder of another sentence-transformers model, or its id on a hub; empty: the one that is installed."""
    knowledge: Path = CHECKOUT / "knowledge"
    prompts: Path = CHECKOUT / "prompts"
    web_pages: bool = False
    """Whether `cohortbook knowledge add` may fetch public web pages."""
    host: str = "127.0.0.1"
    port: int = Field(default=8321, ge=0, le=65535)
    platforms: dict[str, dict[str, Any]] = {"web": {}}
    facilitators: list[str] = Field(default_factory=list)
    """Who may make cohorts, as `platform/workspace/person`."""
    runs_it: str = "the people who set it up here"
    """Who runs this bot, as members read it."""
    contacts: list[str] = Field(default_factory=list)
    """Lines of the help card: the organization's own people to turn to."""
    public_url: str = ""
    """Where members' browsers reach the bot's own pages, such as https://bot.example.org; empty where they cannot."""
    kept_days: int = Field(default=90, ge=0, le=3650)
    """What people wrote is removed so many days after their program's last day."""
    kept_days_after_leaving: int = Field(default=30, ge=0, le=3650)
    """Everything of somebody is removed so many days after they have left the chat platform."""
    backup_days: int = Field(default=7, ge=1, le=365)
    """`cohortbook backup` removes older copies from the backup folder, and erased members are told this."""
    countries: list[str] = Field(default_factory=lambda: ["us"])
    """Where members live: whose emergency and crisis numbers the help card shows."""
    log: Literal["text", "json"] = "text"
    """How the log's lines are written."""
    metrics: Literal["this-machine", "anyone"] = "this-machine"
    """Who may read /metrics, of those who can reach the server."""

    @property
    def index_folder(self) -> Path:
        return self.index or self.data / "index"

    @property
    def added(self) -> Path:
        """The entries that were added here, which win over those that come with the bot."""
        return self.data / "knowledge"

    @property
    def first_facilitators(self) -> list[Address]:
        return [person_at(one) for one in self.facilitators]

    @property
    def database_url(self) -> str:
        """With the driver that this bot uses; empty for the file inside `data`."""
        return _driven(self.database)

    @property
    def key_places(self) -> Places:
        return Places(
            _driven(self.keyring) or f"sqlite:///{self.data / KEYRING}",
            self.key_file or self.data / "key" / "cohortbook.key",
            self.key.get_secret_value(),
        )

    @field_validator("keyring")
    @classmethod
    def _its_own(cls, value: SecretStr, others: ValidationInfo) -> SecretStr:
        if value and _driven(value) == _driven(others.data.get("database", SecretStr(""))):
            raise ValueError("must be another database than `database`: a backup of one must not hold the other")
        return value

    @field_validator("database", "keyring")
    @classmethod
    def _postgresql(cls, value: SecretStr) -> SecretStr:
        scheme, _, rest = value.get_secret_value().partition("://")
        if value and (scheme not in ("postgresql", "postgres", "postgresql+psycopg") or not rest):
            raise ValueError("must be postgresql://user:password@host/name, or left out for a file inside `data`")
        return value

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def keyring_copies(self) -> Path:
        return self.data / "keyring-backups"

    @property
    def keeping(self) -> Keeping:
        return Keeping(self.kept_days, self.kept_days_after_leaving, self.backup_days)

    @field_validator("public_url")
    @classmethod
    def _page(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment):
            raise ValueError("must be an address such as https://bot.example.org, or left out")
        if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost"):
            raise ValueError("must begin with https: members fetch what they wrote there")
        return value.rstrip("/")

    @field_validator("countries")
    @classmethod
    def _with_numbers(cls, value: list[str]) -> list[str]:
        from bot.help_card import COUNTRIES

        if not set(value) <= set(COUNTRIES):
            raise ValueError(
                f"numbers are known for: {', '.join(COUNTRIES)}; leave other countries out and name their lines "
                "under `contacts`"
            )
        return value

    @field_validator("facilitators")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        for one in value:
            person_at(one)
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
                called = f"called {unknown[0]}" if _WORD.fullmatch(unknown[0]) else "of a name given here"
                raise ValueError(f"no platform is {called}; allowed: {', '.join(platforms.names())}")
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
        values, problems = _file(path)
        if values.pop("key", None) is not None:
            problems.append(f"{path}: key: a key does not belong in this file; put it in a file of its own (key_file)")
    elif named is not None:
        problems.append(f"{path}: this settings file does not exist; make it, or name no settings file at all")
    sources = {key: name for name, key in _FROM_ENVIRONMENT.items() if environment.get(name)}
    values |= {key: environment[name] for key, name in sources.items()}
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [_told(path, sources, one) for one in error.errors(include_input=False, include_url=False)]
        settings = Settings()
    if problems:
        raise SettingsError("\n".join(["The settings have problems. Nothing was started.", *problems]))
    return settings


def _driven(url: SecretStr) -> str:
    """With the driver that this bot uses."""
    _, _, rest = url.get_secret_value().partition("://")
    return f"postgresql+psycopg://{rest}" if rest else ""


def _file(path: Path) -> tuple[dict[str, Any], list[str]]:
    """What the file sets, and what is wrong with it. A file of comments alone sets nothing."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return {}, [f"{path}: this is not UTF-8 text; save the file as UTF-8"]
    except OSError as problem:
        return {}, [f"{path}: cannot be read: {problem.strerror}"]
    if all(line.lstrip()[:1] in ("", "#") for line in text.splitlines()):
        return {}, []
    page = read(text)
    if page.data is None or isinstance(page.data, dict):
        return page.data or {}, page.said(str(path))
    return {}, [*page.said(str(path)), f"{path}: must be a list of `key: value` lines"]


def _told(path: Path, sources: Mapping[str, str], error: Any) -> str:
    """One problem, without the value: it may be a secret."""
    key = ".".join(str(part) for part in error["loc"])
    where = sources.get(key, f"{path}: {key}")
    if error["type"] == "extra_forbidden":
        return f"{where}: there is no such setting; allowed: {', '.join(Settings.model_fields)}"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"


def person_at(text: str) -> Address:
    parts = text.split("/")
    if len(parts) != 3 or not all(parts):
        raise ValueError("a person is written platform/workspace/person, for example web/playground/imani")
    return Address(parts[0], parts[1], "person", parts[2])
