// The classes of zig/objects.zig, which nanobind and pybind11 bind.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

enum class Color { red, green, blue };

struct Inner {
    double x = 0;
    int64_t n = 0;
    bool operator==(const Inner &other) const { return x == other.x && n == other.n; }
};

using Doubles = std::vector<double>;
using Texts = std::vector<std::string>;
using Inners = std::vector<Inner>;
using DoubleMap = std::unordered_map<std::string, double>;
using TextMap = std::unordered_map<std::string, std::string>;
using InnerMap = std::unordered_map<std::string, Inner>;

struct Fields {
    std::string text;
    std::optional<double> maybe;
    Inner inner;
    Color color = Color::red;
    Doubles items;
};

struct Value {
    double number = 0;
    int64_t n = 0;

    static double twice(double x) { return x * 2; }
    static Value of(double x) { return Value{x, 0}; }
    bool operator==(const Value &other) const { return number == other.number && n == other.n; }
    bool operator!=(const Value &other) const { return !(*this == other); }
    bool operator<(const Value &other) const { return number < other.number; }
    bool contains(double x) const { return x < number; }
    double call(double x) const { return number * x; }
};

struct Counter {
    int64_t left;
};

struct Resource {
    int64_t number;
    void close() { number = 0; }
};

struct Lists {
    Doubles numbers;
    Texts texts;
    Inners structs;
};

struct Maps {
    DoubleMap numbers;
    TextMap texts;
    InnerMap structs;
};

struct Big {
    Doubles values;
    int64_t bumps = 0;
    int64_t bump() {
        values[0] += 1;
        return ++bumps;
    }
};
