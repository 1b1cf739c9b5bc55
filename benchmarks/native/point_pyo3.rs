//! The class P in PyO3.

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;

#[pyclass(get_all, set_all, module = "point_pyo3")]
struct P {
    x: f64,
    y: f64,
    n: i64,
}

#[pymethods]
impl P {
    #[new]
    #[pyo3(signature = (x = 0.0, y = 0.0, n = 0))]
    fn new(x: f64, y: f64, n: i64) -> Self {
        P { x, y, n }
    }

    fn norm(&self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }

    #[pyo3(name = "move")]
    fn move_by(&mut self, dx: f64, dy: f64) {
        self.x += dx;
        self.y += dy;
    }

    fn __len__(&self) -> usize {
        3
    }

    fn __getitem__(&self, index: usize) -> PyResult<f64> {
        match index {
            0 => Ok(self.x),
            1 => Ok(self.y),
            2 => Ok(self.n as f64),
            _ => Err(PyIndexError::new_err("there are three items")),
        }
    }

    fn __add__(&self, other: &P) -> P {
        P { x: self.x + other.x, y: self.y + other.y, n: self.n.wrapping_add(other.n) }
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, pyo3::types::PyType>, (f64, f64, i64)) {
        let p = slf.borrow();
        (slf.get_type(), (p.x, p.y, p.n))
    }
}

#[pymodule]
fn point_pyo3(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<P>()
}
