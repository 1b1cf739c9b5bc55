#include <pybind11/pybind11.h>

#include <string_view>
#include <utility>

#include "bodies.h"

namespace py = pybind11;

PYBIND11_MODULE(bench_pybind11, m) {
    m.def("nothing", [] { body_nothing(); });
    m.def("increment", [](int64_t a) { return body_increment(a); });
    m.def("add", [](int64_t a, int64_t b) { return body_add(a, b); });
    m.def("add_keywords", [](int64_t a, int64_t b) { return body_add(a, b); }, py::arg("a"), py::arg("b"));
    m.def("mul", [](double a, double b) { return body_mul(a, b); });
    m.def("sum8", [](int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, int64_t h) {
        return body_sum8(a, b, c, d, e, f, g, h);
    });
    m.def("negate", [](bool value) { return body_negate(value); });
    m.def("length", [](std::string_view text) { return body_length(text.data(), text.size()); });
    m.def("greeting", [] { return body_greeting(); });
    m.def("bytesum", [](const py::bytes &data) {
        std::string_view view = data;
        return body_bytesum(reinterpret_cast<const uint8_t *>(view.data()), view.size());
    });
    m.def("fill", [](const py::object &object, uint8_t value) {
        Py_buffer view;
        if (PyObject_GetBuffer(object.ptr(), &view, PyBUF_WRITABLE) < 0) throw py::error_already_set();
        uint64_t filled = body_fill(static_cast<uint8_t *>(view.buf), static_cast<size_t>(view.len), value);
        PyBuffer_Release(&view);
        return filled;
    });
    m.def("divide", [](int64_t a, int64_t b) {
        division result = body_divide(a, b);
        if (result.error) {
            PyErr_SetString(result.error == 1 ? PyExc_ZeroDivisionError : PyExc_OverflowError,
                            result.error == 1 ? "DivisionByZero" : "Overflow");
            throw py::error_already_set();
        }
        return std::pair(result.quotient, result.remainder);
    });
}
