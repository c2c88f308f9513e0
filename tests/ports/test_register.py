from kit.register import Register


async def test_what_is_put_is_listed_until_it_is_removed(register: Register, at: str, name: str):
    for number in range(3):
        await register.put(f"{at}.open.0.{name}.{number}", b"%d" % number)
    await register.remove(f"{at}.open.0.{name}.1")
    assert [record.data for record in await register.list(f"{at}.open.*.{name}.>")] == [b"0", b"2"]


async def test_putting_again_replaces(register: Register, at: str, name: str):
    await register.put(f"{at}.open.0.{name}", b"old")
    await register.put(f"{at}.open.0.{name}", b"new")
    assert [record.data for record in await register.list(f"{at}.open.0.{name}")] == [b"new"]
    found = await register.find(f"{at}.open.0.{name}")
    assert found is not None
    assert found.data == b"new"


async def test_removing_what_is_absent_is_fine(register: Register, at: str, name: str):
    await register.remove(f"{at}.open.0.{name}")
    assert await register.find(f"{at}.open.0.{name}") is None
    assert await register.list(f"{at}.open.0.{name}") == []
