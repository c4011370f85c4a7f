/* What the variants and the binding share: an instance of a function, and the table of variants. */
#ifndef BENCHBOOK_KERNEL_H
#define BENCHBOOK_KERNEL_H

#define KERNEL_VERSION "1.0"
#define MOST_ARRAYS 3

/* Every function with the shapes of its arrays: m (dim, dim), q (2 dim, any), k (any, as in q), v (dim), digits: so
 * many numbers, and ? for a matrix that may be missing. */
#define FUNCTIONS(_)                  \
    _(SPHERE, "")                     \
    _(OSCILLATED_ELLIPSOID, "v")      \
    _(SKEWED_RASTRIGIN, "vv")         \
    _(BUECHE_RASTRIGIN, "vv")         \
    _(LINEAR_SLOPE, "v")              \
    _(ATTRACTIVE_SECTOR, "mv")        \
    _(STEP_ELLIPSOID, "mmv")          \
    _(SCALED_ROSENBROCK, "1")         \
    _(ROTATED_ROSENBROCK, "m")        \
    _(ROTATED_ELLIPSOID, "mv")        \
    _(BENT_CIGAR, "mvv")              \
    _(SHARP_RIDGE, "m")               \
    _(DIFFERENT_POWERS, "mv")         \
    _(ROTATED_RASTRIGIN, "mvm")       \
    _(WEIERSTRASS, "mm")              \
    _(SCHAFFERS, "mvm")               \
    _(GRIEWANK_ROSENBROCK, "m1")      \
    _(SCHWEFEL, "vv4")                \
    _(GALLAGHER, "mqk")               \
    _(KATSUURA, "mv2")                \
    _(LUNACEK, "vm2")                 \
    _(TEXTBOOK_SPHERE, "v1?")         \
    _(TEXTBOOK_ELLIPSOID, "vv?")      \
    _(TEXTBOOK_ROSENBROCK, "v1?")     \
    _(TEXTBOOK_RASTRIGIN, "v1?")      \
    _(TEXTBOOK_ACKLEY, "v1?")         \
    _(TEXTBOOK_GRIEWANK, "vv?")       \
    _(TEXTBOOK_SCHWEFEL, "v1?")       \
    _(TEXTBOOK_LEVY, "v1?")           \
    _(TEXTBOOK_ZAKHAROV, "vv?")       \
    _(TEXTBOOK_STYBLINSKI_TANG, "v1?")

#define NAME_OF(name, shapes) name,
enum function { FUNCTIONS(NAME_OF) FUNCTION_COUNT };
#undef NAME_OF

/* A vector (one row) or a matrix; rows begin at multiples of 64 bytes and are filled up with zeros. */
typedef struct {
    long rows, cols, stride;
    const double *at;
} array;

/* f(x) = offset + penalty * (squared distance of x to [-5, 5]^dim) + function(x - shift; arrays). */
typedef struct {
    enum function function;
    int unbounded; /* whether the function grows without bound, so that it is +inf at infinity */
    long dim;
    double offset, penalty;
    const double *shift;
    array a[MOST_ARRAYS];
} instance;

enum elementary { EXP, LOG, SIN, COS, SIN_PI, POWER, EXP_MINUS_1, ELEMENTARY };

typedef struct {
    const char *name;
    void (*evaluate)(const instance *p, const double *x, long n, double *f);
    void (*elementary)(enum elementary which, const double *x, const double *y, long n, double *out);
} variant;

#endif
