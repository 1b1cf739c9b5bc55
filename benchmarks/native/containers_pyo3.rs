//! The functions of zig/containers.zig in PyO3.

use pyo3::prelude::*;
use std::collections::HashMap;
use std::sync::OnceLock;

#[pyclass(get_all, set_all, from_py_object)]
#[derive(Clone)]
struct Point {
    x: f64,
    y: f64,
    n: i64,
}

#[pymethods]
impl Point {
    #[new]
    #[pyo3(signature = (x = 0.0, y = 0.0, n = 0))]
    fn new(x: f64, y: f64, n: i64) -> Self {
        Point { x, y, n }
    }
}

#[derive(FromPyObject, IntoPyObject)]
struct Record {
    #[pyo3(item)]
    x: f64,
    #[pyo3(item)]
    y: f64,
    #[pyo3(item)]
    n: i64,
}

struct Data {
    floats: Vec<f64>,
    ints: Vec<i64>,
    texts: Vec<String>,
    map: HashMap<String, f64>,
}

fn data() -> &'static Data {
    static DATA: OnceLock<Data> = OnceLock::new();
    DATA.get_or_init(|| {
        let floats: Vec<f64> = (0..100_000).map(|n| n as f64 + 0.5).collect();
        let texts: Vec<String> = (0..1000).map(|n| format!("text{n}")).collect();
        let map = texts.iter().cloned().zip(floats.iter().copied()).collect();
        Data { ints: (0..100_000).map(|n| n * 7).collect(), floats, texts, map }
    })
}

#[pyfunction]
fn prepare() {
    data();
}

#[pyfunction]
fn sum_floats(values: Vec<f64>) -> f64 {
    values.iter().sum()
}

#[pyfunction]
fn sum_ints(values: Vec<i64>) -> i64 {
    values.iter().sum()
}

#[pyfunction]
fn sum_texts(values: Vec<String>) -> usize {
    values.iter().map(|value| value.len()).sum()
}

#[pyfunction]
fn sum_points(values: Vec<Point>) -> f64 {
    values.iter().map(|value| value.x).sum()
}

#[pyfunction]
fn sum_records(values: Vec<Record>) -> f64 {
    values.iter().map(|value| value.x).sum()
}

#[pyfunction]
fn sum_pairs(values: Vec<(i64, f64)>) -> f64 {
    values.iter().map(|value| value.1).sum()
}

#[pyfunction]
fn sum_lists(values: Vec<Vec<f64>>) -> f64 {
    values.iter().flatten().sum()
}

#[pyfunction]
fn sum_dict(values: HashMap<String, f64>) -> f64 {
    values.values().sum()
}

#[pyfunction]
fn third(values: [f64; 3]) -> f64 {
    values[2]
}

#[pyfunction]
fn make_floats(n: usize) -> Vec<f64> {
    data().floats[..n].to_vec()
}

#[pyfunction]
fn make_ints(n: usize) -> Vec<i64> {
    data().ints[..n].to_vec()
}

#[pyfunction]
fn make_texts(n: usize) -> Vec<&'static str> {
    data().texts[..n].iter().map(|text| text.as_str()).collect()
}

#[pyfunction]
fn make_points(n: usize) -> Vec<Point> {
    let data = data();
    (0..n).map(|i| Point { x: data.floats[i], y: data.floats[i], n: data.ints[i] }).collect()
}

#[pyfunction]
fn make_records(n: usize) -> Vec<Record> {
    let data = data();
    (0..n).map(|i| Record { x: data.floats[i], y: data.floats[i], n: data.ints[i] }).collect()
}

#[pyfunction]
fn make_pairs(n: usize) -> Vec<(i64, f64)> {
    let data = data();
    (0..n).map(|i| (data.ints[i], data.floats[i])).collect()
}

#[pyfunction]
fn make_pair() -> (i64, f64) {
    (data().ints[300], data().floats[300])
}

#[pyfunction]
fn make_dict() -> HashMap<String, f64> {
    data().map.clone()
}

#[pymodule]
fn containers_pyo3(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Point>()?;
    module.add_function(wrap_pyfunction!(prepare, module)?)?;
    module.add_function(wrap_pyfunction!(sum_floats, module)?)?;
    module.add_function(wrap_pyfunction!(sum_ints, module)?)?;
    module.add_function(wrap_pyfunction!(sum_texts, module)?)?;
    module.add_function(wrap_pyfunction!(sum_points, module)?)?;
    module.add_function(wrap_pyfunction!(sum_records, module)?)?;
    module.add_function(wrap_pyfunction!(sum_pairs, module)?)?;
    module.add_function(wrap_pyfunction!(sum_lists, module)?)?;
    module.add_function(wrap_pyfunction!(sum_dict, module)?)?;
    module.add_function(wrap_pyfunction!(third, module)?)?;
    module.add_function(wrap_pyfunction!(make_floats, module)?)?;
    module.add_function(wrap_pyfunction!(make_ints, module)?)?;
    module.add_function(wrap_pyfunction!(make_texts, module)?)?;
    module.add_function(wrap_pyfunction!(make_points, module)?)?;
    module.add_function(wrap_pyfunction!(make_records, module)?)?;
    module.add_function(wrap_pyfunction!(make_pairs, module)?)?;
    module.add_function(wrap_pyfunction!(make_pair, module)?)?;
    module.add_function(wrap_pyfunction!(make_dict, module)?)
}
