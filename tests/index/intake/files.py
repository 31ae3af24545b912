"""Files as people and attackers make them, built here byte by byte."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

_DOCUMENT = (
    '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Meeting calendar</w:t></w:r></w:p>'
    "<w:p><w:r><w:t>The cohort meets on Tuesdays, at the library*.</w:t></w:r></w:p></w:body></w:document>"
)
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_LINKS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)


def packed(parts: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return whole.getvalue()


def docx(*more: tuple[str, bytes, int]) -> bytes:
    """`more`: other parts, each with its name, its content and the mode of a Unix file."""
    whole = io.BytesIO(
        packed(
            {
                "[Content_Types].xml": _TYPES.encode(),
                "_rels/.rels": _LINKS.encode(),
                "word/document.xml": _DOCUMENT.encode(),
            }
        )
    )
    with zipfile.ZipFile(whole, "a") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the same name twice
        for name, content, mode in more:
            part = zipfile.ZipInfo(name)
            part.external_attr = mode << 16
            file.writestr(part, content)
    return whole.getvalue()


def pdf(*pages: str, title: str = "", password: str = "") -> bytes:
    """Each page a text in one font; an empty one is a picture of nothing."""
    return _pdf([f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode() if text else b"" for text in pages], title, password)


def slow_pdf() -> bytes:
    """Some twenty kilobytes that unpack to millions of strokes."""
    return _pdf([b"q 1 0 0 1 0 0 cm Q\n" * 1_000_000])


def _pdf(contents: list[bytes], title: str = "", password: str = "") -> bytes:
    writer = PdfWriter()
    if title:
        writer.add_metadata({"/Title": title})
    for content in contents:
        page = writer.add_blank_page(400, 200)
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        stream = DecodedStreamObject()
        stream.set_data(content)
        page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    whole = io.BytesIO()
    writer.write(whole)
    return whole.getvalue()


def unpacking_without_end() -> bytes:
    """A PDF whose page is packed in itself again and again."""
    content = b"0" * 150_000_000
    for _ in range(2):
        content = zlib.compress(content, 9)
    head = b"%PDF-1.4\n"
    stream = (
        b"4 0 obj\n<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n" % len(content)
        + content
        + b"\nendstream\nendobj\n"
    )
    body = (
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> /Contents 4 0 R >>\nendobj\n"
    )
    return head + body + stream + b"trailer\n<< /Root 1 0 R /Size 5 >>\n%%EOF\n"
