import pytest

from kit.settings import ObjectStoreSettings, ServiceSettings, read


class Both(ServiceSettings, ObjectStoreSettings):
    pass


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch):
    import os

    for name in [name for name in os.environ if name.startswith("GROOVE_")]:
        monkeypatch.delenv(name)


def test_settings_have_working_defaults_where_there_can_be_some():
    settings = read(ServiceSettings)
    assert (settings.nats_url, settings.prefix, settings.health_port) == ("nats://127.0.0.1:4222", "groove", 0)


def test_each_missing_or_wrong_variable_is_named_and_no_value_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("GROOVE_S3_ENDPOINT", "http://127.0.0.1:8333")
    monkeypatch.setenv("GROOVE_S3_ACCESS_KEY", "hush")
    monkeypatch.setenv("GROOVE_PREFIX", "Not A Prefix")
    with pytest.raises(SystemExit) as caught:
        read(Both)
    assert caught.value.code == 78
    said = capsys.readouterr().err
    assert "GROOVE_S3_SECRET_KEY: is not set" in said
    assert "GROOVE_PREFIX: String should match pattern" in said
    assert "GROOVE_S3_ENDPOINT" not in said
    assert "hush" not in said
    assert "Not A Prefix" not in said


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch):
    for name in ("ENDPOINT", "ACCESS_KEY", "SECRET_KEY"):
        monkeypatch.setenv(f"GROOVE_S3_{name}", "hush")
    settings = read(ObjectStoreSettings)
    assert "hush" not in repr(settings).replace("s3_endpoint='hush'", "")
    assert settings.s3_secret_key.get_secret_value() == "hush"
