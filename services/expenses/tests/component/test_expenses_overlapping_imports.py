"""Overlapping files, one of which is undone: nothing is duplicated, and skipped rows can be imported again."""

from __future__ import annotations

HEADER = "Date,Payee,Amount\n"
ONE, BOTH, OTHER = "2026-11-01,Rewe,-5.00\n", "2026-11-02,Aldi,-6.00\n", "2026-11-03,Lidl,-7.00\n"
FIRST, SECOND = HEADER + ONE + BOTH, HEADER + BOTH + OTHER


def payees(api):
    return sorted(entry["payee"] for entry in api("GET", "/expenses?limit=50").json()["items"])


def test_undoing_one_of_two_files_leaves_the_rows_of_the_other(api):
    first = api.upload(FIRST).json()
    assert api.upload(SECOND).json()["duplicates"] == 1
    assert api("DELETE", f"/imports/{first['id']}").status_code == 204
    assert payees(api) == ["Lidl"]


def test_a_file_that_is_imported_again_after_an_undo_doubles_nothing(api):
    first = api.upload(FIRST).json()
    api.upload(SECOND)
    api("DELETE", f"/imports/{first['id']}")
    again = api.upload(FIRST).json()
    assert (again["imported"], again["duplicates"]) == (2, 0)
    assert api.upload(SECOND).json()["duplicates"] == 2
    assert payees(api) == ["Aldi", "Lidl", "Rewe"]


def test_what_was_skipped_comes_with_the_second_file_after_the_undo(api):
    first = api.upload(FIRST).json()
    api.upload(SECOND)
    api("DELETE", f"/imports/{first['id']}")
    second = api.upload(SECOND).json()
    assert (second["imported"], second["duplicates"]) == (1, 1)
    third = api.upload(FIRST).json()
    assert (third["imported"], third["duplicates"]) == (1, 1)
    assert payees(api) == ["Aldi", "Lidl", "Rewe"]
