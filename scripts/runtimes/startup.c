/* The command line of python3 for a program that has CPython inside, but another main(). It is preloaded: glibc's
   start-up code calls __libc_start_main with the program's main, and here gets this one in its place. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <wchar.h>

void Py_InitializeEx(int);
void Py_SetProgramName(const wchar_t *);
void PySys_SetArgvEx(int, wchar_t **, int);
wchar_t *Py_DecodeLocale(const char *, size_t *);
int PyRun_SimpleString(const char *);
int Py_FinalizeEx(void);

static const char start[] =
    "import runpy, sys\n"
    "del sys.argv[0]\n"
    "while sys.argv and sys.argv[0] in ('-I', '-P', '-s', '-E', '-B'):\n"
    "    del sys.argv[0]\n"
    "if sys.argv[:1] == ['-c']:\n"
    "    code = sys.argv.pop(1)\n"
    "    del runpy\n"
    "    exec(compile(code, '<string>', 'exec'))\n"
    "elif sys.argv[:1] == ['-m']:\n"
    "    del sys.argv[0]\n"
    "    runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)\n"
    "else:\n"
    "    runpy.run_path(sys.argv[0], run_name='__main__')\n";

static int python(int argc, char **argv, char **environment) {
    (void)environment;
    wchar_t **arguments = calloc((size_t)argc + 1, sizeof *arguments);
    for (int i = 0; i < argc; i++) arguments[i] = Py_DecodeLocale(argv[i], NULL);
    unsetenv("LD_PRELOAD"); /* not for children */
    const char *name = getenv("NANO_FFI_LAUNCHER");
    Py_SetProgramName(Py_DecodeLocale(name ? name : argv[0], NULL));
    Py_InitializeEx(1);
    PySys_SetArgvEx(argc, arguments, 0);
    int status = PyRun_SimpleString(start) ? 1 : 0;
    return Py_FinalizeEx() ? 120 : status;
}

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

int __libc_start_main(main_function *program, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end) {
    (void)program;
    start_function *real = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
    return real(python, argc, argv, init, fini, rtld_fini, stack_end);
}
