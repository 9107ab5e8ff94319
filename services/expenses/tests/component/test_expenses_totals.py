"""Summaries equal a recount, whatever happened before."""

from __future__ import annotations

import calendar
from collections import defaultdict
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from expenses.totals.model import ALL, CATEGORY, PAYEE, spans_of
from support.expenses_api import Api, make_service

days = st.dates(date(2023, 11, 1), date(2025, 2, 28)).map(date.isoformat)
payees = st.sampled_from(["", "Café", "Cafe", "Kin Soy"])


def days_in(spans):
    """Return every day that spans stand for."""
    if spans.level == "e":
        return None
    first, last = ((part + "-01-01-01")[:10] if len(part) > 4 else part + "-01-01" for part in (spans.first, spans.last))
    start, end = date.fromisoformat(first[:10]), date.fromisoformat(last[:10])
    if spans.level == "m":
        end = end.replace(day=calendar.monthrange(end.year, end.month)[1])
    if spans.level == "y":
        end = end.replace(month=12, day=31)
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


@given(st.sampled_from([ALL, CATEGORY, PAYEE]), st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.integers(0, 4000))
def test_spans_fill_a_range_exactly_once(dimension, first, length):
    last = min(first + timedelta(days=length), date(2999, 12, 31))
    found = [day for spans in spans_of(dimension, first.isoformat(), last.isoformat()) for day in days_in(spans)]
    assert sorted(found) == [first + timedelta(days=number) for number in range((last - first).days + 1)]
    assert len(list(spans_of(dimension, first.isoformat(), last.isoformat()))) <= 5


def test_an_open_range_is_one_span():
    assert len(list(spans_of(CATEGORY, None, None))) == 1


class Totals(RuleBasedStateMachine):
    """Does at random what changes expenses, and recounts."""

    folder = None

    @initialize()
    def start(self):
        self.service = make_service(type(self).folder())
        self.api = Api(self.service)
        self.categories = [None]

    def teardown(self):
        self.service.close()

    def _expenses(self):
        return self.api("GET", "/expenses?limit=200").json()["items"]

    @rule(name=st.sampled_from("abc"))
    def make_category(self, name):
        answer = self.api("POST", "/categories", json={"name": name})
        if answer.status_code == 201:
            self.categories.append(answer.json()["id"])

    @rule(data=st.data(), day=days, payee=payees, kind=st.sampled_from(["expense", "income"]), cents=st.integers(1, 10_000))
    def record(self, data, day, payee, kind, cents):
        category = data.draw(st.sampled_from(self.categories))
        amount = {"amount": f"{cents / 100:.2f}", "currency": "EUR"}
        body = {"amount": amount, "spent_on": day, "payee": payee, "kind": kind, "category_id": category}
        assert self.api("POST", "/expenses", json=body).status_code == 201

    @rule(data=st.data(), day=days, payee=payees, kind=st.sampled_from(["expense", "income"]))
    def change(self, data, day, payee, kind):
        if found := self._expenses():
            chosen = data.draw(st.sampled_from(found))
            body = {"spent_on": day, "payee": payee, "kind": kind, "category_id": data.draw(st.sampled_from(self.categories))}
            assert self.api("PATCH", f"/expenses/{chosen['id']}", version=chosen["version"], json=body).status_code == 200

    @rule(data=st.data())
    def remove(self, data):
        if found := self._expenses():
            chosen = data.draw(st.sampled_from(found))
            assert self.api("DELETE", f"/expenses/{chosen['id']}", version=chosen["version"]).status_code == 204

    @rule(data=st.data())
    def remove_category(self, data):
        if len(self.categories) > 1:
            gone = data.draw(st.sampled_from(self.categories[1:]))
            left = [category or "none" for category in self.categories if category != gone]
            path = f"/categories/{gone}?move_to={data.draw(st.sampled_from(left))}"
            assert self.api("DELETE", path, version=1).status_code == 204
            self.categories.remove(gone)

    @rule(rows=st.lists(st.tuples(days, payees, st.integers(1, 99)), min_size=1, max_size=5))
    def import_file(self, rows):
        lines = [f"{day},{payee},{euros}.00" for day, payee, euros in rows]
        assert self.api.upload("\n".join(["date,payee,amount", *lines])).status_code == 201

    @rule(data=st.data())
    def undo_import(self, data):
        if found := self.api("GET", "/imports").json()["items"]:
            assert self.api("DELETE", f"/imports/{data.draw(st.sampled_from(found))['id']}").status_code == 204

    @invariant()
    def summaries_equal_a_recount(self):
        if not hasattr(self, "api"):
            return
        found = self._expenses()
        for first, last in ((None, None), ("2024-01-15", "2025-01-14"), ("2024-02-01", "2024-02-29")):
            for by in ("category", "payee", "month", "day"):
                self._check(found, by, first, last)

    def _check(self, found, by, first, last):
        query = "".join(f"&{name}={day}" for name, day in (("from", first), ("to", last)) if day)
        items = self.api("GET", f"/summary?by={by}{query}").json()["items"]
        sums = {item["key"]: (item["spent"]["amount"], item["earned"]["amount"], item["count"]) for item in items}
        assert sums == recount([item for item in found if (first or "") <= item["spent_on"] <= (last or "9")], by)


def recount(found, by):
    sums = defaultdict(lambda: [0, 0, 0])
    keys = {"category": lambda e: e["category_id"], "payee": lambda e: e["payee"] or None, "month": lambda e: e["spent_on"][:7]}
    for expense in found:
        line = sums[keys.get(by, lambda e: e["spent_on"])(expense)]
        line[expense["kind"] == "income"] += round(float(expense["home_amount"]["amount"]) * 100)
        line[2] += 1
    return {key: (f"{spent / 100:.2f}", f"{earned / 100:.2f}", count) for key, (spent, earned, count) in sums.items()}


def test_summaries_equal_a_recount_whatever_happened(tmp_path_factory):
    Totals.folder = staticmethod(lambda: tmp_path_factory.mktemp("totals"))
    run_state_machine_as_test(
        Totals, settings=settings(max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
    )
