import shutil
from pathlib import Path

import pytest

from docgen.errors import DeclarationError, NotFoundError
from docgen.forms.catalogue import Catalogue
from tests.forms.desk import TEMPLATES, case_of, catalogue, filled


def copy(form_id: str, folder: Path) -> None:
    for suffix in (".toml", ".docx"):
        shutil.copy(TEMPLATES / f"{form_id}{suffix}", folder)


def test_forms_are_listed_by_stage():
    stages = [form.spec.stage for form in catalogue()]
    assert stages == sorted(stages)
    assert len(catalogue()) == len(list(TEMPLATES.glob("*.toml")))
    assert "contract" in catalogue()
    assert "house" not in catalogue()


def test_an_unknown_form_is_answered_with_those_there_are():
    with pytest.raises(NotFoundError) as caught:
        catalogue().get("contrakt")
    assert "contract" in caught.value.remedy


def test_a_company_folder_overrides_single_forms(tmp_path: Path):
    copy("contract", tmp_path)
    declared = (tmp_path / "contract.toml").read_text(encoding="utf-8").replace("销售合同", "买卖合同")
    (tmp_path / "contract.toml").write_text(declared, encoding="utf-8")
    forms = Catalogue.open(TEMPLATES, tmp_path)
    assert len(forms) == len(catalogue())
    assert forms.get("contract").spec.title == "买卖合同"
    assert forms.get("contract").folder == tmp_path
    assert forms.get("power_of_attorney").folder == TEMPLATES


def test_a_form_is_two_files_and_nothing_else(tmp_path: Path):
    copy("first_contact_record", tmp_path)
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / f"meeting_note{path.suffix}")
    forms = Catalogue.open(TEMPLATES, tmp_path)
    assert len(forms) == len(catalogue()) + 1
    assert "示例科技有限公司" in filled("meeting_note", case_of("H01"), forms=forms).text


@pytest.mark.parametrize("suffix", [".toml", ".docx"])
def test_half_a_form_is_an_error_that_names_the_other_half(tmp_path: Path, suffix: str):
    copy("contract", tmp_path)
    (tmp_path / f"contract{suffix}").unlink()
    with pytest.raises(DeclarationError) as caught:
        Catalogue.open(tmp_path)
    assert [detail.path for detail in caught.value.details] == [f"contract{suffix}"]


def test_the_faults_of_all_declarations_are_reported_together(tmp_path: Path):
    for form_id in ("contract", "power_of_attorney"):
        copy(form_id, tmp_path)
        (tmp_path / f"{form_id}.toml").write_text("stage = 0\n", encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        Catalogue.open(tmp_path)
    assert {detail.path.split(" › ")[0] for detail in caught.value.details} == {
        "contract.toml",
        "power_of_attorney.toml",
    }


def test_lock_files_of_word_are_no_forms(tmp_path: Path):
    copy("contract", tmp_path)
    (tmp_path / "~$ntract.docx").write_bytes(b"")
    assert len(Catalogue.open(tmp_path)) == 1


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path):
    with pytest.raises(NotFoundError):
        Catalogue.open(tmp_path / "nowhere")


def test_a_docx_that_is_none_is_refused_when_it_is_compiled(tmp_path: Path):
    copy("contract", tmp_path)
    (tmp_path / "contract.docx").write_bytes(b"not a zip")
    with pytest.raises(DeclarationError):
        _ = Catalogue.open(tmp_path).get("contract").template
