"""Where commands beside the services find the servers."""

import json

import pytest

from groove_local.addresses import told
from kit.settings import ServiceSettings, beside

HERE = {"GROOVE_NATS_URL": "nats://127.0.0.1:7", "GROOVE_PREFIX": "mine", "GROOVE_S3_BUCKET": "b"}


def test_addresses_are_told_to_their_owner_alone_while_it_runs(tmp_path, monkeypatch):
    for name in HERE:
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "run" / "addresses.json"
    with told(tmp_path, HERE):
        assert file.stat().st_mode & 0o777 == 0o600
        assert json.loads(file.read_text()) == HERE
        found = beside(ServiceSettings, tmp_path)
        assert (found.nats_url, found.prefix) == ("nats://127.0.0.1:7", "mine")
        monkeypatch.setenv("GROOVE_PREFIX", "other")
        assert beside(ServiceSettings, tmp_path).prefix == "other"
    assert not file.exists()
    assert beside(ServiceSettings, tmp_path).nats_url == ServiceSettings().nats_url


def test_what_is_wrong_in_the_environment_is_still_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GROOVE_PREFIX", "Not A Prefix")
    with told(tmp_path, HERE), pytest.raises(SystemExit):
        beside(ServiceSettings, tmp_path)
    assert "GROOVE_PREFIX" in capsys.readouterr().err
