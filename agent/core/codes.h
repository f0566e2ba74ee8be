/* Code objects: by address while they live, and by what they are for good.
 *
 * A code object is copied into the book at the first event in it. When its block is freed its address is forgotten, and
 * what was entered under that address is settled under its number (codes.c calls sites.c and contexts.c for that). One that
 * is equal to an earlier one gets the earlier one's number, so 10,000 functions made by exec from one text take one entry.
 */
#ifndef PA_CODES_H
#define PA_CODES_H

#include "core/book.h"
#include "layout/frames.h"

/* One that lives. Numbers of these are from 1 on, and are used again. */
typedef struct {
    uintptr_t code;       /* 0: not in use */
    uint32_t number;      /* in the book */
    uint32_t first_site;  /* of those entered under its address: index + 1; 0: none */
    uint32_t first_edge;
    uint32_t next_unused;
} pa_live_code;

extern pa_live_code *pa_live_codes;

/* The opcode that each is a form of, and how many code units of cache follow it: of the interpreter, identity and zero
   unless the host knows better. */
extern uint8_t pa_opcode_base[256], pa_opcode_caches[256];

/* False when there is no memory. */
bool pa_codes_start(const pa_frames *frames);
void pa_codes_clear(void);

/* The live code at an address, entered if need be; 0 when there is no memory (a flag is raised). */
uint32_t pa_code_live(uintptr_t code);
/* The instruction of a code in the book that an offset lies in: up to 3.12 a frame that has called may stand at a cache. */
uint32_t pa_code_instruction(uint32_t number, uint32_t offset);
/* The block of a code object is being freed. */
void pa_code_close(uintptr_t block);

#endif
