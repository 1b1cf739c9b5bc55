// The replaceable allocation functions of C++ ([new.delete]) for modules with C++ on macOS, hidden.
// libc++abi's are exported whatever its visibility, and Zig's linker of Mach-O files takes no list
// of what to export: other C++ in the process would find this module's. Who defines these is not
// linked with those. (Those that C++ declares by itself hides
// -fvisibility-global-new-delete=force-hidden, the others this, which <new> asks for.)
#define _LIBCPP_OVERRIDABLE_FUNC_VIS __attribute__((__visibility__("hidden")))

#include <cstddef>
#include <cstdlib>
#include <new>

static void *take(std::size_t size, std::size_t alignment) {
    if (size == 0) size = 1;
    for (;;) {
        void *memory = nullptr;
        if (alignment <= alignof(std::max_align_t))
            memory = std::malloc(size);
        else if (posix_memalign(&memory, alignment, size) != 0)
            memory = nullptr;
        if (memory != nullptr) return memory;
        std::new_handler handler = std::get_new_handler();
        if (handler == nullptr) throw std::bad_alloc();
        handler();
    }
}

static void *takeOrNull(std::size_t size, std::size_t alignment) noexcept {
    try {
        return take(size, alignment);
    } catch (...) {
        return nullptr;
    }
}

using Alignment = std::align_val_t;
using Size = std::size_t;
static constexpr Size usual = alignof(std::max_align_t);

void *operator new(Size size) { return take(size, usual); }
void *operator new[](Size size) { return take(size, usual); }
void *operator new(Size size, Alignment a) { return take(size, Size(a)); }
void *operator new[](Size size, Alignment a) { return take(size, Size(a)); }
void *operator new(Size size, const std::nothrow_t &) noexcept { return takeOrNull(size, usual); }
void *operator new[](Size size, const std::nothrow_t &) noexcept { return takeOrNull(size, usual); }
void *operator new(Size size, Alignment a, const std::nothrow_t &) noexcept {
    return takeOrNull(size, Size(a));
}
void *operator new[](Size size, Alignment a, const std::nothrow_t &) noexcept {
    return takeOrNull(size, Size(a));
}

void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete[](void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, Size) noexcept { std::free(memory); }
void operator delete[](void *memory, Size) noexcept { std::free(memory); }
void operator delete(void *memory, Alignment) noexcept { std::free(memory); }
void operator delete[](void *memory, Alignment) noexcept { std::free(memory); }
void operator delete(void *memory, Size, Alignment) noexcept { std::free(memory); }
void operator delete[](void *memory, Size, Alignment) noexcept { std::free(memory); }
void operator delete(void *memory, const std::nothrow_t &) noexcept { std::free(memory); }
void operator delete[](void *memory, const std::nothrow_t &) noexcept { std::free(memory); }
void operator delete(void *memory, Alignment, const std::nothrow_t &) noexcept { std::free(memory); }
void operator delete[](void *memory, Alignment, const std::nothrow_t &) noexcept {
    std::free(memory);
}
