// What the assertions that check.zig writes are made of. Included before them, for their words, and
// behind them, for the main function that says how many there were.

#ifndef FACTS

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <frameobject.h> // PyFrame_New
#include <structmember.h> // PyMemberDef, before CPython 3.12
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#if PY_VERSION_HEX < 0x030c0000 // named without Py_ then
#define Py_T_PYSSIZET T_PYSSIZET
#define Py_READONLY READONLY
#endif

#ifdef CAPI_LIMITED
static_assert(PY_MINOR_VERSION >= CAPI_MINOR, "Python.h is older than the oldest CPython that capi.zig serves");
#else
static_assert(PY_MINOR_VERSION == CAPI_MINOR, "Python.h is of another CPython than -Dpython says");
#endif
#ifdef Py_GIL_DISABLED
static_assert(CAPI_FREE_THREADED, "Python.h is of a free-threaded CPython, -Dpython is not");
#else
static_assert(!CAPI_FREE_THREADED, "Python.h is not of a free-threaded CPython, -Dpython is");
#endif

// Names that differ between CPythons, where capi.zig has one for all.
#if PY_MINOR_VERSION >= 14 && SIZEOF_VOID_P > 4 && !defined(Py_GIL_DISABLED)
// The 64-bit count since 3.14; its ob_refcnt is the lower half.
#define ob_refcnt ob_refcnt_full
#endif

#ifdef _Py_SLOT_COMPAT_VALUE
// 3.15 renumbers slots, and takes the old numbers still; capi.zig gives those.
#undef _Py_SLOT_COMPAT_VALUE
#define _Py_SLOT_COMPAT_VALUE(OLD, NEW) OLD
#endif

// Types of capi.zig, as check.zig describes them.
struct Void;
struct Any;
struct Object;
template <size_t size, bool is_signed> struct Int;
template <size_t size> struct Float;
template <size_t size> struct Struct;
template <size_t length, class Element> struct Array;
template <class Target> struct Pointer;
template <class Named> struct Same;
template <class Result, class... Parameters> struct Function;

template <class T> struct Bare { using type = T; };
template <class T> struct Bare<const T> { using type = T; };
template <class T> struct Bare<volatile T> { using type = T; };
template <class T> struct Bare<const volatile T> { using type = T; };

// A function type of C, taken apart. A parameter that is not there is of a type that nothing matches.
struct Missing {};
template <size_t index, class... All> struct At { using type = Missing; };
template <class First, class... Rest> struct At<0, First, Rest...> { using type = First; };
template <size_t index, class First, class... Rest> struct At<index, First, Rest...> : At<index - 1, Rest...> {};
template <class T> struct Taken;
template <class R, class... P> struct Taken<R(P...)> {
    using result = R;
    static constexpr size_t count = sizeof...(P);
    static constexpr bool variadic = false;
    template <size_t index> using parameter = typename At<index, P...>::type;
};
template <class R, class... P> struct Taken<R(P..., ...)> : Taken<R(P...)> {
    static constexpr bool variadic = true;
};
// A call, as it forgets whether the function returns.
template <class R, class... P> Taken<R(P...)> take(R (*)(P...));
template <class R, class... P> Taken<R(P..., ...)> take(R (*)(P..., ...));
#define TAKEN(name) decltype(take(&name))

// Whether a type of C is what capi.zig says: the same size, signedness and class, and for pointers what they point to.
template <class C, class Zig> struct Like { static constexpr bool value = false; };
template <class C, class Zig> constexpr bool like = Like<typename Bare<C>::type, Zig>::value;

template <> struct Like<void, Void> { static constexpr bool value = true; };
template <class C> struct Like<C, Any> { static constexpr bool value = true; };
template <class C> struct Like<C, Object> {
    static constexpr bool value = __is_same(C, PyObject);
};
template <class C, size_t size, bool is_signed> struct Like<C, Int<size, is_signed>> {
    // char has a sign of the platform's choice, an enum of the compiler's; a struct in C may be bits in capi.zig.
    static constexpr bool value = sizeof(C) == size &&
        (__is_enum(C) || __is_class(C) || __is_union(C) ||
         (__is_integral(C) && (size == 1 || __is_signed(C) == is_signed)));
};
template <class C, size_t size> struct Like<C, Float<size>> {
    static constexpr bool value = __is_floating_point(C) && sizeof(C) == size;
};
template <class C, size_t size> struct Like<C, Struct<size>> {
    static constexpr bool value = (__is_class(C) || __is_union(C)) && sizeof(C) == size;
};
template <class C, class Named> struct Like<C, Same<Named>> {
    static constexpr bool value = __is_same(C, Named);
};
template <class E, size_t length, class Element> struct Like<E[length], Array<length, Element>> {
    static constexpr bool value = like<E, Element>;
};
template <class T, class Target> struct Like<T *, Pointer<Target>> {
    static constexpr bool value = like<T, Target>;
};
// An object may have a type of its own in C: one that begins with a PyObject, or one that is not shown, or none.
template <class T> struct Like<T *, Pointer<Object>> {
    using C = typename Bare<T>::type;
    static constexpr bool value = __is_same(C, PyObject) || __is_void(C) ||
        (__is_class(C) && (requires(C object) { object.ob_base; } || !requires { sizeof(C); }));
};
template <class R, class... P, class Result, class... Parameters>
struct Like<R(P...), Function<Result, Parameters...>> {
    template <class... Pairs> static constexpr bool all(Pairs... pairs) { return (... && pairs); }
    static constexpr bool compare() {
        if constexpr (sizeof...(P) != sizeof...(Parameters)) return false;
        else return like<R, Result> && all(like<P, Parameters>...);
    }
    static constexpr bool value = compare();
};
template <class T> struct Pointee { using type = T; };
template <class T> struct Pointee<T *> { using type = T; };

#else

int main() {
#ifdef STATIC_OBJECT
    static const unsigned char bytes[] = STATIC_OBJECT;
    static struct { PyObject head; } real = {PyObject_HEAD_INIT(NULL)};
    static_assert(sizeof bytes == sizeof real, "static_object: capi.zig says another size than PyObject has");
    if (memcmp(&real, bytes, sizeof real) != 0) {
        fputs("static_object: capi.zig says other bytes than PyObject_HEAD_INIT(NULL) has\n", stderr);
        return 1;
    }
#endif
    printf("declarations: checked %d facts with CPython " PY_VERSION "%s%s\n", FACTS,
           CAPI_FREE_THREADED ? "t" : "",
#ifdef CAPI_LIMITED
           ", stable ABI"
#else
           ""
#endif
    );
}

#endif
