// The class P, which nanobind and pybind11 bind.
#pragma once

#include <cmath>
#include <cstdint>
#include <stdexcept>

struct P {
    double x = 0, y = 0;
    int64_t n = 0;

    P(double x, double y, int64_t n) : x(x), y(y), n(n) {}
    double norm() const { return std::sqrt(x * x + y * y); }
    void move(double dx, double dy) {
        x += dx;
        y += dy;
    }
    size_t length() const { return 3; }
    double item(size_t index) const {
        switch (index) {
            case 0: return x;
            case 1: return y;
            case 2: return static_cast<double>(n);
        }
        throw std::out_of_range("there are three items");
    }
    P operator+(const P &other) const { return P(x + other.x, y + other.y, n + other.n); }
};
