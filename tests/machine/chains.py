"""Nodes in a linked list, and in what says that their addresses stay."""

from __future__ import annotations

from typing import ClassVar

from tests.machine.nodes import Node, Pool


class Chain(Pool):
    """A linked list, whose deinit is given the allocator."""

    name_of_class: ClassVar[str] = "Chain"
    newest_first: ClassVar[bool] = True
    names: ClassVar[list[str]] = [
        name
        for name in Pool.names
        if name not in {"find", "peek", "all", "visit", "visit_change"} and "view" not in name and "over" not in name
    ] + ["follow", "follow"]

    def insert(self, node: Node) -> None:
        node.next = self.nodes[0] if self.nodes else None
        super().insert(node)


class Stable(Pool):
    """Its addresses are good as long as it is."""

    name_of_class: ClassVar[str] = "Stable"
    stable: ClassVar[bool] = True
    names: ClassVar[list[str]] = [name for name in Chain.names if name not in {"remove", "remove_first", "foreign"}] + [
        "tie",
        "tie",
    ]

    def tie(self) -> None:
        one, other = self.some(), self.some()
        if one is None or other is None or not self.see(one) or not self.see(other):
            return
        same_node = one.node is other.node
        if self.world.attempt(lambda: self.obj.tie(one.obj, other.obj), *([ValueError] if same_node else []))[0]:
            one.node.next = other.node
