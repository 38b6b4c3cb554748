"""The door's description in OpenAPI 3.1, made from the routes and the types that read and write JSON."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from corridor.gateway import problems
from corridor.gateway.exchange import JSON
from corridor.gateway.routes import Route

SIGNATURE: Final = "Corridor-Signature"
_REF: Final = "#/components/schemas/{name}"

DESCRIPTION: Final = """\
Every request but health, metrics and this page is signed: the header Corridor-Signature holds a detached JWS
(RFC 7515, RFC 7797; EdDSA or ES256) over the exact bytes of the body or, for a GET, over `GET`, a space and
the request target as sent. Its protected header names the key (kid), the signer (iss, a BIC or operator:NAME),
the audience (aud), the time (iat) and the signer's counter (num). Receipts carry the hub's own signature likewise.
What a signer did wrong the hub stores and answers; what nobody signed is answered by a problem and dropped.
"""


class Receipt(msgspec.Struct, frozen=True):
    """The bytes are stored at this place of the hub's log; `answer` is what was asked for, or why not."""

    signer: str
    message_id: str
    content: str
    batch: int
    position: int
    at: str
    answer: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def document(routes: Iterable[Route], hub: str, environment: str) -> bytes:
    """Return the whole description as JSON."""
    routes = tuple(routes)
    types = [each for route in routes for each in (route.takes, route.gives) if each is not None]
    _, components = msgspec.json.schema_components([*types, problems.Details], ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, components)
    return msgspec.json.format(
        msgspec.json.encode(
            {
                "openapi": "3.1.0",
                "info": {
                    "title": f"Corridor {hub}, {environment}",
                    "version": "1",
                    "description": DESCRIPTION,
                },
                "paths": paths,
                "components": {
                    "schemas": components,
                    "securitySchemes": {
                        "signature": {"type": "apiKey", "in": "header", "name": SIGNATURE},
                    },
                },
            }
        ),
        indent=1,
    )


def _operation(route: Route, components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "responses": {
            str(route.status): _content(route.media_type.decode(), route.gives),
            "default": _content(problems.CONTENT_TYPE.decode(), problems.Details),
        },
    }
    if route.signed:
        operation["security"] = [{"signature": []}]
    if route.method == "POST":
        if route.takes is None:
            body: dict[str, Any] = {"application/xml": {"schema": {"type": "string"}}}
        else:
            body = {"application/json": {"schema": _reference(route.takes)}}
            if route.status == 200:
                operation["responses"]["422"] = _content(route.media_type.decode(), route.gives)
        operation["requestBody"] = {"required": True, "content": body}
    elif route.takes is not None:
        operation["parameters"] = list(_parameters(route.takes, components))
    last = route.path.rpartition("/")[2]
    if last.startswith("{"):
        named = {"name": last.strip("{}"), "in": "path", "required": True, "schema": {"type": "string"}}
        operation.setdefault("parameters", []).append(named)
    return operation


def _content(media_type: str, given: type[msgspec.Struct] | None) -> dict[str, Any]:
    untyped = "object" if media_type == JSON.decode() else "string"
    schema = {"type": untyped} if given is None else _reference(given)
    description = ((given.__doc__ if given else None) or media_type).partition("\n")[0]
    return {"description": description, "content": {media_type: {"schema": schema}}}


def _reference(of: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": _REF.format(name=of.__name__)}


def _parameters(query: type[msgspec.Struct], components: dict[str, Any]) -> Iterable[dict[str, Any]]:
    schema = components[query.__name__]
    for name, of in schema["properties"].items():
        required = name in schema.get("required", ())
        yield {"name": name, "in": "query", "required": required, "schema": of}
