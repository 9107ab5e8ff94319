"""NetworkPolicies allow exactly the arrows of the picture."""

from __future__ import annotations

import re
from typing import Any

import pytest

from testing.servers.helm import ROOT, Rendered, Thing, rendered

Arrow = tuple[str, str]

OTHERS: set[Arrow] = {
    # The picture shows what flows; this is what has to be reached for it.
    ("expenses/serve", "auth/serve"),  # the keys that service tokens are verified with
    ("budgets/serve", "auth/serve"),
    ("notifier/serve", "auth/serve"),
    ("assistant/serve", "auth/serve"),
    ("auth/serve", "couchdb"),
    ("auth/work", "couchdb"),
    ("expenses/serve", "mariadb"),
    ("expenses/work", "mariadb"),
    ("budgets/serve", "mariadb"),
    ("budgets/work", "mariadb"),
    ("notifier/serve", "mariadb"),
    ("notifier/work", "mariadb"),
    ("expenses/serve", "s3"),
    ("expenses/work", "s3"),
    ("notifier/work", "mail"),
    ("gateway/serve", "rabbitmq"),  # live events
    ("smoke/test", "gateway/serve"),
}


def arrows_of_the_picture() -> set[Arrow]:
    """Read the picture in ARCHITECTURE.md: who asks whom, and who speaks to the broker."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    asked = set(re.findall(r"──HTTP──► (\w+)", text))
    told = re.findall(r"^ +(\w+) +──[\w.*, ]+─+► ([\w, ]+?)(?: ──► mail)?$", text, re.MULTILINE)
    names = {sender for sender, _ in told} | {receiver for _, line in told for receiver in line.split(", ")}
    assert len(asked) == 5
    assert len(told) == 3
    speaking = {name.strip() for name in names if name.strip() in asked}
    # `serve` and `work` both publish what they commit.
    broker = {(f"{name}/{part}", "rabbitmq") for name in speaking for part in ("serve", "work")}
    back = {(f"{name}/serve", "gateway/serve") for name in re.findall(r"──HTTP──► (\w+) .*; asks the gateway$", text, re.MULTILINE)}
    return {("gateway/serve", f"{name}/serve") for name in asked} | back | broker


def key(labels: dict[str, str]) -> str:
    name, part = labels["app.kubernetes.io/name"], labels.get("app.kubernetes.io/component", "store")
    return name if part == "store" else f"{name}/{part}"


def pods_of(release: Rendered) -> list[dict[str, str]]:
    return [pod["metadata"]["labels"] for pod in release.pods().values()]


def matches(selector: Thing, labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(labels.get(rule["key"]) in rule["values"] for rule in selector.get("matchExpressions", []))


def peers(rules: list[Thing], side: str, release: Rendered) -> set[str]:
    """Return the pods that rules name, and `anywhere` for a rule that names none."""
    found = set()
    for rule in rules:
        if {port["port"] for port in rule["ports"]} <= {53, 5353}:
            continue
        for peer in rule.get(side, [{}]):
            if not peer:
                found.add("anywhere")
            elif "podSelector" in peer:
                named = {key(labels) for labels in pods_of(release) if matches(peer["podSelector"], labels)}
                assert named, peer
                found |= named
    return found


def allowed(release: Rendered, *, direction: str) -> set[Arrow]:
    """Return all arrows that the policies of a release allow, as seen from the one or the other end."""
    found = set()
    for policy in release.of("NetworkPolicy"):
        spec = policy["spec"]
        assert spec["policyTypes"] == ["Ingress", "Egress"]
        own = {key(labels) for labels in pods_of(release) if matches(spec["podSelector"], labels)}
        assert len(own) == 1, policy["metadata"]["name"]
        [name] = own
        if direction == "out":
            found |= {(name, other) for other in peers(spec["egress"], "to", release)}
        else:
            found |= {(other, name) for other in peers(spec["ingress"], "from", release)}
    return found


def test_who_may_ask_whom_is_the_picture_and_what_it_needs() -> None:
    assert allowed(rendered("dev"), direction="out") == arrows_of_the_picture() | OTHERS


def test_whoever_may_ask_is_let_in_and_nobody_else() -> None:
    let_in = allowed(rendered("dev"), direction="in")
    within = {arrow for arrow in let_in if arrow[0] != "anywhere"}
    # Stores let a service in, whichever part of it asks.
    stores = {(asker, store) for asker, store in within if "/" not in store}
    expected = arrows_of_the_picture() | OTHERS
    assert within - stores == {arrow for arrow in expected if "/" in arrow[1]}
    assert {(asker.partition("/")[0], store) for asker, store in stores} == {
        (asker.partition("/")[0], store) for asker, store in expected if "/" not in store
    }
    assert {arrow for arrow in let_in if arrow[0] == "anywhere"} == {("anywhere", "gateway/serve")}


@pytest.mark.parametrize("scenario", ["dev", "production"])
def test_every_pod_is_under_a_policy(scenario: str) -> None:
    release = rendered(scenario)
    selectors = [policy["spec"]["podSelector"] for policy in release.of("NetworkPolicy")]
    for labels in pods_of(release):
        assert sum(matches(selector, labels) for selector in selectors) == 1, labels


def test_outside_is_reached_at_the_ports_of_what_is_set_up() -> None:
    def ports(name: str) -> set[int]:
        rules: list[dict[str, Any]] = rendered("production").one("NetworkPolicy", name)["spec"]["egress"]
        return {port["port"] for rule in rules for port in rule["ports"]} - {53, 5353}

    assert ports("outlay-notifier-work") == {31198, 5671, 443, 465, 587, 1025, 4318}
    assert ports("outlay-budgets-migrate") == {31198}
    assert 3310 not in ports("outlay-expenses-serve"), "no scanner is set up"
    assert ports("outlay-assistant-serve") == {8000, 443, 4318}


def test_the_assistant_reaches_nothing_outside_until_watson_is_set_up() -> None:
    [policy] = [each for each in rendered("dev").of("NetworkPolicy") if each["metadata"]["name"] == "outlay-assistant-serve"]
    assert peers(policy["spec"]["egress"], "to", rendered("dev")) == {"auth/serve", "gateway/serve"}
