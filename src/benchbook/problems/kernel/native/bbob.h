/* The BBOB functions without offset and penalty: y = x - x_opt of a block becomes one number for each point.
 *
 * Hansen, Finck, Ros & Auger 2009, INRIA RR-6829. Arrays are those that `benchbook.problems.bbob` draws, in its order.
 * `y` may be overwritten; `s` is room for four more blocks and the peaks. Where the same number can be had with less
 * cancellation (2 sin^2 for 1 - cos), it is; so the least value is exactly 0.
 */

#define EACH(i, n) for (long i = 0; i < (n); i++)
#define GET(p) load((p) + i * W)
#define NEXT(p) load((p) + i * W + B)
#define PUT(p, value) store((p) + i * W, value)
#define POINTS(u) for (int u = 0; u < R; u++)

INLINE void F(square)(double *z, long n) { EACH(i, VECTORS(n)) PUT(z, GET(z) * GET(z)); }

/* f2, f10, f11: sum w_i T_osz(z_i)^2 */
INLINE void F(oscillated_ellipsoid)(vec *f, double *z, const double *w, long n)
{
    EACH(i, VECTORS(n)) PUT(z, exponential(2.0 * oscillated_log(GET(z))));
    F(weighted)(f, w, z, n);
}

/* 10 (D - sum cos(2 pi z_i)) + sum z_i^2 */
INLINE void F(rastrigin)(vec *f, double *z, long n)
{
    EACH(i, VECTORS(n))
    {
        vec x = GET(z), wave = half_sine(x);
        PUT(z, x * x + 20.0 * (wave * wave));
    }
    F(sum)(f, z, n);
}

/* f3: z = Lambda^10 T_asy^0.2(T_osz(y)); skewness, scales */
INLINE void F(skewed_rastrigin)(vec *f, const instance *p, double *y)
{
    EACH(i, VECTORS(p->dim))
        PUT(y, oscillated_and_skewed(GET(y), F(weight)(p->a[0].at, i)) * F(weight)(p->a[1].at, i));
    F(rastrigin)(f, y, p->dim);
}

/* f4: z_i = s_i T_osz(y)_i; scales, and what positive numbers get in addition */
INLINE void F(bueche_rastrigin)(vec *f, const instance *p, double *y)
{
    EACH(i, VECTORS(p->dim))
    {
        vec z = oscillated(GET(y)) * F(weight)(p->a[0].at, i);
        PUT(y, z + at_least(z, 0.0) * F(weight)(p->a[1].at, i));
    }
    F(rastrigin)(f, y, p->dim);
}

/* f5: sum max(0, slope_i y_i); slopes */
INLINE void F(linear_slope)(vec *f, const instance *p, double *y)
{
    EACH(i, VECTORS(p->dim)) PUT(y, at_least(GET(y) * F(weight)(p->a[0].at, i), 0.0));
    F(sum)(f, y, p->dim);
}

/* f6: T_osz(sum (s_i z_i)^2)^0.9; matrix, signs of the optimum */
INLINE void F(attractive_sector)(vec *f, const instance *p, double *y, double *s)
{
    F(multiply)(s, y, &p->a[0]);
    EACH(i, VECTORS(p->dim))
    {
        vec z = GET(s);
        PUT(s, z * select_(z * F(weight)(p->a[1].at, i) > 0.0, splat(100.0), splat(1.0)));
    }
    F(dot)(f, s, s, p->dim);
    POINTS(u) f[u] = where(f[u] != 0.0, exponential(0.9 * oscillated_log(f[u])));
}

/* f7: 0.1 max(|zh_1|/10^4, sum w_i z_i^2); first and second matrix, weights */
INLINE void F(step_ellipsoid)(vec *f, const instance *p, double *y, double *s)
{
    vec leading[R];
    F(multiply)(s, y, &p->a[0]);
    POINTS(u) leading[u] = absolute(B == 1 ? splat(s[0]) : load(s + u * W)) * 1e-4;
    EACH(i, VECTORS(p->dim))
    {
        vec z = GET(s);
        PUT(s, select_(absolute(z) > 0.5, floor_(z + 0.5), floor_(10.0 * z + 0.5) / 10.0));
    }
    F(multiply)(y, s, &p->a[1]);
    F(square)(y, p->dim);
    F(weighted)(f, p->a[2].at, y, p->dim);
    POINTS(u) f[u] = 0.1 * larger(f[u], leading[u]);
}

/* sum_{i<D} 100 (z_i^2 - z_{i+1})^2 + (z_i - 1)^2 of z = y + 1 */
INLINE void F(rosenbrock)(vec *f, double *y, double *s, long n)
{
    EACH(i, VECTORS(n - 1))
    {
        vec slope = GET(y), bend = (slope + 2.0) * slope - NEXT(y);
        PUT(s, 100.0 * (bend * bend) + slope * slope);
    }
    F(sum)(f, s, n - 1);
}

/* f8: scale (one number) */
INLINE void F(scaled_rosenbrock)(vec *f, const instance *p, double *y, double *s)
{
    double scale = p->a[0].at[0];
    EACH(i, VECTORS(p->dim)) PUT(y, GET(y) * scale);
    F(rosenbrock)(f, y, s, p->dim);
}

/* f12: z = R T_asy^0.5(R y); matrix, skewness, weights */
INLINE void F(bent_cigar)(vec *f, const instance *p, double *y, double *s)
{
    F(multiply)(s, y, &p->a[0]);
    EACH(i, VECTORS(p->dim)) PUT(s, skewed(GET(s), F(weight)(p->a[1].at, i)));
    F(multiply)(y, s, &p->a[0]);
    F(square)(y, p->dim);
    F(weighted)(f, p->a[2].at, y, p->dim);
}

/* f13: z_1^2 + 100 sqrt(sum_{i>1} z_i^2); matrix */
INLINE void F(sharp_ridge)(vec *f, const instance *p, double *y, double *s)
{
    F(multiply)(s, y, &p->a[0]);
    F(dot)(f, s + B, s + B, p->dim - 1);
    POINTS(u)
    {
        vec first = B == 1 ? splat(s[0]) : load(s + u * W);
        f[u] = 100.0 * root(f[u]) + first * first;
    }
}

/* f14: sqrt(sum |z_i|^e_i); matrix, exponents */
INLINE void F(different_powers)(vec *f, const instance *p, double *y, double *s)
{
    F(multiply)(s, y, &p->a[0]);
    EACH(i, VECTORS(p->dim)) PUT(s, power(absolute(GET(s)), F(weight)(p->a[1].at, i)));
    F(sum)(f, s, p->dim);
    POINTS(u) f[u] = root(f[u]);
}

/* f15: z = R Lambda^10 Q T_asy^0.2(T_osz(R y)); first matrix, skewness, second matrix */
INLINE void F(rotated_rastrigin)(vec *f, const instance *p, double *y, double *s)
{
    F(multiply)(s, y, &p->a[0]);
    EACH(i, VECTORS(p->dim)) PUT(s, oscillated_and_skewed(GET(s), F(weight)(p->a[1].at, i)));
    F(multiply)(y, s, &p->a[2]);
    F(rastrigin)(f, y, p->dim);
}

/* f16: 10 (mean_i sum_{k<12} 2^-k 2 sin^2(pi 3^k z_i))^3; first and second matrix
 * The sine of three times an angle is s (3 - 4 s^2); every fourth is taken from z_i, as rounding triples as well. */
INLINE void F(weierstrass)(vec *f, const instance *p, double *y, double *s)
{
    F(multiply)(s, y, &p->a[0]);
    EACH(i, VECTORS(p->dim)) PUT(s, oscillated(GET(s)));
    F(multiply)(y, s, &p->a[1]);
    EACH(i, VECTORS(p->dim))
    {
        vec z = off_whole(GET(y)), total = splat(0.0);
        double weight = 2.0;
        for (int group = 0; group < 3; group++) {
            vec wave = half_sine(z);
            z *= 81.0;
            for (int k = 0;; k++) {
                vec squared = wave * wave;
                total += weight * squared;
                weight *= 0.5;
                if (k == 3) break;
                wave *= 3.0 - 4.0 * squared;
            }
        }
        PUT(y, total);
    }
    F(sum)(f, y, p->dim);
    POINTS(u)
    {
        vec mean = f[u] / (double)p->dim;
        f[u] = 10.0 * ((mean * mean) * mean);
    }
}

/* f17, f18: (mean_{i<D} sqrt(s_i) (1 + sin^2(50 s_i^(1/5))))^2, s_i^2 = z_i^2 + z_{i+1}^2; first matrix, skewness,
 * second matrix */
INLINE void F(schaffers)(vec *f, const instance *p, double *y, double *s)
{
    F(multiply)(s, y, &p->a[0]);
    EACH(i, VECTORS(p->dim)) PUT(s, skewed(GET(s), F(weight)(p->a[1].at, i)));
    F(multiply)(y, s, &p->a[2]);
    F(square)(y, p->dim);
    EACH(i, VECTORS(p->dim - 1))
    {
        vec squares = GET(y) + NEXT(y);
        vec wave = half_sine((50.0 / PI) * exponential(0.1 * log_normal(squares + TINY)));
        PUT(s, (wave * wave + 1.0) * root(root(squares)));
    }
    F(sum)(f, s, p->dim - 1);
    POINTS(u)
    {
        vec mean = f[u] / (double)(p->dim - 1);
        f[u] = mean * mean;
    }
}

/* f19: factor sum_{i<D} s_i/4000 + 2 sin^2(s_i/2), s_i the summands of f9; matrix, factor */
INLINE void F(griewank_rosenbrock)(vec *f, const instance *p, double *y, double *s)
{
    F(multiply)(s, y, &p->a[0]);
    EACH(i, VECTORS(p->dim - 1))
    {
        vec slope = GET(s), bend = (slope + 2.0) * slope - NEXT(s);
        vec term = 100.0 * (bend * bend) + slope * slope, wave = half_sine(term * (0.5 / PI));
        PUT(y, 2.0 * (wave * wave) + term / 4000.0);
    }
    F(sum)(f, y, p->dim - 1);
    POINTS(u) f[u] *= p->a[1].at[0];
}

/* f20; twice the signs of the optimum, scales, and the numbers centre, centre - 2 |x_opt|, height, least value */
INLINE void F(schwefel)(vec *f, const instance *p, double *y, double *s)
{
    long n = p->dim;
    const double *numbers = p->a[2].at;
    double *steps = s + (B == 1 ? 8 : B), *penalty = y;
    EACH(i, (steps - s) / W) PUT(s, splat(0.0)); /* before the first */
    EACH(i, VECTORS(n)) PUT(steps, GET(y) * F(weight)(p->a[0].at, i) - numbers[1]);
    double *waves = steps + n * B + 16;
    EACH(i, VECTORS(n))
    {
        vec z = GET(steps) + 0.25 * load(steps + i * W - B);
        z = 100.0 * (z * F(weight)(p->a[1].at, i) + numbers[0]);
        vec size = absolute(z), beyond = at_least(size - 500.0, 0.0);
        PUT(waves, z * sine_of_half_turns(root(size) * INVERSE_PI));
        PUT(penalty, beyond);
    }
    vec beyond[R];
    F(sum)(f, waves, n);
    F(dot)(beyond, penalty, penalty, n);
    POINTS(u)
    {
        f[u] = (f[u] * (-0.01 / (double)n) + numbers[2]) + 0.01 * beyond[u];
        f[u] = at_least(f[u], numbers[3]);
    }
}

/* f21, f22: T_osz(10 - max_k w_k exp(...))^2; rotation, factors of q_i^2 and below those of q_i, constants */
INLINE void F(gallagher)(vec *f, const instance *p, double *y, double *s)
{
    long n = p->dim, peaks = p->a[2].cols;
    double *both = s, *exponents = s + 2 * n * B + 16;
    const double *constants = p->a[2].at;
    F(multiply)(both + n * B, y, &p->a[0]);
#if B == 1
    for (long d = 0; d < n; d++) both[d] = both[n + d] * both[n + d];
    F(multiply)(exponents, both, &p->a[1]);
    double most = exponents[0] + constants[0];
    for (long k = 1; k < peaks; k++) {
        double other = exponents[k] + constants[k];
        most = most >= other || most != most ? most : other;
    }
    f[0] = splat(most);
#else
    EACH(i, VECTORS(n)) PUT(both, GET(both + n * B) * GET(both + n * B));
    F(multiply)(exponents, both, &p->a[1]);
    POINTS(u)
    {
        f[u] = load(exponents + u * W) + constants[0];
        for (long k = 1; k < peaks; k++) f[u] = larger(f[u], load(exponents + k * B + u * W) + constants[k]);
    }
#endif
    POINTS(u) f[u] = exponential(2.0 * oscillated_log(-10.0 * exponential_minus_1(f[u])));
}

/* f23: a prod_i (1 + i sum_{j=1..32} d_ij)^b - a, d_ij the distance of z_i to the next multiple of 2^-j; matrix,
 * numbers of the variables, and the numbers a, b. d_{j+1} = min(d_j, 2^-(j+1) - d_j), exactly. */
INLINE void F(katsuura)(vec *f, const instance *p, double *y, double *s)
{
    long n = p->dim;
    const double *numbers = p->a[2].at;
    F(multiply)(s, y, &p->a[0]);
    EACH(i, VECTORS(n))
    {
        vec d = 0.5 * absolute(off_whole(2.0 * GET(s))), total = d;
        double spacing = 0.5;
        for (int j = 2; j <= 32; j++) {
            spacing *= 0.5;
            d = lesser(d, spacing - d);
            total += d;
        }
        PUT(s, 1.0 + total * F(weight)(p->a[1].at, i));
    }
    POINTS(u) f[u] = splat(0.0);
    for (long d = 0; d < n; d += 64) { /* more factors might leave the range of a double */
        vec part[R];
        F(product)(part, s + d * B, n - d < 64 ? n - d : 64);
        POINTS(u) f[u] += log_normal(part[u]);
    }
    POINTS(u) f[u] = numbers[0] * exponential_minus_1(f[u] * numbers[1]);
}

/* f24: min(sum z_i^2, D + s sum (z_i + way)^2) + 20 sum sin^2(pi (M z)_i), z = 2 sign(x_opt) y; twice the signs,
 * matrix, and the numbers s, way */
INLINE void F(lunacek)(vec *f, const instance *p, double *y, double *s)
{
    long n = p->dim;
    const double *numbers = p->a[2].at;
    vec second[R], waves[R];
    EACH(i, VECTORS(n)) PUT(y, GET(y) * F(weight)(p->a[0].at, i));
    F(dot)(f, y, y, n);
    F(multiply)(s, y, &p->a[1]);
    EACH(i, VECTORS(n))
    {
        PUT(s, half_sine(GET(s)));
        PUT(y, GET(y) + numbers[1]);
    }
    F(dot)(waves, s, s, n);
    F(dot)(second, y, y, n);
    POINTS(u) f[u] = smaller(f[u], numbers[0] * second[u] + (double)n) + 20.0 * waves[u];
}
