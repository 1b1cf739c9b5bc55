# Made by nano_ffi out of sexp.zig. Do not edit.
# fmt: off
"""S-expressions: tokens, a tree, text from it, and KiCad's files as typed objects."""

import builtins
from abc import ABCMeta
from collections.abc import Callable, Iterable, MutableSequence
from enum import IntEnum, StrEnum
from typing import (
    Any,
    Literal,
    SupportsFloat,
    SupportsIndex,
    TypeAlias,
    TypeVar,
    final,
    type_check_only,
)

from typing_extensions import Buffer, Never, Self, disjoint_base

_Item = TypeVar("_Item")

_Other = TypeVar("_Other")

@type_check_only
class _List(MutableSequence[_Item], metaclass=ABCMeta):
    def __add__(
        self,
        other: list[_Other] | _List[_Other],
        /,
    ) -> list[_Item | _Other]: ...
    def __radd__(self, other: list[_Other], /) -> list[_Item | _Other]: ...
    def __mul__(self, count: SupportsIndex, /) -> list[_Item]: ...
    def __rmul__(self, count: SupportsIndex, /) -> list[_Item]: ...
    def __imul__(self, count: SupportsIndex, /) -> Self: ...
    def sort(
        self,
        *,
        key: Callable[[_Item], Any] | None = None,
        reverse: bool = False,
    ) -> None: ...
    def copy(self) -> list[_Item]: ...
    def tolist(self) -> list[_Item]: ...

_LineStyleName: TypeAlias = Literal[
    "default",
    "solid",
    "dash",
    "dot",
    "dash_dot",
    "dash_dot_dot",
]

_FillTypeName: TypeAlias = Literal["none", "outline", "background", "color"]

_JustifyName: TypeAlias = Literal["left", "right", "top", "bottom", "mirror"]

_PinTypeName: TypeAlias = Literal[
    "input",
    "output",
    "bidirectional",
    "tri_state",
    "passive",
    "free",
    "unspecified",
    "power_in",
    "power_out",
    "open_collector",
    "open_emitter",
    "no_connect",
]

_PinShapeName: TypeAlias = Literal[
    "line",
    "inverted",
    "clock",
    "inverted_clock",
    "input_low",
    "clock_low",
    "output_low",
    "edge_clock_high",
    "non_logic",
]

_AttributeName: TypeAlias = Literal[
    "smd",
    "through_hole",
    "board_only",
    "exclude_from_pos_files",
    "exclude_from_bom",
    "allow_missing_courtyard",
    "dnp",
]

_TextTypeName: TypeAlias = Literal["reference", "value", "user"]

_PadTypeName: TypeAlias = Literal[
    "thru_hole",
    "smd",
    "connect",
    "np_thru_hole",
]

_PadShapeName: TypeAlias = Literal[
    "circle",
    "rect",
    "oval",
    "trapezoid",
    "roundrect",
    "custom",
]

_LayerTypeName: TypeAlias = Literal[
    "signal",
    "power",
    "mixed",
    "jumper",
    "user",
]

_SideName: TypeAlias = Literal["front", "back"]

_HatchStyleName: TypeAlias = Literal["none", "edge", "full"]

_TokenKindName: TypeAlias = Literal[
    "open",
    "close",
    "symbol",
    "number",
    "string",
]

class TokenKind(IntEnum):
    open = 0
    close = 1
    symbol = 2
    number = 3
    string = 4

class NodeKind(IntEnum):
    list = 0
    symbol = 1
    number = 2
    string = 3

class SyntaxError(RuntimeError):
    """What is no S-expression."""

    NotOneExpression: type[SyntaxError]
    UnbalancedParenthesis: type[SyntaxError]
    UnexpectedEnd: type[SyntaxError]
    UnterminatedString: type[SyntaxError]

class FormatError(RuntimeError):
    """What is none of the file that was asked for."""

    MissingField: type[FormatError]
    MissingValue: type[FormatError]
    SecondField: type[FormatError]
    TooManyValues: type[FormatError]
    UnknownField: type[FormatError]
    WrongTag: type[FormatError]
    WrongValue: type[FormatError]

@final
class kicad:
    """KiCad's files as structs: symbol libraries, footprints, boards (of KiCad 8 and later). What no
    struct has a field for is kept as text in `extra`."""

    class LineStyle(StrEnum):
        default = "default"
        solid = "solid"
        dash = "dash"
        dot = "dot"
        dash_dot = "dash_dot"
        dash_dot_dot = "dash_dot_dot"

    class FillType(StrEnum):
        none = "none"
        outline = "outline"
        background = "background"
        color = "color"

    class Justify(StrEnum):
        left = "left"
        right = "right"
        top = "top"
        bottom = "bottom"
        mirror = "mirror"

    class PinType(StrEnum):
        input = "input"
        output = "output"
        bidirectional = "bidirectional"
        tri_state = "tri_state"
        passive = "passive"
        free = "free"
        unspecified = "unspecified"
        power_in = "power_in"
        power_out = "power_out"
        open_collector = "open_collector"
        open_emitter = "open_emitter"
        no_connect = "no_connect"

    class PinShape(StrEnum):
        line = "line"
        inverted = "inverted"
        clock = "clock"
        inverted_clock = "inverted_clock"
        input_low = "input_low"
        clock_low = "clock_low"
        output_low = "output_low"
        edge_clock_high = "edge_clock_high"
        non_logic = "non_logic"

    class Attribute(StrEnum):
        smd = "smd"
        through_hole = "through_hole"
        board_only = "board_only"
        exclude_from_pos_files = "exclude_from_pos_files"
        exclude_from_bom = "exclude_from_bom"
        allow_missing_courtyard = "allow_missing_courtyard"
        dnp = "dnp"

    class TextType(StrEnum):
        reference = "reference"
        value = "value"
        user = "user"

    class PadType(StrEnum):
        thru_hole = "thru_hole"
        smd = "smd"
        connect = "connect"
        np_thru_hole = "np_thru_hole"

    class PadShape(StrEnum):
        circle = "circle"
        rect = "rect"
        oval = "oval"
        trapezoid = "trapezoid"
        roundrect = "roundrect"
        custom = "custom"

    class LayerType(StrEnum):
        signal = "signal"
        power = "power"
        mixed = "mixed"
        jumper = "jumper"
        user = "user"

    class Side(StrEnum):
        front = "front"
        back = "back"

    class HatchStyle(StrEnum):
        none = "none"
        edge = "edge"
        full = "full"

    @disjoint_base
    class At:
        """Where something is, in mm, and its angle in degrees."""

        __match_args__ = ("x", "y", "angle")
        x: float
        y: float
        angle: float | None

        def __init__(
            self,
            x: SupportsFloat | SupportsIndex,
            y: SupportsFloat | SupportsIndex,
            angle: SupportsFloat | SupportsIndex | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            x: SupportsFloat | SupportsIndex = ...,
            y: SupportsFloat | SupportsIndex = ...,
            angle: SupportsFloat | SupportsIndex | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Point:
        """A place, in mm."""

        __match_args__ = ("x", "y")
        x: float
        y: float

        def __init__(
            self,
            x: SupportsFloat | SupportsIndex,
            y: SupportsFloat | SupportsIndex,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            x: SupportsFloat | SupportsIndex = ...,
            y: SupportsFloat | SupportsIndex = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Extent:
        """Width and height, in mm."""

        __match_args__ = ("width", "height")
        width: float
        height: float

        def __init__(
            self,
            width: SupportsFloat | SupportsIndex,
            height: SupportsFloat | SupportsIndex,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            width: SupportsFloat | SupportsIndex = ...,
            height: SupportsFloat | SupportsIndex = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Position:
        __match_args__ = ("x", "y", "z")
        x: float
        y: float
        z: float

        def __init__(
            self,
            x: SupportsFloat | SupportsIndex,
            y: SupportsFloat | SupportsIndex,
            z: SupportsFloat | SupportsIndex,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            x: SupportsFloat | SupportsIndex = ...,
            y: SupportsFloat | SupportsIndex = ...,
            z: SupportsFloat | SupportsIndex = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Points:
        __match_args__ = ("points",)

        @property
        def points(self) -> _List[kicad.Point]: ...
        @points.setter
        def points(self, value: Iterable[kicad.Point]) -> None: ...
        def __init__(self, points: Iterable[kicad.Point] = ...) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            points: Iterable[kicad.Point] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Stroke:
        """`width` in mm; 0 is the default."""

        __match_args__ = ("width", "type")
        width: float
        type: kicad.LineStyle

        def __init__(
            self,
            width: SupportsFloat | SupportsIndex,
            type: kicad.LineStyle | _LineStyleName = ...,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            width: SupportsFloat | SupportsIndex = ...,
            type: kicad.LineStyle | _LineStyleName = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Fill:
        __match_args__ = ("type",)
        type: kicad.FillType

        def __init__(
            self,
            type: kicad.FillType | _FillTypeName = ...,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            type: kicad.FillType | _FillTypeName = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Font:
        __match_args__ = ("face", "size", "thickness", "bold", "italic")
        face: str | None
        size: kicad.Extent
        thickness: float | None
        bold: bool | None
        italic: bool | None

        def __init__(
            self,
            face: str | Buffer | None = None,
            *,
            size: kicad.Extent,
            thickness: SupportsFloat | SupportsIndex | None = None,
            bold: bool | None = None,
            italic: bool | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            face: str | Buffer | None = ...,
            size: kicad.Extent = ...,
            thickness: SupportsFloat | SupportsIndex | None = ...,
            bold: bool | None = ...,
            italic: bool | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Effects:
        __match_args__ = ("font", "justify", "hide")
        font: kicad.Font
        hide: bool | None

        @property
        def justify(self) -> _List[kicad.Justify]: ...
        @justify.setter
        def justify(
            self,
            value: Iterable[kicad.Justify | _JustifyName],
        ) -> None: ...
        def __init__(
            self,
            font: kicad.Font,
            justify: Iterable[kicad.Justify | _JustifyName] = ...,
            hide: bool | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            font: kicad.Font = ...,
            justify: Iterable[kicad.Justify | _JustifyName] = ...,
            hide: bool | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Property:
        __match_args__ = ("name", "value", "at", "unlocked", "layer", "hide", "uuid", "effects")
        name: str
        value: str
        at: kicad.At | None
        unlocked: bool | None
        layer: str | None
        hide: bool | None
        uuid: str | None
        effects: kicad.Effects | None

        def __init__(
            self,
            name: str | Buffer,
            value: str | Buffer,
            at: kicad.At | None = None,
            unlocked: bool | None = None,
            layer: str | Buffer | None = None,
            hide: bool | None = None,
            uuid: str | Buffer | None = None,
            effects: kicad.Effects | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            name: str | Buffer = ...,
            value: str | Buffer = ...,
            at: kicad.At | None = ...,
            unlocked: bool | None = ...,
            layer: str | Buffer | None = ...,
            hide: bool | None = ...,
            uuid: str | Buffer | None = ...,
            effects: kicad.Effects | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class SymbolLibrary:
        """A file of symbols, `.kicad_sym`."""

        version: int
        generator: str
        generator_version: str | None

        @property
        def symbols(self) -> _List[kicad.Symbol]: ...
        @symbols.setter
        def symbols(self, value: Iterable[kicad.Symbol]) -> None: ...
        @property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            version: SupportsIndex,
            generator: str | Buffer,
            generator_version: str | Buffer | None = None,
            symbols: Iterable[kicad.Symbol] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        @staticmethod
        def loads(text: str | Buffer) -> kicad.SymbolLibrary:
            """Reads the text of a file."""

        def dumps(self) -> str:
            """The text of the file."""

        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            version: SupportsIndex = ...,
            generator: str | Buffer = ...,
            generator_version: str | Buffer | None = ...,
            symbols: Iterable[kicad.Symbol] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class PinNames:
        __match_args__ = ("offset", "hide")
        offset: float | None
        hide: bool | None

        def __init__(
            self,
            offset: SupportsFloat | SupportsIndex | None = None,
            hide: bool | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            offset: SupportsFloat | SupportsIndex | None = ...,
            hide: bool | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class PinNumbers:
        __match_args__ = ("hide",)
        hide: bool | None

        def __init__(self, hide: bool | None = None) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(self, *, hide: bool | None = ...) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Symbol:
        name: str
        extends: str | None
        pin_numbers: kicad.PinNumbers | None
        pin_names: kicad.PinNames | None
        exclude_from_sim: bool | None
        in_bom: bool | None
        on_board: bool | None
        embedded_fonts: bool | None

        @builtins.property
        def properties(self) -> _List[kicad.Property]: ...
        @properties.setter
        def properties(self, value: Iterable[kicad.Property]) -> None: ...
        @builtins.property
        def units(self) -> _List[kicad.Unit]: ...
        @units.setter
        def units(self, value: Iterable[kicad.Unit]) -> None: ...
        @builtins.property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            name: str | Buffer,
            extends: str | Buffer | None = None,
            pin_numbers: kicad.PinNumbers | None = None,
            pin_names: kicad.PinNames | None = None,
            exclude_from_sim: bool | None = None,
            in_bom: bool | None = None,
            on_board: bool | None = None,
            properties: Iterable[kicad.Property] = ...,
            units: Iterable[kicad.Unit] = ...,
            embedded_fonts: bool | None = None,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        def property(self, name: str | Buffer) -> str | None:
            """The value of a property; None where it has no such."""

        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            name: str | Buffer = ...,
            extends: str | Buffer | None = ...,
            pin_numbers: kicad.PinNumbers | None = ...,
            pin_names: kicad.PinNames | None = ...,
            exclude_from_sim: bool | None = ...,
            in_bom: bool | None = ...,
            on_board: bool | None = ...,
            properties: Iterable[kicad.Property] = ...,
            units: Iterable[kicad.Unit] = ...,
            embedded_fonts: bool | None = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Unit:
        """A part of a symbol: what is drawn of it, and its pins."""

        name: str

        @property
        def arcs(self) -> _List[kicad.Arc]: ...
        @arcs.setter
        def arcs(self, value: Iterable[kicad.Arc]) -> None: ...
        @property
        def circles(self) -> _List[kicad.Circle]: ...
        @circles.setter
        def circles(self, value: Iterable[kicad.Circle]) -> None: ...
        @property
        def rectangles(self) -> _List[kicad.Rectangle]: ...
        @rectangles.setter
        def rectangles(self, value: Iterable[kicad.Rectangle]) -> None: ...
        @property
        def polylines(self) -> _List[kicad.Polyline]: ...
        @polylines.setter
        def polylines(self, value: Iterable[kicad.Polyline]) -> None: ...
        @property
        def pins(self) -> _List[kicad.Pin]: ...
        @pins.setter
        def pins(self, value: Iterable[kicad.Pin]) -> None: ...
        @property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            name: str | Buffer,
            arcs: Iterable[kicad.Arc] = ...,
            circles: Iterable[kicad.Circle] = ...,
            rectangles: Iterable[kicad.Rectangle] = ...,
            polylines: Iterable[kicad.Polyline] = ...,
            pins: Iterable[kicad.Pin] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            name: str | Buffer = ...,
            arcs: Iterable[kicad.Arc] = ...,
            circles: Iterable[kicad.Circle] = ...,
            rectangles: Iterable[kicad.Rectangle] = ...,
            polylines: Iterable[kicad.Polyline] = ...,
            pins: Iterable[kicad.Pin] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Arc:
        __match_args__ = ("start", "mid", "end", "stroke", "fill")
        start: kicad.Point
        mid: kicad.Point
        end: kicad.Point
        stroke: kicad.Stroke
        fill: kicad.Fill

        def __init__(
            self,
            start: kicad.Point,
            mid: kicad.Point,
            end: kicad.Point,
            stroke: kicad.Stroke,
            fill: kicad.Fill,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            start: kicad.Point = ...,
            mid: kicad.Point = ...,
            end: kicad.Point = ...,
            stroke: kicad.Stroke = ...,
            fill: kicad.Fill = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Circle:
        __match_args__ = ("center", "radius", "stroke", "fill")
        center: kicad.Point
        radius: float
        stroke: kicad.Stroke
        fill: kicad.Fill

        def __init__(
            self,
            center: kicad.Point,
            radius: SupportsFloat | SupportsIndex,
            stroke: kicad.Stroke,
            fill: kicad.Fill,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            center: kicad.Point = ...,
            radius: SupportsFloat | SupportsIndex = ...,
            stroke: kicad.Stroke = ...,
            fill: kicad.Fill = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Rectangle:
        __match_args__ = ("start", "end", "stroke", "fill")
        start: kicad.Point
        end: kicad.Point
        stroke: kicad.Stroke
        fill: kicad.Fill

        def __init__(
            self,
            start: kicad.Point,
            end: kicad.Point,
            stroke: kicad.Stroke,
            fill: kicad.Fill,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            start: kicad.Point = ...,
            end: kicad.Point = ...,
            stroke: kicad.Stroke = ...,
            fill: kicad.Fill = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Polyline:
        __match_args__ = ("pts", "stroke", "fill")
        pts: kicad.Points
        stroke: kicad.Stroke
        fill: kicad.Fill

        def __init__(
            self,
            pts: kicad.Points,
            stroke: kicad.Stroke,
            fill: kicad.Fill,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            pts: kicad.Points = ...,
            stroke: kicad.Stroke = ...,
            fill: kicad.Fill = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class PinText:
        __match_args__ = ("text", "effects")
        text: str
        effects: kicad.Effects | None

        def __init__(
            self,
            text: str | Buffer,
            effects: kicad.Effects | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            text: str | Buffer = ...,
            effects: kicad.Effects | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Pin:
        type: kicad.PinType
        shape: kicad.PinShape
        at: kicad.At
        length: float
        hide: bool | None
        name: kicad.PinText
        number: kicad.PinText

        def __init__(
            self,
            *,
            type: kicad.PinType | _PinTypeName,
            shape: kicad.PinShape | _PinShapeName,
            at: kicad.At,
            length: SupportsFloat | SupportsIndex,
            hide: bool | None = None,
            name: kicad.PinText,
            number: kicad.PinText,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            type: kicad.PinType | _PinTypeName = ...,
            shape: kicad.PinShape | _PinShapeName = ...,
            at: kicad.At = ...,
            length: SupportsFloat | SupportsIndex = ...,
            hide: bool | None = ...,
            name: kicad.PinText = ...,
            number: kicad.PinText = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Footprint:
        """A footprint: a file of its own, `.kicad_mod`, or on a board."""

        name: str
        version: int | None
        generator: str | None
        generator_version: str | None
        locked: bool | None
        layer: str
        uuid: str | None
        at: kicad.At | None
        descr: str | None
        tags: str | None
        path: str | None
        sheetname: str | None
        sheetfile: str | None
        embedded_fonts: bool | None

        @builtins.property
        def properties(self) -> _List[kicad.Property]: ...
        @properties.setter
        def properties(self, value: Iterable[kicad.Property]) -> None: ...
        @builtins.property
        def attr(self) -> _List[kicad.Attribute]: ...
        @attr.setter
        def attr(
            self,
            value: Iterable[kicad.Attribute | _AttributeName],
        ) -> None: ...
        @builtins.property
        def lines(self) -> _List[kicad.FootprintLine]: ...
        @lines.setter
        def lines(self, value: Iterable[kicad.FootprintLine]) -> None: ...
        @builtins.property
        def circles(self) -> _List[kicad.FootprintCircle]: ...
        @circles.setter
        def circles(self, value: Iterable[kicad.FootprintCircle]) -> None: ...
        @builtins.property
        def texts(self) -> _List[kicad.FootprintText]: ...
        @texts.setter
        def texts(self, value: Iterable[kicad.FootprintText]) -> None: ...
        @builtins.property
        def pads(self) -> _List[kicad.Pad]: ...
        @pads.setter
        def pads(self, value: Iterable[kicad.Pad]) -> None: ...
        @builtins.property
        def models(self) -> _List[kicad.Model]: ...
        @models.setter
        def models(self, value: Iterable[kicad.Model]) -> None: ...
        @builtins.property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            name: str | Buffer,
            version: SupportsIndex | None = None,
            generator: str | Buffer | None = None,
            generator_version: str | Buffer | None = None,
            locked: bool | None = None,
            layer: str | Buffer,
            uuid: str | Buffer | None = None,
            at: kicad.At | None = None,
            descr: str | Buffer | None = None,
            tags: str | Buffer | None = None,
            properties: Iterable[kicad.Property] = ...,
            path: str | Buffer | None = None,
            sheetname: str | Buffer | None = None,
            sheetfile: str | Buffer | None = None,
            attr: Iterable[kicad.Attribute | _AttributeName] = ...,
            lines: Iterable[kicad.FootprintLine] = ...,
            circles: Iterable[kicad.FootprintCircle] = ...,
            texts: Iterable[kicad.FootprintText] = ...,
            pads: Iterable[kicad.Pad] = ...,
            embedded_fonts: bool | None = None,
            models: Iterable[kicad.Model] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        @staticmethod
        def loads(text: str | Buffer) -> kicad.Footprint:
            """Reads the text of a file."""

        def dumps(self) -> str:
            """The text of the file."""

        def property(self, name: str | Buffer) -> str | None:
            """The value of a property; None where it has no such."""

        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            name: str | Buffer = ...,
            version: SupportsIndex | None = ...,
            generator: str | Buffer | None = ...,
            generator_version: str | Buffer | None = ...,
            locked: bool | None = ...,
            layer: str | Buffer = ...,
            uuid: str | Buffer | None = ...,
            at: kicad.At | None = ...,
            descr: str | Buffer | None = ...,
            tags: str | Buffer | None = ...,
            properties: Iterable[kicad.Property] = ...,
            path: str | Buffer | None = ...,
            sheetname: str | Buffer | None = ...,
            sheetfile: str | Buffer | None = ...,
            attr: Iterable[kicad.Attribute | _AttributeName] = ...,
            lines: Iterable[kicad.FootprintLine] = ...,
            circles: Iterable[kicad.FootprintCircle] = ...,
            texts: Iterable[kicad.FootprintText] = ...,
            pads: Iterable[kicad.Pad] = ...,
            embedded_fonts: bool | None = ...,
            models: Iterable[kicad.Model] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class FootprintLine:
        __match_args__ = ("start", "end", "stroke", "layer", "uuid")
        start: kicad.Point
        end: kicad.Point
        stroke: kicad.Stroke
        layer: str
        uuid: str | None

        def __init__(
            self,
            start: kicad.Point,
            end: kicad.Point,
            stroke: kicad.Stroke,
            layer: str | Buffer,
            uuid: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            start: kicad.Point = ...,
            end: kicad.Point = ...,
            stroke: kicad.Stroke = ...,
            layer: str | Buffer = ...,
            uuid: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class FootprintCircle:
        __match_args__ = ("center", "end", "stroke", "fill", "layer", "uuid")
        center: kicad.Point
        end: kicad.Point
        stroke: kicad.Stroke
        fill: bool
        layer: str
        uuid: str | None

        def __init__(
            self,
            center: kicad.Point,
            end: kicad.Point,
            stroke: kicad.Stroke,
            fill: bool,
            layer: str | Buffer,
            uuid: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            center: kicad.Point = ...,
            end: kicad.Point = ...,
            stroke: kicad.Stroke = ...,
            fill: bool = ...,
            layer: str | Buffer = ...,
            uuid: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class FootprintText:
        __match_args__ = ("type", "text", "at", "layer", "uuid", "effects")
        type: kicad.TextType
        text: str
        at: kicad.At
        layer: str
        uuid: str | None
        effects: kicad.Effects

        def __init__(
            self,
            type: kicad.TextType | _TextTypeName,
            text: str | Buffer,
            at: kicad.At,
            layer: str | Buffer,
            uuid: str | Buffer | None = None,
            *,
            effects: kicad.Effects,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            type: kicad.TextType | _TextTypeName = ...,
            text: str | Buffer = ...,
            at: kicad.At = ...,
            layer: str | Buffer = ...,
            uuid: str | Buffer | None = ...,
            effects: kicad.Effects = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Pad:
        number: str
        type: kicad.PadType
        shape: kicad.PadShape
        at: kicad.At
        size: kicad.Extent
        drill: float | None
        remove_unused_layers: bool | None
        roundrect_rratio: float | None
        net: kicad.Net | None
        pinfunction: str | None
        pintype: str | None
        uuid: str | None

        @property
        def layers(self) -> _List[str]: ...
        @layers.setter
        def layers(self, value: Iterable[str | Buffer]) -> None: ...
        @property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            number: str | Buffer,
            type: kicad.PadType | _PadTypeName,
            shape: kicad.PadShape | _PadShapeName,
            at: kicad.At,
            size: kicad.Extent,
            drill: SupportsFloat | SupportsIndex | None = None,
            layers: Iterable[str | Buffer],
            remove_unused_layers: bool | None = None,
            roundrect_rratio: SupportsFloat | SupportsIndex | None = None,
            net: kicad.Net | None = None,
            pinfunction: str | Buffer | None = None,
            pintype: str | Buffer | None = None,
            uuid: str | Buffer | None = None,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            number: str | Buffer = ...,
            type: kicad.PadType | _PadTypeName = ...,
            shape: kicad.PadShape | _PadShapeName = ...,
            at: kicad.At = ...,
            size: kicad.Extent = ...,
            drill: SupportsFloat | SupportsIndex | None = ...,
            layers: Iterable[str | Buffer] = ...,
            remove_unused_layers: bool | None = ...,
            roundrect_rratio: SupportsFloat | SupportsIndex | None = ...,
            net: kicad.Net | None = ...,
            pinfunction: str | Buffer | None = ...,
            pintype: str | Buffer | None = ...,
            uuid: str | Buffer | None = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Net:
        __match_args__ = ("number", "name")
        number: int
        name: str

        def __init__(
            self,
            number: SupportsIndex,
            name: str | Buffer,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            number: SupportsIndex = ...,
            name: str | Buffer = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Offset:
        __match_args__ = ("position",)
        position: kicad.Position

        def __init__(self, position: kicad.Position) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(self, *, position: kicad.Position = ...) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Model:
        __match_args__ = ("path", "offset", "scale", "rotate")
        path: str
        offset: kicad.Offset
        scale: kicad.Offset
        rotate: kicad.Offset

        def __init__(
            self,
            path: str | Buffer,
            offset: kicad.Offset,
            scale: kicad.Offset,
            rotate: kicad.Offset,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            path: str | Buffer = ...,
            offset: kicad.Offset = ...,
            scale: kicad.Offset = ...,
            rotate: kicad.Offset = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Board:
        """A board, `.kicad_pcb`."""

        version: int
        generator: str
        generator_version: str | None
        general: kicad.General
        paper: str
        layers: kicad.LayerTable
        setup: kicad.Setup | None
        embedded_fonts: bool | None

        @property
        def nets(self) -> _List[kicad.Net]: ...
        @nets.setter
        def nets(self, value: Iterable[kicad.Net]) -> None: ...
        @property
        def footprints(self) -> _List[kicad.Footprint]: ...
        @footprints.setter
        def footprints(self, value: Iterable[kicad.Footprint]) -> None: ...
        @property
        def lines(self) -> _List[kicad.Line]: ...
        @lines.setter
        def lines(self, value: Iterable[kicad.Line]) -> None: ...
        @property
        def segments(self) -> _List[kicad.Segment]: ...
        @segments.setter
        def segments(self, value: Iterable[kicad.Segment]) -> None: ...
        @property
        def vias(self) -> _List[kicad.Via]: ...
        @vias.setter
        def vias(self, value: Iterable[kicad.Via]) -> None: ...
        @property
        def zones(self) -> _List[kicad.Zone]: ...
        @zones.setter
        def zones(self, value: Iterable[kicad.Zone]) -> None: ...
        @property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            version: SupportsIndex,
            generator: str | Buffer,
            generator_version: str | Buffer | None = None,
            general: kicad.General,
            paper: str | Buffer,
            layers: kicad.LayerTable,
            setup: kicad.Setup | None = None,
            nets: Iterable[kicad.Net] = ...,
            footprints: Iterable[kicad.Footprint] = ...,
            lines: Iterable[kicad.Line] = ...,
            segments: Iterable[kicad.Segment] = ...,
            vias: Iterable[kicad.Via] = ...,
            zones: Iterable[kicad.Zone] = ...,
            embedded_fonts: bool | None = None,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        @staticmethod
        def loads(text: str | Buffer) -> kicad.Board:
            """Reads the text of a file."""

        def dumps(self) -> str:
            """The text of the file."""

        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            version: SupportsIndex = ...,
            generator: str | Buffer = ...,
            generator_version: str | Buffer | None = ...,
            general: kicad.General = ...,
            paper: str | Buffer = ...,
            layers: kicad.LayerTable = ...,
            setup: kicad.Setup | None = ...,
            nets: Iterable[kicad.Net] = ...,
            footprints: Iterable[kicad.Footprint] = ...,
            lines: Iterable[kicad.Line] = ...,
            segments: Iterable[kicad.Segment] = ...,
            vias: Iterable[kicad.Via] = ...,
            zones: Iterable[kicad.Zone] = ...,
            embedded_fonts: bool | None = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class General:
        __match_args__ = ("thickness", "legacy_teardrops")
        thickness: float
        legacy_teardrops: bool | None

        def __init__(
            self,
            thickness: SupportsFloat | SupportsIndex,
            legacy_teardrops: bool | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            thickness: SupportsFloat | SupportsIndex = ...,
            legacy_teardrops: bool | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class LayerTable:
        __match_args__ = ("layers",)

        @property
        def layers(self) -> _List[kicad.Layer]: ...
        @layers.setter
        def layers(self, value: Iterable[kicad.Layer]) -> None: ...
        def __init__(self, layers: Iterable[kicad.Layer] = ...) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            layers: Iterable[kicad.Layer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Layer:
        __match_args__ = ("number", "name", "type", "user_name")
        number: int
        name: str
        type: kicad.LayerType
        user_name: str | None

        def __init__(
            self,
            number: SupportsIndex,
            name: str | Buffer,
            type: kicad.LayerType | _LayerTypeName,
            user_name: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            number: SupportsIndex = ...,
            name: str | Buffer = ...,
            type: kicad.LayerType | _LayerTypeName = ...,
            user_name: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Setup:
        __match_args__ = ("pad_to_mask_clearance", "allow_soldermask_bridges_in_footprints", "tenting", "extra")
        pad_to_mask_clearance: float | None
        allow_soldermask_bridges_in_footprints: bool | None

        @property
        def tenting(self) -> _List[kicad.Side]: ...
        @tenting.setter
        def tenting(self, value: Iterable[kicad.Side | _SideName]) -> None: ...
        @property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            pad_to_mask_clearance: SupportsFloat | SupportsIndex | None = None,
            allow_soldermask_bridges_in_footprints: bool | None = None,
            tenting: Iterable[kicad.Side | _SideName] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            pad_to_mask_clearance: SupportsFloat | SupportsIndex | None = ...,
            allow_soldermask_bridges_in_footprints: bool | None = ...,
            tenting: Iterable[kicad.Side | _SideName] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Line:
        __match_args__ = ("start", "end", "stroke", "layer", "uuid")
        start: kicad.Point
        end: kicad.Point
        stroke: kicad.Stroke
        layer: str
        uuid: str | None

        def __init__(
            self,
            start: kicad.Point,
            end: kicad.Point,
            stroke: kicad.Stroke,
            layer: str | Buffer,
            uuid: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            start: kicad.Point = ...,
            end: kicad.Point = ...,
            stroke: kicad.Stroke = ...,
            layer: str | Buffer = ...,
            uuid: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Segment:
        """A track."""

        __match_args__ = ("start", "end", "width", "layer", "net", "uuid")
        start: kicad.Point
        end: kicad.Point
        width: float
        layer: str
        net: int
        uuid: str | None

        def __init__(
            self,
            start: kicad.Point,
            end: kicad.Point,
            width: SupportsFloat | SupportsIndex,
            layer: str | Buffer,
            net: SupportsIndex,
            uuid: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            start: kicad.Point = ...,
            end: kicad.Point = ...,
            width: SupportsFloat | SupportsIndex = ...,
            layer: str | Buffer = ...,
            net: SupportsIndex = ...,
            uuid: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Via:
        __match_args__ = ("at", "size", "drill", "layers", "net", "uuid")
        at: kicad.Point
        size: float
        drill: float
        net: int
        uuid: str | None

        @property
        def layers(self) -> _List[str]: ...
        @layers.setter
        def layers(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            at: kicad.Point,
            size: SupportsFloat | SupportsIndex,
            drill: SupportsFloat | SupportsIndex,
            layers: Iterable[str | Buffer],
            net: SupportsIndex,
            uuid: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            at: kicad.Point = ...,
            size: SupportsFloat | SupportsIndex = ...,
            drill: SupportsFloat | SupportsIndex = ...,
            layers: Iterable[str | Buffer] = ...,
            net: SupportsIndex = ...,
            uuid: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Hatch:
        __match_args__ = ("style", "pitch")
        style: kicad.HatchStyle
        pitch: float

        def __init__(
            self,
            style: kicad.HatchStyle | _HatchStyleName,
            pitch: SupportsFloat | SupportsIndex,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            style: kicad.HatchStyle | _HatchStyleName = ...,
            pitch: SupportsFloat | SupportsIndex = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class ConnectPads:
        __match_args__ = ("clearance",)
        clearance: float

        def __init__(
            self,
            clearance: SupportsFloat | SupportsIndex,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            clearance: SupportsFloat | SupportsIndex = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class ZoneFill:
        __match_args__ = ("filled", "thermal_gap", "thermal_bridge_width")
        filled: bool | None
        thermal_gap: float | None
        thermal_bridge_width: float | None

        def __init__(
            self,
            filled: bool | None = None,
            thermal_gap: SupportsFloat | SupportsIndex | None = None,
            thermal_bridge_width: SupportsFloat | SupportsIndex | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            filled: bool | None = ...,
            thermal_gap: SupportsFloat | SupportsIndex | None = ...,
            thermal_bridge_width: SupportsFloat | SupportsIndex | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Polygon:
        __match_args__ = ("pts",)
        pts: kicad.Points

        def __init__(self, pts: kicad.Points) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(self, *, pts: kicad.Points = ...) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Zone:
        """An area that is filled with copper."""

        net: int
        net_name: str
        layer: str
        uuid: str | None
        hatch: kicad.Hatch
        connect_pads: kicad.ConnectPads
        min_thickness: float | None
        filled_areas_thickness: bool | None
        fill: kicad.ZoneFill
        polygon: kicad.Polygon

        @property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            net: SupportsIndex,
            net_name: str | Buffer,
            layer: str | Buffer,
            uuid: str | Buffer | None = None,
            hatch: kicad.Hatch,
            connect_pads: kicad.ConnectPads,
            min_thickness: SupportsFloat | SupportsIndex | None = None,
            filled_areas_thickness: bool | None = None,
            fill: kicad.ZoneFill,
            polygon: kicad.Polygon,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            net: SupportsIndex = ...,
            net_name: str | Buffer = ...,
            layer: str | Buffer = ...,
            uuid: str | Buffer | None = ...,
            hatch: kicad.Hatch = ...,
            connect_pads: kicad.ConnectPads = ...,
            min_thickness: SupportsFloat | SupportsIndex | None = ...,
            filled_areas_thickness: bool | None = ...,
            fill: kicad.ZoneFill = ...,
            polygon: kicad.Polygon = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

@final
class kicad5:
    """Footprints as KiCad 5 wrote them: `(module …)`, with no quotes where none are needed."""

    @disjoint_base
    class Footprint:
        name: str
        layer: str
        tedit: str | None
        descr: str | None
        tags: str | None
        attr: str | None

        @property
        def texts(self) -> _List[kicad5.FootprintText]: ...
        @texts.setter
        def texts(self, value: Iterable[kicad5.FootprintText]) -> None: ...
        @property
        def lines(self) -> _List[kicad5.FootprintLine]: ...
        @lines.setter
        def lines(self, value: Iterable[kicad5.FootprintLine]) -> None: ...
        @property
        def pads(self) -> _List[kicad5.Pad]: ...
        @pads.setter
        def pads(self, value: Iterable[kicad5.Pad]) -> None: ...
        @property
        def models(self) -> _List[kicad.Model]: ...
        @models.setter
        def models(self, value: Iterable[kicad.Model]) -> None: ...
        @property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            name: str | Buffer,
            layer: str | Buffer,
            tedit: str | Buffer | None = None,
            descr: str | Buffer | None = None,
            tags: str | Buffer | None = None,
            attr: str | Buffer | None = None,
            texts: Iterable[kicad5.FootprintText] = ...,
            lines: Iterable[kicad5.FootprintLine] = ...,
            pads: Iterable[kicad5.Pad] = ...,
            models: Iterable[kicad.Model] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        @staticmethod
        def loads(text: str | Buffer) -> kicad5.Footprint:
            """Reads the text of a file."""

        def dumps(self) -> str:
            """The text of the file, with all quotes, which KiCad 5 reads as well."""

        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            name: str | Buffer = ...,
            layer: str | Buffer = ...,
            tedit: str | Buffer | None = ...,
            descr: str | Buffer | None = ...,
            tags: str | Buffer | None = ...,
            attr: str | Buffer | None = ...,
            texts: Iterable[kicad5.FootprintText] = ...,
            lines: Iterable[kicad5.FootprintLine] = ...,
            pads: Iterable[kicad5.Pad] = ...,
            models: Iterable[kicad.Model] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class FootprintText:
        __match_args__ = ("type", "text", "at", "layer", "effects")
        type: kicad.TextType
        text: str
        at: kicad.At
        layer: str
        effects: kicad.Effects

        def __init__(
            self,
            type: kicad.TextType | _TextTypeName,
            text: str | Buffer,
            at: kicad.At,
            layer: str | Buffer,
            effects: kicad.Effects,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            type: kicad.TextType | _TextTypeName = ...,
            text: str | Buffer = ...,
            at: kicad.At = ...,
            layer: str | Buffer = ...,
            effects: kicad.Effects = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class FootprintLine:
        __match_args__ = ("start", "end", "layer", "width")
        start: kicad.Point
        end: kicad.Point
        layer: str
        width: float

        def __init__(
            self,
            start: kicad.Point,
            end: kicad.Point,
            layer: str | Buffer,
            width: SupportsFloat | SupportsIndex,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            start: kicad.Point = ...,
            end: kicad.Point = ...,
            layer: str | Buffer = ...,
            width: SupportsFloat | SupportsIndex = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Pad:
        number: str
        type: kicad.PadType
        shape: kicad.PadShape
        at: kicad.At
        size: kicad.Extent
        drill: float | None
        roundrect_rratio: float | None

        @property
        def layers(self) -> _List[str]: ...
        @layers.setter
        def layers(self, value: Iterable[str | Buffer]) -> None: ...
        @property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            number: str | Buffer,
            type: kicad.PadType | _PadTypeName,
            shape: kicad.PadShape | _PadShapeName,
            at: kicad.At,
            size: kicad.Extent,
            drill: SupportsFloat | SupportsIndex | None = None,
            layers: Iterable[str | Buffer],
            roundrect_rratio: SupportsFloat | SupportsIndex | None = None,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            number: str | Buffer = ...,
            type: kicad.PadType | _PadTypeName = ...,
            shape: kicad.PadShape | _PadShapeName = ...,
            at: kicad.At = ...,
            size: kicad.Extent = ...,
            drill: SupportsFloat | SupportsIndex | None = ...,
            layers: Iterable[str | Buffer] = ...,
            roundrect_rratio: SupportsFloat | SupportsIndex | None = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

@final
class lib_table:
    """Tables of libraries, `fp-lib-table` and `sym-lib-table`."""

    @disjoint_base
    class FootprintTable:
        """Where libraries of footprints are."""

        __match_args__ = ("version", "libraries")
        version: int | None

        @property
        def libraries(self) -> _List[lib_table.Library]: ...
        @libraries.setter
        def libraries(self, value: Iterable[lib_table.Library]) -> None: ...
        def __init__(
            self,
            version: SupportsIndex | None = None,
            libraries: Iterable[lib_table.Library] = ...,
        ) -> None: ...
        @staticmethod
        def loads(text: str | Buffer) -> lib_table.FootprintTable:
            """Reads the text of a file."""

        def dumps(self) -> str:
            """The text of the file."""

        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            version: SupportsIndex | None = ...,
            libraries: Iterable[lib_table.Library] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class SymbolTable:
        """Where libraries of symbols are."""

        __match_args__ = ("version", "libraries")
        version: int | None

        @property
        def libraries(self) -> _List[lib_table.Library]: ...
        @libraries.setter
        def libraries(self, value: Iterable[lib_table.Library]) -> None: ...
        def __init__(
            self,
            version: SupportsIndex | None = None,
            libraries: Iterable[lib_table.Library] = ...,
        ) -> None: ...
        @staticmethod
        def loads(text: str | Buffer) -> lib_table.SymbolTable:
            """Reads the text of a file."""

        def dumps(self) -> str:
            """The text of the file."""

        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            version: SupportsIndex | None = ...,
            libraries: Iterable[lib_table.Library] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Library:
        __match_args__ = ("name", "type", "uri", "options", "descr", "disabled", "hidden")
        name: str
        type: str
        uri: str
        options: str
        descr: str
        disabled: bool | None
        hidden: bool | None

        def __init__(
            self,
            name: str | Buffer,
            type: str | Buffer,
            uri: str | Buffer,
            options: str | Buffer,
            descr: str | Buffer,
            disabled: bool | None = None,
            hidden: bool | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            name: str | Buffer = ...,
            type: str | Buffer = ...,
            uri: str | Buffer = ...,
            options: str | Buffer = ...,
            descr: str | Buffer = ...,
            disabled: bool | None = ...,
            hidden: bool | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

@final
class netlist:
    """Netlists, `.net`: components, and which of their pins are connected."""

    @disjoint_base
    class Netlist:
        """A netlist."""

        version: str
        design: netlist.Design | None
        components: netlist.ComponentTable
        nets: netlist.NetTable

        @property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            version: str | Buffer,
            design: netlist.Design | None = None,
            components: netlist.ComponentTable = ...,
            nets: netlist.NetTable = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        @staticmethod
        def loads(text: str | Buffer) -> netlist.Netlist:
            """Reads the text of a file."""

        def dumps(self) -> str:
            """The text of the file."""

        def net_of(self, ref: str | Buffer, pin: str | Buffer) -> str | None:
            """The net that a pin is in; None where it is in none."""

        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            version: str | Buffer = ...,
            design: netlist.Design | None = ...,
            components: netlist.ComponentTable = ...,
            nets: netlist.NetTable = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Design:
        __match_args__ = ("source", "date", "tool", "extra")
        source: str | None
        date: str | None
        tool: str | None

        @property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            source: str | Buffer | None = None,
            date: str | Buffer | None = None,
            tool: str | Buffer | None = None,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            source: str | Buffer | None = ...,
            date: str | Buffer | None = ...,
            tool: str | Buffer | None = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class ComponentTable:
        __match_args__ = ("components",)

        @property
        def components(self) -> _List[netlist.Component]: ...
        @components.setter
        def components(self, value: Iterable[netlist.Component]) -> None: ...
        def __init__(
            self,
            components: Iterable[netlist.Component] = ...,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            components: Iterable[netlist.Component] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Component:
        ref: str
        value: str
        footprint: str | None
        datasheet: str | None
        libsource: netlist.LibrarySource | None
        tstamps: str | None

        @property
        def properties(self) -> _List[netlist.Property]: ...
        @properties.setter
        def properties(self, value: Iterable[netlist.Property]) -> None: ...
        @property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            ref: str | Buffer,
            value: str | Buffer,
            footprint: str | Buffer | None = None,
            datasheet: str | Buffer | None = None,
            libsource: netlist.LibrarySource | None = None,
            properties: Iterable[netlist.Property] = ...,
            tstamps: str | Buffer | None = None,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            ref: str | Buffer = ...,
            value: str | Buffer = ...,
            footprint: str | Buffer | None = ...,
            datasheet: str | Buffer | None = ...,
            libsource: netlist.LibrarySource | None = ...,
            properties: Iterable[netlist.Property] = ...,
            tstamps: str | Buffer | None = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class LibrarySource:
        __match_args__ = ("lib", "part", "description")
        lib: str
        part: str
        description: str | None

        def __init__(
            self,
            lib: str | Buffer,
            part: str | Buffer,
            description: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            lib: str | Buffer = ...,
            part: str | Buffer = ...,
            description: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Property:
        __match_args__ = ("name", "value")
        name: str
        value: str | None

        def __init__(
            self,
            name: str | Buffer,
            value: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            name: str | Buffer = ...,
            value: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class NetTable:
        __match_args__ = ("nets",)

        @property
        def nets(self) -> _List[netlist.Net]: ...
        @nets.setter
        def nets(self, value: Iterable[netlist.Net]) -> None: ...
        def __init__(self, nets: Iterable[netlist.Net] = ...) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            nets: Iterable[netlist.Net] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Net:
        __match_args__ = ("code", "name", "class_", "nodes")
        code: str
        name: str
        class_: str | None

        @property
        def nodes(self) -> _List[netlist.Node]: ...
        @nodes.setter
        def nodes(self, value: Iterable[netlist.Node]) -> None: ...
        def __init__(
            self,
            code: str | Buffer,
            name: str | Buffer,
            class_: str | Buffer | None = None,
            nodes: Iterable[netlist.Node] = ...,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            code: str | Buffer = ...,
            name: str | Buffer = ...,
            class_: str | Buffer | None = ...,
            nodes: Iterable[netlist.Node] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Node:
        """A pin of a component."""

        __match_args__ = ("ref", "pin", "pinfunction", "pintype")
        ref: str
        pin: str
        pinfunction: str | None
        pintype: str | None

        def __init__(
            self,
            ref: str | Buffer,
            pin: str | Buffer,
            pinfunction: str | Buffer | None = None,
            pintype: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            ref: str | Buffer = ...,
            pin: str | Buffer = ...,
            pinfunction: str | Buffer | None = ...,
            pintype: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

@final
class schematic:
    """Schematics, `.kicad_sch`."""

    @disjoint_base
    class Schematic:
        """A sheet of a schematic."""

        version: int
        generator: str
        generator_version: str | None
        uuid: str
        paper: str
        lib_symbols: schematic.SymbolTable

        @property
        def junctions(self) -> _List[schematic.Junction]: ...
        @junctions.setter
        def junctions(self, value: Iterable[schematic.Junction]) -> None: ...
        @property
        def wires(self) -> _List[schematic.Wire]: ...
        @wires.setter
        def wires(self, value: Iterable[schematic.Wire]) -> None: ...
        @property
        def labels(self) -> _List[schematic.Label]: ...
        @labels.setter
        def labels(self, value: Iterable[schematic.Label]) -> None: ...
        @property
        def symbols(self) -> _List[schematic.Symbol]: ...
        @symbols.setter
        def symbols(self, value: Iterable[schematic.Symbol]) -> None: ...
        @property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            version: SupportsIndex,
            generator: str | Buffer,
            generator_version: str | Buffer | None = None,
            uuid: str | Buffer,
            paper: str | Buffer,
            lib_symbols: schematic.SymbolTable = ...,
            junctions: Iterable[schematic.Junction] = ...,
            wires: Iterable[schematic.Wire] = ...,
            labels: Iterable[schematic.Label] = ...,
            symbols: Iterable[schematic.Symbol] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        @staticmethod
        def loads(text: str | Buffer) -> schematic.Schematic:
            """Reads the text of a file."""

        def dumps(self) -> str:
            """The text of the file."""

        def symbol(self, reference: str | Buffer) -> schematic.Symbol | None:
            """The symbol with that reference; None where there is none."""

        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            version: SupportsIndex = ...,
            generator: str | Buffer = ...,
            generator_version: str | Buffer | None = ...,
            uuid: str | Buffer = ...,
            paper: str | Buffer = ...,
            lib_symbols: schematic.SymbolTable = ...,
            junctions: Iterable[schematic.Junction] = ...,
            wires: Iterable[schematic.Wire] = ...,
            labels: Iterable[schematic.Label] = ...,
            symbols: Iterable[schematic.Symbol] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class SymbolTable:
        """The symbols of libraries that are used, as they were then."""

        __match_args__ = ("symbols",)

        @property
        def symbols(self) -> _List[kicad.Symbol]: ...
        @symbols.setter
        def symbols(self, value: Iterable[kicad.Symbol]) -> None: ...
        def __init__(self, symbols: Iterable[kicad.Symbol] = ...) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            symbols: Iterable[kicad.Symbol] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Place:
        __match_args__ = ("x", "y")
        x: float
        y: float

        def __init__(
            self,
            x: SupportsFloat | SupportsIndex,
            y: SupportsFloat | SupportsIndex,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            x: SupportsFloat | SupportsIndex = ...,
            y: SupportsFloat | SupportsIndex = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Color:
        __match_args__ = ("red", "green", "blue", "alpha")
        red: float
        green: float
        blue: float
        alpha: float

        def __init__(
            self,
            red: SupportsFloat | SupportsIndex,
            green: SupportsFloat | SupportsIndex,
            blue: SupportsFloat | SupportsIndex,
            alpha: SupportsFloat | SupportsIndex,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            red: SupportsFloat | SupportsIndex = ...,
            green: SupportsFloat | SupportsIndex = ...,
            blue: SupportsFloat | SupportsIndex = ...,
            alpha: SupportsFloat | SupportsIndex = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Junction:
        __match_args__ = ("at", "diameter", "color", "uuid")
        at: schematic.Place
        diameter: float
        color: schematic.Color | None
        uuid: str | None

        def __init__(
            self,
            at: schematic.Place,
            diameter: SupportsFloat | SupportsIndex,
            color: schematic.Color | None = None,
            uuid: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            at: schematic.Place = ...,
            diameter: SupportsFloat | SupportsIndex = ...,
            color: schematic.Color | None = ...,
            uuid: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Wire:
        __match_args__ = ("pts", "stroke", "uuid")
        pts: kicad.Points
        stroke: kicad.Stroke
        uuid: str | None

        def __init__(
            self,
            pts: kicad.Points,
            stroke: kicad.Stroke,
            uuid: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            pts: kicad.Points = ...,
            stroke: kicad.Stroke = ...,
            uuid: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Label:
        __match_args__ = ("text", "at", "effects", "uuid")
        text: str
        at: kicad.At
        effects: kicad.Effects
        uuid: str | None

        def __init__(
            self,
            text: str | Buffer,
            at: kicad.At,
            effects: kicad.Effects,
            uuid: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            text: str | Buffer = ...,
            at: kicad.At = ...,
            effects: kicad.Effects = ...,
            uuid: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Pin:
        __match_args__ = ("number", "uuid")
        number: str
        uuid: str | None

        def __init__(
            self,
            number: str | Buffer,
            uuid: str | Buffer | None = None,
        ) -> None: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            number: str | Buffer = ...,
            uuid: str | Buffer | None = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    @disjoint_base
    class Symbol:
        """A symbol on the sheet."""

        lib_id: str
        at: kicad.At
        unit: int
        exclude_from_sim: bool | None
        in_bom: bool | None
        on_board: bool | None
        dnp: bool | None
        uuid: str | None

        @builtins.property
        def properties(self) -> _List[kicad.Property]: ...
        @properties.setter
        def properties(self, value: Iterable[kicad.Property]) -> None: ...
        @builtins.property
        def pins(self) -> _List[schematic.Pin]: ...
        @pins.setter
        def pins(self, value: Iterable[schematic.Pin]) -> None: ...
        @builtins.property
        def extra(self) -> _List[str]: ...
        @extra.setter
        def extra(self, value: Iterable[str | Buffer]) -> None: ...
        def __init__(
            self,
            *,
            lib_id: str | Buffer,
            at: kicad.At,
            unit: SupportsIndex,
            exclude_from_sim: bool | None = None,
            in_bom: bool | None = None,
            on_board: bool | None = None,
            dnp: bool | None = None,
            uuid: str | Buffer | None = None,
            properties: Iterable[kicad.Property] = ...,
            pins: Iterable[schematic.Pin] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> None: ...
        def property(self, name: str | Buffer) -> str | None:
            """The value of a property; None where it has no such."""

        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

        def __replace__(
            self,
            *,
            lib_id: str | Buffer = ...,
            at: kicad.At = ...,
            unit: SupportsIndex = ...,
            exclude_from_sim: bool | None = ...,
            in_bom: bool | None = ...,
            on_board: bool | None = ...,
            dnp: bool | None = ...,
            uuid: str | Buffer | None = ...,
            properties: Iterable[kicad.Property] = ...,
            pins: Iterable[schematic.Pin] = ...,
            extra: Iterable[str | Buffer] = ...,
        ) -> Self: ...
        def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

@disjoint_base
class Token:
    __match_args__ = ("kind", "text", "line", "column")
    kind: TokenKind
    text: str
    """As it stands there: a string has its quotes and escapes."""
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""

    def __init__(
        self,
        kind: TokenKind | _TokenKindName,
        text: str | Buffer,
        line: SupportsIndex,
        column: SupportsIndex,
    ) -> None: ...
    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def __replace__(
        self,
        *,
        kind: TokenKind | _TokenKindName = ...,
        text: str | Buffer = ...,
        line: SupportsIndex = ...,
        column: SupportsIndex = ...,
    ) -> Self: ...
    def __deepcopy__(self, memo: dict[int, object], /) -> Self: ...

@final
class Tree:
    """What was read. It points into the text, which lives as long."""

    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def root(self) -> Node: ...
    def write(self) -> str:
        """The whole as text: lines and indentation as KiCad makes them."""

    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

    def destroy(self) -> None:
        """Give back now what the object owns. ReferenceError: it has been destroyed before."""

    def __enter__(self) -> Tree:
        """The object itself, which is destroyed at the end of the block."""

    def __exit__(
        self,
        exc_type: object,
        exc_value: object,
        traceback: object,
        /,
    ) -> None:
        """Destroy the object, unless that is done."""

@final
class Node:
    """A list, or what is in one. Nodes are equal where they are the same one."""

    @final
    class ChildrenIterator:
        @property
        def rest(self) -> _List[Node]: ...
        def __init__(self, *args: Never, **kwargs: Never) -> None: ...
        def next(self) -> Node | None: ...
        def __iter__(self) -> Node.ChildrenIterator: ...
        def __next__(self) -> Node: ...
        def __zig_address__(self) -> int:
            """The address of the Zig value."""

        @staticmethod
        def __field_names__() -> list[str]:
            """The names of the fields, in the order of the struct."""

    kind: NodeKind
    line: int
    """Where it begins, from 1."""
    column: int
    """In characters, from 1."""
    size: int
    """How many nodes it is, with all that is in it."""

    @property
    def text(self) -> str:
        """Of a string what is meant, of a list all of it, of others what stands there."""

    def __init__(self, *args: Never, **kwargs: Never) -> None: ...
    def items(self) -> list[Node]:
        """What is in a list, one after another. Nothing in others."""

    def find_all(self, name: str | Buffer) -> list[Node]:
        """All lists in it that begin with the symbol `name`."""

    def find(self, name: str | Buffer) -> Node | None:
        """The first list in it that begins with the symbol `name`; None where there is none."""

    def head(self) -> str | None:
        """The symbol that a list begins with; None of others."""

    def number(self) -> float:
        """The value of a number. NotANumber: it is none."""

    def __len__(self) -> int:
        """How many items are in it."""

    def __bool__(self) -> bool:
        """Also where nothing is in it."""

    def __getitem__(self, index: SupportsIndex, /) -> Node:
        """The item of that number, from the end where it is negative."""

    def write(self) -> str:
        """It and all that is in it as text: lines and indentation as KiCad makes them."""

    def __repr__(self) -> str: ...
    def children(self) -> Node.ChildrenIterator: ...
    def raw(self) -> str:
        """As it stands in the text."""

    def __zig_address__(self) -> int:
        """The address of the Zig value."""

    @staticmethod
    def __field_names__() -> list[str]:
        """The names of the fields, in the order of the struct."""

def tokenize(text: str | Buffer) -> list[Token]:
    """The tokens of a text, with their places."""

def parse(text: str | Buffer) -> Tree:
    """Reads one expression."""

def format(text: str | Buffer) -> str:
    """The same expression with lines and indentation as KiCad makes them."""

def __nano_ffi_description__() -> str: ...
def __nano_ffi_signature__(name: str, /) -> Any: ...
