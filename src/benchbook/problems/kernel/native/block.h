/* B points of an instance, from x to f; included for each B. */

#include "sums.h"
#include "bbob.h"
#include "textbook.h"

/* Room for a block with `rows` numbers for each point, and for what vectors reach beyond it. */
#define ROOM(rows) ((rows) * B + 16)

static void F(values)(vec *f, const instance *p, double *y, double *s)
{
    switch (p->function) {
    case SPHERE: F(dot)(f, y, y, p->dim); break;
    case OSCILLATED_ELLIPSOID: F(oscillated_ellipsoid)(f, y, p->a[0].at, p->dim); break;
    case SKEWED_RASTRIGIN: F(skewed_rastrigin)(f, p, y); break;
    case BUECHE_RASTRIGIN: F(bueche_rastrigin)(f, p, y); break;
    case LINEAR_SLOPE: F(linear_slope)(f, p, y); break;
    case ATTRACTIVE_SECTOR: F(attractive_sector)(f, p, y, s); break;
    case STEP_ELLIPSOID: F(step_ellipsoid)(f, p, y, s); break;
    case SCALED_ROSENBROCK: F(scaled_rosenbrock)(f, p, y, s); break;
    case ROTATED_ROSENBROCK: F(multiply)(s, y, &p->a[0]); F(rosenbrock)(f, s, y, p->dim); break;
    case ROTATED_ELLIPSOID:
        F(multiply)(s, y, &p->a[0]);
        F(oscillated_ellipsoid)(f, s, p->a[1].at, p->dim);
        break;
    case BENT_CIGAR: F(bent_cigar)(f, p, y, s); break;
    case SHARP_RIDGE: F(sharp_ridge)(f, p, y, s); break;
    case DIFFERENT_POWERS: F(different_powers)(f, p, y, s); break;
    case ROTATED_RASTRIGIN: F(rotated_rastrigin)(f, p, y, s); break;
    case WEIERSTRASS: F(weierstrass)(f, p, y, s); break;
    case SCHAFFERS: F(schaffers)(f, p, y, s); break;
    case GRIEWANK_ROSENBROCK: F(griewank_rosenbrock)(f, p, y, s); break;
    case SCHWEFEL: F(schwefel)(f, p, y, s); break;
    case GALLAGHER: F(gallagher)(f, p, y, s); break;
    case KATSUURA: F(katsuura)(f, p, y, s); break;
    case LUNACEK: F(lunacek)(f, p, y, s); break;
    default: F(textbook)(f, p, y, s); break;
    }
}

/* The squared distances to the box; `e` is room for a block. */
INLINE int F(outside)(vec *f, const double *x, double *e, long n)
{
    vec most[R];
    POINTS(u) most[u] = splat(0.0);
    EACH(i, VECTORS(n))
    {
        vec excess = at_least(absolute(GET(x)) - 5.0, 0.0);
        PUT(e, excess);
        most[B == 1 ? 0 : i % R] += excess;
    }
    double any = 0.0;
    POINTS(u) for (int k = 0; k < W; k++) any += most[u][k];
    if (any == 0.0) return 0;
    F(dot)(f, e, e, n);
    return 1;
}

/* `n` points, at most B, each `dim` numbers in a row; `room` for blocks. */
static void F(block)(const instance *p, const double *points, long n, double *f, double *room)
{
    long dim = p->dim, size = ROOM(dim + 8);
    double *x = room, *y = x + size, *s = y + size;
#if B == 1
    memcpy(x, points, (size_t)dim * sizeof *x);
    for (int k = 0; k < W; k++) x[dim + k] = 0.0;
    (void)n;
#else
    if (n < B) memset(x, 0, (size_t)(dim * B) * sizeof *x);
    for (long k = 0; k < n; k++)
        for (long d = 0; d < dim; d++) x[d * B + k] = points[k * dim + d];
#endif
    EACH(i, VECTORS(dim)) PUT(y, GET(x) - F(weight)(p->shift, i));
    vec values[R], penalty[R];
    int penalised = p->penalty != 0.0 && F(outside)(penalty, x, s, dim);
    F(values)(values, p, y, s);
    if (penalised) POINTS(u) values[u] += p->penalty * penalty[u];
    POINTS(u) values[u] += p->offset;
#if B == 1
    f[0] = values[0][0];
#else
    if (n == B)
        POINTS(u) store(f + u * W, values[u]);
    else
        memcpy(f, values, (size_t)n * sizeof *f);
#endif
}

#undef R
#undef VECTORS
#undef EACH
#undef GET
#undef NEXT
#undef PUT
#undef POINTS
#undef ROOM
