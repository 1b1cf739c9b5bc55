#include <pybind11/native_enum.h>
#include <pybind11/operators.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl_bind.h>

#include "objects.hpp"

namespace py = pybind11;
using namespace py::literals;

PYBIND11_MAKE_OPAQUE(Doubles)
PYBIND11_MAKE_OPAQUE(Texts)
PYBIND11_MAKE_OPAQUE(Inners)
PYBIND11_MAKE_OPAQUE(DoubleMap)
PYBIND11_MAKE_OPAQUE(TextMap)
PYBIND11_MAKE_OPAQUE(InnerMap)

PYBIND11_MODULE(objects_pybind11, m) {
    py::native_enum<Color>(m, "Color", "enum.IntEnum")
        .value("red", Color::red)
        .value("green", Color::green)
        .value("blue", Color::blue)
        .finalize();
    py::class_<Inner>(m, "Inner")
        .def(py::init([](double x, int64_t n) { return Inner{x, n}; }), "x"_a = 0.0, "n"_a = 0)
        .def_readwrite("x", &Inner::x)
        .def_readwrite("n", &Inner::n);
    py::bind_vector<Doubles>(m, "Doubles");
    py::bind_vector<Texts>(m, "Texts");
    py::bind_vector<Inners>(m, "Inners");
    py::bind_map<DoubleMap>(m, "DoubleMap");
    py::bind_map<TextMap>(m, "TextMap");
    py::bind_map<InnerMap>(m, "InnerMap");
    py::class_<Fields>(m, "Fields")
        .def(py::init<>())
        .def_readwrite("text", &Fields::text)
        .def_readwrite("maybe", &Fields::maybe)
        .def_readwrite("inner", &Fields::inner)
        .def_readwrite("color", &Fields::color)
        .def_readwrite("items", &Fields::items);
    py::class_<Value>(m, "Value")
        .def(py::init([](double number, int64_t n) { return Value{number, n}; }), "number"_a = 0.0, "n"_a = 0)
        .def_readwrite("number", &Value::number)
        .def_readwrite("n", &Value::n)
        .def_static("twice", &Value::twice)
        .def_static("of", &Value::of)
        .def("apply", [](const Value &value, const py::function &f) { return py::cast<double>(f(value.number)); })
        .def(py::self == py::self)
        .def(py::self != py::self)
        .def(py::self < py::self)
        .def("__hash__", [](const Value &value) { return value.n; })
        .def("__repr__",
             [](const Value &value) {
                 return py::str("Value(number={!r}, n={!r})").format(value.number, value.n);
             })
        .def("__contains__", &Value::contains)
        .def("__call__", &Value::call);
    py::class_<Counter>(m, "Counter")
        .def(py::init([](int64_t left) { return Counter{left}; }))
        .def("__iter__", [](const Counter &counter) { return counter; })
        .def("__next__", [](Counter &counter) {
            if (counter.left == 0) throw py::stop_iteration();
            return --counter.left;
        });
    py::class_<Resource>(m, "Resource")
        .def(py::init([](int64_t number) { return Resource{number}; }))
        .def("__enter__", [](py::object self) { return self; })
        .def("__exit__", [](Resource &resource, py::args) { resource.close(); });
    py::class_<Lists>(m, "Lists")
        .def(py::init<>())
        .def_readwrite("numbers", &Lists::numbers)
        .def_readwrite("texts", &Lists::texts)
        .def_readwrite("structs", &Lists::structs);
    py::class_<Maps>(m, "Maps")
        .def(py::init<>())
        .def_readwrite("numbers", &Maps::numbers)
        .def_readwrite("texts", &Maps::texts)
        .def_readwrite("structs", &Maps::structs);
    py::class_<Big>(m, "Big")
        .def(py::init([](const py::list &values) {
            Big big;
            for (py::handle value : values) big.values.push_back(py::cast<double>(value));
            return big;
        }))
        .def("bump", &Big::bump);
}
