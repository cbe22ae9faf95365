"""The pre-check as a page: marked passages, decisions kept with name and time, nothing forged, no file kept."""

import io
import re

import pytest

from service.access import Role
from tests.service.web.conftest import Person

CONTRACT = """设备采购合同
甲方：远山机械有限公司
乙方：近水电气有限公司
第一条 标的 控制柜十台，型号YS-10，单价人民币1000元，质量符合国家标准及双方确认的技术协议。
第二条 价款 合同总价人民币10000元（大写：人民币玖仟元整），含百分之十三的增值税。
第三条 付款 甲方在合同生效后十日内支付合同总价的百分之三十，验收合格后三十日内付清余款。
第四条 交付 乙方应尽快发货。<script>alert(1)</script>交付地点为甲方厂区，运费由乙方承担。
第五条 验收 甲方收到货物之日起七日内按技术协议验收，逾期未提出书面异议的，由双方另行确认。
第六条 违约责任 乙方逾期交货的，每逾期一日按逾期部分价款的万分之五支付违约金；质量不符的，负责修理、更换。
第七条 保密 双方对在履行中知悉的对方商业秘密保密，期限为合同终止后三年。
第八条 争议解决 因本合同发生的争议，双方协商解决；协商不成的，向甲方所在地人民法院起诉。
本合同自双方签字并盖章之日起生效，一式四份。
"""


def posted(person: Person, text: str = CONTRACT, **more: str):
    data = {"file": (io.BytesIO(text.encode()), "合同.txt"), **more}
    return person.post("/precheck", data=data, content_type="multipart/form-data")


@pytest.fixture(scope="module")
def page(people: dict[Role, Person]) -> str:
    answer = posted(people[Role.LEGAL])
    assert answer.status_code == 200, answer.text
    return answer.text


def sealed(page: str, rule: str) -> str:
    article = next(part for part in page.split("<article")[1:] if f">{rule} " in part)
    return re.search(r'name="finding" value="([^"]+)"', article)[1]


def test_passages_are_marked_and_the_text_is_escaped(page: str):
    assert "<script>alert" not in page
    assert "玖仟元整" in re.search(r'<mark class="\w+">([^<]*玖[^<]*)</mark>', page)[1]


def test_a_decision_is_kept_with_its_maker_and_shown_with_the_same_file(people: dict[Role, Person], page: str):
    legal = people[Role.LEGAL]
    data = {"finding": sealed(page, "CT-44"), "decision": "confirm", "reason": "以小写为准"}
    answer = legal.post("/precheck/decide", data=data)
    assert answer.status_code == 200
    assert "已确认" in answer.text
    assert "以小写为准" in posted(legal).text
    assert "以小写为准" not in posted(legal, CONTRACT + "另附。").text


def test_a_finding_is_dismissed_with_a_reason_only(people: dict[Role, Person], page: str):
    data = {"finding": sealed(page, "CT-44"), "decision": "reject", "reason": " "}
    answer = people[Role.LEGAL].post("/precheck/decide", data=data)
    assert answer.status_code == 422
    assert "须写明理由" in answer.text


def test_a_finding_that_the_page_did_not_show_is_refused(people: dict[Role, Person], page: str):
    seal = sealed(page, "CT-44")
    for forged in ("", "x", seal[:-2] + "AA", seal.split(".")[0]):
        answer = people[Role.LEGAL].post("/precheck/decide", data={"finding": forged, "decision": "confirm"})
        assert answer.status_code == 422


def test_what_is_no_contract_or_no_case_is_said(people: dict[Role, Person]):
    legal = people[Role.LEGAL]
    assert posted(legal, "").status_code == 422
    assert posted(legal, case_no="XS1999-0001").status_code == 404
    assert legal.post("/precheck", data={}).status_code == 422


def test_a_script_of_the_page_gets_the_decision_alone(people: dict[Role, Person], page: str):
    data = {"finding": sealed(page, "CT-44"), "decision": "confirm"}
    answer = people[Role.LEGAL].post("/precheck/decide", data=data, headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert "已确认" in answer.text
