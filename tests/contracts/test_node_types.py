import jsonschema_rs
import pytest

from contracts.catalogue import NODE_TYPES
from contracts.checks import check_params, fill, variables_in
from contracts.models import Model, ModelBook, ParamLimit, Provider
from contracts.nodes import PortType
from contracts.problems import Reason
from contracts.recipe import effective_seed
from contracts.subjects import PARTITIONS, Subjects, partition

BOOK = ModelBook(
    providers=(Provider(name="local", title="This machine", help=""),),
    models=(
        Model(
            provider="local",
            id="painter",
            title="Painter",
            operations=("text_to_image",),
            max_prompt_chars=20,
            limits={"resolution": ParamLimit(choices=("512", "1K"))},
        ),
        Model(
            provider="local",
            id="old-painter",
            title="Old",
            operations=("text_to_image",),
            status="retired",
            replaced_by="painter",
        ),
    ),
)
PAINT = NODE_TYPES["text_to_image"]


@pytest.mark.parametrize("node_type", NODE_TYPES.values(), ids=lambda t: t.name)
def test_every_node_type_is_well_formed(node_type):
    schema = node_type.params_schema()
    jsonschema_rs.meta.validate(schema)
    defaults = {p.name: p.default for p in node_type.params if p.default is not None}
    assert all(node_type.param(name).flaw(value) is None for name, value in defaults.items())
    names = [p.name for p in node_type.params]
    assert len(names) == len(set(names))
    assert len({p.name for p in node_type.inputs}) == len(node_type.inputs)
    if node_type.prompted:
        assert node_type.param("prompt")
        assert node_type.input("prompt")
    if any(not port.many for port in node_type.inputs):
        assert node_type.param("pick"), "a list may arrive where one value is wanted"


def test_the_main_job_can_run():
    main = ("text", "text_to_image", "image_to_text", "image_to_image", "output")
    assert all(NODE_TYPES[name].available for name in main)


@pytest.mark.parametrize(
    ("params", "reason", "where"),
    [
        ({"colour": "red"}, Reason.UNKNOWN_PARAM, "colour"),
        ({"count": 9}, Reason.INVALID_PARAM, "count"),
        ({"count": True}, Reason.INVALID_PARAM, "count"),
        ({"count": 1.5}, Reason.INVALID_PARAM, "count"),
        ({"count": float("nan")}, Reason.INVALID_PARAM, "count"),
        ({"prompt": 3}, Reason.INVALID_PARAM, "prompt"),
        ({"prompt": "a\x00b"}, Reason.INVALID_PARAM, "prompt"),
        ({"aspect_ratio": "5:1"}, Reason.INVALID_PARAM, "aspect_ratio"),
        ({"provider": "nobody"}, Reason.UNKNOWN_PROVIDER, "provider"),
        ({"model": "nothing"}, Reason.UNKNOWN_MODEL, "model"),
        ({"model": "old-painter"}, Reason.MODEL_RETIRED, "model"),
        ({"model": "painter", "resolution": "4K"}, Reason.INVALID_PARAM, "resolution"),
        ({"model": "painter", "prompt": "x" * 21}, Reason.PROMPT_TOO_LONG, "prompt"),
    ],
)
def test_a_wrong_param_is_refused_by_name(params, reason, where):
    (flaw,) = check_params(PAINT, params, BOOK, "params")
    assert flaw.reason == reason
    assert flaw.loc == ("params", where)
    assert where in flaw.message or params.get(where) in flaw.message


def test_a_retired_model_names_its_replacement():
    (flaw,) = check_params(PAINT, {"model": "old-painter"}, BOOK)
    assert "Use painter instead" in flaw.message


def test_good_params_have_no_flaws():
    assert check_params(PAINT, {"model": "painter", "prompt": "a fox", "count": 8, "seed": 0}, BOOK) == []


def test_ports_accept_their_own_kind_and_any():
    assert PortType.ANY.accepts(PortType.VIDEO)
    assert PortType.IMAGE.accepts(PortType.IMAGE)
    assert not PortType.IMAGE.accepts(PortType.TEXT)
    assert not PortType.IMAGE.accepts(PortType.ANY)


def test_variables_are_filled_once():
    assert variables_in("{{a}} {{ b }} {{a}}") == ["a", "b"]
    assert fill("{{a}}!", {"a": "{{b}}", "b": "no"}) == "{{b}}!"
    with pytest.raises(KeyError, match="a"):
        fill("{{a}}", {})


def test_variation_nought_keeps_the_seed_and_others_change_it():
    assert effective_seed(7, 0) == 7
    assert len({effective_seed(7, v) for v in range(100)}) == 100


def test_subjects_are_read_as_they_are_written():
    subjects = Subjects("t1")
    assert subjects.log == "T1_LOG"
    command = subjects.parse(subjects.command("run", "p", "r"))
    assert (command.family, command.kind, command.scope, command.id) == ("cmd", "run", "p", "r")
    report = subjects.parse(subjects.report("p", "r", "n"))
    assert (report.family, report.kind, report.scope, report.id, report.node) == ("rpt", "run", "p", "r", "n")
    with pytest.raises(ValueError, match="not a subject"):
        subjects.parse("t1.live.p.r")


def test_partitions_are_used_evenly_and_never_move():
    counts = [0] * PARTITIONS
    for n in range(8000):
        counts[partition(f"run-{n}")] += 1
    assert min(counts) > 800
    assert [partition(i) for i in ("a", "b", "run-1")] == [3, 1, 3]
