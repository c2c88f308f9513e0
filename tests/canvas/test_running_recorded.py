"""What the canvas' fold is held against is what today's gateway says."""

from canvas.recorded import FILE, recordings, spelled


def test_the_recorded_runs_are_told_as_the_gateway_tells_them_now():
    assert FILE.read_text() == spelled(recordings()), "python tests/canvas/recorded.py"
