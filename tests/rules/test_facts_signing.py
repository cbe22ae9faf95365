"""Facts and rules of signing and filing: CT-13 to CT-16, 18 to 21, 34, 35, 37 to 39, 41."""

import pytest

from docgen.case.casefile import CaseFile
from rules.facts.setting import Known
from rules.facts.signing import ArchiveItemFacts, SignatureFacts, SignerAuthFacts
from tests.rules.judging import all_said, judge, record, records
from tests.rules.patching import GONE, h01, part

CONTRACT = "YB-XS-2024-0012"
CUSTOMER, SUPPLIER = f"{CONTRACT}/customer", f"{CONTRACT}/supplier"
AUTH = "SQ-2024-0012-01"
OURS = {
    "auth_no": "SQ-YB-01",
    "side": "supplier",
    "principal_name": "样板智能装备有限公司",
    "agent_name": "钱国栋",
    "matters": ["sign_contract"],
    "matter_text": "签署销售合同",
    "power_text": "签署人民币100万元以内的销售合同",
    "valid_from": "2024-01-01",
    "valid_to": "2024-12-31",
    "issued_on": "2024-01-01",
    "principal_seal": "company_seal",
    "original_file": "scans/SQ-YB-01.pdf",
}


def signed(**patches: object) -> CaseFile:
    """Return H01 with fields of the customer's signature changed."""
    return h01({f"contract.signatures[0].{name}": value for name, value in patches.items()})


def authorized(**patches: object) -> CaseFile:
    """Return H01 with fields of the customer's authorization changed."""
    return h01({f"authorizations[0].{name}": value for name, value in patches.items()})


class TestCustomerSigner:
    def test_the_registered_legal_representative_needs_no_authorization(self):
        assert all_said(signed(signer_kind="legal_representative", signer_name="周华", auth_no=None)) == []

    def test_somebody_who_only_calls_himself_so_is_not_entitled(self):
        assert judge(signed(signer_kind="legal_representative"), "CT-13") == [f"fail {CUSTOMER}"]

    def test_while_no_legal_representative_is_known_nobody_is_one(self):
        case = h01(
            {"customer.legal_representative": None, "contract.signatures[0].signer_kind": "legal_representative"}
        )
        assert judge(case, "CT-13") == [f"fail {CUSTOMER}"]

    def test_the_agent_named_is_the_signer(self):
        case = signed(signer_name="张明", signer_ref="C01")
        assert judge(case, "CT-13") == [f"fail {CUSTOMER}"]
        assert records(case, SignatureFacts)[0].signer_text == "*先生"

    @pytest.mark.parametrize("auth_no", ["SQ-0000", None])
    def test_an_authorization_must_be_named_and_exist(self, auth_no: str | None):
        case = signed(auth_no=auth_no)
        assert judge(case, "CT-13") == [f"fail {CUSTOMER}"]
        assert records(case, SignerAuthFacts) == []

    def test_an_authorization_of_the_other_side_is_none(self):
        assert judge(authorized(side="supplier"), "CT-13") == [f"fail {CUSTOMER}"]

    @pytest.mark.parametrize("kind", ["contact", "staff"])
    def test_a_mere_contact_or_member_of_staff_does_not_sign(self, kind: str):
        assert judge(signed(signer_kind=kind), "CT-13") == [f"fail {CUSTOMER}"]

    def test_each_of_several_signers_is_judged(self):
        second = part("contract.signatures[0]") | {"signer_name": "张明"}
        case = h01({"contract.signatures[2]": second})
        assert judge(case, "CT-13") == [f"fail {CUSTOMER}"]
        assert [each.path for each in records(case, SignerAuthFacts)] == [
            "contract.signatures[0]",
            "contract.signatures[2]",
        ]

    def test_a_name_never_stands_in_a_text(self):
        for ref in ("C03", "C01", "S01", None):
            facts = records(signed(signer_ref=ref), SignatureFacts)[0]
            assert "王海" not in facts.signer_text + facts.party_text
        assert records(signed(signer_ref="C01"), SignatureFacts)[0].signer_text == "*授权代表"

    def test_an_internal_signature_is_not_one_of_a_party(self):
        internal = part("contract.signatures[1]") | {"party": "internal", "seal_kind": "none", "signer_kind": "staff"}
        assert all_said(h01({"contract.signatures[2]": internal})) == []


class TestSupplierSigner:
    def test_our_legal_representative_signs(self):
        assert judge(h01(), "CT-16") == []

    def test_somebody_else_needs_our_authorization(self):
        for kind in ("legal_representative", "authorized_representative", "staff"):
            case = h01({"contract.signatures[1].signer_name": "钱国栋", "contract.signatures[1].signer_kind": kind})
            assert judge(case, "CT-16") == [f"fail {SUPPLIER}"]
            assert judge(case, "CT-13") == []

    def test_with_our_authorization_an_agent_may(self):
        case = h01(
            {
                "authorizations[2]": OURS,
                "contract.signatures[1].signer_kind": "authorized_representative",
                "contract.signatures[1].signer_name": "钱国栋",
                "contract.signatures[1].auth_no": "SQ-YB-01",
            }
        )
        assert all_said(case) == []
        assert [each.principal_ok for each in records(case, SignerAuthFacts)] == [True, True]


class TestAuthorization:
    def test_it_needs_a_mark_of_the_principal(self):
        case = authorized(principal_signed=False, principal_seal="none")
        assert judge(case, "CT-14") == [f"fail {AUTH}"]
        assert record(case, SignerAuthFacts).missing_text == "委托人签名或盖章"
        assert judge(authorized(principal_signed=False), "CT-14") == []
        assert judge(authorized(principal_seal="none"), "CT-14") == []

    def test_each_element_of_its_text_is_needed(self):
        case = h01()
        broken = case.authorizations[0].model_copy(update={"agent_name": "", "power_text": ""})
        copy = case.model_copy(update={"authorizations": (broken, *case.authorizations[1:])})
        assert judge(copy, "CT-14") == [f"fail {AUTH}"]
        assert record(copy, SignerAuthFacts).missing_text == "代理人、代理权限"

    def test_it_covers_the_signing_of_contracts(self):
        assert judge(authorized(matters=["negotiate", "sign_acceptance"]), "CT-15") == [f"a fail {AUTH}"]

    @pytest.mark.parametrize(("number", "expected"), [(None, []), ("YB-XS-2024-0013", [f"b fail {AUTH}"])])
    def test_it_is_for_this_contract_or_for_any(self, number: str | None, expected: list[str]):
        assert judge(authorized(contract_no=number), "CT-15") == expected

    @pytest.mark.parametrize(
        ("limit", "expected"),
        [("680000.00", []), ("679999.99", [f"c fail {AUTH}"]), (None, []), ("0", [f"c fail {AUTH}"])],
    )
    def test_the_total_may_equal_the_limit_but_not_exceed_it(self, limit: str | None, expected: list[str]):
        assert judge(authorized(amount_limit=limit), "CT-15") == expected

    @pytest.mark.parametrize(
        ("first", "last", "expected"),
        [
            ("2024-04-17", "2024-04-17", []),
            ("2024-04-18", "2024-12-31", [f"d fail {AUTH}"]),
            ("2024-01-01", "2024-04-16", [f"d fail {AUTH}"]),
        ],
    )
    def test_the_day_of_signing_lies_in_its_period(self, first: str, last: str, expected: list[str]):
        assert judge(authorized(valid_from=first, valid_to=last), "CT-15") == expected

    @pytest.mark.parametrize(
        ("moment", "expected"),
        [("2024-12-31T23:59:59+08:00", []), ("2025-01-01T00:00:00+08:00", [f"d fail {AUTH}"])],
    )
    def test_its_last_day_ends_at_midnight_local_time(self, moment: str, expected: list[str]):
        assert judge(signed(signed_at=moment), "CT-15", as_of="2025-02-01T00:00:00+08:00") == expected

    def test_local_days_count_whatever_the_offset(self):
        assert judge(signed(signed_at="2024-12-31T16:30:00+00:00"), "CT-15") == [f"d fail {AUTH}"]

    @pytest.mark.parametrize(
        ("day", "expected"),
        [("2024-04-16", [f"e fail {AUTH}"]), ("2024-04-17", [f"e fail {AUTH}"]), ("2024-04-18", []), (None, [])],
    )
    def test_it_is_not_revoked_by_the_day_of_signing(self, day: str | None, expected: list[str]):
        assert judge(authorized(revoked_on=day), "CT-15") == expected

    def test_its_principal_is_the_party(self):
        assert judge(authorized(principal_name="示例科技有限公司采购部"), "CT-15") == [f"f fail {AUTH}"]

    def test_two_faults_are_two_findings(self):
        case = authorized(valid_to="2024-04-16", amount_limit="600000.00")
        assert judge(case, "CT-15") == [f"c fail {AUTH}", f"d fail {AUTH}"]

    def test_the_original_is_on_file(self):
        assert judge(authorized(original_file=None), "CT-34") == [f"warn {AUTH}"]

    def test_identity_checks_are_asked_for_once_the_case_records_them(self):
        assert record(h01(), SignerAuthFacts).id_checked is None
        other = h01({"authorizations[1].id_checked_at": "2024-04-15T10:00:00+08:00"})
        assert judge(other, "CT-35") == [f"warn {AUTH}"]
        assert judge(authorized(id_checked_at="2024-04-15T10:00:00+08:00"), "CT-35") == []

    @pytest.mark.parametrize("power", ["全权代理", "“全权代理”。", "全权 代表", "全权处理！", "全权"])
    def test_full_power_alone_is_too_vague(self, power: str):
        assert judge(authorized(power_text=power), "CT-37") == [f"warn {AUTH}"]

    @pytest.mark.parametrize("power", ["全权代理签署本合同", "签署合同", "非全权代理"])
    def test_power_that_says_what_for_is_not(self, power: str):
        assert judge(authorized(power_text=power), "CT-37") == []

    def test_it_concerns_the_contract_signature_it_serves(self):
        facts = record(h01(), SignerAuthFacts)
        assert (facts.subject, facts.path) == (AUTH, "contract.signatures[0]")


class TestElectronicSignature:
    @pytest.mark.parametrize(
        "patch",
        [
            {"esign": None},
            {"esign.platform_compliant": False},
            {"esign.cert_subject": "示例科技"},
            {"esign.cert_valid_to": "2024-04-17T10:19:59+08:00"},
            {"esign.cert_valid_from": "2024-04-17T10:20:01+08:00"},
        ],
    )
    def test_platform_certificate_and_subject_must_be_right(self, patch: dict[str, object]):
        assert judge(signed(**patch), "CT-18") == [f"a fail {CUSTOMER}"]

    def test_a_certificate_is_valid_from_its_first_to_its_last_instant(self):
        exact = {
            "esign.cert_valid_from": "2024-04-17T10:20:00+08:00",
            "esign.cert_valid_to": "2024-04-17T10:20:00+08:00",
        }
        assert judge(signed(**exact), "CT-18") == []

    def test_a_paper_signature_needs_no_certificate(self):
        assert judge(signed(method="paper", esign=None), "CT-18") == []

    def test_the_platform_must_be_listed_once_there_is_a_list(self):
        assert judge(h01(), "CT-38") == []
        assert judge(h01(), "CT-38", esign__approved_platforms=("示例电子签平台",)) == []
        listed = judge(h01(), "CT-38", esign__approved_platforms=("别的平台",))
        assert listed == [f"warn {CUSTOMER}", f"warn {SUPPLIER}"]

    @pytest.mark.parametrize(("result", "expected"), [(False, [f"fail {CUSTOMER}"]), (True, []), (None, [])])
    def test_a_failed_validation_fails(self, result: bool | None, expected: list[str]):
        assert judge(signed(**{"esign.validation_ok": result}), "CT-39") == expected


class TestSeal:
    @pytest.mark.parametrize("seal", ["legal_rep_seal", "business_seal", "none"])
    def test_only_company_and_contract_seals_will_do(self, seal: str):
        assert judge(signed(seal_kind=seal), "CT-19") == [f"fail {CUSTOMER}"]
        assert judge(signed(seal_kind="company_seal"), "CT-19") == []

    @pytest.mark.parametrize("owner", [None, "示例科技有限公司采购部", "示例科技"])
    def test_the_seal_carries_the_name_of_the_party(self, owner: str | None):
        assert judge(signed(seal_owner_name=owner), "CT-19") == [f"fail {CUSTOMER}"]

    def test_a_seal_does_not_replace_the_signature(self):
        assert judge(signed(signed=False), "CT-19") == [f"fail {CUSTOMER}"]


class TestArchive:
    """Signed on Wednesday 2024-04-17: due by Monday 2024-04-22, 24:00."""

    @pytest.mark.parametrize(
        ("field", "item", "rule"),
        [
            ("crm_uploaded_at", "crm", "CT-20"),
            ("electronic_archived_at", "electronic", "CT-20"),
            ("paper_archived_at", "paper", "CT-20"),
            ("scanned_at", "scan", "CT-41"),
        ],
    )
    def test_each_way_of_filing_ends_with_the_third_working_day(self, field: str, item: str, rule: str):
        outcome = "warn" if item == "scan" else "fail"
        in_time = h01({f"contract.archive.{field}": "2024-04-23T00:00:00+08:00"})
        assert all_said(in_time) == []
        late = h01({f"contract.archive.{field}": "2024-04-23T00:00:01+08:00"})
        assert all_said(late) == [f"{rule} {outcome} {CONTRACT}/{item}"]

    def test_what_is_not_filed_is_pending_until_due_and_a_failure_after(self):
        case = h01({"contract.archive": None, "orders": [], "after_sales": None})
        assert all_said(case, as_of="2024-04-23T00:00:00+08:00") == [
            f"CT-20 pending {CONTRACT}/crm",
            f"CT-21 pending {CONTRACT}/electronic",
            f"CT-21 pending {CONTRACT}/paper",
            f"CT-41 pending {CONTRACT}/scan",
        ]
        assert all_said(case, as_of="2024-04-23T00:00:01+08:00") == [
            f"CT-20 fail {CONTRACT}/crm",
            f"CT-21 fail {CONTRACT}/electronic",
            f"CT-21 fail {CONTRACT}/paper",
            f"CT-41 warn {CONTRACT}/scan",
        ]

    def test_holidays_and_adjusted_days_count_as_the_calendar_says(self):
        holiday = {f"contract.signatures[{index}].signed_at": "2024-04-30T10:00:00+08:00" for index in (0, 1)}
        facts = records(h01(holiday | {"contract.archive": None}), ArchiveItemFacts)[0]
        assert facts.due_text == "2024-05-08 24:00"
        adjusted = {f"contract.signatures[{index}].signed_at": "2024-05-08T10:00:00+08:00" for index in (0, 1)}
        facts = records(h01(adjusted | {"contract.archive": None}), ArchiveItemFacts)[0]
        assert facts.due_text == "2024-05-11 24:00"

    def test_the_due_time_is_attached(self):
        crm = next(each for each in records(h01(), ArchiveItemFacts) if each.item == "crm")
        due = crm.due["wd_used"]
        assert due.due_at.isoformat() == "2024-04-23T00:00:00+08:00"
        assert due.actual_at is not None
        assert due.actual_at.isoformat() == "2024-04-18T10:30:00+08:00"

    def test_the_last_of_all_signatures_starts_the_clock(self):
        later = part("contract.signatures[0]") | {"signed_at": "2024-05-08T10:00:00+08:00"}
        case = h01({"contract.signatures[2]": later})
        assert records(case, ArchiveItemFacts)[0].due_text == "2024-05-11 24:00"

    @pytest.mark.parametrize("index", [0, 1])
    def test_nothing_is_to_be_filed_before_both_sides_signed(self, index: int):
        assert records(h01({f"contract.signatures[{index}]": GONE}), ArchiveItemFacts) == []

    def test_a_year_without_calendar_makes_it_pending_with_the_reason(self):
        late = {f"contract.signatures[{index}].signed_at": "2028-03-01T10:00:00+08:00" for index in (0, 1)}
        case = h01(late | {"contract.archive": None})
        facts = records(case, ArchiveItemFacts, as_of="2028-03-02T10:00:00+08:00")[0]
        assert facts.wd_used is None
        assert facts.unknown == {"wd_used": "日历缺少2028年"}
        assert judge(case, "CT-20", as_of="2028-03-02T10:00:00+08:00") == [f"pending {CONTRACT}/crm"]

    def test_a_time_witnessed_by_the_service_counts_first(self):
        event = {
            "event_id": "E1",
            "at": "2024-04-25T10:00:00+08:00",
            "recorded_at": "2024-04-25T10:00:00+08:00",
            "kind": "contract.crm_uploaded",
            "subject": CONTRACT,
            "actor": "S01",
            "evidence": "witnessed",
        }
        assert judge(h01({"events": [event]}), "CT-20", known=Known()) == [f"fail {CONTRACT}/crm"]
