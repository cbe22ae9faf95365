from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from docgen.errors import DeclarationError
from docgen.forms.catalogue import Catalogue
from docgen.forms.fill import text_of
from docgen.forms.lint import lint
from docgen.forms.ooxml import W, part, style_names, tag
from docgen.forms.restyle import restyled
from docgen.forms.scaffold import Sketch, new_form
from tests.forms.desk import TEMPLATES, case_of, filled

HOUSE = (TEMPLATES / "house.docx").read_bytes()
ORDERS = Sketch(
    title="订单摘要",
    one_per="orders[]",
    fields=("customer.name", "order.order_no", "order.amount"),
    rows=("order.lines",),
)


def written(folder: Path, form_id: str, sketch: Sketch) -> Path:
    form = new_form(form_id, sketch, HOUSE)
    (folder / f"{form_id}.toml").write_text(form.toml, encoding="utf-8")
    (folder / f"{form_id}.docx").write_bytes(form.docx)
    (folder / "house.docx").write_bytes(HOUSE)
    return folder


@pytest.mark.parametrize(
    "sketch",
    [
        ORDERS,
        Sketch(title='引号"与\\', one_per="case"),
        Sketch(title="服务单", one_per="after_sales.tickets[]"),
        Sketch(title="提纲", one_per="sessions[]", rows=("session.spin", "session.outline.questions")),
    ],
    ids=lambda sketch: sketch.one_per,
)
def test_a_new_form_lints_clean_from_the_first_moment(tmp_path: Path, sketch: Sketch):
    folder = written(tmp_path, "order_summary", sketch)
    assert lint(folder) == ()


def test_a_new_form_can_be_issued_at_once(tmp_path: Path):
    forms = Catalogue.open(TEMPLATES, written(tmp_path, "order_summary", ORDERS))
    text = filled("order_summary", case_of("H01"), "PO20240418001", forms=forms).text
    for shown in (
        "订单摘要",
        "客户名称",
        "示例科技有限公司",
        "PO20240418001",
        "¥556,000.00",
        "产线数据采集网关",
        "经办人",
    ):
        assert shown in text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fields": ("order.ordre_no",)}, "unknown_path"),
        ({"fields": ("ordre.order_no",)}, "unknown_path"),
        ({"fields": ("order.dispatch",)}, "not_printable"),
        ({"rows": ("order.order_no",)}, "not_a_list"),
        ({"one_per": "ordres[]"}, "bad_form"),
    ],
)
def test_a_sketch_of_what_does_not_exist_is_refused(changes: dict[str, object], code: str):
    with pytest.raises(DeclarationError) as caught:
        new_form("order_summary", Sketch(**{"title": "订单摘要", "one_per": "orders[]", **changes}), HOUSE)
    assert caught.value.code == code


def test_a_table_shows_only_the_columns_asked_for_in_their_order(tmp_path: Path):
    sketch = Sketch(title="送货单", one_per="orders[]", rows=("order.lines:quantity,name",))
    forms = Catalogue.open(TEMPLATES, written(tmp_path, "delivery_note", sketch))
    text = filled("delivery_note", case_of("H01"), "PO20240418001", forms=forms).text
    assert "序号\n数量\n产品/服务\n" in text
    assert "单价" not in text


def test_the_name_of_a_person_is_labelled_with_what_the_person_is(tmp_path: Path):
    sketch = Sketch(title="送货单", one_per="orders[]", fields=("order.owner.name",))
    forms = Catalogue.open(TEMPLATES, written(tmp_path, "delivery_note", sketch))
    text = filled("delivery_note", case_of("H01"), "PO20240418001", forms=forms).text
    assert "负责人\n*经理\n" in text


@pytest.mark.parametrize(
    ("changes", "near"),
    [
        ({"fields": ("order.ordre_no",)}, "是否指 order_no（订单号）"),
        ({"rows": ("order.lines:nmae",)}, "是否指 name（产品/服务）"),
        ({"fields": ("order.zzzzzz",)}, ""),
    ],
)
def test_a_misspelt_field_is_answered_with_the_nearest(changes: dict[str, object], near: str):
    with pytest.raises(DeclarationError) as caught:
        new_form("order_summary", Sketch(**{"title": "订单摘要", "one_per": "orders[]", **changes}), HOUSE)
    assert (caught.value.code, caught.value.remedy) == ("unknown_path", near)


def test_a_new_form_is_deterministic():
    assert new_form("order_summary", ORDERS, HOUSE) == new_form("order_summary", ORDERS, HOUSE)


def test_restyling_changes_the_look_and_not_a_word():
    form = (TEMPLATES / "needs_confirmation_list.docx").read_bytes()
    house = Path(TEMPLATES / "house.docx").read_bytes()
    again = restyled(form, house)
    assert text_of(again) == text_of(form)
    assert restyled(again, house) == again
    assert style_names(again) == style_names(house)
    assert next(part(again, "word/document.xml").iter(tag("pgSz"))).get(tag("orient")) == "landscape"


def test_restyled_forms_lint_clean(tmp_path: Path):
    for path in TEMPLATES.iterdir():
        restyle = path.suffix == ".docx" and path.stem != "house"
        data = path.read_bytes()
        (tmp_path / path.name).write_bytes(restyled(data, HOUSE) if restyle else data)
    assert lint(tmp_path) == ()


def test_a_style_that_the_house_lacks_is_named():
    poor = replaced(HOUSE, "word/styles.xml", "条标题", "章标题")
    with pytest.raises(DeclarationError) as caught:
        restyled((TEMPLATES / "contract.docx").read_bytes(), poor)
    assert caught.value.code == "no_such_style"
    assert [detail.label for detail in caught.value.details] == ["条标题"]


def test_a_house_with_other_style_identifiers_fits_too():
    other = replaced(HOUSE, "word/styles.xml", "HouseTitle", "T1")
    again = restyled((TEMPLATES / "contract.docx").read_bytes(), other)
    styles = {style.get(f"{W}val") for style in part(again, "word/document.xml").iter(tag("pStyle"))}
    assert "T1" in styles
    assert "HouseTitle" not in styles


def replaced(docx: bytes, name: str, old: str, new: str) -> bytes:
    out = BytesIO()
    with ZipFile(BytesIO(docx)) as source, ZipFile(out, "w") as target:
        for entry in source.namelist():
            data = source.read(entry)
            target.writestr(entry, data.replace(old.encode(), new.encode()) if entry == name else data)
    return out.getvalue()


def test_what_belongs_to_the_case_itself_is_labelled_in_chinese(tmp_path: Path):
    sketch = Sketch(title="礼品登记表", one_per="case", fields=("case_no",), rows=("contacts:name,title",))
    forms = Catalogue.open(TEMPLATES, written(tmp_path, "gift_register", sketch))
    text = filled("gift_register", case_of("H01"), forms=forms).text
    assert "案卷号" in text
    assert "case_no" not in text
    assert "contacts" not in text
