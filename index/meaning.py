"""A question's vector: remembered for a while, within the time there is, or not at all."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from index.encoder import Encoder
from index.errors import ModelProblem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_REMEMBERED = 256
log = logging.getLogger(__name__)


class Meaning:
    """Any thread may ask; the model is loaded by the first."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.asked: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        """Questions are not kept: what is remembered is a fingerprint and not the words."""
        self._lock = threading.Lock()
        self._loading: threading.Thread | None = None
        self._loaded = threading.Event()

    def warm(self) -> None:
        """Load the model now rather than with the first question. Raises `ModelProblem` if it cannot be used."""
        self.encoder.encode(["warm"], questions=True)
        self._loaded.set()

    def as_ready_as(self, other: Meaning) -> None:
        """Another build is asked with the same model, which need not be waited for again."""
        if other._loaded.is_set():
            self._loaded.set()

    def of(self, question: str, wait: float | None) -> NDArray[np.float32] | None:
        """None when the model cannot be used, or is not loaded within `wait` seconds."""
        if wait is not None and not self._loaded.is_set():
            with self._lock:
                if self._loading is None or not self._loading.is_alive():
                    self._loading = threading.Thread(target=self._load, name="model", daemon=True)
                    self._loading.start()
            if not self._loaded.wait(wait):
                return None
        try:
            return self._vector(question)
        except ModelProblem as problem:
            log.warning("searching by words alone: %s", problem)
            return None

    def _load(self) -> None:
        try:
            self.warm()
        except ModelProblem as problem:
            log.warning("searching by words alone: %s", problem)

    def _vector(self, question: str) -> NDArray[np.float32]:
        key = hashlib.blake2b(" ".join(question.casefold().split()).encode(), digest_size=16).digest()
        with self._lock:
            if key in self.asked:
                self.asked.move_to_end(key)
                return self.asked[key]
        vector: NDArray[np.float32] = self.encoder.encode([question], questions=True)[0]
        self._loaded.set()
        with self._lock:
            self.asked[key] = vector
            if len(self.asked) > _REMEMBERED:
                self.asked.popitem(last=False)
        return vector
