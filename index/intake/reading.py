"""What runs in the child: one file from standard input, its text as JSON to standard output.

Started as `python -m index.intake.reading ENDING MEMORY SECONDS`. Every parser is imported behind the limits.
"""

from __future__ import annotations

import io
import json
import re
import resource
import stat
import sys
import zipfile
from collections.abc import Callable

LARGEST_TEXT = 1_000_000
"""Characters. What is longer would bury every other entry."""
_UNPACKED, _RATIO, _PARTS = 50_000_000, 100, 2_000
"""Bytes, times the packed size, and files that a packed document may have."""
_PAGES = 500


class Refused(Exception):
    """Said to whoever brought the file."""


def markdown(content: bytes) -> tuple[str, str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("its text is not UTF-8; save it with UTF-8 encoding and add it again.") from None
    heading = re.search(r"^#[ \t]+(.+?)[ \t]*#*[ \t]*$", text, re.MULTILINE)
    return (heading[1] if heading else ""), text


def page(content: bytes) -> tuple[str, str]:
    import trafilatura
    from trafilatura.settings import use_config

    settings = use_config()
    settings.set("DEFAULT", "EXTRACTION_TIMEOUT", "0")  # its own alarm clock; ours runs outside
    body = trafilatura.extract(
        content, output_format="markdown", include_comments=False, include_images=False, config=settings
    )
    about = trafilatura.extract_metadata(content)
    return about.title or "", body or ""


def portable(content: bytes) -> tuple[str, str]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        file = PdfReader(io.BytesIO(content))
        if file.is_encrypted:
            raise Refused("it is locked with a password; save it without one and add it again.")
        if len(file.pages) > _PAGES:
            raise Refused(f"it has more than {_PAGES} pages; add the part that people ask for.")
        texts = [sheet.extract_text() for sheet in file.pages]
        about = file.metadata
        title = str(about.get("/Title") or "") if about else ""
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Refused("it is damaged, so no page could be read.") from error
    if not any(text.strip() for text in texts):
        raise Refused("it holds pictures of text and no text; run it through text recognition and add it again.")
    parts = [f"## Page {number}\n\n{_paragraphs(text)}" for number, text in enumerate(texts, 1) if text.strip()]
    return title, "\n\n".join(parts)


def document(content: bytes) -> tuple[str, str]:
    import mammoth  # type: ignore[import-untyped]
    from markdownify import markdownify

    _unpacks_decently(content)
    try:
        html = mammoth.convert_to_html(io.BytesIO(content), convert_image=lambda _: []).value
    except (KeyError, ValueError, AttributeError, SyntaxError, zipfile.BadZipFile) as error:
        raise Refused("it is damaged, so it could not be read.") from error
    body: str = markdownify(
        html,
        heading_style="ATX",
        strip=["img"],
        escape_asterisks=False,
        escape_underscores=False,
        escape_misc=False,
    )
    heading = re.search(r"^#[ \t]+(.+)$", body, re.MULTILINE)
    return (heading[1].strip() if heading else ""), body


def _unpacks_decently(content: bytes) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile:
        raise Refused("it is not a document, whatever its name says.") from None
    names = [part.filename for part in parts]
    if len(set(names)) < len(names) or any(_leads_out(part) for part in parts):
        raise Refused("it is packed in a way that no document is, so it was not opened.")
    size = sum(part.file_size for part in parts)
    if len(parts) > _PARTS or size > _UNPACKED or size > _RATIO * max(len(content), 10_000):
        raise Refused("it unpacks to far more than a document holds, so it was not opened.")


def _leads_out(part: zipfile.ZipInfo) -> bool:
    """Up, to the root of the disk, or by a link."""
    steps = part.filename.replace("\\", "/").split("/")
    return ".." in steps or steps[0] == "" or stat.S_ISLNK(part.external_attr >> 16)


def _paragraphs(text: str) -> str:
    """Lines that were only broken at the edge of the paper, joined again."""
    text = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text)
    return re.sub(r"(?<![.:!?\n])\n(?=[a-z(])", " ", text)


READERS: dict[str, Callable[[bytes], tuple[str, str]]] = {
    ".md": markdown,
    ".txt": markdown,
    ".html": page,
    ".htm": page,
    ".pdf": portable,
    ".docx": document,
}
ENDINGS = frozenset(READERS)


def cleaned(text: str) -> str:
    """Without control characters, halves of characters and heaps of empty lines."""
    whole = text.encode("utf-8", "ignore").decode().replace("\r\n", "\n").replace("\r", "\n")
    whole = "".join(letter for letter in whole if letter in "\n\t" or letter.isprintable())
    return re.sub(r"\n{3,}", "\n\n", whole).strip()


def _main(ending: str, memory: int, seconds: int) -> dict[str, str]:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "darwin":  # a Mac counts what is shared too, and refuses at once
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        title, body = READERS[ending](sys.stdin.buffer.read())
    except Refused as refused:
        return {"refused": str(refused)}
    body = cleaned(body)
    if not body:
        return {"refused": "there is no text in it."}
    if len(body) > LARGEST_TEXT:
        return {"refused": f"it holds more than {LARGEST_TEXT:,} characters; add the part that people ask for."}
    return {"title": " ".join(cleaned(title).split())[:200], "body": body}


if __name__ == "__main__":
    answer = _main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(answer))
