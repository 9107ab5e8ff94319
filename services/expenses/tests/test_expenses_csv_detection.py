"""CSV files that look a little like another format."""

from __future__ import annotations

import pytest

from expenses.imports.readers.text import unsupported_format


@pytest.mark.parametrize(
    "content",
    [
        "date,amount\n2019-01-01,5.00\n",
        "2019-01-01,Shop: food,5.00\n2019-01-02,Bar,1.00\n",
        '"[a]","{b}"\n2019-01-01,5.00\n',
        "2019-01-02 Shop;5.00\n2019-01-03 Note: x;1.00\n",
        "!important;date\n1;2\n",
    ],
)
def test_csv_is_not_taken_for_another_format(content):
    assert unsupported_format(content.encode()) is None
