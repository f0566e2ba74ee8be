/* The counters of one row or of the whole interval. All are event counts but the two of bytes.
 *
 * Wire format read by src/engines/wasm/counters.ts: FIELDS 64-bit little-endian words in this order.
 *
 *   0 creations from a freelist    4 buffers from pymalloc   7 resizes       10 bytes asked for by requests
 *   1 creations from pymalloc      5 buffers from malloc     8 relocations   11 new sizes asked for by resizes
 *   2 creations from malloc        6 requests                9 releases
 *   3 creations in foreign memory
 *
 * In the totals, a request is a buffer until its block becomes an object. Row 0 "(buffer)" has what is left then: requests
 * and bytes that no creation has moved to the row of a type. So sums over rows equal the totals.
 */
#ifndef PA_COUNTS_H
#define PA_COUNTS_H

#include "core/base.h"

typedef struct {
    uint64_t creations[PA_ORIGINS];
    uint64_t buffers[2]; /* index: origin - PA_PYMALLOC */
    uint64_t requests;
    uint64_t resizes;
    uint64_t relocations;
    uint64_t releases;
    uint64_t bytes;
    uint64_t resize_bytes;
} pa_counts;

#endif
