#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;

NB_MODULE(arrays_nanobind, m) {
    m.def("total", [](nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu> values) {
        double sum = 0;
        for (size_t i = 0; i < values.shape(0); i++) sum += values.data()[i];
        return sum;
    });
    m.def("total_of_rows", [](nb::ndarray<const double, nb::ndim<2>, nb::device::cpu> given) {
        auto values = given.view();
        double sum = 0;
        for (size_t i = 0; i < values.shape(0); i++)
            for (size_t j = 0; j < values.shape(1); j++) sum += values(i, j);
        return sum;
    });
    m.def("total_of_each", [](nb::ndarray<const double, nb::ndim<1>, nb::device::cpu> given) {
        auto values = given.view();
        double sum = 0;
        for (size_t i = 0; i < values.shape(0); i++) sum += values(i);
        return sum;
    });
    m.def("doubled", [](nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu> values) {
        size_t size = values.shape(0);
        double *made = new double[size];
        for (size_t i = 0; i < size; i++) made[i] = 2 * values.data()[i];
        nb::capsule owner(made, [](void *memory) noexcept { delete[] (double *)memory; });
        return nb::ndarray<nb::numpy, double, nb::ndim<1>>(made, {size}, owner);
    });
    m.def("doubled_list", [](std::vector<double> values) {
        for (double &value : values) value *= 2;
        return values;
    });
}
