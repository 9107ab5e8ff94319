"""The mapping of an import as JSON."""

from __future__ import annotations

import pytest

from expenses.errors import InvalidMappingError
from expenses.imports.readers.mapping import read_mapping


@pytest.mark.parametrize("text", ['{"decimal": ".", "decimal": ","}', '{"columns": {"amount": 1, "amount": 2}}'])
def test_a_mapping_that_names_a_key_twice_is_refused(text: str) -> None:
    with pytest.raises(InvalidMappingError):
        read_mapping(text)
