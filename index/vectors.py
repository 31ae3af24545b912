"""The vectors of all passages, compared exactly up to some size and by a graph of neighbours above it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EXACT_UP_TO = 50_000
"""Passages. Below, comparing with all of them takes a few thousandths of a second and is exact."""
_NEIGHBOURS = 24
_WHILE_BUILDING = 80
_WHILE_SEARCHING = 64
_FEW = 20_000
"""If no more than this many passages are allowed, they are compared one by one."""


def write(path: Path, vectors: NDArray[np.float32], dimension: int, exact_up_to: int = EXACT_UP_TO) -> None:
    import faiss

    if len(vectors) <= exact_up_to:
        index: Any = faiss.IndexFlatIP(dimension)
    else:
        index = faiss.IndexHNSWFlat(dimension, _NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = _WHILE_BUILDING
        faiss.omp_set_num_threads(os.cpu_count() or 1)
    index.add(vectors)
    faiss.omp_set_num_threads(1)
    faiss.write_index(index, str(path))


class Vectors:
    """Open for reading; row n belongs to passage n."""

    def __init__(self, path: Path) -> None:
        import faiss
        import numpy as np

        # One question is compared on one thread: with more, the threads wait for each other.
        faiss.omp_set_num_threads(1)
        opened: Any = faiss.read_index(str(path))
        self._index = opened
        self._graph = not isinstance(opened, faiss.IndexFlat)
        flat: Any = faiss.downcast_index(opened.storage) if self._graph else self._index
        shape = (self._index.ntotal, self._index.d)
        self.rows: NDArray[np.float32] = np.zeros(shape, dtype=np.float32)
        if self._index.ntotal:
            self.rows = faiss.rev_swig_ptr(flat.get_xb(), shape[0] * shape[1]).reshape(shape)
        """A view of what is compared, not a copy."""

    def near(self, vector: NDArray[np.float32], count: int, allowed: Sequence[int] | None = None) -> NDArray[np.int64]:
        """The numbers of the nearest passages, nearest first."""
        import faiss
        import numpy as np

        if not len(self.rows):
            return np.zeros(0, dtype=np.int64)
        if allowed is not None and len(allowed) <= _FEW:
            numbers = np.asarray(allowed, dtype=np.int64)
            return best(self.rows[numbers] @ vector, count, numbers)
        kinds: Any = faiss  # its types leave some classes out
        parameters = kinds.SearchParametersHNSW() if self._graph else kinds.SearchParameters()
        if self._graph:
            parameters.efSearch = max(_WHILE_SEARCHING, count)
        chosen = None
        if allowed is not None:
            chosen = faiss.IDSelectorBatch(np.asarray(allowed, dtype=np.int64))  # held until the search is over
            parameters.sel = chosen
        _, found = self._index.search(vector[None, :], min(count, len(self.rows)), params=parameters)
        near: NDArray[np.int64] = found[0][found[0] >= 0].astype(np.int64)
        return near


def best(scores: NDArray[np.float32], count: int, numbers: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Where the highest scores are, highest first; of equals, the first."""
    import numpy as np

    at = np.arange(len(scores))
    if count < len(scores):
        at = np.sort(np.argpartition(scores, -count)[-count:])
    at = at[np.argsort(-scores[at], kind="stable")]
    places: NDArray[np.int64] = (at if numbers is None else numbers[at]).astype(np.int64)
    return places
