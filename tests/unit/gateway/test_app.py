"""The application: its own pages, its description, and what becomes of errors nobody foresaw."""

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from corridor.gateway.openapi import Receipt
from corridor.gateway.problems import Kind, Problem, respond
from tests.unit.gateway.house import Exchange, a_house
from tests.unit.gateway.test_requests import FUNDING
from tests.world import CBRR

pytestmark = pytest.mark.anyio


async def page(house, path):
    return await Exchange(house.gateway, "GET", path).answer()


async def test_health(house):
    answer = await page(house, "/health")
    assert (answer.status, answer.json) == (200, {"hub": "connected", "keys": "fresh"})


async def test_metrics_can_be_read_by_prometheus(house):
    await house.sevr.send(house.sevr.order(1))
    await house.pamr.get("/v1/mailbox?after=0&wait=5")
    families = {
        family.name: family
        for family in text_string_to_metric_families((await page(house, "/metrics")).body.decode())
    }
    (counted,) = [
        s for s in families["corridor_gateway_requests"].samples if s.labels["route"] == "/v1/messages"
    ]
    assert (counted.name, counted.labels["status"], counted.value) == (
        "corridor_gateway_requests_total",
        "202",
        1,
    )
    (delivered,) = families["corridor_gateway_delivered"].samples
    assert delivered.value == 1
    took = families["corridor_gateway_hub_seconds"].samples
    assert [s.value for s in took if s.labels.get("le") == "+Inf"] == [1]
    assert families["corridor_gateway_hub_connected"].samples[0].value == 1


async def test_the_description_describes_every_route(house):
    described = (await page(house, "/openapi.json")).json
    assert described["openapi"] == "3.1.0"
    assert {(method.upper(), path) for path, item in described["paths"].items() for method in item} == {
        (route.method, route.path) for route in house.gateway.routes
    }
    for reference in references(described):
        assert reference.removeprefix("#/components/schemas/") in described["components"]["schemas"]
    for item in described["paths"].values():
        for operation in item.values():
            assert operation["summary"]
            assert all(response["description"] for response in operation["responses"].values())
    signed = [op for item in described["paths"].values() for op in item.values() if "security" in op]
    assert len(signed) == 41


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


async def test_receipts_are_as_described(house):
    class Strict(Receipt, frozen=True, forbid_unknown_fields=True):
        pass

    for answer in (
        await house.sevr.send(house.sevr.order(1)),
        await house.banks[CBRR].request("/v1/funding", **FUNDING),
        await house.sevr.request("/v1/funding", **FUNDING),
    ):
        msgspec.json.decode(answer.body, type=Strict)


async def test_what_nobody_foresaw_is_a_500_and_is_logged(house, caplog):
    def broken():
        raise ZeroDivisionError("a bug")

    house.gateway._metrics.page = broken
    answer = await page(house, "/metrics")
    assert (answer.status, answer.json["type"]) == (500, "urn:corridor:problem:fault")
    assert "a bug" not in answer.body.decode()
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("kind", Kind)
def test_every_problem_has_its_details(kind):
    answer = respond(Problem(kind, "because", reason="NARR", field="x", retry_after_s=2))
    details = msgspec.json.decode(answer.body)
    assert answer.status == details["status"] == kind.status
    assert details["title"] == kind.title
    assert (b"retry-after", b"2") in answer.headers
    assert len({each.name for each in Kind}) == len(list(Kind)), "no two problems are one"


async def test_lifespan_opens_and_closes():
    async with a_house() as house:
        sent = []
        messages = iter(["lifespan.startup", "lifespan.shutdown"])

        async def receive():
            return {"type": next(messages)}

        async def send(message):
            sent.append(message["type"])

        await house.gateway({"type": "lifespan"}, receive, send)
        assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
