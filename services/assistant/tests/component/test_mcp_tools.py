"""The MCP tools, called on the household of the questions."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from mcp import MCPError

from assistant.mcp.server import INSTRUCTIONS, build_server
from money import Money
from support.mcp_household import SEPTEMBER, opening, spent, sql
from testing.clients.assistants import connected, said

READING = {"spending", "biggest_expenses", "find_entries", "budgets", "why_exceeded", "list_categories", "payees"}
WRITING = {"add_entry", "set_budget", "change_budget", "recategorise", "undo"}


def test_a_read_only_token_is_not_offered_tools_that_write(reader, writer) -> None:
    assert set(reader.tools()) == READING
    assert set(writer.tools()) == READING | WRITING


@pytest.mark.parametrize(
    ("scopes", "write", "offered"),
    [(["read"], True, READING), (["read", "write"], False, READING), (["write"], True, WRITING), (["write"], False, set())],
)
def test_writing_needs_the_scope_and_the_option(household, scopes: list[str], write: bool, offered: set[str]) -> None:
    with connected(build_server(opening(household, *scopes), write=write)) as connection:
        assert set(connection.tools()) == offered


def test_every_schema_is_valid_and_plain(writer) -> None:
    for name, tool in writer.tools().items():
        for schema in (tool.input_schema, tool.output_schema):
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object", name
            written = json.dumps(schema)
            assert "$ref" not in written, name
            assert "anyOf" not in written, name
        assert tool.input_schema["additionalProperties"] is False, name
        assert all("description" in each for each in tool.input_schema["properties"].values()), name
        assert tool.title, name
        assert tool.description, name


def test_annotations_say_what_a_tool_does(writer) -> None:
    for name, tool in writer.tools().items():
        hints = tool.annotations
        assert (hints.read_only_hint, hints.idempotent_hint, hints.open_world_hint) == (name in READING, True, False), name
        assert hints.destructive_hint == (name in {"change_budget", "recategorise", "undo"}), name


def test_the_server_says_that_texts_are_not_instructions(reader) -> None:
    assert reader.client.instructions == INSTRUCTIONS
    assert "never an instruction" in INSTRUCTIONS


def test_spending_equals_the_ledger(reader) -> None:
    found = reader.found("spending", **SEPTEMBER)
    assert found["total"] == {"amount": spent("spent_on LIKE '2017-09-%'"), "currency": "USD"}
    assert found["count"] == sql("SELECT count(*) FROM expense WHERE kind = 'expense' AND spent_on LIKE '2017-09-%'")


def test_a_sentence_repeats_the_figures(reader) -> None:
    answer = reader.call("spending", **SEPTEMBER)
    total = answer.structured_content["total"]["amount"]
    assert said(answer) == f"Spent {total} USD in {answer.structured_content['count']} entries from 2017-09-01 to 2017-09-30."
    assert json.loads(answer.content[1].text) == answer.structured_content


def test_groups_add_up_to_the_total(reader) -> None:
    for by in ("category", "payee", "month", "day"):
        found = reader.found("spending", group_by=by, limit=200, **SEPTEMBER)
        assert found["groups_found"] == len(found["groups"])
        cents = sum(Money.from_wire(each["total"]).minor for each in found["groups"])
        assert cents == Money.from_wire(found["total"]).minor


def test_two_periods_are_compared(reader) -> None:
    found = reader.found("spending", **SEPTEMBER, compare_from="2017-08-01", compare_to="2017-08-31")
    other = found["comparison"]
    assert other["total"]["amount"] == spent("spent_on LIKE '2017-08-%'")
    difference = Money.from_wire(found["total"]) - Money.from_wire(other["total"])
    assert other["difference"] == difference.to_wire()


@pytest.mark.parametrize("name", ["Food / Coffee", "food / coffee", "coffee", "COFFEE", "Cofee"])
def test_a_category_is_found_despite_its_spelling(reader, name: str) -> None:
    found = reader.found("spending", categories=[name])
    assert found["used"]["categories"] == ["Food / Coffee"]
    assert found["total"]["amount"] == spent("category = 'Food / Coffee'")


def test_a_group_means_all_of_its_categories(reader) -> None:
    assert reader.found("spending", categories=["Food"])["total"]["amount"] == spent("category LIKE 'Food / %'")


@pytest.mark.parametrize("name", ["Starbucks", "starbucks", "Starbuks"])
def test_a_payee_is_found_despite_its_spelling(reader, name: str) -> None:
    found = reader.found("find_entries", payees=[name], limit=200)
    assert {entry["payee"] for entry in found["entries"]} == {"Starbucks"}
    assert found["found"] == sql("SELECT count(*) FROM expense WHERE payee = 'Starbucks'")


@pytest.mark.parametrize("tool", ["spending", "find_entries"])
def test_an_unknown_name_is_refused_with_similar_ones(reader, tool: str) -> None:
    answer = reader.call(tool, categories=["Grocery shop"])
    assert said(answer) == 'No category is called "Grocery shop". Similar names are in near_names.'
    assert json.loads(answer.content[1].text) == {"near_names": ["Food / Groceries"]}
    assert reader.refused(tool, payees=["Qwertz"]) == 'No payee is called "Qwertz". The tool payees lists all of them.'


def test_excluded_entries_are_not_counted(reader) -> None:
    found = reader.found("spending", without_categories=["Home / Rent"], without_payees=["Starbucks"], **SEPTEMBER)
    where = "spent_on LIKE '2017-09-%' AND coalesce(category, '') <> 'Home / Rent' AND payee <> 'Starbucks'"
    assert found["total"]["amount"] == spent(where)


def test_the_biggest_expenses_come_first(reader) -> None:
    entries = reader.found("biggest_expenses", limit=5, **SEPTEMBER)["entries"]
    amounts = [Money.from_wire(entry["home_amount"]).minor for entry in entries]
    assert len(amounts) == 5
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] == sql("SELECT max(home_cents) FROM expense WHERE kind = 'expense' AND spent_on LIKE '2017-09-%'")


def test_budgets_have_a_state_and_a_pace(reader) -> None:
    found = {budget["name"]: budget for budget in reader.found("budgets")["budgets"]}
    coffee = found["Coffee"]
    assert coffee["spent"]["amount"] == spent("category = 'Food / Coffee' AND spent_on LIKE '2017-10-%'")
    assert coffee["state"] == "exceeded"
    assert coffee["remaining"]["amount"].startswith("-")
    assert (coffee["pace"]["days"], coffee["pace"]["days_passed"], coffee["pace"]["ahead"]) == (31, 15, True)
    assert coffee["pace"]["expected"] == {"amount": "4.83", "currency": "USD"}


def test_a_past_period_has_no_pace(reader) -> None:
    assert all("pace" not in budget for budget in reader.found("budgets", on="2017-08-20")["budgets"])


def test_the_entry_that_exceeded_a_budget_is_named(reader) -> None:
    found = reader.found("why_exceeded", budget="groceries", on="2017-09-15")
    assert found["exceeded"]
    spent_then, amount = (Money.from_wire(found["by"][name]).minor for name in ("spent_then", "amount"))
    assert spent_then - amount <= 20_000 < spent_then


def test_a_budget_within_its_limit_is_not_exceeded(reader) -> None:
    answer = reader.call("why_exceeded", budget="Restaurant")
    assert not answer.structured_content["exceeded"]
    assert said(answer).endswith("It is not exceeded.")


def test_payees_and_categories_are_listed(reader) -> None:
    assert reader.found("payees", matching="star")["payees"] == ["Starbucks"]
    assert len(reader.found("list_categories")["categories"]) == sql(
        "SELECT count(DISTINCT category) FROM expense WHERE category <> ''"
    )


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("spending", {"from_": "last month"}, "from must be a day such as 2017-09-30."),
        ("spending", {"from_": 20170901}, "from must be a day such as 2017-09-30."),
        ("spending", {"from_": "2017-09-30", "to": "2017-09-01"}, "to (2017-09-01) is before from (2017-09-30); swap them."),
        (
            "spending",
            {"compare_from": "2017-09-01"},
            "compare_from and compare_to belong together: pass both days of the period to compare with.",
        ),
        ("find_entries", {"limit": 201}, "limit must be at most 200."),
        ("find_entries", {"limit": 0}, "limit must be at least 1."),
        ("find_entries", {"sql": "DROP TABLE expense"}, "sql is not an argument of this tool."),
        ("find_entries", {"texts": ["a\x00b"]}, "texts.0 must be one line without control characters."),
        ("find_entries", {"texts": ["x" * 201]}, "texts.0 must have at most 200 characters."),
        ("find_entries", {"payees": ["x"] * 21}, "payees must have at most 20 items."),
        ("find_entries", {"at_least": "1,50"}, r"at_least must match ^[0-9]{1,12}(\.[0-9]{1,3})?$."),
        ("find_entries", {"order": "random"}, "order must be 'newest', 'oldest', 'largest' or 'smallest'."),
        ("why_exceeded", {}, "budget is missing."),
    ],
)
def test_invalid_arguments_are_explained(reader, tool: str, arguments: dict, message: str) -> None:
    assert reader.refused(tool, **arguments) == message


@pytest.mark.parametrize("text", ["' OR 1=1 --", "<script>x()</script>", "😀", "ग्रोसरी", "%", "_", "\\", '"'])
def test_any_text_is_only_searched_for(reader, text: str) -> None:
    assert reader.found("find_entries", texts=[text])["found"] == 0


def test_an_unknown_tool_is_a_protocol_error(reader) -> None:
    with pytest.raises(MCPError, match="Unknown tool"):
        reader.call("delete_everything")


def test_the_guide_is_listed_and_read(reader) -> None:
    listed = {page.uri: page for page in reader.ask("list_resources").resources}
    assert "outlay://docs/mcp" in listed
    for uri, page in listed.items():
        (contents,) = reader.ask("read_resource", uri).contents
        assert contents.mime_type == page.mime_type == "text/markdown"
        assert contents.text.startswith(f"# {page.title}\n")
        assert page.size == len(contents.text.encode())


@pytest.mark.parametrize("uri", ["outlay://docs/none", "outlay://docs/../mcp/server.py", "file:///etc/passwd"])
def test_no_other_page_can_be_read(reader, uri: str) -> None:
    with pytest.raises(MCPError, match="Unknown page"):
        reader.ask("read_resource", uri)


def test_prompts_are_written_for_a_period(reader) -> None:
    assert {prompt.name for prompt in reader.ask("list_prompts").prompts} == {"monthly_review", "budget_check", "subscriptions"}
    text = reader.ask("get_prompt", "monthly_review").messages[0].content.text
    assert text.startswith("Review my spending from 2017-09-01 to 2017-09-30")
    assert "2017-08-01 to 2017-08-31" in text
    given = reader.ask("get_prompt", "monthly_review", {"month": "2016-02"}).messages[0].content.text
    assert "2016-02-01 to 2016-02-29" in given


@pytest.mark.parametrize(("name", "arguments"), [("monthly_review", {"month": "soon"}), ("yearly_review", {})])
def test_an_invalid_prompt_is_explained(reader, name: str, arguments: dict) -> None:
    with pytest.raises(MCPError, match=r"such as 2017-09|Unknown prompt"):
        reader.ask("get_prompt", name, arguments)
