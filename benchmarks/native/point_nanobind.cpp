#include <nanobind/nanobind.h>
#include <nanobind/operators.h>
#include <nanobind/stl/tuple.h>

#include "point.hpp"

namespace nb = nanobind;
using namespace nb::literals;

using State = std::tuple<double, double, int64_t>;

NB_MODULE(point_nanobind, m) {
    nb::class_<P>(m, "P")
        .def(nb::init<double, double, int64_t>(), "x"_a = 0.0, "y"_a = 0.0, "n"_a = 0)
        .def_rw("x", &P::x)
        .def_rw("y", &P::y)
        .def_rw("n", &P::n)
        .def("norm", &P::norm)
        .def("move", &P::move, "dx"_a, "dy"_a)
        .def("__len__", &P::length)
        .def("__getitem__", &P::item)
        .def(nb::self + nb::self)
        .def("__getstate__", [](const P &p) { return State(p.x, p.y, p.n); })
        .def("__setstate__", [](P &p, const State &state) { new (&p) P(std::make_from_tuple<P>(state)); });
}
