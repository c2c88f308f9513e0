"""Where the parts of an installation are, as far as it is said."""

import os
from difflib import get_close_matches
from pathlib import Path

from pydantic import SecretStr

from gateway.doctor.findings import Finding, warning, well, wrong
from gateway.settings import Settings as GatewaySettings
from kit.settings import LOCAL_DATA, ServiceSettings
from providers.worker.settings import WorkerSettings

_LIKE = 0.85
"""How near a name must come to one that there is."""
SHIPPED = Path("/opt/groove/share/jetstream.toml")
"""In our container images."""


class DoctorSettings(ServiceSettings):
    postgres_url: SecretStr | None = None
    s3_endpoint: str | None = None
    s3_public_endpoint: str | None = None
    s3_bucket: str = "groove"
    s3_access_key: SecretStr | None = None
    s3_secret_key: SecretStr | None = None
    s3_region: str = "us-east-1"
    qdrant_url: str | None = None
    qdrant_api_key: SecretStr | None = None
    face_models: Path | None = None
    data: Path = LOCAL_DATA
    url: str = "http://127.0.0.1:8080"
    """Where the gateway serves."""
    health_urls: str = ""
    """More services, as `name=http://host:port`, joined by commas."""
    nats_monitor: str | None = None
    """The monitoring port of a NATS server, as http://nats:8222: only there it says how it writes to its disk."""
    streams: Path | None = None
    """deploy/jetstream.toml of the release that runs."""

    @property
    def services(self) -> dict[str, str]:
        """Base URLs by name."""
        pairs = (one.strip().partition("=") for one in self.health_urls.split(",") if one.strip())
        return {"gateway": self.url, **{name: url for name, _, url in pairs}}

    @property
    def description(self) -> Path | None:
        """Of streams and consumers, if there is one here."""
        beside = Path(__file__).resolve().parents[5] / "deploy" / "jetstream.toml"
        return next((file for file in (self.streams, SHIPPED, beside) if file is not None and file.is_file()), None)


def settings_read(settings: DoctorSettings) -> list[Finding]:
    """What is told, and names that look like a slip of the pen."""
    kinds = (DoctorSettings, GatewaySettings, WorkerSettings)
    known = {f"GROOVE_{name}".upper() for kind in kinds for name in kind.model_fields}
    found: list[Finding] = []
    for name in sorted(name for name in os.environ if name.startswith("GROOVE_") and name not in known):
        near = get_close_matches(name, known, 1, _LIKE)
        if near:
            told = f"{name} is no setting of ours, and {near[0]} is"
            found.append(warning("settings", told, f"Rename it to {near[0]}, or take it away."))
    if "GROOVE_NATS_URL" in os.environ:
        return [well("settings", f"prefix {settings.prefix}, as the environment says"), *found]
    if (settings.data / "run" / "addresses.json").exists():
        return [well("settings", f"prefix {settings.prefix}, as `groove up` runs in {settings.data}"), *found]
    told = f"nothing runs in {settings.data}, and GROOVE_NATS_URL is not set"
    remedy = "Start it with `groove up`, name its directory with --data, or set what the services are told."
    return [wrong("settings", told, remedy), *found]
