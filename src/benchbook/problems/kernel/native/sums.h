/* Sums and matrix products in a fixed order, for blocks of B points; included for each B.
 *
 * A block holds B points side by side: variable d of point k lies at d * B + k. With B = 1 the variables of a single
 * point lie side by side instead. A sum has four parts, of the terms 0, 4, 8, ..., 1, 5, 9, ... and so on, which are
 * added in pairs; a matrix product adds from the first term to the last. So both layouts give the same bits.
 */

/* Vectors that hold one number for each point: all lanes are equal where B = 1. */
#define R (B == 1 ? 1 : B / W)
#define VECTORS(rows) (((rows) * B + W - 1) / W)

/* The weights of the variables in vector i, from one number for each variable. */
INLINE vec F(weight)(const double *w, long i)
{
#if B == 1
    return load(w + i * W);
#else
    return splat(w[i / R]);
#endif
}

#if B == 1
INLINE void F(dot)(vec *out, const double *a, const double *b, long n)
{
    four sums = {0.0, 0.0, 0.0, 0.0};
    long d = 0;
    for (; d + 4 <= n; d += 4) sums += *(const four *)(a + d) * *(const four *)(b + d);
    double s[4];
    memcpy(s, &sums, sizeof s);
    for (; d < n; d++) s[d & 3] += a[d] * b[d];
    out[0] = splat((s[0] + s[1]) + (s[2] + s[3]));
}

INLINE void F(sum)(vec *out, const double *a, long n)
{
    four sums = {0.0, 0.0, 0.0, 0.0};
    long d = 0;
    for (; d + 4 <= n; d += 4) sums += *(const four *)(a + d);
    double s[4];
    memcpy(s, &sums, sizeof s);
    for (; d < n; d++) s[d & 3] += a[d];
    out[0] = splat((s[0] + s[1]) + (s[2] + s[3]));
}

/* sum w_d a_d, with one weight for each variable */
INLINE void F(weighted)(vec *out, const double *w, const double *a, long n) { F(dot)(out, a, w, n); }

INLINE void F(product)(vec *out, const double *a, long n)
{
    double p = 1.0;
    for (long d = 0; d < n; d++) p *= a[d];
    out[0] = splat(p);
}
#else
#define FOUR_SUMS(term)                                                                     \
    for (int u = 0; u < R; u++) {                                                           \
        vec s0 = splat(0.0), s1 = s0, s2 = s0, s3 = s0;                                     \
        long d = 0;                                                                         \
        for (; d + 4 <= n; d += 4) {                                                        \
            s0 += term(d);                                                                  \
            s1 += term(d + 1);                                                              \
            s2 += term(d + 2);                                                              \
            s3 += term(d + 3);                                                              \
        }                                                                                   \
        if (d < n) s0 += term(d);                                                           \
        if (d + 1 < n) s1 += term(d + 1);                                                   \
        if (d + 2 < n) s2 += term(d + 2);                                                   \
        out[u] = (s0 + s1) + (s2 + s3);                                                     \
    }
#define AT(p, d) load((p) + (d) * B + u * W)
#define DOT_TERM(d) AT(a, d) * AT(b, d)
#define SUM_TERM(d) AT(a, d)
#define WEIGHTED_TERM(d) AT(a, d) * w[d]
INLINE void F(dot)(vec *out, const double *a, const double *b, long n) { FOUR_SUMS(DOT_TERM) }
INLINE void F(sum)(vec *out, const double *a, long n) { FOUR_SUMS(SUM_TERM) }
INLINE void F(weighted)(vec *out, const double *w, const double *a, long n) { FOUR_SUMS(WEIGHTED_TERM) }

INLINE void F(product)(vec *out, const double *a, long n)
{
    for (int u = 0; u < R; u++) {
        out[u] = splat(1.0);
        for (long d = 0; d < n; d++) out[u] *= AT(a, d);
    }
}
#undef FOUR_SUMS
#undef AT
#undef DOT_TERM
#undef SUM_TERM
#undef WEIGHTED_TERM
#endif

/* Columns j to j + tile of a matrix product; tile is a constant, so that the sums stay in registers. */
#if B == 1
INLINE void F(tile)(double *out, const double *in, const array *m, long j, const int tile)
{
    vec sums[4];
    const double *row = m->at + j * W;
    for (int t = 0; t < tile; t++) sums[t] = splat(0.0);
    for (long i = 0; i < m->rows; i++, row += m->stride)
        for (int t = 0; t < tile; t++) sums[t] += in[i] * load(row + t * W);
    for (int t = 0; t < tile; t++) store(out + (j + t) * W, sums[t]);
}
#define TILES VECTORS(m->cols)
#define LARGEST 4
#else
INLINE void F(tile)(double *out, const double *in, const array *m, long j, const int tile)
{
    vec sums[8][R];
    const double *row = m->at + j;
    for (int t = 0; t < tile; t++)
        for (int u = 0; u < R; u++) sums[t][u] = splat(0.0);
    for (long i = 0; i < m->rows; i++, row += m->stride)
        for (int t = 0; t < tile; t++)
            for (int u = 0; u < R; u++) sums[t][u] += load(in + i * B + u * W) * row[t];
    for (int t = 0; t < tile; t++)
        for (int u = 0; u < R; u++) store(out + (j + t) * B + u * W, sums[t][u]);
}
#define TILES m->cols
#define LARGEST (W == 8 ? 8 : W == 4 ? 4 : 2)
#endif

/* out_j = sum_i in_i m_ij */
static void F(multiply)(double *restrict out, const double *restrict in, const array *m)
{
    long j = 0, n = TILES;
    for (; j + LARGEST <= n; j += LARGEST) F(tile)(out, in, m, j, LARGEST);
    if (LARGEST > 4 && j + 4 <= n) F(tile)(out, in, m, j, 4), j += 4;
    if (LARGEST > 2 && j + 2 <= n) F(tile)(out, in, m, j, 2), j += 2;
    if (j < n) F(tile)(out, in, m, j, 1);
}
#undef TILES
#undef LARGEST
