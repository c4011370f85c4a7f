/* One variant of the kernel; compiled once for each instruction set, with VARIANT as the name. */
#include "kernel.h"
#include "transforms.h"

#include <stdlib.h>

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)
#define BLOCK (W == 8 ? 16 : 8)

#define F(name) JOIN(name, single)
#define B 1
#include "block.h"
#undef F
#undef B
#define F(name) JOIN(name, many)
#if W == 8
#define B 16
#else
#define B 8
#endif
#include "block.h"

#define ON_STACK 4096 /* numbers */

/* The value of a point whose value is no finite number: +inf where only infinities are the reason. */
static double without_limit(const instance *p, const double *x, double value)
{
    for (long d = 0; d < p->dim; d++)
        if (x[d] != x[d]) return value;
    return value != value && p->unbounded ? INFINITE : value;
}

static void evaluate(const instance *p, const double *x, long n, double *f)
{
    long dim = p->dim, peaks = p->function == GALLAGHER ? p->a[2].cols : 0;
    long needed = (5 * (dim + 24) + peaks) * (n > 1 ? B : 1) + 6 * 128;
    double stack[ON_STACK] __attribute__((aligned(64)));
    double *room = needed <= ON_STACK ? stack : malloc((size_t)needed * sizeof *room);
    if (room == NULL) {
        for (long k = 0; k < n; k++) f[k] = __builtin_nan("");
        return;
    }
    long k = 0, vectors = (dim + W - 1) / W;
    for (; k < n;) {
        long left = n - k < B ? n - k : B;
        if (left == 1 || left * vectors < dim * (B / W))
            block_single(p, x + k * dim, 1, f + k, room), k++;
        else
            block_many(p, x + k * dim, left, f + k, room), k += left;
    }
    for (k = 0; k < n; k++)
        if (!(f[k] - f[k] == 0.0)) f[k] = without_limit(p, x + k * dim, f[k]);
    if (room != stack) free(room);
}

static void elementary(enum elementary which, const double *x, const double *y, long n, double *out)
{
    for (long i = 0; i < n; i += W) {
        double a[W] = {0}, b[W] = {0}, c[W];
        size_t bytes = (size_t)(n - i < W ? n - i : W) * sizeof *a;
        memcpy(a, x + i, bytes);
        memcpy(b, y + i, bytes);
        vec v = load(a), r;
        switch (which) {
        case EXP: r = exponential(v); break;
        case LOG: r = logarithm(v); break;
        case SIN: r = sine(v); break;
        case COS: r = cosine(v); break;
        case SIN_PI: r = sine_of_half_turns(v); break;
        case POWER: r = power(v, load(b)); break;
        default: r = exponential_minus_1(v); break;
        }
        store(c, r);
        memcpy(out + i, c, bytes);
    }
}

const variant JOIN(variant, VARIANT) = {TEXT(VARIANT), evaluate, elementary};
