"""Unions that have others of their kind behind pointers."""

from __future__ import annotations

import ast
import copy
import gc
import pickle
from collections.abc import Callable
from types import ModuleType

import pytest

from nano_ffi.explaining import described
from nano_ffi.pyi import stub

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def trees(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("real_trees")


def test_a_pointer_is_the_union_that_it_is_to(trees: ModuleType) -> None:
    expr = trees.Expr.add(trees.Expr.num(1), trees.Expr.neg(trees.Expr.num(3)))
    assert (expr.eval(), str(expr)) == (-2.0, "(1 + -3)")
    assert expr.doubled() == trees.Expr.add(left=trees.Expr.num(2.0), right=trees.Expr.neg(trees.Expr.num(6.0)))
    assert trees.Expr.eval({"neg": {"num": 2}}) == -2.0
    assert trees.ones(2).left == trees.Expr.add(trees.Expr.num(1.0), trees.Expr.num(1.0))
    assert trees.maybe(None) is None
    assert trees.maybe(expr) == expr
    assert trees.total([expr, {"num": 5}]) == 3.0
    assert trees.each(trees.Expr.neg, expr) == 2.0
    with pytest.raises(RuntimeError, match=r"^NoNumber$"):
        trees.Expr.name("x").doubled()
    with pytest.raises(TypeError, match=r"^eval\(\): parameter 'self\.neg' must be an object of it, .* not int$"):
        trees.Expr.neg(3).eval()


def test_a_tag_has_the_name_of_another_ones_attribute(trees: ModuleType) -> None:
    call = trees.Expr.call("f", [trees.Expr.num(1), trees.Expr.name("y")])
    assert (call.name, call.eval(), str(call)) == ("f", 1.0, "f(1;y;)")
    with pytest.raises(TypeError, match="missing 2 required positional arguments: 'name' and 'args'"):
        trees.Expr.call()


def test_lists_of_dicts(trees: ModuleType) -> None:
    assert trees.upTo(2) == {"cons": {"head": 2, "tail": {"cons": {"head": 1, "tail": "nil"}}}}
    assert trees.count(trees.upTo(10)) == 55
    assert trees.count("nil") == 0


def test_a_pointer_alone(trees: ModuleType) -> None:
    assert trees.nested(3) == {"in": {"beside": ({"in": {"egg": 3}}, None)}}
    for nest in (trees.nested(0), trees.nested(4)):
        assert trees.same_nest(nest) == nest


def test_a_table_of_itself(trees: ModuleType) -> None:
    table = {"table": {"a": {"number": 1}, "b": {"table": {}}}}
    assert trees.find(table) == table
    assert trees.indexed(trees.Index(3)) == 3
    assert not hasattr(trees.Index(3), "of")


def test_there_is_an_end(trees: ModuleType) -> None:
    expr = trees.Expr.num(1)
    for _ in range(255):
        expr = trees.Expr.neg(expr)
    assert expr.eval() == -1.0
    with pytest.raises(RecursionError, match="has more than 257 values inside of one another"):
        trees.Expr.neg(trees.Expr.neg(expr)).eval()
    with pytest.raises(RecursionError, match=r"^values of Expr are inside of one another, 256 deep$"):
        trees.endless()
    with pytest.raises(RecursionError):
        trees.ones(300)
    assert trees.ones(100).eval() == 101.0


def test_they_are_fields(trees: ModuleType) -> None:
    expr = trees.Expr.neg(trees.Expr.num(1))
    rule = trees.Rule("a", expr)
    assert (rule.value(), rule.expr, rule.then) == (-1.0, trees.Expr.neg(trees.Expr.num(1.0)), None)
    rule.then = trees.Expr.num(5)
    assert rule.value() == 4.0
    for again in (copy.deepcopy(rule), pickle.loads(pickle.dumps(rule))):
        assert again == rule
        assert again.value() == 4.0
    rule.set(trees.Expr.neg(trees.Expr.neg(trees.Expr.num(7))))
    # The pointer may be to what is within an argument.
    machine = trees.Machine(trees.Expr.neg(trees.Expr.add(trees.Expr.num(1), trees.Expr.num(2))))
    gc.collect()
    for _ in range(100):
        trees.Expr.call("x" * 100, [trees.Expr.num(9)] * 50).eval()
    assert (rule.value(), str(rule.then), machine.run()) == (6.0, "--7", 3.0)


def test_what_would_change_is_left_out(trees: ModuleType) -> None:
    left = {each.name: each.reason for each in described(trees).left_out}
    assert left["negate"].endswith("its values do not change in Python: return a new one")
    assert not hasattr(trees, "negate")


def test_tags_have_the_names_of_types(trees: ModuleType) -> None:
    json = {"list": ["null", {"bool": True}, {"dict": [trees.Member("a", {"float": 1.5})]}, {"str": "x"}]}
    assert trees.size(json) == 6
    assert trees.same(json) == json


def test_they_keep_no_memory(trees: ModuleType, growth: Callable[[Callable[[], object]], float]) -> None:
    expr = trees.Expr.add(trees.Expr.num(1), trees.Expr.neg(trees.Expr.num(3)))
    rule = trees.Rule("a", expr)
    assert growth(lambda: trees.ones(50)) < 8
    assert growth(lambda: trees.upTo(80)) < 8
    assert growth(lambda: expr.doubled()) < 8
    assert growth(lambda: setattr(rule, "expr", expr)) < 8
    assert growth(lambda: rule.set(expr)) < 8
    assert growth(lambda: trees.Machine(expr)) < 8


def test_the_stub_says_the_union(trees: ModuleType) -> None:
    text = stub(described(trees))
    ast.parse(text)
    assert "def ones(depth: SupportsIndex) -> Expr:" in text
    assert "def total(all: Iterable[Expr | _ExprLike]) -> float: ..." in text
    assert "    bool: builtins.bool\n" in text
    assert "    int: ReadOnly[SupportsIndex]\n" in text
    assert "def upTo(last: SupportsIndex) -> _Cell: ..." in text
