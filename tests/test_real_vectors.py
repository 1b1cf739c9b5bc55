"""Vectors in structs: Python sees the arrays that they are in memory."""

from __future__ import annotations

import copy
import pickle
from array import array
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import nano_ffi
from nano_ffi.explaining import described
from nano_ffi.pyi import stub

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def vectors(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("real_vectors")


def test_a_field_is_a_list(vectors: ModuleType) -> None:
    body = vectors.Body((1, 2, 3), mass=2)
    assert repr(body) == "Body(pos=[1.0, 2.0, 3.0], mass=2.0)"
    body.move((1, 1, 1))
    body.pos[1] = 7
    assert (list(body.pos), body.mass) == ([2.0, 7.0, 4.0], 2.0)
    body.pos = array("f", [0, 3, 4])
    assert body.length() == 5.0
    assert vectors.Body() == vectors.Body([0, 0, 0], 1) != body
    assert pickle.loads(pickle.dumps(body)) == copy.copy(body) == copy.deepcopy(body) == body
    assert memoryview(body.pos).tolist() == [0.0, 3.0, 4.0]
    with pytest.raises(ValueError, match=r"Body\.pos must have 3 items"):
        body.pos = [1, 2]
    wrong: Any = "x"
    with pytest.raises(TypeError):
        vectors.Body().pos[0] = wrong
    assert vectors.heaviest([body, {"pos": (1, 1, 1), "mass": 9}]) == vectors.Body((1, 1, 1), 9)
    assert vectors.line(3)[2].pos == [2.0, 1.0, 2.0]


def test_beside_text_and_in_other_structs(vectors: ModuleType) -> None:
    named = vectors.Named("a" * 100)
    assert (named.cell, named.byte, named.sum()) == ([1, 2], 7, 15.0)
    assert named.rows == [[0.5] * 4] * 2
    named.rows[1] = (1, 2, 3, 4)
    named.cell[0] = -3
    named.body.pos[2] = 2
    assert (named.byte, named.body.mass, named.sum()) == (7, 1.0, 21.0)
    twin = copy.deepcopy(named)
    assert twin == named
    twin.cell[1] += 1
    assert twin != named
    assert vectors.Named(body={"pos": (3, 0, 4)}).body.length() == 5.0
    point = vectors.Point((1, 2))
    assert {point: 1}[vectors.Point([1, 2])] == 1
    assert point < vectors.Point((1, 3))


def test_of_what_has_a_deinit(vectors: ModuleType, growth: Callable[[Callable[[], Any]], float]) -> None:
    world = vectors.World()
    first = world.add({"pos": (1, 2, 3)})
    world.gravity[0] = 1
    world.step(2)
    assert (first.pos, world.bodies[0].pos) == ([3.0, -18.0, 3.0], [3.0, -18.0, 3.0])
    position = world.bodies[0].pos
    for _ in range(100):
        world.add(vectors.Body())
    position[0] = 9
    assert world.bodies[0].pos[0] == 9.0
    named = vectors.Named("a" * 300)

    def change() -> None:
        named.rows[0] = [1, 2, 3, 4]
        named.cell = (1, 2)
        copy.deepcopy(named)
        vectors.line(50)
        vectors.World().add(vectors.Body())

    assert growth(change) < 1


def test_others_have_their_defaults(vectors: ModuleType) -> None:
    left = {each.name for each in described(vectors).left_out}
    assert {f"Odd.{name}" for name in ("maybe", "bits", "threes", "several", "either")} == left
    assert vectors.oddity().n == 4


def test_they_are_described(vectors: ModuleType) -> None:
    text = stub(described(vectors))
    assert "def heaviest(bodies: Iterable[" in text
    assert vectors.Body.__annotations__["mass"] is float


def test_optimised_code_has_them_at_the_same_places(vectors: ModuleType) -> None:
    fast = nano_ffi.loads(
        """
        pub const Body = struct { a: u8 = 1, pos: @Vector(3, f32) = .{ 1, 2, 3 }, b: u8 = 2,
            cells: @Vector(5, i16) = @splat(4), c: u8 = 3 };
        pub fn turned(body: Body) Body {
            var other = body;
            other.pos *= @splat(2);
            other.cells += @splat(1);
            return other;
        }
        """,
        mode="ReleaseSafe",
    )
    body = fast.turned(fast.Body(pos=(4, 5, 6)))
    assert repr(body) == "Body(a=1, pos=[8.0, 10.0, 12.0], b=2, cells=[5, 5, 5, 5, 5], c=3)"
    body.cells[4] = -1
    assert fast.turned(body).cells == [6, 6, 6, 6, 0]
