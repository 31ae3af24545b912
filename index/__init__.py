"""Semantic search over a folder of curated entries. It knows nothing of the assistant that asks.

    from index.build import build
    from index.encoder import MiniLM
    from index.search import open_index

    build(Path("knowledge"), Path("data/index"), MiniLM())
    answer = open_index(Path("data/index"), MiniLM()).search("what does LEEP stand for")

Importing any module here is cheap: what is heavy is loaded when it is first used.
"""
