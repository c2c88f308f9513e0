"""Where the servers are. The only thing that differs between this machine and production."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class S3:
    endpoint: str
    bucket: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"


@dataclass(frozen=True)
class Addresses:
    nats_url: str
    postgres_url: str = field(repr=False)
    """Carries a password."""
    s3: S3

    def environment(self, prefix: str) -> dict[str, str]:
        """What every service reads at start."""
        return {
            "GROOVE_NATS_URL": self.nats_url,
            "GROOVE_PREFIX": prefix,
            "GROOVE_POSTGRES_URL": self.postgres_url,
            "GROOVE_S3_ENDPOINT": self.s3.endpoint,
            "GROOVE_S3_BUCKET": self.s3.bucket,
            "GROOVE_S3_ACCESS_KEY": self.s3.access_key,
            "GROOVE_S3_SECRET_KEY": self.s3.secret_key,
            "GROOVE_S3_REGION": self.s3.region,
        }
