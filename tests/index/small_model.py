"""A sentence-transformers model of a few hundred kilobytes with random weights, unlike the one that is shipped."""

from __future__ import annotations

import json
from pathlib import Path

DIMENSION, LIMIT = 24, 48
QUESTION, PASSAGE = "query: ", "passage: "
_WORDS = (
    "a the of is and to in when does how what who why choir hall old key thursday evenings practises pause send word "
    "nothing comes for while taking query passage equity meeting stop"
).split()


def write(folder: Path, *, pooling: str = "cls", seed: int = 1) -> Path:
    """Other width, other limit, other pooling, a projection behind it, and prefixes for both kinds of text."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    letters = [chr(one) for one in range(33, 127)]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *_WORDS, *letters, *(f"##{one}" for one in letters)]
    vocabulary = {token: number for number, token in enumerate(dict.fromkeys(tokens))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    inner = folder / "inner"
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(str(inner))  # fmt: skip
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=64,
    )  # fmt: skip
    BertModel(config).save_pretrained(str(inner))
    first = Transformer(str(inner), max_seq_length=LIMIT)
    parts = [first, Pooling(32, pooling_mode=pooling), Dense(32, DIMENSION)]
    made = SentenceTransformer(modules=parts, device="cpu", prompts={"query": QUESTION, "passage": PASSAGE})
    made.save(str(folder / "model"), create_model_card=False)
    assert json.loads((folder / "model" / "modules.json").read_text("utf-8"))
    return folder / "model"
