"""The mapping of an import as JSON."""

from __future__ import annotations

import pytest

from expenses.errors import InvalidMappingError
from expenses.imports.readers.mapping import read_mapping


@pytest.mark.parametrize("text", ['{"decimal": ".", "decimal": ","}', '{"columns": {"amount": 1, "amount": 2}}'])
def test_a_mapping_that_names_a_key_twice_is_refused(text: str) -> None:
    with pytest.raises(InvalidMappingError):
        read_mapping(text)


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("{", "/mapping"),
        ("[]", "/mapping"),
        ("1", "/mapping"),
        ("[" * 3000, "/mapping"),
        ('{"encoding": "ebcdic"}', "/mapping/encoding"),
        ('{"encoding": ["utf-8"]}', "/mapping/encoding"),
        ('{"delimiter": "ab"}', "/mapping/delimiter"),
        ('{"delimiter": "\\""}', "/mapping/delimiter"),
        ('{"header": "yes"}', "/mapping/header"),
        ('{"date_format": "D.M.Y"}', "/mapping/date_format"),
        ('{"decimal": ";"}', "/mapping/decimal"),
        ('{"sign": 1}', "/mapping/sign"),
        ('{"currency": "ZZZ"}', "/mapping/currency"),
        ('{"columns": []}', "/mapping/columns"),
        ('{"columns": {"date": -1}}', "/mapping/columns/date"),
        ('{"columns": {"date": 200}}', "/mapping/columns/date"),
        ('{"columns": {"date": true}}', "/mapping/columns/date"),
        ('{"columns": {"date": 1.0}}', "/mapping/columns/date"),
        ('{"columns": {"when": 1}}', "/mapping/columns/when"),
        ('{"surprise": 1}', "/mapping/surprise"),
    ],
)
def test_a_bad_mapping_is_refused_with_its_place(text: str, pointer: str) -> None:
    with pytest.raises(InvalidMappingError) as refused:
        read_mapping(text)
    assert refused.value.errors[0]["pointer"] == pointer
