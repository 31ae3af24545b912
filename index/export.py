"""A sentence-transformers model -> one file for ONNX Runtime, made once and kept in the cache.

    python -m index.export                 the model that is installed here
    python -m index.export FOLDER          another one

It is made in a process of its own, so that PyTorch is never loaded where questions are answered. Weights
become 8-bit numbers where the vectors stay close to the true ones on this machine, and stay as they are
where they do not.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index import models
from index.errors import ModelProblem

FILE, ABOUT = "model.onnx", "about.json"
_FORMAT = 1
EXACT, CLOSE = 0.9999, 0.98
"""The least cosine between a vector and the true one, in full numbers and in small ones."""
SAMPLES = (
    "what is it",
    "how long is the leep cohort",
    "PSP 0201-05-0100 what is it",
    "what do I say when a colleague says equity is unfair",
    "¿Puedo contestar en español? Sí, y también por voz.",
    "A planned stop in a meeting, to ask who gains, who is burdened and whose voice is missing.",
    "The boundary layer behind a shock wave thickens with the square root of the distance.",
    "Each turn takes the same time for both, and nobody answers, advises or asks. " * 8,
    "Budget line 4.2: $1,250.00 (2019/20) vs. 3,400 in 2021; see annex B, table 7. " * 6,
)


def exported(
    model: models.Model, notes: Path, cache: Path | None = None, make: Callable[[Path, Path], None] | None = None
) -> Path:
    """The file to serve from, made now if it is not there or is not what was written.

    `make`: what writes it, from the folder of the model into the folder that is kept.
    """
    known = model.mark(notes)
    kept = (cache or models.cache_folder() / "models") / f"{known[:16]}-{_FORMAT}"
    path = kept / FILE
    try:
        about = json.loads((kept / ABOUT).read_text("utf-8"))
        if models.sha256_once(path, notes) == about["sha256"]:
            return path
    except (OSError, ValueError, KeyError, TypeError, ModelProblem):
        pass  # not there, or damaged: it is made again
    (make or _made_apart)(model.folder, kept)
    return path


def _made_apart(folder: Path, kept: Path) -> None:
    source = str(Path(__file__).resolve().parents[1])
    paths = os.pathsep.join(part for part in (source, os.environ.get("PYTHONPATH", "")) if part)
    ran = subprocess.run(  # noqa: S603 - our own module, by the Python that runs this
        [sys.executable, "-W", "ignore", "-m", "index.export", str(folder), "--to", str(kept)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
        check=False,
    )
    if ran.returncode:
        why = (ran.stderr.strip().splitlines() or ["it was stopped"])[-1]
        raise ModelProblem(
            f"The language model in {folder} could not be prepared for answering ({why[:300]}). Nothing else was "
            f"changed. Check that its folder is whole and that {kept.parent} can be written to."
        )


def write(folder: Path, kept: Path) -> None:
    """Make the file; what is in `kept` is replaced at the end, or not at all."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".exporting-", dir=kept.parent) as fresh:
        about = _write(folder, Path(fresh))
        kept.mkdir(exist_ok=True)
        about["sha256"] = hashlib.sha256((Path(fresh) / FILE).read_bytes()).hexdigest()
        (Path(fresh) / ABOUT).write_text(json.dumps(about, indent=1) + "\n", "utf-8")
        # Between the two moves the checksum does not fit, and the file is made again.
        for name in (FILE, ABOUT):
            (Path(fresh) / name).replace(kept / name)


def _write(folder: Path, fresh: Path) -> dict[str, Any]:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    true = _traced(folder, fresh / "whole.onnx")
    closest = _least_cosine(folder, fresh / "whole.onnx", true)
    if closest < EXACT:
        raise ModelProblem(f"the exported model is not the same model: least cosine {closest:.4f}")
    for reduced in (False, True):  # some processors overflow unless one bit is left free
        quantize_dynamic(
            fresh / "whole.onnx",
            fresh / FILE,
            per_channel=True,
            reduce_range=reduced,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        closest = _least_cosine(folder, fresh / FILE, true)
        if closest >= CLOSE:
            return {"precision": "int8", "least_cosine": round(closest, 4), "reduced": reduced}
    (fresh / "whole.onnx").replace(fresh / FILE)
    return {"precision": "fp32", "least_cosine": 1.0, "reduced": False}


def _traced(folder: Path, path: Path) -> Any:
    """Write the model as it is, and give back its own vectors of the samples."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch

    from index.reference import SentenceTransformers

    reference = SentenceTransformers(folder)
    inner = reference.load()

    class Whole(torch.nn.Module):  # type: ignore[misc]
        """From tokens to the finished vector, so that pooling and whatever follows come along."""

        def __init__(self) -> None:
            super().__init__()
            self.parts = inner

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            found = {"input_ids": input_ids, "attention_mask": attention_mask}
            if "token_type_ids" in inner.tokenizer.model_input_names:
                found["token_type_ids"] = torch.zeros_like(input_ids)
            for part in self.parts:
                found = part(found)
            return found["sentence_embedding"]

    example = inner.tokenizer(list(SAMPLES[:2]), padding=True, return_tensors="pt")
    sizes = {0: torch.export.Dim("texts", min=1, max=4096), 1: torch.export.Dim("tokens", min=2, max=reference.limit)}
    program = torch.onnx.export(
        Whole().eval(),
        (example["input_ids"], example["attention_mask"]),
        dynamo=True,
        verbose=False,
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_shapes={"input_ids": sizes, "attention_mask": sizes},
    )
    program.save(str(path))
    _without_shapes(path)
    return reference.encode(SAMPLES)


def _without_shapes(path: Path) -> None:
    """What makes the numbers small turns the weights of a last projection around, and stumbles over noted shapes."""
    import onnx

    whole = onnx.load(path)
    if any(node.op_type == "Gemm" for node in whole.graph.node):
        del whole.graph.value_info[:]
        onnx.save(whole, path)


def _least_cosine(folder: Path, path: Path, true: Any) -> float:
    from index.encoder import MiniLM, session

    encoder = MiniLM(folder)
    encoder._run = session(path)
    return float((encoder.encode(SAMPLES) * true).sum(axis=1).min())


def main() -> None:
    import argparse

    parser = argparse.ArgumentParser(prog="python -m index.export", description="Prepare a model for answering.")
    parser.add_argument("folder", type=Path, nargs="?", help="the folder of a sentence-transformers model")
    parser.add_argument("--to", type=Path, help="the folder to write into (default: where it is looked for)")
    chosen = parser.parse_args()
    model = models.Model(chosen.folder) if chosen.folder else models.shipped()
    if chosen.to:
        write(model.folder, chosen.to)
    else:
        sys.stdout.write(f"{exported(model, models.cache_folder() / 'models-verified.json')}\n")


if __name__ == "__main__":
    main()
