/* The textbook functions: z = R (x - s) + x_opt of a block becomes one number for each point.
 *
 * See `benchbook.problems.textbook` for formulas and sources. The first array is x_opt, the second, if any, the
 * function's own, the last, if any, R. `s` is room for further blocks.
 */

INLINE void F(textbook_rosenbrock)(vec *f, double *z, double *s, long n)
{
    EACH(i, VECTORS(n - 1))
    {
        vec head = GET(z), valley = NEXT(z) - head * head, slope = 1.0 - head;
        PUT(s, 100.0 * (valley * valley) + slope * slope);
    }
    F(sum)(f, s, n - 1);
}

INLINE void F(ackley)(vec *f, double *z, long n)
{
    vec squares[R];
    F(dot)(squares, z, z, n);
    EACH(i, VECTORS(n)) PUT(z, half_sine(GET(z)));
    F(dot)(f, z, z, n);
    POINTS(u)
    {
        vec distance = root(squares[u] / (double)n), waves = f[u] / (double)n;
        f[u] = -20.0 * exponential_minus_1(-0.2 * distance) - 0x1.5bf0a8b145769p+1 * exponential_minus_1(-2.0 * waves);
    }
}

/* roots of 1, 2, ... */
INLINE void F(griewank)(vec *f, double *z, const double *roots, long n)
{
    vec squares[R];
    F(dot)(squares, z, z, n);
    EACH(i, VECTORS(n)) PUT(z, cosine(GET(z) / F(weight)(roots, i)));
    F(product)(f, z, n);
    POINTS(u) f[u] = squares[u] / 4000.0 + (1.0 - f[u]);
}

/* height of a variable */
INLINE void F(textbook_schwefel)(vec *f, double *z, double *s, double height, long n)
{
    vec beyond[R];
    EACH(i, VECTORS(n))
    {
        vec x = GET(z), near = at_least(at_most(x, 500.0), -500.0);
        PUT(s, height - near * sine(root(absolute(near))));
        PUT(z, x - near);
    }
    F(sum)(f, s, n);
    F(dot)(beyond, z, z, n);
    POINTS(u) f[u] = at_least(f[u], 0.0) + 0.001 * beyond[u];
}

INLINE void F(levy)(vec *f, double *z, double *s, long n)
{
    EACH(i, VECTORS(n))
    {
        vec u = 0.25 * (GET(z) - 1.0), wave = sine(PI * u + 1.0);
        PUT(z, u);
        PUT(s, (u * u) * (1.0 + 10.0 * (wave * wave)));
    }
    F(sum)(f, s, n - 1);
    POINTS(u)
    {
        vec first = B == 1 ? splat(z[0]) : load(z + u * W), last = B == 1 ? splat(z[n - 1]) : load(z + (n - 1) * B + u * W);
        vec begin = half_sine(first), end = half_sine(2.0 * last);
        f[u] = (begin * begin + f[u]) + (last * last) * (1.0 + end * end);
    }
}

/* half of 1, 2, ... */
INLINE void F(zakharov)(vec *f, double *z, const double *halves, long n)
{
    vec squares[R];
    F(dot)(squares, z, z, n);
    F(weighted)(f, halves, z, n);
    POINTS(u)
    {
        vec squared = f[u] * f[u];
        f[u] = (squares[u] + squared) + squared * squared;
    }
}

INLINE void F(styblinski_tang)(vec *f, double *z, double a, long n)
{
    EACH(i, VECTORS(n))
    {
        vec t = GET(z) - a;
        PUT(z, (t * t) * (t * (t + 4.0 * a) + (6.0 * a * a - 16.0)));
    }
    F(sum)(f, z, n);
    POINTS(u) f[u] *= 0.5;
}

INLINE void F(textbook)(vec *f, const instance *p, double *y, double *s)
{
    long n = p->dim;
    const array *rotation = &p->a[2];
    double *z = y;
    if (rotation->rows) {
        F(multiply)(s, y, rotation);
        z = s;
        s = y;
    }
    EACH(i, VECTORS(n)) PUT(z, GET(z) + F(weight)(p->a[0].at, i));
    const double *own = p->a[1].at;
    switch (p->function) {
    case TEXTBOOK_SPHERE: F(dot)(f, z, z, n); break;
    case TEXTBOOK_ELLIPSOID: F(square)(z, n); F(weighted)(f, own, z, n); break;
    case TEXTBOOK_ROSENBROCK: F(textbook_rosenbrock)(f, z, s, n); break;
    case TEXTBOOK_RASTRIGIN: F(rastrigin)(f, z, n); break;
    case TEXTBOOK_ACKLEY: F(ackley)(f, z, n); break;
    case TEXTBOOK_GRIEWANK: F(griewank)(f, z, own, n); break;
    case TEXTBOOK_SCHWEFEL: F(textbook_schwefel)(f, z, s, own[0], n); break;
    case TEXTBOOK_LEVY: F(levy)(f, z, s, n); break;
    case TEXTBOOK_ZAKHAROV: F(zakharov)(f, z, own, n); break;
    default: F(styblinski_tang)(f, z, own[0], n); break;
    }
}
