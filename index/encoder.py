"""Text -> vectors, with a small language model that runs in ONNX Runtime.

The model is turned into a file for that runtime once (see export.py); after that neither PyTorch nor
sentence-transformers is loaded, which saves seconds of start and most of the memory.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from index import models
from index.errors import ModelProblem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
        """How many of `limit` this passage takes."""
        ...

    def encode(self, texts: Sequence[str], *, questions: bool = False) -> NDArray[np.float32]:
        """One row a text, each of length 1. Some models read questions and passages differently."""
        ...


class MiniLM:
    """all-MiniLM-L6-v2, or any sentence-transformers model in a local folder. Never uses the network.

    Loads nothing until it is needed. May be called from any thread.
    """

    def __init__(self, model: Path | str | None = None, *, verified: Path | None = None) -> None:
        """`model`: the folder or hub id of another one. `verified`: where checked weights are remembered."""
        self._which = model
        self._notes = verified or models.cache_folder() / "models-verified.json"
        self._lock = threading.Lock()
        self._model: models.Model | None = None
        self._name = ""
        self._tokenizer: Any = None
        self._run: Any = None

    @property
    def model(self) -> models.Model:
        if self._model is None:
            self._model = models.named(self._which) if self._which else models.shipped()
        return self._model

    @property
    def name(self) -> str:
        if not self._name:
            self._name = self.model.name(self._notes)
        return self._name

    @cached_property
    def _before_passages(self) -> str:
        """Read once, since tokens are counted some thousand times a build."""
        return self.model.passage_prefix

    @cached_property
    def dimension(self) -> int:
        return self.model.dimension

    @cached_property
    def limit(self) -> int:
        return self.model.limit

    def tokens(self, text: str) -> int:
        return len(self._ids(self._before_passages + text))

    def encode(self, texts: Sequence[str], *, questions: bool = False) -> NDArray[np.float32]:
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        run = self._session()
        prefix = self.model.question_prefix if questions else self.model.passage_prefix
        limit = self.limit

        def one(text: str) -> NDArray[np.float32]:
            ids = self._ids(prefix + text)
            if len(ids) > limit:
                ids = [*ids[: limit - 1], ids[-1]]
            row = np.array([ids], dtype=np.int64)
            vector: NDArray[np.float32] = run(row, np.ones_like(row))[0]
            return vector

        # One text at a time: the scale of the small numbers is chosen for each run, so in a batch a text
        # would get another vector in other company. Nor is anything gained: filling up costs more.
        if len(texts) == 1:
            rows = [one(texts[0])]
        else:
            with ThreadPoolExecutor(os.cpu_count() or 1, "encode") as threads:
                rows = list(threads.map(one, texts))
        vectors = np.array(rows, dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def _ids(self, text: str) -> list[int]:
        if self._tokenizer is None:
            self._tokenizer = _tokenizer(self.model.folder)
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids

    def _session(self) -> Any:
        if self._run is None:
            with self._lock:
                if self._run is None:
                    self._run = self._loaded()
        return self._run

    def _loaded(self) -> Any:
        from index import export

        return session(export.exported(self.model, self._notes))


def encoder(model: str = "") -> MiniLM:
    """Of the model in a folder, or of an id on a hub; empty: the one that is installed."""
    return MiniLM(model or None)


class WordsOnly:
    """For an index that is searched by words alone, where there is no model to be had."""

    name = "words only"
    dimension = 1
    limit = 256

    def tokens(self, text: str) -> int:
        return 2 + 2 * len(text.split())

    def encode(self, texts: Sequence[str], *, questions: bool = False) -> NDArray[np.float32]:
        import numpy as np

        if questions:
            raise ModelProblem("There is no language model here, so the search goes by words alone.")
        return np.zeros((len(texts), 1), dtype=np.float32)


def _tokenizer(folder: Path) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library raises nothing more exact
        raise ModelProblem(
            f"{folder / 'tokenizer.json'} cannot be read, so this folder does not hold a usable model. "
            f"Nothing was changed. Name the folder of a sentence-transformers model."
        ) from error
    # The file itself asks for cutting and filling up to 128 tokens, which would hide the true length.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def session(path: Path) -> Any:
    """A function from (ids, mask), one row a text, to vectors."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # One question at a time on one thread: waking more costs longer than the work itself.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # What it has once taken for a long text it would otherwise never give back.
    options.enable_cpu_mem_arena = False
    try:
        opened = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library raises many kinds
        raise ModelProblem(
            f"The exported model {path} cannot be loaded. Nothing else was changed. Delete that file; "
            f"it is made again when it is next needed."
        ) from error

    def run(ids: Any, mask: Any) -> Any:
        return opened.run(None, {"input_ids": ids, "attention_mask": mask})[0]

    return run
