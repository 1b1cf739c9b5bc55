#include <cmath>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace py = pybind11;

struct Weight {
    double x, y;
};

PYBIND11_MODULE(arrays_pybind11, m) {
    PYBIND11_NUMPY_DTYPE(Weight, x, y);
    m.def("total", [](py::array_t<double, py::array::c_style> given) {
        auto values = given.unchecked<1>();
        double sum = 0;
        for (py::ssize_t i = 0; i < values.shape(0); i++) sum += values(i);
        return sum;
    });
    m.def("total_of_rows", [](py::array_t<double> given) {
        auto values = given.unchecked<2>();
        double sum = 0;
        for (py::ssize_t i = 0; i < values.shape(0); i++)
            for (py::ssize_t j = 0; j < values.shape(1); j++) sum += values(i, j);
        return sum;
    });
    m.def("total_of_each", [](py::array_t<double> given) {
        auto values = given.unchecked<1>();
        double sum = 0;
        for (py::ssize_t i = 0; i < values.shape(0); i++) sum += values(i);
        return sum;
    });
    m.def("weighed", [](py::array_t<Weight> given) {
        auto values = given.unchecked<1>();
        double sum = 0;
        for (py::ssize_t i = 0; i < values.shape(0); i++) sum += values(i).x * values(i).y;
        return sum;
    });
    m.def("doubled", [](py::array_t<double, py::array::c_style> given) {
        auto values = given.unchecked<1>();
        py::array_t<double> made(values.shape(0));
        double *items = made.mutable_data();
        for (py::ssize_t i = 0; i < values.shape(0); i++) items[i] = 2 * values(i);
        return made;
    });
    m.def("doubled_list", [](std::vector<double> values) {
        for (double &value : values) value *= 2;
        return values;
    });
    m.def("length", py::vectorize([](double x, double y) { return std::sqrt(x * x + y * y); }));
}
