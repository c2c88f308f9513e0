import asyncio

from kit.health import HealthServer
from kit.metrics import Histogram, Metrics, Timing
from kit.readiness import Readiness


def test_what_is_counted_here_or_elsewhere_is_told_in_the_order_of_its_meanings():
    numbers, timing = {"a": 2, "b": 0}, Timing()
    metrics = Metrics({"m_seconds": "Time.", "m_total": "Asked.", "m_none_total": "Never.", "m_now": "Now."})
    metrics.count("m_total", method="GET", status=200)
    metrics.count("m_total", 2, method="PUT", status=404)
    metrics.gauge("m_now", lambda: numbers, "queue")
    metrics.timing("m_seconds", timing)
    timing.add(0.25)
    timing.add(1)
    numbers["b"] = 7
    assert metrics.text() == (
        "# HELP m_seconds Time.\n# TYPE m_seconds summary\nm_seconds_sum 1.25\nm_seconds_count 2\n"
        "# HELP m_total Asked.\n# TYPE m_total counter\n"
        'm_total{method="GET",status="200"} 1\nm_total{method="PUT",status="404"} 2\n'
        "# HELP m_none_total Never.\n# TYPE m_none_total counter\nm_none_total 0\n"
        '# HELP m_now Now.\n# TYPE m_now gauge\nm_now{queue="a"} 2\nm_now{queue="b"} 7\n'
    )
    assert metrics.value("m_total") == 3


def test_a_label_cannot_break_out_of_its_quotes():
    metrics = Metrics({"m": "x"})
    metrics.counter("m", lambda: {'a"b\\c\nd': 1}, "name")
    assert metrics.text().splitlines()[-1] == 'm{name="a\\"b\\\\c\\nd"} 1'


def test_a_histogram_counts_what_was_within_each_bound_by_label():
    metrics, took = Metrics({"m": "x"}), Histogram((0.5, 1.0), ("call",))
    metrics.histogram("m", took)
    assert metrics.text() == "# HELP m x\n# TYPE m histogram\n"
    for seconds in (0.25, 0.5, 0.75, 3):
        took.observe(seconds, "submit")
    assert metrics.text().splitlines()[2:] == [
        'm_bucket{call="submit",le="0.5"} 2',
        'm_bucket{call="submit",le="1"} 3',
        'm_bucket{call="submit",le="+Inf"} 4',
        'm_sum{call="submit"} 4.5',
        'm_count{call="submit"} 4',
    ]


def test_a_histogram_without_labels_is_told_before_anything_was_seen():
    metrics = Metrics({"m": "x"})
    metrics.histogram("m", Histogram((1.0,)))
    assert metrics.text().splitlines()[2:] == [
        'm_bucket{le="1"} 0',
        'm_bucket{le="+Inf"} 0',
        "m_sum 0",
        "m_count 0",
    ]


async def test_they_are_served_beside_health():
    metrics = Metrics({"m": "x"})
    metrics.gauge("m", lambda: 12)

    async def text() -> str:
        return metrics.text()

    server = HealthServer(Readiness({}), text)
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /metrics HTTP/1.1\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert b"Content-Type: text/plain; version=0.0.4" in head
    assert body.endswith(b"\nm 12\n")
    await server.close()
