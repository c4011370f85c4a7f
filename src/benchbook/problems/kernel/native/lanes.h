/* Vectors of W doubles, with what is the same on every processor: one IEEE operation for each lane.
 *
 * A variant is this code compiled for one instruction set, with W set to its lanes. No operation mixes lanes, none is
 * contracted or reordered, and none comes from libm, so a lane's bits do not depend on W or on the processor.
 */
#ifndef BENCHBOOK_LANES_H
#define BENCHBOOK_LANES_H

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) || defined(__SSE2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef double vec __attribute__((vector_size(8 * W), may_alias));
typedef int64_t ivec __attribute__((vector_size(8 * W), may_alias));
typedef uint64_t uvec __attribute__((vector_size(8 * W), may_alias));
/* The same at any address of a double, for loads and stores. */
typedef double loose __attribute__((vector_size(8 * W), aligned(8), may_alias));
/* Four doubles, for the four partial sums of a single point. */
typedef double four __attribute__((vector_size(32), aligned(8), may_alias));

#define INLINE static inline __attribute__((always_inline))

#define BIG 0x1.8p52        /* adding and subtracting it rounds to whole numbers below 2^51 */
#define WHOLE 0x1p51        /* from here on rounding by BIG fails; doubles are whole from 2^52 on */
#define SIGN ((int64_t)(UINT64_C(1) << 63))

INLINE vec load(const double *at) { return *(const loose *)at; }
INLINE void store(double *at, vec x) { *(loose *)at = x; }
INLINE vec splat(double x)
{
    vec v;
    for (int k = 0; k < W; k++) v[k] = x;
    return v;
}
INLINE vec select_(ivec mask, vec yes, vec no) { return (vec)(((ivec)yes & mask) | ((ivec)no & ~mask)); }
INLINE vec where(ivec mask, vec yes) { return (vec)((ivec)yes & mask); }
INLINE vec absolute(vec x) { return (vec)((ivec)x & ~SIGN); }
INLINE vec with_sign_of(vec size, vec sign) { return (vec)((ivec)size | ((ivec)sign & SIGN)); }
/* Where x is NaN, it stays. */
INLINE vec at_least(vec x, double least) { return select_(x < least, splat(least), x); }
INLINE vec at_most(vec x, double most) { return select_(x > most, splat(most), x); }
/* NaN wins. */
INLINE vec larger(vec a, vec b) { return select_((a >= b) | (a != a), a, b); }
INLINE vec smaller(vec a, vec b) { return select_((a <= b) | (a != a), a, b); }

/* The smaller of two numbers; where one alone is NaN, either. */
INLINE vec lesser(vec a, vec b)
{
#if W == 8
    return (vec)_mm512_min_pd((__m512d)a, (__m512d)b);
#elif W == 4
    return (vec)_mm256_min_pd((__m256d)a, (__m256d)b);
#elif defined(__x86_64__) || defined(__SSE2__)
    return (vec)_mm_min_pd((__m128d)a, (__m128d)b);
#elif defined(__aarch64__)
    return (vec)vminq_f64((float64x2_t)a, (float64x2_t)b);
#else
    return select_(a < b, a, b);
#endif
}

INLINE vec root(vec x)
{
#if W == 8
    return (vec)_mm512_sqrt_pd((__m512d)x);
#elif W == 4
    return (vec)_mm256_sqrt_pd((__m256d)x);
#elif defined(__x86_64__) || defined(__SSE2__)
    return (vec)_mm_sqrt_pd((__m128d)x);
#elif defined(__aarch64__)
    return (vec)vsqrtq_f64((float64x2_t)x);
#else
    vec v;
    for (int k = 0; k < W; k++) v[k] = __builtin_sqrt(x[k]);
    return v;
#endif
}

/* x to the nearest whole number, ties to even; x itself beyond 2^51. */
INLINE vec nearest(vec x)
{
    vec rounded = (x + BIG) - BIG;
    return select_(absolute(x) < WHOLE, rounded, x);
}

/* The greatest whole number that is not above x. */
INLINE vec floor_(vec x)
{
    vec rounded = nearest(x);
    return rounded - where(rounded > x, splat(1.0));
}

/* x minus the nearest whole number, exactly; 0 where x is so large that it is whole. */
INLINE vec off_whole(vec x)
{
    vec rest = x - ((x + BIG) - BIG);
    return where(~(absolute(x) >= WHOLE), rest);
}

#endif
