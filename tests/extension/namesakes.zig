//! Errors that have the names of Python's own exceptions.

/// A sequence by its `__getitem__` alone: Python's `for` ends at an IndexError.
pub const Evens = struct {
    count: i64,

    pub fn __getitem__(self: *const Evens, index: i64) error{IndexError}!i64 {
        if (index >= self.count) return error.IndexError;
        return index * 2;
    }

    /// hasattr() asks for an AttributeError.
    pub fn __getattr__(_: *const Evens, _: []const u8) error{AttributeError}!i64 {
        return error.AttributeError;
    }
};

pub fn fail(which: u8) error{ ValueError, KeyError, StopIteration, UnicodeDecodeError }!void {
    return switch (which) {
        0 => error.ValueError,
        1 => error.KeyError,
        2 => error.StopIteration,
        else => error.UnicodeDecodeError,
    };
}

pub const StoreError = error{ FileNotFound, NoSpaceLeft, Broken, BadToken, EndOfStream };

pub fn store(which: u8) StoreError!void {
    return switch (which) {
        0 => error.FileNotFound,
        1 => error.NoSpaceLeft,
        else => error.Broken,
    };
}

pub const Shelf = struct {
    size: i64 = 0,

    pub const Failure = error{Full};

    pub fn fill(_: Shelf) Failure!void {
        return error.Full;
    }
};
