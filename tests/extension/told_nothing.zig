//! The same library, of which nothing is said.

pub const library = @import("told_library.zig");
