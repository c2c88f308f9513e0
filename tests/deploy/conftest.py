"""What secrets there are in a cluster."""

import sys

import pytest
import yaml

from deploy.places import DEPLOY

sys.path.insert(0, str(DEPLOY))
from keys import for_kubernetes


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """As `make kubernetes-keys` makes them, and the one that CloudNativePG makes."""
    out = tmp_path_factory.mktemp("keys")
    for_kubernetes(out)
    made = yaml.safe_load_all((out / "secrets.yaml").read_text())
    ours = {one["metadata"]["name"]: one["stringData"] for one in made if one["metadata"]["namespace"] == "groove"}
    return ours | {"groove-db-app": {"uri": "postgresql://groove:x@groove-db-rw.groove:5432/groove"}}
