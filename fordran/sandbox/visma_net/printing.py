"""A small PDF of a document: one page of plain lines, valid, and nothing a debtor would ever get."""

from __future__ import annotations

from fordran.sandbox.book import Book, Document


def print_document(book: Book, document: Document) -> bytes:
    party = book.parties[document.party]
    return one_page(
        [
            book.name,
            f"{document.kind.replace('_', ' ').capitalize()} {document.number}",
            f"{party.number} {document.recipient or party.name}",
            f"{document.issued}   due {document.due}",
            f"{document.amount // 100}.{document.amount % 100:02} {document.currency}",
            document.text,
            f"OCR {document.ocr}" if document.ocr else "",
        ]
    )


def one_page(lines: list[str]) -> bytes:
    text = b"\n".join(b"(%s) Tj T*" % _escaped(line) for line in lines)
    stream = b"BT /F1 11 Tf 14 TL 72 770 Td\n%s\nET" % text
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _escaped(line: str) -> bytes:
    raw = line.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)").replace(b"\n", b" ").replace(b"\r", b" ")
