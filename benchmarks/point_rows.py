"""What a flat class costs: the class P of zig/point.zig."""

from __future__ import annotations

from benchmarks.statements import Statement

__all__ = ["ROWS"]

P = "p = P(1.5, 2.5, 7)"
FIELDS = "(r.x, r.y, r.n) == "

ROWS = [
    Statement(code="P()", check=FIELDS + "(0, 0, 0)"),
    Statement(code="P(1., 2., 3)", check=FIELDS + "(1, 2, 3)"),
    Statement(code="P(x=1., y=2.)", check=FIELDS + "(1, 2, 0)"),
    Statement(code="p.x", setup=P, check="r == 1.5"),
    Statement(code="p.n", setup=P, check="r == 7"),
    Statement(code="p.x = 2.5", setup=P, check="p.x == 2.5"),
    Statement(code="p.n = 9", setup=P, check="p.n == 9"),
    Statement(code="p.norm()", setup="p = P(3., 4.)", check="r == 5"),
    Statement(code="p.move(1., 2.)", setup=P, check="(p.x, p.y) == (2.5, 4.5)"),
    Statement(code="p.move(dx=1., dy=2.)", setup=P, check="(p.x, p.y) == (2.5, 4.5)"),
    Statement(code="len(p)", setup=P, check="r == 3"),
    Statement(code="p[2]", setup=P, check="r == 7"),
    Statement(code="p + p", setup=P, check=FIELDS + "(3, 5, 14)"),
    Statement(
        name="100,000 objects made",
        code="made = [P(1., 2., 3) for _ in items]",
        setup="items = range(100_000); made = None",
        before="made = None",
        check="len(made) == 100_000 and made[-1].n == 3",
        heavy=True,
    ),
    Statement(
        name="100,000 objects let go",
        code="made.clear()",
        setup="items = range(100_000)",
        before="made = [P(1., 2., 3) for _ in items]",
        check="made == []",
        heavy=True,
    ),
    Statement(
        name="pickle.dumps(p)",
        code="dumps(p)",
        setup=f"from pickle import dumps, loads; {P}",
        check="loads(r).n == 7",
    ),
    Statement(
        name="pickle.loads(…)",
        code="loads(data)",
        setup=f"from pickle import dumps, loads; {P}; data = dumps(p)",
        check="(r.x, r.y, r.n) == (1.5, 2.5, 7)",
    ),
]
