/* The transformations of BBOB, lane by lane. */
#ifndef BENCHBOOK_TRANSFORMS_H
#define BENCHBOOK_TRANSFORMS_H

#include "elementary.h"

#define TINY 1e-300 /* stands for 0 where a logarithm is taken; its square is 0 */

/* log |T_osz(x)| = l + 0.049 (sin(c_1 l) + sin(c_2 l)), l = log |x|; c_1, c_2 are 10, 7.9 where x > 0, else 5.5, 3.1. */
INLINE vec oscillated_log(vec x)
{
    ivec positive = x > 0.0;
    vec l = log_normal(absolute(x) + TINY);
    vec first = sine_of_half_turns(l * select_(positive, splat(10.0 / PI), splat(5.5 / PI)));
    vec second = sine_of_half_turns(l * select_(positive, splat(7.9 / PI), splat(3.1 / PI)));
    return l + 0.049 * (first + second);
}

INLINE vec oscillated(vec x) { return with_sign_of(exponential(oscillated_log(x)), x); }

/* T_asy(T_osz(x)); one logarithm serves both. */
INLINE vec oscillated_and_skewed(vec x, vec beta)
{
    vec l = oscillated_log(x);
    vec more = where(~(x <= 0.0), beta * exponential(0.5 * l));
    return with_sign_of(exponential(l + more * l), x);
}

/* T_asy(x): x^(1 + beta sqrt(x)) where x > 0, else x. */
INLINE vec skewed(vec x, vec beta)
{
    vec positive = at_least(x, 0.0);
    return x * exponential((root(positive) * beta) * log_normal(positive + TINY));
}

#endif
