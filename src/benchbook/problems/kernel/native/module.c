/* The binding: instances as Python objects, NumPy arrays in and out, and the choice of the variant. */
#include <Python.h>

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <numpy/arrayobject.h>

#include "kernel.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#define EACH_VARIANT(_) _(avx512) _(avx2) _(sse2)
#elif defined(__aarch64__)
#define EACH_VARIANT(_) _(neon)
#else
#define EACH_VARIANT(_) _(plain)
#endif

#define DECLARE(name) extern const variant variant_##name;
EACH_VARIANT(DECLARE)
#define ADDRESS(name) &variant_##name,
static const variant *const VARIANTS[] = {EACH_VARIANT(ADDRESS) NULL};

#define NAME_AND_SHAPES(name, shapes) {#name, shapes},
static const struct {
    const char *name, *shapes;
} TABLE[] = {FUNCTIONS(NAME_AND_SHAPES)};

static const variant *current;
static PyObject *checked_points; /* called where points are not a plain array of doubles */

#define LONG_ENOUGH 512 /* numbers from which on other threads may run meanwhile */
#define LINE 64

static int supported(const char *name)
{
#if defined(__x86_64__)
    unsigned a, b, c, d, low, high;
    if (strcmp(name, "sse2") == 0) return 1;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 27))) return 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0)); /* which registers the system saves */
    if ((low & 0x6) != 0x6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    if (strcmp(name, "avx2") == 0) return (b >> 5) & 1;
    return (low & 0xe0) == 0xe0 && ((b >> 16) & 1) && ((b >> 17) & 1) && ((b >> 31) & 1);
#else
    (void)name;
    return 1;
#endif
}

/* ------------------------------------------------------------------------------------------------ instances */

typedef struct {
    PyObject_HEAD
    instance p;
    void *memory;
} Instance;

static PyTypeObject *instance_type;

static long padded(long n) { return (n + 7) / 8 * 8; }

static int shape_fits(char kind, PyArrayObject *a, long dim, long *peaks)
{
    int axes = PyArray_NDIM(a);
    const npy_intp *shape = PyArray_DIMS(a);
    if (kind == 'm' || kind == '?') return axes == 2 && shape[0] == dim && shape[1] == dim;
    if (kind == 'q') {
        *peaks = axes == 2 ? (long)shape[1] : 0;
        return axes == 2 && shape[0] == 2 * dim && shape[1] > 0;
    }
    if (axes != 1) return 0;
    return shape[0] == (kind == 'v' ? dim : kind == 'k' ? *peaks : kind - '0');
}

/* Take over an array into `to`, row by row; return where its memory ends. */
static double *copied(array *to, PyArrayObject *from, double *memory)
{
    int matrix = PyArray_NDIM(from) == 2;
    to->rows = matrix ? (long)PyArray_DIM(from, 0) : 1;
    to->cols = (long)PyArray_DIM(from, matrix);
    to->stride = padded(to->cols);
    to->at = memory;
    const double *data = PyArray_DATA(from);
    for (long i = 0; i < to->rows; i++)
        memcpy(memory + i * to->stride, data + i * to->cols, (size_t)to->cols * sizeof *data);
    return memory + to->rows * to->stride;
}

static long room_for(PyArrayObject *a)
{
    return PyArray_NDIM(a) == 2 ? (long)PyArray_DIM(a, 0) * padded((long)PyArray_DIM(a, 1)) : padded((long)PyArray_DIM(a, 0));
}

static int take(Instance *self, PyObject *shift, PyObject *arrays)
{
    const char *shapes = TABLE[self->p.function].shapes;
    Py_ssize_t count = PyTuple_Size(arrays), most = (Py_ssize_t)strlen(shapes), least = most;
    if (most && shapes[most - 1] == '?') least--;
    if (count < least || count > most) {
        PyErr_Format(PyExc_ValueError, "%s takes %zd arrays, not %zd", TABLE[self->p.function].name, most, count);
        return -1;
    }
    PyArrayObject *all[MOST_ARRAYS + 1] = {NULL};
    long total = 16, peaks = 0;
    int fine = 1;
    for (Py_ssize_t k = 0; k <= count && fine; k++) {
        PyObject *item = k ? PyTuple_GetItem(arrays, k - 1) : shift;
        all[k] = (PyArrayObject *)PyArray_FROM_OTF(item, NPY_DOUBLE, NPY_ARRAY_IN_ARRAY);
        fine = all[k] != NULL;
        if (fine && !shape_fits(k ? shapes[k - 1] : 'v', all[k], self->p.dim, &peaks)) {
            PyErr_Format(PyExc_ValueError, "array %zd of %s has a wrong shape", k, TABLE[self->p.function].name);
            fine = 0;
        }
        if (fine) total += room_for(all[k]);
    }
    if (fine && (self->memory = calloc((size_t)total * sizeof(double) + LINE, 1)) == NULL) {
        PyErr_NoMemory();
        fine = 0;
    }
    if (fine) {
        double *memory = (double *)(((uintptr_t)self->memory + LINE - 1) / LINE * LINE);
        array place;
        memory = copied(&place, all[0], memory);
        self->p.shift = place.at;
        for (Py_ssize_t k = 1; k <= count; k++) memory = copied(&self->p.a[k - 1], all[k], memory);
    }
    for (int k = 0; k <= MOST_ARRAYS; k++) Py_XDECREF((PyObject *)all[k]);
    return fine ? 0 : -1;
}

static PyObject *make_instance(PyObject *module, PyObject *args)
{
    (void)module;
    const char *name;
    Py_ssize_t dim;
    double offset, penalty;
    int unbounded;
    PyObject *shift, *arrays;
    if (!PyArg_ParseTuple(args, "snddpOO!", &name, &dim, &offset, &penalty, &unbounded, &shift, &PyTuple_Type, &arrays))
        return NULL;
    int function = 0;
    while (function < FUNCTION_COUNT && strcmp(TABLE[function].name, name) != 0) function++;
    if (function == FUNCTION_COUNT || dim < 1) {
        PyErr_Format(PyExc_ValueError, "there is no function %s of %zd variables", name, dim);
        return NULL;
    }
    allocfunc alloc = (allocfunc)PyType_GetSlot(instance_type, Py_tp_alloc);
    Instance *self = (Instance *)alloc(instance_type, 0);
    if (self == NULL) return NULL;
    memset(&self->p, 0, sizeof self->p);
    self->memory = NULL;
    self->p.function = (enum function)function;
    self->p.dim = (long)dim;
    self->p.offset = offset;
    self->p.penalty = penalty;
    self->p.unbounded = unbounded;
    if (take(self, shift, arrays) < 0) {
        Py_DECREF((PyObject *)self);
        return NULL;
    }
    return (PyObject *)self;
}

static void instance_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    free(((Instance *)self)->memory);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF((PyObject *)type);
}

static int plain(PyObject *x, int axes)
{
    return PyArray_Check(x) && PyArray_TYPE((PyArrayObject *)x) == NPY_DOUBLE && PyArray_NDIM((PyArrayObject *)x) == axes
           && PyArray_ISCARRAY_RO((PyArrayObject *)x);
}

/* ------------------------------------------------------------------------------------------------ evaluation */

static PyObject *instance_evaluate(PyObject *self, PyObject *x)
{
    const instance *p = &((Instance *)self)->p;
    if (plain(x, 2) && PyArray_DIM((PyArrayObject *)x, 1) == p->dim)
        Py_INCREF(x);
    else {
        x = PyObject_CallFunction(checked_points, "Ol", x, p->dim);
        if (x == NULL) return NULL;
        if (!plain(x, 2) || PyArray_DIM((PyArrayObject *)x, 1) != p->dim) {
            PyErr_SetString(PyExc_TypeError, "the points were not converted");
            Py_DECREF(x);
            return NULL;
        }
    }
    npy_intp n = PyArray_DIM((PyArrayObject *)x, 0);
    PyObject *values = PyArray_SimpleNew(1, &n, NPY_DOUBLE);
    if (values != NULL) {
        const double *from = PyArray_DATA((PyArrayObject *)x);
        double *to = PyArray_DATA((PyArrayObject *)values);
        if (n * p->dim < LONG_ENOUGH)
            current->evaluate(p, from, (long)n, to);
        else {
            Py_BEGIN_ALLOW_THREADS
            current->evaluate(p, from, (long)n, to);
            Py_END_ALLOW_THREADS
        }
    }
    Py_DECREF(x);
    return values;
}

/* evaluate_each(instances, x): points (runs, n, dim) of one instance for each run become values (runs, n) */
static PyObject *evaluate_each(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *instances, *x;
    if (!PyArg_ParseTuple(args, "O!O", &PyTuple_Type, &instances, &x)) return NULL;
    Py_ssize_t runs = PyTuple_Size(instances);
    if (!plain(x, 3) || PyArray_DIM((PyArrayObject *)x, 0) != runs) {
        PyErr_SetString(PyExc_ValueError, "x is no C-contiguous array of doubles with one batch for each run");
        return NULL;
    }
    npy_intp n = PyArray_DIM((PyArrayObject *)x, 1), dim = PyArray_DIM((PyArrayObject *)x, 2);
    const instance **each = malloc((size_t)(runs ? runs : 1) * sizeof *each);
    if (each == NULL) return PyErr_NoMemory();
    for (Py_ssize_t run = 0; run < runs; run++) {
        PyObject *item = PyTuple_GetItem(instances, run);
        if (Py_TYPE(item) != instance_type || ((Instance *)item)->p.dim != dim) {
            PyErr_Format(PyExc_ValueError, "item %zd is no instance of %zd variables", run, (Py_ssize_t)dim);
            free(each);
            return NULL;
        }
        each[run] = &((Instance *)item)->p;
    }
    npy_intp shape[2] = {runs, n};
    PyObject *values = PyArray_SimpleNew(2, shape, NPY_DOUBLE);
    if (values != NULL) {
        const double *from = PyArray_DATA((PyArrayObject *)x);
        double *to = PyArray_DATA((PyArrayObject *)values);
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t run = 0; run < runs; run++) current->evaluate(each[run], from + run * n * dim, (long)n, to + run * n);
        Py_END_ALLOW_THREADS
    }
    free(each);
    return values;
}

/* elementary(which, x, y): exp, log, ... of vectors, for tests */
static PyObject *elementary(PyObject *module, PyObject *args)
{
    (void)module;
    static const char *const NAMES[] = {"exp", "log", "sin", "cos", "sin_pi", "power", "expm1"};
    const char *name;
    PyObject *x, *y;
    if (!PyArg_ParseTuple(args, "sOO", &name, &x, &y)) return NULL;
    int which = 0;
    while (which < ELEMENTARY && strcmp(NAMES[which], name) != 0) which++;
    if (which == ELEMENTARY || !plain(x, 1) || !plain(y, 1)
        || PyArray_DIM((PyArrayObject *)x, 0) != PyArray_DIM((PyArrayObject *)y, 0)) {
        PyErr_Format(PyExc_ValueError, "expected a function's name and two vectors of doubles, not %s", name);
        return NULL;
    }
    npy_intp n = PyArray_DIM((PyArrayObject *)x, 0);
    PyObject *values = PyArray_SimpleNew(1, &n, NPY_DOUBLE);
    if (values != NULL)
        current->elementary((enum elementary)which, PyArray_DATA((PyArrayObject *)x), PyArray_DATA((PyArrayObject *)y),
                            (long)n, PyArray_DATA((PyArrayObject *)values));
    return values;
}

/* ------------------------------------------------------------------------------------------------ the module */

static PyObject *variants(PyObject *module, PyObject *none)
{
    (void)module, (void)none;
    PyObject *names = PyList_New(0);
    for (int k = 0; names != NULL && VARIANTS[k] != NULL; k++) {
        if (!supported(VARIANTS[k]->name)) continue;
        PyObject *name = PyUnicode_FromString(VARIANTS[k]->name);
        if (name == NULL || PyList_Append(names, name) < 0) Py_CLEAR(names);
        Py_XDECREF(name);
    }
    return names;
}

static PyObject *variant_in_use(PyObject *module, PyObject *none)
{
    (void)module, (void)none;
    return PyUnicode_FromString(current->name);
}

static PyObject *use(PyObject *module, PyObject *args)
{
    (void)module;
    const char *name;
    if (!PyArg_ParseTuple(args, "s", &name)) return NULL;
    for (int k = 0; VARIANTS[k] != NULL; k++)
        if (strcmp(VARIANTS[k]->name, name) == 0 && supported(name)) {
            current = VARIANTS[k];
            Py_RETURN_NONE;
        }
    PyErr_Format(PyExc_ValueError, "this processor has no variant %s", name);
    return NULL;
}

static PyObject *check_with(PyObject *module, PyObject *function)
{
    (void)module;
    Py_XDECREF(checked_points);
    checked_points = Py_NewRef(function);
    Py_RETURN_NONE;
}

static PyMethodDef instance_methods[] = {
    {"evaluate", instance_evaluate, METH_O, "Return the values of points (n, dim), shape (n,)."},
    {NULL, NULL, 0, NULL},
};
static PyType_Slot instance_slots[] = {
    {Py_tp_dealloc, instance_dealloc},
    {Py_tp_methods, instance_methods},
    {0, NULL},
};
static PyType_Spec instance_spec = {
    .name = "benchbook.problems.kernel._kernel.Instance",
    .basicsize = sizeof(Instance),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = instance_slots,
};
static PyMethodDef methods[] = {
    {"instance", make_instance, METH_VARARGS, "Make an instance: function, dim, offset, penalty, unbounded, shift, arrays."},
    {"evaluate_each", evaluate_each, METH_VARARGS, "Return the values of points (runs, n, dim), shape (runs, n)."},
    {"elementary", elementary, METH_VARARGS, "Return an elementary function of two vectors."},
    {"variants", variants, METH_NOARGS, "Return the variants that this processor can run, best first."},
    {"variant", variant_in_use, METH_NOARGS, "Return the variant in use."},
    {"use", use, METH_VARARGS, "Use a variant from now on."},
    {"check_with", check_with, METH_O, "Set what converts points that are not a plain array of doubles."},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_kernel", NULL, -1, methods, NULL, NULL, NULL, NULL};

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown"
#endif

PyMODINIT_FUNC PyInit__kernel(void)
{
    import_array();
    for (int k = 0; VARIANTS[k] != NULL && current == NULL; k++)
        if (supported(VARIANTS[k]->name)) current = VARIANTS[k];
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL) return NULL;
    instance_type = (PyTypeObject *)PyType_FromSpec(&instance_spec);
    if (instance_type == NULL || PyModule_AddObjectRef(module, "Instance", (PyObject *)instance_type) < 0
        || PyModule_AddStringConstant(module, "VERSION", KERNEL_VERSION) < 0
        || PyModule_AddStringConstant(module, "COMPILER", COMPILER) < 0
        || PyModule_AddStringConstant(module, "SOURCES", KERNEL_SOURCES) < 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
