/* exp, log, sine, cosine and power without branches and without libm, at most 2 units in the last place.
 *
 * Arguments are reduced as usual (Muller, Elementary Functions, 3rd ed. 2016, chapters 11 and 12); the polynomials are
 * interpolations at Chebyshev's points in 80 digits, lowest power first. Their own errors are below 0.2 units in the
 * last place.
 */
#ifndef BENCHBOOK_ELEMENTARY_H
#define BENCHBOOK_ELEMENTARY_H

#include "lanes.h"

#define LOG2_E 0x1.71547652b82fep+0
#define LN2_HIGH 0x1.62e42fefa3800p-1 /* 42 bits, so that its products with exponents are exact */
#define LN2_LOW 0x1.ef35793c76730p-45
#define PI 0x1.921fb54442d18p+1
#define PI_HIGH 0x1.921fb54400000p+1 /* 33 bits, as the next has */
#define PI_MIDDLE 0x1.0b4611a600000p-33
#define PI_LOW 0x1.3198a2e037073p-68
#define INVERSE_PI 0x1.45f306dc9c883p-2
#define UPPER_26 ((int64_t)~INT64_C(0x7ffffff))
#define INFINITE __builtin_inf()

/* The double 2^n, n whole and from -1022 to 1023. */
INLINE vec power_of_two(vec n)
{
    uvec bits = (uvec)(n + (BIG + 1023.0));
    return (vec)(bits << 52);
}

/* (exp(r) - 1 - r)/r^2 for |r| <= log(2)/2. */
INLINE vec exp_tail(vec r)
{
    vec w = r * r;
    vec even = (((0x1.2891a8c1d838dp-22 * w + 0x1.a019b8ef67c6cp-16) * w + 0x1.6c16c17893833p-10) * w
                + 0x1.5555555553d4fp-5) * w + 0x1.0000000000001p-1;
    vec odd = (((0x1.af38d53857513p-26 * w + 0x1.71de0d9c145d0p-19) * w + 0x1.a01a01a7c8d47p-13) * w
               + 0x1.11111111109adp-7) * w + 0x1.5555555555556p-3;
    return even + r * odd;
}

/* exp(x) = 2^n (1 + p): n and p. */
INLINE vec exp_parts(vec x, vec *n)
{
    *n = (x * LOG2_E + BIG) - BIG;
    vec r = (x - *n * LN2_HIGH) - *n * LN2_LOW;
    return r + (r * r) * exp_tail(r);
}

INLINE vec scaled(vec x, vec n)
{
    vec half = (n * 0.5 + BIG) - BIG;
    return (x * power_of_two(half)) * power_of_two(n - half);
}

INLINE vec exponential(vec x)
{
    vec n, bounded = at_least(at_most(x, 710.0), -760.0);
    vec p = exp_parts(bounded, &n);
    return scaled(1.0 + p, n);
}

/* exp(x) - 1; x at most 709. */
INLINE vec exponential_minus_1(vec x)
{
    vec n, bounded = at_least(x, -40.0);
    vec p = exp_parts(bounded, &n), s = power_of_two(n);
    return s * p + (s - 1.0);
}

/* x = 2^k m with m between sqrt(1/2) and sqrt(2): k and m; for positive numbers. */
INLINE vec log_parts(vec x, vec *k)
{
    ivec tiny = x < 0x1p-1022;
    x = select_(tiny, x * 0x1p54, x);
    uvec bits = (uvec)x;
    /* adding this carries into the exponent from sqrt(2) on */
    uvec carried = bits + (UINT64_C(0x3ff0000000000000) - UINT64_C(0x3fe6a09e667f3bcd));
    vec biased = (vec)((carried >> 52) | (uvec)splat(0x1p52)) - 0x1p52;
    *k = biased - 1023.0 - where(tiny, splat(54.0));
    return (vec)((carried & UINT64_C(0x000fffffffffffff)) + UINT64_C(0x3fe6a09e667f3bcd));
}

/* What a logarithm is of arguments that are no positive numbers. */
INLINE vec log_special(vec x, vec value)
{
    value = select_(x == INFINITE, x, value);
    value = select_(x == 0.0, splat(-INFINITE), value);
    return select_((x < 0.0) | (x != x), splat(__builtin_nan("")), value);
}

INLINE vec log_of_parts(vec m, vec k)
{
    vec f = m - 1.0, s = f / (2.0 + f), z = s * s, w = z * z;
    vec even = ((0x1.2b5f68a50d903p-3 * w + 0x1.7462b91b8df65p-3) * w + 0x1.2492492dfd86cp-2) * w + 0x1.5555555555558p-1;
    vec odd = (0x1.39fdcceb4bb45p-3 * w + 0x1.c71c62d5e53e0p-3) * w + 0x1.9999999995273p-2;
    vec tail = z * (even + z * odd), half = 0.5 * (f * f);
    return k * LN2_HIGH - ((half - (s * (half + tail) + k * LN2_LOW)) - f);
}

INLINE vec logarithm(vec x)
{
    vec k, m = log_parts(x, &k);
    return log_special(x, log_of_parts(m, k));
}

/* The logarithm of normal numbers, of +inf and NaN. */
INLINE vec log_normal(vec x)
{
    uvec bits = (uvec)x;
    uvec carried = bits + (UINT64_C(0x3ff0000000000000) - UINT64_C(0x3fe6a09e667f3bcd));
    vec k = (vec)((carried >> 52) | (uvec)splat(0x1p52)) - (0x1p52 + 1023.0);
    vec m = (vec)((carried & UINT64_C(0x000fffffffffffff)) + UINT64_C(0x3fe6a09e667f3bcd));
    return select_(x < INFINITE, log_of_parts(m, k), x);
}

/* sin(h) for |h| <= pi/4. */
INLINE vec sine_core(vec h)
{
    vec w = h * h, u = w * w;
    vec even = (-0x1.ae6009e9f7070p-26 * u - 0x1.a01a019e82db1p-13) * u - 0x1.5555555555555p-3;
    vec odd = (0x1.5e0ab4dd007dap-33 * u + 0x1.71de37957c95cp-19) * u + 0x1.1111111110bafp-7;
    return h + (h * w) * (even + w * odd);
}

/* The sine of an angle of which h is a part: h itself, or half of what is missing to a right angle, as cos(2h). */
INLINE vec sine_of_part(vec h, ivec missing, vec sign)
{
    vec s = sine_core(h);
    return with_sign_of(select_(missing, 1.0 - 2.0 * (s * s), s), sign);
}

/* sin(pi r) for |r| <= 1/2. */
INLINE vec sine_within(vec r)
{
    vec size = absolute(r);
    ivec missing = size > 0.25;
    return sine_of_part(PI * select_(missing, 0.25 - 0.5 * size, size), missing, r);
}

/* sin(pi t) but for the sign, which squares do not show; 0 where t is whole. */
INLINE vec half_sine(vec t) { return sine_within(off_whole(t)); }

/* sin(pi t) */
INLINE vec sine_of_half_turns(vec t)
{
    vec shifted = t + BIG; /* its last bit says whether the nearest whole number is odd */
    vec r = where(~(absolute(t) >= WHOLE), t - (shifted - BIG));
    return (vec)((ivec)sine_within(r) ^ (ivec)((uvec)shifted << 63));
}

/* (-1)^n sin(x - n pi), n = shifted - BIG - back. Where x is too large for pi's 119 bits, it is still bounded. */
INLINE vec sine_reduced(vec x, vec shifted, double back)
{
    vec n = (shifted - BIG) - back;
    vec r = ((x - n * PI_HIGH) - n * PI_MIDDLE) - n * PI_LOW;
    r = where(~(absolute(x) >= 0x1p40), at_least(at_most(r, 1.6), -1.6));
    vec size = absolute(r);
    ivec missing = size > 0.25 * PI;
    vec s = sine_of_part(select_(missing, 0.5 * (0.5 * PI - size), size), missing, r);
    return (vec)((ivec)s ^ (ivec)((uvec)shifted << 63));
}

/* sin(x), accurate for |x| <= 1e6 and bounded beyond. */
INLINE vec sine(vec x) { return sine_reduced(x, x * INVERSE_PI + BIG, 0.0); }

/* cos(x), accurate for |x| <= 1e6 and bounded beyond. */
INLINE vec cosine(vec x)
{
    vec size = absolute(x);
    return sine_reduced(size, (size * INVERSE_PI + 0.5) + BIG, 0.5);
}

INLINE vec upper_half(vec x) { return (vec)((ivec)x & UPPER_26); }

/* The logarithm of m between sqrt(1/2) and sqrt(2) in two parts: 3/2 log(m) = high + low, 26 bits in the first; after
 * Dekker 1971, Numerische Mathematik 18, 224-242. */
INLINE vec log_in_two(vec m, vec *low)
{
    vec f = m - 1.0, over = m + 1.0, over_high = upper_half(over), over_low = (f - (over - 2.0)) + (over - over_high);
    vec s = f / over, s_high = upper_half(s);
    vec s_low = ((f - s_high * over_high) - s_high * over_low) / over;
    /* log(m) = 2/3 s (3 + s^2 + s^4 G(s^2)) */
    vec z = s * s, w = z * z;
    vec even = ((0x1.8cbd6de8120a9p-3 * w + 0x1.d8a51ac432ae7p-3) * w + 0x1.55555561fccc1p-2) * w + 0x1.3333333333337p-1;
    vec odd = (0x1.982452f2be9a2p-3 * w + 0x1.1745c76ae21b1p-2) * w + 0x1.b6db6db6d5744p-2;
    vec z_high = s_high * s_high, rest = w * (even + z * odd) + s_low * (s_high + s);
    vec t_high = upper_half((3.0 + z_high) + rest), t_low = rest - ((t_high - 3.0) - z_high);
    vec u = s_high * t_high, v = s_low * t_high + t_low * s;
    vec high = upper_half(u + v);
    *low = v - (high - u);
    return high;
}

/* x^y for x >= 0 and finite y. */
INLINE vec power(vec x, vec y)
{
    vec k, p_low, m = log_parts(x, &k), p_high = log_in_two(m, &p_low);
    vec a = 0x1.ec709d8000000p-1 * p_high, b = 0x1.0e80ff5d27f05p-27 * p_high + p_low * 0x1.ec709dc3a03fdp-1;
    vec l_high = upper_half((a + b) + k), l_low = b - ((l_high - k) - a);
    vec y_high = upper_half(y), e_low = (y - y_high) * l_high + y * l_low, e_high = y_high * l_high;
    vec e = e_high + e_low;
    ivec over_range = e > 1100.0, under_range = e < -1100.0;
    vec n = (at_least(at_most(e, 1100.0), -1100.0) + BIG) - BIG;
    vec g = e_high - n, g_high = upper_half(g + e_low), g_low = e_low - (g_high - g);
    vec r = g_high * 0x1.62e42f8000000p-1 + (g_high * 0x1.be8e7bcd5e4f2p-27 + g_low * 0x1.62e42fefa39efp-1);
    vec value = scaled(1.0 + (r + (r * r) * exp_tail(r)), n);
    value = select_(over_range, splat(INFINITE), value);
    value = where(~under_range, value);
    value = select_(x == 0.0, select_(y > 0.0, splat(0.0), splat(INFINITE)), value);
    value = select_(x == INFINITE, select_(y > 0.0, x, splat(0.0)), value);
    value = select_(y == 0.0, splat(1.0), value);
    return select_((x != x) | (y != y) | (x < 0.0), splat(__builtin_nan("")), value);
}

#endif
