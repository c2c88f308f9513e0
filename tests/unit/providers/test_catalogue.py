"""The catalogue hangs together: every name in it means something, every price has a source."""

import subprocess
import sys
from datetime import date

import pytest

from contracts.catalogue import NODE_TYPES
from contracts.checks import check_params
from contracts.models import Model, ModelBook
from contracts.problems import Reason
from providers import catalogue

TODAY = date(2026, 11, 21)
BOOK: ModelBook = catalogue.book({"local", "google", "fake"})
GENERATIVE = sorted(name for name, node_type in NODE_TYPES.items() if node_type.generative and node_type.available)


def model(name: str) -> Model:
    found = BOOK.find(None, name)
    assert found is not None
    return found


@pytest.mark.parametrize("row", BOOK.models, ids=lambda row: row.id)
def test_every_name_in_a_row_means_something(row: Model) -> None:
    assert BOOK.provider(row.provider)
    assert row.operations
    for operation in row.operations:
        node_type = NODE_TYPES[operation]
        for name in (*row.limits, *row.ignores):
            assert any(NODE_TYPES[other].param(name) for other in row.operations), name
        for name, limit in row.limits.items():
            if param := node_type.param(name):
                assert not param.choices or set(limit.choices) & set(param.choices), f"nothing is left of {name}"
    assert set(row.estimates) <= set(row.operations)


@pytest.mark.parametrize("row", BOOK.models, ids=lambda row: row.id)
def test_every_status_and_price_has_a_source_and_a_date(row: Model) -> None:
    assert row.source
    assert row.as_of
    assert all(price.source and price.as_of and price.micro_credits > 0 for price in row.prices)


def test_ids_are_unique() -> None:
    assert len({row.id for row in BOOK.models}) == len(BOOK.models)


def test_what_is_gone_names_a_living_model_that_can_do_the_same() -> None:
    for row in BOOK.models:
        if row.status in {"retired", "deprecated"}:
            assert row.retired_on or row.status == "deprecated"
            other = model(row.replaced_by or "")
            assert other.status == "active"
            assert set(row.operations) <= set(other.operations)


def test_local_costs_nothing_and_google_money() -> None:
    for row in BOOK.models:
        assert row.paid == (row.provider != "local")
        if row.provider == "google" and row.status == "active" and set(row.operations) & set(GENERATIVE):
            assert row.prices
            assert min(row.estimates.values()) > 0


@pytest.mark.parametrize("operation", GENERATIVE)
def test_this_machine_can_do_everything_and_is_the_default_when_nothing_else_is_configured(operation: str) -> None:
    for enabled in ({"local"}, {"local", "fake"}):
        chosen = catalogue.book(enabled).default(operation, None)
        assert chosen is not None
        assert chosen.provider == "local"


def test_a_provider_with_a_key_is_taken_for_what_it_can_do() -> None:
    chosen = {operation: BOOK.default(operation, None) for operation in GENERATIVE}
    assert {operation for operation, model in chosen.items() if model and model.provider == "local"} == {
        "upscale",
        "text_to_audio",
    }


def test_a_project_may_prefer_others() -> None:
    chosen = BOOK.default("text_to_image", None, ["gemini-3-pro-image"])
    assert chosen is not None
    assert chosen.id == "gemini-3-pro-image"


def test_google_has_a_sensible_default() -> None:
    chosen = [BOOK.default(operation, "google") for operation in ("text_to_text", "image_to_image")]
    assert [row.id for row in chosen if row] == ["gemini-3.8-flash", "gemini-3.1-flash-image"]


def test_naming_a_retired_model_is_refused_with_its_replacement() -> None:
    params = {"prompt": "x", "provider": "google", "model": "imagen-4.0-generate-001"}
    (flaw,) = check_params(NODE_TYPES["text_to_image"], params, BOOK, "params")
    assert flaw.reason == Reason.MODEL_RETIRED
    assert "Use gemini-3.1-flash-image instead" in flaw.message


def test_a_parameter_outside_a_models_limits_is_refused() -> None:
    params = {"prompt": "x", "model": "gemini-3.1-flash-lite-image", "resolution": "4K"}
    (flaw,) = check_params(NODE_TYPES["text_to_image"], params, BOOK, "params")
    assert flaw.message == "resolution must be one of 1K, not '4K' (a limit of gemini-3.1-flash-lite-image)."


def test_a_model_is_retired_when_its_day_comes() -> None:
    before, after = (
        catalogue.book({"google"}, on=on).find(None, "gemini-2.5-flash") for on in (TODAY, date(2026, 12, 1))
    )
    assert before is not None
    assert after is not None
    assert (before.status, after.status) == ("deprecated", "retired")


def test_vertex_retired_some_models_earlier() -> None:
    row = catalogue.book({"google"}, vertex=True).find(None, "gemini-2.5-flash-lite")
    assert row is not None
    assert (row.status, row.replaced_by) == ("retired", "gemini-3.5-flash-lite")


def test_the_fake_vendor_is_shown_only_to_those_who_ask() -> None:
    assert catalogue.book({"local"}).provider("fake") is None
    assert catalogue.book({"local"}).provider("google") is not None
    with pytest.raises(ValueError, match="There is no provider 'moon'"):
        catalogue.book({"moon"})


# What a call costs


def test_thinking_is_output() -> None:
    used = {"input_tokens": 1_000_000.0, "output_tokens": 500_000.0, "thinking_tokens": 500_000.0}
    assert catalogue.cost_of(model("gemini-3.8-flash"), used, TODAY) == 75_000_000 + 375_000_000


def test_prices_are_those_of_the_day() -> None:
    used = {"input_tokens": 1_000_000.0}
    assert catalogue.cost_of(model("gemini-3.8-flash"), used, date(2026, 12, 31)) == 75_000_000
    assert catalogue.cost_of(model("gemini-3.8-flash"), used, date(2027, 1, 1)) == 150_000_000


def test_a_price_that_ran_out_is_better_than_none() -> None:
    assert catalogue.cost_of(model("gemini-2.5-flash"), {"input_tokens": 1_000_000}, date(2027, 6, 1)) == 30_000_000


def test_long_prompts_cost_more_where_the_source_says_so() -> None:
    pro = model("gemini-2.5-pro")
    assert catalogue.cost_of(pro, {"input_tokens": 200_000}, TODAY) == 25_000_000
    assert catalogue.cost_of(pro, {"input_tokens": 200_001}, TODAY) == 50_000_250


@pytest.mark.parametrize(
    ("size", "cost"), [("512", 4_500_000), ("1K", 6_700_000), ("2K", 10_100_000), ("4K", 15_100_000)]
)
def test_a_picture_costs_by_its_size(size: str, cost: int) -> None:
    used = {"images": 1.0}
    assert catalogue.cost_of(model("gemini-3.1-flash-image"), used, TODAY, {"image_size": size}) == cost


def test_a_picture_is_not_paid_by_the_piece_and_by_its_tokens() -> None:
    used = {"images": 1.0, "output_image_tokens": 1_120.0}
    assert catalogue.cost_of(model("gemini-3.1-flash-image"), used, TODAY, {"image_size": "1K"}) == 6_720_000


def test_one_us_cent_is_a_credit() -> None:
    assert catalogue.cost_of(model("imagen-4.0-generate-001"), {"images": 1}, date(2026, 1, 1)) == 4_000_000


def test_free_is_free() -> None:
    assert catalogue.cost_of(model("local-painter"), {"images": 8}, TODAY) == 0


def test_reading_the_catalogue_loads_no_sdk() -> None:
    script = (
        "import sys; from providers import catalogue, registry; catalogue.book({'local', 'google'});"
        "slow = {'google.genai', 'numpy', 'PIL', 'httpx2'} & set(sys.modules); print(slow); sys.exit(bool(slow))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
