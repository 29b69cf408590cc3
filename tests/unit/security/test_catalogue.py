"""The catalogue and the score as commands: every id of the format, its letters, parts that add up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from premium.cases import answer
from premium.cli.main import main
from premium.security.cases.scores import KINDS
from premium.security.report.score import BANDS, WEIGHTS

pytestmark = pytest.mark.unit
# formats/security.md, by severity for a counterpart that is not known; a second letter is for a known one.
LETTERS = """
approval_unlimited hm approval_all hm spender_unknown m spender_account h spender_new m permit_signature l
transfer_signature ml order_gives_away c order_recipient_other h deadline_far l minimum_zero m price_bad mh
pulls_from_other m transfer_zero lm nft_leaves l balance_all l recipient_zero h recipient_token h
recipient_lookalike h recipient_other m value_to_unknown m name_deceptive h ownership_given hm role_given h
upgrade_call h wallet_takeover c delegatecall_inside cl nested_calls i function_unknown l target_account m
chain_other h calldata_malformed m calldata_noncanonical h calldata_trailing l message_ambiguous m message_unknown i
domain_unverified m blind_hash h login_domain_other h delegation_code hl delegation_all_chains h paymaster_unknown l
creates_contract i origin_listed c origin_lookalike h reverts l outflow_unexplained c nothing_back h allowance_left
m authority_lost c false_event h environment_dependent h state_fragile m gas_excessive l mint h open_mint c
confiscate h pause m blacklist m transfer_limit m external_gate m fee_setting h transfer_fee l selfdestruct h
open_selfdestruct c arbitrary_delegatecall h open_delegatecall c upgradeable h open_upgrade c open_ownership c
tx_origin m withdraw l withdraw_tokens l opaque_proxy m incomplete i owner_function i proxy i trade_tax l
buy_tax_high h sell_tax_high h honeypot c sell_limit mh trading_closed m holders_trapped c siphons c liquidity_thin
m liquidity_removable m sanctioned c listed_address c mixer m funded_by_listed m deployed_traps h address_new l
account_delegated i allowance_open m lookalike h opinion_other i clone_of_listed c
"""
EXPECTED = dict(zip(LETTERS.split()[::2], LETTERS.split()[1::2], strict=True))
SOURCE = "reentrancy access_control arithmetic unchecked_low_level_calls denial_of_service bad_randomness front_running"


@pytest.mark.parametrize("id_", EXPECTED)
def test_ids_have_the_severities_of_the_format(id_: str) -> None:
    assert WEIGHTS[id_][0].value[0] == EXPECTED[id_][0]


def test_source_has_a_finding_for_each_category() -> None:
    assert {f"source_{each}" for each in f"{SOURCE} time_manipulation short_addresses other".split()} <= set(WEIGHTS)


def test_the_catalogue_prints_words_for_every_id() -> None:
    done = CliRunner().invoke(main, ["security", "findings"])
    found = {each["id"]: each for each in json.loads(done.output)["findings"]}
    assert found.keys() == WEIGHTS.keys()
    assert all(
        each["title"] and each["meaning"].endswith(".") and each["advice"].endswith(".") for each in found.values()
    )
    assert (found["approval_unlimited"]["severity"], found["approval_unlimited"]["severity_known"]) == (
        "high",
        "medium",
    )


def test_the_table_of_weights_is_printed() -> None:
    done = CliRunner().invoke(main, ["security", "score", "--table"])
    rows = [line.split() for line in done.output.splitlines()]
    assert {row[0]: (row[1], int(row[2])) for row in rows} == {id_: (s.value, w) for id_, (s, w) in WEIGHTS.items()}
    assert CliRunner().invoke(main, ["security", "score"]).exit_code == 2


stated = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from(sorted(WEIGHTS)), "severity": st.sampled_from(list(BANDS))}),
    max_size=9,
)


@given(stated)
def test_the_parts_of_a_score_add_up_within_its_band(findings: list[dict[str, Any]]) -> None:
    found = json.loads(answer(json.dumps({"findings": findings}), KINDS))
    assert sum(each["points"] for each in found["factors"]) == found["risk_score"]
    order = list(BANDS)
    worst = max((order.index(each["severity"]) for each in findings), default=0)
    low, high = BANDS[order[worst]]
    assert low <= found["risk_score"] <= high
    assert found["severity"] == ("none" if worst == 0 else order[worst].value)


def test_an_id_that_there_is_not_is_refused_with_the_nearest() -> None:
    found = json.loads(answer(json.dumps({"findings": [{"id": "approval_unlimted", "severity": "high"}]}), KINDS))
    assert "approval_unlimited is near" in found["error"]["message"]
