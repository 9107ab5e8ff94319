"""A file is read as its owner corrected an earlier one of the same layout, and known rows are marked."""

from __future__ import annotations

import pytest

from testing.fakes.callers import OTTO, a_caller

FILE = "Date,Payee,Description,Amount\n2026-01-31,REWE,Card 1,-1.00\n2026-02-13,Aldi,Card 2,-2.00\n"
NEXT = "Date,Payee,Description,Amount\n2026-03-15,REWE,Card 3,-3.00\n"
OTHER = "Date,Payee,Description,Amount,Balance\n2026-03-15,REWE,Card 3,-3.00,5.00\n"
CARD = "Date,Payee,Amount\n2026-01-02,REWE,1.00\n2026-01-03,Aldi,2.00\n2026-01-04,Lidl,3.00\n"
ACCOUNT = (
    "Date,Payee,Amount\n2026-01-02,Landlord,-700.00\n2026-01-03,Employer,2500.00\n2026-01-04,REWE,-31.20\n2026-01-05,Aldi,-9.00\n"
)
UNCLEAR = "Date,Payee,Amount\n2026-01-02,A,-1.00\n2026-01-03,B,2.00\n2026-01-04,C,3.00\n2026-01-05,D,4.00\n"
SWAPPED = {"columns": {"payee": 2, "description": 1}}


def payees(api, content, **more):
    seen = api.upload(content, to="/imports/preview", **more).json()
    return [row["expense"]["payee"] for row in seen["rows"]], seen["remembered"]


def look(api, content):
    return api.upload(content, to="/imports/preview").json()


def confirm(api, content, **more):
    """Import as the page does: with the whole mapping of a preview."""
    seen = api.upload(content, to="/imports/preview", remembered="ignore").json()
    return api.upload(content, mapping={**seen["mapping"], **more}, remembered="ignore").json()


def directions(seen):
    return {row["expense"]["payee"]: row["expense"]["kind"] for row in seen["rows"] if row["expense"]}


def test_the_same_file_is_read_as_it_was_corrected(api):
    assert payees(api, FILE) == (["REWE", "Aldi"], False)
    assert api.upload(FILE, mapping=SWAPPED).json()["imported"] == 2
    assert payees(api, FILE) == (["Card 1", "Card 2"], True)
    again = api.upload(FILE).json()
    assert (again["imported"], again["duplicates"]) == (0, 2)


def test_the_next_file_of_the_same_shape_is_imported_as_corrected(api):
    api.upload(FILE, mapping=SWAPPED)
    assert api.upload(NEXT).json()["imported"] == 1
    assert "Card 3" in [item["payee"] for item in api("GET", "/expenses").json()["items"]]


def test_a_mapping_in_part_goes_before_what_is_remembered(api):
    api.upload(FILE, mapping=SWAPPED)
    seen = api.upload(NEXT, to="/imports/preview", mapping={"currency": "CHF"}).json()
    assert (seen["rows"][0]["expense"]["payee"], seen["mapping"]["currency"]) == ("Card 3", "CHF")
    assert payees(api, NEXT, mapping={"columns": {"payee": 1}})[0] == ["REWE"]


def test_others_and_other_files_are_not_affected(api):
    api.upload(FILE, mapping=SWAPPED)
    assert payees(api.as_(a_caller(OTTO)), FILE) == (["REWE", "Aldi"], False)
    assert payees(api, OTHER) == (["REWE"], False)
    assert payees(api, NEXT.replace(",", ";")) == (["REWE"], False)


def test_a_mapping_without_a_correction_is_not_remembered(api):
    mapping = api.upload(FILE, to="/imports/preview").json()["mapping"]
    api.upload(FILE, mapping=mapping)
    assert payees(api, FILE) == (["REWE", "Aldi"], False)


def test_a_confirmed_sign_is_not_asked_about_again(api):
    card = "Date,Payee,Amount\n2026-01-31,REWE,1.00\n2026-02-13,Aldi,2.00\n"
    seen = api.upload(card, to="/imports/preview").json()
    assert not seen["sign_certain"]
    api.upload(card, mapping=seen["mapping"], remembered="ignore")
    assert api.upload(card, to="/imports/preview").json()["sign_certain"]


def test_a_direction_does_not_apply_to_a_file_that_says_the_opposite(api):
    confirm(api, CARD)
    seen = look(api, ACCOUNT)
    assert directions(seen) == {"Landlord": "expense", "Employer": "income", "REWE": "expense", "Aldi": "expense"}
    assert (seen["sign_certain"], seen["remembered"], seen["correction"]) == (False, False, None)
    assert seen["warnings"][0] == (
        "In an earlier file with these columns you said that amounts above zero are expenses. This file itself says the opposite, "
        "so that is not applied here. Check a row that you know."
    )


def test_a_direction_does_not_apply_to_a_file_with_other_signs(api):
    confirm(api, CARD)
    seen = look(api, UNCLEAR)
    assert not seen["sign_certain"]
    assert "That file had only amounts above zero; this one has amounts above and below zero" in seen["warnings"][0]


def test_an_import_without_a_mapping_is_not_turned_round(api):
    confirm(api, CARD)
    done = api.upload(ACCOUNT).json()
    assert not done["remembered"]
    assert "you said that amounts above zero are expenses" in done["warnings"][0]
    kinds = {item["payee"]: item["kind"] for item in api("GET", "/expenses").json()["items"]}
    assert (kinds["Landlord"], kinds["Employer"]) == ("expense", "income")


def test_an_import_says_that_it_was_read_as_corrected(api):
    first = confirm(api, CARD)
    assert (first["remembered"], first["learned"]) == (False, ["sign"])
    done = api.upload(CARD.replace("2026-01", "2026-03")).json()
    assert (done["remembered"], done["learned"], done["warnings"]) == (True, [], [])
    assert done["correction"] == {"corrected_at": first["created_at"], "parts": ["sign"]}


def test_columns_stay_remembered_where_the_direction_does_not_apply(api):
    mapping = look(api, CARD)["mapping"]
    api.upload(CARD, mapping={**mapping, "columns": {"date": 0, "amount": 2, "description": 1}}, remembered="ignore")
    seen = look(api, ACCOUNT)
    assert not seen["sign_certain"]
    assert (seen["correction"]["parts"], seen["mapping"]["columns"]["description"]) == (["columns"], 1)
    assert seen["rows"][0]["expense"]["kind"] == "expense"


def test_a_file_whose_direction_is_clear_leaves_that_of_others(api):
    confirm(api, CARD)
    confirm(api, ACCOUNT)
    assert look(api, CARD)["sign_certain"]


def test_a_direction_that_was_confirmed_for_both_is_not_asked_about(api):
    refunds = CARD + "2026-01-05,REWE,-1.00\n"
    confirm(api, CARD)
    assert not look(api, refunds)["sign_certain"]
    confirm(api, refunds, sign="spending-positive")
    assert look(api, refunds)["sign_certain"]
    assert look(api, CARD)["sign_certain"]


def test_swapped_words_do_not_apply_to_a_file_that_proves_them(api):
    titles = "Date,Payee,Side,Amount,Balance\n"
    unproven = titles + "2026-01-31,REWE,Dr,1.00,\n2026-02-13,Aldi,Cr,2.00,\n2026-02-14,Lidl,Dr,2.50,\n"
    proven = titles + "2026-01-31,REWE,Dr,1.00,9.00\n2026-02-13,Aldi,Cr,2.00,11.00\n2026-02-14,Lidl,Dr,3.00,8.00\n"
    mapping = look(api, unproven)["mapping"]
    api.upload(unproven, mapping={**mapping, "kinds": {"Dr": "income", "Cr": "expense"}}, remembered="ignore")
    seen = look(api, proven)
    assert directions(seen) == {"REWE": "expense", "Aldi": "income", "Lidl": "expense"}
    assert not seen["sign_certain"]


def test_a_word_to_ignore_stays_ignored(api):
    file = "Date,Payee,Side,Amount\n2026-01-31,REWE,Debit,1.00\n2026-02-13,Aldi,Credit,2.00\n2026-02-14,Lidl,Debit,2.50\n"
    mapping = look(api, file)["mapping"]
    api.upload(file, mapping={**mapping, "kinds": {"Debit": "expense", "Credit": "ignore"}}, remembered="ignore")
    seen = look(api, file)
    assert (directions(seen), seen["sign_certain"]) == ({"REWE": "expense", "Lidl": "expense"}, True)


def test_undoing_an_import_forgets_what_it_taught(api):
    done = confirm(api, CARD)
    api("DELETE", f"/imports/{done['id']}")
    assert not look(api, CARD)["sign_certain"]


def test_what_a_later_import_confirmed_outlives_the_first(api):
    first, later = confirm(api, CARD), confirm(api, CARD.replace("2026-01", "2026-03"))
    api("DELETE", f"/imports/{first['id']}")
    assert look(api, CARD)["sign_certain"]
    api("DELETE", f"/imports/{later['id']}")
    assert not look(api, CARD)["sign_certain"]


def test_what_an_import_taught_can_be_forgotten_afterwards(api):
    done = confirm(api, CARD)
    assert api.as_(a_caller(OTTO))("DELETE", f"/imports/{done['id']}/correction").status_code == 404
    assert look(api, CARD)["sign_certain"]
    assert api("DELETE", f"/imports/{done['id']}/correction").status_code == 204
    assert not look(api, CARD)["sign_certain"]
    assert api("GET", f"/imports/{done['id']}").json()["undone_at"] is None


def test_a_correction_is_forgotten_by_an_import_without_it(api):
    api.upload(FILE, mapping=SWAPPED)
    assert payees(api, NEXT, remembered="ignore") == (["REWE"], False)
    assert payees(api, NEXT) == (["Card 3"], True)
    mapping = api.upload(NEXT, to="/imports/preview", remembered="ignore").json()["mapping"]
    api.upload(NEXT, mapping=mapping, remembered="ignore")
    assert payees(api, NEXT) == (["REWE"], False)


def test_a_correction_that_does_not_fit_is_left_aside(api):
    early = "Date,Payee,Description,Amount\n2026-01-02,A,b,-1.00\n"
    assert api.upload(early, mapping={"date_format": "YYYY-DD-MM"}).json()["imported"] == 1
    assert payees(api, early)[1]
    assert payees(api, NEXT) == (["REWE"], False)


def test_a_mapping_that_imported_nothing_is_not_remembered(api):
    assert api.upload(NEXT, mapping={"date_format": "YYYY-DD-MM"}).json()["imported"] == 0
    assert payees(api, FILE) == (["REWE", "Aldi"], False)


def test_a_failed_import_remembers_nothing(api):
    assert api.upload(FILE + '2026-03-01,"x', mapping=SWAPPED).status_code == 422
    assert payees(api, FILE) == (["REWE", "Aldi"], False)


def test_an_unknown_way_to_remember_is_refused(api):
    assert api.upload(FILE, remembered="perhaps").status_code == 400


@pytest.mark.parametrize("mapping", [None, SWAPPED])
def test_rows_that_are_already_there_are_marked(api, mapping):
    api.upload(FILE)
    seen = api.upload(FILE + "2026-03-15,New,x,-3.00\n", to="/imports/preview", mapping=mapping).json()
    assert [row["duplicate"] for row in seen["rows"]] == [True, True, False]
    assert seen["duplicates"] == 2


def test_only_a_third_equal_row_is_new(api):
    row = "2026-01-31,Kin Soy,x,-3.00\n"
    api.upload("Date,Payee,Description,Amount\n" + 2 * row)
    seen = api.upload("Date,Payee,Description,Amount\n" + 3 * row, to="/imports/preview").json()
    assert [row["duplicate"] for row in seen["rows"]] == [True, True, False]
    otto = api.as_(a_caller(OTTO)).upload("Date,Payee,Description,Amount\n" + row, to="/imports/preview").json()
    assert otto["duplicates"] == 0
