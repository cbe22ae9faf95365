"""`docgen precheck` as people and scripts use it."""

import json
from pathlib import Path

import pytest
from docx import Document

from docgen.precheck.source import read_contract
from docgen.precheck.versions import ChangeKind, compare_versions
from service.cli import main
from tests.precheck.evaluation import composed

_TEXT = next(composed("tuning", 1)).text.replace("（以下", "单价为____元。\n根据《合同法》订立。\n（以下") + "\n"


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "对方合同.txt"
    path.write_text(_TEXT, encoding="utf-8")
    return path


def test_json_is_as_pinned(contract: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["precheck", str(contract), "--format", "json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["file"] == contract.name
    assert len(told["sha256"]) == 64
    assert len(told["clauses"]) == 24
    assert {"id", "title", "status", "passages"} == set(told["clauses"][0])
    main(["precheck", str(contract), "--text"])
    text = capsys.readouterr().out
    passages = [finding["passage"] for finding in told["findings"] if finding["passage"]]
    assert passages
    assert all(text[one["start"] : one["end"]] == one["text"] for one in passages)
    assert {"CT-45", "CT-48"} <= {finding["id"] for finding in told["findings"]}


def test_an_unreadable_file_is_invalid_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "short.txt"
    path.write_text("太短", encoding="utf-8")
    assert main(["precheck", str(path)]) == 4
    assert "[not_readable]" in capsys.readouterr().err


def test_the_marked_copy_keeps_the_words_and_carries_the_findings(tmp_path: Path):
    document = Document()
    for line in _TEXT.split("\n"):
        document.add_paragraph(line)
    path = tmp_path / "c.docx"
    document.save(str(path))
    main(["precheck", str(path), "--marked", str(tmp_path / "m.docx"), "--report", str(tmp_path / "p.html")])
    marked = Document(str(tmp_path / "m.docx"))
    assert [one.text for one in marked.paragraphs] == [one.text for one in Document(str(path)).paragraphs]
    assert any("《合同法》已于2021-01-01废止" in comment.text for comment in marked.comments)
    page = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert 'href="#p-' in page


def test_a_decision_is_kept_with_name_and_time(contract: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    main(["precheck", str(contract), "--format", "json"])
    key = json.loads(capsys.readouterr().out)["findings"][0]["key"]
    there = ["--workspace", str(tmp_path / "w"), "precheck"]
    assert main([*there, "decide", str(contract), key, "--reject", "--by", "法务甲", "--reason", "已在附件约定"]) == 0
    assert main([*there, "decisions", str(contract)]) == 0
    assert "法务甲" in capsys.readouterr().out
    assert main([*there, "decide", str(contract), "00000000", "--confirm", "--by", "甲"]) == 4


def test_two_drafts_differ_by_article(contract: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    newer = tmp_path / "n.txt"
    newer.write_text(
        _TEXT.replace("单价为____元。", "单价为35元。").replace("根据《合同法》订立。\n", ""), encoding="utf-8"
    )
    assert main(["precheck", "diff", str(contract), str(newer)]) == 3
    out = capsys.readouterr().out
    assert "修改 1" in out
    assert "删除 1" in out
    assert main(["precheck", "diff", str(contract), str(contract)]) == 0


def test_a_moved_article_is_moved_and_not_rewritten():
    lines = [
        f"第{n}条　{word}约定的内容与其他各条都不相同，双方遵守{word}。"
        for n, word in zip("一二三四", ("包装", "运输", "保险", "标识"), strict=True)
    ]
    filling = "双方经过充分协商，愿意共同遵守下列各项约定，并对各自的陈述负责。" * 8
    old = read_contract("\n".join([filling, *lines]).encode())
    new = read_contract("\n".join([filling, lines[3], *lines[:3]]).encode())
    (change,) = compare_versions(old, new)
    assert change.kind is ChangeKind.MOVED


def test_a_batch_tells_of_every_file(contract: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"x")
    assert main(["precheck", str(contract), str(bad), "--workers", "1"]) == 4
    captured = capsys.readouterr()
    assert contract.name in captured.out
    assert "bad.txt" in captured.err
