"""Files of banks and accounting programs that are not CSV: recognized by how they begin, and declined by name."""

from __future__ import annotations

import codecs
import re

_ADVICE = "Outlay reads CSV so far; most banks offer CSV as well."
_PROGRAM_ADVICE = "Outlay reads CSV so far; export your transactions as CSV and import that."
_BEGINNINGS: tuple[tuple[str, str, str], ...] = (
    # name with its article, pattern of the beginning, what to do
    ("an OFX file", r"OFXHEADER:|(<\?[^>]*>\s*)*<OFX>|<\?OFX", _ADVICE),
    ("a QIF file", r"!(Type|Account|Option|Clear)[: ]", _ADVICE),
    ("a CAMT file", r"(<\?[^>]*>\s*)?<(\w+:)?Document[^>]*camt\.", _ADVICE),
    ("an MT940 file", r"(\{1:F01|\s*:20:[^\r\n]*\s+(:21:[^\r\n]*\s+)?:25:|:940:)", _ADVICE),
    ("an IIF file of QuickBooks", r"!(HDR|ACCNT|TRNS|SPL|ENDTRNS|CUST|VEND|CLASS|INVITEM)\t", _PROGRAM_ADVICE),
    ("a GnuCash file", r"(<\?[^>]*>\s*)?<gnc-v2", _PROGRAM_ADVICE),
    ("an HTML page", r"(<!--.*?-->\s*)?<(!doctype html|html|table|body|head)\b", _ADVICE),
    ("an RTF document", r"\{\\rtf", _ADVICE),
    ("an XML file", r"<\?xml\b", _ADVICE),
    ("a JSON file", r"(\{\s*(\"|\})|\[\s*[\[{\]])", _ADVICE),
)
_PATTERNS = [(name, re.compile(pattern, re.IGNORECASE | re.DOTALL), advice) for name, pattern, advice in _BEGINNINGS]
_LEDGER_DAY = r"^\d{4}[-/.]\d\d?[-/.]\d\d?"
_BEANCOUNT = re.compile(
    rf"{_LEDGER_DAY}[ \t]+(open|close|commodity|balance|pad|price|note|document|event|txn|[*!] \")", re.MULTILINE
)
_LEDGER = re.compile(rf"{_LEDGER_DAY}(=\S+)?([ \t]+[*!])?[ \t]+[^\r\n]*\r?\n[ \t]+[A-Za-z][^\r\n,;|]*:[^\r\n]*", re.MULTILINE)
_BYTES: tuple[tuple[str, bytes, str], ...] = (
    (
        "a spreadsheet such as an Excel file, or a ZIP archive",
        b"PK\x03\x04",
        "Open it in its own program, save it as CSV and import that.",
    ),
    ("a spreadsheet such as an Excel file", b"\xd0\xcf\x11\xe0", "Open it in its own program, save it as CSV and import that."),
    ("a PDF", b"%PDF", "Ask your bank for a CSV file instead."),
    (
        "a GnuCash file or another compressed file",
        b"\x1f\x8b",
        "Export your transactions as CSV, or unpack the CSV file, and import that.",
    ),
    ("a GnuCash file", b"SQLite format 3\x00", _PROGRAM_ADVICE),
    ("a picture", b"\x89PNG", "Import a CSV file."),
    ("a picture", b"\xff\xd8\xff", "Import a CSV file."),
    ("a compressed file", b"7z\xbc\xaf\x27\x1c", "Unpack it and import the CSV file in it."),
    ("a compressed file", b"Rar!", "Unpack it and import the CSV file in it."),
    ("a compressed file", b"BZh", "Unpack it and import the CSV file in it."),
    ("a compressed file", b"\xfd7zXZ", "Unpack it and import the CSV file in it."),
)


def declined(head: bytes) -> str | None:
    """Return why a file that begins like this is not read, None for one that may be CSV."""
    for name, magic, advice in _BYTES:
        if head.startswith(magic):
            return f"This is {name}. {advice}"
    text = _text(head)
    for name, pattern, advice in _PATTERNS:
        if pattern.match(text):
            return f"This is {name}. {advice}"
    if _BEANCOUNT.search(text):
        return f"This is a Beancount file. {_PROGRAM_ADVICE}"
    if _LEDGER.search(text):
        return f"This is a ledger or hledger journal. {_PROGRAM_ADVICE}"
    return None


def _text(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace").lstrip()
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1").lstrip()
