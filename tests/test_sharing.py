"""Classes that two modules have in common: tests/extension/sharing_first.zig and sharing_second.zig."""

from __future__ import annotations

import copy
import gc
import importlib.util
import pickle
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nano_ffi

pytest.importorskip("ziglang", reason="no Zig to compile tests/extension with: pip install 'nano-ffi[zig]'")


@pytest.fixture(scope="module")
def first(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("sharing_first")


@pytest.fixture(scope="module")
def second(first: ModuleType, zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("sharing_second")


def raises(function: Callable[[], Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as caught:
        function()
    return caught.type, str(caught.value)


def test_plain_data_has_one_class(first: ModuleType, second: ModuleType) -> None:
    assert second.geometry.Point is first.Point
    assert second.geometry.Shape is first.Shape
    assert second.geometry.Colour is first.Colour
    assert first.Point.__module__ == "sharing_first"
    assert type(second.make(1)) is type(first.make(1)) is first.Point
    assert first.make(3) == second.make(3) == first.Point(3)
    assert second.norm(first.Point(3, 4)) == 5.0
    assert second.norm({"x": 3, "y": 4}) == 5.0
    assert second.is_green(first.brightest()) is True
    assert first.Point.Corner.left is first.Point(-1).side()
    assert second.make(-1).side() is first.Point.Corner.left


def test_what_a_pointer_changes(first: ModuleType, second: ModuleType) -> None:
    point = first.make(3)
    assert second.shift(point) is point
    point.move(1)
    assert point.x == 5.0
    shape = first.Shape("a", corners=[first.Point(3, 4), second.make(1)])
    second.rename(shape, "b")
    assert (shape.name, second.reach(shape)) == ("b", 6.0)
    centre = second.centre(shape)
    assert type(centre) is first.Point
    centre.x = 9
    assert shape.centre.x == 9.0
    second.rename(shape, "c")
    assert centre is shape.centre
    assert centre.x == 9.0
    shape.notes["n"] = 5
    assert copy.deepcopy(shape) == shape
    assert pickle.loads(pickle.dumps(shape)) == shape


def test_parts_of_the_other_modules_objects(first: ModuleType, second: ModuleType) -> None:
    path = second.Path(points=[first.make(1), second.make(2)], named={"n": first.make(3)})
    assert [type(part) for part in (path.points[0], path.first, path.named["n"])] == [first.Point] * 3
    item = path.points[1]
    item.move(5)
    path.first.move(1)
    path.named["n"].y = 1
    assert path.points.pop(0) == first.make(1)
    assert item.x == 7.0
    assert path.points[0] == item
    path.points.append(first.make(8))
    path.points.remove(first.Point(7))
    assert item.norm() == 7.0
    assert repr(path) == (
        "Path(points=[Point(x=8.0, y=0.0)], first=Point(x=8.0, y=0.0), named={'n': Point(x=3.0, y=1.0)})"
    )
    del path
    gc.collect()
    item.move(1)
    assert item == second.make(8)


def test_subclasses(first: ModuleType, second: ModuleType) -> None:
    class Own(first.Point):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__(3, 4)

    assert second.norm(Own()) == 5.0
    assert type(second.shift(own := Own())) is Own
    assert own.x == 4.0


def test_what_each_module_has_for_itself(first: ModuleType, second: ModuleType) -> None:
    assert second.geometry.Empty is not first.Empty  # it has no value
    assert second.stateful.Counted is not first.stateful.Counted
    assert second.numbered(second.stateful.Counted()) == 1
    assert raises(lambda: second.numbered(first.stateful.Counted())) == (
        TypeError,
        "numbered(): parameter 'counted' must be a stateful.Counted or a dict (stateful.Counted), not the Counted "
        "of module sharing_first: modules share only plain data, of files without variables",
    )
    assert second.Owning is not first.Owning
    assert second.size(second.Owning(5)) == 5
    assert raises(lambda: second.size(first.Owning(5))) == (
        TypeError,
        "size(): parameter 'owning' must be an Owning (*const Owning), not the Owning of module sharing_first: "
        "modules share only plain data, of files without variables",
    )
    assert raises(lambda: second.norm(5)) == (
        TypeError,
        "norm(): parameter 'point' must be a geometry.Point or a dict (geometry.Point), not int",
    )


def test_the_first_module_may_go(first: ModuleType, second: ModuleType) -> None:
    def again(module: ModuleType) -> ModuleType:
        spec = importlib.util.spec_from_file_location(module.__name__, str(module.__file__))
        assert spec is not None
        assert spec.loader is not None
        new = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(new)
        return new

    # Those of before are still there, and theirs are the classes.
    module = again(second)
    assert module is not second
    assert module.geometry.Point is first.Point
    assert module.Path().first == first.Point(7)
    gone = weakref.ref(module)
    point = module.make(3)
    del module
    gc.collect()
    assert point.norm() == 3.0
    if sys.version_info >= (3, 11):  # before, a module in a cycle with a class stays for one collection more
        gc.collect()
    assert gone() is None


def test_other_text_is_another_class(tmp_path: Path) -> None:
    texts = ["pub const Point = struct { x: f64 };", "pub const Point = struct { x: f64 }; // other"]
    folders = [tmp_path / name for name in "abc"]
    modules = []
    for folder, text in zip(folders, [texts[0], texts[0], texts[1]], strict=True):
        folder.mkdir()
        (folder / "points.zig").write_text(text)
        (folder / f"of_{folder.name}.zig").write_text('pub const Point = @import("points.zig").Point;')
        modules.append(nano_ffi.load(folder / f"of_{folder.name}.zig"))
    assert modules[0].Point is modules[1].Point
    assert modules[2].Point is not modules[0].Point


LAYOUTS = """\
const std = @import("std");
const other = std.options.log_level == .debug;
const Number = if (other) i64 else f64;
pub const Field = struct { x: Number };
pub const Place = extern struct { x: u8, y: u8 align(if (other) 2 else 1), z: u32 };
pub const List = struct { x: []const Number };
pub const Tag = enum(u8) { x = @intFromBool(other), y = 7 };
"""


def test_other_layout_is_another_class(tmp_path: Path) -> None:
    """The text of the types is the same, and what it means is said by the module."""
    modules = []
    for name, level in [("first", "info"), ("same", "info"), ("other", "debug")]:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "layouts.zig").write_text(LAYOUTS)
        (folder / f"layouts_{name}.zig").write_text(
            'const std = @import("std");\n'
            f"pub const std_options: std.Options = .{{ .log_level = .{level} }};\n"
            'pub const layouts = @import("layouts.zig");\n'
        )
        modules.append(nano_ffi.load(folder / f"layouts_{name}.zig").layouts)
    first, same, other = modules
    for name in ("Field", "Place", "List", "Tag"):
        assert getattr(same, name) is getattr(first, name)
        assert getattr(other, name) is not getattr(first, name), name


def test_threads(first: ModuleType, second: ModuleType) -> None:
    path = second.Path(points=[first.make(number) for number in range(50)])
    barrier = threading.Barrier(8)
    failed = []

    def work() -> None:
        barrier.wait()
        try:
            for _ in range(300):
                items = [path.points[number] for number in range(40)]
                items[7].norm()
                path.points.append(second.make(1))
                path.points.pop()
        except RuntimeError:
            pass  # another thread's call is in the way
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(path.points) >= 50


def test_a_module_of_plain_data_made_the_class_of_an_address(zig_module: Callable[[str], ModuleType]) -> None:
    flat = zig_module("sharing_flat")
    views = zig_module("sharing_views")
    assert views.Spot is flat.Spot
    field = views.Field()
    field.add(1)
    view = field.view()
    outer = view.again()
    spot = field.make()
    assert spot.twice() == 10
    before = views.endings()
    field.destroy()
    del view  # which the other one points to, and so it stays
    del outer, field
    with pytest.warns(ResourceWarning, match="the deinit of a View is not called"):
        del spot
    assert views.endings() == before
