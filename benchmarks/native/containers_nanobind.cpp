#include <nanobind/nanobind.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/unordered_map.h>
#include <nanobind/stl/vector.h>

#include "containers.h"

namespace nb = nanobind;
using namespace nb::literals;
using Pair = std::pair<int64_t, double>;

struct Point {
    double x, y;
    int64_t n;
};

static std::unordered_map<std::string, double> numbers;

static nb::dict give(const Point &point) {
    nb::dict dict;
    dict["x"] = point.x;
    dict["y"] = point.y;
    dict["n"] = point.n;
    return dict;
}

static Point take(nb::dict dict) {
    return Point{nb::cast<double>(dict["x"]), nb::cast<double>(dict["y"]), nb::cast<int64_t>(dict["n"])};
}

NB_MODULE(containers_nanobind, m) {
    nb::class_<Point>(m, "Point")
        .def("__init__", [](Point *point, double x, double y, int64_t n) { new (point) Point{x, y, n}; }, "x"_a = 0.0,
             "y"_a = 0.0, "n"_a = 0)
        .def_rw("x", &Point::x)
        .def_rw("y", &Point::y)
        .def_rw("n", &Point::n);
    m.def("prepare", [] {
        fill();
        for (int index = 0; index < TEXTS; index++) numbers[texts[index]] = floats[index];
    });
    m.def("sum_floats", [](const std::vector<double> &values) {
        double sum = 0;
        for (double value : values) sum += value;
        return sum;
    });
    m.def("sum_ints", [](const std::vector<int64_t> &values) {
        int64_t sum = 0;
        for (int64_t value : values) sum += value;
        return sum;
    });
    m.def("sum_texts", [](const std::vector<std::string> &values) {
        size_t sum = 0;
        for (const std::string &value : values) sum += value.size();
        return sum;
    });
    m.def("sum_points", [](const std::vector<Point> &values) {
        double sum = 0;
        for (const Point &value : values) sum += value.x;
        return sum;
    });
    m.def("sum_records", [](nb::list list) {
        std::vector<Point> values;
        for (nb::handle item : list) values.push_back(take(nb::cast<nb::dict>(item)));
        double sum = 0;
        for (const Point &value : values) sum += value.x;
        return sum;
    });
    m.def("sum_pairs", [](const std::vector<Pair> &values) {
        double sum = 0;
        for (const Pair &value : values) sum += value.second;
        return sum;
    });
    m.def("sum_lists", [](const std::vector<std::vector<double>> &values) {
        double sum = 0;
        for (const auto &list : values)
            for (double value : list) sum += value;
        return sum;
    });
    m.def("sum_dict", [](const std::unordered_map<std::string, double> &values) {
        double sum = 0;
        for (const auto &value : values) sum += value.second;
        return sum;
    });
    m.def("third", [](const std::array<double, 3> &values) { return values[2]; });
    m.def("make_floats", [](size_t n) { return std::vector<double>(floats, floats + n); });
    m.def("make_ints", [](size_t n) { return std::vector<int64_t>(ints, ints + n); });
    m.def("make_texts", [](size_t n) { return std::vector<std::string_view>(texts, texts + n); });
    m.def("make_points", [](size_t n) {
        std::vector<Point> values;
        for (size_t index = 0; index < n; index++) values.push_back({floats[index], floats[index], ints[index]});
        return values;
    });
    m.def("make_records", [](size_t n) {
        nb::list list;
        for (size_t index = 0; index < n; index++) list.append(give({floats[index], floats[index], ints[index]}));
        return list;
    });
    m.def("make_pairs", [](size_t n) {
        std::vector<Pair> values;
        for (size_t index = 0; index < n; index++) values.push_back({ints[index], floats[index]});
        return values;
    });
    m.def("make_pair", [] { return Pair(ints[300], floats[300]); });
    m.def("make_dict", []() -> std::unordered_map<std::string, double> { return numbers; });
}
