"""XLSX files written tag by tag, so that tests can make what no spreadsheet program would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
_BOOK_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>'
)


def workbook(sheet_data: str, *, book_properties: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """A workbook whose only sheet has `sheet_data` as the inside of <sheetData>."""
    book = (
        '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        f'{book_properties}<sheets><sheet name="Blad1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    sheet = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{sheet_data}</sheetData></worksheet>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", _BOOK_RELATIONS)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return file.getvalue()


def rows(*lines: Sequence[str | float | None], addressed: bool = True) -> str:
    """Rows of text and number cells."""
    made = []
    for number, line in enumerate(lines, 1):
        cells = []
        for place, value in enumerate(line):
            address = f' r="{chr(65 + place)}{number}"' if addressed else ""
            if value is None:
                cells.append(f"<c{address}/>")
            elif isinstance(value, str):
                cells.append(f'<c{address} t="inlineStr"><is><t>{escape(value)}</t></is></c>')
            else:
                cells.append(f"<c{address}><v>{value!r}</v></c>")
        made.append(f'<row r="{number}">{"".join(cells)}</row>' if addressed else f"<row>{''.join(cells)}</row>")
    return "".join(made)
