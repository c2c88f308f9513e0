import base64
from dataclasses import replace

import pytest
from pydantic import SecretStr

from kit.errors import NotConfigured, Unreadable
from kit.sealing import SecretKeys

OLD, NEW = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
ABOUT = b"anna/account-1"


def keys(text):
    return SecretKeys.parse(SecretStr(text))


def test_what_is_sealed_is_opened_again_and_is_not_to_be_read_before():
    sealed = keys(f"a:{OLD}").seal(b"a very secret key", ABOUT)
    assert keys(f"a:{OLD}").open(sealed, ABOUT) == b"a very secret key"
    assert b"secret" not in sealed.data + sealed.wrapped


def test_the_same_secret_looks_different_every_time():
    ours = keys(f"a:{OLD}")
    assert ours.seal(b"x", ABOUT).data != ours.seal(b"x", ABOUT).data


@pytest.mark.parametrize("part", ["data", "wrapped"])
@pytest.mark.parametrize("byte", [0, 13, -1])
def test_a_changed_byte_is_noticed(part, byte):
    ours = keys(f"a:{OLD}")
    sealed = ours.seal(b"a very secret key", ABOUT)
    changed = bytearray(getattr(sealed, part))
    changed[byte] ^= 1
    with pytest.raises(Unreadable):
        ours.open(replace(sealed, **{part: bytes(changed)}), ABOUT)


def test_a_secret_put_into_another_account_is_not_opened():
    ours = keys(f"a:{OLD}")
    with pytest.raises(Unreadable):
        ours.open(ours.seal(b"x", ABOUT), b"eve/account-2")


def test_a_new_key_in_front_encrypts_and_the_old_one_still_decrypts():
    old, both, new = keys(f"a:{OLD}"), keys(f"b:{NEW},a:{OLD}"), keys(f"b:{NEW}")
    sealed = old.seal(b"x", ABOUT)
    assert both.open(sealed, ABOUT) == b"x"
    with pytest.raises(NotConfigured, match="GROOVE_SECRET_KEYS"):
        new.open(sealed, ABOUT)
    again = both.rewrap(sealed, ABOUT)
    assert (again.key_id, new.open(again, ABOUT), again.data) == ("b", b"x", sealed.data)


@pytest.mark.parametrize("text", ["", "a", f"a:{OLD[:-8]}", f"A:{OLD}", f"a:{OLD},a:{NEW}", "a:not base64!", f":{OLD}"])
def test_keys_that_cannot_be_used_are_refused_without_quoting_them(text):
    with pytest.raises(ValueError) as told:  # noqa: PT011  the message is what is looked at
        keys(text)
    assert OLD[:8] not in str(told.value)


def test_keys_are_not_shown():
    assert OLD[:8] not in repr(keys(f"a:{OLD}"))
    assert "\\x01" not in repr(keys(f"a:{OLD}"))
