#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string_view.h>

#include <string_view>
#include <utility>

#include "bodies.h"

namespace nb = nanobind;
using namespace nb::literals;

NB_MODULE(bench_nanobind, m) {
    m.def("nothing", [] { body_nothing(); });
    m.def("increment", [](int64_t a) { return body_increment(a); });
    m.def("add", [](int64_t a, int64_t b) { return body_add(a, b); });
    m.def("add_keywords", [](int64_t a, int64_t b) { return body_add(a, b); }, "a"_a, "b"_a);
    m.def("mul", [](double a, double b) { return body_mul(a, b); });
    m.def("sum8", [](int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, int64_t h) {
        return body_sum8(a, b, c, d, e, f, g, h);
    });
    m.def("negate", [](bool value) { return body_negate(value); });
    m.def("length", [](std::string_view text) { return body_length(text.data(), text.size()); });
    m.def("greeting", [] { return body_greeting(); });
    m.def("bytesum",
          [](nb::bytes data) { return body_bytesum(static_cast<const uint8_t *>(data.data()), data.size()); });
    m.def("fill", [](nb::handle object, uint8_t value) {
        Py_buffer view;
        if (PyObject_GetBuffer(object.ptr(), &view, PyBUF_WRITABLE) < 0) throw nb::python_error();
        uint64_t filled = body_fill(static_cast<uint8_t *>(view.buf), static_cast<size_t>(view.len), value);
        PyBuffer_Release(&view);
        return filled;
    });
    m.def("divide", [](int64_t a, int64_t b) {
        division result = body_divide(a, b);
        if (result.error) {
            PyErr_SetString(result.error == 1 ? PyExc_ZeroDivisionError : PyExc_OverflowError,
                            result.error == 1 ? "DivisionByZero" : "Overflow");
            throw nb::python_error();
        }
        return std::pair(result.quotient, result.remainder);
    });
}
