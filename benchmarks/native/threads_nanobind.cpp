#include <nanobind/nanobind.h>

#include "bodies.h"

namespace nb = nanobind;

NB_MODULE(threads_nanobind, m) {
    m.def("spin", [](uint64_t turns) { return body_spin(turns); }, nb::call_guard<nb::gil_scoped_release>());
}
