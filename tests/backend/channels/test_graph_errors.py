"""What Graph's errors mean: wait, look at the account or the message, or nobody knows; no secret in any word."""

import json
from typing import Any

import httpx
import pytest

from backend.channels.base import NotReached, Rejected, Throttled, Unknown
from backend.channels.graph.calling import node, unsent
from backend.channels.graph.errors import answered, explained, in_words, is_too_late, media_fault
from tests.backend.channels.whatsapp_samples import ACCESS_TOKEN, ACCOUNT, APP_SECRET


def answer(code: int, status: int = 400, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    error = {"message": f"(#{code}) Words of Meta", "type": "OAuthException", "code": code, "fbtrace_id": "A"} | more
    return httpx.Response(status, json={"error": error}, headers=headers)


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80007, 130429, 131056])
def test_a_rate_limit_is_waited_for(code: int) -> None:
    outcome = answered(ACCOUNT, answer(code))
    assert isinstance(outcome, Throttled)
    assert 4 <= outcome.retry_after <= 60


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17.0),
        ({"Retry-After": "999999"}, 3600.0),
        ({"Retry-After": "inf"}, 3600.0),
        ({"Retry-After": "-1"}, 4.0),
        ({"Retry-After": "nan"}, 4.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 4.0),
        ({"X-Business-Use-Case-Usage": json.dumps({"1": [{"estimated_time_to_regain_access": 3}]})}, 180.0),
        ({"X-Business-Use-Case-Usage": json.dumps({"1": [{"estimated_time_to_regain_access": 0}]})}, 4.0),
        ({"X-Business-Use-Case-Usage": "no json"}, 4.0),
        ({"X-Business-Use-Case-Usage": "[1]"}, 4.0),
        ({"X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": []}]}', "Retry-After": "9"}, 9.0),
    ],
)
def test_the_wait_is_what_meta_names(headers: dict[str, str], seconds: float) -> None:
    assert answered(ACCOUNT, answer(130429, 429, headers)) == Throttled(seconds)


def test_too_many_requests_without_a_code_is_a_rate_limit_too() -> None:
    assert answered(ACCOUNT, httpx.Response(429, text="slow down")) == Throttled(60.0)


@pytest.mark.parametrize(
    ("code", "subcode", "what_to_do"),
    [
        (190, 463, "make a new one"),
        (190, 460, "make a new one"),
        (0, 0, "make a new one"),
        (10, 0, "give the app the permissions"),
        (200, 0, "give the app the permissions"),
        (299, 0, "give the app the permissions"),
        (131005, 0, "give the app the permissions"),
        (131031, 0, "Business Support Home"),
        (131042, 0, "Business Support Home"),
        (368, 0, "Business Support Home"),
    ],
)
def test_what_the_account_is_refused_for_says_what_to_do(code: int, subcode: int, what_to_do: str) -> None:
    outcome = answered(ACCOUNT, answer(code, 401, error_subcode=subcode))
    assert isinstance(outcome, Rejected)
    assert outcome.account_fault
    assert what_to_do in outcome.failure
    assert "Words of Meta" in outcome.failure


@pytest.mark.parametrize(
    ("code", "subcode", "what_to_do"),
    [
        (131047, 0, "send an approved template"),
        (10, 2018278, "the customer must write first"),
        (10, 2534022, "the customer must write first"),
        (200, 2018065, "the customer must write first"),
    ],
)
def test_a_closed_window_is_no_fault_of_the_accounts(code: int, subcode: int, what_to_do: str) -> None:
    outcome = answered(ACCOUNT, answer(code, 403, error_subcode=subcode))
    assert isinstance(outcome, Rejected)
    assert not outcome.account_fault
    assert what_to_do in outcome.failure
    # only Messenger and Instagram let a person answer later, with a tag
    assert is_too_late(outcome) is (subcode != 0)


@pytest.mark.parametrize(("code", "subcode"), [(551, 1545041), (200, 1545041), (10, 2018108), (10, 2018300), (100, 0)])
def test_a_person_or_a_message_that_is_refused_leaves_the_account_well(code: int, subcode: int) -> None:
    outcome = answered(ACCOUNT, answer(code, error_subcode=subcode))
    assert outcome == Rejected(f"(#{code}) Words of Meta")


def test_an_unknown_id_is_the_accounts_fault_only_where_it_is_the_accounts() -> None:
    response = answer(100, error_subcode=33)
    assert answered(ACCOUNT, response) == Rejected("(#100) Words of Meta")
    own = answered(ACCOUNT, response, own=True)
    assert isinstance(own, Rejected)
    assert own.account_fault
    assert "check both" in own.failure


@pytest.mark.parametrize(
    "response",
    [
        answer(1, 500),
        answer(2, 503, is_transient=True),
        answer(1, 400, error_subcode=1357046),
        answer(131000, 500),
        answer(77777, 400, is_transient=True),
        answer(100, 502),
        httpx.Response(502, text="<html>Bad gateway</html>"),
        httpx.Response(408),
        httpx.Response(200, text="not json"),
        httpx.Response(200, text="[]"),
    ],
)
def test_what_may_have_been_done_is_not_known(response: httpx.Response) -> None:
    outcome = answered(ACCOUNT, response)
    assert isinstance(outcome, Unknown)
    assert outcome.detail
    assert isinstance(unsent(outcome), NotReached)  # where the message itself was not asked for yet


@pytest.mark.parametrize("status", [302, 401, 403, 404])
def test_an_address_that_is_not_graphs_is_the_accounts_fault(status: int) -> None:
    outcome = answered(ACCOUNT, httpx.Response(status, text="<html></html>"))
    assert isinstance(outcome, Rejected)
    assert outcome.account_fault
    assert str(status) in outcome.failure


def test_details_are_told_once() -> None:
    more = {"messaging_product": "whatsapp", "details": "Too long."}
    assert answered(ACCOUNT, answer(100, error_data=more)) == Rejected("(#100) Words of Meta. Too long.")
    assert answered(ACCOUNT, answer(100, error_data={"details": "Words of Meta"})) == Rejected("(#100) Words of Meta")


def test_no_secret_is_repeated_even_where_a_long_text_is_cut() -> None:
    message = f"Malformed access token {ACCESS_TOKEN}. " + "x" * 340 + f" {ACCESS_TOKEN} {APP_SECRET}"
    outcome = answered(ACCOUNT, answer(190, 401, message=message))
    assert isinstance(outcome, Rejected)
    assert "EAAG" not in outcome.failure
    assert "app-sec" not in outcome.failure
    assert "EAAG" not in explained(ACCOUNT, {"code": 190, "title": message})
    assert len(outcome.failure) <= 500


def test_an_answer_that_is_one_is_handed_on() -> None:
    assert answered(ACCOUNT, httpx.Response(200, json={"success": True})) == {"success": True}


@pytest.mark.parametrize(
    ("failure", "lasting", "wait"),
    [
        (Rejected("gone"), True, None),
        (Rejected("token", account_fault=True), False, None),
        (Throttled(7), False, 7),
        (NotReached("away"), False, None),
        (Unknown("away"), False, None),
    ],
)
def test_a_file_that_could_not_be_had_may_be_tried_again_unless_it_is_gone(
    failure: Rejected | Throttled | NotReached | Unknown, lasting: bool, wait: float | None
) -> None:
    fault = media_fault(failure)
    assert (fault.lasting, fault.retry_after, str(fault)) == (lasting, wait, in_words(failure))


def test_an_id_leads_nowhere_else() -> None:
    assert node("106", "messages") == "106/messages"
    assert node("../me?x=1", "..", "a/b") == "..%2Fme%3Fx%3D1/-/a%2Fb"
