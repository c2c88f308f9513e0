"""What every worker is told by its environment."""

from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field, SecretStr

from kit.settings import ObjectStoreSettings, ServiceSettings
from providers.redact import Redactor


class WorkerSettings(ServiceSettings, ObjectStoreSettings):
    slots: Annotated[int, Field(ge=1, le=64)] = 2
    """Tasks at once."""
    providers: str = "local"
    """Names, joined by commas."""
    grace_s: Annotated[float, Field(ge=0, le=3600)] = 2.0
    """Told to stop, how long tasks at work may still take before they are handed back."""
    google_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("GOOGLE_API_KEY", "GEMINI_API_KEY")
    )
    google_base_url: str | None = None
    google_timeout_s: Annotated[float, Field(gt=0, le=3600)] = 180.0
    """How long to wait for Google's answer. What was sent by then is in doubt."""
    google_poll_s: Annotated[float, Field(gt=0, le=600)] = 15.0
    """Between two looks at a film that Google is making."""
    vertex_project: str | None = None
    """Google is reached through this cloud project, and GOOGLE_API_KEY is not used."""
    vertex_location: str = "global"
    vertex_token: SecretStr | None = None
    """Where it is not given, the machine's own Google credentials are used."""
    fake_url: str | None = None
    fake_key_window_s: Annotated[float, Field(gt=0)] | None = None
    gateway_url: str | None = None
    """Where this worker asks for the keys of users' own accounts at providers."""
    worker_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    """What it shows there; the same for all services."""
    worker_keys_over_http: bool = False
    """Ask over plain http also on another machine: where something else encrypts the line."""
    doubt: str = ""
    """As "fake=ask": a stricter policy than the provider's own when it cannot be known whether a request was taken."""
    provider_slots: str = ""
    """As "google=8,fake=2": requests at once per provider account, of all workers together."""
    slot_lease_s: Annotated[float, Field(ge=0.5, le=600)] = 15.0
    """How long a dead worker still keeps its place at a provider. The same for all workers."""
    send_within_s: Annotated[float, Field(gt=0, le=30)] = 30.0
    """How long after it was announced a paid request may still be leaving. At most the lease of a task."""
    connect_s: Annotated[float, Field(gt=0, le=15)] = 12.0
    """Of these, what a connection may take."""
    job_max_s: Annotated[float, Field(gt=0, le=86_400)] = 600.0
    """How long a provider's job is looked after that is at work, where the provider sets no limit of its own."""
    c2pa_certificate: Path | None = None
    """PEM chain of the certificate that signs what is made here (Content Credentials); its own certificate first."""
    c2pa_key: Path | None = None
    """PEM key of that certificate."""

    @property
    def redactor(self) -> Redactor:
        """Of all that no log may say."""
        keys = [self.google_api_key, self.vertex_token, self.s3_secret_key]
        return Redactor([*keys, self.worker_token, self.nats_seed])

    @property
    def enabled(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.providers.split(",") if name.strip())
