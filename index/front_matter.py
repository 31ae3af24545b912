"""The block of `key: value` lines at the top of an entry, read as strictly as safe YAML allows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

LARGEST = 16_000
"""Characters. A block longer than this is a mistake: the text belongs under it."""
DEEPEST = 12


class Fault(Exception):
    """One broken rule, with the line of the file where it stands."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


@dataclass(frozen=True, slots=True)
class Block:
    values: dict[str, Any]
    lines: dict[str, int]
    """Where in the file each key stands."""
    body_start: int
    """The offset in characters at which the text under the block begins."""


class _Loader(Composer, CParser, SafeConstructor, Resolver):
    """Safe YAML without aliases (a few lines of them can grow to gigabytes) and without repeated keys.

    Read by the C library, since the first change after a start reads every entry; put together here, by our rules.
    """

    _depth = 0

    def __init__(self, source: str) -> None:
        CParser.__init__(self, source)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.get_event()
            raise Fault(event.start_mark.line + 2, f"alias *{event.anchor}: write the value out instead")
        if self._depth > DEEPEST:  # reading on would take seconds, and end in Python's own limit
            event = self.peek_event()
            raise Fault(event.start_mark.line + 2, f"is nested more than {DEEPEST} levels deep")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Fault(key.start_mark.line + 2, "a key must be a plain word")
            if key.value in seen:
                raise Fault(key.start_mark.line + 2, f"key {key.value!r} stands here twice; keep one")
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def split(text: str) -> Block | None:
    """The block at the top of `text`, or None when there is none. Raises `Fault`."""
    first, _, rest = text.partition("\n")
    if first.rstrip() != "---":
        return None
    start = len(first) + 1
    offset = start
    for line in rest.split("\n"):
        if line.rstrip() == "---":
            break
        offset += len(line) + 1
    else:
        raise Fault(1, "the block that starts with --- has no closing --- line")
    source = text[start:offset]
    if len(source) > LARGEST:
        raise Fault(1, f"the block between the --- lines is longer than {LARGEST:,} characters")
    values, lines = _parse(source)
    after = text.find("\n", offset)
    return Block(values, lines, len(text) if after < 0 else after + 1)


@lru_cache(4096)
def _parse(source: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Remembered, since the same entries are read whenever one of them changes. Nobody changes what comes back."""
    try:
        loader = _Loader(source)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: half a character
        raise Fault(2, f"cannot be read ({str(error).splitlines()[0]})") from error
    try:
        node = loader.get_single_node()
        if node is None:
            return {}, {}
        if not isinstance(node, yaml.MappingNode):
            raise Fault(2, "the block between the --- lines must be `key: value` lines")
        # Line 1 of the file is the opening ---, and YAML counts from 0.
        lines = {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
        values = loader.construct_document(node)
        if not isinstance(values, dict):  # a tag such as !!set makes something else of such lines
            raise Fault(2, "the block between the --- lines must be `key: value` lines")
        return {str(key): value for key, value in values.items()}, lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise Fault(mark.line + 2 if mark else 1, f"{what}; text with : or # needs quotes") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # ValueError: a date such as 2026-13-45; YAMLError: a control character.
        raise Fault(2, f"cannot be read ({str(error).splitlines()[0]})") from error
    finally:
        loader.dispose()
