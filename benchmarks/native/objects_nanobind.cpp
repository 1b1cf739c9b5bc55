#include <nanobind/nanobind.h>
#include <nanobind/operators.h>
#include <nanobind/stl/bind_map.h>
#include <nanobind/stl/bind_vector.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "objects.hpp"

namespace nb = nanobind;
using namespace nb::literals;

NB_MAKE_OPAQUE(Doubles)
NB_MAKE_OPAQUE(Texts)
NB_MAKE_OPAQUE(Inners)
NB_MAKE_OPAQUE(DoubleMap)
NB_MAKE_OPAQUE(TextMap)
NB_MAKE_OPAQUE(InnerMap)

NB_MODULE(objects_nanobind, m) {
    nb::enum_<Color>(m, "Color", nb::is_arithmetic())
        .value("red", Color::red)
        .value("green", Color::green)
        .value("blue", Color::blue);
    nb::class_<Inner>(m, "Inner")
        .def("__init__", [](Inner *inner, double x, int64_t n) { new (inner) Inner{x, n}; }, "x"_a = 0.0, "n"_a = 0)
        .def_rw("x", &Inner::x)
        .def_rw("n", &Inner::n);
    nb::bind_vector<Doubles>(m, "Doubles");
    nb::bind_vector<Texts>(m, "Texts");
    nb::bind_vector<Inners, nb::rv_policy::reference_internal>(m, "Inners");
    nb::bind_map<DoubleMap>(m, "DoubleMap");
    nb::bind_map<TextMap>(m, "TextMap");
    nb::bind_map<InnerMap, nb::rv_policy::reference_internal>(m, "InnerMap");
    nb::class_<Fields>(m, "Fields")
        .def(nb::init<>())
        .def_rw("text", &Fields::text)
        .def_rw("maybe", &Fields::maybe, nb::arg().none())
        .def_rw("inner", &Fields::inner)
        .def_rw("color", &Fields::color)
        .def_rw("items", &Fields::items);
    nb::class_<Value>(m, "Value")
        .def("__init__", [](Value *value, double number, int64_t n) { new (value) Value{number, n}; },
             "number"_a = 0.0, "n"_a = 0)
        .def_rw("number", &Value::number)
        .def_rw("n", &Value::n)
        .def_static("twice", &Value::twice)
        .def_static("of", &Value::of)
        .def("apply", [](const Value &value, nb::callable f) { return nb::cast<double>(f(value.number)); })
        .def(nb::self == nb::self)
        .def(nb::self != nb::self)
        .def(nb::self < nb::self)
        .def("__hash__", [](const Value &value) { return value.n; })
        .def("__repr__",
             [](const Value &value) {
                 return nb::str("Value(number={!r}, n={!r})").format(value.number, value.n);
             })
        .def("__contains__", &Value::contains)
        .def("__call__", &Value::call);
    nb::class_<Counter>(m, "Counter")
        .def("__init__", [](Counter *counter, int64_t left) { new (counter) Counter{left}; })
        .def("__iter__", [](const Counter &counter) { return counter; })
        .def("__next__", [](Counter &counter) {
            if (counter.left == 0) throw nb::stop_iteration();
            return --counter.left;
        });
    nb::class_<Resource>(m, "Resource")
        .def("__init__", [](Resource *resource, int64_t number) { new (resource) Resource{number}; })
        .def("__enter__", [](nb::object self) { return self; })
        .def("__exit__", [](Resource &resource, nb::args) { resource.close(); });
    nb::class_<Lists>(m, "Lists")
        .def(nb::init<>())
        .def_rw("numbers", &Lists::numbers)
        .def_rw("texts", &Lists::texts)
        .def_rw("structs", &Lists::structs);
    nb::class_<Maps>(m, "Maps")
        .def(nb::init<>())
        .def_rw("numbers", &Maps::numbers)
        .def_rw("texts", &Maps::texts)
        .def_rw("structs", &Maps::structs);
    nb::class_<Big>(m, "Big")
        .def("__init__",
             [](Big *big, nb::list values) {
                 new (big) Big();
                 for (nb::handle value : values) big->values.push_back(nb::cast<double>(value));
             })
        .def("bump", &Big::bump);
}
