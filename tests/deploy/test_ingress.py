"""What of the gateway can be reached from outside the cluster."""

from collections.abc import Iterable, Iterator
from typing import Any

from deploy.manifests import objects
from gateway.canvas import Canvas
from gateway.http import page
from gateway.http.app import described


def test_the_ingress_lets_in_all_that_is_for_people_and_programs_and_nothing_that_is_for_the_cluster() -> None:
    (ingress,) = objects("overlays/production", "Ingress")
    (rule,) = ingress["spec"]["rules"]
    routes = [*_routes(described().routes), *_routes(page.router(Canvas(None), None).routes)]
    served = {f"/{route.split('/')[1]}" for route in routes}
    inside = {"/health", "/ready", "/metrics", "/internal"}
    assert inside < served
    assert {one["path"] for one in rule["http"]["paths"]} == served - inside


def _routes(routes: Iterable[Any]) -> Iterator[str]:
    for one in routes:
        if (inner := getattr(one, "original_router", None)) is not None:
            yield from _routes(inner.routes)
        else:
            yield one.path
