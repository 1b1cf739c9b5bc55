#include <pybind11/operators.h>
#include <pybind11/pybind11.h>

#include "point.hpp"

namespace py = pybind11;

PYBIND11_MODULE(point_pybind11, m) {
    py::class_<P>(m, "P")
        .def(py::init<double, double, int64_t>(), py::arg("x") = 0.0, py::arg("y") = 0.0, py::arg("n") = 0)
        .def_readwrite("x", &P::x)
        .def_readwrite("y", &P::y)
        .def_readwrite("n", &P::n)
        .def("norm", &P::norm)
        .def("move", &P::move, py::arg("dx"), py::arg("dy"))
        .def("__len__", &P::length)
        .def("__getitem__", &P::item)
        .def(py::self + py::self)
        .def(py::pickle([](const P &p) { return py::make_tuple(p.x, p.y, p.n); },
                        [](const py::tuple &state) {
                            return P(state[0].cast<double>(), state[1].cast<double>(), state[2].cast<int64_t>());
                        }));
}
