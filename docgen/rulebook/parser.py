"""Text of a condition to its tree (the language is described in `expression`); bounded in length and depth."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from docgen.rulebook.expression import ALWAYS, And, Compare, Known, Literal, Member, Name, Node, Not, Operand, Or, Truth

MAX_LENGTH = 1_000
MAX_DEPTH = 20

_TOKEN = re.compile(
    r"""\s*(?:(?P<name>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)|(?P<int>-?\d{1,18})(?![\w.])|"(?P<text>[^"\\\n]*)"
    |(?P<op>==|!=|<=|>=|<|>)|(?P<mark>[(),]))""",
    re.VERBOSE,
)
_WORDS = frozenset({"and", "or", "not", "in", "known", "true", "false"})


class ExpressionError(ValueError):
    """A condition that is not of the language; `column` counts characters from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"第{column}个字符处：{message}")
        self.column = column


def parse(text: str) -> Node:
    """Parse a condition as it is written.

    Raises:
        ExpressionError: The text is no condition, or too long or too deeply nested.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"条件超过{MAX_LENGTH}个字符", MAX_LENGTH)
    parser = _Parser(list(_tokens(text)))
    if parser.kind == "name" and parser.text == "true" and len(parser.tokens) == 2:
        return ALWAYS
    node = parser.disjunction(0)
    if parser.kind != "end":
        raise parser.error("多余的内容")
    return node


_Token: TypeAlias = tuple[str, str, int]


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            raise ExpressionError(f"不认识的写法“{text[start : start + 12]}”", start + 1)
        kind = match.lastgroup
        yield kind, match.group(kind), match.start(kind) + 1
        at = match.end()
    yield "end", "", end + 1


@dataclass(slots=True)
class _Parser:
    tokens: list[_Token]
    at: int = 0

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def text(self) -> str:
        return self.tokens[self.at][1]

    def error(self, message: str) -> ExpressionError:
        return ExpressionError(message, self.tokens[self.at][2])

    def skip(self, text: str) -> bool:
        found = self.kind in {"name", "op", "mark"} and self.text == text
        self.at += found
        return found

    def expect(self, text: str) -> None:
        if not self.skip(text):
            raise self.error(f"应为“{text}”")

    def disjunction(self, depth: int) -> Node:
        items = [self.conjunction(depth)]
        while self.skip("or"):
            items.append(self.conjunction(depth))
        return items[0] if len(items) == 1 else Or(tuple(items))

    def conjunction(self, depth: int) -> Node:
        items = [self.negation(depth)]
        while self.skip("and"):
            items.append(self.negation(depth))
        return items[0] if len(items) == 1 else And(tuple(items))

    def negation(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self.error(f"嵌套超过{MAX_DEPTH}层")
        if self.skip("not"):
            return Not(self.negation(depth + 1))
        if self.skip("("):
            node = self.disjunction(depth + 1)
            self.expect(")")
            return node
        if self.skip("known"):
            self.expect("(")
            fact = self.operand()
            if not isinstance(fact, Name):
                raise self.error("known 中应为事实名")
            self.expect(")")
            return Known(fact)
        return self.comparison()

    def comparison(self) -> Node:
        left = self.operand()
        if self.kind == "op":
            operator = self.text
            self.at += 1
            return Compare(operator, left, self.operand())
        negated = self.skip("not")
        if negated:
            self.expect("in")
        elif not self.skip("in"):
            return Truth(left)
        return Member(left, self.choices(), negated)

    def choices(self) -> tuple[Literal, ...]:
        self.expect("(")
        found = [self.constant()]
        while self.skip(","):
            found.append(self.constant())
        self.expect(")")
        return tuple(found)

    def constant(self) -> Literal:
        choice = self.operand()
        if not isinstance(choice, Literal):
            raise self.error("in 的括号中只能是常量")
        return choice

    def operand(self) -> Operand:
        kind, text, _ = self.tokens[self.at]
        if kind not in {"name", "int", "text"} or (kind == "name" and text in _WORDS - {"true", "false"}):
            raise self.error("应为事实名、政策值或常量")
        self.at += 1
        if kind == "int":
            return Literal(int(text))
        if kind == "text":
            return Literal(text)
        return Literal(text == "true") if text in {"true", "false"} else Name(text)
