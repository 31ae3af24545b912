"""Text -> vectors by sentence-transformers itself: slow to start, and what the fast way is measured against."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from index.encoder import MiniLM

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BATCH = 16
_FEW = 4
"""Up to this many texts run on one thread: waking more costs longer than the work itself."""


class SentenceTransformers(MiniLM):
    """Takes the place of `MiniLM` wherever its vectors are to be the true ones."""

    def load(self) -> Any:
        """The library's own model."""
        with self._lock:
            if self._run is None:
                self._run = self._loaded()
        return self._run

    def encode(self, texts: Sequence[str], *, questions: bool = False) -> NDArray[np.float32]:
        import numpy as np

        prefix = self.model.question_prefix if questions else self.model.passage_prefix
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with _threads(1 if len(texts) <= _FEW else None):
            vectors = self.load().encode(
                [prefix + text for text in texts],
                batch_size=_BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
                prompt="",
            )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def _loaded(self) -> Any:
        self.model.checked(self._notes)
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as noise

        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        noise.set_verbosity_error()
        noise.disable_progress_bar()
        return SentenceTransformer(str(self.model.folder), device="cpu", local_files_only=True).eval()


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
